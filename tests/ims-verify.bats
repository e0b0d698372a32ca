# ims-verify: findings.  For captures they are the faults of ANSWERS.md, for
# each rule those of a flow that breaks it, with the nearest that does not.
load helper

# found ARG...: rule@frame of each finding, sorted; status and stderr are kept.
found()
{
	run --separate-stderr ims-verify -f json "$@"
	findings=$(rules_at <<<"$output")
}

# --- captures ---------------------------------------------------------------

# ANSWERS.md, "Faults in it".  SEC-07, SEC-12, SEC-13, PRIV and HDR-04 have no
# rule in the tool yet; SA-10 is told once for a set, at its first message.
@test "ipsec_reg: the faults of ANSWERS.md" {
	need_shared
	found "$IPSEC_REG"
	same 'AUTH-06@406
AUTH-08@291
AUTH-08@357
AUTH-08@485
AUTH-08@487
HDR-02@291
HDR-02@485
SA-01@698
SA-01@943
SA-02@940
SA-04@687
SA-10@460
SEC-09@406
SEC-10@406' "$findings"
	[ "$status" = 1 ]
	[ -z "$stderr" ]
}

@test "ipsec_reg: the clear request to the other phone is a note" {
	need_shared
	found "$IPSEC_REG"
	same note "$(jq -r 'select(.frame == 940) | .level' <<<"$output")"
}

# The key makes AUTH-12 possible; ANSWERS.md: the response is right.
@test "ipsec_reg: the subscriber's key adds no finding" {
	need_shared
	tablet opc >"$BATS_TEST_TMPDIR/k"
	ims-verify -f json "$IPSEC_REG" >"$BATS_TEST_TMPDIR/want" || :
	run -1 --separate-stderr ims-verify -f json \
	    -k "$BATS_TEST_TMPDIR/k" "$IPSEC_REG"
	diff -u "$BATS_TEST_TMPDIR/want" - <<<"$output"
}

# ANSWERS.md; AUTH-03 (14) has no rule yet.  All that follows the agreement is
# in clear: SA-01 the two REGISTERs with a response (27, 100), SA-02 each
# request but REGISTER, 31 SUBSCRIBE, 40 INVITE, 52 ACK, 80 BYE, 90 MESSAGE.
# The answer to a request that was told needs no finding.
@test "gtp-iphone: the faults of ANSWERS.md" {
	need_shared
	found "$IPHONE"
	same 'SA-01@100
SA-01@27
SA-02@31
SA-02@40
SA-02@52
SA-02@80
SA-02@90
SEC-02@16
SEC-03@27
SEC-04@27
SEC-09@16' "$findings"
	[ "$status" = 1 ]
}

@test "volte: no finding" {
	need_shared
	found "$VOLTE"
	same "" "$findings"
	[ "$status" = 0 ]
}

# By tshark: 3 and 9 are the 401s with alg=hmac-sha-1-96;ealg=null (SEC-09, a
# note); 4 and 10 the first messages of each set, encrypted with null (SA-10);
# 5, 11 and 14 are 100s and 26 a 200 that go 610x to 31x00, ps to uc, over UDP
# (SA-04, which ANSWERS.md has for this Kamailio).
@test "call_gm: notes on algorithms, and replies ps to uc" {
	found "$LAB/call_gm.pcap"
	same 'SA-04@11
SA-04@14
SA-04@26
SA-04@5
SA-10@10
SA-10@4
SEC-09@3
SEC-09@9' "$findings"
	[ "$status" = 1 ]
}

# All frames that tshark sees from a port_ps to a port_uc, with a status.
@test "gm captures: SA-04 is every UDP response from port_ps" {
	local f

	for f in call call_topoh call_topos ipsec_reg_hmac-sha-1-96_null_udp; do
		found "$LAB/${f}_gm.pcap"
		same "$(tshark -r "$LAB/${f}_gm.pcap" -T fields \
		    -o esp.enable_null_encryption_decode_heuristic:TRUE \
		    -Y 'esp && sip.Status-Code && udp.srcport >= 6100 &&
		    udp.srcport <= 6199' -e frame.number | sort)" \
		    "$(grep SA-04 <<<"$findings" | cut -d @ -f 2 | sort)"
	done
}

# Two sets, two of each: SEC-09 at the 401s (3, 9), SA-10 at the first message
# of each set (4, 10).
@test "ipsec_reg_gm: a re-registration is judged by its own set" {
	found "$LAB/ipsec_reg_hmac-sha-1-96_null_udp_gm.pcap"
	same 'SA-10@10
SA-10@4
SEC-09@3
SEC-09@9' "$(grep -v SA-04 <<<"$findings")"
}

# Registration without sec-agree (1 and 7), then the call in clear: 13, 21, 23
# from a phone, 16, 22, 24 to one.
@test "call_plain_gm: no agreement, all in clear" {
	found "$LAB/call_plain_gm.pcap"
	same "$(tshark -r "$LAB/call_plain_gm.pcap" -T fields \
	    -Y 'sip.Method && sip.Method != "REGISTER"' \
	    -e frame.number | sed 's/^/SA-02@/' | sort; echo SEC-01@1
	    echo SEC-01@7)" "$findings"
}

# AUTH-08: every REGISTER of AKA between the CSCFs, none of which has
# integrity-protected.  That it is of AKA is seen by its algorithm or by the
# security agreement, which this P-CSCF sends on.
@test "mw captures: AUTH-08 is every REGISTER without integrity-protected" {
	local f

	for f in call call_plain call_topoh call_topos resync \
	    ipsec_reg_hmac-sha-1-96_null_udp; do
		found "$LAB/${f}_mw.pcap"
		same "$(tshark -r "$LAB/${f}_mw.pcap" -T fields -Y \
		    'sip.Method == "REGISTER" && !(sip.Authorization contains
		    "integrity-protected") && (sip.Authorization contains
		    "AKAv1" || sip contains "Security-Client")' \
		    -e frame.number 2>/dev/null |
		    sed 's/^/AUTH-08@/' | sort)" "$findings"
	done
}

# ANSWERS.md: the challenge is AKAv2-MD5 (3), its answer (4) is that of AKAv1.
@test "akav2_as_v1: AUTH-04 at the challenge, AUTH-12 at the answer" {
	subscribers "$LAB/akav2_as_v1_gm.pcap" opc >"$BATS_TEST_TMPDIR/k"
	found -k "$BATS_TEST_TMPDIR/k" "$LAB/akav2_as_v1_gm.pcap"
	same 'AUTH-04@3
AUTH-12@4
SEC-01@1' "$findings"
}

# The response with auts is that of an empty password (RFC 3310 3.4).
@test "resync_gm: with the key, nothing but the missing agreement" {
	subscribers "$LAB/resync_gm.pcap" opc >"$BATS_TEST_TMPDIR/k"
	found -k "$BATS_TEST_TMPDIR/k" "$LAB/resync_gm.pcap"
	same 'SEC-01@1' "$findings"
}

# keys.json: response_ok is true for every one; the four forms of qop and sets
# with 16 octets of body are among them.
@test "sipp: every response verifies with the key of keys.json" {
	local f

	for f in sipp_akav1_qop sipp_akav1_sets sipp_akav1_tcp; do
		same true "$(jq '[.[].response_ok] | all' "$LAB/$f.keys.json")"
		jq -c '.[] | { type: "subscriber", impi, k, op }' \
		    "$LAB/$f.keys.json" >"$BATS_TEST_TMPDIR/k"
		found -k "$BATS_TEST_TMPDIR/k" "$LAB/$f.pcap"
		same "" "$(grep AUTH-12 <<<"$findings")"
	done
}

@test "sipp: no response verifies with another key" {
	local f

	for f in sipp_akav1_qop sipp_akav1_sets sipp_akav1_tcp; do
		# The last digit of K, another one.
		jq -c '.[] | { type: "subscriber", impi, k: (.k[:-1] +
		    if .k[-1:] == "0" then "1" else "0" end), op }' \
		    "$LAB/$f.keys.json" >"$BATS_TEST_TMPDIR/k"
		found -q -k "$BATS_TEST_TMPDIR/k" "$LAB/$f.pcap"
		same "$(tshark -r "$LAB/$f.pcap" -Y 'sip.Method == "REGISTER" &&
		    sip.auth.digest.response != "\"\""' -T fields \
		    -e frame.number | sed 's/^/AUTH-12@/' | sort)" \
		    "$(grep AUTH-12 <<<"$findings")"
	done
}

# The RAND of a challenge is the first 21 and a third characters of its nonce.
@test "sipp: AUTH-05 is every RAND seen before" {
	local f

	for f in sipp_akav1_qop sipp_akav1_sets sipp_akav1_tcp sipp_fail; do
		found "$LAB/$f.pcap"
		same "$(tshark -r "$LAB/$f.pcap" -Y 'sip.Status-Code == 401' \
		    -T fields -e frame.number -e sip.auth.nonce |
		    awk '{ k = substr($2, 1, 22) } seen[k]++ {
		    print "AUTH-05@" $1 }' | sort)" \
		    "$(grep AUTH-05 <<<"$findings")"
	done
}

@test "gm and mw at once: what the phone sent is compared with the core" {
	mergecap -F pcap -w "$BATS_TEST_TMPDIR/m.pcap" \
	    "$LAB/call_plain_gm.pcap" "$LAB/call_plain_mw.pcap"
	found "$BATS_TEST_TMPDIR/m.pcap"
	# The P-CSCF's REGISTERs, in whose Contact it put an alias.
	same "$(tshark -r "$BATS_TEST_TMPDIR/m.pcap" -T fields \
	    -Y 'ip.src == 10.55.0.1 && sip.Method == "REGISTER" &&
	    sip.Contact contains "alias="' -e frame.number |
	    sed 's/^/HDR-02@/')" "$(grep HDR-02 <<<"$findings")"
	grep -q HDR-02 <<<"$findings"
}

# Its P-CSCF leaves Contact alone; a border with topos, further on, does not, and
# takes its Via fields out.
@test "gm and mw at once: what a border writes is not the P-CSCF's" {
	mergecap -F pcap -w "$BATS_TEST_TMPDIR/m.pcap" \
	    "$LAB/call_topos_gm.pcap" "$LAB/call_topos_mw.pcap"
	found "$BATS_TEST_TMPDIR/m.pcap"
	same "" "$(grep HDR-02 <<<"$findings")"
}

@test "hostile: SA-07 for each replay, SA-16 for each wrong ICV" {
	local h=$LAB/hostile_hmac-sha1-96_aes-cbc_ipv4_udp

	keys_of "$h.pcap" >"$BATS_TEST_TMPDIR/k"
	found -k "$BATS_TEST_TMPDIR/k" "$h.pcap"
	# hostile_log; see pcap.bats for the frames.
	same 'SA-07@2
SA-07@4
SA-07@81
SA-07@82
SA-16@8
SA-16@83
SA-16@9' "$(grep 'SA-07\|SA-16' <<<"$findings" | sort)"
}

# --- exit status and options ------------------------------------------------

@test "status 0: nothing found" {
	run -0 --separate-stderr ims-verify "$SHAPES/../sip/trying.sip"
	[ -z "$output" ]
}

@test "status 0: notes only" {
	run -0 --separate-stderr ims-verify "$DATA/rules/clean.jsonl"
	same SEC-09 "$(grep -o 'SEC-09' <<<"$output")"
}

@test "--fail-on note: a note is a no" {
	run -1 --separate-stderr ims-verify --fail-on note \
	    "$DATA/rules/clean.jsonl"
}

@test "--fail-on error: a warning is no reason" {
	run -0 --separate-stderr ims-verify --fail-on error "$LAB/call_gm.pcap"
	[ -n "$output" ]
}

@test "--fail-on error: an error is" {
	run -1 --separate-stderr ims-verify --fail-on error \
	    "$LAB/call_plain_gm.pcap"
}

@test "--fail-on never" {
	run -0 --separate-stderr ims-verify --fail-on never \
	    "$LAB/call_plain_gm.pcap"
	[ -n "$output" ]
}

@test "--fail-on: no level, no run" {
	run -2 --separate-stderr ims-verify --fail-on fatal \
	    "$LAB/call_plain_gm.pcap"
	[ -z "$output" ]
	[[ $stderr == *fatal* ]]
}

@test "text: file, frame, level, rule" {
	run -1 --separate-stderr ims-verify "$LAB/call_plain_gm.pcap"
	[[ $output == "$LAB/call_plain_gm.pcap:1: error SEC-01: "* ]]
}

@test "text: the same findings as json" {
	found "$LAB/call_gm.pcap"
	same "$findings" "$(ims-verify "$LAB/call_gm.pcap" |
	    sed 's/^[^:]*:\([0-9]*\): [a-z]* \([A-Z0-9-]*\): .*/\2@\1/' |
	    sort -u)"
}

@test "-v: the clause too" {
	run -1 --separate-stderr ims-verify -v "$LAB/call_plain_gm.pcap"
	[[ ${output%%$'\n'*} == *"[RFC 3329 2.3.1; TS 24.229 5.1.1]" ]]
}

@test "-f json: a finding has all its fields" {
	run -1 --separate-stderr ims-verify -f json "$LAB/call_plain_gm.pcap"
	same '["finding","SEC-01","error",1,"RFC 3329 2.3.1; TS 24.229 5.1.1",true,"001010000000001@ims.mnc001.mcc001.3gppnetwork.org"]' \
	    "$(head -n 1 <<<"$output" | jq -c '[.type, .rule, .level, .frame,
	    .clause, (.message | length > 20), .impi]')"
	same "$(tshark -r "$LAB/call_plain_gm.pcap" -Y 'frame.number == 1' \
	    -T fields -e sip.Call-ID)" "$(head -n 1 <<<"$output" |
	    jq -r .call_id)"
}

@test "-f: another name is refused" {
	run -2 --separate-stderr ims-verify -f xml "$LAB/call_plain_gm.pcap"
	[[ $stderr == *xml* ]]
}

@test "-n: stops after as many findings" {
	run -1 --separate-stderr ims-verify -n 2 "$LAB/call_plain_gm.pcap"
	same 2 "$(wc -l <<<"$output")"
}

@test "--list-rules: every rule once, with level and clause" {
	run -0 --separate-stderr ims-verify --list-rules
	same "" "$(grep -vE '^[A-Z]+-[0-9]+ +(error|warning|note) +.+ \(.+\)$' \
	    <<<"$output")"
	same "" "$(cut -d ' ' -f 1 <<<"$output" | sort | uniq -d)"
	[ "$(wc -l <<<"$output")" -ge 27 ]
}

# This file has a pair of flows for each.
@test "--list-rules: each rule has its pair of flows in this file" {
	local rule

	for rule in $(ims-verify --list-rules | cut -d ' ' -f 1); do
		grep -q "^@test \"$rule: found" "$BATS_TEST_FILENAME"
		grep -q "^@test \"$rule: not" "$BATS_TEST_FILENAME"
	done
}

# A REGISTER with one Via looks like that of a phone, unless the sender is said
# to be a node.
@test "-R: who an address is" {
	jq -c 'select(.frame == 2) | .message |=
	    sub(",integrity-protected=\"no\""; "") | .message |=
	    sub("Via: SIP/2.0/UDP pcscf[^\n]*\n"; "")' \
	    "$DATA/rules/clean.jsonl" >"$BATS_TEST_TMPDIR/in"
	found "$BATS_TEST_TMPDIR/in"
	same 'SEC-01@2' "$findings"
	found -R s-cscf=172.22.0.21 -R s-cscf=172.22.0.22:5060 \
	    "$BATS_TEST_TMPDIR/in"
	same '' "$findings"
}

@test "-R: a role that does not exist" {
	run -2 --separate-stderr ims-verify -R boss=10.0.0.1 "$LAB/call_gm.pcap"
	[[ $stderr == *boss* ]]
}

@test "-R: an address that is none" {
	run -2 --separate-stderr ims-verify -R ue=10.0.0.999 "$LAB/call_gm.pcap"
	[[ $stderr == *10.0.0.999* ]]
}

@test "-R: IPv6 with a port" {
	run -1 --separate-stderr ims-verify -R 'ue=[2001:db8::1]:5060' \
	    "$LAB/call_plain_gm.pcap"
	[ -z "$stderr" ]
}

@test "a capture without SIP says so" {
	run -0 --separate-stderr ims-verify "$LAB/call_cx.pcap"
	[ -z "$output" ]
	[[ $stderr == *"call_cx.pcap: no SIP in it"* ]]
}

@test "a message as text" {
	run -0 --separate-stderr ims-verify "$DATA/sip/register_sec_agree.sip"
	[ -z "$stderr" ]
}

# --- rules -------------------------------------------------------------------

# data/rules/clean.jsonl is a registration and a call without a fault but the
# note SEC-09.  A jq program changes it: at(FRAMES; f) records, header(FRAMES;
# re; text) their messages, every(re; text) all.
flow()
{
	jq -cn "
	def at(f; g): if .frame | IN(f) then g else . end;
	def header(f; re; text): at(f; .message |= gsub(re; text));
	def every(re; text): .message |= gsub(re; text);
	def clear: del(.protection);
	inputs | ($1)" "$DATA/rules/clean.jsonl" >"$BATS_TEST_TMPDIR/flow"
	# A program that changes nothing proves nothing.
	[ "$1" = . ] ||
		! cmp -s "$DATA/rules/clean.jsonl" "$BATS_TEST_TMPDIR/flow"
}

# breaks RULE@FRAME JQ [ARG...]: this finding, and no other above a note.
breaks()
{
	local rule=$1

	flow "$2"
	shift 2
	run --separate-stderr ims-verify -f json "$@" "$BATS_TEST_TMPDIR/flow"
	same "$rule" "$(jq -c 'select(.level != "note")' <<<"$output" |
	    rules_at | paste -sd ' ')"
	[ -z "$stderr" ]
	[ "$status" = 1 ]
}

# holds JQ [ARG...]: no finding above a note.
holds()
{
	flow "$1"
	shift
	run -0 --separate-stderr ims-verify -f json "$@" \
	    "$BATS_TEST_TMPDIR/flow"
	same "" "$(jq -c 'select(.level != "note")' <<<"$output" | rules_at)"
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

@test "the flow that the rules are tried on has a note only" {
	found "$DATA/rules/clean.jsonl"
	same SEC-09@6 "$findings"
	same note "$(jq -r .level <<<"$output")"
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
	breaks SEC-03@7 'header(7; "spi-c=0000065537"; "spi-c=0000065539")'
}

@test "SEC-03: found: Security-Verify with one mechanism less" {
	breaks SEC-03@7 'header(7; "(?<a>Security-Verify: [^,\r]*),[^\r]*\r\n";
	    "\(.a)\r\n")'
}

@test "SEC-03: found: its mechanisms in another order" {
	breaks SEC-03@7 'header(7; "Security-Verify: (?<a>[^,]*), (?<b>[^\r]*)";
	    "Security-Verify: \(.b), \(.a)")'
}

@test "SEC-03: not: the same in two header fields, and without zeros" {
	holds 'header(7; "(?<v>Security-Verify: )(?<a>[^,]*), (?<b>[^\r]*)";
	    "\(.v)\(.a)\r\n\(.v)\(.b)") |
	    header(7; "0000065537"; "65537")'
}

@test "SEC-04: found: Security-Client with another port" {
	breaks SEC-04@7 'header(7; "port-c=40001"; "port-c=40003")'
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
	breaks SA-01@7 'select(.frame <= 7) | at(7; clear | .sport = 5060 |
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

@test "SA-10: found: null encryption" {
	breaks SA-10@7 'if .protection then .protection.ealg = "null" else .
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
	holds 'header(1; "Via: SIP/2.0/UDP 10.45.0.2";
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
	    "CSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n") }' \
	    >"$BATS_TEST_TMPDIR/in"
}

token=92a4b3c1d0e5f678
hidden_via="SIP/2.0/UDP $token@home1.net;tokenized-by=home1.net"
hidden_rr="<sip:$token@home1.net;lr>;tokenized-by=home1.net"

@test "HIDE-01: found: a Via of an own proxy beyond the border" {
	border 'SIP/2.0/UDP scscf1.home1.net;branch=z9hG4bK8' "$hidden_rr"
	found -R ibcf=172.22.0.24 -R peer=192.0.2.1 "$BATS_TEST_TMPDIR/in"
	same HIDE-01@1 "$findings"
	[ "$status" = 1 ]
}

@test "HIDE-01: found: a Record-Route of an own proxy" {
	border "$hidden_via" '<sip:scscf1.home1.net;lr>'
	found -R ibcf=172.22.0.24 -R peer=192.0.2.1 "$BATS_TEST_TMPDIR/in"
	same HIDE-01@1 "$findings"
}

@test "HIDE-01: not: all of it is in tokens" {
	border "$hidden_via" "$hidden_rr"
	found -R ibcf=172.22.0.24 -R peer=192.0.2.1 "$BATS_TEST_TMPDIR/in"
	same "" "$findings"
}

@test "HIDE-01: not: a name of another network" {
	border "$hidden_via" '<sip:scscf1.home3.net;lr>'
	found -R ibcf=172.22.0.24 -R peer=192.0.2.1 "$BATS_TEST_TMPDIR/in"
	same "" "$findings"
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
