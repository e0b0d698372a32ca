# Twenty messages in each shape that networks give them, made by data/shapes.py:
# all of them come out, in the clear (where tshark finds them too) and in ESP.
load helper

SHAPE="python3 $DATA/shapes.py"

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
	$SHAPE sa >sa
}

# all FILE: the messages in it, or in standard input, are those that went in.
all()
{
	run -0 --separate-stderr ims-pcap -k sa "$1"
	same "" "$stderr"
	same "$(cat messages)" "$(messages_hex <<<"$output")"
}

# shape NAME
shape()
{
	$SHAPE "$1" messages >messages
	same 20 "$(wc -l <messages)"
	$SHAPE "$1" clear >clear.pcap
	$SHAPE "$1" esp >esp.pcap
	all clear.pcap
	same 0 "$(jq 'select(.protection)' <<<"$output" | wc -l)"
	all esp.pcap
	same 20 "$(jq -c 'select(.protection.icv == "ok")' <<<"$output" |
	    wc -l)"
	# A wrong key shows nothing, for it is NULL encryption with an ICV.
	same 0 "$(sed 's/0102030405/0102030406/' sa | ims-pcap -q -k - \
	    esp.pcap | grep -c '"sip"')"
}

# tshark_too: tshark finds as many in the clear ones.
tshark_too()
{
	same 20 "$(tshark -r clear.pcap -o tcp.reassemble_out_of_order:TRUE \
	    -d udp.port==47290,ip -Y sip -T fields -e sip.Call-ID \
	    2>/dev/null | tr , '\n' | grep -c '@x')"
}

@test "Ethernet, IPv4, UDP" {
	shape plain
	tshark_too
}

@test "IPv6" {
	shape ip6
	tshark_too
}

@test "raw IP" {
	shape raw
	tshark_too
}

@test "Linux cooked" {
	shape sll
	tshark_too
}

@test "Linux cooked, version 2" {
	shape sll2
	tshark_too
}

@test "Linux cooked, version 2, IPv6" {
	shape sll2_ip6
	tshark_too
}

@test "QinQ" {
	shape qinq
	tshark_too
}

@test "GRE" {
	shape gre
	tshark_too
}

@test "IPv6 in GRE" {
	shape gre_ip6
	tshark_too
}

@test "VXLAN" {
	shape vxlan
	tshark_too
}

@test "GTP-U over IPv4" {
	shape gtpu_ip4
	tshark_too
}

@test "GTP-U over IPv6" {
	shape gtpu_ip6
	tshark_too
}

@test "IPv6 in GTP-U over IPv4" {
	shape gtpu_ip4_ip6
	tshark_too
}

@test "fragments" {
	shape frag
	tshark_too
}

@test "fragments of IPv6" {
	shape frag_ip6
	tshark_too
}

@test "fragments out of order" {
	shape frag_reordered
	tshark_too
}

@test "fragments of IPv6 out of order" {
	shape frag_ip6_reordered
	tshark_too
}

@test "fragments in GTP-U" {
	shape frag_gtpu
	tshark_too
}

@test "TCP, a message a segment" {
	shape tcp
	tshark_too
}

@test "TCP, two messages a segment" {
	shape tcp_two
	tshark_too
}

@test "TCP, messages split" {
	shape tcp_split
	tshark_too
}

@test "TCP, messages split and out of order" {
	shape tcp_reordered
	tshark_too
}

@test "TCP over IPv6, messages split" {
	shape tcp_ip6_split
	tshark_too
}

@test "TCP, messages of 22 KB" {
	shape tcp_22k
	tshark_too
}

@test "TCP, messages of 60 KB" {
	shape tcp_60k
	tshark_too
}

@test "SCAT's log of a modem" {
	shape scat
	tshark_too
}

@test "SCAT's log of a modem, IPv6" {
	shape scat_ip6
	tshark_too
}

# No type of GSMTAP has IP, so tshark does not look.
@test "IP behind a GSMTAP header" {
	shape gsmtap
}

@test "every shape is tested" {
	same "$($SHAPE list | sort)" "$(sed -n 's/^	shape //p' \
	    "$BATS_TEST_FILENAME" | sort)"
}

@test "pcapng and snoop, gzip and zstd, files and pipes" {
	local form kind

	for kind in clear esp; do
		$SHAPE qinq messages >messages
		for form in pcap pcapng snoop; do
			$SHAPE qinq $kind $form >in
			same 20 "$(capinfos -rTcM in | cut -f 2)"
			gzip -k in
			zstd -q in
			for f in in in.gz in.zst; do
				all $f
				all - <$f
			done
			rm in in.gz in.zst
		done
	done
}

@test "snoop: as editcap writes it, cut at every octet, damaged" {
	local n whole

	editcap -F snoop "$SHAPES/v_plain.pcap" f
	same "$(ims-pcap "$SHAPES/v_plain.pcap")" "$(ims-pcap f)"
	for n in 8 12 16 20 39 40 41 268 269 291 292 300 519; do
		head -c $n f >cut
		whole=$(((n - 16) / 252))
		if [ $(((n - 16) % 252)) = 0 ]; then
			run -0 --separate-stderr ims-pcap cut
		else
			run -3 --separate-stderr ims-pcap cut
			[[ $stderr == *"the file ends in it, at byte $n"* ]]
		fi
		[ "$n" -lt 16 ] || same "$whole" "$(grep -c sip <<<"$output")"
	done
	# A frame longer than its record; another version; another link type.
	cp f bad
	printf '\0\0\1\0' | dd of=bad bs=1 seek=20 conv=notrunc status=none
	run -3 --separate-stderr ims-pcap bad
	[[ $stderr == *"byte 16: frame 1: 256 octets in a record of 252"* ]]
	cp f bad
	printf '\3' | dd of=bad bs=1 seek=11 conv=notrunc status=none
	run -3 --separate-stderr ims-pcap bad
	[[ $stderr == *"byte 8: version 3 of snoop"* ]]
	cp f bad
	printf '\7' | dd of=bad bs=1 seek=15 conv=notrunc status=none
	run -3 --separate-stderr ims-pcap bad
	[[ $stderr == *"byte 12: data link type 7 of snoop is not known"* ]]
}

@test "a scrubbed snoop capture is pcap" {
	$SHAPE plain clear snoop >in
	$SHAPE plain clear >same
	ims-hide scrub -s 1 -o out in
	ims-hide scrub -s 1 -o want same
	cmp want out
}

@test "what a modem wrote is scrubbed in its wrapper" {
	$SHAPE scat clear >in
	ims-hide scrub -s 1 -o out in
	same 20 "$(ims-pcap out | wc -l)"
	run -1 grep -a "sip:a@b" out
}
