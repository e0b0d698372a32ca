# ims-sa unprotect: packets out of ESP.
load helper

# packet HEX [MORE]: its record.
packet()
{
	echo "{\"type\":\"packet\",\"frame\":1,\"packet\":\"$1\"${2:-}}"
}

# vector ID: a packet of ipsec.json, and its SA into k.
vector()
{
	local p

	p=$(jq -c --arg id "$1" '.packets[] | select(.id == $id)' \
	    "$DATA/vectors/ipsec.json")
	jq -c --argjson p "$p" '.keys as $k | $p | { type: "sa", spi,
	    alg, ealg, auth_key: $k[.alg].IKesp, enc_key: $k[.ealg].CKesp,
	    salt: ($k[.alg].salt // $k[.ealg].salt) } |
	    with_entries(select(.value != null))' \
	    "$DATA/vectors/ipsec.json" >"$BATS_TEST_TMPDIR/k"
	echo "$p"
}

# sealed SEQUENCE NUMBER...: packet records, hmac-sha-1-96 by perl, key of zeros.
sealed()
{
	perl -MDigest::SHA=hmac_sha1 -e 'for (@ARGV) {
		$u = pack("nnnn", 5060, 5060, 12, 0) . "ping";
		$e = pack("NN", 4097, $_) . $u . pack("CCCC", 1, 2, 2, 17);
		$e .= substr(hmac_sha1($e, "\0" x 20), 0, 12);
		$h = pack("CCnnnCCnNN", 0x45, 0, 20 + length $e, $_, 0, 64, 50,
		    0, 0x0a000001, 0x0a000002);
		printf "{\"type\":\"packet\",\"frame\":%d,\"packet\":\"%s\"}\n",
		    $_, unpack "H*", $h . $e;
	}' "$@"
}

sealed_sa()
{
	echo '{"type":"sa","spi":4097,"alg":"hmac-sha-1-96","ealg":"null",' \
	    '"auth_key":"0000000000000000000000000000000000000000"}'
}

# --- unprotect ------------------------------------------------------------

# The inner packet: of a tunnel as it was, else a new IP header, of which tshark
# says whether it is right, before what was sealed.
@test "unprotect: every packet of ipsec.json" {
	local p id tail got

	while read -r id; do
		p=$(vector "$id")
		got=$(jq -c '{ type: "packet", frame: 1, packet }' <<<"$p" |
		    ims-sa unprotect -k "$BATS_TEST_TMPDIR/k")
		tail=$(jq -r .inner_hex <<<"$p")
		if [[ $id = udp-enc-tun* ]]; then
			same "$tail" "$(jq -r .packet <<<"$got")"
		elif [[ $id = udp6* ]]; then
			same "$tail" "$(jq -r '.packet[80:]' <<<"$got")"
		else
			same "$tail" "$(jq -r '.packet[40:]' <<<"$got")"
		fi || { echo "$id"; return 1; }
		same "$(jq -c '{ spi, seq, alg, ealg, icv: "ok" }' <<<"$p")" \
		    "$(jq -c '.protection | del(.iv)' <<<"$got")"
		# The IV is what follows the numbers.
		iv=$(jq -r '.protection.iv // ""' <<<"$got")
		head=$(printf %08x%08x $(jq '.spi, .seq' <<<"$p"))
		[[ $(jq -r .packet <<<"$p") == *"$head$iv"* ]]
		case $(jq -r '.alg + " " + .ealg' <<<"$p") in
		*cbc)		n=$([[ $id = *des-ede3* ]] &&
				    echo 16 || echo 32) ;;
		*gcm | *gmac*)	n=16 ;;
		*)		n=0 ;;
		esac
		same $n ${#iv}
		jq -r .packet <<<"$got" >>"$BATS_TEST_TMPDIR/clear"
	done < <(jq -r '.packets[] | select(.spi) | .id' \
	    "$DATA/vectors/ipsec.json")
	same 21 "$(wc -l <"$BATS_TEST_TMPDIR/clear")"
	# Whatever the order, tshark finds lengths and checksums right.
	perl -ne 'chomp; $p = pack "H*", $_; $f .= pack("VVVV", $., 0,
	    length $p, length $p) . $p; END { print pack("VvvVVVV",
	    0xa1b2c3d4, 2, 4, 0, 0, 65535, 101) . $f }' \
	    "$BATS_TEST_TMPDIR/clear" >"$BATS_TEST_TMPDIR/clear.pcap"
	same 21 "$(tshark -r "$BATS_TEST_TMPDIR/clear.pcap" -Y 'sip &&
	    !_ws.malformed && !_ws.expert.severity == error' \
	    -o ip.check_checksum:TRUE | wc -l)"
	same "" "$(tshark -r "$BATS_TEST_TMPDIR/clear.pcap" \
	    -o ip.check_checksum:TRUE -Y 'ip.checksum.status == "Bad"')"
}

# By the kernel's plain text; each packet is there, SIP or not.
@test "unprotect: the kernel's packets" {
	local f n

	for f in "$LAB"/*_ipv4_*.pcap; do
		[[ $f != *hostile* ]] || continue
		keys_of "$f" >"$BATS_TEST_TMPDIR/k"
		run -0 --separate-stderr ims-sa unprotect \
		    -k "$BATS_TEST_TMPDIR/k" "$f"
		n=$(tshark -r "$f" -Y esp | wc -l)
		same "$n" "$(jq -c 'select(.protection.icv == "ok")' \
		    <<<"$output" | wc -l)"
		ims-pcap <<<"$output" | messages | diff -u \
		    <(jq -c -f "$LAB/plain.jq" "${f%.pcap}.keys.json") - || {
			echo "$f"
			return 1
		}
	done
}

@test "unprotect: what is no ESP passes octet for octet" {
	cat >"$BATS_TEST_TMPDIR/in" <<-'END'
	{ "note" : "x", "type":"sip","message":"OPTIONS sip:b SIP/2.0\r\n\r\n" }
	{"type":"other","n":1.50}
	{"packet":"45 00 00 1e 00 00 00 00 40 11 00 00 0a000001 0a000002 13c4 13c4 000a 0000 0d0a","type" : "packet", "mine":[1,2]}
	{"type":"esp","spi":0,"reason":"nosa"}
	{"type":"gap","octets":3}
	{"type":"subscriber","impi":"a@b","k":"00000000000000000000000000000000","opc":"00000000000000000000000000000000"}
	{"type":"packet","packet":"60000000000c1140000000000000000000000000000000010000000000000000000000000000000213c413c4000c000070696e67"}
	END
	run -0 --separate-stderr ims-sa unprotect "$BATS_TEST_TMPDIR/in"
	same "$(cat "$BATS_TEST_TMPDIR/in")" "$output"
}

@test "unprotect: what stays closed is an esp record, and no packet" {
	sealed 1 >"$BATS_TEST_TMPDIR/in"
	# aes-cbc is closed to those who have no key.
	vector udp-up-hmac-sha-1-96-aes-cbc |
	    jq -c '{ type: "packet", frame: 7, packet }' \
	    >>"$BATS_TEST_TMPDIR/in"
	run -1 --separate-stderr ims-sa unprotect "$BATS_TEST_TMPDIR/in"
	# NULL encryption is read, but not checked.
	same '["packet",1,"unchecked",null]
["esp",7,null,"nosa"]' "$(jq -c '[.type, .frame, .protection.icv, .reason]' \
	    <<<"$output")"
	[[ $stderr == *"1 ESP packets stay closed"* ]]
}

@test "unprotect: a changed packet is refused, the next one not" {
	sealed_sa >"$BATS_TEST_TMPDIR/k"
	{ sealed 1 | sed 's/70696e67/70696e68/'; sealed 1; } \
	    >"$BATS_TEST_TMPDIR/in"
	run -1 --separate-stderr ims-sa unprotect -k "$BATS_TEST_TMPDIR/k" \
	    "$BATS_TEST_TMPDIR/in"
	# The window did not move for the first one.
	same '["esp","auth","bad"]
["packet",null,"ok"]' "$(jq -c '[.type, .reason, .icv // .protection.icv]' \
	    <<<"$output")"
	[[ $stderr == *"line 1: esp: spi 0x00001001, sequence number 1: icv does not match"* ]]
}

@test "unprotect: no flipped bit is accepted" {
	sealed_sa >"$BATS_TEST_TMPDIR/k"
	# Every bit of the ESP packet, behind 20 octets of IP header.
	sealed 1 | perl -ne '/(.*"packet":")(.*)(".*)/; $p = pack "H*", $2;
	    for (160 .. 8 * length($p) - 1) { $q = $p;
	    substr($q, $_ / 8, 1) ^= chr(1 << $_ % 8);
	    print $1, unpack("H*", $q), "$3\n" }' >"$BATS_TEST_TMPDIR/in"
	run -1 --separate-stderr ims-sa unprotect -q \
	    -k "$BATS_TEST_TMPDIR/k" "$BATS_TEST_TMPDIR/in"
	same "" "$(jq -c 'select(.protection.icv == "ok")' <<<"$output")"
	same "$(wc -l <"$BATS_TEST_TMPDIR/in")" "$(wc -l <<<"$output")"
}

@test "unprotect: sent twice, refused once" {
	sealed_sa >"$BATS_TEST_TMPDIR/k"
	run -1 --separate-stderr ims-sa unprotect -k "$BATS_TEST_TMPDIR/k" \
	    < <(sealed 5 6 5 7)
	same '["packet",null]
["packet",null]
["esp","replay"]
["packet",null]' "$(jq -c '[.type, .reason]' <<<"$output")"
	[[ $stderr == *"sequence number 5: sequence number was used before"* ]]
}

@test "unprotect: the last 64 in any order, and no older one" {
	sealed_sa >"$BATS_TEST_TMPDIR/k"
	run -0 --separate-stderr ims-sa unprotect -k "$BATS_TEST_TMPDIR/k" \
	    < <(sealed 100 $(seq 37 2 99) $(seq 98 -2 38))
	same 64 "$(jq -c 'select(.protection.icv == "ok")' <<<"$output" |
	    wc -l)"
	run -1 --separate-stderr ims-sa unprotect -k "$BATS_TEST_TMPDIR/k" \
	    < <(sealed 100 36)
	same replay "$(tail -n 1 <<<"$output" | jq -r .reason)"
}

@test "unprotect: an sa record in the stream is a key from there on" {
	run -1 --separate-stderr ims-sa unprotect \
	    < <(vector udp-up-null-aes-gcm |
	    jq -c '{ type: "packet", packet }' >"$BATS_TEST_TMPDIR/p"
	    cat "$BATS_TEST_TMPDIR"/{p,k,p})
	same '["esp","nosa"]
["sa",null]
["packet",null]' "$(jq -c '[.type, .reason]' <<<"$output")"
	same "$(cat "$BATS_TEST_TMPDIR/k")" "$(sed -n 2p <<<"$output")"
}

@test "unprotect: --sa, as ims-pcap tells them" {
	same "$(ims-pcap --sa "$LAB/call_gm.pcap" |
	    jq -c 'select(.type == "sa")')" \
	    "$(ims-sa unprotect --sa "$LAB/call_gm.pcap" |
	    jq -c 'select(.type == "sa")')"
	same "" "$(ims-sa unprotect --sa -k "$LAB/call.keys.jsonl" \
	    "$LAB/call_gm.pcap" | grep auth_key)"
	# Two phones, four SAs each.
	same 8 "$(ims-sa unprotect --sa -x -k "$LAB/call.keys.jsonl" \
	    "$LAB/call_gm.pcap" | grep -c auth_key)"
}

@test "unprotect: ESP that is no ESP is bad input" {
	sealed_sa >"$BATS_TEST_TMPDIR/k"
	# Six octets behind the IP header.
	run -3 --separate-stderr ims-sa unprotect -k "$BATS_TEST_TMPDIR/k" \
	    < <(packet 4500001a00000000403266c00a0000010a000002000010010000)
	same format "$(jq -r .reason <<<"$output")"
	# The start of a packet.
	run -3 --separate-stderr ims-sa unprotect -k "$BATS_TEST_TMPDIR/k" \
	    < <(sealed 1 | jq -c '.packet |= .[:80]')
	same more "$(jq -r .reason <<<"$output")"
	run -3 --separate-stderr ims-sa unprotect \
	    < <(packet 45; packet 4g; sealed 1)
	same packet "$(jq -r .type <<<"$output")"
	[[ $stderr == *"line 2: packet: not hex"* ]]
}

@test "unprotect: -n, and copies" {
	same 2 "$(sealed 1 2 3 | ims-sa unprotect -n 2 | wc -l)"
	sealed 1 | sed 's/,"packet/,"duplicate":true&/' >"$BATS_TEST_TMPDIR/in"
	same "" "$(ims-sa unprotect -q "$BATS_TEST_TMPDIR/in")"
	same true "$(ims-sa unprotect --duplicates "$BATS_TEST_TMPDIR/in" |
	    jq .duplicate)"
}
