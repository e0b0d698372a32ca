# ims-sa: negotiate, derive, export, import.  Expected values are those of the
# kernel's dumps and keys.json (data/lab), of tshark, of data/vectors, and of
# ANSWERS.md beside the captures.
load helper

# TS 35.207 set 1
CK=b40ba9a3c58b2a05bbf0d987b21bf8cb
IK=f769bcd751044604127672711c6d3441

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
}

# The parts of SAs that matter, in an order of their own; DES ignores the lowest
# bit of each octet, which the kernel's keys have as parity.
sas()
{
	jq -sc 'def even: if . == null then . else [scan("..")] | map(
	    .[0:1] + (.[1:2] | {"1":"0","3":"2","5":"4","7":"6","9":"8",
	    "b":"a","d":"c","f":"e"}[.] // .)) | join("") end;
	    map(select(.type == "sa") | { src, sport, dst, dport, spi, mode,
	    alg, ealg, auth_key, salt, enc_key:
	    (if .ealg == "des-ede3-cbc" then .enc_key | even else .enc_key end)
	    }) | sort_by(.spi)[]'
}

# agreed F.keys.json: the options of derive that say the same.
agreed()
{
	jq -r '(.sas | map({ (.name): . }) | add) as $s |
	    "--ue \($s["uc->ps"].src) --pcscf \($s["uc->ps"].dst) " +
	    "--spi-uc \($s["ps->uc"].spi) --spi-us \($s["pc->us"].spi) " +
	    "--spi-pc \($s["us->pc"].spi) --spi-ps \($s["uc->ps"].spi) " +
	    "--port-uc \($s["uc->ps"].sport) --port-ps \($s["uc->ps"].dport) " +
	    "--port-us \($s["us->pc"].sport) --port-pc \($s["us->pc"].dport) " +
	    "--alg \(.alg) --ealg \(.ealg) --ck \(.ck) --ik \(.ik)"' "$1"
}

# The kernel's algorithms that ipsec-3gpp has.
kernel()
{
	ls "$LAB"/*.xfrm.txt | grep -v sha256 | sed 's/\.xfrm\.txt$//'
}

# A set of two mechanisms, its headers in the files c, s, v, a.
CLIENT='ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;spi-c=4001;spi-s=4002;port-c=6001;port-s=6002,ipsec-3gpp;alg=hmac-sha-1-96;ealg=null;spi-c=4001;spi-s=4002;port-c=6001;port-s=6002'
SERVER='ipsec-3gpp;q=0.9;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=trans;spi-c=5001;spi-s=5002;port-c=7001;port-s=7002,ipsec-3gpp;q=0.5;alg=hmac-sha-1-96;ealg=null;prot=esp;mod=trans;spi-c=5001;spi-s=5002;port-c=7001;port-s=7002'

# headers [CLIENT [SERVER [VERIFY [AGAIN]]]]: pasted.
headers()
{
	echo "Security-Client: ${1:-$CLIENT}"
	echo "Security-Server: ${2:-$SERVER}"
	echo "Security-Verify: ${3:-${2:-$SERVER}}"
	echo "Security-Client: ${4:-${1:-$CLIENT}}"
}

# judged STATUS VERDICT WHY [OPTION...]: of pasted headers on standard input.
judged()
{
	local want=$1 verdict=$2 why=$3

	shift 3
	cat >judged.in
	run -"$want" --separate-stderr ims-sa negotiate "$@" judged.in
	same "$verdict" "$(jq -r .verdict <<<"$output")"
	[ -z "$why" ] || jq -r '.why[]?' <<<"$output" | grep -qF -- "$why"
}

# spoil FROM TO: SERVER with another text.
spoil()
{
	sed "s/$1/$2/g" <<<"$SERVER"
}

# --- import ----------------------------------------------------------------

@test "import: the kernel's dumps are the SAs that derive makes of CK and IK" {
	local f

	for f in $(kernel); do
		echo "$f"
		ims-sa import "$f.xfrm.txt" >got
		ims-sa derive $(agreed "$f.keys.json") >want
		same 4 "$(wc -l <got)"
		same "$(sas <want)" "$(sas <got)"
	done
}

@test "import: the kernel's dumps open the kernel's packets, every ICV right" {
	local f

	for f in "$LAB"/*_ipv4_*.xfrm.txt; do
		f=${f%.xfrm.txt}
		[[ $f != */hostile* ]] || continue
		echo "$f"
		ims-sa import "$f.xfrm.txt" >k
		same "[0,true]" "$(ims-pcap --stat -k k "$f.pcap" | tail -n 1 |
		    jq -c '[.esp, .esp_opened > 0 and
		    .esp_opened == .esp_checked]')"
	done
}

@test "import: what keys.json has of them too, hmac-sha-256-128 among it" {
	local f

	for f in "$LAB"/*_ipv4_*.xfrm.txt; do
		f=${f%.xfrm.txt}
		same "$(jq -c -f "$LAB/sa.jq" "$f.keys.json" |
		    jq -c '. + { mode: "trans" }' | sas)" \
		    "$(ims-sa import "$f.xfrm.txt" | sas)"
	done
}

@test "import: Kamailio's SAs, whose IK has no zero bits, are those of the phones" {
	same "$(jq -c '.esp[] | . as $e | .sas[] | { type: "sa", src, sport, dst,
	    dport, spi, mode: "trans", alg: $e.alg, ealg: $e.ealg,
	    auth_key: ($e.ik + "00000000") }' "$LAB/call.keys.json" | sas)" \
	    "$(ims-sa import "$LAB/call_xfrm.txt" | sas)"
}

@test "import: seq is the highest number either end has used" {
	same '[1,1,2,2]' "$(ims-sa import \
	    "$LAB/null_aes-gcm_ipv4_udp.xfrm.txt" | jq -c .seq | sort |
	    jq -sc .)"
}

# state [LINE...]: as ip xfrm state shows one; LINE is added.
state()
{
	printf 'src 192.0.2.1 dst 192.0.2.2\n'
	printf '\tproto esp spi 0x00001234(4660) reqid 1(0x00000001) mode %s\n' \
	    "${mode:-transport}"
	printf '\treplay-window 0 flag %s\n' "${flag:-}"
	printf '\t%s\n' "$@"
}

SHA="auth-trunc hmac(sha1) 0x${IK}00000000 (160 bits) 96"

@test "import: a UDP-encapsulated tunnel, its ports, inner addresses, lifetime" {
	mode=tunnel state "$SHA" "enc cbc(aes) 0x$CK (128 bits)" \
	    "encap type espinudp sport 4500 dport 4501 addr 0.0.0.0" \
	    "sel src 2001:db8::1/128 dst 2001:db8::2/128 sport 5 dport 6" \
	    "lifetime config:" "  expire add: soft 0(sec), hard 600(sec)" >in
	run -0 --separate-stderr ims-sa import in
	[ -z "$stderr" ]
	same '["2001:db8::1",5,"2001:db8::2",6,"UDP-enc-tun","192.0.2.1",4501,600]' \
	    "$(jq -c '[.src, .sport, .dst, .dport, .mode, .outer_src,
	    .outer_dport, .lifetime]' <<<"$output")"
}

@test "import: extended sequence numbers, aes-gcm of 256 bits" {
	flag=esn state "aead rfc4106(gcm(aes)) 0x$CK${IK}01020304 (288 bits) 128" \
	    "anti-replay esn context:" \
	    " seq-hi 0x0, seq 0x0, oseq-hi 0x2, oseq 0x5" >in
	same "[true,8589934597,\"$CK$IK\",\"01020304\"]" \
	    "$(ims-sa import in | jq -c '[.esn, .seq, .enc_key, .salt]')"
}

@test "import: keys that ip was told to hide: an SA without" {
	state "auth-trunc hmac(sha1) <<Keys hidden>> (160 bits) 96" \
	    "enc ecb(cipher_null)" >in
	same '["hmac-sha-1-96",null]' \
	    "$(ims-sa import in | jq -c '[.alg, .auth_key]')"
}

@test "import: what cannot be read is named with its line, the rest is done" {
	local line what

	while IFS='|' read -r line what; do
		{
			state "$line"
			state "$SHA" "enc ecb(cipher_null)" | sed 's/1234/5678/'
		} >in
		run -3 --separate-stderr ims-sa import in
		same 22136 "$(jq .spi <<<"$output")"
		same "ims-sa: in: line 4: $what" "$stderr"
	done <<'END'
enc cbc(serpent) 0x00 (8 bits)|cbc(serpent): is of a type that is not known
auth-trunc hmac(sha1) 0x0011 (16 bits) 96|auth key: has a number out of range
auth-trunc hmac(sha256) 0x00 (8 bits) 96|hmac(sha256): is of a type that is not known
enc cbc(aes) 0x001122 (24 bits)|enc key: has a number out of range
aead rfc4106(gcm(aes)) 0x00112233 (32 bits) 128|aead key: has a number out of range
aead rfc4309(ccm(aes)) 0x00112233 (32 bits) 128|rfc4309(ccm(aes)): is of a type that is not known
sel src 192.0.2.1/32 dst x/32|x/32: is malformed
END
}

@test "import: protocol AH, SPI 0, a strange mode, a stray line" {
	local from

	for from in 's/proto esp/proto ah/' 's/0x00001234(4660)/0x0(0)/' \
	    's/mode transport/mode beet/' 's/^\tproto esp spi/\tproto esp spi x/'; do
		{
			state "$SHA" | sed "$from"
			state "$SHA" "enc ecb(cipher_null)"
		} >in
		run -3 --separate-stderr ims-sa import in
		same 4660 "$(jq .spi <<<"$output")"
		[[ $stderr == "ims-sa: in: line 2: "* ]]
	done
	{
		state "$SHA"
		echo "strange"
	} >in
	run -3 --separate-stderr ims-sa import in
	same "ims-sa: in: line 5: strange: is malformed" "$stderr"
}

@test "import: no key in a diagnostic" {
	state "auth-trunc hmac(sha1) 0x${IK}zz (160 bits) 96" \
	    "enc cbc(aes) 0x${CK}00 (136 bits)" >in
	echo "\"IPv4\",\"*\",\"*\",\"0x1\",\"NULL\",\"\",\"HMAC-SHA-1-96 [RFC2404]\",\"0x${IK}zz\"" >in2
	run -3 --separate-stderr ims-sa import in in2
	[ -n "$stderr" ]
	same "" "$(grep -e "${IK:2:20}" -e "${CK:2:20}" <<<"$stderr")"
}

@test "import: neither form, an empty file" {
	echo "hello" >in
	run -3 --separate-stderr ims-sa import in
	same "ims-sa: in: neither output of ip xfrm state nor esp_sa" "$stderr"
	run -3 --separate-stderr ims-sa import </dev/null
	same "ims-sa: -: empty" "$stderr"
}

@test "import: esp_sa with Wireshark's comments and every label" {
	cat >in <<END
# This file is automatically generated, DO NOT MODIFY.
"IPv4","192.0.2.1","192.0.2.2","0x00001001","NULL","","HMAC-MD5-96 [RFC2403]","0x$IK"
"IPv6","2001:db8::1","2001:db8::2","4098","TripleDES-CBC [RFC2451]","0x$CK$(cut -c1-16 <<<$CK)","HMAC-SHA-1-96 [RFC2404]","0x${IK}00000000"
"IPv4","*","192.0.2.2","0x1003","AES-CBC [RFC3602]","0x$CK","HMAC-SHA-256-128 [RFC4868]","0x$IK$IK"

"IPv4","192.0.2.1","*","0x1004","AES-GCM with 16 octet ICV [RFC4106]","0x${CK}89273db6","NULL",""
"IPv4","192.0.2.1","*","0x1005","AES-CBC [RFC3602]","0123456789abcdef","HMAC-SHA-384-192 [RFC4868]","0x$IK$IK$IK"
"IPv4","192.0.2.1","*","0x1006","NULL","","HMAC-SHA-512-256 [RFC4868]","0x$IK$IK$IK$IK"
END
	run -0 --separate-stderr ims-sa import in
	[ -z "$stderr" ]
	same "4097 hmac-md5-96 null 192.0.2.1
4098 hmac-sha-1-96 des-ede3-cbc 2001:db8::1
4099 hmac-sha-256-128 aes-cbc null
4100 null aes-gcm 192.0.2.1
4101 hmac-sha-384-192 aes-cbc 192.0.2.1
4102 hmac-sha-512-256 null 192.0.2.1" \
	    "$(jq -r '"\(.spi) \(.alg) \(.ealg) \(.src)"' <<<"$output")"
	same "$CK 89273db6" "$(jq -r 'select(.spi == 4100) |
	    "\(.enc_key) \(.salt)"' <<<"$output")"
	# Without 0x the octets are the characters.
	same 30313233343536373839616263646566 \
	    "$(jq -r 'select(.spi == 4101).enc_key' <<<"$output")"
}

@test "import: a bad line of esp_sa is named, the rest is done" {
	local good line what

	good="\"IPv4\",\"*\",\"*\",\"7\",\"NULL\",\"\",\"HMAC-MD5-96 [RFC2403]\",\"0x$IK\""
	while IFS='|' read -r line what; do
		printf '%s\n%s\n' "$line" "$good" >in
		run -3 --separate-stderr ims-sa import in
		same 7 "$(jq .spi <<<"$output")"
		same "ims-sa: in: line 1: $what" "$stderr"
	done <<END
"IPv4","*","*","9","TWOFISH-CBC","0x00","NULL",""|encryption: is of a type that is not known
"IPv4","*","*","9","NULL","","AES-GMAC","0x00"|authentication: is of a type that is not known
"IPv4","*","*","*","NULL","","NULL",""|SPI: is malformed
"IPv4","*","*","0","NULL","","NULL",""|SPI: has a number out of range
"IPv4","*","*","0x100000000","NULL","","NULL",""|SPI: has a number out of range
"IPv4","a","*","9","NULL","","NULL",""|source: is malformed
"IPv4","*","2001:db8::1","9","NULL","","NULL",""|destination: is malformed
"IPX","*","*","9","NULL","","NULL",""|protocol: is malformed
"IPv4","*","*","9","AES-CBC [RFC3602]","0x0011","NULL",""|encryption key: has a number out of range
"IPv4","*","*","9","NULL","","HMAC-SHA-1-96 [RFC2404]","0xzz"|authentication key: is malformed
"IPv4","*","*","9","NULL",""|line: has fewer than 8 fields
"IPv4","*","*","9","NULL","","NULL|line: is malformed
END
}

# --- export ----------------------------------------------------------------

# esp_sa as options of tshark.
opened_by_tshark()
{
	local line args=()

	while read -r line; do
		[[ $line == \#* ]] || args+=(-o "uat:esp_sa:$line")
	done <"$1"
	tshark -o esp.enable_encryption_decode:TRUE \
	    -o esp.enable_authentication_check:TRUE "${args[@]}" -r "$2" \
	    -Y esp -T fields -e esp.icv_good 2>/dev/null | sort | uniq -c |
	    awk '{ sub(/True/, "1", $2); print $2, $1 }'	# so says 4.4
}

@test "export -f wireshark: tshark opens the kernel's packets, every ICV good" {
	local f

	for f in "$LAB"/*_ipv4_*.xfrm.txt; do
		f=${f%.xfrm.txt}
		[[ $f != */*gmac* && $f != */hostile* ]] || continue
		echo "$f"
		jq -c -f "$LAB/sa.jq" "$f.keys.json" |
		    ims-sa export -f wireshark >esp_sa
		same "1 $(tshark -r "$f.pcap" -Y esp 2>/dev/null | wc -l)" \
		    "$(opened_by_tshark esp_sa "$f.pcap")"
	done
}

@test "export -f wireshark: IPv6, and the outer addresses of a tunnel" {
	same '"IPv6","2001:db8::1","2001:db8::2","0x00000007","NULL","","HMAC-MD5-96 [RFC2403]","0x'$IK'"' \
	    "$(echo '{"type":"sa","src":"2001:db8::1","dst":"2001:db8::2","spi":7,"alg":"hmac-md5-96","auth_key":"'$IK'"}' |
	    ims-sa export -f wireshark)"
	same '"IPv4","192.0.2.1","192.0.2.2","0x00000007"' \
	    "$(echo '{"type":"sa","src":"10.0.0.1","dst":"10.0.0.2","spi":7,"mode":"tun","outer_src":"192.0.2.1","outer_dst":"192.0.2.2","alg":"hmac-md5-96","auth_key":"'$IK'"}' |
	    ims-sa export -f wireshark | cut -d , -f 1-4)"
}

@test "export -f wireshark, import: the same SAs" {
	local f

	for f in "$LAB"/*_ipv4_*.xfrm.txt; do
		[[ $f != */*gmac* ]] || continue
		ims-sa import "$f" >was
		ims-sa export -f wireshark was | ims-sa import >now
		# The table has no ports.
		same "$(jq -c 'del(.sport, .dport)' was | sas)" "$(sas <now)"
	done
}

@test "export -f wireshark: aes-gmac and ESN as comments, 1" {
	jq -c -f "$LAB/sa.jq" "$LAB/aes-gmac_null_ipv4_udp.keys.json" >in
	run -1 --separate-stderr ims-sa export -f wireshark in
	same 4 "$(grep -c '^# spi 0x.*: Wireshark has no name for aes-gmac$' \
	    <<<"$output")"
	same 4 "$(wc -l <<<"$output")"
	[[ $stderr == *"spi 0x4444001d: Wireshark has no name for aes-gmac"* ]]
	echo '{"type":"sa","src":"192.0.2.1","dst":"192.0.2.2","spi":7,"esn":true,"alg":"hmac-md5-96","auth_key":"'$IK'"}' >in
	run -1 --separate-stderr ims-sa export -f wireshark in
	[[ $stderr == *"extended sequence numbers" ]]
}

@test "export: of a capture, with the key of the phone" {
	same "$(jq -c '.esp[] | . as $e | .sas[] | { type: "sa", src, sport, dst,
	    dport, spi, mode: "trans", alg: $e.alg, ealg: $e.ealg,
	    auth_key: ($e.ik + "00000000") }' "$LAB/call.keys.json" | sas)" \
	    "$(ims-sa export -k "$LAB/call.keys.jsonl" "$LAB/call_gm.pcap" |
	    sas)"
	ims-pcap -k "$LAB/call.keys.jsonl" "$LAB/call_gm.pcap" |
	    ims-sa export -k "$LAB/call.keys.jsonl" -f wireshark >esp_sa
	same "1 19" "$(opened_by_tshark esp_sa "$LAB/call_gm.pcap")"
}

@test "export: an SA whose key is not known: 1" {
	run -1 --separate-stderr ims-sa export -f xfrm "$LAB/call_gm.pcap"
	[[ $stderr == *"its key is not known"* ]]
}

# An ip that writes down its arguments, one a line.
fake_ip()
{
	mkdir bin
	printf '#!/bin/sh\n{ printf "%%s\\n" "$@"; echo .; } >>args\n' >bin/ip
	chmod +x bin/ip
}

@test "export -f xfrm: sh hands ip the keys and names, whole" {
	local f

	fake_ip
	for f in "$LAB"/*_ipv4_udp.xfrm.txt; do
		rm -f args
		ims-sa import "$f" | ims-sa export -f xfrm --as 10.33.203.1 |
		    PATH=$PWD/bin:$PATH sh
		# What the dump has of each state, and the policies.
		same "$(sed -n '/netns pcscf/q; /aead\|auth-trunc/p' "$f" |
		    awk '{ print $2, $3 }' | sort)" \
		    "$(awk '$0 == "aead" || $0 == "auth-trunc" { getline n;
		    getline k; print n, k }' args | sort)"
		same 4 "$(grep -c '^state$' args)"
		same 8 "$(grep -c '^policy$' args)"
		same 4 "$(grep -A 1 '^dir$' args | grep -c '^out$')"
		same 4 "$(grep -A 1 '^dir$' args | grep -c '^in$')"
	done
}

@test "export -f xfrm: what ip shows of it is the SA again" {
	local f n

	fake_ip
	for f in "$LAB"/*_ipv4_tcp.xfrm.txt; do
		ims-sa import "$f" >was
		rm -f args
		ims-sa export -f xfrm was | PATH=$PWD/bin:$PATH sh
		# The words of the commands in the lines of ip-xfrm(8).
		tr '\n' ' ' <args | sed 's/ \. /\n/g' |
		    sed -n "s/^xfrm state add \(src [^ ]* dst [^ ]*\) /\1\n\t/
		    s/ \(replay-window [0-9]*\)/\n\t\1\n\tanti-replay context:/
		    s/replay-seq \([^ ]*\) replay-oseq \([^ ]*\)/seq \1, oseq \2\n\t/
		    s/ enc /\n\tenc /; s/ sel /\n\tsel /; s/ auth-trunc /\n\tauth-trunc /
		    s/ aead /\n\taead /; p" >in
		ims-sa import in >now
		same "$(sas <was)" "$(sas <now)"
		same "$(jq -s 'map(.seq)' was)" "$(jq -s 'map(.seq)' now)"
	done
}

@test "export -f xfrm: tunnel in UDP, tunnel of core nodes, ESN, lifetime" {
	echo '{"type":"sa","src":"10.0.0.1","sport":5,"dst":"10.0.0.2","dport":6,"spi":4096,"mode":"UDP-enc-tun","outer_src":"192.0.2.1","outer_dst":"192.0.2.2","outer_sport":4500,"outer_dport":34567,"alg":"hmac-md5-96","auth_key":"'$IK'","lifetime":600}' >in
	same "ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x00001000 mode tunnel reqid 4096 replay-window 64 auth-trunc 'hmac(md5)' 0x$IK 96 enc 'ecb(cipher_null)' '' encap espinudp 4500 34567 0.0.0.0 sel src 10.0.0.1/32 dst 10.0.0.2/32 sport 5 dport 6 limit time-hard 600" \
	    "$(ims-sa export -f xfrm in | grep -v '^#')"
	ims-sa derive --nds --local 2001:db8::1 --remote 2001:db8::2 \
	    --outer-local 192.0.2.1 --outer-remote 192.0.2.2 --spi-out 0x1000 \
	    --spi-in 0x2000 --ealg aes-gcm --esn --key-out ${CK}01020304 \
	    --key-in ${IK}05060708 >nds
	run -0 --separate-stderr ims-sa export -f xfrm --as 192.0.2.1 nds
	same "ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x00001000 mode tunnel reqid 4096 replay-window 64 flag esn aead 'rfc4106(gcm(aes))' 0x${CK}01020304 128 sel src 2001:db8::1/128 dst 2001:db8::2/128
ip xfrm policy add src 2001:db8::1/128 dst 2001:db8::2/128 dir out tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 4096 mode tunnel" \
	    "$(grep -v '^#' <<<"$output" | head -n 2)"
	same "in fwd" "$(grep -o 'dir [inwdf]* ' <<<"$output" | cut -d ' ' -f 2 |
	    xargs)"
}

@test "export -f xfrm --remove: takes away what was added, no key in it" {
	ims-sa derive $(agreed "$LAB/hmac-md5-96_null_ipv4_udp.keys.json") >in
	ims-sa export -f xfrm --as ue in | grep -v '^#' |
	    sed -E 's/ add / delete /; s/ mode .*//; s/ tmpl .*//' >want
	same "$(cat want)" "$(ims-sa export -f xfrm --as ue --remove in |
	    grep -v '^#')"
	same "out in in out" "$(ims-sa export -f xfrm --as ue in |
	    sed -n 's/.*udp.* dir \([a-z]*\) .*/\1/p' | xargs)"
	same "in out out in" "$(ims-sa export -f xfrm --as p-cscf in |
	    sed -n 's/.*udp.* dir \([a-z]*\) .*/\1/p' | xargs)"
}

@test "export -f xfrm: nothing of a record gets out of its comment" {
	fake_ip
	jq -nc '{ type: "sa", impi: "a\n$(touch x);touch y `touch z`\n\"\u0027",
	    src: "192.0.2.1", dst: "192.0.2.2", spi: 7, alg: "hmac-md5-96",
	    auth_key: "'$IK'" }' | ims-sa export -f xfrm --as 192.0.2.1 |
	    PATH=$PWD/bin:$PATH sh
	same "" "$(ls x y z touch 2>/dev/null)"
	same "2" "$(grep -c '^xfrm$' args)"
}

@test "export: formats that there are, what goes with them" {
	run -2 --separate-stderr ims-sa export -f pdf
	same "ims-sa: -f pdf: not json, wireshark or xfrm" "$stderr"
	run -2 --separate-stderr ims-sa export -f json --as ue
	run -2 --separate-stderr ims-sa export -f xfrm --as you
	same "ims-sa: --as you: not ue, p-cscf or an address" "$stderr"
}

# --- derive ----------------------------------------------------------------

@test "derive: keys and salts of data/vectors/ipsec.json, every algorithm" {
	local pair alg ealg

	for pair in hmac-md5-96/null hmac-sha-1-96/null hmac-sha-1-96/aes-cbc \
	    hmac-md5-96/des-ede3-cbc null/aes-gcm aes-gmac/null; do
		alg=${pair%/*} ealg=${pair#*/}
		same "$(jq -r --arg a $alg --arg e $ealg '.keys |
		    "\(.[$a].IKesp // "") \(.[$e].CKesp // "") " +
		    "\(.[$a].salt // .[$e].salt // "")"' \
		    "$DATA/vectors/ipsec.json")" \
		    "$(ims-sa derive --ck $CK --ik $IK --ue 192.0.2.1 \
		    --pcscf 192.0.2.2 --spi-uc 4001 --spi-us 4002 \
		    --spi-pc 4003 --spi-ps 4004 --port-uc 1 --port-us 2 \
		    --port-pc 3 --port-ps 4 --alg $alg --ealg $ealg | tail -n 1 |
		    jq -r '"\(.auth_key // "") \(.enc_key // "") " +
		    "\(.salt // "")"')"
	done
}

@test "derive: a capture and the key of the phone" {
	same "$(jq -c '.esp[] | . as $e | .sas[] | { type: "sa", src, sport, dst,
	    dport, spi, mode: "trans", alg: $e.alg, ealg: $e.ealg,
	    auth_key: ($e.ik + "00000000") }' "$LAB/call.keys.json" | sas)" \
	    "$(ims-sa derive -k "$LAB/call.keys.jsonl" "$LAB/call_gm.pcap" |
	    sas)"
}

@test "derive: the same of records, of a vector, of CK and IK" {
	local want v impi

	want=$(ims-sa derive -k "$LAB/call.keys.jsonl" "$LAB/call_gm.pcap" |
	    head -n 4 | sas)
	v=$(jq -c '.vectors[0] | { type: "vector", impi, rand, ck, ik }' \
	    "$LAB/call.keys.json")
	impi=$(jq -r .impi <<<"$v")
	ims-pcap -q "$LAB/call_gm.pcap" >records
	same "$want" "$({ echo "$v"; cat records; } |
	    ims-sa derive -q --impi "$impi" | sas)"
	same "$want" "$(ims-sa derive -q --impi "$impi" \
	    --ck "$(jq -r .ck <<<"$v")" --ik "$(jq -r .ik <<<"$v")" \
	    "$LAB/call_gm.pcap" | sas)"
	same "$want" "$(ims-sa derive -q --impi "$impi" \
	    -k "$LAB/call.keys.jsonl" --rand "$(jq -r .rand <<<"$v")" \
	    "$LAB/call_gm.pcap" | sas)"
}

@test "derive: of pasted headers, and of an agreement that was judged" {
	local keys="--ck $CK --ik $IK --ue 192.0.2.1 --pcscf 192.0.2.2"

	ims-sa derive $keys --spi-uc 4001 --spi-us 4002 --spi-pc 5001 \
	    --spi-ps 5002 --port-uc 6001 --port-us 6002 --port-pc 7001 \
	    --port-ps 7002 --ealg aes-cbc >want
	same 4 "$(wc -l <want)"
	headers >in
	same "$(cat want)" "$(ims-sa derive $keys in)"
	same "$(cat want)" "$(ims-sa negotiate in | ims-sa derive $keys)"
}

@test "derive: --set, --state, --lifetime, --impi into the records" {
	headers >in
	same '[3,"old",600,"a@b"]' "$(ims-sa derive --ck $CK --ik $IK --set 3 \
	    --state old --lifetime 600 --impi a@b in | head -n 1 |
	    jq -c '[.set, .state, .lifetime, .impi]')"
	run -2 --separate-stderr ims-sa derive --state new in
	same "ims-sa: --state new: not temporary, established or old" "$stderr"
}

@test "derive: numbers that TS 33.203 7.1 does not allow: 3, and the SAs" {
	local o

	for o in "--spi-uc 100" "--spi-uc 5001" "--port-uc 5060"; do
		run -3 --separate-stderr ims-sa derive --ck $CK --ik $IK \
		    --ue 192.0.2.1 --pcscf 192.0.2.2 --spi-uc 4001 \
		    --spi-us 4002 --spi-pc 5001 --spi-ps 5002 --port-uc 6001 \
		    --port-us 6002 --port-pc 7001 --port-ps 7002 $o
		same 4 "$(wc -l <<<"$output")"
		[[ $stderr == *"TS 33.203 7.1"* ]]
	done
}

@test "derive: without keys: 1; wrong values: 2" {
	headers >in
	run -1 --separate-stderr ims-sa derive in
	[ -z "$output" ]
	[[ $stderr == "ims-sa: in: CK and IK are not known"* ]]
	run -2 --separate-stderr ims-sa derive --ck 00 --ik $IK in
	same "ims-sa: --ck: 1 octets, not 16" "$stderr"
	run -2 --separate-stderr ims-sa derive --ck $CK in
	run -2 --separate-stderr ims-sa derive --ck $CK --ik $IK --spi-uc 1 \
	    --alg rot13
	[[ $stderr == "ims-sa: --alg rot13: not hmac-sha-1-96, "* ]]
	run -2 --separate-stderr ims-sa derive --ck $CK --ik $IK \
	    --spi-uc 4294967296
	[[ $stderr == "ims-sa: --spi-uc 4294967296: not 1 to 4294967295" ]]
}

@test "derive --nds: keys in the order of RFC 7296, two directions" {
	local nds="--nds --local 192.0.2.1 --remote 192.0.2.2 --spi-out 4096 --spi-in 8192"

	run -0 --separate-stderr ims-sa derive $nds --key-out $CK$IK$IK \
	    --key-in $IK$CK$CK
	same "[\"192.0.2.1\",4096,\"trans\",\"hmac-sha-256-128\",\"aes-cbc\",\"$CK\",\"$IK$IK\"]
[\"192.0.2.2\",8192,\"trans\",\"hmac-sha-256-128\",\"aes-cbc\",\"$IK\",\"$CK$CK\"]" \
	    "$(jq -c '[.src, .spi, .mode, .alg, .ealg, .enc_key, .auth_key]' \
	    <<<"$output")"
	same "[\"aes-gmac\",\"$CK$IK\",\"01020304\"]" \
	    "$(ims-sa derive $nds --alg aes-gmac --key-out ${CK}${IK}01020304 \
	    --key-in $IK${IK}01020304 | head -n 1 |
	    jq -c '[.alg, .auth_key, .salt]')"
	run -2 --separate-stderr ims-sa derive $nds --key-out $CK --key-in $IK
	same "ims-sa: --key-out: 16 octets, not 48, 56 or 64" "$stderr"
	run -2 --separate-stderr ims-sa derive $nds --key-out $CK$IK$IK \
	    --key-in $CK$IK$IK
	same "ims-sa: --key-out and --key-in are the same" "$stderr"
}

@test "derive --nds --random-keys: as long as asked, another each time" {
	local nds="--nds --local 192.0.2.1 --remote 192.0.2.2 --spi-out 4096 --spi-in 8192" bits

	for bits in 128 192 256; do
		ims-sa derive $nds --random-keys --key-bits $bits \
		    --ealg aes-gcm >>all
		same $((bits / 4)) "$(tail -n 1 all | jq -r .enc_key | tr -d '\n' |
		    wc -c)"
	done
	ims-sa derive $nds --random-keys --ealg aes-gcm >>all
	same 8 "$(jq -r .enc_key all | sort -u | wc -l)"
	run -2 --separate-stderr ims-sa derive $nds --random-keys --key-bits 100
	same "ims-sa: --key-bits 96: not 128, 192 or 256" "$stderr" ||
	    [[ $stderr == *"not 128, 192 or 256" ]]
}

# --- negotiate: the judge ----------------------------------------------------

@test "judge: the lab's registrations are ok, the choice is what ESP had" {
	run -0 --separate-stderr ims-sa negotiate -k "$LAB/call.keys.jsonl" \
	    "$LAB/call_gm.pcap"
	same '["ok",[1,3,4],"hmac-sha-1-96","null"]
["ok",[7,9,10],"hmac-sha-1-96","null"]' "$(jq -c '[.verdict, .frames,
	    .chosen.alg, .chosen.ealg]' <<<"$output")"
	# One Security-Server entry only (ANSWERS.md).
	same 2 "$(grep -c 'lists one mechanism' <<<"$output")"
}

@test "judge: the lab's re-registration is one of its own" {
	subscribers "$LAB/ipsec_reg_hmac-sha-1-96_null_udp_gm.pcap" opc >k
	run -0 --separate-stderr ims-sa negotiate -k k \
	    "$LAB/ipsec_reg_hmac-sha-1-96_null_udp_gm.pcap"
	same "ok ok" "$(jq -r .verdict <<<"$output" | xargs)"
	same 2 "$(jq .spi_ps <<<"$output" | sort -u | wc -l)"
}

@test "judge: without keys the second REGISTER is not seen" {
	run -1 --separate-stderr ims-sa negotiate \
	    "$LAB/hmac-md5-96_null_ipv4_udp.pcap"
	run --separate-stderr ims-sa negotiate "$LAB/call_plain_gm.pcap"
	same "no-agreement no-agreement" "$(jq -r .verdict <<<"$output" | xargs)"
}

@test "judge: the tablet of open5gs: ok, with what ANSWERS.md has against it" {
	need_shared
	tablet op >k
	run -0 --separate-stderr ims-sa negotiate -k k "$IPSEC_REG"
	same '["ok",[279,406,460],"hmac-md5-96",100,101]' "$(jq -c '[.verdict,
	    .frames, .chosen.alg, .spi_pc, .spi_ps]' <<<"$output")"
	jq -r '.why[]' <<<"$output" >why
	grep -q 'spi-c=100; expected 256 or more' why	# SEC-10
	grep -q 'without q' why				# SEC-12
	grep -q 'lists no encryption' why		# SEC-07
}

@test "judge: the iPhone of arkime: a mismatch, as ANSWERS.md says" {
	need_shared
	run -1 --separate-stderr ims-sa negotiate -n 1 "$IPHONE"
	same '["mismatch",[14,16,27]]' \
	    "$(jq -c '[.verdict, .frames]' <<<"$output")"
	jq -r '.why[]' <<<"$output" >why
	grep -q 'sip-s=4444: no parameter of annex H' why	# SEC-02
	grep -q 'without spi-s' why
	grep -q 'no Security-Verify' why			# SEC-03
	grep -q 'other SPIs or ports than that of the first' why # SEC-04
	grep -q 'came in clear' why				# SA-01
}

@test "judge: four headers that fit: ok" {
	headers >in
	run -0 --separate-stderr ims-sa negotiate in
	same '["ok","standard",{"alg":"hmac-sha-1-96","ealg":"aes-cbc","mode":"trans"},4001,5002,null]' \
	    "$(jq -c '[.verdict, .rule, .chosen, .spi_uc, .spi_ps, .why]' \
	    <<<"$output")"
}

# TS 33.226 4.2.2.3.2: SM7 as an attacker has changed it.
@test "judge: bidding down, case 1: other SPI_U, Port_U" {
	headers "" "" "" "${CLIENT//4001/4003}" |
	    judged 1 bid-down "4.2.2.3.2 case 1"
	headers "" "" "" "${CLIENT//6001/6003}" |
	    judged 1 bid-down "4.2.2.3.2 case 1"
}

@test "judge: bidding down, case 2: other numbers of both" {
	headers "" "" "${SERVER//5001/5003}" "${CLIENT//4001/4003}" |
	    judged 1 bid-down "4.2.2.3.2 case 2"
}

@test "judge: bidding down, case 3: other SPI_P, Port_P" {
	headers "" "" "${SERVER//5001/5003}" |
	    judged 1 bid-down "4.2.2.3.2 case 3"
	headers "" "" "${SERVER//7002/7003}" |
	    judged 1 bid-down "4.2.2.3.2 case 3"
}

@test "judge: bidding down, case 4: another list of algorithms" {
	headers "" "" "${SERVER#*,}" | judged 1 bid-down "4.2.2.3.2 case 4"
	headers "" "" "$(spoil aes-cbc null)" |
	    judged 1 bid-down "4.2.2.3.2 case 4"
	headers "" "" "${SERVER#*,},${SERVER%,*}" |
	    judged 1 bid-down "4.2.2.3.2 case 4"
}

@test "judge: each case names itself only" {
	headers "" "" "${SERVER//5001/5003}" >in
	run -1 ims-sa negotiate in
	same "case 3" "$(grep -o 'case [0-9]' <<<"$output")"
	headers "" "" "$(spoil aes-cbc null)" >in
	run -1 ims-sa negotiate in
	same "case 4" "$(grep -o 'case [0-9]' <<<"$output")"
}

@test "judge: altered mod and prot are told apart" {
	headers "" "" "$(spoil mod=trans mod=tun)" |
	    judged 1 bid-down "the mode was altered"
	headers "" "" "$(spoil prot=esp prot=ah)" |
	    judged 1 bid-down "the protocol was altered"
}

@test "judge: equal SPIs (TS 33.226 4.2.2.3.5)" {
	headers "" "${SERVER//5001/4001}" | judged 1 mismatch "4.2.2.3.5"
}

@test "judge: NULL against a policy of encryption (4.2.2.3.4)" {
	headers "${CLIENT#*,}" | judged 0 ok ""
	headers "${CLIENT#*,}" |
	    judged 1 mismatch "4.2.2.3.4" --require-encryption
}

# The same flow through ESP that has another algorithm than the first of both.
@test "judge: ESP that has not the first common one (4.2.2.3.1)" {
	local r="REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1\r\nCall-ID: 1\r\n"
	local auth='Authorization: Digest username="a@b",nonce="abc",response="12"'

	sip()
	{
		jq -nc --arg m "$(printf "$3")"$'\r\n\r\n' --arg s "$1" \
		    --arg d "$2" --argjson p "${4:-null}" '{ type: "sip",
		    src: $s, dst: $d, message: $m } +
		    (if $p then { protection: $p } else {} end)'
	}
	flow()
	{
		sip 192.0.2.1 192.0.2.2 "${r}CSeq: 1 REGISTER\r\nSecurity-Client: $CLIENT"
		sip 192.0.2.2 192.0.2.1 "SIP/2.0 401 x\r\nVia: SIP/2.0/UDP 192.0.2.1\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\nWWW-Authenticate: Digest nonce=\"abc\"\r\nSecurity-Server: $SERVER"
		sip 192.0.2.1 192.0.2.2 "${r}CSeq: 2 REGISTER\r\n$auth\r\nSecurity-Client: $CLIENT\r\nSecurity-Verify: $SERVER" "$1"
	}
	flow '{"spi":5002,"seq":1,"alg":"hmac-sha-1-96","ealg":"aes-cbc"}' |
	    judged 0 ok ""
	flow '{"spi":5002,"seq":1,"alg":"hmac-sha-1-96","ealg":"null"}' |
	    judged 1 bid-down "4.2.2.3.1"
	flow '{"spi":5002,"seq":1,"alg":"hmac-md5-96","ealg":"aes-cbc"}' |
	    judged 1 mismatch "4.2.2.3.1"
	flow '{"spi":999,"seq":1,"alg":"hmac-sha-1-96","ealg":"aes-cbc"}' |
	    judged 1 mismatch "under spi 999; expected 5002"
	flow null | judged 1 mismatch "came in clear"
	flow null | head -n 2 | judged 1 incomplete "second REGISTER was not seen"
	flow null | head -n 1 | judged 1 incomplete "challenge was not seen"
	flow null | sed 's/Security-Server/X/' |
	    judged 1 no-agreement "no Security-Server"
}

@test "judge: bad security headers are named" {
	local what server

	while IFS='|' read -r server what; do
		headers "" "$(eval "$server")" >in
		run --separate-stderr ims-sa negotiate in
		grep -qF "$what" <<<"$output" || {
			echo "$what: $output"
			return 1
		}
	done <<'END'
spoil spi-s sip-s|sip-s=5002: no parameter of annex H
spoil spi-s sip-s|Security-Server without spi-s
spoil alg=hmac gla=hmac|Security-Server without alg
spoil spi-s=5002 spi-s=4294967296|spi-s=4294967296: not a number up to 4294967295
spoil spi-s=5002 spi-s=0|spi-s=0; expected 256 or more, 0 is never sent
spoil port-c=7001 port-c=5060|port-c=5060; expected a protected port
spoil port-c=7001 port-c=77777|port-c=77777: not a port
spoil alg=hmac-sha-1-96 alg=null|alg=null with ealg=aes-cbc; null goes with aes-gcm and only with it
spoil alg=hmac-sha-1-96 alg=rot13|alg=rot13: not known
spoil mod=trans mod=beet|mod=beet: not known
sed 's/,\(.*\)5002/,\15009/' <<<"$SERVER"|mechanism 2: other SPIs or ports than the first
END
}

@test "judge: rules" {
	local rule

	headers "${CLIENT/alg=/q=0.1;alg=}" >in
	sed -i 's/,ipsec-3gpp;alg/,ipsec-3gpp;q=0.2;alg/' in
	for rule in standard:aes-cbc q:null first:aes-cbc last:null; do
		same "${rule#*:}" "$(ims-sa negotiate --rule ${rule%:*} in |
		    jq -r .should.ealg)"
	done
	run -2 --separate-stderr ims-sa negotiate --rule best in
	same "ims-sa: --rule best: not standard, q, first or last" "$stderr"
}

@test "judge: SPIs, case, order of parameters are no difference" {
	headers "" "" "$(sed 's/spi-c=5001;spi-s=5002/spi-s=0000005002;spi-c=0000005001/g; s/hmac-sha/HMAC-SHA/g; s/;/ ; /g' <<<"$SERVER")" >in
	run -0 --separate-stderr ims-sa negotiate in
	same ok "$(jq -r .verdict <<<"$output")"
}

@test "judge -f text: the same for people" {
	headers "" "" "${SERVER//5001/5003}" >in
	run -1 --separate-stderr ims-sa negotiate -f text in
	same "registration: bid-down
  should: alg=hmac-sha-1-96 ealg=aes-cbc mod=trans" "$(head -n 2 <<<"$output")"
}

# --- negotiate: the sides -----------------------------------------------------

@test "p-cscf: all of the policy, q values that differ, one pair of numbers" {
	echo "Security-Client: $CLIENT" >in
	run -0 --separate-stderr ims-sa negotiate --as p-cscf \
	    --policy "null/aes-gcm, hmac-sha-1-96/null, hmac-sha-1-96/aes-cbc" \
	    --spi-pc 5001 --spi-ps 5002 --port-pc 7001 --port-ps 7002 in
	same "Security-Server: ipsec-3gpp;q=1;alg=null;ealg=aes-gcm;prot=esp;mod=trans;spi-c=0000005001;spi-s=0000005002;port-c=7001;port-s=7002, ipsec-3gpp;q=0.9;alg=hmac-sha-1-96;ealg=null;prot=esp;mod=trans;spi-c=0000005001;spi-s=0000005002;port-c=7001;port-s=7002, ipsec-3gpp;q=0.8;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=trans;spi-c=0000005001;spi-s=0000005002;port-c=7001;port-s=7002" \
	    "$output"
}

@test "p-cscf --single: the first of its own that is offered; last as asked" {
	echo "Security-Client: $CLIENT" >in
	same "q=1;alg=hmac-sha-1-96;ealg=aes-cbc" \
	    "$(ims-sa negotiate --as p-cscf --single in | cut -d ';' -f 2-4)"
	same "q=1;alg=hmac-sha-1-96;ealg=null" \
	    "$(ims-sa negotiate --as p-cscf --single --rule last in |
	    cut -d ';' -f 2-4)"
}

@test "p-cscf: a policy in another order than the phone's (4.2.2.3.1)" {
	echo "Security-Client: $CLIENT" >in
	ims-sa negotiate --as p-cscf \
	    --policy "hmac-sha-1-96/null, hmac-sha-1-96/aes-cbc" in >s
	same null "$(cat in s | ims-sa negotiate | jq -r .should.ealg)"
}

@test "p-cscf: nothing in common: 494 with its list, 1" {
	echo "Security-Client: $CLIENT" >in
	run -1 --separate-stderr ims-sa negotiate --as p-cscf \
	    --policy aes-gmac in
	same "SIP/2.0 494 Security Agreement Required
Security-Server: ipsec-3gpp;q=1;alg=aes-gmac;ealg=null;prot=esp;mod=trans" \
	    "$output"
	[[ $stderr == *"TS 33.203 7.2"* ]]
	# TS 33.226 4.2.2.3.4: integrity only, where encryption is demanded.
	echo "Security-Client: ${CLIENT#*,}" >in
	run -1 --separate-stderr ims-sa negotiate --as p-cscf \
	    --policy "hmac-sha-1-96/aes-cbc, null/aes-gcm" in
	[[ $output == "SIP/2.0 494 "* ]]
}

@test "p-cscf --nat: UDP-enc-tun, or silence (annex M)" {
	echo "Security-Client: $CLIENT" >in
	run -1 --separate-stderr ims-sa negotiate --as p-cscf --nat in
	[ -z "$output" ]
	[[ $stderr == *"annex M"* ]]
	sed -i 's/ealg/mod=UDP-enc-tun;ealg/g' in
	run -0 --separate-stderr ims-sa negotiate --as p-cscf --nat in
	[[ $output == *mod=UDP-enc-tun* && $output != *mod=trans* ]]
}

@test "p-cscf: random numbers: 256 or more, distinct, not the phone's, no 5060" {
	local i

	for ((i = 0; i < 60; i++)); do
		ims-sa negotiate --as ue | ims-sa negotiate --as p-cscf -f json
	done >all
	same 60 "$(wc -l <all)"
	same 0 "$(jq -c 'select(([.spi_uc, .spi_us, .spi_pc, .spi_ps] |
	    (unique | length) < 4 or min < 256) or
	    (.port_uc == .port_us) or (.port_pc == .port_ps) or
	    ([.port_uc, .port_us, .port_pc, .port_ps] | min < 49152))' all |
	    wc -l)"
	same 240 "$(jq '.spi_uc, .spi_us, .spi_pc, .spi_ps' all | sort -u |
	    wc -l)"
}

@test "p-cscf: an SPI of the phone or of -k, port 5060: 2" {
	echo "Security-Client: $CLIENT" >in
	echo '{"type":"sa","spi":6000,"src":"192.0.2.1","dst":"192.0.2.2","alg":"hmac-md5-96","auth_key":"'$IK'"}' >k
	run -2 --separate-stderr ims-sa negotiate --as p-cscf --spi-pc 4001 in
	same "ims-sa: --spi-pc 4001: is used by another SA" "$stderr"
	run -2 --separate-stderr ims-sa negotiate --as p-cscf -k k --spi-ps 6000 in
	same "ims-sa: --spi-ps 6000: is used by another SA" "$stderr"
	run -2 --separate-stderr ims-sa negotiate --as p-cscf --spi-ps 255 in
	same "ims-sa: --spi-ps 255: not 256 to 4294967295" "$stderr"
	run -2 --separate-stderr ims-sa negotiate --as p-cscf --port-ps 5060 in
	[[ $stderr == *"5060 and 5061 are for clear SIP" ]]
}

@test "p-cscf: of a REGISTER, of a record, of a capture" {
	local f=$LAB/call_gm.pcap

	same 1 "$(ims-sa negotiate --as p-cscf "$f" | wc -l)"
	ims-pcap -n 1 -q "$f" >one
	same "$(ims-sa negotiate --as p-cscf -q -s 1 "$f")" \
	    "$(ims-sa negotiate --as p-cscf -q -s 1 one)"
	jq -r .message one >text
	same "$(ims-sa negotiate --as p-cscf -q -s 1 "$f")" \
	    "$(ims-sa negotiate --as p-cscf -q -s 1 text)"
}

@test "p-cscf: a bad Security-Client is named: 3, and the answer" {
	echo "Security-Client: ${CLIENT/spi-c=4001/cpi-c=4001}" >in
	run -3 --separate-stderr ims-sa negotiate --as p-cscf in
	[[ $stderr == "ims-sa: in: Security-Client: cpi-c=4001: no parameter of annex H"* ]]
	[[ $output == Security-Server:* ]]
}

@test "ue: Security-Verify is a copy of Security-Server" {
	printf 'Security-Client: %s\nSecurity-Server: %s\n' "$CLIENT" "$SERVER" >in
	run -0 --separate-stderr ims-sa negotiate --as ue in
	same "Security-Verify: $SERVER
# chosen: mechanism 1, alg=hmac-sha-1-96 ealg=aes-cbc mod=trans" "$output"
	echo "Security-Server: ${SERVER//hmac-sha-1-96/hmac-md5-96}" >in
	run -1 --separate-stderr ims-sa negotiate --as ue in
	[[ $stderr == *"abandons the registration"* ]]
}

@test "ue, p-cscf, ue, judge: the three headers are ok" {
	ims-sa negotiate --as ue >c
	ims-sa negotiate --as p-cscf c >s
	cat c s | ims-sa negotiate --as ue - | grep -v '^#' >v
	run -0 --separate-stderr bash -c 'cat c s v c | ims-sa negotiate'
	same '["ok","aes-gcm"]' "$(jq -c '[.verdict, .chosen.ealg]' <<<"$output")"
}

@test "--policy: what is accepted" {
	local p

	for p in "" "/" "rot13/null" "hmac-sha-1-96/rot13" "null" "null/null" \
	    "aes-gmac/aes-cbc" "hmac-sha-256-128/null" \
	    "hmac-sha-1-96/null/beet"; do
		run -2 --separate-stderr ims-sa negotiate --as ue --policy "$p"
		[[ $stderr == "ims-sa: --policy: "* ]]
	done
}
