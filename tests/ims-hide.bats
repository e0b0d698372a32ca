# ims-hide: topology hidden and restored, headers rewritten.  What is expected
# is written after TS 24.229 and 33.203, the vector of misc_vectors.json, the rules
# of ims-verify, and what another parser (tshark) says.
load helper

THIG=$DATA/sip/thig.sip
CLEAN=$DATA/rules/clean.jsonl

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
	echo '{"type":"hide-key","id":7,"network":"home1.net","key":"000102030405060708090a0b0c0d0e0f"}' >kv
}

# Messages of records, as text.
text()
{
	jq -r '.message // (.message_b64 | @base64d)'
}

# as_record FILE
as_record()
{
	jq -Rsc '{type: "sip", message: .}' "$1"
}

# Standard input with T for each token's entry; the lines of the five headers.
tokens_as_t()
{
	tr -d '\r' | sed -E 's/(SIP\/2.0\/UDP |<sip:)[a-z2-7.]{50,}(;lr)?;tokenized-by=home1.net>?/T/g' |
	    grep -iE '^(v|via|route|record-route|path|service-route):'
}

# --- hide --------------------------------------------------------------------

@test "hide: the example of 24.228, as text" {
	run -0 --separate-stderr ims-hide hide -k kv --border ibcf.home1.net \
	    "$THIG"
	[ -z "$stderr" ]
	same 'Via: SIP/2.0/UDP ibcf.home1.net;branch=z9hG4bK87ly12.1, T
v: SIP/2.0/UDP [5555::aaa:bbb:ccc:ddd]:1357;comp=sigcomp;branch=z9hG4bKnashds7
Record-Route: <sip:ibcf.home1.net;lr>, T' "$(tokens_as_t <<<"$output")"
	# All other lines are what they were.
	same "$(grep -vE '^(Via|Record-Route| )' "$THIG")" \
	    "$(grep -vE '^(Via|Record-Route)' <<<"$output")"
}

@test "hide: the whole of it comes back" {
	ims-hide hide -k kv --check "$THIG" | ims-hide restore -k kv |
	    cmp - "$THIG"
	cat "$THIG" "$THIG" >two
	printf '\r\n\r\n' >>two
	cat "$THIG" >>two
	ims-hide hide -k kv two | ims-hide restore -k kv | cmp - two
}

@test "hide: empty lines before, between and behind messages stay" {
	{
		printf '\r\n\n \t\r\n'
		cat "$THIG"
		printf '\r\n\r\n'
		cat "$THIG"
		printf '\r\n\n'
	} >in
	ims-hide hide -k kv in >out
	same 0d0a0a20090d0a49 "$(head -c 8 out | od -An -tx1 | tr -d ' ')"
	ims-hide restore -k kv out | cmp - in
	ims-hide restore -k kv <in | cmp - in
}

@test "hide: a record keeps its other fields, as they stand" {
	jq -Rs '{"x" : 1, "type":"sip", "impi":"a", message:., "y":[{}]}' \
	    "$THIG" | tr -d '\n' >in
	run -0 ims-hide hide -k kv in
	same '{"x":1,"type":"sip","impi":"a","y":[{}]}' \
	    "$(jq -c 'del(.message)' <<<"$output")"
	cmp <(ims-hide restore -k kv <<<"$output" | jq -c .) <(jq -c . in)
}

@test "hide: records without own entries pass octet for octet" {
	ims-pcap "$LAB/call_plain_gm.pcap" | sed 's/,/ , /' >in
	ims-hide hide -k kv in | cmp - in
	echo '{"type":"other"}' | ims-hide hide -k kv | grep -x '{"type":"other"}'
}

@test "hide: a capture gives the records of ims-pcap" {
	ims-hide hide -k kv "$LAB/call_plain_mw.pcap" |
	    cmp - <(ims-pcap "$LAB/call_plain_mw.pcap")
}

# TS 24.229 5.10.4.2, FACTS 6.2 item 7.
@test "hide: the border stands before a hidden Route" {
	sed 's/^To:/Route: <sip:x.net;lr>, <sip:scscf1.home1.net;lr>\r\nTo:/' \
	    "$THIG" >in
	same 'Route: <sip:x.net;lr>, <sip:ibcf.home1.net;lr>, T' \
	    "$(ims-hide hide -k kv --border ibcf.home1.net in | tokens_as_t |
	    grep ^Route)"
	same 'Route: <sip:x.net;lr>, T' "$(ims-hide hide -k kv \
	    --border ibcf.home1.net --no-insert in | tokens_as_t |
	    grep ^Route)"
	ims-hide hide -k kv --border ibcf.home1.net in |
	    ims-hide restore -k kv | cmp - in
}

@test "hide: equal input, another token for every header" {
	sed 's/^To:/Route: <sip:a.home1.net>\r\nPath: <sip:a.home1.net>\r\nService-Route: <sip:a.home1.net>\r\nTo:/' \
	    "$THIG" >in
	for _ in 1 2; do
		ims-hide hide -k kv in |
		    grep -oE '[a-z2-7.]{50,};(lr;)?tokenized-by'
	done >tokens
	same 10 "$(wc -l <tokens)"
	same 10 "$(sort -u tokens | wc -l)"
}

@test "hide: -s makes it repeatable, and says so" {
	run -0 --separate-stderr ims-hide hide -k kv -s x "$THIG"
	[[ $stderr == "ims-hide: -s: "* ]]
	same "$output" "$(ims-hide hide -q -k kv -s x "$THIG")"
	[ "$output" != "$(ims-hide hide -q -k kv -s y "$THIG")" ]
}

@test "hide: --pad: one node or two, the same length" {
	sed 's/, SIP.*/, SIP\/2.0\/UDP a.home1.net\r/; /^ SIP/d' "$THIG" >one
	for f in one "$THIG"; do
		ims-hide hide -k kv --pad 512 --border ibcf.home1.net $f |
		    grep -m 1 -o '[a-z2-7.]*;tokenized' | tr -d . | wc -c
	done >lengths
	same 1 "$(sort -u lengths | wc -l)"
}

@test "hide: addresses, prefixes, phones that are never hidden" {
	printf '%s\r\n' 'OPTIONS sip:a SIP/2.0' \
	    'Via: SIP/2.0/UDP 10.1.0.1, SIP/2.0/UDP 10.1.9.9, SIP/2.0/UDP 10.2.0.1' \
	    '' >in
	same 'Via: T, SIP/2.0/UDP 10.1.9.9, SIP/2.0/UDP 10.2.0.1' \
	    "$(ims-hide hide -k kv --network 10.1.0.0/16 --ue 10.1.9.0/24 in |
	    tokens_as_t)"
}

# --- the vector, both ways ------------------------------------------------------

@test "plain: the vector opens to its text" {
	local v=$DATA/vectors/misc_vectors.json

	jq -j '.thig_example | "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP " +
	    .as_labels + ";tokenized-by=home1.net\r\n\r\n"' "$v" >in
	same "$(jq -r '"Via: " + .thig_example.plaintext' "$v")" \
	    "$(ims-hide restore --plain -k kv in | tr -d '\r' | grep ^Via)"
}

@test "plain: IV and ciphertext only, in blocks" {
	ims-hide hide --plain -k kv "$THIG" | tr -d '.' |
	    grep -oE '[a-z2-7]{50,}' >tokens
	[ -s tokens ]
	while read -r t; do
		# octets = characters * 5 / 8
		[ $((${#t} * 5 / 8 % 16)) = 0 ]
	done <tokens
	ims-hide hide --plain -k kv "$THIG" | ims-hide restore --plain -k kv |
	    cmp - "$THIG"
}

# --- HIDE-01 to HIDE-07 of ims-verify ---------------------------------------------

# nni TEXT...: each as a call from the border to another network.
nni()
{
	local n=0 f

	for f; do
		n=$((n + 1))
		jq -Rsc --argjson n $n '{type: "sip", frame: $n,
		    src: "172.22.0.24", sport: 5060, dst: "192.0.2.1",
		    dport: 5060, transport: "udp",
		    message: sub("Call-ID: "; "Call-ID: \($n)")}' "$f"
	done
}

# inwards: the last of these records, coming from the border into the core.
inwards()
{
	sed 's/"dst":"192.0.2.1"/"dst":"172.22.0.23"/'
}

# faults: the HIDE rules that the records on standard input break.
faults()
{
	ims-verify -q -f json -R ibcf=172.22.0.24 -R peer=192.0.2.1 \
	    -R s-cscf=172.22.0.23 --network home1.net |
	    jq -r '.rule | select(startswith("HIDE"))' | sort -u | paste -sd ' '
}

hide()
{
	ims-hide hide -k kv --border ibcf.home1.net "$@"
}

@test "rules: nothing after hide" {
	same HIDE-01 "$(nni "$THIG" "$THIG" | faults)"
	same "" "$(nni "$THIG" "$THIG" | hide | faults)"
	same "" "$(nni "$THIG" "$THIG" | hide --plain | faults)"
	same "" "$(nni "$THIG" "$THIG" | hide --pad 512 | faults)"
	# Inside, tokens are found if they are not restored.
	sed 's/^To:/Route: <sip:scscf1.home1.net;lr>\r\n&/' "$THIG" >in
	nni in | hide | inwards >out
	same HIDE-07 "$(faults <out)"
	same "" "$(ims-hide restore -k kv out | faults)"
}

@test "rules: lines between own entries do not make two tokens" {
	sed 's/^v: /Subject: x\r\nVia: SIP\/2.0\/UDP p3.home1.net\r\nv: /' \
	    "$THIG" >in
	nni in | hide >out
	same "" "$(faults <out)"
	ims-hide restore -k kv out | cmp - <(nni in)
	same HIDE-06 "$(nni in | hide --plain | faults)"
}

@test "rules: each fault put in on purpose is found" {
	nni "$THIG" "$THIG" | hide >out
	same HIDE-01 "$(sed 's/Max-Forw/Path: <sip:a.net>, <sip:p1.home1.net>\\r\\n&/' \
	    out | faults)"
	# The same seed, the same IV.
	same HIDE-02 "$({ nni "$THIG" | hide -s 1
	    nni "$THIG" | sed 's/ID: 1/ID: 2/; s/"frame":1/"frame":2/' |
	    hide -s 1; } 2>/dev/null | faults)"
	same HIDE-03 "$(sed -E 's/(UDP [a-z2-7]{10})[a-z2-7]{8}/\1/' out |
	    faults)"
	same HIDE-04 "$(sed 's/;tokenized-by=home1.net/;x/' out | faults)"
	same HIDE-05 "$(sed -E 's/(UDP )([a-z2-7.]*)(;tokenized.*Contact: <sip:)[^;]*/\1\2\3\2;tokenized-by=home1.net/' \
	    out | faults)"
	same HIDE-06 "$(sed -E 's/(SIP[^,]*tokenized-by=home1.net)/\1, \1/' out |
	    faults)"
}

# --- other parsers ---------------------------------------------------------------

# packet_of TEXT PCAP: it as a UDP datagram of a raw IPv4 capture.
packet_of()
{
	python3 - "$1" "$2" <<'EOF'
import struct, sys
sip = open(sys.argv[1], "rb").read()
udp = struct.pack(">HHHH", 5060, 5060, 8 + len(sip), 0) + sip
ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0,
    bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
open(sys.argv[2], "wb").write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0,
    65535, 101) + struct.pack("<IIII", 0, 0, len(ip + udp), len(ip + udp)) +
    ip + udp)
EOF
}

# tshark FIELD... of a text.
shark()
{
	packet_of "$1" one.pcap
	shift
	tshark -r one.pcap -T fields "${@/#/-e}" 2>/dev/null
}

@test "tshark: a hidden message has no expert item that it had not" {
	ims-hide hide -k kv --border ibcf.home1.net "$THIG" >out
	same "$(shark "$THIG" _ws.expert.message)" \
	    "$(shark out _ws.expert.message)"
	same "$(shark "$THIG" sip.Method sip.CSeq.method sip.Call-ID)" \
	    "$(shark out sip.Method sip.CSeq.method sip.Call-ID)"
}

@test "tshark: it reads the tokens as hosts" {
	ims-hide hide -q -k kv --border ibcf.home1.net -s 1 "$THIG" >out
	packet_of out one.pcap
	same 'ibcf.home1.net 5555::aaa:bbb:ccc:ddd' \
	    "$(tshark -r one.pcap -T fields -e sip.Via.sent-by.address \
	    2>/dev/null | tr ',' '\n' | grep -v "$(grep -oE \
	    'UDP [a-z2-7.]{50,}' out | cut -c 5-)" | paste -sd ' ')"
}

# entries HEADER FILE: a line for each; SIPp makes one list of several lines.
entries()
{
	tr -d '\r' <"$2" | sed '/^$/q' | sed -z 's/\n / /g' |
	    sed -n "s/^$1: *//p" | tr ',' '\n' | sed 's/^ *//'
}

# SIPp does not know "v:".
@test "SIPp: called with tokens, it returns them, and routes by them" {
	local port o h got

	command -v sipp >/dev/null || skip "no sipp"
	sed 's/^v:/Via:/' "$THIG" >in
	for o in "" --plain "--pad 512"; do
		ims-hide hide -k kv $o --border ibcf.home1.net in >invite
		port=$(python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
		sipp -sf "$TOP/tests/live/uas.xml" -i 127.0.0.1 -p "$port" \
		    -m 1 -nostdin -timeout 20s -trace_err -error_file err \
		    >sipp.log 2>&1 3>&- &
		python3 "$TOP/tests/live/caller.py" "$port" invite
		wait $!
		[ ! -s err ]
		same 3 "$(entries Via invite | wc -l)"
		for got in 180 200; do
			ims-hide restore -k kv ${o/--pad*/} $got >back
			for h in Via Record-Route; do
				same "$(entries $h invite)" "$(entries $h $got)"
				same "$(entries $h in)" "$(entries $h back)"
			done
		done
		# RFC 3261 12.1.1: Record-Route of the request, as it stands.
		ims-hide restore -k kv ${o/--pad*/} BYE >back
		same "$(entries Record-Route in)" "$(entries Route back)"
	done
}

# Counted by hand in frames 61 and 63 of call_topoh_mw, 62 of call_topos_mw.
@test "Kamailio's topoh and topos beside it: what an INVITE still shows" {
	local table='                  nodes  hops phone  else  body alike
received              4     4     1     3     1     0
topoh                 0     5     0     1     1    31
topos                 0     0     0     2     1     0
hide                  0     2     1     3     1     0
hide --plain          0     2     1     3     1     0
hide --constant       0     2     1     3     1     0
rewrite --hide        0     2     1     3     1     0'

	run -0 --separate-stderr env B="$B" "$TOP/tests/topology"
	same "$table" "$output"
}

# --- restore ------------------------------------------------------------------------

@test "restore: a token that was changed, cut, of another key: one answer" {
	local say='ims-hide: in: message 1: a token of our network does not open; left as it is'

	ims-hide hide -k kv --border ibcf.home1.net "$THIG" >good
	echo '{"type":"hide-key","id":7,"network":"home1.net","key":"100102030405060708090a0b0c0d0e0f"}' >other
	sed -E 's/(UDP [a-z2-7]{20})[a-m]/\1z/; t; s/(UDP [a-z2-7]{20})[n-z2-7]/\1a/' good >in
	run -3 --separate-stderr ims-hide restore -k kv in
	same "$say" "$stderr"
	cmp <(ims-hide restore -q -k kv in || :) in
	sed -E 's/(UDP [a-z2-7]{20})[a-z2-7]{8}/\1/' good >in
	run -3 --separate-stderr ims-hide restore -k kv in
	same "$say" "$stderr"
	sed 's/UDP [a-z2-7.]*;/UDP a;/' good >in
	run -3 --separate-stderr ims-hide restore -k kv in
	same "$say" "$stderr"
	cp good in
	run -3 --separate-stderr ims-hide restore -k other in
	same "$say" "$stderr"
	run -3 --separate-stderr ims-hide restore --network home1.net in
	same "$say" "$stderr"
	run -3 --separate-stderr ims-hide restore --strict -k kv --plain in
	[ -z "$output" ]
	[[ $stderr == *dropped ]]
}

@test "restore: another network's token is none of ours" {
	ims-hide hide -k kv "$THIG" | sed 's/-by=home1/-by=home2/' >in
	run -0 --separate-stderr ims-hide restore -k kv in
	[ -z "$stderr" ]
	cmp <(ims-hide restore -k kv in) in
}

# RFC 3261 12.1.2: the UAC turns the Record-Route of a response round.
@test "restore: a Record-Route of a response comes back reversed in Route" {
	local t o

	printf '%s\r\n' 'SIP/2.0 200 OK' 'Record-Route: <sip:ibcf.home1.net;lr>' \
	    'Record-Route: <sip:s.home1.net;lr>' \
	    'Record-Route: <sip:p.home1.net;lr>' '' >in
	for o in "" --plain; do
		t=$(ims-hide hide $o -k kv --border ibcf.home1.net in |
		    grep -o '<sip:[^>]*tokenized[^>]*>')
		printf '%s\r\n' 'BYE sip:a SIP/2.0' \
		    "Route: $t, <sip:ibcf.home1.net;lr>" '' >bye
		same 'Route: <sip:p.home1.net;lr>, <sip:s.home1.net;lr>, <sip:ibcf.home1.net;lr>' \
		    "$(ims-hide restore $o ${o:+--reverse} -k kv bye |
		    tr -d '\r' | grep Route)"
	done
}

# --- keys -----------------------------------------------------------------------------

@test "key: a new one, and old ones behind it" {
	ims-hide key --network home1.net -o k1
	same 600 "$(stat -c %a k1)"
	same '["hide-key",1,"home1.net",32]' \
	    "$(jq -c '[.type, .id, .network, (.key | length)]' k1)"
	ims-hide hide -k k1 "$THIG" >old
	ims-hide key -k k1 -o k2
	same "2 1" "$(jq .id k2 | paste -sd ' ')"
	ims-hide restore -k k2 old | cmp - "$THIG"
	ims-hide hide -k k2 "$THIG" | ims-hide restore -k k2 | cmp - "$THIG"
	run -3 ims-hide restore -q -k k1 <(ims-hide hide -k k2 "$THIG")
	[ "$(ims-hide key --network a.b | jq -r .key)" != \
	    "$(ims-hide key --network a.b | jq -r .key)" ]
}

@test "key: what is missing or taken" {
	run -2 ims-hide key
	run -2 ims-hide key -k kv --id 7
	run -2 ims-hide key --network a.b --id 256
	run -2 ims-hide key --network a.b file
	run -0 ims-hide key -k kv --id 200
	same "200 7" "$(jq .id <<<"$output" | paste -sd ' ')"
}

@test "keys: bad records are said, with their line" {
	printf '%s\n' '{"type":"hide-key","id":1,"key":"00"}' \
	    '{"type":"hide-key","id":7,"network":"home1.net","key":"000102030405060708090a0b0c0d0e0f"}' \
	    '{"type":"hide-key","id":7,"network":"home1.net","key":"000102030405060708090a0b0c0d0e0f"}' \
	    '{"type":"hide-key","id":8,"network":"a b","key":"000102030405060708090a0b0c0d0e0f"}' >k
	run -3 --separate-stderr ims-hide hide -k k "$THIG"
	same 'ims-hide: k: line 1: key: 1 octets, not 16
ims-hide: k: line 3: a key of that id was there
ims-hide: k: line 4: network: not a domain' "$stderr"
	[[ $stderr != *0001020304* ]]
	[[ $output == *tokenized-by* ]]
}

# --- constant ---------------------------------------------------------------------------

@test "constant: a fixed host, and back by the state" {
	run -0 --separate-stderr ims-hide hide --network home1.net --constant \
	    --state st "$THIG"
	[ -z "$stderr" ]
	[[ $output == *"Via: SIP/2.0/UDP hidden.invalid;hidden="* ]]
	[[ $output == *"Record-Route: <sip:hidden.invalid;lr;hidden="* ]]
	[[ $output != *scscf1* ]]
	same 600 "$(stat -c %a st)"
	same "hide-state hide-run hide-run" "$(jq -r .type st | paste -sd ' ')"
	ims-hide hide --network home1.net --constant --state st "$THIG" >again
	same "$output" "$(cat again)"
	same 3 "$(wc -l <st)"
	ims-hide restore --network home1.net --constant --state st again |
	    cmp - "$THIG"
}

@test "constant: a state from another run" {
	ims-hide hide --network home1.net --constant --state st1 "$THIG" >in
	ims-hide hide --network home1.net --constant --state st2 "$THIG" >/dev/null
	run -3 --separate-stderr ims-hide restore --network home1.net \
	    --constant --state st2 in
	same 'ims-hide: in: message 1: a token of our network does not open; left as it is' \
	    "$stderr"
	cmp <(ims-hide restore -q --network home1.net --constant --state st2 \
	    in || :) in
	run -3 --separate-stderr ims-hide restore --strict \
	    --network home1.net --constant --state st2 in
	[ -z "$output" ]
	[[ $stderr == *'does not open; dropped' ]]
	cat st2 <(tail -n 1 st1) >st3
	run -3 --separate-stderr ims-hide restore --network home1.net \
	    --constant --state st3 in
	[[ $stderr == "ims-hide: st3: line 4: a run that is not of this state"* ]]
	run -4 ims-hide restore --network home1.net --constant --state none in
	: >empty
	run -3 ims-hide restore --network home1.net --constant --state empty in
}

# --- bad input --------------------------------------------------------------------------

@test "bad input: it passes as it is, or is dropped with --strict" {
	local why

	printf 'OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a.home1.net\r\nVia: none at all\r\n\r\n' >via
	printf 'OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a.home1.net\r\n' >end
	for why in via:'an entry that cannot be read: none at all' \
	    end:'the message has no end'; do
		run -3 --separate-stderr ims-hide hide -k kv ${why%%:*}
		same "ims-hide: ${why%%:*}: message 1: ${why#*:}; left as it is" \
		    "$stderr"
		cmp <(ims-hide hide -q -k kv ${why%%:*} || :) ${why%%:*}
		run -3 --separate-stderr ims-hide hide --strict -k kv ${why%%:*}
		[ -z "$output" ]
		same "ims-hide: ${why%%:*}: message 1: ${why#*:}; dropped" "$stderr"
	done
}

@test "bad input: a header too long, with its length" {
	run -3 --separate-stderr ims-hide hide --max-line 200 -k kv "$THIG"
	[[ $stderr =~ 'a header field of '[234][0-9][0-9]' octets if it were hidden, more than 200; left as it is'$ ]]
	cmp <(ims-hide hide -q --max-line 200 -k kv "$THIG" || :) "$THIG"
	run -3 --separate-stderr ims-hide hide --strict --max-line 200 -k kv \
	    "$THIG"
	[ -z "$output" ]
	[[ $stderr == *'more than 200; dropped' ]]
}

@test "bad input: the others are done" {
	jq -nc '{type: "sip", message: "x"}' >in
	as_record "$THIG" >>in
	echo '{"type":"sip"}' >>in
	run -3 --separate-stderr ims-hide hide -k kv in
	same 'ims-hide: in: line 1: not a SIP message; left as it is
ims-hide: in: line 3: message: missing' "$stderr"
	same 2 "$(wc -l <<<"$output")"
	same 1 "$(grep -c tokenized-by <<<"$output")"
}

# --- rewrite ------------------------------------------------------------------------------

# frame N of clean.jsonl
frame()
{
	jq -c "select(.frame == $1)" "$CLEAN"
}

# The lines of messages, without CR.
lines_of()
{
	text | tr -d '\r'
}

PCSCF="--own pcscf1.ims.mnc001.mcc001.3gppnetwork.org"

# clean.jsonl has the REGISTER of the phone and that of its P-CSCF.
@test "rewrite: P-CSCF up: from the phone's REGISTER to that of the core" {
	frame 1 | ims-hide rewrite --as p-cscf --up $PCSCF \
	    --network ims.mnc001.mcc001.3gppnetwork.org | lines_of |
	    sed 's/branch=z9hG4bK[0-9a-f]*$/branch=X/' | sort >got
	frame 2 | lines_of | sed '1,/^Via/s/branch=.*/branch=X/; s/term@//' |
	    sort >want
	# The charging vector, the user in Path and the network's name are the
	# operator's.
	same "" "$(diff <(grep -vE '^(P-|Via: SIP/2.0/UDP 10)' want) \
	    <(grep -vE '^(P-|Via: SIP/2.0/UDP 10)' got))"
	same 1 "$(grep -c '^P-Visited-Network-ID: "ims' got)"
	same 1 "$(grep -cE '^P-Charging-Vector: icid-value="[0-9a-f]{32}"' got)"
	same 1 "$(grep -c '^Via: SIP/2.0/UDP 10.45.0.2:5060;.*;received=10.45.0.2' got)"
}

@test "rewrite: P-CSCF up: integrity-protected by what the record says" {
	same 'integrity-protected="no"' "$(frame 1 | ims-hide rewrite \
	    --as p-cscf --up | grep -o 'integrity-protected=[^,]*"' | tr -d '\\')"
	same 'integrity-protected="yes"' "$(frame 7 | ims-hide rewrite \
	    --as p-cscf --up | grep -o 'integrity-protected=\\"[a-z]*\\"' |
	    tr -d '\\')"
	same 'integrity-protected="no"' "$(frame 7 | ims-hide rewrite \
	    --as p-cscf --up --protected no |
	    grep -o 'integrity-protected=\\"[a-z]*\\"' | tr -d '\\')"
}

@test "rewrite: P-CSCF down: the phone gets no keys and no charges" {
	frame 5 | ims-hide rewrite --as p-cscf --down $PCSCF >out
	same 0 "$(lines_of <out | grep -cE 'ck=|ik=|^P-Charging' || :)"
	same "$(frame 6 | lines_of | grep '^Via')" \
	    "$(lines_of <out | grep '^Via')"
	same "$(frame 6 | lines_of | grep '^WWW')" \
	    "$(lines_of <out | grep '^WWW')"
}

@test "rewrite: the audit finds in clean.jsonl what is not rewritten" {
	ims-hide rewrite --as p-cscf --up --only max-forwards "$CLEAN" |
	    text | grep -c '^Max-Forwards: 69' >count
	[ "$(cat count)" -ge 1 ]
	same "$(grep -o 'Max-Forwards: 70' "$CLEAN" | wc -l)" "$(cat count)"
}

@test "rewrite: --no and --only" {
	ims-hide rewrite --as p-cscf --up "$CLEAN" >all
	ims-hide rewrite --as p-cscf --up --no security,sec-agree "$CLEAN" >some
	same 0 "$(grep -c Security-Client all || :)"
	same "$(grep -c Security-Client "$CLEAN")" \
	    "$(grep -c Security-Client some)"
	ims-hide rewrite --as s-cscf --up --only hss-headers "$CLEAN" |
	    cmp - "$CLEAN"
	run -2 --separate-stderr ims-hide rewrite --as ibcf --up --no x "$CLEAN"
	same "ims-hide: --no x: no such item; see --list" "$stderr"
}

@test "rewrite: IBCF up hides, IBCF down restores" {
	local h="--as ibcf --own ibcf.home1.net -k kv --hide"

	ims-hide rewrite $h --up "$THIG" >out
	same 'Via: SIP/2.0/UDP ibcf.home1.net;branch=X
Via: SIP/2.0/UDP ibcf.home1.net;branch=z9hG4bK87ly12.1, T
v: SIP/2.0/UDP [5555::aaa:bbb:ccc:ddd]:1357;comp=sigcomp;branch=z9hG4bKnashds7
Record-Route: <sip:ibcf.home1.net;lr>
Record-Route: <sip:ibcf.home1.net;lr>, T' \
	    "$(sed 's/branch=z9hG4bK[0-9a-f]*.$/branch=X/' out | tokens_as_t)"
	same 66 "$(grep -o '^Max-Forwards: [0-9]*' out | grep -o '[0-9]*$')"
	{
		echo 'SIP/2.0 200 OK'
		sed -n '/^Via/p; /^v:/p; /^CSeq/p' out
		printf '\r\n'
	} | sed '1s/$/\r/' >answer
	ims-hide rewrite $h --down answer >in
	same "$(sed -n '/^Via/,/^v:/p' "$THIG")" "$(sed -n '/^Via/,/^v:/p' in)"
}

@test "rewrite: what the HSS and the registration gave is set" {
	printf '%s\r\n' 'INVITE tel:+4930;cpc=test SIP/2.0' 'To: <sip:a>' \
	    'Route: <sip:p.home1.net;lr>, <sip:evil.net;lr>' '' >in
	same 'INVITE tel:+4930;cpc=test SIP/2.0
To: <sip:a>
Route: <sip:orig@s.home1.net;lr>' "$(ims-hide rewrite --as p-cscf --up \
	    --own p.home1.net --only route,stored-route \
	    --service-route '<sip:orig@s.home1.net;lr>' in | tr -d '\r')"
	same 'P-User-Database: <aaa://hss1.home1.net>
P-Profile-Key: <sip:chat-!.*!@home1.net>' "$(ims-hide rewrite --as i-cscf \
	    --down --user-database aaa://hss1.home1.net \
	    --profile-key 'sip:chat-!.*!@home1.net' in | tr -d '\r' |
	    grep -E '^P-(User|Profile)')"
	same 'INVITE tel:+4930;cpc=test SIP/2.0' "$(ims-hide rewrite \
	    --as s-cscf --up in | sed -n '1s/.$//p')"
	same 'INVITE tel:+4930 SIP/2.0' "$(ims-hide rewrite \
	    --as s-cscf --up --untrusted in | sed -n '1s/.$//p')"
	run -2 ims-hide rewrite --as p-cscf --up --service-route $'a\nb' in
	run -2 ims-hide rewrite --as i-cscf --up --user-database $'a\nb' in
	run -2 ims-hide rewrite --as i-cscf --up --profile-key $'a\nb' in
}

@test "rewrite: Max-Forwards 0: it goes no further" {
	sed 's/^Max-Forwards: .*/Max-Forwards: 0\r/' "$THIG" >in
	run -3 --separate-stderr ims-hide rewrite --as i-cscf --up in
	same "ims-hide: in: message 1: Max-Forwards is 0; left as it is" "$stderr"
	cmp <(ims-hide rewrite -q --as i-cscf --up in || :) in
}

@test "rewrite: a header that cannot be read: nothing is done" {
	sed 's/^Max/Contact: <\r\nMax/' "$THIG" >in
	run -3 --separate-stderr ims-hide rewrite --as p-cscf --up --alg a.b in
	same "ims-hide: in: message 1: Contact that cannot be read; left as it is" \
	    "$stderr"
	cmp <(ims-hide rewrite -q --as p-cscf --up --alg a.b in || :) in
}

@test "rewrite: the summary of a record fits its message" {
	jq -nc '{type: "sip", impi: "x", message: "REGISTER sip:a SIP/2.0\r\nAuthorization: Digest username=\"x\"\r\nCSeq: 1 REGISTER\r\n\r\n"}' >in
	same null "$(ims-hide rewrite --as ibcf --up in | jq .impi)"
	same '"x"' "$(ims-hide rewrite --as ibcf --up --roaming in | jq .impi)"
}

# --- options ----------------------------------------------------------------------------

@test "options: what does not go together: 2" {
	local o

	for o in "hide $THIG" "hide --network home1.net $THIG" \
	    "hide -k kv --constant $THIG" "hide -k kv --state st $THIG" \
	    "hide -k kv --plain --constant --state st $THIG" \
	    "hide -k kv --plain --pad 64 $THIG" "hide -k kv --pad 65 $THIG" \
	    "hide -k kv --pad 0 $THIG" "hide -k kv --network a/b $THIG" \
	    "hide -k kv --border ,, $THIG" "hide -k kv --ue 1.2.3.4/99 $THIG" \
	    "restore $THIG" "restore -k kv --reverse $THIG" \
	    "rewrite $THIG" "rewrite --as ibcf $THIG" \
	    "rewrite --as ibcf --up --down $THIG" "rewrite --as x --up $THIG" \
	    "rewrite --as p-cscf --up --hide -k kv $THIG" \
	    "rewrite --as p-cscf --up --nat --alg a $THIG" \
	    "rewrite --as p-cscf --up --protected maybe $THIG" \
	    "nothing" ""; do
		run -2 --separate-stderr ims-hide $o
		[ -z "$output" ]
		[ "$(wc -l <<<"$stderr")" = 1 ] || {
			echo "$o: $stderr"
			return 1
		}
	done
	run -2 ims-hide rewrite --as p-cscf --up --own $'a\nb' "$THIG"
}

@test "options: -n stops after N messages" {
	same 2 "$(ims-hide hide -k kv -n 2 "$CLEAN" | wc -l)"
	same 1 "$(cat "$THIG" "$THIG" | ims-hide hide -k kv -n 1 |
	    grep -c ^INVITE)"
}
