# ims-pcap --list: what a capture is about.
load helper

F=$LAB/call_plain_gm.pcap

# Of each line but the first: kind, number, messages, state.
rows()
{
	awk 'NR > 1 { print $1, $2, $4, $5 }'
}

# sip CALL-ID CSEQ START: one message of a call, as text.
sip()
{
	printf '%s\r\n' "$3" 'From: <sip:a@x.test>;tag=1' 'To: <sip:b@x.test>' \
	    "Call-ID: $1" "CSeq: $2" "${@:4}" 'Content-Length: 0' ''
}

@test "--list: Call-IDs, times and messages as tshark counts them" {
	local f

	for f in "$F" "$LAB"/call_plain_mw.pcap "$LAB"/resync_mw.pcap \
	    "$SHAPES"/v_tcp_one_per_seg.pcap; do
		same "$(tshark -r "$f" -Y sip -T fields -E occurrence=f \
		    -e sip.Call-ID -e frame.time_epoch | tr '\t' ' ' |
		    python3 -c '
import collections, datetime, sys
first, n = {}, collections.Counter()
for line in sys.stdin:
    call, time = line.split()
    first.setdefault(call, time)
    n[call] += 1
for call, time in first.items():
    s, ns = time.split(".")
    print(datetime.datetime.fromtimestamp(int(s), datetime.timezone.utc)
        .strftime("%Y-%m-%dT%H:%M:%S.") + ns[:3], n[call])')" \
		    "$(ims-pcap --list "$f" | awk 'NR > 1 { print $3, $4 }')"
	done
}

@test "--list: kinds and how they ended" {
	# By tshark: two registrations with 200, a call with BYE and 200.
	same "registration 1 6 registered
registration 2 6 registered
call 1 13 ended" "$(ims-pcap --list "$F" | rows)"
	same "call 001010000000001@ims.mnc001.mcc001.3gppnetwork.org" \
	    "$(ims-pcap --list "$F" | sed -n 's/^\(call\) .* sip:\(.*\) > .*/\1 \2/p')"
}

@test "--list: what was refused, left open, cancelled, ended" {
	{
		sip r1 '1 REGISTER' 'REGISTER sip:x.test SIP/2.0'
		sip r1 '1 REGISTER' 'SIP/2.0 403 No'
		sip r2 '1 REGISTER' 'REGISTER sip:x.test SIP/2.0'
		sip r2 '1 REGISTER' 'SIP/2.0 401 Who'
		sip r3 '1 REGISTER' 'REGISTER sip:x.test SIP/2.0' 'Expires: 0'
		sip r3 '1 REGISTER' 'SIP/2.0 200 OK'
		sip r4 '1 REGISTER' 'REGISTER sip:x.test SIP/2.0'
		sip c1 '1 INVITE' 'INVITE sip:b@x.test SIP/2.0'
		sip c1 '1 INVITE' 'SIP/2.0 180 Ringing'
		sip c2 '1 INVITE' 'INVITE sip:b@x.test SIP/2.0'
		sip c2 '1 CANCEL' 'CANCEL sip:b@x.test SIP/2.0'
		sip c2 '1 CANCEL' 'SIP/2.0 200 OK'
		sip c2 '1 INVITE' 'SIP/2.0 487 Gone'
		sip c3 '1 INVITE' 'SIP/2.0 486 Busy'
		sip s1 '1 SUBSCRIBE' 'SUBSCRIBE sip:b@x.test SIP/2.0'
		sip s1 '1 SUBSCRIBE' 'SIP/2.0 202 OK'
		sip s2 '1 SUBSCRIBE' 'SUBSCRIBE sip:b@x.test SIP/2.0'
		sip s2 '1 SUBSCRIBE' 'SIP/2.0 200 OK'
		sip s2 '9 NOTIFY' 'NOTIFY sip:b@x.test SIP/2.0' \
		    'Subscription-State: terminated;reason=timeout'
		sip m1 '1 MESSAGE' 'MESSAGE sip:b@x.test SIP/2.0'
		sip m1 '1 MESSAGE' 'SIP/2.0 200 OK'
		sip o1 '1 OPTIONS' 'OPTIONS sip:b@x.test SIP/2.0'
	} >"$BATS_TEST_TMPDIR/in"
	same "registration 1 2 refused 403
registration 2 2 challenged
registration 3 2 deregistered
registration 4 1 no answer
call 1 2 ringing
call 2 4 cancelled
call 3 1 refused 486
subscription 1 2 active
subscription 2 3 ended
message 1 2 taken
other 1 1 no answer" "$(ims-pcap --list "$BATS_TEST_TMPDIR/in" |
	    sed '1d; s/  *[^ ]* >.*//' | awk '{ $3 = ""; print }' | tr -s ' ')"
}

@test "--list: of what is selected; its numbers are those of --registration" {
	same "registration 2 6 registered" \
	    "$(ims-pcap --list --registration 2 "$F" | rows)"
	same "call 1 13 ended" "$(ims-pcap --list --method INVITE,ACK,BYE "$F" |
	    rows)"
	same "$(ims-pcap --list "$F")" "$(ims-pcap "$F" | ims-pcap --list)"
}

@test "--list -f json: the same as records" {
	same "$(ims-pcap --list "$F" | rows)" "$(ims-pcap --list -f json "$F" |
	    jq -r '"\(.kind) \(.number) \(.messages) \(.state)"')"
	# Time, Call-ID and From of the call, by tshark.
	same "$(tshark -r "$F" -Y 'sip.Method == "INVITE"' -T fields -E \
	    occurrence=f -e frame.time_epoch -e sip.Call-ID -e sip.from.addr \
	    2>/dev/null | head -n 1)" "$(ims-pcap --list -f json "$F" |
	    jq -r 'select(.kind == "call") | [.time, .call_id, .from] | @tsv')"
	sip c1 '1 INVITE' 'SIP/2.0 486 Busy' >"$BATS_TEST_TMPDIR/in"
	same '{"type":"story","kind":"call","number":1,"messages":1,"state":"refused","status":486,"from":"sip:a@x.test","to":"sip:b@x.test","call_id":"c1"}' \
	    "$(ims-pcap --list --format json "$BATS_TEST_TMPDIR/in")"
}

@test "--list: nothing of a name reaches the terminal but letters" {
	sip $'x\033[2J' '1 INVITE' $'INVITE sip:\033[2J@x SIP/2.0' |
	    sed $'s/sip:a@/sip:\033[31m@/' >"$BATS_TEST_TMPDIR/in"
	run -0 --separate-stderr ims-pcap --list "$BATS_TEST_TMPDIR/in"
	[[ $output == *"sip:?[31m@x.test > sip:b@x.test" ]]
}

@test "--list: not with records or a capture" {
	local o

	for o in --sa --stat --packets "-w x" "--clear -w x"; do
		run -2 --separate-stderr ims-pcap --list $o "$F"
	done
}

# The middle of 2050: where a time has 32 bits with a sign, it would be 1914.
@test "--list, --from: a time after 2038" {
	python3 -c '
import datetime, struct, sys
d = bytearray(sys.stdin.buffer.read())
at, t = 24, datetime.datetime(2050, 6, 1, 12, tzinfo=datetime.timezone.utc)
while at < len(d):
    n, = struct.unpack_from("<I", d, at + 8)
    struct.pack_into("<I", d, at, int(t.timestamp()))
    at += 16 + n
sys.stdout.buffer.write(d)' <"$F" >late.pcap
	same 2050-06-01T12:00 "$(ims-pcap --list late.pcap |
	    awk 'NR == 2 { print substr($3, 1, 16) }')"
	same "$(ims-pcap late.pcap | wc -l)" \
	    "$(ims-pcap --from 2050-06-01T12:00:00 late.pcap | wc -l)"
	same "" "$(ims-pcap --from 2050-06-01T12:00:01 late.pcap)"
}
