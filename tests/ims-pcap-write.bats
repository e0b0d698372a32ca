# ims-pcap -w: records and captures into a capture, read by tshark and by
# ims-pcap again.
load helper

setup()
{
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here"
}

# each FUNCTION CAPTURE...: all of them are tried, what fails is named.
each()
{
	local what=$1 bad=0 f

	shift
	for f; do
		"$what" "$f" >why 2>&1 || {
			echo "$f:"
			head -n 20 why | cut -c -300
			bad=1
		}
	done
	[ $bad = 0 ]
}

# What a message is, and when and where it was seen; two that were in one segment
# become two, microseconds apart.
story()
{
	jq -c 'select(.type == "sip") | [.time[:-6], .src, .sport, .dst, .dport,
	    .transport, .message // .message_b64]'
}

# message I CALL TRANSPORT SIZE: a sip record, its message of SIZE octets.
message()
{
	jq -nc --argjson i "$1" --arg t "$2" --argjson n "$3" '
	    ("OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/\($t | ascii_upcase) a\r\n" +
	    "Call-ID: a\r\nCSeq: \($i) OPTIONS\r\nContent-Length: ") as $head |
	    ($n - ($head | length) - 4) as $left |
	    ($left - ($left | tostring | length)) as $body |
	    { type: "sip", time: "170000000\($i).000500000", src: "192.0.2.7",
	      sport: 5070, dst: "192.0.2.8", dport: 5060, transport: $t,
	      message: ($head + "\($body)\r\n\r\n" + ("x" * $body)) }'
}

written()
{
	: >k
	keys_of "$1" >k
	[ -s k ] && k="-k k" || k=
	ims-pcap -q $k "$1" >a || :
	[ -s a ] || return 0
	ims-pcap -q -w w $2 a || return 1
	complaints w
	ims-pcap -q w | story >got
	diff -u <(story <a) got
}

written_mtu()
{
	written "$1" "--mtu 576"
	[ "$(tshark -r w -Y 'frame.len > 576')" = "" ]
}

# tshark, which is told that all is SIP, finds the octets of each message.
seen_by_tshark()
{
	written "$1" "--link ethernet"
	[ -s a ] || return 0
	tshark_sip w >t
	diff -u <(messages_hex <a) t
}

@test "every capture: the same messages, to tshark too, and nothing amiss" {
	each seen_by_tshark "$LAB"/*.pcap "$SHAPES"/*.pcap*
}

@test "every capture: odd ones" {
	each written "$DATA"/cap/*.pcap* "$DATA"/vectors/*.pcap
}

@test "every capture: in fragments too" {
	each written_mtu "$LAB"/hmac-md5*_tcp.pcap "$LAB"/call_gm.pcap \
	    "$SHAPES"/v_ip6.pcap
}

@test "the captures in ../shared" {
	need_shared
	each written $(captures | grep -v "^$TOP")
}

@test "a capture itself: the same as by way of its records" {
	ims-pcap -w one "$LAB/call_plain_gm.pcap"
	ims-pcap "$LAB/call_plain_gm.pcap" | ims-pcap -w two
	cmp one two
}

@test "packets: as they were" {
	ims-pcap -q --packets "$LAB/call_gm.pcap" >p
	ims-pcap -w w p
	ims-pcap -q --packets w >q
	diff -u <(jq -c '[.time, .src, .dst, .packet]' p) \
	    <(jq -c '[.time, .src, .dst, .packet]' q)
	complaints w
}

@test "packets: written, and looked into with -o" {
	ims-pcap -q --packets "$LAB/call_plain_gm.pcap" | ims-pcap -w w -o o
	diff -u <(ims-pcap "$LAB/call_plain_gm.pcap" | story) <(story <o)
	[ "$(tshark -r w | wc -l)" = "$(ims-pcap --packets \
	    "$LAB/call_plain_gm.pcap" | wc -l)" ]
}

@test "TCP: a handshake, two in one direction, an answer, an end" {
	{
		message 1 tcp 600
		message 2 tcp 4000
		message 3 tcp 500 | jq -c '(.src, .dst) |= (if . == "192.0.2.7"
		    then "192.0.2.8" else "192.0.2.7" end) | .sport = 5060 |
		    .dport = 5070'
	} | ims-pcap -w w
	complaints w
	run -0 --separate-stderr tshark -r w -T fields -e tcp.srcport -e tcp.flags.str \
	    -e tcp.len -o tcp.relative_sequence_numbers:TRUE
	same "5070 ··········S· 0
5060 ·······A··S· 0
5070 ·······A···· 0
5070 ·······AP··· 600
5060 ·······A···· 0
5070 ·······A···· 1460
5070 ·······A···· 1460
5060 ·······A···· 0
5070 ·······AP··· 1080
5060 ·······A···· 0
5060 ·······AP··· 500
5070 ·······A···· 0
5070 ·······A···F 0
5060 ·······A···F 0
5070 ·······A···· 0" "$(tr '\t' ' ' <<<"$output")"
	# A message's last segment has its time.
	run -0 --separate-stderr tshark -r w -Y 'tcp.flags.push == 1' -T fields \
	    -e frame.time_epoch
	same "1700000001.000500000
1700000002.000500000
1700000003.000500000" "$output"
}

@test "TCP: 60 KB" {
	message 1 tcp 60000 | ims-pcap -w w
	complaints w
	[ "$(tshark -r w -Y 'tcp.len > 1460' | wc -l)" = 0 ]
	message 1 tcp 60000 | story >want
	ims-pcap w | story | diff -u want -
}

@test "TCP: a message that does not say where it ends closes its connection" {
	jq -c '.message |= sub("Content-Length.*\r\n\r\n"; "\r\n"; "s")' \
	    <(message 1 tcp 600) >in
	message 2 tcp 700 >>in
	ims-pcap -w w in
	complaints w | grep -v reused || :
	[ "$(tshark -r w -Y 'tcp.flags.fin == 1' | wc -l)" = 4 ]
	[ "$(ims-pcap w | jq -r .cseq | tr '\n' ' ')" = \
	    "1 OPTIONS 2 OPTIONS " ]
}

@test "UDP: 22 KB, whole without --mtu, in fragments with it" {
	message 1 udp 22000 >in
	ims-pcap -w w in
	[ "$(tshark -r w | wc -l)" = 1 ]
	ims-pcap -w w --mtu 1500 in
	complaints w
	[ "$(tshark -r w | wc -l)" = 15 ]
	[ "$(tshark -r w -Y 'udp && ip.fragment.count == 15' | wc -l)" = 1 ]
	ims-pcap w | story | diff -u <(story <in) -
}

@test "UDP: 22 KB in IPv6 fragments" {
	message 1 udp 22000 | jq -c '.src = "2001:db8::7" |
	    .dst = "2001:db8::8"' >in
	ims-pcap -w w --mtu 1280 in
	complaints w
	[ "$(tshark -r w -Y 'udp && ipv6.fragment.count == 18' | wc -l)" = 1 ]
	ims-pcap w | story | diff -u <(story <in) -
}

@test "UDP: a message longer than a datagram is named, the rest is done" {
	message 1 udp 65508 >in
	message 2 udp 65507 >>in
	run -3 --separate-stderr ims-pcap -w w in
	[[ $stderr = "ims-pcap: in: line 1: not written: message has a number out of range" ]]
	[ "$(ims-pcap w | jq -r .cseq)" = "2 OPTIONS" ]
}

@test "link types: as tshark names them, IPv4 and IPv6" {
	message 1 udp 500 >v4
	jq -c '.src = "2001:db8::7" | .dst = "2001:db8::8"' v4 >v6
	for t in raw:raw ethernet:eth sll:sll sll2:sll ipv4:ip ipv6:ipv6; do
		f=${t#*:}
		for v in v4 v6; do
			case ${t%:*}$v in
			ipv4v6 | ipv6v4)
				continue
				;;
			esac
			ims-pcap -w w --link "${t%:*}" $v
			complaints w
			run -0 --separate-stderr tshark -r w -T fields \
			    -e frame.protocols
			[[ $output = "$f:"*sip* ]]
			ims-pcap w | story | diff -u <(story <$v) -
		done
	done
	run -3 --separate-stderr ims-pcap -w w --link ipv4 v6
	[[ $stderr = *"v6: line 1: not written: "*"IP version"* ]]
}

@test "link types: the file says which, and nanoseconds" {
	message 1 udp 500 | ims-pcap -w w --link sll2
	# LINKTYPE_LINUX_SLL2 is 276; draft-ietf-opsawg-pcap.
	[ "$(od -An -tx1 -N4 w | tr -d ' ')" = 4d3cb2a1 ]
	[ "$(od -An -tu4 -j20 -N4 w | tr -d ' ')" = 276 ]
	run -2 --separate-stderr ims-pcap -w w --link isdn /dev/null
	[[ $stderr = *"--link isdn: not raw"* ]]
}

@test "times: without any, milliseconds from 0" {
	for i in 1 2 3; do
		message $i udp 400 | jq -c 'del(.time)'
	done | ims-pcap -w w
	same "0.000000000
0.001000000
0.002000000" "$(tshark -r w -T fields -e frame.time_epoch)"
}

@test "no addresses: those of documentation, with a note" {
	printf 'OPTIONS sip:b SIP/2.0\r\nCall-ID: a\r\n\r\n' >in
	run -0 --separate-stderr ims-pcap -w w in
	[[ $stderr = "ims-pcap: in: has no addresses: those of documentation are written" ]]
	[ "$(tshark -r w -T fields -e ip.src -e ip.dst -e udp.port)" = \
	    "192.0.2.1	192.0.2.2	5060,5060" ]
	printf 'SIP/2.0 200 OK\r\nCall-ID: a\r\n\r\n' >in
	ims-pcap -q -w w in
	[ "$(tshark -r w -T fields -e ip.src -e ip.dst)" = \
	    "192.0.2.2	192.0.2.1" ]
}

@test "protection: what came out of ESP is written in the clear" {
	keys_of "$LAB/hmac-sha1-96_aes-cbc_ipv4_udp.pcap" >k
	ims-pcap -w w -k k "$LAB/hmac-sha1-96_aes-cbc_ipv4_udp.pcap"
	[ "$(tshark -r w -Y esp | wc -l)" = 0 ]
	[ "$(tshark -r w -Y 'sip || udp' | wc -l)" -gt 3 ]
}

@test "outputs: no records with -w, unless -o says where" {
	run -0 --separate-stderr ims-pcap -w w "$LAB/call_plain_gm.pcap"
	[ "$output$stderr" = "" ]
	run -0 --separate-stderr ims-pcap -w w -o - "$LAB/call_plain_gm.pcap"
	same "$(ims-pcap "$LAB/call_plain_gm.pcap")" "$output"
}

@test "outputs: -w - is standard output, and not with -o -" {
	ims-pcap -w - "$LAB/call_plain_gm.pcap" >one
	ims-pcap -w two "$LAB/call_plain_gm.pcap"
	cmp one two
	run -2 --separate-stderr ims-pcap -w - -o - one
	[[ $stderr = *"-o and -w are the same"* ]]
}

@test "outputs: whole or not there, and for its owner only" {
	ims-pcap -w w "$LAB/call_plain_gm.pcap"
	[ "$(stat -c %a w)" = 600 ]
	echo old >kept
	run -4 --separate-stderr ims-pcap -w nowhere/w "$LAB/call_gm.pcap"
	run -2 --separate-stderr ims-pcap -w kept --mtu 1 "$LAB/call_gm.pcap"
	[ "$(cat kept)" = old ]
	[ "$(ls)" = "kept
w" ]
}

@test "outputs: a full disk is exit 4, and nothing is left behind" {
	run -4 --separate-stderr ims-pcap -w /dev/full "$LAB/call_plain_gm.pcap"
	[[ $stderr = "ims-pcap: /dev/full: No space left on device" ]]
	( ulimit -f 8; trap '' XFSZ
	    ims-pcap -w w "$LAB/call_plain_gm.pcap" 2>err ) || [ $? = 4 ]
	[ "$(cat err)" = "ims-pcap: w: File too large" ]
	[ "$(ls)" = err ]
}

@test "options: --mtu and --link want -w; numbers are checked" {
	run -2 --separate-stderr ims-pcap --mtu 1500 "$LAB/call_gm.pcap"
	[[ $stderr = *"-w is missing"* ]]
	for n in 0 127 65536 x; do
		run -2 --separate-stderr ims-pcap -w w --mtu $n /dev/null
		[[ $stderr = *"--mtu $n: not 128 to 65535"* ]]
	done
}

@test "-n: so many messages are written" {
	ims-pcap -n 3 -w w "$LAB/call_plain_gm.pcap"
	[ "$(ims-pcap w | wc -l)" = 3 ]
}
