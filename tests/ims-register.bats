# ims-register: flows against flow_register.json, tshark and ims-verify; the
# phone and the network over FIFOs; every case.
load helper

REG=$DATA/register
VECTORS=$DATA/vectors/flow_register.json

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
}

# The flow with the inputs of flow_register.json.
vector_flow()
{
	ims-register flow -x -k "$REG/ue.jsonl" --alg hmac-sha-1-96 \
	    --ealg aes-cbc,null \
	    --set rand=23553cbe9637a89d218ae64dae47bf35 --set cnonce=0a4f113b \
	    --set spi-uc=439041025 --set spi-us=439041026 \
	    --set spi-pc=65537 --set spi-ps=65538 \
	    --set port-uc=40001 --set port-us=40002 "$@"
}

# header NAME: the values of that field, of messages on standard input.
header()
{
	jq -r '.sip // .message' | tr -d '\r' | sed -n "s/^$1: //p"
}

# sip N: the Nth message of flow.
sip()
{
	jq -c 'select(.type == "sip")' flow | sed -n "$1p"
}

# vector ID: the message SMx.
vector()
{
	jq -c --arg id "$1" '.messages[] | select(.id == $id)' "$VECTORS"
}

# The messages of the vectors as they are in the flow; SM9 and SM11 are not in
# the file.
PAIRS="1:SM1 2:SM2 3:SM3 4:SM4 5:SM5 6:SM6 7:SM7 8:SM8 10:SM10 12:SM12"

# The header fields of a message, by name, and how often.
fields()
{
	jq -r '.sip // .message' | tr -d '\r' |
	    sed -n '2,/^$/s/^\([A-Za-z-]*\):.*/\1/p' | sort | uniq -c
}

# through_esp OPTION...: the flow in a capture, flow.pcap.
through_esp()
{
	ims-register flow -q -x "$@" >flow 2>/dev/null || return
	ims-sa protect flow | ims-pcap -w flow.pcap - >/dev/null
}

# What ims-verify says: "error RULE FRAME" a line.
said()
{
	ims-pcap "$@" flow.pcap | ims-verify "$@" -f json |
	    jq -r 'select(.type == "finding") |
	    "\(.level) \(.rule) \(.frame)"'
}

@test "the header fields of flow_register.json, on every hop" {
	local p n

	vector_flow >flow
	for p in $PAIRS; do
		n=${p%:*}
		same "$p $(vector "${p#*:}" | fields)" "$p $(sip "$n" | fields)"
	done
}

@test "header fields of the registration that are all given, octet for octet" {
	local p h

	vector_flow >flow
	for p in $PAIRS; do
		for h in To CSeq Max-Forwards Contact Authorization Require \
		    Security-Client Security-Server Security-Verify Supported \
		    Proxy-Require WWW-Authenticate Path Service-Route \
		    P-Associated-URI P-Visited-Network-ID \
		    P-Access-Network-Info; do
			# Without the port, Service-Route would be 5060.
			same "$p $h $(vector "${p#*:}" | header "$h" |
			    sed 's/;tag=.*//')" \
			    "$p $h $(sip "${p%:*}" | header "$h" |
			    sed 's/;tag=.*//; s/orig@\(.*\):6060/orig@\1/')"
		done
	done
}

@test "addresses, ports and request lines are those of flow_register.json" {
	local p

	vector_flow >flow
	for p in 1:SM1 6:SM6 7:SM7 12:SM12; do
		same "$(vector "${p#*:}" | jq -r '"\(.src) \(.dst)"')" \
		    "$(sip "${p%:*}" |
		    jq -r '"\(.src):\(.sport) \(.dst):\(.dport)"')"
	done
	for p in $PAIRS; do
		same "$(vector "${p#*:}" | jq -r .sip | head -n 1)" \
		    "$(sip "${p%:*}" | jq -r .message | head -n 1)"
	done
}

@test "keys of the SAs: annex I, as ipsec.json has them for this CK and IK" {
	vector_flow >flow
	same '["uc->ps","40001","5063",65538]
["ps->uc","5063","40001",439041025]
["pc->us","5062","40002",439041026]
["us->pc","40002","5062",65537]' "$(jq -c 'select(.type == "sa" and
	    .state == "temporary") | [.role, "\(.sport)", "\(.dport)", .spi]' \
	    flow)"
	same "$(jq -r '.keys | .["hmac-sha-1-96"].IKesp +
	    .["aes-cbc"].CKesp' "$DATA/vectors/ipsec.json")" \
	    "$(jq -r 'select(.type == "sa") | .auth_key + .enc_key' flow |
	    sort -u)"
}

@test "without -x there is no key in an SA" {
	ims-register flow -k "$REG/ue.jsonl" >flow
	same 8 "$(jq -c 'select(.type == "sa")' flow | wc -l)"
	same 0 "$(jq -c 'select(.auth_key or .enc_key or .salt)' flow | wc -l)"
}

@test "--cx: what the HSS gave is test set 1 of TS 35.208" {
	vector_flow --cx >flow
	same '["23553cbe9637a89d218ae64dae47bf35","55f328b43577b9b94a9ffac354dfafb3","a54211d5e3ba50bf","b40ba9a3c58b2a05bbf0d987b21bf8cb","f769bcd751044604127672711c6d3441","ff9bb4d0b607"]' \
	    "$(jq -c 'select(.type == "vector") | [.rand, .autn, .xres, .ck,
	    .ik, .sqn]' flow)"
}

@test "resynchronisation and MAC failure answer as flow_register.json does" {
	local c

	for c in resync:SM7-auts mac-failure:SM7-mac; do
		ims-register flow -k "$REG/ue.jsonl" --case "${c%:*}" >flow \
		    2>/dev/null
		same "$(vector "${c#*:}" | fields)" "$(sip 7 | fields)"
		same "$(vector "${c#*:}" | jq -r '"\(.src) \(.dst)"')" \
		    "$(sip 7 | jq -r '"\(.src):\(.sport) \(.dst):\(.dport)"')"
	done
	# ... the MAC failure with an empty response and no auts; new SPIs.
	sip 7 | header Authorization | grep -q 'response=""'
	! sip 7 | header Authorization | grep -q auts=
	[ "$(sip 1 | header Security-Client)" != \
	    "$(sip 7 | header Security-Client)" ]
	same "$(sip 1 | header Security-Client | grep -o 'port-s=[0-9]*')" \
	    "$(sip 7 | header Security-Client | grep -o 'port-s=[0-9]*')"
}

# Every combination of algorithms, IP version, transport and mode.
@test "the faultless flow has no error, in every form; the same comes back" {
	local a v t m

	for a in "hmac-md5-96 null" "hmac-md5-96 aes-cbc" \
	    "hmac-md5-96 des-ede3-cbc" "hmac-sha-1-96 null" \
	    "hmac-sha-1-96 aes-cbc" "hmac-sha-1-96 des-ede3-cbc" \
	    "aes-gmac null" "null aes-gcm"; do
	for v in "" --ipv6; do for t in "" --tcp; do
	for m in trans UDP-enc-tun; do
		through_esp -k "$REG/two.jsonl" --alg "${a% *}" \
		    --ealg "${a#* }" $v $t --mode $m --steps \
		    register,subscribe,reregister,reauth,call,sms,deregister
		run -0 --separate-stderr ims-verify -k "$REG/two.jsonl" \
		    --fail-on error flow.pcap
		[ -z "$stderr" ]
		same "$(messages <flow)" "$(ims-pcap -k "$REG/two.jsonl" \
		    flow.pcap | messages)"
		same "" "$(ims-pcap -k "$REG/two.jsonl" flow.pcap |
		    jq -c 'select(.protection.icv == "bad")')"
	done; done; done; done
}

@test "tshark: all is SIP, nothing malformed" {
	ims-register flow -k "$REG/two.jsonl" --ipsec none --steps \
	    register,subscribe,reregister,call,sms,deregister >flow
	ims-pcap -w flow.pcap flow >/dev/null
	same "$(grep -c '"type":"sip"' flow)" \
	    "$(tshark -r flow.pcap -Y sip 2>/dev/null | wc -l)"
	same "" "$(tshark -r flow.pcap -Y '_ws.malformed ||
	    _ws.expert.severity >= 6291456' 2>/dev/null)"
}

@test "tshark opens the ESP with the keys of the SAs" {
	through_esp -k "$REG/ue.jsonl" --alg hmac-sha-1-96 --ealg aes-cbc \
	    --steps register,subscribe,reregister,deregister
	jq -c 'select(.type == "sa")' flow | ims-sa export -f wireshark - |
	    sort -u >esp_sa
	args=()
	while read -r line; do
		args+=(-o "uat:esp_sa:$line")
	done <esp_sa
	same "$(grep -c '"type":"sip"' flow)" \
	    "$(tshark -r flow.pcap -o esp.enable_encryption_decode:TRUE \
	    -o esp.enable_authentication_check:TRUE "${args[@]}" -Y sip \
	    2>/dev/null | wc -l)"
}

@test "no node of the core gets what is for Gm only, and the reverse" {
	ims-register flow -k "$REG/two.jsonl" --steps \
	    register,subscribe,reregister,call,sms,deregister >flow
	# Between nodes: nothing of the agreement.
	same "" "$(jq -r 'select(.type == "sip" and (.src | startswith("172"))
	    and (.dst | startswith("172"))) | .message' flow |
	    grep -E '^(Security-|P-Preferred-Identity)|sec-agree')"
	# To a phone: nothing of the network.
	same "" "$(jq -r 'select(.type == "sip" and (.dst | startswith("10")))
	    | .message' flow | grep -E '^P-(Charging|Access-Network|Visited)|[ci]k=')"
	# Of a phone: the IMPI in REGISTER only, and it never says how it came.
	same REGISTER "$(jq -r 'select(.type == "sip" and .impi) | .method' flow | sort -u)"
	same "" "$(jq -r 'select(.type == "sip" and (.src | startswith("10")))
	    | .message' flow | grep integrity-protected)"
}

@test "re-registration: new SPIs and port-c, the same port-s; old SAs are said" {
	ims-register flow -k "$REG/ue.jsonl" --steps register,reregister >flow
	local first second

	first=$(sip 1 | header Security-Client)
	second=$(sip 13 | header Security-Client)
	same "$(grep -o 'port-s=[0-9]*' <<<"$first")" \
	    "$(grep -o 'port-s=[0-9]*' <<<"$second")"
	for p in spi-c spi-s port-c; do
		[ "$(grep -o "$p=[0-9]*" <<<"$first" | head -n 1)" != \
		    "$(grep -o "$p=[0-9]*" <<<"$second" | head -n 1)" ]
	done
	same "temporary established temporary old established" \
	    "$(jq -r 'select(.type == "sa") | .state' flow | uniq | xargs)"
}

@test "the same seed gives the same flow, another another" {
	ims-register flow -q -s a -k "$REG/two.jsonl" --steps register,call >1
	ims-register flow -q -s a -k "$REG/two.jsonl" --steps register,call >2
	ims-register flow -q -s b -k "$REG/two.jsonl" --steps register,call >3
	cmp 1 2
	! cmp -s 1 3
}

@test "--srtp: a key of 30 octets in offer and answer, two different ones" {
	local keys

	ims-register flow -k "$REG/two.jsonl" --srtp --steps register,call >flow
	keys=$(jq -r 'select(.method == "INVITE" or .status == 183) |
	    .message' flow | sed -n 's/.*inline:\([A-Za-z0-9+/]*\).*/\1/p' |
	    sort -u)
	same 2 "$(wc -l <<<"$keys")"
	for k in $keys; do
		same 30 "$(base64 -d <<<"$k" | wc -c)"
	done
}

@test "an identity without IMSI, a domain of its own, TUAK, XOR" {
	local s

	for s in '"algorithm":"xor","k":"000102030405060708090a0b0c0d0e0f"' \
	    '"algorithm":"tuak","k":"000102030405060708090a0b0c0d0e0f","opc":"000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f"'; do
		echo '{"type":"subscriber","impi":"alice@example.net","impu":["sip:alice@example.org"],"domain":"example.org",'"$s}" >k
		run -0 --separate-stderr ims-register flow -k k
		same 1 "$(jq -c 'select(.status == 200 and .dst == "10.45.0.2")' \
		    <<<"$output" | wc -l)"
		jq -r .message <<<"$output" |
		    grep -q '^To: <sip:alice@example.org>'
	done
}

# What a case breaks is reported, once for each thing that is wrong, and no
# other error; cases without a rule have none at all.
@test "every case: its rule, and no other error" {
	local name rule what got bad=0

	ims-verify --list-rules | awk '{ print $1 }' >known
	ims-register --list-cases >cases
	[ "$(wc -l <cases)" -gt 40 ]
	while read -r name rule what; do
		[ "$rule" = - ] || grep -qx "$rule" known || continue
		through_esp -k "$REG/two.jsonl" --case "$name"
		got=$(said -k "$REG/two.jsonl" | grep -v ^note || :)
		if [ "$rule" = - ]; then
			got=$(grep ^error <<<"$got" || :)
			[ -z "$got" ] || { bad=1; echo "$name: $got"; }
			continue
		fi
		grep -q " $rule " <<<"$got" ||
			{ bad=1; echo "$name: no $rule: $got"; }
		! grep ^error <<<"$got" | grep -v " $rule " ||
			{ bad=1; echo "$name: not only $rule: $got"; }
	done <cases
	[ "$bad" -eq 0 ]
}

# What 33.203 and 24.229 have happen: the answers to the phone, in order.
@test "cases: who answers what" {
	local line bad=0

	while IFS='|' read -r name want; do
		ims-register flow -q -k "$REG/ue.jsonl" --case "$name" >flow \
		    2>/dev/null
		got=$(jq -r 'select(.type == "sip" and .dst == "10.45.0.2") |
		    .status // .method' flow | xargs)
		[ "$got" = "$want" ] ||
			{ bad=1; echo "$name: $got, not $want"; }
	done <<-E
	mac-failure|401 403
	resync|401 401 200
	two-bad-challenges|401 401
	no-answer|401
	lost-challenge|401 401 200
	expires-too-brief|423 401 200
	no-path-support|420
	no-outbound|439
	server-error|500
	forbidden|403
	other-impu|403
	contact-unknown|401 200 403
	no-binding|401 200 200 NOTIFY 500 401 200
	response-wrong|401 403
	no-agreement|421
	no-security-server|401 401 200
	verify-changed|401 494
	client-changed|401 494
	bid-down|401 494
	spi-equal|401
	reauthentication|401 200 200 NOTIFY NOTIFY 401 200
	network-deregisters|401 200 200 NOTIFY NOTIFY
	E
	[ "$bad" -eq 0 ]
}

# fifo CORE_KEYS UE_KEYS STEPS: the two of them; ue's output is in up.
fifo()
{
	local core

	rm -f a b
	mkfifo a b
	timeout 60 ims-register core -q -k "$1" <b >a 3>&- &
	core=$!
	timeout 60 ims-register ue -k "$2" --steps "$3" <a 3>&- |
	    tee up >b
	set -- "${PIPESTATUS[0]}"
	wait "$core" && return "$1"
}

thousand()
{
	jq -nc --arg sqn "$1" 'range(1000) | { type: "subscriber",
	    imsi: "00101\(1000000000 + .)", mnc_len: 2,
	    k: "465b5ce8b199b49faa5f0a2e\(10000000 + .)",
	    opc: "cd63cb71954a9f4e48a5994e37a02baf", sqn: $sqn }'
}

@test "ue and core over FIFOs: 1000 phones resynchronise, register, leave" {
	thousand 000000000020 >core.jsonl
	thousand 000000010000 >ue.jsonl
	fifo core.jsonl ue.jsonl register,subscribe,reregister,deregister
	same 1000 "$(grep -c 'auts=' up)"
	same 1000 "$(jq -r 'select(.method == "SUBSCRIBE") | .method' up |
	    wc -l)"
	same 1000 "$(jq -r 'select(.method == "REGISTER") |
	    .message' up | grep -c 'expires=0')"
}

@test "ue: not answered is 1, a wrong key is 1" {
	thousand 000000000000 | head -n 2 >ue.jsonl
	sed 's/"k":"4/"k":"5/' ue.jsonl >core.jsonl
	run -1 --separate-stderr fifo core.jsonl ue.jsonl register
	[[ $stderr == *"403 Forbidden"* ]]
	run -1 --separate-stderr bash -c 'echo "{\"type\":\"stat\"}" |
	    ims-register ue -k ue.jsonl'
	[[ $stderr == *"2 of 2 phones were not answered to the end"* ]]
	same 2 "$(grep -c REGISTER <<<"$output")"
}

@test "core --as: P-CSCF and S-CSCF in two processes" {
	rm -f a b c d
	mkfifo a b c
	ims-register flow -q -s 1 -k "$REG/ue.jsonl" >flow 2>/dev/null
	sip 1 | ims-register core -q -k "$REG/ue.jsonl" --as p-cscf >up
	same 172.22.0.19 "$(jq -r .dst up)"
	ims-register core -q -k "$REG/ue.jsonl" --as i-cscf,s-cscf up >down
	same "401 172.22.0.21" "$(jq -r '"\(.status) \(.dst)"' down)"
	jq -r .message down | grep -q 'ik="'
}

@test "a subscriber without k: said, left out, 3" {
	{
		echo '{"type":"subscriber","impi":"x@example.org"}'
		cat "$REG/ue.jsonl"
	} >k
	run -3 --separate-stderr ims-register flow -k k
	[[ $stderr == "ims-register: k: line 1: no k" ]]
	same 12 "$(grep -c '"type":"sip"' <<<"$output")"
}

@test "usage: 2" {
	local line

	while read -r line; do
		run -2 --separate-stderr ims-register $line
		[ -z "$output" ]
		[ -n "$stderr" ]
	done <<-E
	nothing
	flow
	flow -k $REG/ue.jsonl file
	flow -k $REG/ue.jsonl --steps register,call
	flow -k $REG/ue.jsonl --steps fly
	flow -k $REG/ue.jsonl --case none
	flow -k $REG/ue.jsonl --alg md5
	flow -k $REG/ue.jsonl --alg aes-gmac --ealg aes-cbc
	flow -k $REG/ue.jsonl --set rand=00
	flow -k $REG/ue.jsonl --set id=00
	flow -k $REG/ue.jsonl --set port-uc=65536
	flow -k $REG/ue.jsonl -R moon=1.2.3.4
	flow -k $REG/ue.jsonl -R ue=2001:db8::1
	flow -k $REG/ue.jsonl --mode tun
	flow -k $REG/ue.jsonl --scheme MD5
	flow -k $REG/ue.jsonl --ipsec some
	core -k $REG/ue.jsonl --as hss
	E
}
