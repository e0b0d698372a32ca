# The laws that hold between and within the tools (DESIGN.md section 3), for
# every capture at hand.
load helper

# each FUNCTION CAPTURE...: all of them are tried, what fails is named.
each()
{
	local what=$1 bad=0 f

	shift
	for f; do
		: >"$BATS_TEST_TMPDIR/k"
		"$what" "$f" >"$BATS_TEST_TMPDIR/why" 2>&1 || {
			echo "$f:"
			head -n 20 "$BATS_TEST_TMPDIR/why" | cut -c -300
			bad=1
		}
	done
	[ $bad = 0 ]
}

lab_captures()
{
	captures | grep "^$TOP"
}

shared_captures()
{
	captures | grep -v "^$TOP"
}

# --- law 1: ims-verify F is ims-pcap F | ims-verify -------------------------

law_1()
{
	keys_of "$1" >"$BATS_TEST_TMPDIR/k"
	ims-verify -q -f json $2 "$1" >"$BATS_TEST_TMPDIR/whole" || :
	# What a capture taught ims-pcap is not in its records; the keys are
	# given to both.
	ims-pcap -q $2 "$1" | ims-verify -q -f json $2 \
	    >"$BATS_TEST_TMPDIR/parts" || :
	diff -u "$BATS_TEST_TMPDIR/whole" "$BATS_TEST_TMPDIR/parts"
}

law_1_keys()
{
	law_1 "$1" "-k $BATS_TEST_TMPDIR/k"
}

law_1_status()
{
	local whole=0 parts=0

	ims-verify -q "$1" >/dev/null || whole=$?
	[ $whole -lt 3 ] || return 0
	ims-pcap -q "$1" | ims-verify -q >/dev/null || parts=$?
	# A capture without a record is an empty input.
	[ $parts = $whole ] || [ -z "$(ims-pcap -q "$1")" ]
}

@test "law 1: the findings of records are those of their capture" {
	each law_1 $(lab_captures)
}

@test "law 1: with keys too" {
	each law_1_keys $(lab_captures)
}

@test "law 1: the same exit status" {
	each law_1_status $(lab_captures)
}

@test "law 1: the captures in ../shared" {
	need_shared
	each law_1 $(shared_captures)
	each law_1_keys $(shared_captures)
}

@test "law 1: packet records in between" {
	packets()
	{
		ims-verify -q -f json "$1" >"$BATS_TEST_TMPDIR/whole" || :
		ims-pcap -q --packets "$1" | ims-verify -q -f json \
		    >"$BATS_TEST_TMPDIR/parts" || :
		diff -u "$BATS_TEST_TMPDIR/whole" "$BATS_TEST_TMPDIR/parts"
	}
	each packets $(ls "$LAB"/*_mw.pcap "$LAB"/*_gm.pcap \
	    "$SHAPES"/v_*)
}

# --- law 2: ims-pcap -k K F is --packets, unprotect -k K and ims-pcap ----------

# law_2 CAPTURE [KEY OPTION]
law_2()
{
	ims-pcap -q $2 "$1" >"$BATS_TEST_TMPDIR/whole" || :
	ims-pcap -q --packets "$1" | ims-sa unprotect -q $2 |
	    ims-pcap -q >"$BATS_TEST_TMPDIR/parts" || :
	diff -u "$BATS_TEST_TMPDIR/whole" "$BATS_TEST_TMPDIR/parts"
}

law_2_keys()
{
	keys_of "$1" >"$BATS_TEST_TMPDIR/k"
	law_2 "$1" "-k $BATS_TEST_TMPDIR/k"
}

# What a snapshot length leaves of it.
law_2_cut()
{
	keys_of "$1" >"$BATS_TEST_TMPDIR/k"
	editcap -s 300 "$1" "$BATS_TEST_TMPDIR/cut" 2>/dev/null || return 0
	law_2 "$BATS_TEST_TMPDIR/cut" "-k $BATS_TEST_TMPDIR/k"
}

# Without every seventh frame: fragments and segments are missing.
law_2_holes()
{
	keys_of "$1" >"$BATS_TEST_TMPDIR/k"
	editcap "$1" "$BATS_TEST_TMPDIR/holes" $(seq 3 7 3500) 2>/dev/null ||
		return 0
	law_2 "$BATS_TEST_TMPDIR/holes" "-k $BATS_TEST_TMPDIR/k"
}

@test "law 2: opened before or within ims-pcap" {
	each law_2_keys $(lab_captures)
	# It says something: ESP was opened.
	keys_of "$LAB/call_gm.pcap" >"$BATS_TEST_TMPDIR/k"
	same 19 "$(ims-pcap --packets "$LAB/call_gm.pcap" |
	    ims-sa unprotect -k "$BATS_TEST_TMPDIR/k" | ims-pcap |
	    jq -c 'select(.protection.icv == "ok")' | wc -l)"
}

@test "law 2: without keys" {
	each law_2 $(lab_captures)
}

@test "law 2: packets cut by the capture" {
	each law_2_cut $(lab_captures)
}

@test "law 2: frames missing" {
	each law_2_holes $(lab_captures)
}

@test "law 2: the captures in ../shared" {
	need_shared
	each law_2_keys $(shared_captures)
	each law_2 $(shared_captures)
	each law_2_cut $(shared_captures)
	each law_2_holes $(shared_captures)
}

@test "law 2: a capture from a pipe into unprotect" {
	direct()
	{
		keys_of "$1" >"$BATS_TEST_TMPDIR/k"
		ims-pcap -q -k "$BATS_TEST_TMPDIR/k" "$1" \
		    >"$BATS_TEST_TMPDIR/whole" || :
		ims-sa unprotect -q -k "$BATS_TEST_TMPDIR/k" "$1" |
		    ims-pcap -q >"$BATS_TEST_TMPDIR/parts" || :
		diff -u "$BATS_TEST_TMPDIR/whole" "$BATS_TEST_TMPDIR/parts"
	}
	each direct $(captures)
}

# The one message for which law 2 cannot hold: a REGISTER in several segments
# whose challenge was not seen.  Its last segment tells the key of them all, and
# ims-pcap then checks those before it; from unprotect they have gone.
@test "law 2: what is told too late for a filter stays unchecked" {
	local f=$BATS_TEST_TMPDIR

	need_shared
	# Without what went before frame 400 the REGISTER of 465 and 467, in
	# two segments, is the first that is seen.
	tshark -r "$IPSEC_REG" -Y 'frame.number >= 465' -w "$f/late.pcapng"
	tablet op >"$f/k"
	ims-pcap -q -k "$f/k" "$f/late.pcapng" |
	    jq -c 'del(.protection.icv)' >"$f/whole"
	ims-pcap -q --packets "$f/late.pcapng" |
	    ims-sa unprotect -q -k "$f/k" | ims-pcap -q >"$f/parts"
	jq -c 'del(.protection.icv)' "$f/parts" | diff -u "$f/whole" -
	same unchecked "$(jq -r 'select(.method == "REGISTER") |
	    .protection.icv' "$f/parts" | head -n 1)"
}

# --- law 3: a registration, protected, written, read ------------------------

# law_3 OPTION...: ims-register flow is the same after ESP and a capture.
law_3()
{
	local k=$DATA/register/two.jsonl what

	what='select(.type == "sip") |
	    [.src, .sport, .dst, .dport, .transport, .message]'
	ims-register flow -q -x -s 3 -k "$k" \
	    --steps register,subscribe,reregister,call,sms,deregister "$@" \
	    >"$BATS_TEST_TMPDIR/flow" || return 1
	ims-sa protect "$BATS_TEST_TMPDIR/flow" |
	    ims-pcap -w "$BATS_TEST_TMPDIR/3.pcap" || return 1
	ims-pcap -k "$k" "$BATS_TEST_TMPDIR/3.pcap" \
	    >"$BATS_TEST_TMPDIR/back" || return 1
	jq -c "$what" "$BATS_TEST_TMPDIR/flow" >"$BATS_TEST_TMPDIR/a"
	jq -c "$what" "$BATS_TEST_TMPDIR/back" >"$BATS_TEST_TMPDIR/b"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/a")" -gt 100 ] &&
	    cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b" &&
	    jq -se 'map(.protection.icv // empty) |
	    length > 40 and all(. == "ok")' "$BATS_TEST_TMPDIR/back" \
	    >/dev/null || { echo "law 3: $*"; return 1; }
}

# law_3_all OPTION...: every algorithm.
law_3_all()
{
	local alg ealg bad=0

	for alg in hmac-md5-96 hmac-sha-1-96; do
		for ealg in null des-ede3-cbc aes-cbc; do
			law_3 --alg $alg --ealg $ealg "$@" || bad=1
		done
	done
	law_3 --alg aes-gmac --ealg null "$@" || bad=1
	law_3 --alg null --ealg aes-gcm "$@" || bad=1
	return $bad
}

@test "law 3: over UDP, every algorithm" {
	law_3_all
}

@test "law 3: over TCP, every algorithm" {
	law_3_all --tcp
}

@test "law 3: over IPv6" {
	law_3 --ipv6 --alg hmac-sha-1-96 --ealg aes-cbc
	law_3 --ipv6 --tcp --alg null --ealg aes-gcm
}

@test "law 3: behind a NAT, a tunnel in UDP" {
	law_3 --mode UDP-enc-tun --alg hmac-sha-1-96 --ealg aes-cbc
	law_3 --mode UDP-enc-tun --alg null --ealg aes-gcm
}

# --- law 4: ims-hide hide | ims-hide restore is the identity -----------------

OWN="--network ims.mnc001.mcc001.3gppnetwork.org --network 10.0.0.0/8
    --network 172.16.0.0/12 --network 192.168.0.0/16 --network 127.0.0.0/8
    --network example.com --network 192.0.2.0/24 --network 2001:db8::/32
    --border pcscf.ims.mnc001.mcc001.3gppnetwork.org --border 10.55.1.4"

# comes_back RECORDS [OPTION...]: what it refuses comes back too.
comes_back()
{
	local in=$1

	shift
	ims-hide hide -q -k "$BATS_TEST_TMPDIR/kv" $OWN "$@" "$in" \
	    >"$BATS_TEST_TMPDIR/hidden" || [ $? = 3 ]
	ims-hide restore -q -k "$BATS_TEST_TMPDIR/kv" $OWN \
	    ${*/--pad=*/} "$BATS_TEST_TMPDIR/hidden" \
	    >"$BATS_TEST_TMPDIR/again" || [ $? = 3 ]
	cmp "$in" "$BATS_TEST_TMPDIR/again"
}

law_4()
{
	ims-hide key --network ims.mnc001.mcc001.3gppnetwork.org \
	    >"$BATS_TEST_TMPDIR/kv"
	keys_of "$1" >"$BATS_TEST_TMPDIR/k"
	ims-pcap -q -k "$BATS_TEST_TMPDIR/k" "$1" \
	    >"$BATS_TEST_TMPDIR/records" || :
	[ -s "$BATS_TEST_TMPDIR/records" ] || return 0
	rm -f "$BATS_TEST_TMPDIR/state"
	comes_back "$BATS_TEST_TMPDIR/records" &&
	    comes_back "$BATS_TEST_TMPDIR/records" --pad=256 &&
	    comes_back "$BATS_TEST_TMPDIR/records" --plain &&
	    comes_back "$BATS_TEST_TMPDIR/records" --constant \
	    --state "$BATS_TEST_TMPDIR/state" || return 1
	cat "$BATS_TEST_TMPDIR/hidden" >>"$BATS_TEST_TMPDIR/all"
}

@test "law 4: every capture, hidden in four ways and restored" {
	each law_4 $(lab_captures)
	# It hides something.
	[ "$(grep -c ';hidden=' "$BATS_TEST_TMPDIR/all")" -gt 300 ]
}

@test "law 4: the captures in ../shared" {
	need_shared
	each law_4 $(shared_captures)
}

# RFC 4475 and 5118 as records, odd as they are.
@test "law 4: torture messages" {
	need_shared
	python3 - "$SHARED/../messages" >"$BATS_TEST_TMPDIR/records" <<'EOF'
import base64, glob, json, sys
for name in sorted(glob.glob(sys.argv[1] + "/rfc*/*")):
    octets = open(name, "rb").read()
    for text in (octets, b"\r\n" + octets, octets[:-2]):
        try:
            r = {"type": "sip", "message": text.decode()}
        except UnicodeDecodeError:
            r = {"type": "sip", "message_b64": base64.b64encode(text).decode()}
        print(json.dumps(r, separators=(",", ":"), ensure_ascii=False))
EOF
	ims-hide key --network ims.mnc001.mcc001.3gppnetwork.org \
	    >"$BATS_TEST_TMPDIR/kv"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/records")" -gt 150 ]
	comes_back "$BATS_TEST_TMPDIR/records"
	[ "$(grep -c tokenized-by "$BATS_TEST_TMPDIR/hidden")" -gt 100 ]
}

# --- law 5: however a stream is cut --------------------------------------------

@test "law 5: one message a segment, two, or cut anywhere" {
	local f

	for f in two_per_seg split_any; do
		diff -u <(ims-pcap "$SHAPES/v_tcp_one_per_seg.pcap" |
		    messages) <(ims-pcap "$SHAPES/v_tcp_$f.pcap" | messages)
	done
}

@test "law 5: fragments in another order" {
	# Two frames with the datagram's halves, the last first.
	local i order=()

	for ((i = 1; i <= 40; i++)); do
		tshark -r "$SHAPES/v_frag.pcap" -Y "frame.number == $i" \
		    -F pcap -w "$BATS_TEST_TMPDIR/$i.pcap"
		[ $i -lt 6 ] || break
	done
	mergecap -a -F pcap -w "$BATS_TEST_TMPDIR/turned.pcap" \
	    "$BATS_TEST_TMPDIR"/{2,1,4,3,6,5}.pcap
	same "$(ims-pcap -n 3 "$SHAPES/v_frag.pcap" | messages)" \
	    "$(ims-pcap "$BATS_TEST_TMPDIR/turned.pcap" | messages)"
}

# --- law 7: the account; each capture's frames are in ims-pcap.bats -----------------

# The records are in the account: what --stat counts is what came out.
@test "law 7: the account is that of the records" {
	account()
	{
		keys_of "$1" >"$BATS_TEST_TMPDIR/k"
		ims-pcap -q --stat -k "$BATS_TEST_TMPDIR/k" "$1" \
		    >"$BATS_TEST_TMPDIR/out" || :
		jq -se '.[-1] as $s |
		    ([.[] | select(.type == "sip")] | length) as $sip |
		    ([.[] | select(.type == "esp")] | length) as $esp |
		    ([.[] | select(.type == "gap")] | length) as $gap |
		    $s.messages == $sip and $s.gaps == $gap and
		    $s.esp <= $esp and
		    $s.sip + $s.sip_part + $s.esp + $s.duplicate + $s.other +
		    $s.damaged == $s.frames' "$BATS_TEST_TMPDIR/out" ||
			tail -n 1 "$BATS_TEST_TMPDIR/out"
		jq -se 'length > 0' "$BATS_TEST_TMPDIR/out"
	}
	each account $(captures)
}

# Every frame of a message is one of frames, or a duplicate.
@test "law 7: no frame is in two messages" {
	twice()
	{
		[ -z "$(ims-pcap -q "$1" | jq -c 'select(.type == "sip") |
		    .frames // [.frame] | .[:-1][]' | sort | uniq -d)" ]
	}
	each twice $(captures)
}

@test "law 7: a frame of an unknown link type is damaged" {
	cp "$SHAPES/v_plain.pcap" "$BATS_TEST_TMPDIR/in.pcap"
	printf '\223\0\0\0' | dd of="$BATS_TEST_TMPDIR/in.pcap" bs=1 seek=20 \
	    conv=notrunc status=none
	run -3 --separate-stderr ims-pcap --stat "$BATS_TEST_TMPDIR/in.pcap"
	same '[20,20,0]' "$(jq -c '[.frames, .damaged, .sip]' <<<"$output")"
}

@test "law 7: over two files the accounts add up" {
	run -0 --separate-stderr ims-pcap --stat "$LAB/call_gm.pcap" \
	    "$SHAPES/v_frag.pcap"
	# call_gm: 26 frames, one datagram in two; v_frag: 40 frames in pairs.
	same '[66,45,21,45]' "$(tail -n 1 <<<"$output" |
	    jq -c '[.frames, .sip, .sip_part, .messages]')"
}

# --- law 8: the same input gives the same octets ----------------------------------

law_8()
{
	local t

	keys_of "$1" >"$BATS_TEST_TMPDIR/k"
	ims-pcap --sa -x --stat -k "$BATS_TEST_TMPDIR/k" "$1" \
	    >"$BATS_TEST_TMPDIR/1" 2>&1 || :
	ims-pcap --sa -x --stat -k "$BATS_TEST_TMPDIR/k" "$1" \
	    >"$BATS_TEST_TMPDIR/2" 2>&1 || :
	cmp "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2"
	ims-verify -k "$BATS_TEST_TMPDIR/k" "$1" >"$BATS_TEST_TMPDIR/1" 2>&1 ||
		:
	ims-verify -k "$BATS_TEST_TMPDIR/k" "$1" >"$BATS_TEST_TMPDIR/2" 2>&1 ||
		:
	cmp "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2"
}

@test "law 8: two runs are equal, octet for octet" {
	each law_8 $(lab_captures)
}

@test "law 8: two runs on the captures in ../shared" {
	need_shared
	each law_8 $(shared_captures)
}

@test "law 8: from a pipe as from a file" {
	piped()
	{
		ims-pcap -q "$1" >"$BATS_TEST_TMPDIR/1" || :
		cat "$1" | ims-pcap -q >"$BATS_TEST_TMPDIR/2" || :
		cmp "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2"
	}
	each piped $(captures)
}

@test "law 8: neither clock, zone nor locale" {
	need_shared
	run -0 --separate-stderr ims-pcap "$IPSEC_REG"
	TZ=Asia/Tokyo LC_ALL=C.UTF-8 ims-pcap "$IPSEC_REG" |
	    diff -u <(printf '%s\n' "$output") -
}

# --- law 9: a wrong key never makes a message ----------------------------------

# wrong CAPTURE KEYS: nothing is right, and no message is there that is not with
# the right key; the tool says so.
wrong()
{
	keys_of "$1" >"$BATS_TEST_TMPDIR/right"
	ims-pcap -q -k "$BATS_TEST_TMPDIR/right" "$1" | messages | sort -u \
	    >"$BATS_TEST_TMPDIR/want"
	ims-pcap -k "$2" "$1" >"$BATS_TEST_TMPDIR/out" \
	    2>"$BATS_TEST_TMPDIR/err" || :
	same "" "$(jq -c 'select(.protection.icv == "ok")' \
	    "$BATS_TEST_TMPDIR/out")"
	# comm: messages that only the wrong key gave.
	same "" "$(messages <"$BATS_TEST_TMPDIR/out" | sort -u |
	    comm -13 "$BATS_TEST_TMPDIR/want" -)"
	[ -s "$BATS_TEST_TMPDIR/err" ] || {
		echo "nothing on standard error"
		return 1
	}
}

# flip FIELD: the last bit of the hex of FIELD is another.
flip()
{
	jq -c --arg f "$1" 'if .[$f] then .[$f] |= .[:-1] +
	    { "0": "1", "1": "0", "2": "3", "3": "2", "4": "5", "5": "4",
	      "6": "7", "7": "6", "8": "9", "9": "8", "a": "b", "b": "a",
	      "c": "d", "d": "c", "e": "f", "f": "e" }[.[-1:]] else . end'
}

gm_captures()
{
	ls "$LAB"/call_gm.pcap "$LAB"/call_topo?_gm.pcap \
	    "$LAB"/ipsec_reg*_gm.pcap
}

kernel_captures()
{
	ls "$LAB"/*_ipv4_*.pcap
}

@test "law 9: a bit of K flipped" {
	with_k()
	{
		subscribers "$1" opc | flip k >"$BATS_TEST_TMPDIR/k"
		wrong "$1" "$BATS_TEST_TMPDIR/k"
		grep -q 'MAC in AUTN' "$BATS_TEST_TMPDIR/err"
	}
	each with_k $(gm_captures)
}

@test "law 9: a bit of OPc flipped" {
	with_opc()
	{
		subscribers "$1" opc | flip opc >"$BATS_TEST_TMPDIR/k"
		wrong "$1" "$BATS_TEST_TMPDIR/k"
		grep -q 'MAC in AUTN' "$BATS_TEST_TMPDIR/err"
	}
	each with_opc $(gm_captures)
}

@test "law 9: a bit of OP flipped" {
	with_op()
	{
		subscribers "$1" op | flip op >"$BATS_TEST_TMPDIR/k"
		wrong "$1" "$BATS_TEST_TMPDIR/k"
		grep -q 'MAC in AUTN' "$BATS_TEST_TMPDIR/err"
	}
	each with_op $(gm_captures)
}

@test "law 9: OPc given as OP" {
	with_other()
	{
		subscribers "$1" opc | sed 's/"opc"/"op"/' \
		    >"$BATS_TEST_TMPDIR/k"
		wrong "$1" "$BATS_TEST_TMPDIR/k"
	}
	each with_other $(gm_captures)
}

@test "law 9: the keys of another phone" {
	with_swapped()
	{
		# Both subscribers, each with the K of the other one.
		subscribers "$1" opc | jq -c -s '[.[].k] as $k |
		    to_entries[] | .key as $i | .value |
		    .k = $k[($i + 1) % ($k | length)]' >"$BATS_TEST_TMPDIR/k"
		[ "$(jq -r .k "$BATS_TEST_TMPDIR/k" | sort -u | wc -l)" = 2 ]
		wrong "$1" "$BATS_TEST_TMPDIR/k"
	}
	each with_swapped "$LAB/call_gm.pcap"
}

@test "law 9: a bit of the integrity key of an SA flipped" {
	with_auth()
	{
		keys_of "$1" | flip auth_key >"$BATS_TEST_TMPDIR/k"
		wrong "$1" "$BATS_TEST_TMPDIR/k"
	}
	each with_auth $(kernel_captures | grep -v null_aes-gcm)
}

@test "law 9: a bit of the key of aes-gcm flipped" {
	with_gcm()
	{
		keys_of "$1" | flip enc_key >"$BATS_TEST_TMPDIR/k"
		wrong "$1" "$BATS_TEST_TMPDIR/k"
	}
	each with_gcm $(kernel_captures | grep null_aes-gcm)
}

@test "law 9: a bit of the salt flipped" {
	with_salt()
	{
		keys_of "$1" | flip salt >"$BATS_TEST_TMPDIR/k"
		wrong "$1" "$BATS_TEST_TMPDIR/k"
	}
	each with_salt $(kernel_captures | grep 'aes-gcm\|aes-gmac')
}

# The ICV is right, as its key is; what decryption gives is no SIP.
@test "law 9: a bit of the encryption key flipped" {
	with_enc()
	{
		# des-ede3-cbc: the last bit of an octet is parity.
		keys_of "$1" | flip enc_key |
		    if [[ $1 = *des-ede3* ]]; then
			jq -c '.enc_key |= .[:-2] + if .[-2:-1] == "0" then
			    "1" else "0" end + .[-1:]'
		    else
			cat
		    fi >"$BATS_TEST_TMPDIR/k"
		ims-pcap -k "$BATS_TEST_TMPDIR/k" "$1" \
		    >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || :
		keys_of "$1" >"$BATS_TEST_TMPDIR/right"
		ims-pcap -q -k "$BATS_TEST_TMPDIR/right" "$1" | messages |
		    sort -u >"$BATS_TEST_TMPDIR/want"
		same "" "$(messages <"$BATS_TEST_TMPDIR/out" | sort -u |
		    comm -13 "$BATS_TEST_TMPDIR/want" -)"
	}
	each with_enc $(kernel_captures | grep '_aes-cbc_\|_des-')
}

@test "law 9: a vector with another CK and IK" {
	need_shared
	echo '{"type":"vector","rand":"a0944c75ff3c4f0853a2f910aa1f104f","ck":"d53c02758b376066fad0af7daa6df764","ik":"e1763cf28cc2e584588800193137ec93"}' \
	    >"$BATS_TEST_TMPDIR/k"
	tshark -r "$IPSEC_REG" -Y 'frame.number != 402' -w - |
	    sed 's/\bck="/xk="/g; s/\bik="/yk="/g' >"$BATS_TEST_TMPDIR/in"
	wrong "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/k"
}

@test "law 9: the tablet with a wrong K, its keys in the capture" {
	need_shared
	# ck and ik of the 401 are right and are used; the K given is not.
	tablet op | flip k >"$BATS_TEST_TMPDIR/k"
	ims-pcap -k "$BATS_TEST_TMPDIR/k" "$IPSEC_REG" 2>"$BATS_TEST_TMPDIR/err" |
	    diff -u <(ims-pcap "$IPSEC_REG") -
	grep -q 'MAC in AUTN' "$BATS_TEST_TMPDIR/err"
}

# The octets of each ESP packet, one bit of each changed in turn.
@test "law 9: no flipped bit of a packet is accepted" {
	local f=$LAB/hmac-sha1-96_aes-cbc_ipv4_udp n i

	keys_of "$f.pcap" >"$BATS_TEST_TMPDIR/k"
	# The first packet as record; 20 octets of IP, then ESP.
	tshark -r "$f.pcap" -Y esp -c 1 -F pcap -w "$BATS_TEST_TMPDIR/1.pcap"
	ims-pcap --packets "$BATS_TEST_TMPDIR/1.pcap" |
	    jq -c '. as $r | (.packet | length) as $n | { "0": "1", "1": "0",
	      "2": "3", "3": "2", "4": "5", "5": "4", "6": "7", "7": "6",
	      "8": "9", "9": "8", "a": "b", "b": "a", "c": "d", "d": "c",
	      "e": "f", "f": "e" } as $other |
	    range(48; $n) as $i | $r | .frame = $i |
	    .packet |= .[:$i] + $other[.[$i:$i + 1]] + .[$i + 1:]' \
	    >"$BATS_TEST_TMPDIR/in"
	n=$(wc -l <"$BATS_TEST_TMPDIR/in")
	[ "$n" -gt 1000 ]
	run --separate-stderr ims-pcap -k "$BATS_TEST_TMPDIR/k" \
	    "$BATS_TEST_TMPDIR/in"
	same "" "$(jq -c 'select(.type == "sip")' <<<"$output")"
	# Each packet is in the output as closed.
	same "$n" "$(jq -c 'select(.type == "esp")' <<<"$output" | wc -l)"
}

# --- law 6 --------------------------------------------------------------------

# split CAPTURE [OPTION...]: one run, and one for each of three parts, agree.
# What has one phone or one Call-ID is in one part (data/split.py).
split()
{
	local f=$1 dir=$BATS_TEST_TMPDIR i

	shift
	ims-pcap "$f" >"$dir/records" 2>/dev/null || :
	parts=$(python3 "$DATA/split.py" "$dir" 3 <"$dir/records")
	ims-verify -f json "$@" "$dir/records" 2>/dev/null | sort \
	    >"$dir/want" || :
	for i in 0 1 2; do
		ims-verify -f json "$@" "$dir/$i" 2>/dev/null || :
	done | sort >"$dir/got"
	diff -u "$dir/want" "$dir/got"
	[ -s "$dir/want" ]
}

@test "law 6: the lab captures, over three workers" {
	local f most=1

	for f in "$LAB"/*_[gm][mw].pcap "$LAB"/sipp_*.pcap; do
		echo "$f"
		split "$f"
		[ "$parts" -le "$most" ] || most=$parts
	done
	# A split into one part proves nothing.
	[ "$most" = 3 ]
}

@test "law 6: volte.pcapng, over three workers" {
	need_shared
	split "$VOLTE"
	[ "$parts" = 3 ]
}

# The P-CSCF is told by REGISTERs, which only one of the parts has.
@test "law 6: ipsec_reg.pcapng, over three workers that know the P-CSCF" {
	local pcscf

	need_shared
	pcscf=$(tshark -r "$IPSEC_REG" -Y 'frame.number == 291' -T fields \
	    -e ip.dst)
	split "$IPSEC_REG" -R "p-cscf=$pcscf"
	[ "$parts" = 2 ]
}

# night DIR N [OPTION...]: what the six phones from the Nth sent and got.
night()
{
	local dir=$1 n=$2

	shift 2
	jq -cn --argjson n "$n" 'range($n; $n + 6) | { type: "subscriber",
	    impi: "0010101234567\(.)@ims.mnc001.mcc001.3gppnetwork.org",
	    k: "465b5ce8b199b49faa5f0a2ee238a6bc",
	    opc: "cd63cb71954a9f4e48a5994e37a02baf" }' >phones
	cat phones >>sim.jsonl
	ims-register flow -xqs "$n" -k phones --time 1700000000 "$@" |
	    ims-sa protect -q >packets
	ims-pcap --filter 'net 10.0.0.0/8' -w "$dir.pcap" packets
	mkdir -p "$dir"
	editcap -i 10 "$dir.pcap" "$dir/gm.pcap"
	[ "$(find "$dir" -name 'gm*' | wc -l)" -ge 2 ]
}

# The findings on standard input, whatever their frames are called.
findings()
{
	jq -c 'del(.file, .frame, .frames)' | sort
}

@test "law 6: GNU parallel over the directories of two P-CSCFs" {
	cd "$BATS_TEST_TMPDIR"
	mkdir night
	night night/p1 10 --steps register,subscribe,reregister,call
	night night/p2 20 --case message-in-clear -R ue=10.46.0.2 \
	    -R p-cscf=172.22.0.31
	! ims-verify -q -k sim.jsonl -f json night/*/* >all
	find night -mindepth 1 -type d -printf '%f\n' |
	    parallel --will-cite 'ims-verify -q --fail-on never -k sim.jsonl \
	    -f json night/{}/*' >parts
	[ -s all ]
	diff -u <(findings <all) <(findings <parts)
}

@test "law 6: GNU parallel over the phones of one P-CSCF" {
	cd "$BATS_TEST_TMPDIR"
	mkdir night
	night night/p1 10 --case message-in-clear
	! ims-verify -q -k sim.jsonl -f json night/p1/* >all
	ims-pcap -k sim.jsonl --leg ue night/p1/* |
	    jq -r '([.src, .dst] - ["172.22.0.21"])[0] + "\t" + tojson' >keyed
	same 6 "$(cut -f 1 keyed | sort -u | wc -l)"
	parallel --will-cite --pipe --colsep '\t' --shard 1 -j 3 \
	    'cut -f 2- | ims-verify -q --fail-on never -R p-cscf=172.22.0.21 \
	    -k sim.jsonl -f json' <keyed >parts
	[ -s all ]
	diff -u <(findings <all) <(findings <parts)
}

# What Spark's pipe() and a reducer of Hadoop do: sorted by key, and by time.
@test "law 6: partitions of sorted keys" {
	local i

	cd "$BATS_TEST_TMPDIR"
	mkdir night
	night night/p1 10 --case message-in-clear
	! ims-verify -q -k sim.jsonl -f json night/p1/* >all
	ims-pcap -k sim.jsonl --leg ue night/p1/* |
	    jq -r '([.src, .dst] - ["172.22.0.21"])[0] + "\t" + tojson' |
	    sort -s -k 1,1 >keyed
	for i in 2 3 4 5 6 7; do
		grep "^10\.45\.0\.$i	" keyed | cut -f 2- |
		    ims-verify -q --fail-on never -R p-cscf=172.22.0.21 -f json
	done >parts
	[ -s all ]
	diff -u <(findings <all) <(findings <parts)
}

@test "SAs found in one capture open the next" {
	cd "$BATS_TEST_TMPDIR"
	night p1 10 --steps register,subscribe,reregister
	ims-pcap -k sim.jsonl p1.pcap | jq -r .cseq >want
	ims-pcap -qk sim.jsonl p1/*_00001_* | jq -r .type | grep -qx esp
	ims-pcap -xk sim.jsonl --sa p1/*_00000_* >first
	jq -c 'select(.type == "sa")' first >sa.jsonl
	[ -s sa.jsonl ]
	{
		jq -r 'select(.type == "sip").cseq' first
		ims-pcap -k sim.jsonl -k sa.jsonl p1/*_00001_* | jq -r .cseq
	} >got
	diff -u <(head -n "$(wc -l <got)" want) got
	! ims-pcap -k sim.jsonl -k sa.jsonl p1/*_00001_* | grep '"type":"esp"'
}
