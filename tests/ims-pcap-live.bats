# ims-pcap and ims-verify on an interface, on a file that grows, on a pipe; and
# the files that --rotate makes.
load helper

LIVE=$TOP/tests/live
GM=$LAB/call_gm.pcap

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
	PIDS=() NS=()
}

teardown()
{
	local n

	for n in "${PIDS[@]}"; do
		kill "$n" 2>/dev/null || :
	done
	for n in "${NS[@]}"; do
		kill $(ip netns pids "$n") 2>/dev/null || :
		ip netns del "$n" 2>/dev/null || :
	done
	[ -n "${BATS_TEST_COMPLETED:-}" ] || tail -n 20 err *.log 2>/dev/null ||
		:
}

# A namespace NET, with v0 of one end, and v1 in another, PEER.
need_netns()
{
	[ "$(id -u)" = 0 ] || skip "not root"
	command -v ip >/dev/null || skip "no ip"
	NET=imsl$$a PEER=imsl$$b
	ip netns add "$NET" 2>/dev/null || skip "no network namespaces"
	NS=("$NET" "$PEER")
	ip netns exec "$NET" true 2>/dev/null || skip "no network namespaces"
	ip netns add "$PEER"
	ip link add v0 netns "$NET" type veth peer name v1 netns "$PEER"
	ip -n "$NET" addr add 10.46.0.1/24 dev v0
	ip -n "$PEER" addr add 10.46.0.2/24 dev v1
	ip -n "$NET" link set lo up
	ip -n "$NET" link set v0 up
	ip -n "$PEER" link set v1 up
	IN="ip netns exec $NET"
}

# until_true COMMAND...: it is, sooner or later.
until_true()
{
	local i

	for ((i = 0; i < 600; i++)); do
		! "$@" 2>/dev/null || return 0
		sleep 0.05
	done
	return 1
}

# live COMMAND...: in the namespace, output to out and err; it is there, as RUN,
# and captures, when this returns.
live()
{
	: >err
	$IN "$@" >out 2>>err &
	RUN=$!
	PIDS+=("$RUN")
	until_true grep -q ': capturing$' err
}

# follow COMMAND...: the same for what does not capture.
follow()
{
	: >out
	"$@" >out 2>err &
	RUN=$!
	PIDS+=("$RUN")
}

over()
{
	! grep -qs '^State:[^Z]*$' "/proc/$RUN/status"
}

# It ends by itself, sooner or later, with this status.
ended()
{
	local got=0

	until_true over || kill -KILL "$RUN"
	wait "$RUN" || got=$?
	echo "status $got, not $1?"
	[ "$got" -eq "$1" ]
}

# It ends as it is told to, with this status.
ends()
{
	kill "-${2:-INT}" "$RUN"
	ended "$1"
}

# It catches SIGHUP, SIGINT and SIGTERM.
catches()
{
	grep -q 'SigCgt:.*4..3$' "/proc/$RUN/status"
}

lines_are()
{
	[ "$(wc -l <"$1")" -eq "$2" ]
}

# calls N RATE: SIPp at both ends makes them; its log is calls.log.
calls()
{
	command -v sipp >/dev/null || skip "no sipp"
	ip netns exec "$PEER" sipp -sn uas -nostdin -i 10.46.0.2 -p 5060 \
	    >uas.log 2>&1 &
	PIDS+=($!)
	until_true ip netns exec "$PEER" grep -q :13C4 /proc/net/udp
	ip netns exec "$NET" timeout 100 sipp -sn uac -nostdin -d 0 -m "$1" \
	    -r "$2" -trace_msg -message_file calls.log -i 10.46.0.1 -p 5060 \
	    10.46.0.2:5060 >uac.log 2>&1
}

# A registration and its finding: a datagram to where nobody is.
one_message()
{
	ims-pcap "$GM" | head -n 1 | jq -r .message |
	    $IN python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(sys.stdin.buffer.read()[:-1], (sys.argv[1], int(sys.argv[2])))' \
	    "${1:-10.46.0.2}" "${2:-5060}"
}

@test "-i: of SIPp's calls every message is a record, and none dropped" {
	local n

	need_netns
	live ims-pcap -i v0 -o r.jsonl -w w.pcap
	calls "${CALLS:-100}" "${RATE:-100}"
	ends 0
	python3 "$LIVE/sipp_log.py" calls.log | sort >want
	n=$(wc -l <want)
	[ "$n" -ge $((6 * ${CALLS:-100})) ]
	messages_hex <r.jsonl | sort >got
	cmp want got
	same "0 dropped by the kernel, 0 by the interface" \
	    "$(sed -n 's/.* packets received, //p' err)"
	# The file is whole, and tshark reads the same in it.
	complaints w.pcap
	diff <(messages_hex <r.jsonl) <(tshark_sip w.pcap)
}

@test "-i any: the same on all interfaces" {
	need_netns
	live ims-pcap -i any
	calls 10 10
	ends 0 TERM
	diff <(python3 "$LIVE/sipp_log.py" calls.log | sort) \
	    <(messages_hex <out | sort)
}

@test "-i --clear -w: the frames themselves" {
	need_netns
	live ims-pcap -i v0 --clear -w w.pcap --filter udp
	calls 10 10
	ends 0
	same "$(python3 "$LIVE/sipp_log.py" calls.log | sort)" \
	    "$(tshark_sip w.pcap | sort)"
	same ether "$(capinfos -TrE w.pcap | cut -f 2)"
}

@test "-i: records are there while it runs; -n ends it" {
	need_netns
	live ims-pcap -i v0
	one_message
	until_true lines_are out 1
	kill -0 "$RUN"
	ends 0
	live ims-pcap -i v0 -n 2
	one_message
	one_message
	ended 0
	lines_are out 2
}

@test "-i: what had passed when the signal came is still read" {
	need_netns
	live ims-pcap -i v0 -o r.jsonl
	kill -STOP "$RUN"
	$IN python3 "$LIVE/replay.py" v0 "$GM"
	kill -INT "$RUN"
	kill -CONT "$RUN"
	ended 0
	diff <(ims-pcap "$GM" | jq -c .message) <(jq -c .message r.jsonl)
}

@test "-i: ims-verify reports a finding while it runs" {
	need_netns
	live ims-verify -i v0
	one_message
	until_true grep -q '^v0:[0-9]*: warning PRIV-06' out
	kill -0 "$RUN"
	ends 1
	[[ $(tail -n 1 err) = *" packets received, 0 dropped"* ]]
}

@test "-i --filter: the others are not even received" {
	need_netns
	live ims-pcap -i v0 --filter 'udp port 5070'
	one_message 10.46.0.2 5060
	one_message 10.46.0.2 5070
	until_true lines_are out 1
	ends 0
	same 5070 "$(jq .dport out)"
	[[ $(tail -n 1 err) = *": 1 packets received"* ]]
	run -2 --separate-stderr $IN ims-pcap -i v0 --filter 'port what'
	[[ $stderr = "ims-pcap: --filter port what: "* ]]
}

@test "-i: SAs are learned on the way, as from a file" {
	need_netns
	live ims-pcap -i v0 -k "$LAB/call.keys.jsonl"
	$IN python3 "$LIVE/replay.py" v0 "$GM"
	until_true lines_are out 25
	ends 0
	diff <(ims-pcap -k "$LAB/call.keys.jsonl" "$GM" |
	    jq -c '[.message, .protection]') \
	    <(jq -c '[.message, .protection]' out)
}

@test "-i: the rights of root are given up" {
	need_netns
	live ims-pcap -i v0
	same "$(id -u nobody)" "$(awk '/^Uid/ { print $3 }' "/proc/$RUN/status")"
	same "CapEff 0000000000000000 CapPrm 0000000000000000 NoNewPrivs 1" \
	    "$(awk '/^(CapEff|CapPrm|NoNewPrivs)/ { print $1, $2 }' \
	    "/proc/$RUN/status" | tr -d : | sort | xargs)"
	ends 0
	# Who writes files stays root, but may do nothing else.
	live ims-pcap -i v0 -o r.jsonl
	same 0 "$(awk '/^Uid/ { print $3 }' "/proc/$RUN/status")"
	same 0000000000000002 \
	    "$(awk '/^CapEff/ { print $2 }' "/proc/$RUN/status")"
	ends 0
	# Under sudo: the outputs are of who called it.
	mkdir of_user
	chown 12345:12346 of_user
	chmod 711 "$BATS_TEST_TMPDIR"
	chmod a+x "$BATS_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" \
	    "${BATS_TEST_TMPDIR%/*}" 2>/dev/null || :
	cd of_user
	SUDO_UID=12345 SUDO_GID=12346 live ims-pcap -i v0 -o r.jsonl 2>../err ||
		skip "the directory of the tests is closed to others"
	ends 0
	same 12345:12346 "$(stat -c %u:%g r.jsonl)"
}

@test "-i: no such interface, one that is down, not permitted: 4, and what to do" {
	need_netns
	run -4 --separate-stderr $IN ims-pcap -i nonesuch
	[[ $stderr = "ims-pcap: nonesuch: no such interface; there are "*v0* ]]
	run -4 --separate-stderr $IN ims-verify -i nonesuch
	[[ $stderr = "ims-verify: nonesuch: no such interface; "* ]]
	ip -n "$NET" link set v0 down
	run -4 --separate-stderr $IN ims-pcap -i v0 -o r.jsonl
	[[ $stderr = "ims-pcap: v0: is down "*"ip link set up"* ]]
	[ ! -e r.jsonl ]
	cp "$B/ims-pcap" "$BATS_TEST_TMPDIR/a"
	run -4 --separate-stderr $IN setpriv --reuid 65534 --clear-groups \
	    --inh-caps=-all --bounding-set=-all "$BATS_TEST_TMPDIR/a" -i lo
	[[ $stderr = "ims-pcap: lo: not permitted: be root, "*setcap* ]] ||
		[[ $stderr = *"Permission denied" ]]
}

@test "-i: an interface that goes away: 4, and what was read is kept" {
	need_netns
	live ims-pcap -i v0 -o r.jsonl
	one_message
	# Down and up again is no end.
	ip -n "$NET" link set v0 down
	ip -n "$NET" link set v0 up
	one_message
	sleep 0.2
	ip -n "$NET" link del v0
	ended 4
	grep -q 'ims-pcap: v0: .*disappeared' err
	lines_are r.jsonl 2
}

@test "options that contradict one another: 2" {
	local t

	for t in ims-pcap ims-verify; do
		run -2 --separate-stderr $t -i lo "$GM"
		same "$t: -i lo: reads no files" "$stderr"
		run -2 --separate-stderr $t -i lo --follow
		same "$t: -i lo: reads no files" "$stderr"
		run -2 --separate-stderr $t --follow "$GM" "$GM"
		same "$t: --follow: one file" "$stderr"
	done
	run -2 --separate-stderr ims-pcap --rotate 1M "$GM"
	[[ $stderr = *"--rotate is of a capture in files: -w FILE is missing" ]]
	run -2 --separate-stderr ims-pcap --rotate 1M -w - "$GM"
	[[ $stderr = *"--rotate is of a capture in files: -w FILE is missing" ]]
	for t in 10 M 0M 10M, 10M,0 60m 10s,100000 5000000000s; do
		run -2 --separate-stderr ims-pcap --rotate $t -w x "$GM"
		[[ $stderr = "ims-pcap: --rotate $t: not a size "* ]]
	done
}

# The first N octets of the capture, then more of it.
grow()
{
	tail -c "+$(($1 + 1))" "$GM" | head -c "$(($2 - $1))" >>grows.pcap
}

@test "--follow: what a file grows by is read, whatever it is cut into" {
	local size i=0

	size=$(wc -c <"$GM")
	: >grows.pcap
	follow ims-pcap --follow grows.pcap
	grow 0 10
	grow 10 1500
	until_true lines_are out 1
	kill -0 "$RUN"
	for ((i = 1500; i + 700 < size; i += 700)); do
		grow $i $((i + 700))
	done
	grow $i "$size"
	until_true lines_are out 25
	ends 0
	diff <(ims-pcap "$GM") out
	[ ! -s err ]
}

@test "--follow: pcapng, records" {
	local f

	ims-pcap "$GM" >all.jsonl
	for f in "$DATA"/cap/*.pcapng; do
		[ ! -s "$f" ] || ! ims-pcap -q "$f" >all.out 2>/dev/null ||
			[ ! -s all.out ] || break
	done
	cp "$f" grows
	follow ims-pcap -q --follow grows
	until_true lines_are out "$(wc -l <all.out)"
	ends 0
	cmp all.out out
	head -c 3000 all.jsonl >grows
	follow ims-verify --follow grows
	until_true grep -q PRIV-06 out
	tail -c +3001 all.jsonl >>grows
	until_true grep -q '^grows:26:' out
	ends 1
	diff <(ims-verify "$GM" | cut -d : -f 3-) <(cut -d : -f 3- out)
}

@test "--follow: what is in the file when the signal comes is still read" {
	cp "$GM" grows.pcap
	follow ims-pcap --follow grows.pcap -o r.jsonl
	until_true catches
	ends 0 TERM
	diff <(ims-pcap "$GM") r.jsonl
}

@test "--follow: a frame that is half written when it ends is no bad input" {
	head -c 2000 "$GM" >grows.pcap
	follow ims-pcap --follow grows.pcap
	until_true [ -s out ]
	ends 0
	grep -q 'byte 2000: frame [0-9]*: truncated' err
}

@test "--follow: a file that shrinks, or is another: said, 3" {
	cp "$GM" grows.pcap
	follow ims-pcap --follow grows.pcap
	until_true lines_are out 25
	head -c 100 "$GM" >grows.pcap
	ended 3
	same "ims-pcap: grows.pcap: is shorter than what was read of it: it was \
written anew" "$(cat err)"
	cp "$GM" grows.pcap
	follow ims-verify --follow grows.pcap
	until_true grep -q SA-04 out
	cp "$GM" new.pcap
	mv new.pcap grows.pcap
	ended 3
	same "ims-verify: grows.pcap: is no longer the file that was opened" \
	    "$(cat err)"
}

@test "a pipe: what came is told before more comes" {
	mkfifo pipe
	follow sh -c 'exec ims-verify - <pipe'
	exec 7>pipe
	head -c 1500 "$GM" >&7
	until_true grep -q '^-:1: warning PRIV-06' out
	kill -0 "$RUN"
	tail -c +1501 "$GM" >&7
	exec 7>&-
	ended 1
	diff <(ims-verify "$GM" | cut -d : -f 2-) <(cut -d : -f 2- out)
	# By name, and a capture written.
	follow ims-pcap -w - pipe
	exec 7>pipe
	head -c 1500 "$GM" >&7
	until_true grep -qa REGISTER out
	exec 7>&-
	ended 3
}

@test "--follow -: SIGINT lets what comes before it end first" {
	mkfifo pipe
	follow sh -c 'exec ims-pcap --follow -o r.jsonl - <pipe'
	exec 7>pipe
	head -c 1500 "$GM" >&7
	until_true catches
	kill -STOP "$RUN"
	tail -c +1501 "$GM" >&7
	exec 7>&-
	kill -INT "$RUN"
	kill -CONT "$RUN"
	ended 0
	diff <(ims-pcap "$GM") r.jsonl
	# One that does not end cannot keep it.
	follow sh -c 'exec ims-pcap --follow -o r.jsonl - <pipe'
	exec 7>pipe
	cat "$GM" >&7
	until_true catches
	ends 0
	exec 7>&-
	diff <(ims-pcap "$GM") r.jsonl
}

@test "a full disk: 4, and what was written of a live run is whole" {
	# A file size limit stands for the full disk: SIGXFSZ is ignored.
	full()
	{
		trap '' XFSZ
		ulimit -f "$1"
		shift
		exec "$@"
	}
	cp "$GM" grows.pcap
	run -4 --separate-stderr full 4 ims-pcap --follow -w w.pcap grows.pcap
	same "ims-pcap: w.pcap: File too large" "$stderr"
	complaints w.pcap
	tshark_sip w.pcap >got
	[ -s got ]
	diff <(ims-pcap "$GM" | messages_hex |
	    sed -n "1,$(wc -l <got)p") got
	run -4 --separate-stderr full 4 ims-pcap --follow -o r.jsonl grows.pcap
	same "ims-pcap: r.jsonl: File too large" "$stderr"
	[ -s r.jsonl ]
	diff <(ims-pcap "$GM" | sed -n "1,$(wc -l <r.jsonl)p") r.jsonl
	! ls | grep tmp
	# What can be done again leaves nothing.
	run -4 full 4 ims-pcap -w w2.pcap grows.pcap
	[ ! -e w2.pcap ]
}

@test "--rotate: files by size, each whole by itself" {
	local f

	ims-pcap -w w.pcap --rotate 12k "$GM"
	same "w.pcap.00001 w.pcap.00002" "$(echo w.*)"
	for f in w.*; do
		complaints "$f"
		[ "$f" = w.pcap.00002 ] || [ "$(wc -c <"$f")" -ge 12288 ]
		tshark_sip "$f"
	done >got
	diff <(ims-pcap "$GM" | messages_hex) got
}

@test "--rotate: of TCP each file has whole connections" {
	local f

	ims-pcap "$LAB/sipp_akav1_tcp.pcap" >all.jsonl
	ims-pcap -w w.pcap --rotate 4k all.jsonl
	[ -e w.pcap.00002 ]
	for f in w.*; do
		complaints "$f"
		[ -z "$(tshark -r "$f" -Y tcp.analysis.ack_lost_segment)" ]
		same "$(tshark -r "$f" -Y 'tcp.flags.syn == 1 &&
		    tcp.flags.ack == 0' | wc -l)" \
		    "$(tshark -r "$f" -T fields -e tcp.stream |
		    grep . | sort -u | wc -l)"
		tshark_sip "$f"
	done >got
	diff <(messages_hex <all.jsonl | sort) <(sort got)
}

@test "--rotate: files by time, frames too" {
	local f=$LAB/call_plain_gm.pcap want

	# The first two seconds, by tshark.
	want=$(tshark -r "$f" -Y 'frame.time_relative < 2' | wc -l)
	ims-pcap --clear -w w.pcap --rotate 2s "$f"
	same "w.pcap.00001 w.pcap.00002" "$(echo w.*)"
	same "$want" "$(tshark -r w.pcap.00001 | wc -l)"
	same "$(tshark -r "$f" | wc -l)" "$(tshark -r w.pcap.00001 |
	    cat - <(tshark -r w.pcap.00002) | wc -l)"
	ims-pcap -w w.pcap --rotate 2s "$f"
	same "$want" "$(tshark -r w.pcap.00001 | wc -l)"
}

@test "--rotate: only the newest are kept" {
	: >w.pcap.00099
	ims-pcap -w w.pcap --rotate 2k,3 "$GM"
	ls w.* >names
	# Of 22 KB; what was there before is not ours.
	[ "$(wc -l <names)" -eq 4 ]
	[ "$(head -n 1 names)" != w.pcap.00001 ]
	complaints "$(tail -n 1 names)"
}
