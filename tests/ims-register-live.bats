# ims-register on sockets: SIPp as a phone, a flood, phone and network in two
# namespaces with a capture for tshark, and a link that loses packets.
load helper

REG=$DATA/register
LIVE=$TOP/tests/live
DOMAIN=ims.mnc001.mcc001.3gppnetwork.org
IMPI=001010000000001@$DOMAIN

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
	# Set 2 of TS 35.207: SIPp can read its K and OP.
	K=0396eb317b6d1c36f19c1c84cd6ffd16
	OP=ff53bade17df5d4e793073ce9d7579fa
	jq -nc --arg impi "$IMPI" --arg k $K --arg op $OP '{
	    type: "subscriber", impi: $impi, impu: ["sip:" + $impi],
	    k: $k, op: $op, amf: "8000" }' >sim.jsonl
	PIDS=() NS=()
}

teardown()
{
	local n

	for n in "${PIDS[@]}"; do
		kill "$n" 2>/dev/null || :
	done
	for n in "${NS[@]}"; do
		ip netns del "$n" 2>/dev/null || :
	done
	[ -n "${BATS_TEST_COMPLETED:-}" ] || tail -n 20 *.err *.log \
	    2>/dev/null || :
}

# A port of 127.0.0.1 that is free in UDP and TCP.
free_port()
{
	python3 -c '
import socket
while True:
    t = socket.socket()
    t.bind(("127.0.0.1", 0))
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        u.bind(t.getsockname())
    except OSError:
        continue
    if t.getsockname()[1] > 20000:
        break
print(t.getsockname()[1])'
}

# core OPTION...: the network, records to core.out; ADDR, PORT and IN (a prefix
# of commands) are set.  It is up when this returns.
core()
{
	local at=$ADDR i

	[[ $ADDR != *:* ]] || at="[$ADDR]"
	$IN ims-register core -k "${SIM:-sim.jsonl}" --listen "$at:$PORT" "$@" \
	    >core.out 2>core.err &
	CORE=$!
	PIDS+=("$CORE")
	for ((i = 0; i < 100; i++)); do
		! $IN grep -qi ":$(printf %04X "$PORT") " /proc/net/udp \
		    /proc/net/udp6 || return 0
		kill -0 "$CORE" || return 1
		sleep 0.05
	done
	return 1
}

# The network ends as it is told to.
core_ends()
{
	kill -INT "$CORE"
	wait "$CORE"
}

# sipp_phone u1|t1: SIPp registers, with the keys of sim.jsonl.
sipp_phone()
{
	printf 'SEQUENTIAL\n%s;[authentication username=%s aka_OP=0x%s aka_K=0x%s aka_AMF=0x8000];\n' \
	    "$IMPI" "$IMPI" "${OP^^}" "${2:-${K^^}}" >ue.csv
	sipp "$ADDR:$PORT" -sf "$LIVE/phone.xml" -inf ue.csv -i "$ADDR" \
	    -p "$(free_port)" -m 1 -nostdin -t "$1" -timeout 20s -trace_err \
	    -error_file sipp.err >sipp.log 2>&1
}

# What there was, a line a message.
story()
{
	jq -r 'select(.type == "sip") | "\(.transport) \(.method // .status)"' \
	    "$@"
}

# ue OPTION...: the phone, records to ue.out.
ue()
{
	local at=$ADDR

	[[ $ADDR != *:* ]] || at="[$ADDR]"
	$FROM ims-register ue -k "${SIM:-sim.jsonl}" --connect "$at:$PORT" "$@" \
	    >ue.out 2>ue.err
}

need_sipp()
{
	command -v sipp >/dev/null || skip "no sipp"
}

# Two namespaces, UE and P, and a link; with RELAY a bridge between.
need_netns()
{
	local n=ims$$

	[ "$(id -u)" = 0 ] || skip "not root"
	command -v ip >/dev/null || skip "no ip"
	UE=${n}u P=${n}p R=${n}r
	ip netns add "$UE" 2>/dev/null || skip "no network namespaces"
	NS=("$UE" "$P" "$R")
	ip netns exec "$UE" true 2>/dev/null || skip "no network namespaces"
	ip netns add "$P"
	ip netns add "$R"
	if [ -n "${RELAY:-}" ]; then
		ip link add v0 netns "$UE" type veth peer name r1 netns "$R"
		ip link add v0 netns "$P" type veth peer name r2 netns "$R"
		ip -n "$R" link set r1 up
		ip -n "$R" link set r2 up
	else
		ip link add v0 netns "$UE" type veth peer name v0 netns "$P"
	fi
	for n in "$UE 2" "$P 1"; do
		set -- $n
		ip netns exec "$1" sh -c \
		    'echo 0 >/proc/sys/net/ipv6/conf/v0/accept_dad'
		ip -n "$1" addr add 10.45.0.$2/24 dev v0
		ip -n "$1" addr add 2001:db8:45::$2/64 dev v0 nodad
		ip -n "$1" link set v0 up
	done
	IN="ip netns exec $P" FROM="timeout 200 ip netns exec $UE" PORT=5060
}

@test "SIPp, a phone with AKA, registers and subscribes: UDP, TCP" {
	local t

	need_sipp
	ADDR=127.0.0.1
	for t in u1 t1; do
		PORT=$(free_port)
		# RES of this RAND has no octet 00, at which SIPp cuts it.
		core --ipsec none --set rand=c00d603103dcee52c4478119494202e8
		sipp_phone $t
		core_ends
		same "$(printf '%s\n' REGISTER 401 REGISTER 200 SUBSCRIBE 200 \
		    NOTIFY 200)" "$(story core.out | cut -d ' ' -f 2)"
		# SIPp's own response is the one of XRES.
		ims-aka check -q -k sim.jsonl core.out >/dev/null
	done
}

@test "SIPp with another K: it does not get in" {
	need_sipp
	ADDR=127.0.0.1 PORT=$(free_port)
	core --ipsec none
	! sipp_phone u1 0396EB317B6D1C36F19C1C84CD6FFD17
	core_ends
	! story core.out | grep -q 200
}

@test "all but REGISTER and SUBSCRIBE: 405, with what is allowed" {
	local m

	ADDR=127.0.0.1 PORT=$(free_port)
	core --ipsec none
	for m in OPTIONS INVITE MESSAGE NOTIFY PUBLISH XYZ; do
		printf '%s sip:a@%s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK%s\r\nMax-Forwards: 70\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: %s\r\nCSeq: 1 %s\r\nContent-Length: 0\r\n\r\n' \
		    $m $DOMAIN $m $m $m |
		    python3 "$LIVE/send.py" $ADDR $PORT | tr -d '\r' >answer
		grep -q '^SIP/2.0 405 ' answer
		grep -q '^Allow: REGISTER, SUBSCRIBE$' answer
		grep -q "^CSeq: 1 $m\$" answer
	done
	core_ends
}

@test "phone and network, without ESP: UDP, TCP, IPv4, IPv6" {
	local t

	for ADDR in 127.0.0.1 ::1; do
		[ $ADDR = 127.0.0.1 ] || [ -f /proc/net/if_inet6 ] || continue
		for t in "" --tcp; do
			PORT=$(free_port)
			core --ipsec none
			ue --ipsec none $t --once \
			    --steps register,subscribe,reregister,deregister
			core_ends
			# The same messages at both ends.
			diff <(messages <ue.out | sort) \
			    <(messages <core.out | sort)
			same 5 "$(story ue.out | grep -c REGISTER)"
			[ ! -s ue.err ] && [ ! -s core.err ]
		done
	done
}

@test "a registration is kept until a signal, and ended then" {
	local i pid

	ADDR=127.0.0.1 PORT=$(free_port)
	core --ipsec none
	ims-register ue -k sim.jsonl --connect $ADDR:$PORT --ipsec none \
	    --expires 4 >ue.out 2>ue.err &
	pid=$!
	PIDS+=("$pid")
	# Half the time it was granted is over: it comes back by itself.
	for ((i = 0; i < 400; i++)); do
		[ "$(story ue.out | grep -c ' 200')" -lt 2 ] || break
		sleep 0.05
	done
	kill -TERM $pid
	wait $pid
	core_ends
	[ "$(story core.out | grep -c ' 200')" -ge 3 ]
	jq -r 'select(.method == "REGISTER") | .message' ue.out |
	    tr -d '\r' | grep '^Contact' | tail -n 1 | grep -q 'expires=0$'
}

@test "not registered: 1, and why" {
	ADDR=127.0.0.1 PORT=$(free_port)
	jq -c '.k = "0396eb317b6d1c36f19c1c84cd6ffd17"' sim.jsonl >other.jsonl
	core --ipsec none
	SIM=other.jsonl run -1 ue --ipsec none
	grep -q "403 Forbidden" ue.err
	core_ends
	# Nobody there: TCP says so at once.
	PORT=$(free_port)
	run -1 ue --ipsec none --tcp
	grep -q "Connection refused" ue.err
}

@test "a flood of strangers: memory stays, and a phone still gets in" {
	local before after n

	ADDR=127.0.0.1 PORT=$(free_port)
	# AddressSanitizer keeps what was freed.
	export ASAN_OPTIONS=quarantine_size_mb=1
	core --ipsec none
	# Once all tables are full.
	python3 "$LIVE/send.py" $ADDR $PORT flood 6000 >n
	before=$(awk '/VmRSS/ { print $2 }' /proc/$CORE/status)
	python3 "$LIVE/send.py" $ADDR $PORT flood 30000 >n &
	PIDS+=($!)
	ue --ipsec none --once
	wait $!
	[ "$(cat n)" -gt 0 ]
	after=$(awk '/VmRSS/ { print $2 }' /proc/$CORE/status)
	echo "kB: $before, then $after"
	[ "$after" -lt $((before + 2048)) ]
	core_ends
	same 1 "$(jq -r 'select(.status == 200) | .impi' core.out | wc -l)"
}

@test "junk is said, not answered" {
	ADDR=127.0.0.1 PORT=$(free_port)
	core --ipsec none
	same 0 "$(python3 "$LIVE/send.py" $ADDR $PORT junk 500)"
	ue --ipsec none --once
	core_ends
	grep -q 'dropped: it is not SIP' core.err
}

@test "without the right to raw sockets: 4, and what is missing" {
	[ "$(id -u)" = 0 ] || skip "not root"
	run -4 python3 -c '
import os, sys
tool = os.open(sys.argv[1], os.O_RDONLY)	# wherever nobody may not go
os.setgroups([])
os.setuid(65534)
os.execve(tool, sys.argv[1:], os.environ)' "$(command -v ims-register)" core \
	    -k /dev/stdin --listen 127.0.0.1:$(free_port) <sim.jsonl
	[[ $output == *CAP_NET_RAW* ]]
}

@test "the command line" {
	local w

	while read -r w; do
		run -2 --separate-stderr ims-register $w -k sim.jsonl
		[ -n "$stderr" ] && [ -z "$output" ]
	done <<'EOT'
ue --connect 127.0.0.1 --tcp
ue --connect 127.0.0.1:0
ue --connect 127.0.0.1 --mode UDP-enc-tun
ue --connect 127.0.0.1 --local 0.0.0.0
ue --connect 127.0.0.1 some.pcap
ue --listen 127.0.0.1
core --connect 127.0.0.1
core --listen 0.0.0.0
core --listen ::
core --listen 127.0.0.1:5063
core --listen 127.0.0.1 --ipsec some
EOT
	run -2 ims-register ue -k "$REG/two.jsonl" --connect 127.0.0.1
	[[ $output == *"-n 1"* ]]
}

# captured ALG EALG OPTION...: both ends, all steps, and a capture, c.pcap.
captured()
{
	local pid i

	rm -f capture.err
	ip netns exec "$UE" python3 "$LIVE/capture.py" v0 >c.pcap \
	    2>capture.err &
	pid=$!
	PIDS+=($pid)
	while ! grep -qs ready capture.err; do
		kill -0 $pid
		sleep 0.05
	done
	core -x --alg "$1" --ealg "$2"
	ue -x --alg "$1" --ealg "$2" --once \
	    --steps register,subscribe,reregister,deregister
	core_ends
	# What both ends wrote and read is in the file soon.
	for ((i = 0; i < 20; i++)); do
		[ "$(tshark -r c.pcap -Y 'esp || sip' 2>/dev/null | wc -l)" -lt \
		    "$(story ue.out | wc -l)" ] || break
		sleep 0.05
	done
	kill $pid
	wait $pid || :
}

@test "ESP in user space, every algorithm: tshark opens the capture" {
	local a args line n

	need_netns
	for a in hmac-md5-96/null hmac-md5-96/des-ede3-cbc \
	    hmac-md5-96/aes-cbc hmac-sha-1-96/null \
	    hmac-sha-1-96/des-ede3-cbc hmac-sha-1-96/aes-cbc aes-gmac/null \
	    null/aes-gcm; do
		for ADDR in 10.45.0.1 2001:db8:45::1; do
			[ $ADDR = 10.45.0.1 ] || [ $a = null/aes-gcm ] ||
				[ $a = hmac-sha-1-96/aes-cbc ] || continue
			captured "${a%/*}" "${a#*/}"
			same "" "$(cat ue.err core.err)"
			n=$(story ue.out | wc -l)
			diff <(messages <ue.out | sort) \
			    <(messages <core.out | sort)
			# All but the first REGISTER and its 401 are in ESP.
			same $((n - 2)) "$(tshark -r c.pcap -Y esp \
			    2>/dev/null | wc -l)"
			same 2 "$(tshark -r c.pcap -Y sip 2>/dev/null | wc -l)"
			# What tshark 4.0 does not know.
			[ "$a" != aes-gmac/null ] || continue
			args=(-o esp.enable_encryption_decode:TRUE
			    -o esp.enable_authentication_check:TRUE)
			while read -r line; do
				args+=(-o "uat:esp_sa:$line")
			done < <(jq -c 'select(.type == "sa")' ue.out |
			    ims-sa export -f wireshark - | sort -u)
			same "$n" "$(tshark -r c.pcap "${args[@]}" -Y sip \
			    2>/dev/null | wc -l)"
			same "" "$(tshark -r c.pcap "${args[@]}" -Y \
			    'esp.icv_bad == 1 || _ws.malformed ||
			    udp.checksum.status == 0' \
			    -o udp.check_checksum:TRUE 2>/dev/null |
			    grep -v ' SIP .*Request: REGISTER\|401' || :)"
			same "" "$(ims-verify -k sim.jsonl -f json c.pcap |
			    jq -r 'select(.level == "error") | .rule')"
		done
	done
}

@test "packets lost, sent twice and out of order: registered, no SA left" {
	local pid relay

	RELAY=1 need_netns
	ADDR=10.45.0.1
	ip netns exec "$R" python3 "$LIVE/relay.py" r1 r2 "${SEED:-21}" \
	    >relay.log 2>&1 &
	relay=$!
	PIDS+=($relay)
	while ! grep -qs ready relay.log; do
		kill -0 $relay
		sleep 0.05
	done
	core -x
	ue -x --once --steps register,reregister,deregister
	core_ends
	kill $relay
	wait $relay
	cat relay.log ue.err core.err
	grep -Eq 'lost=[1-9]' relay.log
	# What was agreed at one end was at the other.
	same 8 "$(jq -r 'select(.type == "sa" and .state == "established") |
	    .spi' ue.out | sort -u | wc -l)"
}

@test "ESP of nobody, or changed on its way: said, a record, and not taken" {
	need_netns
	ADDR=10.45.0.1
	core
	ip netns exec "$UE" python3 -c '
import os, socket
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 50)
for n in (0, 7, 8, 60, 1400):
    s.sendto(os.urandom(n), ("10.45.0.1", 0))'
	ue --once
	core_ends
	grep -q 'ESP from 10.45.0.2' core.err
	same 5 "$(jq -r 'select(.type == "esp") | .reason' core.out | wc -l)"
}
