# ims-pcap: what comes out of the captures.  Expected values are those of
# ANSWERS.md, of the keys.json beside a capture, and of tshark.
load helper

# --- open5gs/ipsec_reg.pcapng -------------------------------------------

# ANSWERS.md; a message in pieces has the frame of its last one.
tablet_messages='279 REGISTER
282 100
291 REGISTER
292 100
357 REGISTER
404 401
405 401
406 401
460 REGISTER ok
473 100 ok
485 REGISTER
486 100
487 REGISTER
672 200
673 200
674 200 ok
681 SUBSCRIBE ok
684 SUBSCRIBE
685 200
686 NOTIFY
687 200 ok
691 NOTIFY ok
698 200
701 200
940 OPTIONS
943 OPTIONS
950 200
953 200'

# The capture without the Cx answer, and with other names for ck and ik: no key
# is left in it.
without_keys()
{
	local f=$BATS_FILE_TMPDIR/nokeys.pcapng

	[ -s "$f" ] ||
		tshark -r "$IPSEC_REG" -Y 'frame.number != 402' -w - |
		sed 's/\bck="/xk="/g; s/\bik="/yk="/g' >"$f"
	echo "$f"
}

@test "ipsec_reg: the 28 messages, in order" {
	need_shared
	run -0 --separate-stderr ims-pcap "$IPSEC_REG"
	same "$tablet_messages" "$(brief <<<"$output")"
	[ -z "$stderr" ]
}

@test "ipsec_reg: 14 messages and parts came in ESP, all checked" {
	need_shared
	run -0 --separate-stderr ims-pcap --stat "$IPSEC_REG"
	same '[14,14,0]' "$(tail -n 1 <<<"$output" |
	    jq -c '[.esp_opened, .esp_checked, .esp]')"
}

@test "ipsec_reg: protection has SPI and algorithms" {
	need_shared
	# 0x65 spi_ps up; 0x6438 spi_uc and 0x6439 spi_us down (ANSWERS.md).
	run -0 --separate-stderr ims-pcap "$IPSEC_REG"
	same '[460,101,"hmac-md5-96","null"]
[473,25656,"hmac-md5-96","null"]
[674,25656,"hmac-md5-96","null"]
[681,101,"hmac-md5-96","null"]
[687,25656,"hmac-md5-96","null"]
[691,25657,"hmac-md5-96","null"]' "$(jq -c 'select(.protection) | [.frame,
	    .protection.spi, .protection.alg, .protection.ealg]' \
	    <<<"$output")"
}

@test "ipsec_reg: ports, addresses and time as tshark has them" {
	need_shared
	run -0 --separate-stderr ims-pcap "$IPSEC_REG"
	# The innermost addresses are the last that tshark prints.
	same "$(tshark -r "$IPSEC_REG" -Y 'sip && !esp && (frame.number == 279
	    || frame.number == 406 || frame.number == 943)' -T fields \
	    -e frame.number -e frame.time_epoch -e ip.src -e ip.dst \
	    -e udp.srcport -e udp.dstport -E occurrence=l)" \
	    "$(jq -r 'select(.frame | IN(279, 406, 943)) |
	    [.frame, .time, .src, .dst, .sport, .dport] | @tsv' \
	    <<<"$output")"
}

@test "ipsec_reg without its keys: ESP is open, but not checked" {
	need_shared
	run -0 --separate-stderr ims-pcap "$(without_keys)"
	same "" "$(jq -c 'select(.protection.icv == "ok")' <<<"$output")"
}

@test "ipsec_reg without its keys: K and OP open it, the same messages" {
	need_shared
	tablet op >"$BATS_TEST_TMPDIR/k"
	ims-pcap "$IPSEC_REG" | messages |
	    sed 's/\bck=\\"/xk=\\"/g; s/\bik=\\"/yk=\\"/g' \
	    >"$BATS_TEST_TMPDIR/expected"
	run -0 --separate-stderr ims-pcap -k "$BATS_TEST_TMPDIR/k" \
	    "$(without_keys)"
	messages <<<"$output" | diff -u "$BATS_TEST_TMPDIR/expected" -
	same 6 "$(jq -c 'select(.protection.icv == "ok")' <<<"$output" | wc -l)"
}

@test "ipsec_reg without its keys: K and OPc open it, all 14 packets" {
	need_shared
	tablet opc >"$BATS_TEST_TMPDIR/k"
	run -0 --separate-stderr ims-pcap --stat -k "$BATS_TEST_TMPDIR/k" \
	    "$(without_keys)"
	same '[14,14]' "$(tail -n 1 <<<"$output" |
	    jq -c '[.esp_opened, .esp_checked]')"
}

@test "ipsec_reg without its keys: CK and IK as a vector open it" {
	need_shared
	cat >"$BATS_TEST_TMPDIR/k" <<-'END'
	{"type":"vector","rand":"a0944c75ff3c4f0853a2f910aa1f104f","ck":"d53c02758b376066fad0af7daa6df765","ik":"e1763cf28cc2e584588800193137ec92"}
	END
	run -0 --separate-stderr ims-pcap --stat -k "$BATS_TEST_TMPDIR/k" \
	    "$(without_keys)"
	same '[14,14]' "$(tail -n 1 <<<"$output" |
	    jq -c '[.esp_opened, .esp_checked]')"
}

# --- other captures -------------------------------------------------------

@test "ipsec_reg without its challenges: the REGISTER in ESP tells the rest" {
	need_shared
	local f=$BATS_TEST_TMPDIR/late.pcapng sim=$BATS_TEST_TMPDIR/sim
	tshark -r "$IPSEC_REG" -w "$f" -Y 'frame.number != 402 and
	    not (frame.number >= 404 and frame.number <= 408)'
	jq -nc '{type: "subscriber", k: "8baf473f2f8fd09487cccbd7097c6862",
	    op: "11111111111111111111111111111111"}' >"$sim"
	run -0 --separate-stderr ims-pcap -k "$sim" --stat "$f"
	same '[25,14,14]' "$(tail -n 1 <<<"$output" |
	    jq -c '[.messages, .esp_opened, .esp_checked]')"
	same '6' "$(grep -c '"icv":"ok"' <<<"$output")"
	# The key of another SIM makes nothing of it authentic.
	jq -nc '{type: "subscriber", k: "8baf473f2f8fd09487cccbd7097c6863",
	    op: "11111111111111111111111111111111"}' >"$sim"
	run --separate-stderr ims-pcap -k "$sim" "$f"
	same '0' "$(grep -c '"icv":"ok"' <<<"$output")"
}

@test "gtp-iphone: the 17 messages, in order" {
	need_shared
	run -0 --separate-stderr ims-pcap "$IPHONE"
	same '14 REGISTER
16 401
27 REGISTER
29 200
31 SUBSCRIBE
34 405
40 INVITE
43 100
45 180
47 200
52 ACK
80 BYE
86 200
90 MESSAGE
91 202
100 REGISTER
102 200' "$(brief <<<"$output")"
}

@test "gtp-iphone: the transport of each message" {
	need_shared
	run -0 --separate-stderr ims-pcap "$IPHONE"
	same '31 34 90 91' "$(jq -r 'select(.transport == "udp") | .frame' \
	    <<<"$output" | paste -sd ' ')"
	same 13 "$(jq -r 'select(.transport == "tcp") | .frame' \
	    <<<"$output" | wc -l)"
}

# A hop is its addresses, what is sent on it, and its topmost Via; tshark sees a
# hop up to three times.
@test "volte: the messages tshark sees, each hop once" {
	need_shared
	run -0 --separate-stderr ims-pcap "$VOLTE"
	same "$(tshark -r "$VOLTE" -Y sip -T fields -E aggregator='|' \
	    -e ip.src -e ip.dst -e sip.Method -e sip.Status-Code \
	    -e sip.CSeq -e sip.Via.branch |
	    sed 's,^[^\t]*|,,; s,^\([^\t]*\t\)[^\t]*|,\1,; s,|[^\t]*$,,' | sort -u | wc -l)" \
	    "$(jq -r .frame <<<"$output" | wc -l)"
}

# The account: law 7.  The number of frames is that of capinfos.
@test "--stat adds up to the frames of every capture" {
	local f n bad=0

	while read -r f; do
		# tshark also numbers blocks of pcapng that hold no frame.
		if [ -f "$f.txt" ]; then
			n=$(wc -l <"$f.txt")
		else
			n=$(capinfos -TMcr "$f" | cut -f 2)
		fi
		ims-pcap -q --stat "$f" >"$BATS_TEST_TMPDIR/out" || :
		tail -n 1 "$BATS_TEST_TMPDIR/out" | jq -e --argjson n "$n" \
		    '.type == "stat" and .frames == $n and .sip + .sip_part +
		    .esp + .duplicate + .other + .damaged == $n' >/dev/null || {
			echo "$f: it has $n frames:"
			tail -n 1 "$BATS_TEST_TMPDIR/out"
			bad=1
		}
	done < <(captures)
	[ $bad = 0 ]
}

@test "--stat counts the messages" {
	local f

	while read -r f; do
		ims-pcap -q --stat "$f" >"$BATS_TEST_TMPDIR/out" || :
		same "$(grep -c '^{"type":"sip"' "$BATS_TEST_TMPDIR/out")" \
		    "$(tail -n 1 "$BATS_TEST_TMPDIR/out" | jq .messages)"
	done < <(captures)
}

# --- lab/kernel -----------------------------------------------------------

# kernel FLOW: the kernel's packets open, and give what its peers sent.
kernel()
{
	keys_of "$LAB/$1.pcap" >"$BATS_TEST_TMPDIR/k"
	run -0 --separate-stderr ims-pcap --stat -k "$BATS_TEST_TMPDIR/k" \
	    "$LAB/$1.pcap"
	messages <<<"$output" |
	    diff -u <(jq -c -f "$LAB/plain.jq" "$LAB/$1.keys.json") -
	same "$(printf '"ok"\n%.0s' 1 2 3 4)" \
	    "$(jq 'select(.type == "sip") | .protection.icv' <<<"$output")"
	# Every ESP packet is opened and right, those without SIP too.
	n=$(tshark -r "$LAB/$1.pcap" -Y esp | wc -l)
	same "[$n,$n,0]" "$(tail -n 1 <<<"$output" |
	    jq -c '[.esp_opened, .esp_checked, .esp]')"
	[ -z "$stderr" ]
}

# By Python: the octets behind SPI and sequence number of each packet.
@test "kernel: protection has the IV of the packet" {
	local f n

	for f in hmac-sha1-96_aes-cbc_ipv4_udp:16 hmac-sha1-96_aes-cbc_ipv4_tcp:16 \
	    hmac-md5-96_des-ede3-cbc_ipv4_udp:8 null_aes-gcm_ipv4_udp:8 \
	    null_aes-gcm_ipv4_tcp:8 aes-gmac_null_ipv4_tcp:8; do
		n=${f#*:} f=$LAB/${f%:*}.pcap
		keys_of "$f" >"$BATS_TEST_TMPDIR/k"
		python3 - "$f" "$n" >"$BATS_TEST_TMPDIR/want" <<'PY'
import struct, sys
data, n = open(sys.argv[1], "rb").read(), int(sys.argv[2])
at, frame = 24, 0
while at < len(data):
    size = struct.unpack("<I", data[at + 8:at + 12])[0]
    p, frame, at = data[at + 16:at + 16 + size], frame + 1, at + 16 + size
    if p[12:14] == b"\x08\0" and p[14] == 0x45 and p[23] == 50:
        print(frame, p[42:42 + n].hex())
PY
		run -0 --separate-stderr ims-pcap -k "$BATS_TEST_TMPDIR/k" "$f"
		[ "$(wc -l <<<"$output")" = 4 ]
		same "" "$(jq -r '"\(.frame) \(.protection.iv)"' <<<"$output" |
		    grep -vxFf "$BATS_TEST_TMPDIR/want")"
	done
	# Without encryption there is none.
	keys_of "$LAB/hmac-sha1-96_null_ipv4_udp.pcap" >"$BATS_TEST_TMPDIR/k"
	same null "$(ims-pcap -k "$BATS_TEST_TMPDIR/k" \
	    "$LAB/hmac-sha1-96_null_ipv4_udp.pcap" | jq -s -c '[.[].protection.iv] |
	    unique[]')"
}

@test "kernel: hmac-md5-96, null" {
	kernel hmac-md5-96_null_ipv4_udp
}

@test "kernel: hmac-md5-96, null, TCP" {
	kernel hmac-md5-96_null_ipv4_tcp
}

@test "kernel: hmac-md5-96, des-ede3-cbc" {
	kernel hmac-md5-96_des-ede3-cbc_ipv4_udp
}

@test "kernel: hmac-md5-96, des-ede3-cbc, TCP" {
	kernel hmac-md5-96_des-ede3-cbc_ipv4_tcp
}

@test "kernel: hmac-md5-96, aes-cbc" {
	kernel hmac-md5-96_aes-cbc_ipv4_udp
}

@test "kernel: hmac-md5-96, aes-cbc, TCP" {
	kernel hmac-md5-96_aes-cbc_ipv4_tcp
}

@test "kernel: hmac-sha-1-96, null" {
	kernel hmac-sha1-96_null_ipv4_udp
}

@test "kernel: hmac-sha-1-96, null, TCP" {
	kernel hmac-sha1-96_null_ipv4_tcp
}

@test "kernel: hmac-sha-1-96, des-ede3-cbc" {
	kernel hmac-sha1-96_des-ede3-cbc_ipv4_udp
}

@test "kernel: hmac-sha-1-96, des-ede3-cbc, TCP" {
	kernel hmac-sha1-96_des-ede3-cbc_ipv4_tcp
}

@test "kernel: hmac-sha-1-96, aes-cbc" {
	kernel hmac-sha1-96_aes-cbc_ipv4_udp
}

@test "kernel: hmac-sha-1-96, aes-cbc, TCP" {
	kernel hmac-sha1-96_aes-cbc_ipv4_tcp
}

@test "kernel: hmac-sha-256-128, aes-cbc" {
	kernel hmac-sha256-128_aes-cbc_ipv4_udp
}

@test "kernel: hmac-sha-256-128, aes-cbc, TCP" {
	kernel hmac-sha256-128_aes-cbc_ipv4_tcp
}

@test "kernel: aes-gmac" {
	kernel aes-gmac_null_ipv4_udp
}

@test "kernel: aes-gmac, TCP" {
	kernel aes-gmac_null_ipv4_tcp
}

@test "kernel: aes-gcm" {
	kernel null_aes-gcm_ipv4_udp
}

@test "kernel: aes-gcm, TCP" {
	kernel null_aes-gcm_ipv4_tcp
}

# hostile_log has 14 steps of one packet each, but for the 70 good ones (frames
# 11 to 80, sequence numbers 6 to 75) between its tenth and eleventh.
@test "hostile: each packet accepted or refused as the kernel did" {
	local h=$LAB/hostile_hmac-sha1-96_aes-cbc_ipv4_udp

	keys_of "$h.pcap" >"$BATS_TEST_TMPDIR/k"
	run -3 --separate-stderr ims-pcap -k "$BATS_TEST_TMPDIR/k" "$h.pcap"
	same "$(jq -r '[.hostile_log[].delivered] |
	    .[:10] + [range(70) | true] + .[10:] | to_entries[] |
	    "\(.key + 1) \(.value)"' "$h.keys.json")" \
	    "$(jq -r '"\(.frame) \(.type == "sip" and
	    .protection.icv == "ok")"' <<<"$output")"
}

# XfrmInStateSeqError, XfrmInNoStates and XfrmInStateProtoError of hostile_log.
@test "hostile: the reason of each refusal is the kernel's" {
	local h=$LAB/hostile_hmac-sha1-96_aes-cbc_ipv4_udp

	keys_of "$h.pcap" >"$BATS_TEST_TMPDIR/k"
	run -3 --separate-stderr ims-pcap -k "$BATS_TEST_TMPDIR/k" "$h.pcap"
	same "$(jq -r '.hostile_log[] | select(.delivered | not) |
	    .counters | keys[0]' "$h.keys.json" |
	    sed 's/.*Seq.*/replay/; s/.*NoStates/nosa/; s/.*Proto.*/auth/')" \
	    "$(jq -r 'select(.type == "esp") | .reason' <<<"$output")"
}

# --- vectors/ipsec.json -----------------------------------------------------

# Payload of the plain packet: behind the UDP, TCP or inner IP header.
@test "ipsec.json: every packet alone opens, and its SIP is right" {
	local p id want got

	while read -r p; do
		id=$(jq -r .id <<<"$p")
		jq -c --argjson p "$p" '.keys as $k | $p | { type: "sa", spi,
		    alg, ealg, auth_key: $k[.alg].IKesp,
		    enc_key: $k[.ealg].CKesp,
		    salt: ($k[.alg].salt // $k[.ealg].salt) } |
		    with_entries(select(.value != null))' \
		    "$DATA/vectors/ipsec.json" >"$BATS_TEST_TMPDIR/k"
		want=$(jq -r .inner_hex <<<"$p" | perl -ne 'print pack "H*", $_' |
		    grep -a -o 'REGISTER.*\|SIP/2.0 .*\|^[A-Z][A-Za-z-]*:.*')
		got=$(jq -c '{ type: "packet", frame: 1, packet }' <<<"$p" |
		    ims-pcap -k "$BATS_TEST_TMPDIR/k")
		same ok "$(jq -r .protection.icv <<<"$got")" || {
			echo "$id: $got"
			return 1
		}
		[ -n "$want" ]
		same "$want" "$(jq -r '.message | rtrimstr("\r\n\r\n") |
		    . + "\r"' <<<"$got")" || { echo "$id"; return 1; }
	done < <(jq -c '.packets[] | select(.spi)' "$DATA/vectors/ipsec.json")
}

# 21 packets of ESP; frame 21 is frame 20 once more, behind the NAT.
@test "ipsec_all_algs: every packet opens with the SAs of ipsec.json" {
	vector_sas >"$BATS_TEST_TMPDIR/k"
	run -0 --separate-stderr ims-pcap -k "$BATS_TEST_TMPDIR/k" \
	    "$DATA/vectors/ipsec_all_algs.pcap"
	same "$(seq 1 20 | sed 's/$/ ok/')" "$(jq -r 'select(.type == "sip") |
	    "\(.frame) \(.protection.icv)"' <<<"$output")"
}

@test "ipsec_all_algs: the packet behind the NAT opens" {
	vector_sas >"$BATS_TEST_TMPDIR/k"
	tshark -r "$DATA/vectors/ipsec_all_algs.pcap" \
	    -Y 'frame.number == 21' -w "$BATS_TEST_TMPDIR/nat.pcap"
	run -0 --separate-stderr ims-pcap -k "$BATS_TEST_TMPDIR/k" \
	    "$BATS_TEST_TMPDIR/nat.pcap"
	same '["ok","198.51.100.7",40001]' "$(jq -c '[.protection.icv, .src,
	    .sport]' <<<"$output")"
}

@test "ipsec_all_algs: the UDP-encapsulated packet has its inner addresses" {
	vector_sas >"$BATS_TEST_TMPDIR/k"
	run -0 --separate-stderr ims-pcap -k "$BATS_TEST_TMPDIR/k" \
	    "$DATA/vectors/ipsec_all_algs.pcap"
	same '["198.51.100.7",40001,"172.22.0.21",5063,"udp","aes-cbc"]' \
	    "$(jq -c 'select(.frame == 20) | [.src, .sport, .dst, .dport,
	    .transport, .protection.ealg]' <<<"$output")"
}

# --- lab/ims: K and OPc are all that is given ------------------------------

# gm NAME OP: the phones' log in keys.json says what each of them sent and got.
gm()
{
	local f=$LAB/$1_gm.pcap ue n

	subscribers "$f" "$2" >"$BATS_TEST_TMPDIR/k"
	run -0 --separate-stderr ims-pcap --stat -k "$BATS_TEST_TMPDIR/k" "$f"
	[ -z "$stderr" ]
	for ue in 0 1; do
		same "$(jq -r --argjson i $ue '.ue_log[$i][]? |
		    "\(.[1]) \(.[2])"' "$LAB/$1.keys.json")" \
		    "$(jq -r --arg ue 10.55.0.$((11 + ue)) '
		    select(.src == $ue or .dst == $ue) |
		    (if .src == $ue then "tx " else "rx " end) +
		    (.message | split("\r\n")[0])' <<<"$output")"
	done
	n=$(tshark -r "$f" -Y esp | wc -l)
	same "[$n,$n,0]" "$(tail -n 1 <<<"$output" |
	    jq -c '[.esp_opened, .esp_checked, .esp]')"
}

@test "call_gm: with K and OPc, the messages of both phones" {
	gm call opc
}

@test "call_gm: 19 ESP packets" {
	subscribers "$LAB/call_gm.pcap" opc >"$BATS_TEST_TMPDIR/k"
	run -0 --separate-stderr ims-pcap --stat -k "$BATS_TEST_TMPDIR/k" \
	    "$LAB/call_gm.pcap"
	same '[19,19]' "$(tail -n 1 <<<"$output" |
	    jq -c '[.esp_opened, .esp_checked]')"
}

@test "call_gm: with K and OP" {
	gm call op
}

@test "call_plain_gm: no ESP" {
	gm call_plain opc
}

@test "call_topoh_gm: with K and OPc" {
	gm call_topoh opc
}

@test "call_topos_gm: with K and OPc" {
	gm call_topos opc
}

@test "ipsec_reg_gm: two generations of SAs" {
	gm ipsec_reg_hmac-sha-1-96_null_udp opc
}

@test "ipsec_reg_gm: each generation has its SPIs" {
	local f=ipsec_reg_hmac-sha-1-96_null_udp

	subscribers "$LAB/${f}_gm.pcap" opc >"$BATS_TEST_TMPDIR/k"
	run -0 --separate-stderr ims-pcap --sa -k "$BATS_TEST_TMPDIR/k" \
	    "$LAB/${f}_gm.pcap"
	same "$(jq -c '.esp[].sas[] | [.name, .src, .sport, .dst, .dport,
	    .spi]' "$LAB/$f.keys.json" | sort)" \
	    "$(jq -c 'select(.type == "sa") | [.role, .src, .sport, .dst,
	    .dport, .spi]' <<<"$output" | sort)"
}

@test "resync_gm: the messages of the phone" {
	gm resync opc
}

@test "akav2_as_v1_gm: the messages of the phone" {
	gm akav2_as_v1 opc
}

# tshark reads NULL encryption; the datagram in fragments it shows twice.
@test "call_gm: every message is as tshark has it, octet for octet" {
	run -0 --separate-stderr ims-pcap "$LAB/call_gm.pcap"
	same "$(tshark -r "$LAB/call_gm.pcap" -Y sip -T fields \
	    -o esp.enable_null_encryption_decode_heuristic:TRUE \
	    -e udp.payload)" "$(messages <<<"$output" | hex)"
}

# --- shapes -----------------------------------------------------------------

@test "shapes: 20 messages whatever the shape" {
	local f

	for f in "$SHAPES"/v_*; do
		same "20 $f" "$(ims-pcap "$f" | messages | wc -l) $f"
	done
}

# hex: JSON strings as tshark writes octets.
hex()
{
	jq -r '[explode[] | [. / 16, . % 16] | map(floor) |
	    map("0123456789abcdef"[.:. + 1])] | flatten | join("")'
}

@test "shapes: the same messages in all shapes of a datagram" {
	local f

	tshark -r "$SHAPES/v_plain.pcap" -T fields -e udp.payload \
	    >"$BATS_TEST_TMPDIR/want"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/want")" = 20 ]
	for f in v_plain.pcap v_plain.pcapng v_sll.pcap v_raw.pcap v_qinq.pcap \
	    v_gtpu.pcap v_ip6.pcap; do
		ims-pcap "$SHAPES/$f" | messages | hex |
		    diff -u --label "$f" "$BATS_TEST_TMPDIR/want" -
	done
}

@test "shapes: fragments are put together as tshark does" {
	ims-pcap "$SHAPES/v_frag.pcap" | messages | hex |
	    diff -u <(tshark -r "$SHAPES/v_frag.pcap" -Y sip -T fields \
	    -e udp.payload) -
}

@test "shapes: the same messages in all shapes of a stream" {
	local f

	# Each message is in a segment of its own.
	tshark -r "$SHAPES/v_tcp_one_per_seg.pcap" -Y 'tcp.len > 0' -T fields \
	    -e tcp.payload >"$BATS_TEST_TMPDIR/want"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/want")" = 20 ]
	for f in v_tcp_one_per_seg.pcap v_tcp_two_per_seg.pcap \
	    v_tcp_split_any.pcap; do
		ims-pcap "$SHAPES/$f" | messages | hex |
		    diff -u --label "$f" "$BATS_TEST_TMPDIR/want" -
	done
}

@test "shapes: the fragments of a message are in frames" {
	run -0 --separate-stderr ims-pcap "$SHAPES/v_frag.pcap"
	same "$(seq 1 2 39 | while read -r n; do echo "[$n,$((n + 1))]"; done)" \
	    "$(jq -c .frames <<<"$output")"
}

# --- options --------------------------------------------------------------

@test "--sa -x: what was learnt opens the capture again" {
	subscribers "$LAB/call_gm.pcap" opc >"$BATS_TEST_TMPDIR/k"
	ims-pcap --sa -x -k "$BATS_TEST_TMPDIR/k" "$LAB/call_gm.pcap" |
	    jq -c 'select(.type == "sa")' >"$BATS_TEST_TMPDIR/sa"
	# Only the ESP, without the signalling that tells the SAs.
	tshark -r "$LAB/call_gm.pcap" -Y 'esp || ip.flags.mf == 1' \
	    -w "$BATS_TEST_TMPDIR/esp.pcap"
	ims-pcap -k "$BATS_TEST_TMPDIR/k" "$LAB/call_gm.pcap" |
	    jq -c 'select(.protection) | [.message, .protection]' \
	    >"$BATS_TEST_TMPDIR/want"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/want")" = 19 ]
	run -0 --separate-stderr ims-pcap -k "$BATS_TEST_TMPDIR/sa" \
	    "$BATS_TEST_TMPDIR/esp.pcap"
	jq -c '[.message, .protection]' <<<"$output" |
	    diff -u "$BATS_TEST_TMPDIR/want" -
}

@test "--sa: the eight SAs of call_gm are those of keys.json" {
	subscribers "$LAB/call_gm.pcap" opc >"$BATS_TEST_TMPDIR/k"
	run -0 --separate-stderr ims-pcap --sa -x -k "$BATS_TEST_TMPDIR/k" \
	    "$LAB/call_gm.pcap"
	# IK and 32 zero bits (TS 33.203 annex I).
	same "$(jq -c '.esp[] | . as $e | .sas[] | [$e.impi, .name, .src,
	    .sport, .dst, .dport, .spi, $e.alg, $e.ealg, $e.ik + "00000000"]' \
	    "$LAB/call.keys.json" | sort)" \
	    "$(jq -c 'select(.type == "sa") | [.impi, .role, .src, .sport,
	    .dst, .dport, .spi, .alg, .ealg, .auth_key]' <<<"$output" | sort)"
}

@test "--sa without -x has no key" {
	subscribers "$LAB/call_gm.pcap" opc >"$BATS_TEST_TMPDIR/k"
	run -0 --separate-stderr ims-pcap --sa -k "$BATS_TEST_TMPDIR/k" \
	    "$LAB/call_gm.pcap"
	same 8 "$(jq -c 'select(.type == "sa")' <<<"$output" | wc -l)"
	same "" "$(jq -c 'select(.type == "sa" and (has("auth_key") or
	    has("enc_key") or has("salt")))' <<<"$output")"
}

@test "-x: the keys of aes-gcm are key and salt of keys.json" {
	local f=null_aes-gcm_ipv4_udp

	keys_of "$LAB/$f.pcap" >"$BATS_TEST_TMPDIR/k"
	# SAs that were given are not learnt: nothing is written.
	run -0 --separate-stderr ims-pcap --sa -x -k "$BATS_TEST_TMPDIR/k" \
	    "$LAB/$f.pcap"
	same "" "$(jq -c 'select(.type == "sa")' <<<"$output")"
}

@test "--duplicates: the copies too, and marked" {
	need_shared
	run -0 --separate-stderr ims-pcap --duplicates "$IPSEC_REG"
	# Frames 279 to 284 are two messages, three times each.
	same '[279,"REGISTER",null]
[280,"REGISTER",true]
[281,"REGISTER",true]
[282,100,null]
[283,100,true]
[284,100,true]' "$(jq -c 'select(.frame >= 279 and .frame <= 284) |
	    [.frame, .method // .status, .duplicate]' <<<"$output")"
}

@test "--duplicates: without the copies it is the output without it" {
	need_shared
	run -0 --separate-stderr ims-pcap --duplicates "$IPSEC_REG"
	jq -c 'select(.duplicate | not)' <<<"$output" |
	    diff -u <(ims-pcap "$IPSEC_REG" | jq -c .) -
}

@test "-n: the first messages, no more" {
	run -0 --separate-stderr ims-pcap -n 3 "$LAB/call_gm.pcap"
	same "$(ims-pcap "$LAB/call_gm.pcap" | head -n 3)" "$output"
}

@test "-n: more than there are is all" {
	run -0 --separate-stderr ims-pcap -n 9999 "$LAB/call_gm.pcap"
	same 25 "$(wc -l <<<"$output")"
}

@test "-o: the same octets as on standard output" {
	run -0 --separate-stderr ims-pcap -o "$BATS_TEST_TMPDIR/out" \
	    "$LAB/call_gm.pcap"
	[ -z "$output" ]
	ims-pcap "$LAB/call_gm.pcap" | cmp - "$BATS_TEST_TMPDIR/out"
}

@test "-o: nobody else may read the file" {
	umask 022
	ims-pcap -o "$BATS_TEST_TMPDIR/out" "$LAB/call_gm.pcap"
	same 600 "$(stat -c %a "$BATS_TEST_TMPDIR/out")"
}

@test "-o: a run that fails leaves no file, nor the old one changed" {
	mkdir "$BATS_TEST_TMPDIR/d"
	echo old >"$BATS_TEST_TMPDIR/d/out"
	# A key file that is not there ends the run.
	run -4 --separate-stderr ims-pcap -o "$BATS_TEST_TMPDIR/d/out" \
	    -k "$BATS_TEST_TMPDIR/none" "$LAB/call_gm.pcap"
	same old "$(cat "$BATS_TEST_TMPDIR/d/out")"
	same out "$(ls "$BATS_TEST_TMPDIR/d")"
}

@test "-o: a full disk leaves no file" {
	# A file size limit stands for the full disk: SIGXFSZ is ignored.
	mkdir "$BATS_TEST_TMPDIR/d"
	run -4 --separate-stderr bash -c 'trap "" XFSZ; ulimit -f 1
	    ims-pcap -o "$1/out" "$2"' - "$BATS_TEST_TMPDIR/d" \
	    "$LAB/call_gm.pcap"
	same "" "$(ls "$BATS_TEST_TMPDIR/d")"
	[[ $stderr == *"$BATS_TEST_TMPDIR/d/out: File too large"* ]]
}

@test "records of other types pass through, octet for octet" {
	printf '%s\n' '{"type":"answer",  "res":"00","x":1.50}' \
	    '{"type":"finding","rule":"X-1"}' '{"no":"type"}' \
	    '{"type":"esp","spi":1,"reason":"nosa","zz":null}' \
	    >"$BATS_TEST_TMPDIR/in"
	run -0 --separate-stderr ims-pcap "$BATS_TEST_TMPDIR/in"
	same "$(cat "$BATS_TEST_TMPDIR/in")" "$output"
}

@test "sip records pass through, octet for octet" {
	ims-pcap "$LAB/call_gm.pcap" | sed 's/^{/{ /' >"$BATS_TEST_TMPDIR/in"
	ims-pcap "$BATS_TEST_TMPDIR/in" | cmp "$BATS_TEST_TMPDIR/in" -
}

@test "a bad line is said with its number, the others are done" {
	printf '%s\n' '{"type":"gap","octets":1}' '{"type":"sip"' \
	    '{"type":"stat"}' >"$BATS_TEST_TMPDIR/in"
	run -3 --separate-stderr ims-pcap "$BATS_TEST_TMPDIR/in"
	same '{"type":"gap","octets":1}
{"type":"stat"}' "$output"
	[[ $stderr == *": line 2: "* ]]
	[ "$(wc -l <<<"$stderr")" = 1 ]
}

@test "a SIP message as text" {
	run -0 --separate-stderr ims-pcap "$DATA/sip/register_sec_agree.sip"
	same '["sip","REGISTER"]' "$(jq -c '[.type, .method]' <<<"$output")"
	jq -j .message <<<"$output" | cmp - "$DATA/sip/register_sec_agree.sip"
}

@test "several SIP messages as text, one after another" {
	cat "$DATA/sip/invite.sip" "$DATA/sip/trying.sip" \
	    "$DATA/sip/invite_ok.sip" >"$BATS_TEST_TMPDIR/in"
	run -0 --separate-stderr ims-pcap "$BATS_TEST_TMPDIR/in"
	same "INVITE 100 200" "$(jq -r '.method // .status' <<<"$output" |
	    paste -sd ' ')"
}

@test "a SIP message as text on standard input" {
	run -0 --separate-stderr ims-pcap - <"$DATA/sip/challenge.sip"
	same 401 "$(jq -r .status <<<"$output")"
}

@test "--packets: what is in a clear capture comes out of its packets" {
	local f

	for f in "$SHAPES"/v_* "$LAB"/*_mw.pcap "$LAB/call_plain_gm.pcap" \
	    "$LAB/sipp_akav1_tcp.pcap"; do
		ims-pcap "$f" >"$BATS_TEST_TMPDIR/want"
		ims-pcap --packets "$f" | ims-pcap |
		    diff -u --label "$f" "$BATS_TEST_TMPDIR/want" -
	done
}

@test "--packets: gtp-iphone comes out of its packets" {
	need_shared
	ims-pcap "$IPHONE" >"$BATS_TEST_TMPDIR/want"
	ims-pcap --packets "$IPHONE" | ims-pcap |
	    diff -u "$BATS_TEST_TMPDIR/want" -
}

@test "--packets: volte comes out of its packets" {
	need_shared
	ims-pcap "$VOLTE" >"$BATS_TEST_TMPDIR/want"
	ims-pcap --packets "$VOLTE" | ims-pcap |
	    diff -u "$BATS_TEST_TMPDIR/want" -
}

@test "--packets: a packet record holds the packet" {
	run -0 --separate-stderr ims-pcap --packets "$SHAPES/v_plain.pcap"
	# The frame without its Ethernet header.
	same "$(tshark -r "$SHAPES/v_plain.pcap" -x -Y 'frame.number == 1' |
	    sed -n 's/^[0-9a-f]\{4\}  \(.\{47\}\).*/\1/p' | tr -d ' \n' |
	    cut -c 29-)" "$(head -n 1 <<<"$output" | jq -r .packet)"
}

@test "a capture on standard input" {
	run -0 --separate-stderr ims-pcap <"$LAB/call_plain_gm.pcap"
	same 25 "$(wc -l <<<"$output")"
}

@test "several files are named in their records" {
	run -0 --separate-stderr ims-pcap "$LAB/resync_gm.pcap" \
	    "$SHAPES/v_plain.pcap"
	same "20 $SHAPES/v_plain.pcap
9 $LAB/resync_gm.pcap" "$(jq -r .file <<<"$output" | uniq -c |
	    sed 's/^ *//')"
}

@test "ESP that stays closed: which key would open it" {
	ims-register flow -xq --alg hmac-sha-1-96 --ealg aes-cbc \
	    -k "$DATA/register/ue.jsonl" | ims-sa protect |
	    jq -c 'select(.src == "10.45.0.2" or .dst == "10.45.0.2")' |
	    ims-pcap -w "$BATS_TEST_TMPDIR/f.pcap"
	run -0 --separate-stderr ims-pcap "$BATS_TEST_TMPDIR/f.pcap"
	[[ $stderr == "ims-pcap: $BATS_TEST_TMPDIR/f.pcap: 2 ESP packets stay closed, the first with spi 0x"*": the key of 001010123456789@ims.mnc001.mcc001.3gppnetwork.org is not known; -k takes it, in a subscriber or vector record" ]]
	[ "$(wc -l <<<"$stderr")" = 1 ]
	run -0 --separate-stderr ims-pcap -k "$DATA/register/ue.jsonl" \
	    "$BATS_TEST_TMPDIR/f.pcap"
	[ -z "$stderr" ]
}
