# ims-sa: packets under ESP, made and opened.
load helper

setup()
{
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here"
}

UE=10.0.0.1 PCSCF=10.0.0.2
UE6=2001:db8::1 PCSCF6=2001:db8::2

# octets N: N of them, in hexadecimal.
octets()
{
	head -c $((2 * $1)) <<<00112233445566778899aabbccddeeff0123456789abcdeffedcba98765432100f1e2d3c4b5a69788796a5b4c3d2e1f0deadbeefcafef00d8899aabbccddeeff
}

# sas ALG EALG AUTH ENC [MODE [UE P-CSCF]]: the four SAs, with keys of AUTH and
# ENC octets, and a salt for aes-gcm and aes-gmac.
sas()
{
	jq -nc --arg alg "$1" --arg ealg "$2" --arg auth "$(octets "$3")" \
	    --arg enc "$(octets "$4")" --arg mode "${5:-trans}" \
	    --arg ue "${6:-$UE}" --arg p "${7:-$PCSCF}" '
	    [[$ue, 31100, $p, 5063, 4097, "uc->ps"],
	     [$p, 5063, $ue, 31100, 4098, "ps->uc"],
	     [$p, 5064, $ue, 31101, 4099, "pc->us"],
	     [$ue, 31101, $p, 5064, 4100, "us->pc"]][] |
	    { type: "sa", src: .[0], sport: .[1], dst: .[2], dport: .[3],
	      spi: .[4], mode: $mode, alg: $alg, ealg: $ealg,
	      auth_key: $auth, enc_key: $enc, salt: "01020304",
	      role: .[5] } |
	    if $auth == "" then del(.auth_key) else . end |
	    if $enc == "" then del(.enc_key) else . end |
	    if $ealg == "aes-gcm" or $alg == "aes-gmac" then . else
	    del(.salt) end'
}

# uat ALG EALG: tshark's options for SA records on standard input, with its
# names for the algorithms; the addresses are those of the ESP packets.
uat()
{
	jq -r --arg alg "$1" --arg ealg "$2" '
	    (if .src | contains(":") then "IPv6" else "IPv4" end) as $v |
	    "uat:esp_sa:\"\($v)\",\"\(.src)\",\"\(.dst)\",\"\(.spi)\"," +
	    "\"\($ealg)\",\"\(if .enc_key then "0x" + .enc_key + (.salt // "")
	    else "" end)\",\"\($alg)\",\"\(if .auth_key then "0x" + .auth_key
	    else "" end)\""'
}

# message FROM-SIDE TRANSPORT SIZE [I]: a record of a request of the UE or the
# P-CSCF, or of an answer to one (ue-answer, p-cscf-answer), without addresses.
message()
{
	jq -nc --arg from "$1" --arg t "$2" --argjson n "$3" \
	    --argjson i "${4:-1}" '
	    ((if $from | endswith("answer") then "SIP/2.0 200 OK" else
	    "MESSAGE sip:b SIP/2.0" end) +
	    "\r\nVia: SIP/2.0/\($t | ascii_upcase) a;branch=z9hG4bK\($i)\r\n" +
	    "Call-ID: \($i)\r\nCSeq: \($i) MESSAGE\r\nContent-Length: ") as $h |
	    ($n - ($h | length) - 8) as $body |
	    { type: "sip", time: "170000000\($i).000500000",
	      message: ($h + "\($body)\r\n\r\n" + ("x" * $body)) }'
}

# Both sides, large and small, over UDP and over TCP of either opener.
traffic()
{
	local t i=0

	for t in udp tcp; do
		message ue $t 900 $((i + 1))
		message p-cscf-answer $t 500 $((i + 2))
		message ue $t 5000 $((i + 3))
		i=3
	done
}

# placed UE P-CSCF: traffic with the addresses and ports that FACTS.md 4.1 gives.
placed()
{
	traffic | jq -c --arg ue "$1" --arg p "$2" '
	    (.message | contains("SIP/2.0/TCP")) as $tcp |
	    (if .message | startswith("MESSAGE") then [$ue, 31100, $p, 5063]
	     elif $tcp then [$p, 5063, $ue, 31100]
	     else [$p, 5064, $ue, 31101] end) as $hop |
	    { type, time, src: $hop[0], sport: $hop[1], dst: $hop[2],
	      dport: $hop[3], transport: (if $tcp then "tcp" else "udp" end),
	      message }'
}

# The messages, and where they went.
story()
{
	jq -c 'select(.type == "sip") | [.time[:-6], .src, .sport, .dst,
	    .dport, .transport, .message]'
}

# shark ALG-NAME EALG-NAME sas-arguments...: what protect makes of the traffic
# is what tshark opens: each ICV good, nothing to complain of, the same SIP.
shark()
{
	local alg=$1 ealg=$2 opts=() line mtu

	shift 2
	sas "$@" >k
	placed "${6:-$UE}" "${7:-$PCSCF}" >in
	while read -r line; do
		opts+=(-o "$line")
	done < <(uat "$alg" "$ealg" <k)
	opts+=(-o esp.enable_encryption_decode:TRUE
	    -o esp.enable_authentication_check:TRUE)
	for mtu in "" "--mtu 600"; do
		ims-sa protect --require -k k $mtu in >p
		ims-pcap -w w p
		complaints w "${opts[@]}"
		tshark -r w "${opts[@]}" -Y esp -T fields -e esp.spi \
		    -e esp.icv_good >icv 2>/dev/null
		[ "$(wc -l <icv)" -gt 15 ]
		# 1 of tshark 4.0, True of 4.4.
		[[ $(cut -f2 icv | sort -u) =~ ^(1|True)$ ]]
		diff -u <(messages_hex <in) <(tshark_sip w "${opts[@]}")
		ims-pcap -k k w | story | diff -u <(story <in) -
	done
}

# --- protect ---------------------------------------------------------------

SHA1="HMAC-SHA-1-96 [RFC2404]" MD5="HMAC-MD5-96 [RFC2403]"
SHA256="HMAC-SHA-256-128 [RFC4868]" SHA384="HMAC-SHA-384-192 [RFC4868]"
SHA512="HMAC-SHA-512-256 [RFC4868]"
AES="AES-CBC [RFC3602]" DES3="TripleDES-CBC [RFC2451]"
GCM="AES-GCM with 16 octet ICV [RFC4106]"

@test "protect: tshark opens hmac-md5-96 with null, 3DES and AES" {
	shark "$MD5" NULL hmac-md5-96 null 16 0
	shark "$MD5" "$DES3" hmac-md5-96 des-ede3-cbc 16 24
	shark "$MD5" "$AES" hmac-md5-96 aes-cbc 16 16
}

@test "protect: tshark opens hmac-sha-1-96 with null, 3DES and AES" {
	shark "$SHA1" NULL hmac-sha-1-96 null 20 0
	shark "$SHA1" "$DES3" hmac-sha-1-96 des-ede3-cbc 20 24
	shark "$SHA1" "$AES" hmac-sha-1-96 aes-cbc 20 16
}

@test "protect: tshark opens HMAC-SHA-2 with AES of 128, 192 and 256 bits" {
	shark "$SHA256" "$AES" hmac-sha-256-128 aes-cbc 32 16
	shark "$SHA384" "$AES" hmac-sha-384-192 aes-cbc 48 24
	shark "$SHA512" "$AES" hmac-sha-512-256 aes-cbc 64 32
}

@test "protect: tshark opens aes-gcm of 128 and 256 bits" {
	shark NULL "$GCM" null aes-gcm 0 16
	shark NULL "$GCM" null aes-gcm 0 32
}

@test "protect: tshark opens it over IPv6" {
	shark "$SHA1" "$AES" hmac-sha-1-96 aes-cbc 20 16 trans $UE6 $PCSCF6
	shark NULL "$GCM" null aes-gcm 0 16 trans $UE6 $PCSCF6
}

@test "protect: tshark opens tunnels" {
	shark "$SHA1" "$AES" hmac-sha-1-96 aes-cbc 20 16 tun
	shark NULL "$GCM" null aes-gcm 0 16 tun
	shark "$SHA256" "$AES" hmac-sha-256-128 aes-cbc 32 32 tun $UE6 $PCSCF6
}

@test "protect: tshark opens tunnels in UDP" {
	shark "$SHA1" "$AES" hmac-sha-1-96 aes-cbc 20 16 UDP-enc-tun
	shark "$SHA1" NULL hmac-sha-1-96 null 20 0 UDP-enc-tun
	shark "$MD5" "$DES3" hmac-md5-96 des-ede3-cbc 16 24 UDP-enc-tun \
	    $UE6 $PCSCF6
}

@test "protect: in UDP the checksum is 0 over IPv4, and there over IPv6" {
	sas hmac-sha-1-96 null 20 0 UDP-enc-tun >k
	message ue udp 300 | ims-sa protect -k k | ims-pcap -w w
	[ "$(tshark -r w -Y 'udp.port == 4500' -T fields -e udp.checksum |
	    cut -d, -f1)" = 0x0000 ]
	sas hmac-sha-1-96 null 20 0 UDP-enc-tun $UE6 $PCSCF6 >k
	message ue udp 300 | ims-sa protect -k k | ims-pcap -w w
	[ "$(tshark -r w -o udp.check_checksum:TRUE -T fields \
	    -e udp.checksum.status | cut -d, -f1)" = 1 ]
}

@test "protect: the kernel's aes-gmac, which tshark does not know, opens" {
	sas aes-gmac null 16 0 >k
	placed $UE $PCSCF >in
	ims-sa protect -k k in | ims-pcap -k k >out
	diff -u <(story <in) <(story <out)
	[ "$(jq -r .protection.icv out | sort -u)" = ok ]
}

# FACTS.md 4.1, the table of who uses which SA.
@test "protect: a message without addresses goes where the table says" {
	sas hmac-sha-1-96 null 20 0 >k
	where()
	{
		ims-sa protect $3 -k k <(message "$1" "$2" 400) |
		    ims-pcap -k k | jq -r '"\(.protection.spi) \(.src):" +
		    "\(.sport) \(.dst):\(.dport) \(.transport)"'
	}
	same "4097 10.0.0.1:31100 10.0.0.2:5063 udp" "$(where ue udp)"
	same "4097 10.0.0.1:31100 10.0.0.2:5063 udp" \
	    "$(where ue-answer udp "--as ue")"
	same "4099 10.0.0.2:5064 10.0.0.1:31101 udp" \
	    "$(where p-cscf udp "--as p-cscf")"
	same "4099 10.0.0.2:5064 10.0.0.1:31101 udp" \
	    "$(where p-cscf-answer udp)"
	same "4097 10.0.0.1:31100 10.0.0.2:5063 tcp" "$(where ue tcp)"
	same "4098 10.0.0.2:5063 10.0.0.1:31100 tcp" \
	    "$(where p-cscf-answer tcp)"
	same "4099 10.0.0.2:5064 10.0.0.1:31101 tcp" \
	    "$(where p-cscf tcp "--as p-cscf")"
	same "4100 10.0.0.1:31101 10.0.0.2:5064 tcp" \
	    "$(where ue-answer tcp "--as ue")"
	run -2 --separate-stderr ims-sa protect --as me -k k /dev/null
	[[ $stderr = *"--as me: not ue or p-cscf"* ]]
}

@test "protect: plain SIP text" {
	sas null aes-gcm 0 16 >k
	message ue udp 400 | jq -rj .message >in
	ims-sa protect -k k in | ims-pcap -k k | jq -rj .message | cmp - in
}

# Packets get the time of the message, and none without.
@test "protect: what no SA covers stays clear, or is refused with --require" {
	sas hmac-sha-1-96 null 20 0 >k
	placed $UE $PCSCF | jq -c '.sport = 5060 | .dport = 5060' | head -n 1 >in
	run -0 --separate-stderr ims-sa protect -k k in
	[ "$(ims-pcap <<<"$output" | jq -c '[.sport, .protection, .time]')" = \
	    '[5060,null,"1700000001.000500000"]' ]
	run -3 --separate-stderr ims-sa protect --require -k k in
	same "ims-sa: in: line 1: message not sent: no security association is known" \
	    "$stderr"
	[ "$output" = "" ]
}

@test "protect: sa records on the way are keys from there on, and pass" {
	placed $UE $PCSCF | head -n 1 >one
	sas hmac-sha-1-96 null 20 0 >k
	cat one k one <(echo '{"type":"other", "x":1}') | ims-sa protect >out
	diff -u k <(grep '"sa"' out)
	[ "$(tail -n 1 out)" = '{"type":"other", "x":1}' ]
	[ "$(ims-pcap -k k out | jq -r 'select(.type == "sip") |
	    .protection.icv // "clear"' | tr '\n' ' ')" = "clear ok " ]
}

@test "protect: packets go under ESP as they are" {
	sas hmac-sha-1-96 aes-cbc 20 16 >k
	placed $UE $PCSCF >in
	ims-pcap -w clear in
	ims-pcap --packets clear | ims-sa protect --require -k k >out
	[ "$(ims-pcap -w w out; tshark -r w -Y '!esp' | wc -l)" = 0 ]
	ims-pcap -k k out | story | diff -u <(story <in) -
	# What is ESP already stays so.
	ims-sa protect -k k out | diff -u out -
}

@test "protect: a capture is what its messages are" {
	sas hmac-sha-1-96 null 20 0 >k
	placed $UE $PCSCF >in
	ims-pcap -w clear in
	diff -u <(ims-pcap clear | ims-sa protect -k k) \
	    <(ims-sa protect -k k clear)
}

@test "protect: --sa says where the numbers are, and a next run goes on" {
	sas null aes-gcm 0 16 >k
	message ue udp 300 | tee in >/dev/null
	for i in 1 2 3; do
		ims-sa protect -x --sa -k k in >out
		ims-pcap -k k out | jq .protection.seq
		grep '"sa"' out >k
	done >got
	[ "$(grep -v null got | tr '\n' ' ')" = "1 2 3 " ]
	! ims-sa protect --sa -k k in | grep -q enc_key
}

@test "protect: sequence numbers end" {
	sas hmac-sha-1-96 null 20 0 | jq -c '.seq = 4294967294' >k
	message ue udp 300 >in
	message ue udp 300 2 >>in
	run -3 --separate-stderr ims-sa protect -k k in
	same "ims-sa: in: line 2: message not sent: the SA has no sequence number left" \
	    "$stderr"
	[ "$(wc -l <<<"$output")" = 1 ]
}

@test "protect: bad records are named, the rest is done" {
	sas hmac-sha-1-96 null 20 0 >k
	{
		echo '{"type":"sip","message":"hello"}'
		echo '{"type":"packet","packet":"00"}'
		echo '{"type":"packet"}'
		sas hmac-sha-1-96 null 20 0 | head -n 1 |
		    jq -c 'del(.auth_key)'
		message ue udp 300
	} >in
	run -3 --separate-stderr ims-sa protect -k k in
	same "ims-sa: in: line 1: no SIP start line
ims-sa: in: line 2: packet not sent: is malformed
ims-sa: in: line 3: packet: missing
ims-sa: in: line 4: sa with spi 0x00001001: its key is not known; -k takes the subscriber's" "$stderr"
	[ "$(grep -c '"packet"' <<<"$output")" = 1 ]
}

# The lab's registration with its ports, all in the clear: what is protected is
# what the core protected.
@test "protect: SAs are learned from the signalling" {
	ims-pcap -k "$LAB/call.keys.jsonl" "$LAB/call_gm.pcap" >was
	jq -c 'del(.protection)' was >in
	ims-sa protect -k "$LAB/call.keys.jsonl" in >out
	ims-pcap -k "$LAB/call.keys.jsonl" out >is
	diff -u <(jq -r 'select(.type == "sip") |
	    "\(.cseq) \(.src) \(.protection.spi) \(.protection.icv)"' was) \
	    <(jq -r 'select(.type == "sip") |
	    "\(.cseq) \(.src) \(.protection.spi) \(.protection.icv)"' is)
	# By way of a capture, and of packets.
	ims-pcap -w clear in
	ims-pcap clear | ims-sa protect -k "$LAB/call.keys.jsonl" | diff -u out -
	ims-pcap --packets clear | ims-sa protect -k "$LAB/call.keys.jsonl" |
	    ims-pcap -k "$LAB/call.keys.jsonl" | story | diff -u <(story <is) -
}

@test "protect: SAs that are learned without a key are named" {
	ims-pcap "$LAB/call_gm.pcap" | jq -c 'del(.protection)' >in
	echo '{"type":"subscriber","impi":"nobody","k":"00112233445566778899aabbccddeeff","opc":"00112233445566778899aabbccddeeff"}' >k
	run -3 --separate-stderr ims-sa protect -k k in
	[[ $stderr = *"sa with spi "*": its key is not known"* ]]
}
