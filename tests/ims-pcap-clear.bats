# ims-pcap --clear -w: captures that everyone can read.
load helper

# clear CAPTURE: clear.pcap, with all keys there are.
clear()
{
	keys_of "$1" >"$BATS_TEST_TMPDIR/k"
	ims-pcap -q --clear -w "$BATS_TEST_TMPDIR/clear.pcap" \
	    -k "$BATS_TEST_TMPDIR/k" "$1" || [ $? = 3 ]
}

# Of a message: all but where it stands in the capture, and its protection.
bare()
{
	jq -c 'select(.type == "sip") | del(.frame, .frames, .protection)'
}

# The SIP that tshark sees in a file as it finds it: start lines.
shark()
{
	tshark -r "$1" -Y sip -T fields -e sip.Request-Line \
	    -e sip.Status-Line | tr -d '\t' | grep .
}

# What tshark says of checksums, all three.
bad_sums()
{
	tshark -r "$1" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE \
	    -o tcp.check_checksum:TRUE -Y 'ip.checksum.status == "Bad" ||
	    udp.checksum.status == "Bad" || tcp.checksum.status == "Bad"' \
	    -T fields -e frame.time_epoch
}

# What tshark sees of each message, once.
seen()
{
	tshark -r "$1" -Y sip -T fields -e ip.src -e ip.dst -e sip.Call-ID -e sip.CSeq \
	    -e sip.Method -e sip.Status-Code | sed 's/\t\t/\t/' |
	    sed 's/\t$//' | sort -u
}

# Each frame of a pcap with its time, as hex.
frames()
{
	perl -0777 -ne '$i = 24; while ($i < length) {
	    $n = unpack "V", substr($_, $i + 8, 4);
	    print unpack("H*", substr($_, $i, 16 + $n)), "\n";
	    $i += 16 + $n }' "$1" | sort
}

# The messages of the file are those of the capture; in a capture of several
# interfaces what makes a copy is the interface, which pcap does not have.
same_messages()
{
	clear "$1"
	ims-pcap -q -k "$BATS_TEST_TMPDIR/k" "$1" | bare \
	    >"$BATS_TEST_TMPDIR/want" || :
	ims-pcap -q "$BATS_TEST_TMPDIR/clear.pcap" | bare |
	    diff -u "$BATS_TEST_TMPDIR/want" -
}

@test "the messages of every capture, without a key" {
	local f bad=0

	for f in $(captures); do
		[[ $f != */mixed.pcapng && $f != */sections.pcapng ]] ||
			continue
		same_messages "$f" >"$BATS_TEST_TMPDIR/why" 2>&1 || {
			echo "$f:"
			head -n 20 "$BATS_TEST_TMPDIR/why" | cut -c -300
			bad=1
		}
	done
	[ $bad = 0 ]
}

@test "no checksum is bad that was not bad before" {
	local f

	for f in "$LAB"/call_gm.pcap "$LAB"/hmac-sha1-96_*cbc_ipv4_*.pcap; do
		clear "$f"
		same "$(bad_sums "$f")" "$(bad_sums "$BATS_TEST_TMPDIR/clear.pcap")"
	done
}

@test "ipsec_reg: no checksum is bad that was not bad before" {
	need_shared
	clear "$IPSEC_REG"
	same "" "$(bad_sums "$BATS_TEST_TMPDIR/clear.pcap" |
	    grep -vxFf <(bad_sums "$IPSEC_REG"))"
}

@test "kernel: tshark shows the four messages of each" {
	local f n=0

	for f in "$LAB"/*_ipv4_*.pcap; do
		[[ $f != *hostile* ]] || continue
		clear "$f"
		# By the log of the peers.
		same "$(jq -c -f "$LAB/plain.jq" "${f%.pcap}.keys.json" |
		    jq -r 'split("\r\n")[0]')" \
		    "$(shark "$BATS_TEST_TMPDIR/clear.pcap")"
		same "" "$(tshark -r "$BATS_TEST_TMPDIR/clear.pcap" \
		    -Y 'esp || tcp.analysis.flags || _ws.malformed')"
		n=$((n + 1))
	done
	[ $n -ge 18 ]
}

@test "call_gm: tshark shows all 25 messages, on Ethernet" {
	clear "$LAB/call_gm.pcap"
	# Clear, or NULL encryption, which tshark tries when it is told to.
	same "$(tshark -r "$LAB/call_gm.pcap" \
	    -o esp.enable_null_encryption_decode_heuristic:TRUE -Y sip \
	    -T fields -e sip.Request-Line -e sip.Status-Line | tr -d '\t')" \
	    "$(shark "$BATS_TEST_TMPDIR/clear.pcap")"
	same 25 "$(shark "$BATS_TEST_TMPDIR/clear.pcap" | wc -l)"
	# Frames, times and Ethernet addresses stay; the datagram in two
	# frames is one.
	same "$(tshark -r "$LAB/call_gm.pcap" -Y '!(ip.flags.mf == 1)' \
	    -T fields -e frame.time_epoch -e eth.src -e eth.dst)" \
	    "$(tshark -r "$BATS_TEST_TMPDIR/clear.pcap" -T fields \
	    -e frame.time_epoch -e eth.src -e eth.dst)"
}

@test "ipsec_reg: tshark shows what was in ESP" {
	need_shared
	clear "$IPSEC_REG"
	seen "$IPSEC_REG" >"$BATS_TEST_TMPDIR/before"
	seen "$BATS_TEST_TMPDIR/clear.pcap" >"$BATS_TEST_TMPDIR/after"
	ims-pcap -k "$BATS_TEST_TMPDIR/k" "$IPSEC_REG" |
	    jq -r 'select(.protection) | [.src, .dst, .call_id, .cseq,
	    .method // .status] | @tsv' | sort -u >"$BATS_TEST_TMPDIR/want"
	same 6 "$(wc -l <"$BATS_TEST_TMPDIR/want")"
	same "" "$(comm -12 "$BATS_TEST_TMPDIR"/{want,before})"
	diff -u <(sort -u "$BATS_TEST_TMPDIR"/{want,before}) \
	    "$BATS_TEST_TMPDIR/after"
	# All other frames are as they were: those of ESP are IP protocol 50.
	tshark -r "$IPSEC_REG" -Y '!(ip.proto == 50)' -F nsecpcap \
	    -w "$BATS_TEST_TMPDIR/rest.pcap"
	same "" "$(comm -23 <(frames "$BATS_TEST_TMPDIR/rest.pcap") \
	    <(frames "$BATS_TEST_TMPDIR/clear.pcap"))"
}

@test "what has no key stays as it is, octet for octet" {
	local f

	for f in "$LAB"/null_aes-gcm_ipv4_*.pcap "$SHAPES"/v_*.pcap \
	    "$LAB"/*_cx.pcap; do
		run -0 ims-pcap -q --clear -w "$BATS_TEST_TMPDIR/clear.pcap" "$f"
		same "" "$output"
		tshark -r "$f" -F nsecpcap -w "$BATS_TEST_TMPDIR/want.pcap"
		# Behind the head of the file, where the snapshot length is.
		cmp <(tail -c +25 "$BATS_TEST_TMPDIR/want.pcap") \
		    <(tail -c +25 "$BATS_TEST_TMPDIR/clear.pcap")
	done
}

# hop HEX: a capture of one Ethernet frame with the IP packet HEX.
hop()
{
	perl -e '$ARGV[0] =~ s/\s//g; $f = pack "H*", $ARGV[0]; print pack("VvvVVVVVVVV",
	    0xa1b2c3d4, 2, 4, 0, 0, 65535, 1, 1700000000, 5, length $f,
	    length $f) . $f' "$1" >"$BATS_TEST_TMPDIR/hop.pcap"
}

ipsec_json()
{
	jq -r --arg id "$1" '.packets[] | select(.id == $id) | .'"$2" \
	    "$DATA/vectors/ipsec.json"
}

@test "tunnel mode: the inner packet, VLAN tags stay" {
	vector_sas >"$BATS_TEST_TMPDIR/k"
	hop "020000000002020000000001 88a80064 8100000a 0800 $(
	    ipsec_json udp-enc-tun-up-before-nat packet)"
	ims-pcap --clear -w "$BATS_TEST_TMPDIR/clear.pcap" \
	    -k "$BATS_TEST_TMPDIR/k" "$BATS_TEST_TMPDIR/hop.pcap"
	same "02000000000202000000000188a800648100000a0800$(
	    ipsec_json udp-enc-tun-up-before-nat inner_hex)" \
	    "$(tail -c +41 "$BATS_TEST_TMPDIR/clear.pcap" |
	    perl -0777 -ne 'print unpack "H*"')"
}

@test "under GTP-U: the inner packet alone" {
	local inner head

	vector_sas >"$BATS_TEST_TMPDIR/k"
	inner=$(ipsec_json udp-enc-tun-up-before-nat packet)
	# IP, UDP to port 2152, GTP-U version 1 with its eight octets.
	head=$(perl -e '$n = length($ARGV[0]) / 2; print unpack "H*",
	    pack("CCnnnCCnNNnnnnCCnN", 0x45, 0, $n + 36, 1, 0, 64, 17, 0,
	    0x0a010001, 0x0a010002, 2152, 2152, $n + 16, 0, 0x30, 255, $n,
	    7)' "$inner")
	hop "0200000000020200000000010800 $head$inner"
	ims-pcap --clear -w "$BATS_TEST_TMPDIR/clear.pcap" \
	    -k "$BATS_TEST_TMPDIR/k" "$BATS_TEST_TMPDIR/hop.pcap"
	same "0200000000020200000000010800$(
	    ipsec_json udp-enc-tun-up-before-nat inner_hex)" \
	    "$(tail -c +41 "$BATS_TEST_TMPDIR/clear.pcap" |
	    perl -0777 -ne 'print unpack "H*"')"
}

@test "frames cut by the snapshot length keep their length" {
	editcap -s 60 -F nsecpcap "$LAB/call_gm.pcap" \
	    "$BATS_TEST_TMPDIR/cut.pcap"
	run -3 ims-pcap -q --clear -w "$BATS_TEST_TMPDIR/clear.pcap" \
	    -k "$LAB/call.keys.jsonl" "$BATS_TEST_TMPDIR/cut.pcap"
	cmp <(tail -c +25 "$BATS_TEST_TMPDIR/cut.pcap") \
	    <(tail -c +25 "$BATS_TEST_TMPDIR/clear.pcap")
}

@test "a fragment of ESP that nothing follows stays, and all behind it" {
	keys_of "$LAB/call_gm.pcap" >"$BATS_TEST_TMPDIR/k"
	local first

	first=$(tshark -r "$LAB/call_gm.pcap" -Y 'ip.flags.mf == 1' \
	    -T fields -e frame.number)
	editcap "$LAB/call_gm.pcap" "$BATS_TEST_TMPDIR/in.pcap" $((first + 1))
	ims-pcap -q --clear -w "$BATS_TEST_TMPDIR/clear.pcap" \
	    -k "$BATS_TEST_TMPDIR/k" "$BATS_TEST_TMPDIR/in.pcap" || [ $? = 3 ]
	same "$(tshark -r "$BATS_TEST_TMPDIR/in.pcap" -T fields \
	    -e frame.time_epoch)" "$(tshark \
	    -r "$BATS_TEST_TMPDIR/clear.pcap" -T fields -e frame.time_epoch)"
}

@test "two link types: that of the first, IP packets of the other" {
	ims-pcap --clear -w "$BATS_TEST_TMPDIR/clear.pcap" \
	    "$SHAPES/v_sll.pcap" "$LAB/call_gm.pcap"
	same "$(ims-pcap "$SHAPES/v_sll.pcap" | messages
	    ims-pcap "$LAB/call_gm.pcap" | messages)" \
	    "$(ims-pcap "$BATS_TEST_TMPDIR/clear.pcap" | messages)"
	same 45 "$(tshark -r "$BATS_TEST_TMPDIR/clear.pcap" -Y 'sll && sip' |
	    wc -l)"
}

@test "packet records are frames of raw IP" {
	ims-pcap --packets "$LAB/call_gm.pcap" | ims-pcap --clear \
	    -k "$LAB/call.keys.jsonl" -w "$BATS_TEST_TMPDIR/clear.pcap"
	same 25 "$(shark "$BATS_TEST_TMPDIR/clear.pcap" | wc -l)"
	same "" "$(tshark -r "$BATS_TEST_TMPDIR/clear.pcap" -Y eth)"
	# Other records cannot be in it.
	run -3 --separate-stderr ims-pcap --clear \
	    -w "$BATS_TEST_TMPDIR/clear.pcap" <<<'{"type":"gap","octets":1}'
	[[ $stderr == *"line 1: no packet; it is left out" ]]
}

@test "--clear and -w go together" {
	run -2 --separate-stderr ims-pcap --clear "$LAB/call_gm.pcap"
	[ -z "$output" ]
	run -4 --separate-stderr ims-pcap --clear -w /dev/full \
	    "$LAB/call_gm.pcap"
	[[ $stderr == *"/dev/full: No space left on device"* ]]
	run -4 --separate-stderr ims-pcap --clear -w /nonexistent/x \
	    "$LAB/call_gm.pcap"
}

# SRTP: data/srtp/clear.pcap is what srtp.py wrote beside call.pcap.

# The octets of each frame.
octets()
{
	tshark -r "$1" -x
}

@test "srtp: with the keys of its signalling, frame by frame" {
	run -0 --separate-stderr ims-pcap --clear \
	    -w "$BATS_TEST_TMPDIR/clear.pcap" "$DATA/srtp/call.pcap"
	[ -z "$stderr" ]
	same "$(octets "$DATA/srtp/clear.pcap")" \
	    "$(octets "$BATS_TEST_TMPDIR/clear.pcap")"
	same "" "$(bad_sums "$BATS_TEST_TMPDIR/clear.pcap")"
	same "$(awk '$2 !~ /^80c8/ { print $1, substr($2, 25) }' \
	    "$DATA/srtp/call.txt")" \
	    "$(tshark -r "$BATS_TEST_TMPDIR/clear.pcap" -Y rtp.payload \
	    -o sdp.establish_conversation:FALSE -d udp.port==50000,rtp -d udp.port==40000,rtp -E separator=' ' -T fields \
	    -e frame.number -e rtp.payload)"
}

@test "srtp: with srtp records as keys, without its signalling" {
	ims-sa media -x "$DATA/srtp/call.pcap" >"$BATS_TEST_TMPDIR/k"
	for f in call clear; do
		tshark -r "$DATA/srtp/$f.pcap" -Y 'udp.port != 5060' -F pcap \
		    -w "$BATS_TEST_TMPDIR/$f.cut"
	done
	run -0 --separate-stderr ims-pcap --clear -k "$BATS_TEST_TMPDIR/k" \
	    -w "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/call.cut"
	same "$(octets "$BATS_TEST_TMPDIR/clear.cut")" \
	    "$(octets "$BATS_TEST_TMPDIR/out")"
	run -0 ims-pcap --clear -w "$BATS_TEST_TMPDIR/out" \
	    "$BATS_TEST_TMPDIR/call.cut"
	same "$(octets "$BATS_TEST_TMPDIR/call.cut")" \
	    "$(octets "$BATS_TEST_TMPDIR/out")"
}

@test "srtp: what has a wrong tag stays closed, and is said" {
	perl -0777 -pe 'substr($_, -9, 1) ^= "\x01"' "$DATA/srtp/call.pcap" \
	    >"$BATS_TEST_TMPDIR/bad.pcap"
	run -3 --separate-stderr ims-pcap --clear -w "$BATS_TEST_TMPDIR/out" \
	    "$BATS_TEST_TMPDIR/bad.pcap"
	[[ $stderr == *": frame 93: srtp: tag does not match" ]]
	last()
	{
		tshark -r "$1" -Y 'frame.number == 93' -x
	}
	same "$(last "$BATS_TEST_TMPDIR/bad.pcap")" \
	    "$(last "$BATS_TEST_TMPDIR/out")"
}
