# ims-rules: for each rule a flow that breaks it, and the nearest that does not.
load helper

# found ARG...: rule@frame of each finding, sorted; status and stderr are kept.
found()
{
	run --separate-stderr ims-verify -f json "$@"
	findings=$(rules_at <<<"$output")
}

@test "each rule has its pair of flows in this file" {
	local rule

	for rule in $(ims-verify --list-rules | grep -v 'not judged:' |
	    cut -d ' ' -f 1); do
		grep -q "^@test \"$rule: found" "$BATS_TEST_FILENAME" ||
			echo "$rule: no flow that breaks it"
		grep -q "^@test \"$rule: not" "$BATS_TEST_FILENAME" ||
			echo "$rule: no flow that does not"
	done >"$BATS_TEST_TMPDIR/missing"
	diff -u /dev/null "$BATS_TEST_TMPDIR/missing"
}


# data/rules/clean.jsonl is a registration and a call without a fault but the
# note SEC-09.  A jq program changes it: at(FRAMES; f) records, header(FRAMES;
# re; text) their messages, every(re; text) all; drop and add header fields;
# again: the same once more, 100 s later, with another Call-ID and challenge.
flow()
{
	jq -cn "
	def at(f; g): if .frame | IN(f) then g else . end;
	def header(f; re; text): at(f; .message |= gsub(re; text));
	def every(re; text): .message |= gsub(re; text);
	def clear: del(.protection);
	def plain: clear | .sport = 5060 | .dport = 5060;
	def drop(f; re): header(f; re + \":[^\r]*\r\n\"; \"\");
	def add(f; line): header(f; \"\r\nContent-Length\";
	    \"\r\n\(line)\r\nContent-Length\");
	def later: .frame += 100 | .time |= .[:7] + \"1\" + .[8:];
	def again: later | every(\"Call-ID: \"; \"Call-ID: again\") |
	    every(\"I1U8vpY3\"; \"J2V9wqZ4\") |
	    every(\"Tfr7M\"; \"Tfr7Q\");
	[inputs | ($1)] | sort_by(.frame)[]" "$DATA/rules/clean.jsonl" \
	    >"$BATS_TEST_TMPDIR/flow"
	# A program that changes nothing proves nothing.
	[ "$1" = . ] ||
		! cmp -s "$DATA/rules/clean.jsonl" "$BATS_TEST_TMPDIR/flow"
}

# The findings but HDR-01 and -03, unless the test is about them: who spoils one
# hop of a message only makes the node before it change something.
judged()
{
	if [[ $BATS_TEST_DESCRIPTION == HDR-0[13]:* ]]; then
		cat
	else
		jq -c 'select(.rule | IN("HDR-01", "HDR-03") | not)'
	fi
}

# breaks RULE@FRAME JQ [ARG...]: this finding, and no other above a note.
breaks()
{
	local rule=$1

	flow "$2"
	shift 2
	run --separate-stderr ims-verify -f json "$@" "$BATS_TEST_TMPDIR/flow"
	same "$rule" "$(judged <<<"$output" |
	    jq -c 'select(.level != "note")' | rules_at | paste -sd ' ')"
	[ -z "$stderr" ]
	[ "$status" = 1 ]
}

# holds JQ [ARG...]: no finding above a note.
holds()
{
	flow "$1"
	shift
	run -0 --separate-stderr ims-verify --fail-on never -f json "$@" \
	    "$BATS_TEST_TMPDIR/flow"
	same "" "$(judged <<<"$output" | jq -c 'select(.level != "note")' |
	    rules_at)"
}

# noted RULE@FRAME JQ [ARG...]: this note, and no finding above a note.
noted()
{
	local rule=$1

	flow "$2"
	shift 2
	run -0 --separate-stderr ims-verify --fail-on never -f json "$@" \
	    "$BATS_TEST_TMPDIR/flow"
	same "$rule" "$(jq -c --arg r "${rule%@*}" \
	    'select(.level != "note" or .rule == $r)' <<<"$(judged \
	    <<<"$output")" | rules_at | paste -sd ' ')"
}

# quiet RULE JQ [ARG...]: not this rule, as a note either.
quiet()
{
	local rule=$1

	holds "${@:2}"
	same "" "$(rules_at <<<"$output" | grep "^$rule@")"
}

# TS 35.208 set 1, whose RAND and AUTN the flow has.
set1()
{
	echo '{"type":"subscriber",' \
	    '"impi":"001010123456789@ims.mnc001.mcc001.3gppnetwork.org",' \
	    '"k":"465b5ce8b199b49faa5f0a2ee238a6bc",' \
	    '"opc":"cd63cb71954a9f4e48a5994e37a02baf"}' \
	    >"$BATS_TEST_TMPDIR/k"
	echo "$BATS_TEST_TMPDIR/k"
}

@test "the flow that the rules are tried on has notes only" {
	found "$DATA/rules/clean.jsonl"
	same 'BK-07@13
SEC-09@6' "$findings"
	same note "$(jq -r .level <<<"$output" | sort -u)"
}

@test "AUTH-01: found: the private identity in an INVITE" {
	breaks AUTH-01@13 'header(13; "\r\nMax-Forwards"; "\r\nAuthorization:
	    Digest username=\"001010123456789@ims.mnc001.mcc001.3gppnetwork.org\",realm=\"x\",nonce=\"\",response=\"\"\r\nMax-Forwards")'
}

@test "AUTH-01: not: it is of SIP Digest" {
	holds 'select(.frame == 13) | clear | .src = "10.45.0.9" |
	    header(13; "\r\nMax-Forwards"; "\r\nAuthorization: Digest username=\"bob@example.com\",realm=\"x\",nonce=\"abc\",algorithm=MD5,response=\"00\"\r\nMax-Forwards")'
}

@test "AUTH-02: found: a challenge to an INVITE" {
	breaks AUTH-02@14 'header(14; "SIP/2.0 100 Trying"; "SIP/2.0 407
	    Proxy Authentication Required") | header(14; "\r\nContent-Length";
	    "\r\nProxy-Authenticate: Digest realm=\"x\",nonce=\"I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=\",algorithm=AKAv1-MD5\r\nContent-Length") |
	    header(14; "407\\s+"; "407 ")'
}

@test "AUTH-02: not: a refusal of an INVITE" {
	holds 'header(14; "SIP/2.0 100 Trying"; "SIP/2.0 403 Forbidden")'
}

@test "AUTH-04: found: a nonce without RAND and AUTN" {
	breaks AUTH-04@4 'every("I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=";
	    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfrw==")'
}

@test "AUTH-04: found: another algorithm" {
	breaks AUTH-04@4 'every("AKAv1-MD5"; "AKAv2-MD5")'
}

@test "AUTH-04: not: a nonce with server data behind them" {
	holds 'every("I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=";
	    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7MAAQID")'
}

@test "AUTH-05: found: a challenge with the RAND of another one" {
	breaks AUTH-05@30 '., (select(.frame == 4) | .frame = 30 |
	    .time = "1700000030.000000000" | every("Call-ID: ";
	    "Call-ID: second"))'
}

@test "AUTH-05: found: with its AUTN only" {
	# The first of 16 octets of RAND is another.
	breaks AUTH-05@30 '., (select(.frame == 4) | .frame = 30 |
	    .time = "1700000030.000000000" | every("Call-ID: ";
	    "Call-ID: second") | every("nonce=\"I1U8"; "nonce=\"J1U8"))'
}

@test "AUTH-05: not: the challenge is sent again" {
	holds '., (select(.frame == 4) | .frame = 30 |
	    .time = "1700000004.500000000" | every("Server:.*\r\n"; "") |
	    every("Content-Length: 0"; "Content-Length:0"))'
}

@test "AUTH-06: found: ck in the challenge to the phone" {
	breaks AUTH-06@6 'header(6; ",qop=\"auth\"";
	    ",qop=\"auth\",ck=\"b40ba9a3c58b2a05bbf0d987b21bf8cb\"")'
}

@test "AUTH-06: not: a value in which ck is written" {
	holds 'header(6; ",qop=\"auth\"";
	    ",qop=\"auth\",opaque=\"x,ck=b40ba9a3c58b2a05\"")'
}

@test "AUTH-08: found: no integrity-protected in the core" {
	breaks AUTH-08@8 'header(8; ",integrity-protected=\"yes\""; "")'
}

@test "AUTH-08: found: integrity-protected from the phone" {
	breaks AUTH-08@1 'header(1; "response=\"\"";
	    "response=\"\",integrity-protected=\"no\"")'
}

@test "AUTH-08: not: it is there without quotes" {
	holds 'header(8; "integrity-protected=\"yes\"";
	    "integrity-protected = yes")'
}

@test "AUTH-09: found: yes for a REGISTER in clear" {
	breaks AUTH-09@2 'header(2; "integrity-protected=\"no\"";
	    "integrity-protected=\"yes\"")'
}

@test "AUTH-09: not: yes where the phone was not seen" {
	holds 'select(.frame != 1) | header(2; "integrity-protected=\"no\"";
	    "integrity-protected=\"yes\"")'
}

@test "AUTH-11: found: CSeq two more" {
	breaks AUTH-11@7 'every("CSeq: 2 REG"; "CSeq: 3 REG")'
}

@test "AUTH-11: found: a response to another nonce" {
	# The same but for the last three of its characters: AUTN's MAC.
	breaks AUTH-11@7 'if .frame >= 7 then every("Tfr7M="; "Tfr7A=") else .
	    end'
}

@test "AUTH-11: not: CSeq one more, from another start" {
	holds 'every("CSeq: 2 REG"; "CSeq: 18 REG") |
	    every("CSeq: 1 REG"; "CSeq: 17 REG")'
}

@test "AUTH-12: found: a response with one digit wrong" {
	breaks AUTH-12@7 'every("cbefdcc5"; "cbefdcc4")' -k "$(set1)"
}

@test "AUTH-12: not: the right one" {
	holds . -k "$(set1)"
}

# flow_register.json SM7-auts: a response of the empty password.
@test "AUTH-12: not: a response with auts" {
	jq -c '.messages[] | select(.id == "SM7-auts") | { type: "sip",
	    frame: 7, time: "1700000007.000000000", src: "10.45.0.2",
	    sport: 5060, dst: "172.22.0.21", dport: 5060, transport: "udp",
	    message: .sip }' "$DATA/vectors/flow_register.json" \
	    >"$BATS_TEST_TMPDIR/auts"
	head -n 6 "$DATA/rules/clean.jsonl" | cat - "$BATS_TEST_TMPDIR/auts" \
	    >"$BATS_TEST_TMPDIR/in"
	run -0 --separate-stderr ims-verify -k "$(set1)" \
	    "$BATS_TEST_TMPDIR/in"
}

@test "AUTH-12: found: auts with the response of RES" {
	jq -c '.messages[] | select(.id == "SM7-auts") | { type: "sip",
	    frame: 7, time: "1700000007.000000000", src: "10.45.0.2",
	    sport: 5060, dst: "172.22.0.21", dport: 5060, transport: "udp",
	    message: (.sip | sub("3414b268edd18acb8f4a8901537ea4df";
	    "cbefdcc54c81aa658d67da2fba29638c")) }' \
	    "$DATA/vectors/flow_register.json" >"$BATS_TEST_TMPDIR/auts"
	head -n 6 "$DATA/rules/clean.jsonl" | cat - "$BATS_TEST_TMPDIR/auts" \
	    >"$BATS_TEST_TMPDIR/in"
	found -k "$(set1)" "$BATS_TEST_TMPDIR/in"
	same 'AUTH-12@7
SEC-09@6' "$findings"
}

@test "SEC-01: found: a REGISTER without Proxy-Require" {
	breaks SEC-01@1 'header(1; "Proxy-Require: sec-agree\r\n"; "")'
}

@test "SEC-01: found: a REGISTER without Security-Client" {
	breaks SEC-01@1 'select(.frame == 1) |
	    header(1; "Security-Client: [^\r]*\r\n"; "")'
}

@test "SEC-01: not: sec-agree is one of several" {
	holds 'header(1; "(?<h>(Proxy-)?Require): sec-agree\r\n";
	    "\(.h): foo , SEC-agree\r\n")'
}

@test "SEC-02: found: a Security-Server without port-s" {
	breaks SEC-02@6 'every(";port-s=5063"; "")'
}

@test "SEC-02: found: no Security-Server" {
	breaks SEC-02@6 'select(.frame <= 6) |
	    header(6; "Security-Server: [^\r]*\r\n"; "")'
}

@test "SEC-02: not: its parameters in another order, and one more" {
	holds 'every(";spi-c=0000065537;spi-s=0000065538;port-c=5062;port-s=5063";
	    ";port-s=5063;new=1;port-c=5062;spi-s=0000065538;spi-c=0000065537")'
}

@test "SEC-03: found: Security-Verify with another SPI" {
	breaks SEC-03@7 'select(.frame <= 7) | header(7; "spi-c=0000065537"; "spi-c=0000065539")'
}

@test "SEC-03: found: Security-Verify with one mechanism less" {
	breaks SEC-03@7 'select(.frame <= 7) | header(7; "(?<a>Security-Verify: [^,\r]*),[^\r]*\r\n";
	    "\(.a)\r\n")'
}

@test "SEC-03: found: its mechanisms in another order" {
	breaks SEC-03@7 'select(.frame <= 7) | header(7; "Security-Verify: (?<a>[^,]*), (?<b>[^\r]*)";
	    "Security-Verify: \(.b), \(.a)")'
}

@test "SEC-03: not: the same in two header fields, and without zeros" {
	holds 'header(7; "(?<v>Security-Verify: )(?<a>[^,]*), (?<b>[^\r]*)";
	    "\(.v)\(.a)\r\n\(.v)\(.b)") |
	    header(7; "0000065537"; "65537")'
}

@test "SEC-04: found: Security-Client with another port" {
	breaks SEC-04@7 'select(.frame <= 7) | header(7; "port-c=40001"; "port-c=40003")'
}

@test "SEC-04: not: the same, without zeros" {
	holds 'header(7; "spi-c=0439041025"; "spi-c=439041025")'
}

@test "SEC-08: found: null integrity with aes-cbc" {
	breaks SEC-08@1 'select(.frame == 1) |
	    header(1; "alg=hmac-sha-1-96;ealg=aes-cbc";
	    "alg=null;ealg=aes-cbc")'
}

@test "SEC-08: found: aes-gmac with encryption" {
	breaks SEC-08@1 'select(.frame == 1) |
	    header(1; "alg=hmac-sha-1-96;ealg=aes-cbc";
	    "alg=aes-gmac;ealg=aes-cbc")'
}

@test "SEC-08: not: null with aes-gcm, aes-gmac with null" {
	holds 'select(.frame == 1) |
	    header(1; "alg=hmac-sha-1-96;ealg=aes-cbc";
	    "alg=null;ealg=aes-gcm") |
	    header(1; "alg=hmac-sha-1-96;ealg=null"; "alg=aes-gmac;ealg=null")'
}

@test "SEC-09: found: hmac-md5-96 is chosen" {
	breaks SEC-09@6 'select(.frame <= 6) |
	    every("alg=hmac-sha-1-96"; "alg=hmac-md5-96")'
}

@test "SEC-09: found: des-ede3-cbc is chosen" {
	breaks SEC-09@6 'select(.frame <= 6) |
	    every("ealg=aes-cbc"; "ealg=des-ede3-cbc")'
}

@test "SEC-09: not: hmac-md5-96 is offered" {
	holds 'header(1, 7; "Security-Client: (?<a>[^\r]*)";
	    "Security-Client: \(.a), \(.a | sub("-sha-1-"; "-md5-"))")'
}

@test "SEC-10: found: a reserved SPI" {
	breaks SEC-10@6 'every("0000065538"; "255") |
	    if .protection.spi == 65538 then .protection.spi = 255 else . end'
}

@test "SEC-10: found: the P-CSCF takes an SPI of the phone" {
	breaks SEC-10@6 'select(.frame <= 6) |
	    every("0000065538"; "439041026")'
}

@test "SEC-10: not: the first that is not reserved" {
	holds 'every("0000065538"; "256") |
	    if .protection.spi == 65538 then .protection.spi = 256 else . end'
}

@test "SEC-11: found: a protected port is 5061" {
	breaks SEC-11@6 'every("port-s=5063"; "port-s=5061") |
	    if .dport == 5063 then .dport = 5061 else . end'
}

@test "SEC-11: found: one port for both" {
	breaks SEC-11@1 'select(.frame <= 6) |
	    every("port-c=40001"; "port-c=40002")'
}

@test "SEC-11: not: a protected port is 5059" {
	holds 'every("port-s=5063"; "port-s=5059") |
	    if .dport == 5063 then .dport = 5059 else . end'
}

@test "SA-01: found: an ACK in clear on the protected ports" {
	breaks SA-01@18 'at(18; clear)'
}

@test "SA-01: found: the answer to the challenge in clear" {
	breaks SA-01@7 'select(.frame <= 7) |
	    drop(7; "P-Access-Network-Info") | at(7; clear | .sport = 5060 |
	    .dport = 5060)'
}

# flow_register.json SM7-mac: the phone refuses the network, in clear.
@test "SA-01: not: a REGISTER in clear with an empty response" {
	jq -c '.messages[] | select(.id == "SM7-mac") | { type: "sip",
	    frame: 7, time: "1700000007.000000000", src: "10.45.0.2",
	    sport: 5060, dst: "172.22.0.21", dport: 5060, transport: "udp",
	    message: .sip }' "$DATA/vectors/flow_register.json" \
	    >"$BATS_TEST_TMPDIR/mac"
	head -n 6 "$DATA/rules/clean.jsonl" | cat - "$BATS_TEST_TMPDIR/mac" \
	    >"$BATS_TEST_TMPDIR/in"
	run -0 --separate-stderr ims-verify "$BATS_TEST_TMPDIR/in"
}

@test "SA-02: found: an INVITE in clear" {
	breaks SA-02@13 'at(13; clear | .sport = 5060 | .dport = 5060)'
}

@test "SA-02: not: an emergency call" {
	holds 'at(13; clear | .sport = 5060 | .dport = 5060) |
	    header(13; "INVITE tel:[0-9+]*"; "INVITE urn:service:sos")'
}

@test "SA-03: found: the ports of the other SA" {
	breaks SA-03@18 'at(18; .sport = 40002 | .dport = 5062)'
}

@test "SA-03: found: a UDP request from port_us" {
	breaks SA-03@18 'at(18; .sport = 40002 | .dport = 5062 |
	    .protection.spi = 65537 | .protection.seq = 1)'
}

@test "SA-03: not: a TCP request of the P-CSCF on its connection" {
	holds 'at(18; .transport = "tcp")'
}

@test "SA-04: found: a UDP response from port_ps" {
	breaks SA-04@14 'at(14; .sport = 5063 | .dport = 40001 |
	    .protection.spi = 439041025 | .protection.seq = 1)'
}

@test "SA-04: not: a TCP response on the phone's connection" {
	holds 'at(13; .transport = "tcp") | at(14; .transport = "tcp" |
	    .sport = 5063 | .dport = 40001 |
	    .protection.spi = 439041025 | .protection.seq = 1)'
}

@test "SA-07: found: a sequence number used before" {
	breaks SA-07@30 '., (select(.frame == 18) | { type: "esp", time,
	    frame: 30, src, dst, spi: .protection.spi,
	    seq: .protection.seq, len: 700, reason: "replay" })'
}

@test "SA-07: found: the first message is far from 1" {
	breaks SA-07@7 'if .protection.spi == 65538 then
	    .protection.seq += 64 else . end'
}

@test "SA-07: not: the first message is the 64th packet" {
	holds 'if .protection.spi == 65538 then .protection.seq += 63 else .
	    end'
}

@test "SA-07: not: a packet without a key" {
	holds '., (select(.frame == 18) | { type: "esp", time, frame: 30, src,
	    dst, spi: .protection.spi, seq: .protection.seq, len: 700,
	    reason: "nokey" })'
}

# 7, 13 and 18 are packets 1, 2 and 3 of one association, 12 is packet 1 of
# another of its set; each gets an IV of its own.
gcm='every("alg=hmac-sha-1-96;ealg=aes-cbc"; "alg=null;ealg=aes-gcm") |
    if .protection then .protection.alg = "null" |
    .protection.ealg = "aes-gcm" else . end'
ivs='def ivs(n): if .protection then .protection.iv =
    ("00000000000000000000000000000000" + (.frame | tostring))[-n:] else . end;'
@test "SA-08: found: CBC, an IV again" {
	breaks SA-08@18 "$ivs ivs(32) | if .frame == 18 then
	    .protection.iv = .protection.iv[:-2] + \"13\" else . end"
}
@test "SA-08: found: GCM, an IV of another association of the set" {
	breaks SA-08@12 "$ivs ivs(16) | $gcm | if .frame == 12 then .protection.iv = .protection.iv[:-2] + \"07\"
	    elif .frame == 7 then .protection.iv = .protection.iv[:-2] + \"07\"
	    else . end"
}
@test "SA-08: not: CBC, an IV of another association" {
	holds "$ivs ivs(32) | if .frame == 12 then
	    .protection.iv = .protection.iv[:-2] + \"07\" else . end"
}
@test "SA-08: not: no IV twice" {
	holds "$ivs ivs(16) | $gcm"
}

@test "SA-10: found: null encryption" {
	breaks 'SA-10@7 SEC-06@7' 'if .protection then .protection.ealg = "null" else .
	    end'
}

@test "SA-10: not: null encryption was offered" {
	holds 'header(6, 7; "q=0.1;alg=hmac-sha-1-96;ealg=null";
	    "q=0.1;alg=hmac-sha-1-96;ealg=null;x=1")'
}

@test "SA-16: found: an ICV that does not match" {
	breaks SA-16@30 '., (select(.frame == 18) | { type: "esp", time,
	    frame: 30, src, dst, spi: .protection.spi, seq: 77, len: 700,
	    reason: "auth" })'
}

@test "SA-16: not: a packet that stays closed" {
	holds '., (select(.frame == 18) | { type: "esp", time, frame: 30, src,
	    dst, spi: .protection.spi, seq: 77, len: 700,
	    reason: "nosa" })'
}

@test "HDR-02: found: the P-CSCF writes into Contact" {
	breaks HDR-02@2 'header(2; "Contact: <sip:10.45.0.2:40002>";
	    "Contact: <sip:10.45.0.2:40002;alias=1>")'
}

@test "HDR-02: not: the phone is behind a NAT" {
	holds 'every("mod=trans"; "mod=UDP-enc-tun") |
	    header(1; "Via: SIP/2.0/UDP 10.45.0.2";
	    "Via: SIP/2.0/UDP 192.168.1.10") |
	    header(2; "Contact: <sip:10.45.0.2:40002>";
	    "Contact: <sip:10.45.0.2:40002;alias=1>")'
}

# A MESSAGE that leaves the network through its IBCF (TS 24.228 17.2.1 has the
# form of the token).
border()
{
	jq -cn --arg via "$1" --arg rr "$2" '{ type: "sip", frame: 1,
	    time: "1700000001.000000000", src: "172.22.0.24", sport: 5060,
	    dst: "192.0.2.1", dport: 5060, transport: "udp",
	    message: ("MESSAGE sip:bob@home2.net SIP/2.0\r\n" +
	    "Via: SIP/2.0/UDP ibcf1.home1.net;branch=z9hG4bK9\r\n" +
	    "Via: \($via)\r\nRecord-Route: <sip:ibcf1.home1.net;lr>, " +
	    "\($rr)\r\nFrom: <sip:alice@home1.net>;tag=1\r\n" +
	    "To: <sip:bob@home2.net>\r\nCall-ID: x1\r\n" +
	    "CSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n") }' \
	    >"$BATS_TEST_TMPDIR/in"
}

# 32 octets in base32, IV and one block.
token=aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq
hidden_via="SIP/2.0/UDP $token@home1.net;tokenized-by=home1.net"
hidden_rr="<sip:$token@home1.net;lr>;tokenized-by=home1.net"

@test "HIDE-01: found: a Via of an own proxy beyond the border" {
	border 'SIP/2.0/UDP scscf1.home1.net;branch=z9hG4bK8' "$hidden_rr"
	found -R ibcf=172.22.0.24 -R peer=192.0.2.1 "$BATS_TEST_TMPDIR/in"
	same HIDE-01@1 "$(grep -v SA-17 <<<"$findings")"
	[ "$status" = 1 ]
}

@test "HIDE-01: found: a Record-Route of an own proxy" {
	border "$hidden_via" '<sip:scscf1.home1.net;lr>'
	found -R ibcf=172.22.0.24 -R peer=192.0.2.1 "$BATS_TEST_TMPDIR/in"
	same HIDE-01@1 "$(grep -v SA-17 <<<"$findings")"
}

@test "HIDE-01: not: all of it is in tokens" {
	border "$hidden_via" "$hidden_rr"
	found -R ibcf=172.22.0.24 -R peer=192.0.2.1 "$BATS_TEST_TMPDIR/in"
	same "" "$(grep -v SA-17 <<<"$findings")"
}

@test "HIDE-01: not: a name of another network" {
	border "$hidden_via" '<sip:scscf1.home3.net;lr>'
	found -R ibcf=172.22.0.24 -R peer=192.0.2.1 "$BATS_TEST_TMPDIR/in"
	same "" "$(grep -v SA-17 <<<"$findings")"
}

@test "HIDE-01: not: inside the network" {
	border 'SIP/2.0/UDP scscf1.home1.net;branch=z9hG4bK8' \
	    '<sip:scscf1.home1.net;lr>'
	found -R s-cscf=172.22.0.24 -R ibcf=192.0.2.1 "$BATS_TEST_TMPDIR/in"
	same "" "$findings"
}

# sdp(FRAMES; line): one more line in the body, and its length.
sdp='def sdp(f; l): at(f; .message |= (. + l | . as $m |
    ($m | split("\r\n\r\n")[1] | utf8bytelength) as $n |
    sub("Content-Length: [0-9]*"; "Content-Length: \($n)")));'
crypto='"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n"'

@test "BK-01: found: a media key in clear" {
	breaks BK-01@15 "$sdp sdp(15; $crypto)"
}

@test "BK-01: not: a media key in ESP that is encrypted" {
	holds "$sdp sdp(13; $crypto)"
}

@test "BK-01: not: DTLS-SRTP, which has no key in SDP" {
	holds "$sdp sdp(15; \"a=fingerprint:SHA-256 AB:CD\\r\\n\")"
}

@test "AUTH-03: found: the realm has a user part" {
	breaks AUTH-03@1 'select(.frame == 1) |
	    header(1; "realm=\"ims"; "realm=\"001010123456789@ims")'
}

@test "AUTH-03: found: a nonce that is missing" {
	breaks AUTH-03@1 'select(.frame == 1) | header(1; "nonce=\"\","; "")'
}

@test "AUTH-03: not: with an algorithm, in another order" {
	holds 'header(1; "nonce=\"\",response=\"\"";
	    "response=\"\",algorithm=AKAv1-MD5, nonce=\"\"")'
}

@test "AUTH-03: not: an emergency registration" {
	holds 'select(.frame == 1) | drop(1; "Authorization") |
	    header(1; "sip:10.45.0.2:40002"; "sip:10.45.0.2:40002;sos")'
}

@test "AUTH-07: found: no ck for the P-CSCF" {
	breaks AUTH-07@4 'select(.frame < 7) | header(4, 5; ",ck=[^,\r]*"; "")'
}

@test "AUTH-07: found: a key with a digit less" {
	breaks AUTH-07@5 'select(.frame < 7 and .frame != 4) |
	    header(5; "ik=\"f"; "ik=\"")'
}

@test "AUTH-07: not: digits in upper case" {
	holds 'header(4, 5; "ck=\"b40ba9a3c58b2a05bbf0"; "ck=\"B40BA9A3C58B2A05BBF0")'
}

@test "AUTH-10: found: a 200 to integrity-protected=no" {
	breaks AUTH-10@10 'header(8, 9; "integrity-protected=\"yes\"";
	    "integrity-protected=\"no\"")'
}

@test "AUTH-10: not: an emergency registration" {
	holds 'header(8, 9; "integrity-protected=\"yes\"";
	    "integrity-protected=\"no\"") |
	    every("sip:10.45.0.2:40002>"; "sip:10.45.0.2:40002;sos>")'
}

# refusal AUTS: frame 7 in clear, with AUTS ("" for a MAC failure) and new SPIs.
refusal()
{
	echo 'select(.frame <= 7) | at(7; plain) |
	    drop(7; "P-Access-Network-Info") | header(7;
	    "response=\"[0-9a-f]*\""; "response=\"\"'"${1:+,auts=\\\"$1\\\"}"'") |
	    header(7; "0439041025;spi-s=0439041026;port-c=40001";
	    "0439041027;spi-s=0439041028;port-c=40003")'
}

esp='.sport = 40001 | .dport = 5063 | .protection = { spi: 65538, seq: 1,
    alg: "hmac-sha-1-96", ealg: "aes-cbc", icv: "ok" }'

@test "AUTH-13: found: auts of 13 octets" {
	breaks AUTH-13@7 "$(refusal uoU/PBI8z0TpNZbjVQ==)"
}

@test "AUTH-13: found: auts in hexadecimal" {
	breaks AUTH-13@7 "$(refusal ba853f3c123ccf44e93596e355c6)"
}

@test "AUTH-13: found: on the new association" {
	breaks AUTH-13@7 "$(refusal uoU/PBI8z0TpNZbjVcY=) | at(7; $esp)"
}

@test "AUTH-13: found: with the SPIs of before" {
	breaks AUTH-13@7 "$(refusal uoU/PBI8z0TpNZbjVcY=) |
	    header(7; \"043904102[78]\"; \"0439041025\") |
	    header(7; \"spi-s=0439041025\"; \"spi-s=0439041026\")"
}

@test "AUTH-13: not: 14 octets, in clear, with new SPIs" {
	holds "$(refusal uoU/PBI8z0TpNZbjVcY=)"
}

@test "AUTH-14: found: a refusal on the new association" {
	breaks AUTH-14@7 "$(refusal '') | at(7; $esp)"
}

@test "AUTH-14: not: in clear, with new SPIs" {
	holds "$(refusal '')"
}

# After the call another registration, refused, and another call.
reauth='(select(.frame <= 12)), (select(.frame | IN(1, 6, 7)) | again),
    (select(.frame == 12) | again | drop(112; "Path") |
    drop(112; "Service-Route") |
    every("SIP/2.0 200 OK"; "SIP/2.0 403 Forbidden")),
    (select(.frame == 13) | later)'

@test "AUTH-15: found: a call refused after a wrong answer" {
	noted AUTH-15@114 "$reauth, (select(.frame == 14) | later |
	    every(\"SIP/2.0 100 Trying\"; \"SIP/2.0 403 Forbidden\"))"
}

@test "AUTH-15: not: a call that goes on" {
	quiet AUTH-15 "$reauth, (select(.frame == 14) | later)"
}

# Three challenges, each refused, with a Call-ID of its own.
refusals="$(refusal '' | sed 's/<= 7/| IN(1, 6, 7)/')"

@test "AUTH-16: found: a third challenge is refused" {
	breaks AUTH-16@207 "$refusals | ., again, (again | again |
	    every(\"J2V9\"; \"K3W8\") | every(\"Tfr7Q\"; \"Tfr7U\"))"
}

@test "AUTH-16: not: the second is" {
	holds "$refusals | ., again"
}

@test "AUTH-17: found: an answer after five minutes" {
	breaks AUTH-17@12 'select(.frame | IN(1, 6, 7, 12)) |
	    at(7, 12; .time |= .[:7] + "3" + .[8:])'
}

@test "AUTH-17: not: after one" {
	holds 'select(.frame | IN(1, 6, 7, 12)) |
	    at(7, 12; .time |= .[:8] + "6" + .[9:])'
}

@test "AUTH-19: found: a registration without Authorization" {
	breaks AUTH-19@10 'select(.frame > 6 and .frame != 8) |
	    drop(7, 9; "Authorization")'
}

@test "AUTH-19: not: a third-party registration" {
	holds 'select(.frame > 7 and .frame != 8) |
	    drop(9; "Authorization") |
	    header(9; "From: <[^>]*"; "From: <sip:scscf1.example.net")'
}

@test "AUTH-20: found: MD5 for a phone on LTE" {
	breaks 'AUTH-20@6 PRIV-06@1' 'select(.frame | IN(1, 6)) |
	    drop(1; "Security-Client") | drop(6; "Security-Server") |
	    drop(1; "(Proxy-)?Require") | header(1; "response=\"\"";
	    "response=\"\",algorithm=MD5") |
	    add(1; "P-Access-Network-Info: 3GPP-E-UTRAN-FDD;x=1") |
	    header(6; "AKAv1-MD5"; "MD5")'
}

@test "AUTH-20: not: on a fixed line" {
	breaks PRIV-06@1 'select(.frame | IN(1, 6)) |
	    drop(1; "Security-Client") | drop(6; "Security-Server") |
	    drop(1; "(Proxy-)?Require") | header(1; "response=\"\"";
	    "response=\"\",algorithm=MD5") |
	    add(1; "P-Access-Network-Info: ADSL2+") |
	    header(6; "AKAv1-MD5"; "MD5")'
}

# RES of set 1 has 64 bits.
@test "AUTH-21: found: AKAv1-MD5-sess with 64 bits" {
	flow 'select(.frame == 7) | every("AKAv1-MD5"; "AKAv1-MD5-sess")'
	found -k "$(set1)" "$BATS_TEST_TMPDIR/flow"
	same AUTH-21@7 "$(grep AUTH-21 <<<"$findings")"
	same warning "$(jq -r 'select(.rule == "AUTH-21") | .level' \
	    <<<"$output")"
}

@test "AUTH-21: not: AKAv1-MD5" {
	quiet AUTH-21 'select(.frame == 7)' -k "$(set1)"
}

@test "SEC-05: found: the core gets what did not match" {
	flow 'header(7; "port-c=40001"; "port-c=40003")'
	found "$BATS_TEST_TMPDIR/flow"
	same 'SEC-04@7 SEC-05@8' "$(grep SEC-0[45] <<<"$findings" |
	    paste -sd ' ')"
}

@test "SEC-05: not: it is refused" {
	breaks SEC-04@7 'select(.frame | IN(1, 6, 7, 12)) |
	    header(7; "port-c=40001"; "port-c=40003") |
	    drop(12; "Path") | drop(12; "Service-Route") |
	    header(12; "SIP/2.0 200 OK"; "SIP/2.0 403 Forbidden")'
}

@test "SEC-06: found: ESP without the encryption that was first" {
	breaks SEC-06@7 'at(7, 12; .protection.ealg = "aes-gcm" |
	    .protection.alg = "null")'
}

@test "SEC-06: not: the phone did not offer the first" {
	holds 'every("hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=trans;spi-c=0439";
	    "hmac-sha-1-96;ealg=aes-gcm;prot=esp;mod=trans;spi-c=0439") |
	    every("alg=hmac-sha-1-96;ealg=aes-gcm"; "alg=null;ealg=aes-gcm") |
	    every("ealg=null;prot=esp;mod=trans;spi-c=0439";
	    "ealg=aes-cbc;prot=esp;mod=trans;spi-c=0439") |
	    header(6, 7, 13, 18; "q=0.2;alg=hmac-sha-1-96;ealg=aes-cbc";
	    "q=0.2;alg=hmac-md5-96;ealg=aes-cbc") |
	    header(6, 7, 13, 18; "q=0.1;alg=hmac-sha-1-96;ealg=null";
	    "q=0.1;alg=hmac-sha-1-96;ealg=aes-cbc")'
}

@test "SEC-07: found: no encryption in the list" {
	noted SEC-07@6 'select(.frame <= 6) | header(6; "aes-cbc"; "null")'
}

@test "SEC-07: not: encryption is second" {
	quiet SEC-07 'select(.frame <= 6) | header(6; "q=0.2"; "q=0.05")'
}

@test "SEC-12: found: two mechanisms with one q" {
	breaks SEC-12@6 'header(6, 7; "q=0.2"; "q=0.1")'
}

@test "SEC-12: found: the second mechanism has no q" {
	breaks SEC-12@6 'header(6, 7; "q=0.1;"; "")'
}

@test "SEC-12: not: q of three decimals" {
	holds 'header(6, 7; "q=0.2"; "q=0.101")'
}

@test "SEC-13: found: Security-Verify in the core" {
	breaks SEC-13@8 'add(8; "Security-Verify: ipsec-3gpp;q=0.1")'
}

@test "SEC-13: found: sec-agree in Proxy-Require" {
	breaks SEC-13@15 'add(15; "Proxy-Require: foo, sec-agree")'
}

@test "SEC-13: not: another option in Require" {
	holds 'header(8; "Require: path"; "Require: path, gruu")'
}

@test "SEC-14: found: trans for a phone behind a NAT" {
	breaks SEC-14@6 'select(.frame <= 6) |
	    header(1; "UDP 10.45.0.2"; "UDP 192.168.1.10")'
}

@test "SEC-14: found: UDP-enc-tun without a NAT" {
	breaks SEC-14@6 'select(.frame <= 6) |
	    every("mod=trans"; "mod=UDP-enc-tun")'
}

@test "SEC-14: not: UDP-enc-tun behind a NAT" {
	holds 'select(.frame <= 6) | every("mod=trans"; "mod=UDP-enc-tun") |
	    header(1; "UDP 10.45.0.2"; "UDP 192.168.1.10")'
}

# A second REGISTER under the associations of the first.
rereg='., (select(.frame == 7) | later | .protection.seq = 9 |
    header(107; "CSeq: 2"; "CSeq: 3") | drop(107; "Security-Verify") |
    add(107; "Security-Verify: ipsec-3gpp;q=0.1") |
    header(107; "0439041025;spi-s=0439041026;port-c=40001";
    "0439041027;spi-s=0439041028;port-c=40003"))'

@test "SEC-15: found: the same SPIs again" {
	breaks SEC-15@107 "$rereg | header(107; \"spi-s=0439041028\";
	    \"spi-s=0439041026\")"
}

@test "SEC-15: found: the same port_uc" {
	breaks SEC-15@107 "$rereg | header(107; \"port-c=40003\";
	    \"port-c=40001\")"
}

@test "SEC-15: found: another port_us" {
	breaks SEC-15@107 "$rereg | header(107; \"port-s=40002\";
	    \"port-s=40004\")"
}

@test "SEC-15: not: new SPIs, new port_uc, old port_us" {
	holds "$rereg"
}

@test "SEC-16: found: prot=ah is offered" {
	breaks SEC-16@1 'select(.frame == 1) | header(1; "ealg=null;prot=esp";
	    "ealg=null;prot=ah")'
}

@test "SEC-16: not: prot is not said" {
	holds 'header(1, 7; "(?<a>spi-c=04[^,\r]*)"; "\(.a);x=1") |
	    header(1, 7; "ealg=null;prot=esp"; "ealg=null")'
}

@test "SEC-17: found: an INVITE without Security-Verify" {
	noted SEC-17@13 'drop(13; "Security-Verify")'
}

@test "SEC-17: not: an ACK without it" {
	quiet SEC-17 'drop(18; "Security-Verify")'
}

@test "SA-05: found: a Via with another address" {
	breaks SA-05@7 'header(7; "UDP 10.45.0.2:40002"; "UDP 10.45.0.9:40002")'
}

@test "SA-05: not: a Via with a name" {
	holds 'header(7; "UDP 10.45.0.2:40002"; "UDP phone.example:40002")'
}

@test "SA-11: found: a call before the 200" {
	breaks SA-11@12 'at(13; .frame = 11 | .time = "1700000011.500000000") |
	    select(.frame < 13)'
}

@test "SA-11: not: after it" {
	holds 'select(.frame < 14)'
}

# The second agreement is confirmed and used; then the first again.
renewed='(select(.frame <= 12)), (select(.frame | IN(1, 6, 7, 12, 13)) | again |
    every("439041025"; "439041027") | every("439041026"; "439041028") |
    every("port-c=40001"; "port-c=40003") | every("0000065537"; "0000065539") |
    every("0000065538"; "0000065540") | at(107, 113; .sport = 40003 |
    .protection.spi = 65540 | .protection.seq -= 0) |
    at(112; .protection.spi = 439041028))'

@test "SA-12: found: the first association, five minutes after the second" {
	breaks SA-12@118 "$renewed, (select(.frame == 18) | later |
	    .time |= .[:7] + \"5\" + .[8:])"
}

@test "SA-12: not: ten seconds after it" {
	holds "$renewed, (select(.frame == 18) | later)"
}

@test "SA-12: found: after the registration ended" {
	breaks SA-12@18 'every("expires=600000"; "expires=60") |
	    select(.frame <= 18) | at(18; .time |= .[:7] + "1" + .[8:])'
}

@test "SA-12: not: before it ends" {
	holds 'every("expires=600000"; "expires=160") |
	    select(.frame <= 18) | at(18; .time |= .[:7] + "1" + .[8:])'
}

@test "SA-13: found: a 401 in clear to a protected REGISTER" {
	breaks SA-13@108 "$rereg, (select(.frame == 6) | later |
	    header(106; \"CSeq: 1\"; \"CSeq: 3\") | .frame = 108 |
	    .time |= .[:9] + \"8\" + .[10:] |
	    every(\"I1U8vpY3\"; \"J2V9wqZ4\") | every(\"Tfr7M\"; \"Tfr7Q\"))"
}

@test "SA-13: not: a 401 under the old association" {
	holds "$rereg, (select(.frame == 6) | later |
	    header(106; \"CSeq: 1\"; \"CSeq: 3\") | .frame = 108 |
	    .time |= .[:9] + \"8\" + .[10:] |
	    .sport = 5062 | .dport = 40002 | .protection = { spi: 439041026,
	    seq: 9, alg: \"hmac-sha-1-96\", ealg: \"aes-cbc\", icv: \"ok\" } |
	    every(\"I1U8vpY3\"; \"J2V9wqZ4\") | every(\"Tfr7M\"; \"Tfr7Q\"))"
}

# The phone registers from 10.45.0.9 and speaks from 10.45.0.2 again.
moved='(select(.frame <= 12)), (select(.frame | IN(1, 6, 7, 12)) | again |
    (.src, .dst) |= (if . == "10.45.0.2" then "10.45.0.9" else . end) |
    every("10.45.0.2"; "10.45.0.9")), (select(.frame == 13) | later)'

@test "SA-14: found: the old associations after a change of address" {
	breaks SA-14@113 "$moved"
}

@test "SA-14: not: another phone of the same user" {
	holds "$moved | if .frame > 100 then every(\"90420156-025763\";
	    \"90420156-025764\") else . end"
}

@test "SA-15: found: a phone that prefers to be somebody else" {
	breaks SA-15@13 'add(13; "P-Preferred-Identity: <sip:+15550000000@ims.mnc001.mcc001.3gppnetwork.org>")'
}

@test "SA-15: found: the core asserts another one" {
	breaks SA-15@15 'add(15; "P-Asserted-Identity: <tel:+15550000000>")'
}

@test "SA-15: found: a REGISTER of another user" {
	flow "$rereg | header(107; \"username=\\\"00101\";
	    \"username=\\\"00102\")"
	found "$BATS_TEST_TMPDIR/flow"
	same SA-15@107 "$(grep SA-15 <<<"$findings")"
}

@test "SA-15: found: From of somebody else is a note" {
	noted SA-15@13 'header(13; "From: <sip:\\+15551234567";
	    "From: <sip:+15550000000")'
}

@test "SA-15: not: the number in its other form" {
	quiet SA-15 'add(13; "P-Preferred-Identity: <tel:+15551234567>") |
	    add(15; "P-Asserted-Identity: <tel:+15551234567>")'
}

@test "PRIV-01: found: what the phone asserted is passed on" {
	breaks PRIV-01@15 'add(13, 15; "P-Asserted-Identity: <tel:+15550000000>")'
}

@test "PRIV-01: not: what it asserted is replaced" {
	holds 'add(13; "P-Asserted-Identity: <tel:+15550000000>") |
	    add(15; "P-Asserted-Identity: <tel:+15551234567>")'
}

@test "RES-01: found: from phone to phone" {
	flow "$moved, (select(.frame == 13) | later | .frame = 114 |
	    .dst = \"10.45.0.9\" | plain)"
	found "$BATS_TEST_TMPDIR/flow"
	same RES-01@114 "$(grep RES-01 <<<"$findings")"
}

@test "RES-01: not: to a phone that did not register" {
	flow "$moved, (select(.frame == 13) | later | .frame = 114 |
	    .dst = \"10.45.0.8\" | plain)"
	found "$BATS_TEST_TMPDIR/flow"
	same "" "$(grep RES-01 <<<"$findings")"
}

@test "RES-02: found: a MESSAGE without P-Asserted-Identity" {
	breaks RES-02@15 'every("INVITE"; "MESSAGE")'
}

@test "RES-02: not: with one" {
	holds 'every("INVITE"; "MESSAGE") |
	    add(15; "P-Asserted-Identity: <tel:+15551234567>")'
}

# digest_aka.json, the resynchronisation of set 1.
@test "AUTH-18: found: auts that was changed" {
	breaks AUTH-18@7 "$(refusal uoU/PBI8z0TpNZbjVcc=)" -k "$(set1)"
}

@test "AUTH-18: not: the auts of this card" {
	holds "$(refusal uoU/PBI8z0TpNZbjVcY=)" -k "$(set1)"
}

# Registrations of one phone, each in clear, answered and confirmed; then a call
# under the N-th.
sets()
{
	echo "(range(4) as \$i | select(.frame | IN(1, 6, 7, 12)) |
	    .frame += 100 * \$i | .time |= .[:7] + \"\(\$i)\" + .[8:] |
	    every(\"Call-ID: \"; \"Call-ID: n\(\$i)\") |
	    every(\"I1U8vpY3\"; \"I1U8vpY\(\$i)\") |
	    every(\"1Tfr7M\"; \"1Tfr7\" + (\"MQUY\"[\$i:\$i + 1])) |
	    every(\"43904102\"; \"4390\(\$i)102\") |
	    every(\"00006553\"; \"000\(\$i + 1)6553\") |
	    every(\"port-c=40001\"; \"port-c=4\(\$i)001\") |
	    if .frame % 100 == 7 then .sport = 40001 + 1000 * \$i |
	    .protection.spi += (\$i + 1) * 100000
	    elif .frame % 100 == 12 then
	    .protection.spi = 439001026 + \$i * 10000 - 0 |
	    .protection.spi = (\"4390\(\$i)1026\" | tonumber) else . end),
	    (select(.frame == 18) | .frame = 900 |
	    .time = \"1700000313.000000000\" | .sport = 40001 + 1000 * $1 |
	    .protection.spi += ($1 + 1) * 100000)"
}

@test "SA-06: found: the first of four sets is in use" {
	flow "$(sets 0)"
	found "$BATS_TEST_TMPDIR/flow"
	same SA-06@900 "$(grep SA-06 <<<"$findings")"
}

@test "SA-06: not: the second is" {
	flow "$(sets 1)"
	found "$BATS_TEST_TMPDIR/flow"
	same "" "$(grep 'SA-0[36]' <<<"$findings")"
}

peer='-R ibcf=172.22.0.24 -R peer=192.0.2.1'

# nni HEADER...: a MESSAGE from the IBCF to another network, with these too.
nni()
{
	border "$hidden_via" "$hidden_rr"
	jq -c --args '.message |= sub("\r\nContent-Length"; "\r\n" +
	    ($ARGS.positional | map(. + "\r\n") | join("")) +
	    "Content-Length")' "$@" <"$BATS_TEST_TMPDIR/in" \
	    >"$BATS_TEST_TMPDIR/nni"
	found $peer $more "$BATS_TEST_TMPDIR/nni"
	findings=$(grep -v SA-17 <<<"$findings" | paste -sd ' ')
}

@test "SA-17: found: a message to another network in clear" {
	border "$hidden_via" "$hidden_rr"
	found $peer "$BATS_TEST_TMPDIR/in"
	same SA-17@1 "$findings"
	same note "$(jq -r .level <<<"$output")"
}

@test "SA-17: not: in ESP" {
	border "$hidden_via" "$hidden_rr"
	jq -c '.protection = { spi: 4096, seq: 1, alg: "hmac-sha-1-96",
	    ealg: "aes-cbc", icv: "ok" }' "$BATS_TEST_TMPDIR/in" \
	    >"$BATS_TEST_TMPDIR/esp"
	found $peer "$BATS_TEST_TMPDIR/esp"
	same "" "$findings"
}

@test "PRIV-02: found: P-Preferred-Identity in the core" {
	breaks PRIV-02@15 'add(15; "P-Preferred-Identity: <tel:+15551234567>")'
}

@test "PRIV-02: not: from the phone" {
	holds 'add(13; "P-Preferred-Identity: <tel:+15551234567>")'
}

@test "PRIV-03: found: two tel URIs" {
	breaks PRIV-03@15 'add(15; "P-Asserted-Identity: <tel:+15551234567>,
	    <tel:+15551234567;x=1>")'
}

@test "PRIV-03: not: one of each" {
	holds 'add(15; "P-Asserted-Identity: <tel:+15551234567>,
	    <sip:+15551234567@ims.mnc001.mcc001.3gppnetwork.org>")'
}

@test "PRIV-04: found: who asked for privacy is named to the phone" {
	breaks PRIV-04@21 'add(21; "Privacy: id") |
	    add(21; "P-Asserted-Identity: <tel:+15559876543>")'
}

@test "PRIV-04: found: and to another network" {
	nni 'Privacy: user;id' 'P-Asserted-Identity: <tel:+15551234567>' \
	    'X: 1'
	same 'PRIV-04@1 PRIV-12@1' "$findings"
}

@test "PRIV-04: not: to a network that is trusted" {
	more='--trust 192.0.2.1' nni 'Privacy: id' \
	    'P-Asserted-Identity: <tel:+15551234567>'
	same "" "$findings"
}

@test "PRIV-04: not: without privacy" {
	holds 'add(21; "Privacy: none") |
	    add(21; "P-Asserted-Identity: <tel:+15559876543>")'
}

@test "PRIV-05: found: the cell of the caller reaches a phone" {
	breaks PRIV-05@21 'add(21; "P-Access-Network-Info: 3GPP-E-UTRAN-FDD")'
}

@test "PRIV-05: found: Cellular-Network-Info reaches another network" {
	nni 'Cellular-Network-Info: 3GPP-E-UTRAN-FDD'
	same PRIV-05@1 "$findings"
}

@test "PRIV-05: not: in the core" {
	holds 'add(15; "P-Access-Network-Info: 3GPP-E-UTRAN-FDD")'
}

@test "PRIV-06: found: the cell in a clear REGISTER" {
	breaks PRIV-06@1 'add(1; "P-Access-Network-Info: 3GPP-E-UTRAN-FDD")'
}

@test "PRIV-06: not: in ESP" {
	holds 'add(13; "P-Access-Network-Info: 3GPP-E-UTRAN-FDD")'
}

@test "PRIV-07: found: P-Charging-Vector to the phone" {
	breaks PRIV-07@12 'add(12; "P-Charging-Vector: icid-value=1")'
}

@test "PRIV-07: not: in the core" {
	holds 'add(15; "P-Charging-Vector: icid-value=1")'
}

@test "PRIV-08: found: charging functions at the border" {
	nni 'P-Charging-Function-Addresses: ccf=192.0.8.1'
	same PRIV-08@1 "$findings"
}

@test "PRIV-08: not: P-Charging-Vector, which crosses it" {
	nni 'P-Charging-Vector: icid-value=1'
	same "" "$findings"
}

@test "PRIV-09: found: P-Served-User at the border is a note" {
	nni 'P-Served-User: <sip:alice@home1.net>'
	same PRIV-09@1 "$findings"
	same note "$(jq -r 'select(.rule == "PRIV-09").level' <<<"$output")"
}

@test "PRIV-09: found: and an error if it is no roaming partner's" {
	more='--nni other' nni 'P-Served-User: <sip:alice@home1.net>'
	same error "$(jq -r 'select(.rule == "PRIV-09").level' <<<"$output")"
}

@test "PRIV-09: not: to a roaming partner" {
	more='--nni roaming' nni 'P-Served-User: <sip:alice@home1.net>'
	same "" "$findings"
}

@test "PRIV-10: found: cpc reaches a phone" {
	breaks PRIV-10@21 'header(21; "From: <sip:\\+15559876543@(?<d>[^>]*)>";
	    "From: <tel:+15559876543;cpc=operator>")'
}

@test "PRIV-10: not: in the core" {
	holds 'header(20; "From: <sip:\\+15559876543@(?<d>[^>]*)>";
	    "From: <tel:+15559876543;cpc=operator>")'
}

@test "PRIV-11: found: none with id" {
	breaks PRIV-11@13 'add(13; "Privacy: none;id")'
}

@test "PRIV-11: found: a value that does not exist" {
	breaks PRIV-11@13 'add(13; "Privacy: full")'
}

@test "PRIV-11: not: header and critical" {
	holds 'add(13; "Privacy: header;critical")'
}

@test "PRIV-12: found: Privacy user with the name in From" {
	breaks PRIV-12@21 'add(21; "Privacy: user")'
}

@test "PRIV-12: found: Privacy id with it is a note" {
	noted PRIV-12@21 'add(21; "Privacy: id")'
}

@test "PRIV-12: not: an anonymous From" {
	quiet PRIV-12 'add(21; "Privacy: user;id") |
	    header(21; "From: <sip:\\+15559876543@[^>]*>";
	    "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>")'
}

@test "PRIV-13: found: the IMEI of the other phone" {
	breaks PRIV-13@17 'header(17; "Contact: <sip:bob@10.45.0.3:40102>";
	    "Contact: <sip:bob@10.45.0.3:40102>;+sip.instance=\"<urn:gsma:imei:90420156-025763-0>\"")'
}

@test "PRIV-13: found: an identity made of an IMSI" {
	breaks PRIV-13@21 'add(21; "P-Asserted-Identity: <sip:001010123456780@ims.mnc001.mcc001.3gppnetwork.org>")'
}

@test "PRIV-13: not: the phone's own in its 200" {
	holds 'select(.frame <= 12) | header(12; "P-Associated-URI: ";
	    "P-Associated-URI: <sip:001010123456789@ims.mnc001.mcc001.3gppnetwork.org>, ")'
}

# --- syntax ------------------------------------------------------------------

# syn FILE: the SYN findings of a message, without notes, sorted; "unread" too if
# there was no message in it.
syn()
{
	local err=$BATS_TEST_TMPDIR/err

	{
		ims-verify -f json "$1" 2>"$err" |
		    jq -r 'select(.level != "note") | .rule' | grep SYN
		! grep -q 'neither\|no SIP in it' "$err" || echo unread
	} | sort -u | paste -sd ' '
}

# RFC 4475: section 3.1.1 and 3.4 are valid; 3.1.2 and 3.2 invalid; of 3.3 those
# whose fault is in the text are (a required header field missing, one of one
# value there twice), the others ask for what an element may not know.
@test "the 49 messages of RFC 4475" {
	need_shared
	local m=$SHARED/../messages/rfc4475 f

	for f in "$m"/*.dat; do
		f=${f##*/}
		echo "${f%.dat} $(syn "$m/$f")"
	done | sed 's/ $//' | diff -u - <(cat <<-'END'
	badaspec SYN-08
	badbranch SYN-07
	baddate SYN-11
	baddn SYN-08
	badinv01 SYN-07 SYN-12
	badvers SYN-01
	bcast
	bext01
	bigcode SYN-01
	clerr SYN-06
	cparam01
	cparam02
	dblreq
	esc01
	esc02
	escnull
	escruri SYN-10
	insuf SYN-03
	intmeth
	inv2543
	invut
	longreq
	ltgtruri SYN-01
	lwsdisp
	lwsruri SYN-01 SYN-10
	lwsstart SYN-01
	mcl01 SYN-04
	mismatch01 SYN-05
	mismatch02 SYN-05
	mpart01
	multi01 SYN-04
	ncl SYN-06
	noreason
	novelsc
	quotbal SYN-08
	regaut01
	regbadct SYN-08
	regescrt
	scalar02 SYN-05 SYN-09
	scalarlg SYN-05 SYN-09
	sdp01
	semiuri
	transports
	trws SYN-01
	unkscm
	unksm2
	unreason
	wsinv
	zeromf
	END
	)
}

# RFC 5118: one is invalid, and two are to be accepted but noted.
@test "the 12 messages of RFC 5118" {
	need_shared
	local f

	for f in "$SHARED/../messages/rfc5118"/*; do
		ims-verify -q -f json "$f" | jq -r --arg f "${f##*/}" \
		    'select(.rule | startswith("SYN")) |
		    "\($f) \(.rule) \(.level)"' || :
	done | diff -u - <(cat <<-'END'
	ipv6-bad SYN-10 error
	ipv6-bug-abnf-3-colons SYN-10 note
	via-received-param-no-delim SYN-07 note
	END
	)
}

@test "SYN-01: found: two spaces in the request line" {
	breaks SYN-01@13 'header(13; "INVITE tel"; "INVITE  tel")'
}

@test "SYN-01: found: a status of four digits" {
	flow 'header(14; "SIP/2.0 100 "; "SIP/2.0 1000 ")'
	found "$BATS_TEST_TMPDIR/flow"
	same SYN-01@14 "$(grep SYN <<<"$findings")"
}

@test "SYN-01: not: no reason" {
	holds 'header(14; "SIP/2.0 100 Trying"; "SIP/2.0 100 ")'
}

@test "SYN-02: found: a line without a colon" {
	breaks SYN-02@13 'header(13; "\r\nMax-Forwards"; "\r\nfoo\r\nMax-Forwards")'
}

@test "SYN-02: not: a header field on two lines" {
	holds 'header(13; "Max-Forwards: 70"; "Max-Forwards:\r\n 70")'
}

@test "SYN-03: found: no Max-Forwards" {
	breaks SYN-03@13 'drop(13; "Max-Forwards")'
}

@test "SYN-03: found: a response without Via" {
	breaks SYN-03@14 'drop(14; "Via")'
}

@test "SYN-03: not: compact names" {
	holds 'header(13; "Call-ID:"; "i:") | header(13; "Via:"; "v:")'
}

@test "SYN-04: found: To twice" {
	breaks SYN-04@13 'header(13; "To: (?<v>[^\r]*)"; "To: \(.v)\r\nt: \(.v)")'
}

@test "SYN-04: not: Route twice" {
	holds 'add(15; "Route: <sip:a.example;lr>") |
	    add(15; "Route: <sip:b.example;lr>")'
}

@test "SYN-05: found: the method of CSeq is another" {
	flow 'header(13; "CSeq: 1 INVITE"; "CSeq: 1 MESSAGE")'
	found "$BATS_TEST_TMPDIR/flow"
	same SYN-05@13 "$(grep SYN <<<"$findings")"
}

@test "SYN-05: not: the highest number" {
	holds 'every("CSeq: 1 (?<m>INVITE|ACK)"; "CSeq: 2147483647 \(.m)")'
}

@test "SYN-06: found: a body that is too short" {
	breaks SYN-06@13 'header(13; "Content-Length: 111"; "Content-Length: 112")'
}

@test "SYN-06: not: no Content-Length over UDP" {
	holds 'drop(13; "Content-Length")'
}

@test "SYN-07: found: nothing behind the magic cookie" {
	breaks SYN-07@13 'header(13; "branch=z9hG4bKc1"; "branch=z9hG4bK")'
}

@test "SYN-07: found: an IPv6 address without brackets" {
	breaks SYN-07@18 'header(18; "UDP 10.45.0.2:40002"; "UDP 2001:db8::2")'
}

@test "SYN-07: not: white space around the slashes" {
	holds 'header(13; "SIP/2.0/UDP "; "SIP / 2.0 / UDP  ")'
}

@test "SYN-08: found: a name with a comma and without quotes" {
	breaks SYN-08@13 'header(13; "From: "; "From: Doe, Alice ")'
}

@test "SYN-08: found: a bracket that is not closed" {
	breaks SYN-08@13 'select(.frame < 15) | header(13; "Contact: <sip:10.45.0.2:40002>";
	    "Contact: <sip:10.45.0.2:40002")'
}

@test "SYN-08: not: the comma is in quotes" {
	holds 'every("From: <sip:.1555(?<x>123)"; "From: \"Doe, \\\"A\\\"\" <sip:+1555\(.x)")'
}

@test "SYN-09: found: Max-Forwards of 256" {
	breaks SYN-09@13 'header(13; "Max-Forwards: 70"; "Max-Forwards: 256")'
}

@test "SYN-09: not: of 0" {
	holds 'header(18; "Max-Forwards: 70"; "Max-Forwards: 0")'
}

@test "SYN-10: found: header fields in the Request-URI" {
	breaks SYN-10@18 'header(18; "ACK sip:bob@10.45.0.3:40102";
	    "ACK sip:bob@10.45.0.3:40102?Route=x")'
}

@test "SYN-10: not: a question mark in the user" {
	holds 'every("sip:bob@10"; "sip:bo?b@10")'
}

@test "SYN-11: found: Date in another zone" {
	breaks SYN-11@12 'add(12; "Date: Fri, 01 Jan 2010 16:00:00 EST")'
}

@test "SYN-11: not: in GMT" {
	holds 'add(12; "Date: Fri, 01 Jan 2010 16:00:00 GMT")'
}

@test "SYN-12: found: a comma behind the last value" {
	breaks SYN-12@13 'header(13; "Contact: <sip:10.45.0.2:40002>";
	    "Contact: <sip:10.45.0.2:40002>,")'
}

@test "SYN-12: not: a comma in a URI" {
	holds 'header(18; "From: <sip:\\+"; "From: \"a,;b\" <sip:+")'
}

# --- header fields, hiding, media keys ------------------------------------------

@test "HDR-04: found: Path in a 401" {
	breaks HDR-04@4 'add(4; "Path: <sip:pcscf1.example;lr>")'
}

@test "HDR-04: found: Service-Route in an INVITE" {
	breaks HDR-04@15 'add(15; "Service-Route: <sip:s.example;lr>")'
}

@test "HDR-04: found: Path without anybody who knows it" {
	breaks HDR-04@2 'drop(2; "Require") | drop(2; "Supported")'
}

@test "HDR-04: not: Supported: path is enough" {
	holds 'drop(2; "Require")'
}

@test "HDR-05: found: a Route around the S-CSCF" {
	breaks HDR-05@13 'header(13; "<sip:orig@scscf1"; "<sip:orig@scscf2")'
}

@test "HDR-05: found: no Route is a note" {
	noted HDR-05@13 'drop(13; "Route")'
}

@test "HDR-05: not: in two header fields" {
	quiet HDR-05 'header(13; ";lr>, <sip:orig"; ";lr>\r\nRoute: <sip:orig")'
}

@test "HDR-06: found: a tel URI first" {
	noted HDR-06@12 'header(12; "P-Associated-URI: ";
	    "P-Associated-URI: <tel:+15551234567>, ")'
}

@test "HDR-06: not: a sips URI first" {
	quiet HDR-06 'header(12; "P-Associated-URI: <sip:";
	    "P-Associated-URI: <sips:")'
}

# two VIA RR VIA RR: two messages of the border, of two calls.
two()
{
	border "$1" "$2"
	cp "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/first"
	border "$3" "$4"
	jq -c '.frame = 2 | .message |= sub("Call-ID: x1"; "Call-ID: x2")' \
	    "$BATS_TEST_TMPDIR/in" | cat "$BATS_TEST_TMPDIR/first" - \
	    >"$BATS_TEST_TMPDIR/two"
	found $peer "$BATS_TEST_TMPDIR/two"
	findings=$(grep -v SA-17 <<<"$findings" | paste -sd ' ')
}

# via TOKEN: a Via of it; another token with the same IV, and one with another.
via()
{
	echo "SIP/2.0/UDP $1;tokenized-by=home1.net"
}
same_iv=${token::26}zzzzzzzzzzzzzzzzzzzzzzzzzq
other_iv=b${token:1:25}zzzzzzzzzzzzzzzzzzzzzzzzzq

@test "HIDE-02: found: one token in two requests" {
	two "$(via $token)" "$hidden_rr" "$(via $token)" "$hidden_rr"
	same HIDE-02@2 "$findings"
}

@test "HIDE-02: found: one IV in two tokens" {
	two "$(via $token)" "$hidden_rr" "$(via $same_iv)" "$hidden_rr"
	same HIDE-02@2 "$findings"
}

@test "HIDE-02: not: tokens with their own IVs" {
	two "$(via $token)" "$hidden_rr" "$(via $other_iv)" "$hidden_rr"
	same "" "$findings"
}

@test "HIDE-03: found: a token of 33 octets" {
	border "$(via ${token}ay)" "$hidden_rr"
	found $peer "$BATS_TEST_TMPDIR/in"
	same HIDE-03@1 "$(grep -v SA-17 <<<"$findings")"
}

@test "HIDE-03: not: in labels, and in hexadecimal" {
	two "$(via ${token:0:30}.${token:30})" "$hidden_rr" \
	    "$(via 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff)" \
	    "$hidden_rr"
	same "" "$findings"
}

@test "HIDE-04: found: a token without tokenized-by" {
	border "SIP/2.0/UDP $token" "$hidden_rr"
	found $peer "$BATS_TEST_TMPDIR/in"
	same HIDE-04@1 "$(grep -v SA-17 <<<"$findings")"
}

@test "HIDE-04: found: a token of another network than the sender's" {
	border "SIP/2.0/UDP $token;tokenized-by=home3.net" \
	    '<sip:a.home3.net;lr>'
	found $peer "$BATS_TEST_TMPDIR/in"
	grep -q HIDE-04@1 <<<"$findings"
}

@test "HIDE-04: not: a token of a network before this" {
	border "SIP/2.0/UDP x.home9.net,$(via $token)" "$hidden_rr"
	found $peer "$BATS_TEST_TMPDIR/in"
	same "" "$(grep HIDE-04 <<<"$findings")"
}

@test "HIDE-05: found: Contact is hidden" {
	nni "Contact: <sip:$token;tokenized-by=home1.net>"
	same HIDE-05@1 "$findings"
}

@test "HIDE-05: not: it stays" {
	nni "Contact: <sip:alice@10.45.0.2>"
	same "" "$findings"
}

@test "HIDE-06: found: two tokens in a row" {
	border "$(via $token),$(via $other_iv)" "$hidden_rr"
	found $peer "$BATS_TEST_TMPDIR/in"
	same HIDE-06@1 "$(grep -v SA-17 <<<"$findings")"
}

@test "HIDE-06: not: with an entry of another network between" {
	border "$(via $token),SIP/2.0/UDP a.home2.net,$(via $other_iv)" \
	    "$hidden_rr"
	found $peer "$BATS_TEST_TMPDIR/in"
	same "" "$(grep -v SA-17 <<<"$findings")"
}

# inside ROUTE: a request from the IBCF to the S-CSCF.
inside()
{
	border 'SIP/2.0/UDP a.home2.net' '<sip:a.home2.net;lr>'
	jq -c --arg r "$1" '.message |= sub("\r\nCall-ID"; "\r\nRoute: \($r)" +
	    "\r\nCall-ID")' "$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/inside"
	found -R ibcf=172.22.0.24 -R s-cscf=192.0.2.1 --network home1.net \
	    "$BATS_TEST_TMPDIR/inside"
}

@test "HIDE-07: found: a token of the own network inside" {
	inside "<sip:$token;tokenized-by=home1.net;lr>"
	same HIDE-07@1 "$findings"
}

@test "HIDE-07: not: a token of another network" {
	inside "<sip:$token;tokenized-by=home2.net;lr>"
	same "" "$(grep HIDE-07 <<<"$findings")"
}

@test "HIDE-08: found: Call-ID names the network" {
	border "$hidden_via" "$hidden_rr"
	sed -i 's/Call-ID: x1/Call-ID: x1@pcscf1.home1.net/' \
	    "$BATS_TEST_TMPDIR/in"
	found $peer "$BATS_TEST_TMPDIR/in"
	same HIDE-08@1 "$(grep -v SA-17 <<<"$findings")"
}

@test "HIDE-08: not: it names the phone" {
	border "$hidden_via" "$hidden_rr"
	sed -i 's/Call-ID: x1/Call-ID: x1@10.45.0.2/' "$BATS_TEST_TMPDIR/in"
	found $peer "$BATS_TEST_TMPDIR/in"
	same "" "$(grep -v SA-17 <<<"$findings")"
}

@test "HIDE-09: found: the Call-ID of topoh" {
	found "$LAB/call_topoh_mw.pcap"
	same "$(tshark -r "$LAB/call_topoh_mw.pcap" -Y 'sip.Call-ID matches
	    "^!!:"' -T fields -e sip.Call-ID | sort -u | wc -l)" \
	    "$(jq -r 'select(.rule == "HIDE-09") | .call_id' <<<"$output" |
	    grep -c '^!!:')"
	grep -q HIDE-09 <<<"$findings"
}

@test "HIDE-09: not: a call that is not hidden" {
	found "$LAB/call_mw.pcap"
	same "" "$(grep HIDE <<<"$findings")"
}

# sdp with a media line and lines of one's own, in offer (13, 15) or answer.
media()
{
	echo "def body(f; l): at(f; .message |= (split(\"\\r\\n\\r\\n\")[0] +
	    \"\\r\\n\\r\\n\" + \"v=0\\r\\no=- \\(f) 1 IN IP4 10.45.0.2\\r\\n\" +
	    \"s=-\\r\\nc=IN IP4 10.45.0.2\\r\\nt=0 0\\r\\n\" + l | . as \$m |
	    (\$m | split(\"\\r\\n\\r\\n\")[1] | utf8bytelength) as \$n |
	    sub(\"Content-Length: [0-9]*\"; \"Content-Length: \\(\$n)\")));"
}

avp='m=audio 49152 RTP/AVP 97\r\n'
savp='m=audio 49152 RTP/SAVP 97\r\n'
dtls='m=audio 49152 UDP/TLS/RTP/SAVPF 97\r\n'
key1='a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n'
key2='a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n'
print1='a=fingerprint:SHA-256 12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82\r\n'
print2='a=fingerprint:SHA-256 13:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82\r\n'

# bk OFFER ANSWER: the findings BK of the call on Gm without notes.
bk()
{
	flow "$(media) select(.frame | IN(1, 6, 7, 12, 13, 17)) |
	    body(13; \"$1\") | body(17; \"$2\")"
	found "$BATS_TEST_TMPDIR/flow"
	findings=$(jq -c 'select(.level != "note")' <<<"$output" | rules_at |
	    paste -sd ' ')
}

@test "BK-02: found: SAVP without a key" {
	bk "$savp" "$savp$key2"
	same BK-02@13 "$findings"
}

@test "BK-02: found: DTLS without a fingerprint" {
	bk "$dtls" "${dtls}${print1}a=setup:active\r\n"
	same BK-02@13 "$findings"
}

@test "BK-02: not: SAVP with a key" {
	bk "$savp$key1" "$savp$key2"
	same "" "$findings"
}

@test "BK-03: found: a=3ge2ae without mediasec" {
	bk "$savp${key1}a=3ge2ae:requested\r\n" "$savp$key2"
	same BK-03@13 "$findings"
}

@test "BK-03: not: with it" {
	flow "$(media) select(.frame | IN(1, 6, 7, 12, 13)) |
	    header(1, 7; \"Security-Client: \";
	    \"Security-Client: sdes-srtp;mediasec, \") |
	    body(13; \"$savp${key1}a=3ge2ae:requested\r\n\")"
	found "$BATS_TEST_TMPDIR/flow"
	same "" "$(grep 'BK\|SEC-04' <<<"$findings")"
}

@test "BK-05: found: one key in offer and answer" {
	bk "$savp$key1" "$savp$key1"
	same BK-05@17 "$findings"
}

@test "BK-05: found: one key for two media" {
	bk "$savp$key1$savp$key1" "$savp$key2"
	same BK-05@13 "$findings"
}

@test "BK-05: found: a key of zeros" {
	bk "${savp}a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n" "$savp$key2"
	same BK-05@13 "$findings"
}

@test "BK-05: not: two keys" {
	bk "$savp$key1$savp$key2" "$savp"
	same BK-02@17 "$findings"
}

@test "BK-06: found: UNENCRYPTED_SRTP" {
	bk "$savp${key1%\\r\\n} UNENCRYPTED_SRTP\r\n" "$savp$key2"
	same BK-06@13 "$findings"
}

@test "BK-06: not: KDR" {
	bk "$savp${key1%\\r\\n} KDR=1\r\n" "$savp$key2"
	same "" "$findings"
}

@test "BK-07: found: SRTP is answered with RTP" {
	bk "$savp$key1" "$avp"
	same BK-07@17 "$findings"
}

@test "BK-07: found: RTP is a note" {
	noted BK-07@13 'select(.frame < 14)'
}

@test "BK-07: not: the medium is refused" {
	bk "$savp$key1" 'm=audio 0 RTP/AVP 97\r\n'
	same "" "$findings"
}

@test "BK-08: found: sha-1" {
	bk "$dtls${print1/SHA-256/sha-1}a=setup:actpass\r\n" \
	    "$dtls${print2}a=setup:active\r\n"
	same BK-08@13 "$findings"
}

@test "BK-08: found: no a=setup" {
	bk "$dtls$print1" "$dtls${print2}a=setup:active\r\n"
	same BK-08@13 "$findings"
}

@test "BK-08: found: another fingerprint in the 200 than in the 183" {
	flow "$(media) select(.frame | IN(1, 6, 7, 12, 13, 14, 17)) |
	    header(14; \"100 Trying\"; \"183 Progress\") |
	    add(14; \"Content-Type: application/sdp\") |
	    body(14; \"$dtls${print1}a=setup:active\r\n\") |
	    body(17; \"$dtls${print2}a=setup:active\r\n\")"
	found "$BATS_TEST_TMPDIR/flow"
	same BK-08@17 "$(grep BK-08 <<<"$findings")"
}

@test "BK-08: not: each side its own" {
	bk "$dtls${print1}a=setup:actpass\r\n" \
	    "$dtls${print2}a=setup:active\r\n"
	same "" "$findings"
}

@test "BK-09: found: S/MIME from the phone" {
	breaks BK-09@13 'header(13; "application/sdp"; "application/pkcs7-mime")'
}

@test "BK-09: not: another type" {
	holds 'header(13; "application/sdp"; "application/pidf+xml")'
}

@test "BK-10: found: key-mgmt without an answer" {
	bk "${savp}a=key-mgmt:mikey AQAFgM0=\r\n" 'm=audio 49152 RTP/AVPF 97\r\n'
	same 'BK-07@17 BK-10@17' "$findings"
}

@test "BK-10: not: with one" {
	bk "${savp}a=key-mgmt:mikey AQAFgM0=\r\n" \
	    "${savp}a=key-mgmt:mikey AQEFgM0=\r\n"
	same "" "$findings"
}

@test "BK-04: found: a key that is an octet short" {
	bk "${savp}a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSo=\r\n" "$savp$key2"
	same BK-04@13 "$findings"
}

@test "BK-04: found: a lifetime above 2^48" {
	bk "$savp${key1%\\r\\n}|2^49\r\n" "$savp$key2"
	same BK-04@13 "$findings"
}

@test "BK-04: not: lifetime and MKI" {
	bk "$savp${key1%\\r\\n}|2^48|1:4\r\n" "$savp$key2"
	same "" "$findings"
}

# --- the verdict of a registration --------------------------------------------

# verdict JQ [ARG...]: verdict, stage, status and message of each registration.
verdict()
{
	flow "$1"
	shift
	run --separate-stderr ims-verify -f json --registrations "$@" \
	    "$BATS_TEST_TMPDIR/flow"
	verdict=$(jq -r 'select(.type == "registration") | "\(.frame) " +
	    "\(.verdict) \(.stage) \(.status // "-") \(.message)"' <<<"$output")
}

@test "verdict: registered, and how" {
	verdict .
	same '1 registered answer 200 registered with the answer to a challenge, under ESP with hmac-sha-1-96 and aes-cbc' "$verdict"
}

@test "verdict: a registration has all its fields" {
	verdict .
	same '["registration","1700000001.000000000",1,12,"10.45.0.2:5060 > 172.22.0.21:5060","apb03a0s09dkjdfglkj49111@10.45.0.2","001010123456789@ims.mnc001.mcc001.3gppnetwork.org"]' \
	    "$(jq -c 'select(.type == "registration") | [.type, .time,
	    .frame, .last, .source, .call_id, .impi]' <<<"$output")"
}

@test "verdict: silent, as nothing is offered by both" {
	verdict 'select(.frame <= 6) | header(1; "ealg=null"; "ealg=aes-cbc") |
	    header(6; "alg=hmac-sha-1-96;ealg=[a-z-]*";
	    "alg=null;ealg=aes-gcm")'
	same '1 silent challenge 401 the phone is silent after the 401: Security-Server offers only null/aes-gcm, the phone offered only hmac-sha-1-96/aes-cbc' "$verdict"
}

@test "verdict: silent, without Security-Server" {
	verdict 'select(.frame <= 6) | drop(6; "Security-Server")'
	[[ $verdict == *"no Security-Server, though the phone offered"* ]]
}

@test "verdict: silent, as the key does not fit the challenge" {
	verdict 'select(.frame <= 6)' -k <(set1 >/dev/null
	    sed 's/465b5ce8/465b5ce9/' "$BATS_TEST_TMPDIR/k")
	[[ $verdict == *"MAC in AUTN does not fit the subscriber's key"* ]]
}

closed='{ type: "esp", time: "1700000008.000000000", src: "10.45.0.2",
    dst: "172.22.0.21", spi: 65538, seq: 1, len: 900'

@test "verdict: silent, ESP is seen and nothing answers" {
	verdict "select(.frame <= 6), (select(.frame == 6) | $closed,
	    frame: 8, reason: \"nokey\" })"
	[[ $verdict == *"1 ESP packets of the phone were seen that stay closed, and none that answers them"* ]]
}

@test "verdict: silent, the ICV of ESP is wrong" {
	verdict "select(.frame <= 6), (select(.frame == 6) | $closed,
	    frame: 8, reason: \"auth\" })"
	[[ $verdict == *"integrity check value that does not match"* ]]
}

@test "verdict: the network does not answer" {
	verdict 'select(.frame == 1)'
	same '1 unanswered register - REGISTER gets no response' "$verdict"
	verdict 'select(.frame | IN(1, 6, 7))'
	same '1 unanswered answer 401 the answer to the challenge gets no response' "$verdict"
}

# refused STATUS LINE: the first REGISTER of a phone gets this.
refused()
{
	verdict "select(.frame | IN(1, 6)) | drop(6; \"WWW-Authenticate\") |
	    header(6; \"401 Unauthorized\"; \"$1\") | add(6; \"$2\")"
}

@test "verdict: each refusal says what it means" {
	refused '403 Forbidden' 'X: 1'
	[[ $verdict == "1 refused register 403 403: the user may not register here"* ]]
	refused '494 Security Agreement Required' 'X: 1'
	[[ $verdict == *"494: the P-CSCF wants another security agreement; Security-Server: ipsec-3gpp"* ]]
	refused '421 Extension Required' 'Require: sec-agree'
	[[ $verdict == *"421: the network requires the security agreement"* ]]
	refused '423 Interval Too Brief' 'Min-Expires: 3600'
	[[ $verdict == *"; Min-Expires: 3600" ]]
	refused '420 Bad Extension' 'Unsupported: path'
	[[ $verdict == *"; Unsupported: path" ]]
	refused '500 Server Error' 'X: 1'
	[[ $verdict == *"500: the network has no binding"* ]]
	refused '504 Time-out' 'X: 1'
	[[ $verdict == *"504: a node behind the P-CSCF does not answer" ]]
}

@test "verdict: a wrong answer" {
	verdict 'select(.frame | IN(1, 6, 7, 12)) | header(12; "200 OK";
	    "403 Forbidden")'
	[[ $verdict == "1 refused answer 403 403: the answer to the challenge is not accepted"* ]]
}

# resync_gm: auts, then another challenge (ANSWERS.md).
@test "verdict: registered after a synchronisation failure" {
	run --separate-stderr ims-verify --registrations \
	    "$LAB/resync_gm.pcap"
	grep -q 'registered 00101.*; 1 challenge was refused before$' \
	    <<<"$output"
}

# ANSWERS.md: SIPp gives up in each of these.
@test "verdict: sipp_fail, all are silent" {
	run --separate-stderr ims-verify -f json --registrations \
	    "$LAB/sipp_fail.pcap"
	same "$(tshark -r "$LAB/sipp_fail.pcap" -Y sip -T fields \
	    -e sip.Call-ID | sort -u)" "$(jq -r 'select(.verdict == "silent") |
	    .call_id' <<<"$output" | sort -u)"
}

@test "verdict: not without --registrations" {
	flow .
	run --separate-stderr ims-verify -f json "$BATS_TEST_TMPDIR/flow"
	same "" "$(grep registration <<<"$output")"
}

@test "verdict: the same behind ims-pcap" {
	diff -u <(ims-verify -f json --registrations "$LAB/call_gm.pcap") \
	    <(ims-pcap "$LAB/call_gm.pcap" |
	    ims-verify -f json --registrations)
}

# --- hops --------------------------------------------------------------------

@test "HDR-01: found: the P-CSCF changes From" {
	breaks HDR-01@15 'header(15; "From: <sip:.15551234567";
	    "From: <sip:+15550001111")'
}

@test "HDR-01: found: the P-CSCF removes what it does not know" {
	breaks HDR-01@15 'add(13; "X-New: 1")'
}

@test "HDR-01: found: the I-CSCF changes P-Visited-Network-ID" {
	breaks HDR-01@3 'select(.frame < 7) |
	    header(3; "P-Visited-Network-ID: \"ims"; "P-Visited-Network-ID: \"x")'
}

@test "HDR-01: not: what a node adds" {
	holds 'add(15; "X-New: 1") |
	    add(15; "P-Asserted-Identity: <tel:+15551234567>")'
}

@test "HDR-01: not: between two hops that are not next to each other" {
	holds 'select(.frame != 8) | add(7; "X-New: 1")'
}

@test "HDR-03: found: a letter of the body is another" {
	breaks HDR-03@15 'header(15; "a=rtpmap:97 AMR"; "a=rtpmap:97 AMX")'
}

@test "HDR-03: not: a gateway writes its address" {
	holds 'header(15; "c=IN IP4 10.45.0.2"; "c=IN IP4 172.22.0.201") |
	    header(15; "Content-Length: 111"; "Content-Length: 114")'
}

# What differs between frame 1 and frame 2 of the flow, as jq sees it.
@test "--hops: what the P-CSCF did with a REGISTER" {
	flow 'select(.frame < 3)'
	run -0 --separate-stderr ims-verify --hops "$BATS_TEST_TMPDIR/flow"
	same '1 > 2: p-cscf: REGISTER' "${lines[0]}"
	same '+ P-Charging-Vector
+ P-Visited-Network-ID
+ Path
- Proxy-Require
- Security-Client
~ Authorization
~ Max-Forwards
~ Require
~ Via' "$(sed -n 's/^    \([-+~] [A-Za-z-]*\): .*/\1/p' <<<"$output" |
	    LC_ALL=C sort)"
	grep -q 'response="",integrity-protected="no"$' <<<"$output"
}

@test "--hops: what a node may not do is marked" {
	flow 'add(13; "X-New: 1")'
	run -1 --separate-stderr ims-verify --hops "$BATS_TEST_TMPDIR/flow"
	same '  ! - X-New: 1' "$(grep '!' <<<"$output")"
}

@test "--hops: another format is refused" {
	run -2 --separate-stderr ims-verify --hops -f json /dev/null
}

# diff N M NODE: two messages of the flow as text.
diff_of()
{
	flow "${4:-.}"
	jq -j "select(.frame == $1) | .message" "$BATS_TEST_TMPDIR/flow" \
	    >"$BATS_TEST_TMPDIR/before"
	jq -j "select(.frame == $2) | .message" "$BATS_TEST_TMPDIR/flow" \
	    >"$BATS_TEST_TMPDIR/after"
	run --separate-stderr ims-verify --diff --as "$3" \
	    "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

@test "--diff: what an I-CSCF may do" {
	diff_of 2 3 i-cscf
	same 0 "$status"
	same 'Max-Forwards Request-URI Via' "$(sed -n 's/^    ~ \([^:]*\): .*/\1/p' \
	    <<<"$output" | sort | paste -sd ' ')"
}

@test "--diff: and what it may not" {
	diff_of 2 3 i-cscf 'header(3; "Path:"; "Privacy: id\r\nPath:")'
	same 1 "$status"
	same '  ! + Privacy: id' "$(grep '!' <<<"$output")"
}

@test "--diff: needs --as, two messages, and SIP" {
	run -2 --separate-stderr ims-verify --diff a b
	run -2 --separate-stderr ims-verify --diff --as i-cscf a
	run -2 --separate-stderr ims-verify --diff --as ue a b
	echo hello >"$BATS_TEST_TMPDIR/no"
	run -3 --separate-stderr ims-verify --diff --as i-cscf \
	    "$BATS_TEST_TMPDIR/no" "$BATS_TEST_TMPDIR/no"
}
