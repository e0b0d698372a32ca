# Floods: memory is bounded, the account adds up, and a good registration in the
# middle of one is seen whole.
load helper

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
}

# So many times as much as here: FLOOD=10 is a million streams.
FLOOD=${FLOOD:-1}

# DESIGN.md section 6: 64 MiB whatever the capture's size.
LIMIT=65536

# flood KIND N COMMAND ...: its records are in out.
flood()
{
	local peak status kind=$1 n=$(($2 * FLOOD))

	shift 2
	python3 "$TOP/tests/flood.py" "$kind" "$n" "$LAB/call_gm.pcap" "$@" \
	    >out 2>err
	read -r peak status <<<"$(tail -n 1 err)"
	echo "$kind: $n frames, $peak KiB, status $status"
	[ "$status" = "${WANT:-0}" ]
	ldd "$B/ims-pcap" | grep -q -e libasan -e libclang_rt ||
		[ "$peak" -lt $LIMIT ]
}

# The call as it is alone: 25 messages, 19 of them under ESP with a good ICV.
whole()
{
	ims-pcap -k "$LAB/call.keys.jsonl" "$LAB/call_gm.pcap" |
	    jq -r .message >right
	same "" "$(diff right <(jq -r 'select(.type == "sip" and
	    ((.src // "") | startswith("10.55."))) | .message' out))"
	jq -e 'select(.type == "stat") | .frames == .sip + .sip_part + .esp +
	    .duplicate + .other + .damaged' out
}

pcap_of()
{
	flood "$1" "$2" ims-pcap -q --stat -k "$LAB/call.keys.jsonl" -
	whole
}

stat_of()
{
	jq "select(.type == \"stat\") | .$1" out
}

@test "TCP streams that say half a message" {
	pcap_of streams 100000
	[ "$(stat_of evicted)" -gt $((95000 * FLOOD)) ]
	same $((100000 * FLOOD)) "$(stat_of cut)"
}

@test "TCP segments behind holes" {
	pcap_of holes 5000
	same $((5000 * FLOOD)) "$(stat_of other)"
}

@test "fragments of datagrams that never complete" {
	pcap_of fragments 20000
	[ "$(stat_of evicted)" -gt $((18000 * FLOOD)) ]
}

@test "SCTP messages that never end" {
	pcap_of chunks 20000
	[ "$(stat_of evicted)" -gt $((18000 * FLOOD)) ]
}

@test "SCTP messages in octets of their own" {
	pcap_of crumbs 500
	[ "$(stat_of evicted)" -gt 20 ]
}

@test "ESP with SPIs at random" {
	pcap_of spis 20000
	same $((20000 * FLOOD)) "$(stat_of esp)"
}

@test "registrations that agree on SAs and go on no more" {
	pcap_of registrations 20000
}

@test "headers by the ten thousand" {
	pcap_of headers 50
}

@test "tunnels as deep as a packet can be" {
	WANT=3 pcap_of tunnels 6
	same $((6 * FLOOD)) "$(stat_of damaged)"
}

@test "ims-verify: registrations that go on no more" {
	WANT=1 flood registrations 20000 ims-verify -q -k \
	    "$LAB/call.keys.jsonl" -
	[ "$(wc -l <out)" -gt 10000 ]
}

@test "ims-verify: headers by the ten thousand" {
	WANT=1 flood headers 30 ims-verify -q -
}
