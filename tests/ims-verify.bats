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

# ANSWERS.md, "Faults in it".  SA-10 is told once for a set, at its first
# message; PRIV-06 once for REGISTERs of a phone and once for the rest.  PRIV-05
# of ANSWERS.md is about other receivers than the P-CSCF that 698 goes to.  HDR-06
# is a note: P-Associated-URI of the 200 (674) begins with a tel URI.
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
HDR-04@404
HDR-04@405
HDR-04@406
HDR-06@674
PRIV-06@698
SA-01@698
SA-01@943
SA-02@940
SA-04@687
SA-10@460
SEC-07@406
SEC-09@406
SEC-10@406
SEC-12@406
SEC-13@291
SEC-13@357
SEC-13@485
SEC-13@487' "$findings"
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

# ANSWERS.md.  All that follows the agreement is in clear: SA-01 the two REGISTERs with a response (27, 100), SA-02 each
# request but REGISTER, 31 SUBSCRIBE, 40 INVITE, 52 ACK, 80 BYE, 90 MESSAGE.
# The answer to a request that was told needs no finding.  SEC-05: 29 is the 200
# to 27, whose lists do not match.  SEC-12: the one mechanism of 16 has no q.
# PRIV-06: P-Access-Network-Info is in 14 and 31, and both are clear.  SYN-07 is a
# note on received without brackets, once for each Call-ID and receiver; so are
# BK-07, the INVITE's RTP/AVP, and HDR-06, a tel URI first in P-Associated-URI.
@test "gtp-iphone: the faults of ANSWERS.md" {
	need_shared
	found "$IPHONE"
	same 'AUTH-03@14
BK-07@40
HDR-06@29
PRIV-06@14
PRIV-06@31
SA-01@100
SA-01@27
SA-02@31
SA-02@40
SA-02@52
SA-02@80
SA-02@90
SEC-02@16
SEC-03@27
SEC-04@27
SEC-05@29
SEC-09@16
SEC-12@16
SYN-07@16
SYN-07@34
SYN-07@43
SYN-07@86
SYN-07@91' "$findings"
	[ "$status" = 1 ]
}

# A note: the media of its INVITE is RTP/AVP.
@test "volte: no finding above a note" {
	need_shared
	found "$VOLTE"
	same BK-07@34 "$findings"
	[ "$status" = 0 ]
}

# findings.txt has the clause and the octets of each.
@test "lab, shapes: the findings of findings.txt and no others" {
	local f

	for f in "$LAB"/*.pcap "$SHAPES"/*.pcap*; do
		ims-verify -q -f json "$f" | jq -r --arg f "${f##*/}" \
		    '"\(.rule) \($f) \(.frame)"' || :
	done | sort -u >"$BATS_TEST_TMPDIR/got"
	awk '/^[A-Z]/ { for (i = 3; i <= NF; i++) print $1, $2, $i }' \
	    "$DATA/findings.txt" | sort -u | diff -u - "$BATS_TEST_TMPDIR/got"
}

# By tshark: 3 and 9 are the 401s with alg=hmac-sha-1-96;ealg=null (SEC-09, a
# note); 4 and 10 the first messages of each set, encrypted with null (SA-10);
# 5, 11 and 14 are 100s and 26 a 200 that go 610x to 31x00, ps to uc, over UDP
# (SA-04, which ANSWERS.md has for this Kamailio).  Its Security-Server has one
# mechanism, without encryption and without q (SEC-07, SEC-12).  The BYE of the
# second phone (23) has no Require and no Proxy-Require.  PRIV: the
# REGISTERs (1, 7) have P-Access-Network-Info in clear; the INVITE to the second
# phone (16) has that of the first, P-Charging-Vector, and From and Contact made
# of an IMSI, as the BYE to the first (24) has.  HDR-04: Path in both 401s.  BK-07:
# a note, the call is RTP/AVP.
@test "call_gm: notes on algorithms, and replies ps to uc" {
	found "$LAB/call_gm.pcap"
	same 'BK-07@13
HDR-04@3
HDR-04@9
PRIV-05@16
PRIV-06@1
PRIV-06@7
PRIV-07@16
PRIV-13@16
PRIV-13@24
SA-04@11
SA-04@14
SA-04@26
SA-04@5
SA-10@10
SA-10@4
SEC-07@3
SEC-07@9
SEC-09@3
SEC-09@9
SEC-12@3
SEC-12@9
SEC-17@23' "$findings"
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

# The headers are in these requests, by tshark; each is told once for a phone.
@test "gm captures: PRIV-05 and PRIV-07 are what the called phone gets" {
	local f

	for f in call call_plain call_topoh call_topos; do
		found "$LAB/${f}_gm.pcap"
		same "$(tshark -r "$LAB/${f}_gm.pcap" -T fields \
		    -o esp.enable_null_encryption_decode_heuristic:TRUE \
		    -Y 'ip.src == 10.55.0.1 && sip.Method &&
		    sip.P-Access-Network-Info' -e frame.number |
		    sed 's/.*/PRIV-05@&\nPRIV-07@&/' | sort)" \
		    "$(grep 'PRIV-0[57]' <<<"$findings")"
	done
}

@test "HDR-04 is every 401 with Path that this Kamailio sends" {
	local f

	for f in "$LAB"/call*_[gm][mw].pcap "$LAB"/resync_[gm][mw].pcap; do
		found "$f"
		same "$(tshark -r "$f" -T fields \
		    -Y 'sip.Status-Code == 401 && sip.Path' -e frame.number |
		    sed 's/^/HDR-04@/' | sort)" \
		    "$(grep HDR-04 <<<"$findings")"
	done
}

# Two sets, two of each: SEC-09 at the 401s (3, 9), SA-10 at the first message
# of each set (4, 10).
@test "ipsec_reg_gm: a re-registration is judged by its own set" {
	found "$LAB/ipsec_reg_hmac-sha-1-96_null_udp_gm.pcap"
	same 'SA-10@10
SA-10@4
SEC-07@3
SEC-07@9
SEC-09@3
SEC-09@9
SEC-12@3
SEC-12@9' "$(grep -v 'SA-04\|PRIV-06\|HDR-04' <<<"$findings")"
}

# Registration without sec-agree (1 and 7), then the call in clear: 13, 21, 23
# from a phone, 16, 22, 24 to one.
@test "call_plain_gm: no agreement, all in clear" {
	found "$LAB/call_plain_gm.pcap"
	same "$(tshark -r "$LAB/call_plain_gm.pcap" -T fields \
	    -Y 'sip.Method && sip.Method != "REGISTER"' \
	    -e frame.number | sed 's/^/SA-02@/' | sort; echo SEC-01@1
	    echo SEC-01@7)" "$(grep -v 'PRIV\|HDR-04\|BK-07' <<<"$findings")"
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
		    sed 's/^/AUTH-08@/' | sort)" "$(grep AUTH <<<"$findings")"
		# And it sends on what was agreed with the phone.  Behind a
		# border with topos a message has one Via, as from a phone.
		[ $f = call_topos ] || same "$(tshark -r "$LAB/${f}_mw.pcap" -T fields -Y \
		    'sip contains "Security-"' -e frame.number 2>/dev/null |
		    sed 's/^/SEC-13@/' | sort)" \
		    "$(grep SEC <<<"$findings")"
	done
}

# ANSWERS.md: the challenge is AKAv2-MD5 (3), its answer (4) is that of AKAv1.
@test "akav2_as_v1: AUTH-04 at the challenge, AUTH-12 at the answer" {
	subscribers "$LAB/akav2_as_v1_gm.pcap" opc >"$BATS_TEST_TMPDIR/k"
	found -k "$BATS_TEST_TMPDIR/k" "$LAB/akav2_as_v1_gm.pcap"
	same 'AUTH-04@3
AUTH-12@4
HDR-04@3
PRIV-06@1
SEC-01@1' "$findings"
}

# The response with auts is that of an empty password (RFC 3310 3.4).
@test "resync_gm: with the key, nothing but what is clear" {
	subscribers "$LAB/resync_gm.pcap" opc >"$BATS_TEST_TMPDIR/k"
	found -k "$BATS_TEST_TMPDIR/k" "$LAB/resync_gm.pcap"
	same 'HDR-04@3
HDR-04@6
PRIV-06@1
SEC-01@1' "$findings"
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

# Backwards, and every other message first: what is told once may be told of
# another frame, but no rule is broken that is not in the right order.
@test "messages out of order, or from the middle on: no other rules" {
	local f p

	for f in call_gm call_plain_gm call_mw call_topoh_mw resync_gm \
	    ipsec_reg_hmac-sha-1-96_null_udp_gm; do
		ims-pcap -q "$LAB/$f.pcap" | jq -c 'select(.type == "sip")' \
		    >"$BATS_TEST_TMPDIR/in"
		found "$BATS_TEST_TMPDIR/in"
		cut -d @ -f 1 <<<"$findings" | sort -u >"$BATS_TEST_TMPDIR/all"
		for p in 'reverse[]' '.[range(1; length; 2)],
		    .[range(0; length; 2)]' '.[1:][]' '.[7:][]'; do
			jq -s -c "$p" "$BATS_TEST_TMPDIR/in" \
			    >"$BATS_TEST_TMPDIR/odd"
			found "$BATS_TEST_TMPDIR/odd"
			[ "$status" -le 1 ]
			[ -z "$stderr" ]
			same "$f $p: " "$f $p: $(cut -d @ -f 1 <<<"$findings" |
			    grep . | sort -u | comm -23 - \
			    "$BATS_TEST_TMPDIR/all")"
		done
	done
}

@test "nothing that can be read: status 3" {
	run -3 --separate-stderr ims-verify "$DATA/findings.txt"
	[ -z "$output" ]
	[[ $stderr == *findings.txt:* ]]
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
	run -0 --separate-stderr ims-verify --fail-on error \
	    "$LAB/ipsec_reg_hmac-sha-1-96_null_udp_gm.pcap"
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
	same "" "$(grep -vE '^[A-Z]+-[0-9]+ +(error|warning|note) +(high|medium|low) +.+ \(.+\)( not judged: .+)?$' \
	    <<<"$output")"
	same "" "$(cut -d ' ' -f 1 <<<"$output" | sort | uniq -d)"
	[ "$(wc -l <<<"$output")" -ge 27 ]
}

# A REGISTER with one Via looks like that of a phone, unless the sender is said
# to be a node.
@test "-R: who an address is" {
	jq -c 'select(.frame == 2) | .message |=
	    sub(",integrity-protected=\"no\""; "") | .message |=
	    sub("Via: SIP/2.0/UDP pcscf[^\n]*\n"; "") | .message |=
	    sub("P-Charging[^\n]*\n"; "")' \
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
