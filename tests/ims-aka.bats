# ims-aka: vectors, answers, digests, and the reasons when they do not fit.
# Expected values are those of osmo-auc-gen (data/osmo), of milenage.py
# (data/aka), of the 3GPP sets (data/vectors), and of the lab's keys.json.
load helper

OSMO=$DATA/osmo
MISTAKES=$DATA/aka/mistakes.jsonl
VECTORS=$DATA/vectors
IMPI=001010000000001@ims.mnc001.mcc001.3gppnetwork.org

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
}

# rows FILE: its lines without the names of the columns.
rows()
{
	tail -n +2 "$1"
}

# subs_of FILE ALGORITHM: a subscriber for each row of data/osmo or data/aka,
# whose IMPI is the number of the row.
subs_of()
{
	awk -v alg="$2" '
	NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
	function field(name) {
		if (!(name in col) || $col[name] == "-")
			return ""
		return ",\"" name "\":\"" $col[name] "\""
	}
	{
		printf "{\"type\":\"subscriber\",\"impi\":\"%d@x\"", NR - 1
		printf ",\"algorithm\":\"%s\"", alg
		print field("k") field("op") field("opc") "}"
	}' "$1"
}

# of_rows TYPE FILE FIELD...: a record of TYPE for each row.
of_rows()
{
	awk -v type="$1" -v fields="${*:3}" '
	NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
	{
		printf "{\"type\":\"%s\",\"impi\":\"%d@x\"", type, NR - 1
		n = split(fields, f, " ")
		for (i = 1; i <= n; i++)
			printf ",\"%s\":\"%s\"", f[i], $col[f[i]]
		print "}"
	}' "$2"
}

# columns FILE NAME...: these columns of all rows.
columns()
{
	awk -v names="${*:2}" '
	NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i
	    n = split(names, f, " "); next }
	{
		line = $col[f[1]]
		for (i = 2; i <= n; i++)
			line = line " " $col[f[i]]
		print line
	}' "$1"
}

# fields NAME...: these of the records on standard input, as columns() has them.
fields()
{
	jq -r --arg f "$*" '[.[$f | split(" ")[]]] | join(" ")'
}

# random_subs N SQN: subscribers of a fixed seed, of every algorithm.
random_subs()
{
	awk -v n="$1" -v sqn="$2" '
	function hex(octets,  s) {
		for (s = ""; octets-- > 0;)
			s = s sprintf("%02x", int(rand() * 256))
		return s
	}
	BEGIN {
		srand(20)
		for (i = 1; i <= n; i++) {
			kind = i % 4
			k = hex(kind == 3 && i % 8 == 3 ? 32 : 16)
			op = hex(kind == 3 ? 32 : 16)
			printf "{\"type\":\"subscriber\",\"impi\":\"%d@x\"", i
			printf ",\"k\":\"%s\",\"sqn\":\"%s\"", k, sqn
			if (kind == 2)
				printf ",\"algorithm\":\"xor\""
			else
				printf ",\"%s\":\"%s\"", i % 3 ? "opc" : "op", op
			if (kind == 3)
				printf ",\"algorithm\":\"tuak\"," \
				    "\"mac_len\":%d,\"res_len\":%d", \
				    2 ^ (3 + int(i / 4) % 3), \
				    2 ^ (2 + int(i / 4) % 4)
			print "}"
		}
	}'
}

# flip FIELD [one]: for each record on standard input one record for each bit of
# FIELD, with that bit changed; or only one of these, another each time.
flip()
{
	awk -v field="$1" -v one="${2:-}" '
	{
		at = index($0, "\"" field "\":\"") + length(field) + 4
		value = substr($0, at)
		n = index(value, "\"") - 1
		for (i = 0; i < n; i++) {
			if (one && i != int(NR * 37 / 4) % n)
				continue
			v = index("0123456789abcdef", substr(value, i + 1, 1)) \
			    - 1
			for (bit = 1; bit < 16; bit *= 2) {
				if (one && bit != 2 ^ (NR % 4))
					continue
				w = int(v / bit) % 2 ? v - bit : v + bit
				print substr($0, 1, at + i - 1) \
				    substr("0123456789abcdef", w + 1, 1) \
				    substr($0, at + i + 1)
			}
		}
	}'
}

# --- selftest ------------------------------------------------------------

# sets FILE...: how many test sets there are in these files of vectors.
sets()
{
	jq -s '[.[] | (.sets, .extra, .cases, .xor_aka.cases?) // [] |
	    arrays | length] | add' "$@"
}

FILES=("$VECTORS/milenage.json" "$VECTORS/tuak.json"
    "$VECTORS/digest_aka.json" "$VECTORS/misc_vectors.json")

@test "selftest: TAP, all ok, every set of the vector files" {
	run -0 --separate-stderr ims-aka selftest
	[ -z "$stderr" ]
	same "" "$(grep -v -e '^ok [0-9]* - ' -e '^1\.\.[0-9]*$' <<<"$output")"
	local n
	n=$(sets "${FILES[@]}")
	[ "$n" -ge 45 ]
	same 1 "$(grep -cx "1\.\.$n" <<<"$output")"
	same "$(seq "$n")" "$(sed -n 's/^ok \([0-9]*\) .*/\1/p' <<<"$output")"
}

@test "selftest: how many of each kind, with the names that the files have" {
	ims-aka selftest | sed -n 's/^ok [0-9]* - //p' | sort >got
	same "$({
		jq -r '(.sets, .extra) | arrays[] | "milenage \(.id)"' \
		    "${FILES[0]}"
		jq -r '.sets[] | "tuak \(.id)"' "${FILES[1]}"
		jq -r '.cases[] | "digest \(.id)"' "${FILES[2]}"
		printf 'xor %d\n' 1 2
	} | sort)" "$(cat got)"
}

@test "selftest: prove takes it" {
	command -v prove >/dev/null || skip "no prove"
	printf '#!/bin/sh\nexec ims-aka selftest\n' >t.sh
	run -0 prove -e sh t.sh
	[[ $output == *"All tests successful"* ]]
}

@test "selftest FILE: the sets in it" {
	for f in "${FILES[@]}"; do
		run -0 --separate-stderr ims-aka selftest "$f"
		same "1..$(sets "$f")" "$(grep '^1\.\.' <<<"$output")"
		same "" "$(grep '^not ok' <<<"$output")"
	done
}

# spoilt FILE PATH: in a copy, the value at PATH with its first octet changed.
spoilt()
{
	jq "$2 |= (if .[:2] == \"00\" then \"01\" else \"00\" end) + .[2:]" \
	    "$1" >spoilt.json
}

@test "selftest FILE: one octet of one expected value changed: not ok, 1" {
	local f path n=0 total

	for path in .sets[0].{OPc,MAC_A,MAC_S,RES,CK,IK,AK,AKstar} \
	    .sets[7].derived.{AUTN,AUTS_amf0} .sets[19].RES; do
		echo "${FILES[0]} $path"
	done >which
	for path in .sets[5].{TOPc,MAC_A,MAC_S,RES,CK,IK,AK,AKstar}; do
		echo "${FILES[1]} $path"
	done >>which
	for path in .cases[{0,5,9,14}].response .cases[1].rspauth; do
		echo "${FILES[2]} $path"
	done >>which
	for path in .xor_aka.cases[0].{RES,CK,IK,AK,MAC,AUTN,AUTS}; do
		echo "${FILES[3]} $path"
	done >>which
	while read -r f path; do
		spoilt "$f" "$path"
		run -1 --separate-stderr ims-aka selftest spoilt.json
		same "$path 1" "$path $(grep -c '^not ok ' <<<"$output")"
		total=$(sed -n 's/^1\.\.//p' <<<"$output")
		same "$total" "$(grep -c 'ok ' <<<"$output")"
		n=$((n + 1))
	done <which
	same 31 "$n"
}

# --- vectors of others: osmo-auc-gen -------------------------------------

# same_vectors FILE ALGORITHM: one at a time, typed.
same_vectors()
{
	rows "$1" | while read -r k op opc amf rand sqn _; do
		set -- --op "$op"
		[ "$op" != - ] || set -- --opc "$opc"
		[ "$opc" != - ] || [ "$op" != - ] || set -- --algorithm xor
		ims-aka vector --k "$k" "$@" --amf "$amf" --rand "$rand" \
		    --sqn "$sqn"
	done >got
	same "$(columns "$1" rand sqn amf autn res ck ik nonce)" \
	    "$(fields rand sqn amf autn xres ck ik nonce <got)"
}

@test "osmo-auc-gen: vector: 220 of MILENAGE, with OP and with OPc" {
	same 220 "$(rows "$OSMO/milenage.txt" | wc -l)"
	same_vectors "$OSMO/milenage.txt"
}

@test "osmo-auc-gen: vector: 110 of XOR" {
	same 110 "$(rows "$OSMO/xor.txt" | wc -l)"
	same_vectors "$OSMO/xor.txt"
}

# same_answers FILE ALGORITHM: all at once, as records.
same_answers()
{
	subs_of "$1" "$2" >subs
	of_rows vector "$1" rand autn >in
	run -0 --separate-stderr ims-aka answer -k subs in
	[ -z "$stderr" ]
	same "$(columns "$1" rand autn res ck ik sqn)" \
	    "$(fields rand autn res ck ik sqn <<<"$output")"
}

@test "osmo-auc-gen: answer: the same RES, CK, IK, SQN" {
	same_answers "$OSMO/milenage.txt" milenage
	same_answers "$OSMO/xor.txt" xor
}

@test "osmo-auc-gen: answer: the nonce alone will do" {
	subs_of "$OSMO/milenage.txt" milenage >subs
	of_rows vector "$OSMO/milenage.txt" nonce >in
	run -0 --separate-stderr ims-aka answer -k subs in
	same "$(columns "$OSMO/milenage.txt" res)" "$(fields res <<<"$output")"
}

# same_resync FILE ALGORITHM
same_resync()
{
	subs_of "$1" "$2" >subs
	of_rows answer "$1" rand auts >in
	run -0 --separate-stderr ims-aka resync -k subs in
	[ -z "$stderr" ]
	same "$(columns "$1" rand auts sqn_ms)" \
	    "$(fields rand auts sqn_ms <<<"$output")"
}

@test "osmo-auc-gen: resync: the same SQN_MS, 100 of MILENAGE, 70 of XOR" {
	same 170 "$(cat "$OSMO"/*_auts.txt | grep -vc '^k ')"
	same_resync "$OSMO/milenage_auts.txt" milenage
	same_resync "$OSMO/xor_auts.txt" xor
}

@test "osmo-auc-gen: functions: what the vectors are made of" {
	local k op opc amf rand sqn autn res ck ik nonce

	read -r k op opc amf rand sqn autn res ck ik nonce \
	    < <(rows "$OSMO/milenage.txt" | awk '$3 != "-"')
	run -0 --separate-stderr ims-aka functions --k "$k" --opc "$opc" \
	    --rand "$rand" --sqn "$sqn" --amf "$amf" f1 f2 f3 f4
	same "f1   ${autn:16}
f2   $res
f3   $ck
f4   $ik" "$output"
}

# --- AUTS of others: milenage.py -----------------------------------------

@test "milenage.py: answer: SQN behind gives its AUTS, all 200" {
	subs_of "$DATA/aka/auts.txt" milenage |
	    paste - <(columns "$DATA/aka/auts.txt" sqn_ms) |
	    sed 's/}\t\(.*\)/,"sqn":"\1"}/' >subs
	of_rows vector "$DATA/aka/auts.txt" rand autn >in
	run -1 --separate-stderr ims-aka answer -k subs in
	same "$(columns "$DATA/aka/auts.txt" sqn sqn_ms auts)" \
	    "$(fields sqn sqn_ms auts <<<"$output")"
	same 200 "$(grep -c '"verdict":"sync"' <<<"$output")"
	same "" "$(grep -E '"(res|ck|ik)"' <<<"$output")"
}

@test "milenage.py: resync: gives back SQN_MS, all 200" {
	same_resync "$DATA/aka/auts.txt" milenage
}

@test "milenage.py: answer: SQN not judged: RES, CK, IK, all 200" {
	same_answers "$DATA/aka/auts.txt" milenage
}

# --- 3GPP sets -------------------------------------------------------------

@test "functions: f1 to f5* of the 3GPP sets of MILENAGE" {
	jq -r '.sets[] | [.K, .OP, .RAND, .SQN, .AMF, .OPc, .MAC_A, .MAC_S,
	    .RES, .CK, .IK, .AK, .AKstar] | @tsv' "$VECTORS/milenage.json" >in
	[ "$(wc -l <in)" -ge 20 ]
	while read -r k op rand sqn amf opc want; do
		same "$(printf '%s\n' $opc $want)" "$(ims-aka functions \
		    --k "$k" --op "$op" --rand "$rand" --sqn "$sqn" \
		    --amf "$amf" | awk '{ print $2 }')"
	done <in
}

@test "functions: f1 to f5* of the 3GPP sets of TUAK" {
	jq -r '.sets[] | [.K, .TOP, .RAND, .SQN, .AMF, .iterations // 1,
	    (.RES | length / 2), (.CK | length / 2), (.IK | length / 2),
	    ((.MAC_A // .MAC) | length / 2), .TOPc, (.MAC_A // .MAC),
	    .MAC_S, .RES, .CK, .IK, .AK, .AKstar] | @tsv' \
	    "$VECTORS/tuak.json" >in
	[ "$(wc -l <in)" = 6 ]
	while read -r k op rand sqn amf n res ck ik mac want; do
		same "$(printf '%s\n' $want)" "$(ims-aka functions \
		    --algorithm tuak --k "$k" --op "$op" --rand "$rand" \
		    --sqn "$sqn" --amf "$amf" --iterations "$n" \
		    --mac-len "$mac" --res-len "$res" --ck-len "$ck" \
		    --ik-len "$ik" | awk '{ print $2 }')"
	done <in
}

@test "opc: typed, and in the place of op in a record" {
	# TS 35.208 set 1
	local k=465b5ce8b199b49faa5f0a2ee238a6bc
	local op=cdc202d5123e20f62b6d676ac72cb318
	local opc=cd63cb71954a9f4e48a5994e37a02baf

	run -0 --separate-stderr ims-aka opc --k $k --op $op
	[[ $output == *$opc* ]]
	echo '{"x":[1, 2],"type":"subscriber","k":"'$k'","op":"'$op'","y":{}}' >in
	run -0 --separate-stderr ims-aka opc in
	same '{"x":[1, 2],"type":"subscriber","k":"'$k'","opc":"'$opc'","y":{}}' \
	    "$output"
}

@test "vector: an operator's own c and r: those of the standard are the default" {
	# TS 35.208 set 1, and the values of TS 35.206 4.1 typed.
	local z=0000000000000000000000000000000
	run -0 --separate-stderr ims-aka functions \
	    --k 465b5ce8b199b49faa5f0a2ee238a6bc \
	    --op cdc202d5123e20f62b6d676ac72cb318 \
	    --rand 23553cbe9637a89d218ae64dae47bf35 \
	    --c1 ${z}0 --c2 ${z}1 --c3 ${z}2 --c4 ${z}4 --c5 ${z}8 \
	    --r1 64 --r2 0 --r3 32 --r4 64 --r5 96 f2 f3 f4 f5 'f5*'
	same "f2   a54211d5e3ba50bf
f3   b40ba9a3c58b2a05bbf0d987b21bf8cb
f4   f769bcd751044604127672711c6d3441
f5   aa689c648370
f5*  451e8beca43b" "$output"
	# f4 with the c3 and r3 of f3 is f3.
	run -0 --separate-stderr ims-aka functions \
	    --k 465b5ce8b199b49faa5f0a2ee238a6bc \
	    --op cdc202d5123e20f62b6d676ac72cb318 \
	    --rand 23553cbe9637a89d218ae64dae47bf35 --c4 ${z}2 --r4 32 f4
	same "f4   b40ba9a3c58b2a05bbf0d987b21bf8cb" "$output"
}

# --- 10,000 random subscribers -----------------------------------------------

@test "10,000 subscribers: answer takes every vector, with the same values" {
	random_subs 10000 000000001000 >subs
	ims-aka vector -q -s 1 subs >vectors
	run -0 --separate-stderr ims-aka answer -k subs vectors
	[ -z "$stderr" ]
	same 10000 "$(grep -c '"verdict":"ok"' <<<"$output")"
	fields impi rand xres ck ik sqn <vectors >want
	fields impi rand res ck ik sqn <<<"$output" | cmp want -
}

@test "10,000 subscribers with SQN behind: AUTS, and resync gives SQN_MS" {
	random_subs 10000 000000001000 >behind
	random_subs 10000 00003456789a >ahead
	run -1 --separate-stderr bash -c 'ims-aka vector -q -s 1 behind |
	    ims-aka answer -q -k ahead >answers'
	[ -z "$stderr" ]
	same 10000 "$(grep -c '"verdict":"sync"' answers)"
	same "" "$(grep -E '"(res|ck|ik)"' answers)"
	run -0 --separate-stderr ims-aka resync -k behind answers
	same 10000 "$(grep -c '"sqn_ms":"00003456789a".*"verdict":"ok"' \
	    <<<"$output")"
}

# XOR leaves out: its MAC does not depend on all of RAND (TS 34.108 8.1.2.1).
@test "a bit of RAND or AUTN changed: refused, for each of 10,000" {
	random_subs 10000 000000001000 | grep -v '"xor"' >subs
	ims-aka vector -q -s 2 subs | sed 's/"nonce":"[^"]*",//' >vectors
	flip rand one <vectors >spoilt
	flip autn one <vectors >>spoilt
	same $((2 * $(wc -l <vectors))) "$(sort -u spoilt | wc -l)"
	same "" "$(sort vectors | comm -12 - <(sort spoilt) | head -n 1)"
	run -1 --separate-stderr ims-aka answer -q -k subs spoilt
	same "$(wc -l <spoilt)" "$(grep -c '"verdict":"mac"' <<<"$output")"
	same "" "$(grep -E '"(res|ck|ik|auts)"' <<<"$output" | head -n 3)"
}

@test "every bit of RAND and AUTN changed: refused" {
	random_subs 11 000000001000 | grep -v '"xor"' >subs
	ims-aka vector -q -s 3 subs | sed 's/"nonce":"[^"]*",//' >vectors
	{ flip rand <vectors; flip autn <vectors; } >spoilt
	[ "$(wc -l <spoilt)" -ge $((8 * 256)) ]
	run -1 --separate-stderr ims-aka answer -q -k subs spoilt
	same "$(wc -l <spoilt)" "$(grep -c '"verdict":"mac"' <<<"$output")"
}

@test "every bit of AUTS and its RAND changed: refused" {
	random_subs 11 000000001000 | grep -v '"xor"' >behind
	random_subs 11 00003456789a | grep -v '"xor"' >ahead
	ims-aka vector -q -s 3 behind | ims-aka answer -q -k ahead >answers || :
	{ flip auts <answers; flip rand <answers; } >spoilt
	[ "$(wc -l <spoilt)" -ge $((8 * 240)) ]
	run -1 --separate-stderr ims-aka resync -q -k ahead spoilt
	same "$(wc -l <spoilt)" "$(grep -c '"verdict":"mac"' <<<"$output")"
	same "" "$(grep '"sqn_ms"' <<<"$output" | head -n 3)"
}

# --- captures --------------------------------------------------------------

# verdicts: frame, verdict and what it is about, of the output of check.
verdicts()
{
	sed -nE 's/^.*:([0-9]+): (ok|wrong|unknown): ([a-z]+).*/\1 \2 \3/p'
}

@test "check: SIPp as phone: accepted where keys.json says that it is right" {
	local f n=0

	for f in sipp_akav1_qop sipp_akav1_sets sipp_akav1_tcp; do
		jq -c '.[] | { type: "subscriber", impi, k, op, amf }' \
		    "$LAB/$f.keys.json" >k
		run --separate-stderr ims-aka check -k k "$LAB/$f.pcap"
		same "$(jq -r '.[] | "\(.impi) " +
		    if .response_ok then "ok" else "wrong" end' \
		    "$LAB/$f.keys.json")" "$(sed -nE \
		    's/^.*: (ok|wrong): response .*of ([^ :]*).*/\2 \1/p' \
		    <<<"$output")"
		same "$(jq 'length' "$LAB/$f.keys.json")" \
		    "$(grep -c ': ok: challenge to ' <<<"$output")"
		[ "$status" = 0 ]
		n=$((n + $(grep -c ': ok: response' <<<"$output")))
	done
	same 12 "$n"
}

@test "check: SIPp as phone: the K that SIPp did not have" {
	jq -c '.[] | { type: "subscriber", impi, k: ("ff" + .k[2:]), op }' \
	    "$LAB/sipp_akav1_qop.keys.json" >k
	run -1 --separate-stderr ims-aka check -k k "$LAB/sipp_akav1_qop.pcap"
	same "" "$(grep ': ok: ' <<<"$output")"
	same 8 "$(grep -c ': wrong: ' <<<"$output")"
}

@test "check: SIPp gave up: its challenges are right, and none is answered" {
	jq -c '.[] | { type: "subscriber", impi, k, op }' \
	    "$LAB/sipp_fail.keys.json" >k
	run -0 --separate-stderr ims-aka check -k k "$LAB/sipp_fail.pcap"
	same "$(jq -r '.[] | "\(.impi) \(.sqn) \(.amf)"' \
	    "$LAB/sipp_fail.keys.json")" "$(sed -nE \
	    's/.*: ok: challenge to ([^ :]*).* SQN ([0-9a-f]*), AMF (.*)/\1 \2 \3/p' \
	    <<<"$output")"
	[[ $output != *response* ]]
}

@test "answer: SIPp's challenges: XRES, CK and IK of keys.json" {
	local f

	for f in sipp_akav1_qop sipp_akav1_sets sipp_akav1_tcp sipp_fail; do
		jq -c '.[] | { type: "subscriber", impi, k, opc }' \
		    "$LAB/$f.keys.json" >k
		run -0 --separate-stderr ims-aka answer -k k "$LAB/$f.pcap"
		same "$(jq -r '.[] | "\(.impi) \(.xres) \(.ck) \(.ik) \(.sqn)"' \
		    "$LAB/$f.keys.json")" \
		    "$(fields impi res ck ik sqn <<<"$output")"
	done
}

@test "digest: SIPp's challenges and cnonce: the responses of keys.json" {
	local f

	for f in sipp_akav1_sets sipp_akav1_tcp; do
		jq -c '.[] | { type: "subscriber", impi, k, opc }' \
		    "$LAB/$f.keys.json" >k
		run -0 --separate-stderr ims-aka digest -k k \
		    --uri sip:10.44.0.2:5060 --cnonce 6b8b4567 "$LAB/$f.pcap"
		same "$(jq -r '.[].expected_response' "$LAB/$f.keys.json")" \
		    "$(sed -nE 's/.*,response="([0-9a-f]*)".*/\1/p' \
		    <<<"$output")"
	done
}

@test "check: lab/call: in ESP and in clear, at the phone and in the core" {
	subscribers "$LAB/call_gm.pcap" opc >k
	run -0 --separate-stderr ims-aka check -k k "$LAB/call_gm.pcap"
	same '3 ok challenge
4 ok response
9 ok challenge
10 ok response' "$(verdicts <<<"$output")"
	run -0 --separate-stderr ims-aka check -k k "$LAB/call_plain_gm.pcap"
	same 4 "$(verdicts <<<"$output" | grep -c ' ok ')"
	run -0 --separate-stderr ims-aka check -k k "$LAB/call_mw.pcap"
	same 8 "$(verdicts <<<"$output" | grep -c ' ok ')"
}

@test "check: with OP instead of OPc, and with vectors instead of keys" {
	subscribers "$LAB/call_gm.pcap" op >k
	run -0 --separate-stderr ims-aka check -k k "$LAB/call_gm.pcap"
	same 4 "$(verdicts <<<"$output" | grep -c ' ok ')"
	jq -c '.vectors[] | select(.impi) | { type: "vector", impi, rand, autn,
	    xres, ck, ik }' "$LAB/call.keys.json" >k
	run -0 --separate-stderr ims-aka check -k k "$LAB/call_gm.pcap"
	same 2 "$(verdicts <<<"$output" | grep -c ' ok response')"
}

@test "check: a capture and its records are the same" {
	subscribers "$LAB/call_gm.pcap" opc >k
	same "$(ims-aka check -k k "$LAB/call_gm.pcap" | verdicts | cut -d ' ' -f 2-)" \
	    "$(ims-pcap -k k "$LAB/call_gm.pcap" | ims-aka check -k k |
	    sed -nE 's/^.*: (ok|wrong|unknown): ([a-z]+).*/\1 \2/p')"
}

@test "check: lab/resync: AUTS is right, and has the SQN_MS of the phone" {
	subscribers "$LAB/resync_gm.pcap" opc >k
	run -0 --separate-stderr ims-aka check -k k "$LAB/resync_gm.pcap"
	same '3 ok challenge
4 ok auts
6 ok challenge
7 ok response' "$(verdicts <<<"$output")"
	[[ $output == *"SQN_MS $(jq -r '.vectors[].sqn_ms // empty' \
	    "$LAB/resync.keys.json")"* ]]
	run -0 --separate-stderr ims-aka check -k k "$LAB/resync_mw.pcap"
	same 2 "$(verdicts <<<"$output" | grep -c ' ok auts')"
}

@test "check: lab/resync with SQN_MS before it: the first SQN is not fresh" {
	subscribers "$LAB/resync_gm.pcap" opc >k
	run -1 --separate-stderr ims-aka check -k k --sqn 000000005000 \
	    "$LAB/resync_gm.pcap"
	same '3 wrong challenge
4 ok auts
6 ok challenge
7 ok response' "$(verdicts <<<"$output")"
}

@test "check: lab/akav2_as_v1: wrong, and why" {
	subscribers "$LAB/akav2_as_v1_gm.pcap" opc >k
	run -1 --separate-stderr ims-aka check -k k "$LAB/akav2_as_v1_gm.pcap"
	same '3 ok challenge
4 wrong response' "$(verdicts <<<"$output")"
	grep -q ':4: note: response fits if it is computed as for AKAv1$' \
	    <<<"$output"
	run -1 --separate-stderr ims-aka check -k k "$LAB/akav2_as_v1_mw.pcap"
	same 2 "$(grep -c 'note: response fits if .*AKAv1$' <<<"$output")"
}

@test "check: open5gs: right in every copy, with the response of ANSWERS.md" {
	need_shared
	local op

	for op in op opc; do
		tablet $op >k
		run -0 --separate-stderr ims-aka check -k k "$IPSEC_REG"
		same '404 ok challenge
405 ok challenge
406 ok challenge
460 ok response
485 ok response
487 ok response' "$(verdicts <<<"$output")"
		[ -z "$stderr" ]
	done
	same 3 "$(grep -c ' response 63175c06a7a88bd479f5c9f714487476 ' \
	    <<<"$output")"
}

@test "answer: open5gs: XRES, CK, IK of ANSWERS.md" {
	need_shared
	tablet op >k
	run -0 --separate-stderr ims-aka answer -k k "$IPSEC_REG"
	same "17447172f62cf13e d53c02758b376066fad0af7daa6df765 e1763cf28cc2e584588800193137ec92" \
	    "$(fields res ck ik <<<"$output" | sort -u)"
}

@test "check: without a key: unknown, and 1" {
	run -1 --separate-stderr ims-aka check "$LAB/call_plain_gm.pcap"
	same 4 "$(verdicts <<<"$output" | grep -c ' unknown ')"
	[ -n "$stderr" ]
}

# --- digests -----------------------------------------------------------------

@test "digest: the 15 worked responses of digest_aka.json" {
	local n=0 scheme qop user realm uri method nonce res ik ck nc cnonce
	local auts body want

	jq -r '.cases[] | [.algorithm, .qop // "-", .username, .realm, .uri,
	    .method, .nonce, .RES, .IK // "-", .CK // "-", .nc // "-",
	    .cnonce // "-", .auts // "-", .entity_body_hex // "-" |
	    if . == "" then "-" else . end] + [.response] | @tsv' \
	    "$VECTORS/digest_aka.json" >in
	while IFS=$'\t' read -r scheme qop user realm uri method nonce res ik \
	    ck nc cnonce auts body want; do
		set -- --scheme "$scheme" --impi "$user" --realm "$realm" \
		    --uri "$uri" --method "$method" --nonce "$nonce"
		[ "$qop" = - ] || set -- "$@" --qop "$qop" --nc "$nc"
		[ "$cnonce" = - ] || set -- "$@" --cnonce "$cnonce"
		body=$(printf '%b' "$(sed 's/-//; s/../\\x&/g' <<<"$body")x")
		[ "$body" = x ] || set -- "$@" --body "${body%x}"
		if [ "$auts" != - ]; then
			set -- "$@" --auts "$auts"
		else
			set -- "$@" --res "$res" --ck "$ck" --ik "$ik"
		fi
		run -0 --separate-stderr ims-aka digest "$@"
		same "$scheme $qop $want" "$scheme $qop $(sed -nE \
		    's/.*response="([0-9a-f]*)".*/\1/p' <<<"$output")"
		n=$((n + 1))
	done <in
	same 15 "$n"
}

@test "digest, then check: accepted, with every algorithm and qop" {
	local scheme qop

	random_subs 1 000000001000 | sed 's/"1@x"/"1@home.example"/' >k
	for scheme in AKAv{1,2}-{MD5,SHA-256,SHA-512-256}{,-sess}; do
		for qop in auth auth-int; do
			ims-aka vector -q -k k | ims-aka digest -k k \
			    --scheme $scheme --qop $qop >in
			run -0 --separate-stderr ims-aka check -k k in
			[[ $output == *": ok: response "*"as $scheme" ]]
			sed 's/response="./response="x/' in >bad
			run -1 --separate-stderr ims-aka check -k k bad
			[[ $output == *": wrong: response "* ]]
		done
	done
}

@test "digest: SQN behind: auts, which check takes" {
	random_subs 1 00003456789a | sed 's/"1@x"/"1@home.example"/' >k
	ims-aka vector -q -k k --sqn 000000000020 >v
	run -1 --separate-stderr ims-aka digest -k k v
	[[ $output == *',auts="'* ]]
	run -0 --separate-stderr ims-aka check -k k <<<"$output"
	[[ $output == *": ok: auts of 1@home.example: MAC-S fits, SQN_MS 00003456789a"* ]]
}

@test "digest: a wrong MAC: an empty response, and 1" {
	random_subs 1 000000001000 >k
	run -1 --separate-stderr ims-aka digest -k k \
	    --rand 00000000000000000000000000000000 \
	    --autn 00000000000000000000000000000000
	[[ $output == *'response=""'* ]]
	[[ $output != *auts* ]]
}

@test "pasted header fields: check pairs them, folded or bare" {
	made "right"
	grep -aE '^(WWW-Auth|Authorization.*response="[0-9a-f])' in |
	    tr -d '\r' >paste
	run -0 --separate-stderr ims-aka check -k k paste
	same 2 "$(grep -c ': ok: ' <<<"$output")"
	sed 's/, /,\n   /g' paste >folded
	run -0 --separate-stderr ims-aka check -k k folded
	same 2 "$(grep -c ': ok: ' <<<"$output")"
	sed 's/^[^:]*: //' paste >bare
	run -0 --separate-stderr ims-aka check -k k bare
	same 2 "$(grep -c ': ok: ' <<<"$output")"
	run -1 --separate-stderr ims-aka check -k k --method SUBSCRIBE paste
	same 1 "$(grep -c ': wrong: response' <<<"$output")"
}

# --- mistakes, each made on purpose -----------------------------------------

# made WHAT: the line of mistakes.jsonl as files k (the key that is believed)
# and in, with what was made wrongly; sets fits and args.
made()
{
	local line
	line=$(jq -c --arg what "$1" 'select(.what == $what)' "$MISTAKES")
	[ -n "$line" ]
	jq -c .subscriber <<<"$line" >k
	jq -j '.sip // empty' <<<"$line" >in
	fits=$(jq -r .fits <<<"$line")
	case $(jq -r .command <<<"$line") in
	answer)	args=(answer -k k --rand "$(jq -r .rand <<<"$line")"
		    --autn "$(jq -r .autn <<<"$line")") ;;
	resync)	args=(resync -k k --rand "$(jq -r .rand <<<"$line")"
		    --auts "$(jq -r .auts <<<"$line")"
		    --amf "$(jq -r .amf <<<"$line")") ;;
	check)	args=(check -k k in) ;;
	esac
}

# named WHAT: it is refused, and the note says what would have fitted.
named()
{
	local note='note: (MAC|MAC-S|response) fits if '

	[ "${2:-}" = "" ] || note=$2
	made "$1"
	run -1 --separate-stderr ims-aka "${args[@]}"
	grep -E "$note" <<<"$output$stderr" | grep -qF -e "$fits"
	if [ "${args[0]}" = check ]; then
		[[ $output == *": wrong: "* ]]
	else
		same "" "$(grep -E '"(res|ck|ik|sqn_ms)"' <<<"$output")"
		[[ $output == *'"verdict":"mac"'* ]]
		[[ $output == *'"why":['*"$fits"* ]]
	fi
}

# right WHAT: it is accepted, without a note.
right()
{
	made "$1"
	run -0 --separate-stderr ims-aka "${args[@]}"
	[ -z "$stderr" ]
	[[ $output != *note:* ]]
	same "" "$(grep -v ': ok: ' <<<"$output")"
}

@test "named: OP given as OPc" {
	named "OP given as OPc"
}

@test "named: OPc given as OP" {
	named "OPc given as OP"
}

@test "named: OPc applied twice" {
	named "OPc applied twice"
}

@test "named: OPc applied twice, OPc given" {
	named "OPc applied twice, OPc given"
}

@test "named: K byte-reversed" {
	named "K byte-reversed"
}

@test "named: OP byte-reversed" {
	named "OP byte-reversed"
}

@test "named: OPc byte-reversed" {
	named "OPc byte-reversed"
}

@test "named: OP byte-reversed, given as OPc" {
	named "OP byte-reversed, given as OPc"
}

@test "named: K taken as ASCII" {
	named "K taken as ASCII"
}

@test "named: OP taken as ASCII" {
	named "OP taken as ASCII"
}

@test "named: K taken as ASCII, upper case" {
	named "K taken as ASCII, upper case"
}

@test "named: OP taken as ASCII, upper case" {
	named "OP taken as ASCII, upper case"
}

@test "named: another AMF" {
	named "another AMF"
}

@test "named: another AMF, 0000" {
	named "another AMF, 0000"
}

@test "named: another AMF, 8000" {
	named "another AMF, 8000"
}

@test "named: SQN not concealed" {
	named "SQN not concealed"
}

@test "named: XOR, not MILENAGE" {
	named "XOR, not MILENAGE"
}

@test "named: MILENAGE, not XOR" {
	named "MILENAGE, not XOR"
}

@test "named: two: K byte-reversed, OP given as OPc" {
	named "two: K byte-reversed, OP given as OPc"
}

@test "named: two: OP given as OPc, SQN not concealed" {
	named "two: OP given as OPc, SQN not concealed"
}

@test "named: AUTS with the AMF of the challenge" {
	named "AUTS with the AMF of the challenge"
}

@test "named: AUTS, SQN_MS not concealed" {
	named "AUTS, SQN_MS not concealed"
}

@test "named: AUTS, SQN_MS under AK" {
	named "AUTS, SQN_MS under AK"
}

@test "named: AUTS, MAC of f1" {
	named "AUTS, MAC of f1"
}

@test "named: AUTS, OP given as OPc" {
	named "AUTS, OP given as OPc"
}

@test "right: auth" {
	right "right"
}

@test "right: auth-int" {
	right "right, auth-int"
}

@test "right: no qop" {
	right "right, no qop"
}

@test "right: AKAv2-SHA-256" {
	right "right, AKAv2-SHA-256"
}

@test "right: AKAv1-MD5-sess" {
	right "right, AKAv1-MD5-sess"
}

@test "right: nc 0000000a" {
	right "right, nc 0000000a"
}

@test "right: qop and nc in quotes" {
	right "right, qop and nc in quotes"
}

@test "right: rspauth too" {
	right "right, rspauth too"
}

@test "named: rspauth of another password" {
	named "rspauth of another password" ': wrong: '
}

@test "named: an empty response" {
	named "an empty response" ': wrong: '
}

@test "named: RES as hex text" {
	named "RES as hex text"
}

@test "named: RES as hex text, upper case" {
	named "RES as hex text, upper case"
}

@test "named: RES as base64 text" {
	named "RES as base64 text"
}

@test "named: empty password" {
	named "empty password"
}

@test "named: RES cut at its first octet 00" {
	named "RES cut at its first octet 00"
}

@test "named: AKAv1 for AKAv2" {
	named "AKAv1 for AKAv2"
}

@test "named: AKAv2 for AKAv1" {
	named "AKAv2 for AKAv1"
}

@test "named: -sess" {
	named "-sess"
}

@test "named: the wrong realm" {
	named "the wrong realm"
}

@test "named: the wrong realm, the host's" {
	named "the wrong realm, the host's"
}

@test "named: the wrong uri" {
	named "the wrong uri"
}

@test "named: the wrong uri, without sip:" {
	named "the wrong uri, without sip:"
}

@test "named: the wrong uri, the realm" {
	named "the wrong uri, the realm"
}

@test "named: the wrong method" {
	named "the wrong method"
}

@test "named: the wrong method, GET" {
	named "the wrong method, GET"
}

@test "named: the bare username" {
	named "the bare username"
}

@test "named: qop in quotes" {
	named "qop in quotes"
}

@test "named: nc in quotes" {
	named "nc in quotes"
}

@test "named: cnonce in quotes" {
	named "cnonce in quotes"
}

@test "named: qop missing, as RFC 2069" {
	named "qop missing, as RFC 2069"
}

@test "named: nc missing" {
	named "nc missing"
}

@test "named: cnonce missing" {
	named "cnonce missing"
}

@test "named: qop missing in the header" {
	named "qop missing in the header"
}

@test "named: nc missing in the header" {
	named "nc missing in the header"
}

@test "named: nc decimal" {
	named "nc decimal"
}

@test "named: nc short" {
	named "nc short"
}

@test "named: auth for auth-int" {
	named "auth for auth-int"
}

@test "named: auth-int without the body" {
	named "auth-int without the body"
}

@test "named: the nonce without its padding" {
	named "the nonce without its padding"
}

@test "named: the nonce lost its padding on the way" {
	named "the nonce lost its padding on the way"
}

@test "named: the nonce lost its padding in both" {
	named "the nonce lost its padding in both" ': wrong: '
}

@test "named: another realm than the challenge" {
	named "another realm than the challenge" ': wrong: '
}

@test "right: auts with its empty password" {
	right "right, auts with its empty password"
}

@test "named: auts with RES as password" {
	named "auts with RES as password"
}

@test "named: a response, OP given as OPc" {
	named "a response, OP given as OPc"
}

@test "named: a response, K byte-reversed" {
	named "a response, K byte-reversed"
}

@test "named: two: RES as hex text and the Request-URI" {
	named "two: RES as hex text and the Request-URI"
}

@test "named: -sess left out" {
	named "-sess left out"
}

@test "named: the wrong uri, with sip: in front" {
	named "the wrong uri, with sip: in front"
}

@test "named: the wrong method, INVITE" {
	named "the wrong method, INVITE"
}

@test "named: the wrong method, SUBSCRIBE" {
	named "the wrong method, SUBSCRIBE"
}

@test "named: the wrong method, MESSAGE" {
	named "the wrong method, MESSAGE"
}

@test "named: no method" {
	named "no method"
}

@test "named: auth-int for auth" {
	named "auth-int for auth"
}

@test "right: a nonce with server data" {
	right "right, a nonce with server data"
}

@test "named: the nonce without its server data" {
	named "the nonce without its server data"
}

@test "named: another nonce than the challenge" {
	named "another nonce than the challenge" ': wrong: '
}

@test "right: XOR" {
	right "right, XOR"
}

@test "named: RES cut after 8 octets" {
	named "RES cut after 8 octets"
}

@test "right: auts under AKAv2" {
	right "right, auts under AKAv2"
}

# --- the card's SQN (TS 33.102 C.2), IND of 5 bits --------------------------

# card SQN_MS [OPTION...]: the verdicts on the SQNs on standard input.
card()
{
	local k='"k":"465b5ce8b199b49faa5f0a2ee238a6bc","opc":"cd63cb71954a9f4e48a5994e37a02baf"'

	echo '{"type":"subscriber","impi":"a@x",'"$k"',"sqn":"'"$1"'"}' >card
	while read -r sqn; do
		ims-aka vector -q -k card --sqn "$sqn" "${vector[@]}"
	done >challenges
	ims-aka answer -q -k card "${@:2}" challenges |
	    jq -r '.sqn + " " + .verdict + " " + (.sqn_ms // "")' |
	    sed 's/ $//'
}

@test "SQN: each IND goes by itself; a refusal has the highest of all" {
	same '000000001041 ok
000000001022 ok
000000001021 sync 000000001041
000000001022 sync 000000001041
000000001042 ok
000000001000 sync 000000001042' "$(printf '00000000%s\n' 1041 1022 1021 1022 \
	    1042 1000 | card 000000001000)"
}

@test "SQN: a jump ahead of more than 2^28, or --delta, is refused" {
	same '000200001000 ok' "$(card 000000001000 <<<000200001000)"
	same '000200001020 sync 000000001000' \
	    "$(card 000000001000 <<<000200001020)"
	same '000000001140 ok' "$(card 000000001000 --delta 10 <<<000000001140)"
	same '000000001160 sync 000000001000' \
	    "$(card 000000001000 --delta 10 <<<000000001160)"
}

@test "SQN: older than --age is refused, though its IND has not seen it" {
	same '000000001140 ok
000000001083 sync 000000001140
0000000010c3 ok' "$(printf '00000000%s\n' 1140 1083 10c3 |
	    card 000000001000 --age 5)"
	same '000000001140 ok
000000001083 ok' "$(printf '00000000%s\n' 1140 1083 | card 000000001000)"
}

@test "SQN: --ind-len 0: each must be higher than all before" {
	same '000000001001 ok
000000001001 sync 000000001001
000000001000 sync 000000001001
000000001002 ok' "$(printf '00000000%s\n' 1001 1001 1000 1002 |
	    card 000000001000 --ind-len 0)"
}

@test "SQN: MAC before SQN: an old SQN with a wrong MAC is no AUTS" {
	card 000000001000 <<<000000000020 >/dev/null
	sed -E 's/"nonce":"[^"]*",//' challenges | flip autn one >spoilt
	run -1 --separate-stderr ims-aka answer -k card spoilt
	[[ $output == *'"verdict":"mac"'* ]]
	[[ $output != *auts* ]]
}

@test "SQN: XOR asks for AUTS by its AMF, ffff or --amf-resync" {
	# misc_vectors.json, the second case: AMF ffff
	set -- --algorithm xor --k 00112233445566778899aabbccddeeff \
	    --rand ffeeddccbbaa99887766554433221100 \
	    --autn 00644b2f49f8ffff00644b2f49f80000
	run -1 --separate-stderr ims-aka answer "$@"
	[[ $output == *'"verdict":"sync"'* ]]
	run -0 --separate-stderr ims-aka answer "$@" --amf-resync 1234
	[[ $output == *'"res":"ffffffffffffffffffffffffffffffff"'* ]]
}

# --- --advance ---------------------------------------------------------------

# A subscriber file with all that must stay: fields and types that nobody knows,
# blanks, a line that is no subscriber.
subscriber_file()
{
	cat <<-'END'
	{"type":"note","text":"keep me"}
	{ "type": "subscriber" , "impi": "a@x", "x": {"sqn": "no", "y": [1.50, null]}, "k":"465b5ce8b199b49faa5f0a2ee238a6bc", "sqn" : "000000000040", "opc":"cd63cb71954a9f4e48a5994e37a02baf", "z": "\u00e9" }
	{"type":"subscriber","impi":"b@x","k":"0396eb317b6d1c36f19c1c84cd6ffd16","op":"ff53bade17df5d4e793073ce9d7579fa"}
	{"type":"subscriber","impi":"c@x","comment":"no key"}
	END
}

# The file without what --advance may change.
rest_of()
{
	sed -E '/"impi": ?"[ab]@x"/s/("sqn" ?: ?"|,"sqn":")[0-9a-f]{12}"/\1"/' "$1"
}

@test "--advance: the SQN used last is in the file, and goes on from there" {
	subscriber_file >k
	run -0 --separate-stderr ims-aka vector -k k --advance --impi a@x -n 3
	same '000000000060
000000000080
0000000000a0' "$(fields sqn <<<"$output")"
	same 1 "$(grep -c '"sqn" : "0000000000a0"' k)"
	run -0 --separate-stderr ims-aka vector -k k --advance --impi a@x
	same 0000000000c0 "$(fields sqn <<<"$output")"
}

@test "--advance: all else in the file stays, octet for octet" {
	subscriber_file >k
	cp k was
	ims-aka vector -k k --advance --impi a@x -n 3 >/dev/null
	diff <(rest_of was) <(rest_of k)
	sed -n 2p k >line
	sed 's/"0000000000a0"/"000000000040"/' line | cmp - <(sed -n 2p was)
	# Without an sqn before, it is put in, and nothing else.
	ims-aka vector -k k --advance --impi b@x -n 2 >/dev/null
	same 000000000040 "$(jq -r 'select(.impi == "b@x") | .sqn' k)"
	same "$(sed -n 3p was | jq -c .)" \
	    "$(sed -n 3p k | jq -c 'del(.sqn)')"
	cmp <(sed 2,3d was) <(sed 2,3d k)
}

@test "--advance: keeps the mode of the file, and a file without a last newline" {
	subscriber_file | head -c -1 >k
	chmod 640 k
	ims-aka vector -q -k k --advance -n 2 >/dev/null || :
	same 640 "$(stat -c %a k)"
	same "no key\"}" "$(tail -c 8 k)"
	same "$(ls)" k
}

@test "--advance: a symbolic link stays one, and its file is changed" {
	subscriber_file >real
	ln -s real k
	ims-aka vector -q -k k --advance --impi a@x >/dev/null
	[ -L k ]
	grep -q '"sqn" : "000000000060"' real
}

@test "--advance: nothing is changed, and no vector made, on a full disk: 4" {
	subscriber_file >k
	cp k was
	run -4 bash -c 'trap "" XFSZ; ulimit -f 0
	    exec ims-aka vector -q -k k --advance --impi a@x 2>/dev/null'
	[ -z "$output" ]
	cmp was k
	same "k
was" "$(ls)"
}

@test "--advance: IND and its length" {
	subscriber_file >k
	run -0 --separate-stderr ims-aka vector -k k --advance --impi a@x \
	    --ind-len 4 --ind 3 -n 2
	same '000000000053
000000000063' "$(fields sqn <<<"$output")"
	grep -q '"sqn" : "000000000063"' k
}

# runs NAME: 10 runs of 100 vectors.
runs()
{
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		ims-aka vector -q -k k --advance --impi a@x -n 100 >>"out.$1"
	done
}

# killed: the same, but before that a dozen of runs are killed at any moment of
# theirs; each time another one takes over.
killed()
{
	local i pid

	RANDOM=7
	: >kills
	for ((i = 0; i < 300; i++)); do
		[ "$(wc -l <kills)" -lt 12 ] || break
		ims-aka vector -q -l -k k --advance --impi a@x -n 100 \
		    >>out.killed &
		pid=$!
		sleep "0.00$((RANDOM % 10))"
		kill -9 $pid || :
		wait $pid || echo >>kills
		# The last line may have been cut in its middle.
		[ -z "$(tail -c 1 out.killed)" ] || echo >>out.killed
	done 2>/dev/null
	runs killed
}

@test "--advance: 8 processes, one killed again and again: no SQN twice" {
	local i pids=() n=0

	subscriber_file >k
	rest_of k >want
	for i in 1 2 3 4 5 6 7; do
		runs $i 3>&- &
		pids+=($!)
	done
	killed 3>&- &
	pids+=($!)
	# While they run the file is whole, whenever it is read.
	while kill -0 "${pids[@]}" 2>/dev/null; do
		cat k >seen
		rest_of seen | cmp want -
		jq -e -s 'map(select(.impi == "a@x"))[0].sqn | length == 12' \
		    seen >/dev/null
		n=$((n + 1))
	done
	wait "${pids[@]}"
	[ "$n" -gt 5 ]
	echo "killed $(wc -l <kills) times, file read $n times"
	[ "$(wc -l <kills)" -ge 12 ]
	cat out.? out.killed | grep -aoE '"sqn":"[0-9a-f]{12}"' | cut -c 8-19 \
	    >sqns
	[ "$(wc -l <sqns)" -ge 8000 ]
	same "" "$(sort sqns | uniq -d | head -n 3)"
	# The file is at or behind none that was given out.
	same "$(tail -n 1 <(sort sqns))" "$({ sort sqns | tail -n 1; jq -r \
	    'select(.impi == "a@x") | .sqn' k; } | sort | head -n 1)"
	rest_of k | cmp want -
}

# --- bad input -----------------------------------------------------------------

K=465b5ce8b199b49faa5f0a2ee238a6bc	# TS 35.208 set 1
OPC=cd63cb71954a9f4e48a5994e37a02baf
RAND=23553cbe9637a89d218ae64dae47bf35
NONCE=I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=
KEY=(--k $K --opc $OPC)

# typed WORDS COMMAND...: a fault of the command line, which is told in WORDS.
typed()
{
	run -2 --separate-stderr ims-aka "${@:2}"
	[ -z "$output" ]
	same 1 "$(wc -l <<<"$stderr")"
	grep -qE -e "^ims-aka: .*$1" <<<"$stderr"
}

# among COMMAND BAD GOOD WORDS...: BAD in line 2 between two of GOOD, which are
# done; what is wrong with BAD is told in WORDS.
among()
{
	{ sed 's/A@/1@/g' <<<"$3"; echo "$2"; sed 's/A@/3@/g' <<<"$3"; } >in
	run -3 --separate-stderr ims-aka $1 in
	same 2 "$(grep -c '^{' <<<"$output")"
	same 1 "$(wc -l <<<"$stderr")"
	grep -qE "^ims-aka: in: line 2: $4" <<<"$stderr"
}

# The subscribers that the records below are for.
card_key()
{
	for i in 1 2 3 A; do
		echo "${SUB/A@/$i@}"
	done >k
}

SUB='{"type":"subscriber","impi":"A@x","k":"'$K'","opc":"'$OPC'"}'
CHALLENGE='{"type":"vector","impi":"A@x","nonce":"'$NONCE'"}'
AUTS='{"type":"answer","impi":"A@x","rand":"'$RAND'","auts":"ba853f3c123ccf44e93596e355c6"}'

@test "bad: K of 15 octets" {
	typed '--k: 15 octets, not 16' vector --k ${K:2} --opc $OPC
	among vector "${SUB/$K/${K:2}}" "$SUB" 'k: 15 octets, not 16'
}

@test "bad: OPc and OP of 15 and 17 octets, or not hex" {
	typed '--opc: 15 octets, not 16' vector --k $K --opc ${OPC:2}
	typed '--op: 17 octets, not 16' vector --k $K --op ${OPC}00
	typed '--opc: not hex' vector --k $K --opc zz${OPC:2}
	among vector "${SUB/$OPC/${OPC:2}}" "$SUB" 'opc: 15 octets, not 16'
	among vector "${SUB/$OPC/zz${OPC:2}}" "$SUB" 'opc: '
}

@test "bad: both OP and OPc, or neither" {
	typed '--op and --opc' vector "${KEY[@]}" --op $OPC
	typed '--opc: missing' vector --k $K
	among vector "${SUB/\"opc/\"op\":\"$OPC\",\"opc}" "$SUB" 'opc?: '
	among vector "${SUB/,\"opc*/\}}" "$SUB" 'opc: '
}

@test "bad: a nonce of 31 octets" {
	local short

	short=$(base64 -d <<<$NONCE | head -c 31 | base64)
	card_key
	typed '--nonce: 31 octets, not 32' answer "${KEY[@]}" --nonce "$short"
	among "answer -k k" "${CHALLENGE/$NONCE/$short}" "$CHALLENGE" \
	    'nonce: 31 octets, not 32'
	made "right, no qop"
	sed "s,nonce=\"[^\"][^\"]*\",nonce=\"$short\"," in >bad
	run -3 --separate-stderr ims-aka check -k k bad
	same 2 "$(grep -c 'nonce: 31 octets, not 32' <<<"$stderr")"
}

@test "bad: a nonce that is not base64" {
	card_key
	typed '--nonce: not base64' answer "${KEY[@]}" --nonce "*${NONCE:1}"
	among "answer -k k" "${CHALLENGE/$NONCE/*${NONCE:1}}" "$CHALLENGE" \
	    'nonce: not base64'
	made "right, no qop"
	sed 's,nonce="[^"][^"]*",nonce="no base64",' in >bad
	run -3 --separate-stderr ims-aka check -k k bad
	same 2 "$(grep -c 'nonce: not base64' <<<"$stderr")"
}

@test "bad: AUTS of 13 octets" {
	local short=ba853f3c123ccf44e93596e355

	card_key
	typed '--auts: 13 octets, not 14' resync "${KEY[@]}" --rand $RAND \
	    --auts $short
	among "resync -k k" "${AUTS/ba*c6/$short}" "$AUTS" \
	    'auts: 13 octets, not 14'
	made "right, auts with its empty password"
	sed 's,auts="[^"]*",auts="AAAAAAAAAAAAAAAAAA==",' in >bad
	run -3 --separate-stderr ims-aka check -k k bad
	[[ $stderr == *"auts: 13 octets, not 14"* ]]
	[[ $output == *": ok: challenge"* ]]
}

@test "bad: RES lengths out of range" {
	local n

	for n in 0 3 33 x; do
		typed "--res-len $n: not 4 to 32" vector "${KEY[@]}" --res-len $n
	done
	typed 'res.len:? 5\b' vector "${KEY[@]}" --res-len 5
	typed 'res.len:? 17\b' vector --algorithm xor --k $K --res-len 17
	for n in 3 5 33; do
		among vector "${SUB/\"k\"/\"res_len\":$n,\"k\"}" "$SUB" \
		    "res_len: $n "
	done
	card_key
	typed '--res: 3 octets, not 4 to 32' digest --res 000000 \
	    --nonce $NONCE --impi a@x
	among "answer -k k" \
	    "${CHALLENGE/\"nonce\"/\"xres\":\"000000\",\"nonce\"}" \
	    "$CHALLENGE" 'xres: 3 octets'
}

@test "bad: RAND, AUTN, SQN, AMF of a wrong length" {
	typed '--rand: 15 octets, not 16' vector "${KEY[@]}" --rand ${RAND:2}
	typed '--autn: 15 octets, not 16' answer "${KEY[@]}" --rand $RAND \
	    --autn ${RAND:2}
	typed '--sqn: 5 octets, not 6' vector "${KEY[@]}" --sqn 0000000000
	typed '--amf: 3 octets, not 2' vector "${KEY[@]}" --amf 800000
	typed '--autn: missing' answer "${KEY[@]}" --rand $RAND
	card_key
	among "answer -k k" '{"type":"vector","impi":"2@x","rand":"00"}' \
	    "$CHALLENGE" 'rand: 1 octets, not 16'
	among "answer -k k" '{"type":"vector","impi":"2@x","rand":"'$RAND'"}' \
	    "$CHALLENGE" 'autn: missing'
	among "resync -k k" "${AUTS/\"rand*,/}" "$AUTS" 'rand: missing'
}

@test "bad: an Authorization without username" {
	made "right"
	sed 's/username="[^"]*", //' in >bad
	run -3 --separate-stderr ims-aka check -k k bad
	[[ $stderr == "ims-aka: bad: "*"username: missing"* ]]
	[[ $output == *": ok: challenge"* ]]
}

@test "bad: two subscribers with one IMPI" {
	{ echo "$SUB"; echo "$SUB"; echo "${SUB/A@/B@}"; } >k
	run -3 --separate-stderr ims-aka vector k
	same "ims-aka: k: line 2: impi: A@x is there already" "$stderr"
	same "A@x
B@x" "$(fields impi <<<"$output")"
	run -3 --separate-stderr ims-aka vector -k k
	same "ims-aka: k: line 2: impi: A@x is there already" "$stderr"
	same 2 "$(wc -l <<<"$output")"
}

@test "bad: an empty file, of every command" {
	local c

	card_key
	: >empty
	for c in vector opc "answer -k k" "resync -k k" "digest -k k" \
	    "check -k k" selftest; do
		echo "$c"
		run -3 --separate-stderr ims-aka $c empty
		[ -z "$output" ] || [ "$output" = 1..0 ]
		[[ $stderr == "ims-aka: empty: "* ]]
	done
	for c in vector answer resync digest check; do
		run --separate-stderr ims-aka $c -k empty
		[ "$status" = 2 ] || [ "$status" = 3 ]
		[ -z "$output" ]
		[[ $stderr == "ims-aka: empty: "* ]]
	done
}

@test "bad: a challenge of nobody's, an algorithm of nobody's" {
	echo "${SUB/A@/1@}" >k
	echo "${SUB/A@/3@}" >>k
	among "answer -k k" "$CHALLENGE" "$CHALLENGE" 'impi: no key for A@x'
	typed '--algorithm none: not milenage' vector --k $K --algorithm none
	among vector "${SUB/\"k\"/\"algorithm\":\"none\",\"k\"}" "$SUB" \
	    'algorithm: '
}

@test "bad: the command line" {
	typed 'a command is missing' 
	typed 'none: no such command' none
	typed '--k and -k' vector "${KEY[@]}" -k k
	typed '-f xml: not json or text' answer -f xml
	typed '--advance: needs -k' vector --advance "${KEY[@]}"
	typed 'no subscriber' answer --nonce $NONCE
	typed '--ind-len 17: not 0 to 16' vector "${KEY[@]}" --ind-len 17
	typed '--r1 128: not 0 to 127' vector "${KEY[@]}" --r1 128
}

@test "a vector whose SQN is the last of its range: 3" {
	echo "${SUB/\"k\"/\"sqn\":\"ffffffffffff\",\"k\"}" >in
	run -3 --separate-stderr ims-aka vector in
	[ -z "$output" ]
	[[ $stderr == "ims-aka: in: line 1: "*sqn:*ffffffffffff* ]]
}

# --- keys ------------------------------------------------------------------

@test "without -x no K, OP, OPc and AK in a record; with it they are there" {
	run -0 --separate-stderr ims-aka vector "${KEY[@]}" --rand $RAND \
	    --sqn ff9bb4d0b607 --amf b9b9
	same "" "$(grep -E "$K|$OPC|\"(k|op|opc|ak)\"" <<<"$output")"
	run -0 --separate-stderr ims-aka vector -x "${KEY[@]}" --rand $RAND \
	    --sqn ff9bb4d0b607 --amf b9b9
	same "$K $OPC aa689c648370" "$(fields k opc ak <<<"$output")"
	run -0 --separate-stderr ims-aka answer -x "${KEY[@]}" --nonce $NONCE
	same "$K $OPC aa689c648370" "$(fields k opc ak <<<"$output")"
}

@test "no key on standard error, whatever goes wrong" {
	local what secrets=()

	jq -r '.subscriber | .k, .op // empty, .opc // empty' "$MISTAKES" |
	    sort -u >keys
	printf '%s\n' $K $OPC ${K:2} ${OPC:2} >>keys
	# Each mistake, and each key spoilt in every way.
	jq -r .what "$MISTAKES" >all
	while read -r what; do
		made "$what"
		ims-aka "${args[@]}" -v >/dev/null 2>>err || :
		for spoil in 's/"k":"../"k":"/' 's/"k":"/"k":"zz/' 's/}$//' \
		    's/"k":/"k":7,"x":/' 's/"k":"/"k":,"/' 's/"op/"o/' \
		    's/"type"/"res_len":5,"type"/'; do
			sed "$spoil" k >bad
			ims-aka vector -v bad >/dev/null 2>>err || :
			ims-aka vector -v -k bad >/dev/null 2>>err || :
		done
	done < <(awk 'NR % 8 == 1' all)
	for what in "--k ${K:2} --opc $OPC" "--k ${K}00 --op $OPC" "--k $K" \
	    "--k zz$K --opc $OPC" "--k $K --opc $OPC --op $OPC" \
	    "--k $K --opc $OPC -k none" "--k $K --opc ${OPC:2}" \
	    "--algorithm tuak --k $K --opc $OPC" "--opc $OPC" \
	    "--k $K --opc $OPC --res-len 5" "--k $K --opc $OPC x" \
	    "--k $K --opc $OPC --no-such" "--k $K --c1 $OPC$OPC"; do
		for c in vector answer check opc; do
			ims-aka $c -v $what </dev/null >/dev/null 2>>err || :
		done
	done
	[ "$(wc -l <err)" -ge 150 ]
	# Any ten octets of a key, as hex or in the ASCII of its digits.
	awk '{ for (i = 1; i + 19 <= length($0); i += 2)
	    print substr($0, i, 20) }' keys >pieces
	same "" "$(grep -aiF -f pieces err | head -n 3)"
}
