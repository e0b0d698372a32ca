# ims-hide scrub and unscrub: nobody in it, and the same story.

load helper

setup()
{
	cd "$BATS_TEST_TMPDIR"
	echo '4e1ec5f0c2a84a7c8f3b9d5e6071a2b3' >secret
}

# scrubbed CAPTURE [OPTION ...]: out.pcap, new.jsonl of it and of keys.jsonl.
scrubbed()
{
	keys_of "$1" >keys.jsonl
	ims-hide scrub --key secret -k keys.jsonl --new-keys new.jsonl \
	    -o out.pcap "${@:2}" "$1" 2>report
}

# Everything about frames that must not change: lengths, and what tshark says
# of checksums, segments, fragments.
tshark_says()
{
	tshark -r "$1" -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
	    -o udp.check_checksum:TRUE -o sctp.checksum:CRC-32C -T fields \
	    -e frame.number -e frame.time_epoch -e frame.len -e frame.cap_len \
	    -e ip.len -e ip.checksum.status -e udp.length \
	    -e udp.checksum.status -e tcp.seq -e tcp.ack -e tcp.len \
	    -e tcp.checksum.status -e tcp.analysis.lost_segment \
	    -e tcp.analysis.ack_lost_segment -e tcp.analysis.retransmission \
	    -e tcp.analysis.out_of_order -e sctp.checksum.status \
	    -e ip.fragment.count -e esp.spi -e esp.sequence 2>/dev/null
}

findings()
{
	ims-verify -q -f json -k "$1" "$2" | rules_at
}

# Frame, kind, protection and length of each message, names of header fields.
story()
{
	ims-pcap -q -k "$1" "$2" | jq -c 'select(.type == "sip") |
	    [.frame, .method, .status, .cseq, .protection, (.message | length,
	    [splits("\r\n") | capture("^(?<n>[A-Za-z-]+):").n])]'
}

leaks()
{
	ims-pcap -q -k new.jsonl --duplicates out.pcap >text
	tshark -r out.pcap -V 2>/dev/null >>text
	python3 "$DATA/leaks.py" "$1" out.pcap text
}

same_story()
{
	local f=$1

	scrubbed "$f"
	same "$(findings keys.jsonl "$f")" "$(findings new.jsonl out.pcap)" ||
	    { echo "$f: other findings"; return 1; }
	same "$(story keys.jsonl "$f")" "$(story new.jsonl out.pcap)" ||
	    { echo "$f: other messages"; return 1; }
	same "$(tshark_says "$f")" "$(tshark_says out.pcap)" ||
	    { echo "$f: tshark says otherwise"; return 1; }
}

@test "a real registration: nobody is left, and the findings are the same" {
	need_shared
	same_story "$IPSEC_REG"
	[ "$(findings new.jsonl out.pcap | wc -l)" -gt 10 ]
	run -0 leaks "$IPSEC_REG"
	[ "${#lines[@]}" -eq 1 ]
	[ "${lines[0]%% *}" -gt 15 ]
}

@test "a real call over UDP and TCP: the same" {
	need_shared
	same_story "$VOLTE"
	run -0 leaks "$VOLTE"
	# The number of CSeq is that of the Call-ID; it counts, and stays.
	[ "$(grep -v -c '^left: ' <<<"$output")" -eq 1 ]
	[ "${#lines[@]}" -le 2 ]
}

@test "a real phone, IPv6 in GTP-U: the same" {
	need_shared
	same_story "$IPHONE"
	run -0 leaks "$IPHONE"
	[ "${#lines[@]}" -eq 1 ]
}

@test "lab captures of all kinds: same findings, messages, checksums" {
	local f

	for f in "$LAB"/{call_gm,call_mw,call_cx,call_topoh_mw,resync_mw}.pcap \
	    "$LAB"/{sipp_akav1_tcp,sipp_fail,akav2_as_v1_mw}.pcap \
	    "$LAB"/{null_aes-gcm_ipv4_tcp,hmac-sha1-96_aes-cbc_ipv4_udp}.pcap \
	    "$LAB"/aes-gmac_null_ipv4_udp.pcap; do
		same_story "$f"
	done
}

@test "lab captures: nobody is left" {
	local f

	for f in "$LAB"/{call_gm,call_mw,call_cx,resync_gm,sipp_fail}.pcap; do
		scrubbed "$f"
		run -0 leaks "$f"
		[ "${#lines[@]}" -eq 1 ]
	done
}

@test "all ESP of the kernel opens under the new keys, for tshark too" {
	local f=$LAB/hmac-sha1-96_aes-cbc_ipv4_tcp.pcap n

	scrubbed "$f"
	ims-sa export -f wireshark <new.jsonl >esp_sa
	mkdir -p home/.config/wireshark
	cp esp_sa home/.config/wireshark/esp_sa
	n=$(tshark -r "$f" -Y esp 2>/dev/null | wc -l)
	[ "$n" -gt 10 ]
	run -0 --separate-stderr env HOME="$PWD/home" tshark -r out.pcap \
	    -o esp.enable_encryption_decode:TRUE \
	    -o esp.enable_authentication_check:TRUE -Y 'esp.icv_good == 1'
	[ "${#lines[@]}" -eq "$n" ]
}

@test "a reopened datagram of fragments, and of any cut of a stream" {
	local f

	for f in frag tcp_split_any tcp_two_per_seg qinq gtpu sll ip6; do
		same_story "$SHAPES/v_$f.pcap"
		run ! grep -aq 'alice' out.pcap
	done
}

# fields CAPTURE FILTER FIELD...: what tshark says, a line for each packet.
fields()
{
	local f=$1 y=$2

	shift 2
	tshark -r "$f" -Y "$y" -T fields "${@/#/-e}" 2>/dev/null
}

# of CAPTURE FILTER FIELD: the values, each once.
of()
{
	fields "$@" | tr ',' '\n' | sed '/^$/d' | sort -u
}

@test "Diameter: the same AVPs, and the identities of SIP in them" {
	local f n

	for n in call resync; do
		mergecap -F pcap -w both.pcap "$LAB/${n}_mw.pcap" \
		    "$LAB/${n}_cx.pcap"
		ims-hide scrub -q --key secret -o out.pcap both.pcap
		for f in both out; do
			tshark -r $f.pcap -Y diameter -T fields \
			    -e frame.number -e diameter.cmd.code \
			    -e diameter.avp.code -e diameter.avp.len \
			    -e diameter.Result-Code -e _ws.malformed \
			    >$f.avps 2>/dev/null
			of $f.pcap diameter diameter.User-Name >$f.users
			ims-pcap -q $f.pcap | jq -r 'select(.impi).impi' |
			    sort -u >$f.impis
		done
		[ "$(wc -l <both.avps)" -gt 10 ]
		diff both.avps out.avps
		diff out.users out.impis
		same "$(comm -12 both.users both.impis | wc -l)" \
		    "$(wc -l <out.users)"
		[ -z "$(comm -12 both.users out.users)" ]
	done
}

# Without keys: those that the answers of the HSS have verify, as before.
@test "Diameter: its vectors are those of the challenges" {
	local n

	for n in call resync akav2_as_v1 call_plain; do
		mergecap -F pcap -w both.pcap "$LAB/${n}_mw.pcap" \
		    "$LAB/${n}_cx.pcap"
		ims-hide scrub -q --key secret -o out.pcap both.pcap
		: >none
		same "$(findings none both.pcap)" "$(findings none out.pcap)"
		of out.pcap sip sip.auth.nonce | tr -d '"' |
		    while read -r nonce; do
			base64 -d <<<"$nonce" | od -An -v -tx1 | tr -d ' \n'
			echo
		done | sort -u >nonces
		of out.pcap diameter diameter.3GPP-SIP-Authenticate |
		    tr -d : | sort -u >vectors
		[ -s vectors ]
		comm -13 nonces vectors >only
		[ ! -s only ]
	done
}

@test "Diameter: the new keys make what the HSS says" {
	local f=$LAB/resync_cx.pcap rand n=0

	scrubbed "$f"
	tshark -r out.pcap -Y 'diameter.Confidentiality-Key' -T fields \
	    -e diameter.3GPP-SIP-Authenticate \
	    -e diameter.3GPP-SIP-Authorization \
	    -e diameter.Confidentiality-Key -e diameter.Integrity-Key \
	    2>/dev/null | tr -d : >said
	while read -r auth res ck ik; do
		run -0 ims-aka answer -k new.jsonl --impi \
		    "$(jq -r 'select(.impi).impi' new.jsonl | head -n 1)" \
		    --rand "${auth:0:32}" --autn "${auth:32}"
		same "$res $ck $ik" \
		    "$(jq -r '"\(.res) \(.ck) \(.ik)"' <<<"$output")"
		n=$((n + 1))
	done <said
	[ $n -ge 2 ]
	# AUTS asks for the same SQN as it did.
	tshark -r out.pcap -Y 'diameter.flags.request == 1 &&
	    diameter.3GPP-SIP-Authorization' -T fields \
	    -e diameter.3GPP-SIP-Authorization 2>/dev/null | tr -d : >auts
	rand=$(cut -c -32 auts)
	same "$(jq -r '.vectors[] | select(.resync).sqn_ms' \
	    "$LAB/resync.keys.json")" "$(ims-aka resync -k new.jsonl \
	    --impi "$(jq -r 'select(.impi).impi' new.jsonl | head -n 1)" \
	    --rand "$rand" --auts "$(cut -c 33- auts)" | jq -r .sqn_ms)"
}

@test "Diameter of Rx and Gx: addresses, numbers and flows, in their form" {
	need_shared
	scrubbed "$IPSEC_REG"
	same "$(fields "$IPSEC_REG" diameter frame.number diameter.avp.code \
	    diameter.avp.len)" "$(fields out.pcap diameter frame.number \
	    diameter.avp.code diameter.avp.len)"
	[ -z "$(fields out.pcap 'diameter && _ws.malformed' frame.number)" ]
	# The phone that SIP registers is the one whose flows are let through.
	of out.pcap diameter diameter.Framed-IP-Address.IPv4 >framed
	of out.pcap diameter diameter.Flow-Description |
	    grep -Fqf framed
	of out.pcap 'sip.Method == REGISTER' ip.src | grep -Fxqf framed
	same "$(of out.pcap diameter diameter.User-Name)" \
	    "$(jq -r 'select(.impi).impi' new.jsonl)"
}

@test "Diameter that is damaged is blanked where it cannot be read" {
	local i

	python3 - "$LAB/call_cx.pcap" <<-'END'
	import struct, sys
	d = bytearray(open(sys.argv[1], 'rb').read())
	# The length of each User-Name is far beyond its message.
	at = 0
	while True:
	    at = d.find(b'\0\0\0\1\x40\0\0\x39', at)
	    if at < 0:
	        break
	    d[at + 5] = 0x7f
	    at += 8
	open('in.pcap', 'wb').write(d)
	END
	ims-hide scrub -q --key secret -o out.pcap in.pcap
	for i in 00101000000000 scscf.ims.mnc001 IMSSubscription; do
		grep -aq $i in.pcap
		run ! grep -aq $i out.pcap
	done
}

# dns: dns.pcap, a datagram of each question and its answer.
dns()
{
	python3 - <<-'END'
	import ipaddress, struct

	def name(n):
	    out = b''
	    for label in n.split('.'):
	        out += bytes([len(label)]) + label.encode()
	    return out + b'\0'

	def rr(owner, kind, data):
	    return owner + struct.pack('>HHIH', kind, 1, 60, len(data)) + data

	def string(s):
	    return bytes([len(s)]) + s

	def turned(a):
	    return ipaddress.ip_address(a).reverse_pointer

	SELF = b'\xc0\x0c'
	enum = '.'.join(reversed('4930123456')) + '.e164.arpa'
	mnc = 'pcscf.ims.mnc007.mcc262.3gppnetwork.org'
	at = 12 + len('pcscf.ims.')
	cases = [
	    (enum, 35, [rr(SELF, 35, struct.pack('>HH', 10, 1) + string(b'u') +
	        string(b'E2U+sip') +
	        string(b'!^.*$!sip:+4930123456@home1.net!') + b'\0')]),
	    ('alice.home1.net', 1, [rr(SELF, 1, bytes([192, 0, 2, 33])),
	        rr(b'\3bob' + b'\xc0\x12', 28,
	        ipaddress.ip_address('2001:db8::7').packed)]),
	    (turned('192.0.2.33'), 12, [rr(SELF, 12, name('alice.home1.net'))]),
	    (turned('2001:db8::7'), 12, [rr(SELF, 12, name('bob.home1.net'))]),
	    (mnc, 5, [rr(SELF, 5, b'\5proxy' + bytes([0xc0, at])),
	        rr(bytes([0xc0, at]), 6, name('ns.home1.net') +
	        name('carol.home1.net') + bytes(20))]),
	    ('home1.net', 16, [rr(SELF, 16, string(b'Alice was here')),
	        rr(SELF, 15, b'\0\1' + name('mail.home1.net')),
	        rr(SELF, 99, b'alice')]),
	]
	out = struct.pack('<IHHIIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101)
	def put(payload, sport, dport):
	    global out
	    udp = struct.pack('>HHHH', sport, dport, 8 + len(payload), 0)
	    ip = struct.pack('>BBHHHBBH4s4s', 69, 0, 28 + len(payload), 0, 0,
	        64, 17, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
	    p = ip + udp + payload
	    out += struct.pack('<IIII', 1, 0, len(p), len(p)) + p
	for n, kind, answers in cases:
	    q = name(n) + struct.pack('>HH', kind, 1)
	    put(struct.pack('>HHHHHH', 7, 0x8180, 1, len(answers), 0, 0) + q +
	        b''.join(answers), 53, 40000)
	# A pointer to itself, a record that is longer than the message.
	put(struct.pack('>HHHHHH', 7, 0x100, 1, 0, 0, 0) +
	    b'\5alice\xc0\x0c\0\1\0\1', 40000, 53)
	put(struct.pack('>HHHHHH', 7, 0x8180, 0, 1, 0, 0) + name('alice.net') +
	    struct.pack('>HHIH', 16, 1, 0, 99) + b'\5alice', 53, 40000)
	open('dns.pcap', 'wb').write(out)
	END
}

@test "DNS: names, numbers and addresses, as SIP has them" {
	local f=out.pcap

	dns
	ims-hide scrub -q --key secret -o $f dns.pcap
	run ! grep -Eaqi 'alice|bob|carol|home1|mcc262|was here' $f
	# The last is longer than its packet, and comes out blank.
	same "$(fields dns.pcap "dns && frame.number < 8" frame.number \
	    dns.qry.type dns.resp.type dns.resp.len)" \
	    "$(fields $f "dns && frame.number < 8" frame.number \
	    dns.qry.type dns.resp.type dns.resp.len)"
	same "" "$(fields $f "dns && frame.number == 8" dns.qry.type \
	    dns.resp.type dns.resp.len | tr -d "\t\n")"
	# The number asked for is that of the answer.
	same "$(fields $f frame.number==1 dns.qry.name | sed 's/\.e164.*//' |
	    tr -d . | rev)" "$(fields $f frame.number==1 dns.naptr.regex |
	    grep -o '+[0-9]*' | tr -d +)"
	[[ $(fields $f frame.number==1 dns.naptr.regex) != *4930123456* ]]
	# Who has an address is who the address is of.
	same "$(fields $f frame.number==2 dns.a | tr . '\n' | tac |
	    paste -sd .).in-addr.arpa $(fields $f frame.number==2 \
	    dns.qry.name)" "$(fields $f frame.number==3 dns.qry.name \
	    dns.ptr.domain_name | tr '\t' ' ')"
	same "$(python3 -c 'from ipaddress import *; import sys
print(ip_address(sys.argv[1]).reverse_pointer)' \
	    "$(fields $f frame.number==2 dns.aaaa)")" \
	    "$(fields $f frame.number==4 dns.qry.name)"
	# "bob" points to the domain of "alice".
	same "$(fields $f frame.number==2 dns.resp.name | cut -d , -f 2)" \
	    "$(fields $f frame.number==4 dns.ptr.domain_name)"
	# One network in names that are pointed to and in SIP.
	printf 'OPTIONS sip:%s SIP/2.0\r\n\r\n' \
	    pcscf.ims.mnc007.mcc262.3gppnetwork.org >msg
	same "$(ims-hide scrub -q --key secret msg | sed -n \
	    's/^OPTIONS sip:\(.*\) SIP.*/\1/p')" \
	    "$(fields $f frame.number==5 dns.qry.name)"
	same "$(fields $f frame.number==5 dns.qry.name | sed s/^pcscf.ims/X/)" \
	    "$(fields $f frame.number==5 dns.cname | sed 's/^[a-z]*/X/')"
	# What is no DNS is blanked.
	same "" "$(fields $f 'frame.number == 8' udp.payload | tr -d '0\n')"
}

@test "several link types: every frame, of the interface it came from" {
	local f

	mergecap -w in.pcapng "$SHAPES"/v_{plain,sll,raw}.pcap
	run -0 --separate-stderr ims-hide scrub -q --key secret -o out.pcapng \
	    in.pcapng
	[ -z "$stderr" ]
	for f in in out; do
		tshark -r $f.pcapng -T fields -e frame.number \
		    -e frame.time_epoch -e frame.len -e frame.encap_type \
		    -e frame.protocols >$f 2>/dev/null
	done
	same 60 "$(wc -l <out)"
	same 3 "$(cut -f 4 out | sort -u | wc -l)"
	diff in out
	same "$(ims-pcap -q in.pcapng | jq -c '[.frame, .frames, .method,
	    .status]')" "$(ims-pcap -q out.pcapng | jq -c '[.frame, .frames,
	    .method, .status]')"
	# A pcap has one; the rest is dropped and said.
	run -3 --separate-stderr ims-hide scrub --key secret -o out.pcap \
	    "$SHAPES"/v_{plain,sll}.pcap
	[[ $stderr = *'frame 1: of another link type than the first'* ]]
	same 20 "$(tshark -r out.pcap 2>/dev/null | wc -l)"
}

@test "one secret: the same pseudonyms in two captures, others with another" {
	scrubbed "$LAB/call_gm.pcap"
	ims-pcap -q out.pcap | jq -r 'select(.impi).impi' | sort -u >gm
	scrubbed "$LAB/call_mw.pcap"
	ims-pcap -q out.pcap | jq -r 'select(.impi).impi' | sort -u >mw
	[ "$(wc -l <gm)" -eq 2 ]
	diff gm mw
	echo 'another secret of some length' >secret
	scrubbed "$LAB/call_gm.pcap"
	ims-pcap -q out.pcap | jq -r 'select(.impi).impi' | sort -u >other
	run ! diff gm other
}

@test "scrubbing is repeatable, octet for octet" {
	scrubbed "$LAB/call_gm.pcap"
	cp out.pcap first.pcap
	scrubbed "$LAB/call_gm.pcap"
	cmp first.pcap out.pcap
}

@test "unscrub gives the original, octet for octet" {
	local f

	for f in "$LAB/call_gm.pcap" "$SHAPES/v_plain.pcapng" \
	    "$LAB/call_cx.pcap"; do
		cp "$f" original
		ims-hide scrub -q --key secret --undo undo -o out original
		ims-hide unscrub --key secret undo >back
		cmp "$f" back
	done
	[ "$(stat -c %a undo)" = 600 ]
	run ! grep -aq 3gppnetwork undo
}

@test "unscrub gives the real captures back, octet for octet" {
	local f

	need_shared
	for f in "$IPSEC_REG" "$VOLTE" "$IPHONE"; do
		ims-hide scrub -q --key secret --undo undo -o out "$f"
		run ! cmp "$f" out
		ims-hide unscrub --key secret undo | cmp "$f"
	done
}

@test "a capture scrubbed into itself comes back too" {
	cp "$LAB/call_gm.pcap" c.pcap
	ims-hide scrub -q --key secret --undo undo -o c.pcap c.pcap
	run ! cmp "$LAB/call_gm.pcap" c.pcap
	ims-hide unscrub --key secret undo | cmp "$LAB/call_gm.pcap"
}

@test "unscrub: another key, a changed or cut file: exit 3, no file" {
	ims-hide scrub -q --key secret --undo undo -o out "$LAB/call_gm.pcap"
	echo 'another secret of some length' >other
	run -3 ims-hide unscrub --key other -o back undo
	[ ! -e back ]
	head -c -1 undo >cut
	run -3 ims-hide unscrub --key secret -o back cut
	head -c 24 undo >cut
	run -3 ims-hide unscrub --key secret -o back cut
	{ head -c 100 undo; printf 'X'; tail -c +102 undo; } >changed
	run -3 ims-hide unscrub --key secret -o back changed
	run -3 ims-hide unscrub --key secret -o back "$LAB/call_gm.pcap"
	[ ! -e back ]
}

@test "what did not verify does still not" {
	keys_of "$LAB/call_gm.pcap" |
	    jq -c '.k = "00000000000000000000000000000000"' >keys.jsonl
	ims-hide scrub -q --key secret -k keys.jsonl --new-keys new.jsonl \
	    -o out.pcap "$LAB/call_gm.pcap"
	run -0 findings keys.jsonl "$LAB/call_gm.pcap"
	[[ $output = *AUTH-12* ]] || [[ $output = *SA-16* ]]
	same "$output" "$(findings new.jsonl out.pcap)"
}

@test "without keys: digests of the same form, and it is said" {
	ims-hide scrub --key secret -o out.pcap "$LAB/call_plain_gm.pcap" \
	    2>report
	grep -q 'unproven [1-9]' report
	ims-pcap -q out.pcap | jq -r .message | grep -Eq \
	    'nonce="[A-Za-z0-9+/]{43}=".*response="[0-9a-f]{32}"'
	ims-pcap -q "$LAB/call_plain_gm.pcap" | jq -r .message |
	    grep -Eo '(nonce|response)="[^"]+"' | sort -u >was
	ims-pcap -q out.pcap | jq -r .message | grep -Eo \
	    '(nonce|response)="[^"]+"' | sort -u >is
	[ "$(wc -l <was)" -eq "$(wc -l <is)" ]
	[ -z "$(comm -12 was is)" ]
}

@test "new keys are secret, and need their file" {
	scrubbed "$LAB/call_gm.pcap"
	[ "$(stat -c %a new.jsonl)" = 600 ]
	[ "$(jq -r .type new.jsonl | sort | uniq -c | xargs)" = '2 subscriber' ]
	run ! grep -qf <(jq -r '.k, .opc, .impi' keys.jsonl) new.jsonl
}

# message BODY TYPE: a MESSAGE with it, in msg.
message()
{
	printf '%s\r\n' 'MESSAGE sip:bob.brown@home1.net SIP/2.0' \
	    'Via: SIP/2.0/UDP 203.0.113.77:5060;branch=z9hG4bKnashds7' \
	    'f: "Alice Wonderland" <sip:alice.w@home1.net>;tag=49583' \
	    'To: Bob  <sip:bob.brown@home1.net>' \
	    'Call-ID: asd88asd77a@203.0.113.77' 'CSeq: 1 MESSAGE' \
	    'X-Owner: Wonderland' 'User-Agent: Phone of Alice' \
	    "c: $2" "Content-Length: $(wc -c <"$1")" '' >msg
	cat "$1" >>msg
}

@test "plain text: people, texts and places; all else stays" {
	printf 'Meet me at 5, call 030 1234567. Alice' >body
	message body text/plain
	run -0 --separate-stderr ims-hide scrub --key secret msg
	[[ $stderr = *'left: header field X-Owner'* ]]
	[[ $stderr = *'left: User-Agent'* ]]
	ims-hide scrub -q --key secret --user-agent msg >got
	[ "$(wc -c <msg)" -eq "$(wc -c <got)" ]
	run ! grep -Eai 'alice|bob|brown|home1|203\.0\.113|meet|1234567' got
	# Signs, spaces, case and names of fields are where they were.
	same "$(sed 's/[A-Z]/A/g;s/[a-z]/a/g;s/[0-9]/0/g' msg)" \
	    "$(sed 's/[A-Z]/A/g;s/[a-z]/a/g;s/[0-9]/0/g' got)"
	grep -q '^f: "[A-Z][a-z]* [A-Z][a-z]*" <sip:' got
	grep -q '^To: [A-Z][a-z]*  <sip:' got
	grep -q '^CSeq: 1 MESSAGE' got
}

@test "an SMS: tshark finds another text to another number" {
	# TS 23.040: DELIVER of "hellohello" (RFC-less classic e8329bfd4697d9ec37)
	# from +31641600986, in RP-DATA.
	printf '\x01\x2a\x07\x91\x13\x26\x04\x00\x00\xf0\x00\x1c' >body
	printf '\x04\x0b\x91\x13\x46\x61\x00\x89\xf6\x00\x00\x20\x80' >>body
	printf '\x62\x91\x73\x14\x80\x0a\xe8\x32\x9b\xfd\x46\x97\xd9' >>body
	printf '\xec\x37' >>body
	message body application/vnd.3gpp.sms
	ims-hide scrub -q --user-agent --key secret msg >got
	for f in msg got; do
		python3 - $f >$f.pcap <<-'END'
		import struct, sys
		d = open(sys.argv[1], 'rb').read()
		u = struct.pack('>HHHH', 5060, 5060, 8 + len(d), 0) + d
		ip = struct.pack('>BBHHHBBH4s4s', 69, 0, 20 + len(u), 0, 0, 64,
		    17, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])) + u
		sys.stdout.buffer.write(struct.pack('<IHHIIII', 0xa1b2c3d4, 2,
		    4, 0, 0, 65535, 101) + struct.pack('<IIII', 1, 0, len(ip),
		    len(ip)) + ip)
		END
		tshark -r $f.pcap -T fields -e gsm_sms.sms_text \
		    -e gsm_sms.tp-oa -e gsm_a.rp.msg_type >$f.sms 2>/dev/null
	done
	[ "$(cut -f1,2 msg.sms)" = "$(printf 'hellohello\t31641600986')" ]
	grep -Eq '^[a-z]{10}	[0-9]{11}	' got.sms
	[ "$(cut -f3 msg.sms)" = "$(cut -f3 got.sms)" ]
	[ "$(cut -f1 msg.sms)" != "$(cut -f1 got.sms)" ]
	[ "$(cut -f2 msg.sms)" != "$(cut -f2 got.sms)" ]
}

@test "XML: identities, names and places, and it is still XML" {
	cat >body <<-'END'
	<?xml version="1.0"?>
	<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="0" state="full">
	<registration aor="sip:alice.w@home1.net" id="a7" state="active">
	<contact id="76" state="active" event="registered" callid="asd88asd77a@203.0.113.77">
	<uri>sip:alice.w@203.0.113.77:5060</uri><display-name>Alice &amp; Co</display-name>
	<unknown-param name="+sip.instance">"&lt;urn:gsma:imei:90420156-025763-0&gt;"</unknown-param>
	</contact></registration>
	<gml:pos xmlns:gml="urn:x">52.5163 13.3777</gml:pos></reginfo>
	END
	message body application/reginfo+xml
	ims-hide scrub -q --user-agent --key secret msg >got
	run ! grep -Eai 'alice|home1|203\.0\.113|90420156|52\.5163' got
	python3 - <<-'END'
	import xml.etree.ElementTree as t
	def shape(path):
	    x = t.fromstring(open(path).read().split('<?xml version="1.0"?>')[1])
	    return [(e.tag, sorted(e.attrib)) for e in x.iter()], x
	was, x = shape('msg')
	new, y = shape('got')
	assert was == new
	ns = '{urn:ietf:params:xml:ns:reginfo}'
	reg = y.find(ns + 'registration')
	uri = reg.find('.//' + ns + 'uri').text
	assert reg.get('aor').split('@')[0] == uri.split('@')[0], uri
	assert y.find('.//' + ns + 'display-name').text[5:8] == ' & '
	END
	# The Call-ID of the message and that in the body are still one.
	id=$(sed -n 's/^Call-ID: \([^@]*\)@.*/\1/p' got)
	grep -q "callid=\"$id@" got
}

@test "multipart, cpim and sipfrag: all the way in" {
	printf '%s\r\n' '--b1' 'Content-Type: message/cpim' '' \
	    'From: Alice <im:alice.w@home1.net>' \
	    'To: <im:bob.brown@home1.net>' '' 'Content-Type: text/plain' '' \
	    'Secretly yours' '--b1' 'Content-Type: message/sipfrag' '' \
	    'SIP/2.0 200 OK' 'From: <sip:alice.w@home1.net>;tag=9' '' '--b1' \
	    'Content-Type: application/sdp' '' 'v=0' \
	    'o=alice 2890844526 2890844526 IN IP4 203.0.113.77' 's=Tea' \
	    'c=IN IP4 203.0.113.77' 't=0 0' 'm=audio 49172 RTP/SAVP 0' \
	    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20' \
	    '--b1--' >body
	message body 'multipart/mixed;boundary=b1'
	ims-hide scrub -q --user-agent --key secret msg >got
	[ "$(wc -c <msg)" -eq "$(wc -c <got)" ]
	run ! grep -Eai 'alice|bob|home1|203\.0\.113|secretly|Tea|WVNfX19' got
	grep -q '^o=[a-z]* 2890844526 2890844526 IN IP4 [0-9.]*' got
	grep -Eq 'inline:[A-Za-z0-9+/]{40}\|2\^20' got
	same "$(grep -c '^--b1' msg)" "$(grep -c '^--b1' got)"
}

@test "a body nobody understands is blanked, or kept when asked" {
	printf 'ISUP\x01\x02secret' >body
	message body application/ISUP
	ims-hide scrub -q --key secret --report rep msg >got
	run ! grep -aq secret got
	[ "$(jq -c .replaced.body rep)" = 1 ]
	ims-hide scrub -q --key secret --keep-other --report rep msg >got
	grep -aq secret got
	[ "$(jq -r '.left[].what' rep | grep -c '^body application/ISUP')" = 1 ]
}

@test "records: messages, packets, keys; lines of other types are dropped" {
	keys_of "$LAB/call_gm.pcap" >keys.jsonl
	ims-pcap -q -k keys.jsonl "$LAB/call_gm.pcap" >records
	ims-hide scrub -q --key secret -k keys.jsonl --new-keys new.jsonl \
	    records >got
	same "$(findings keys.jsonl records)" "$(findings new.jsonl got)"
	scrubbed "$LAB/call_gm.pcap"
	same "$(messages <got)" \
	    "$(ims-pcap -q -k new.jsonl out.pcap | messages)"
	# Packets, ESP and TCP as they are.
	for f in "$LAB"/{call_gm,sipp_akav1_tcp}.pcap; do
		scrubbed "$f"
		ims-pcap -q --packets "$f" >packets
		ims-hide scrub -q --key secret -k keys.jsonl packets |
		    ims-pcap -q -k new.jsonl | messages >got
		[ -s got ]
		same "$(ims-pcap -q -k new.jsonl out.pcap | messages)" \
		    "$(cat got)"
	done
	run -3 --separate-stderr ims-hide scrub --key secret \
	    <<<'{"type":"finding","impi":"someone@home1.net"}'
	[ -z "$output" ]
	[[ $stderr = *'not scrubbed; dropped'* ]]
}

@test "scrub: the report on standard output, behind what is there" {
	run -0 --separate-stderr ims-hide scrub --key secret --report - \
	    -o out.pcap "$LAB/call_gm.pcap"
	[ -z "$stderr" ]
	same 'stat ims-hide scrub' "$(jq -r '"\(.type) \(.tool)"' <<<"$output")"
	printf 'OPTIONS sip:x SIP/2.0\r\n\r\n' >body
	message body text/plain
	run -0 --separate-stderr ims-hide scrub --key secret --report - \
	    --new-keys - msg
	same stat "$(tail -n 1 <<<"$output" | jq -r .type)"
	run -4 bash -c 'ims-hide scrub -q --report - msg >/dev/full'
}

@test "scrub: nothing there, or not of one form: one line each" {
	: >empty
	run -3 --separate-stderr ims-hide scrub empty
	same 'ims-hide: empty: empty
ims-hide: replaced: nothing' "$stderr"
	printf 'OPTIONS sip:x SIP/2.0\r\n\r\n' >msg
	run -3 --separate-stderr ims-hide scrub --report rep -o out \
	    "$LAB/call_gm.pcap" msg
	same 'ims-hide: msg: no capture, and a capture before or after it; one form at a time' \
	    "$stderr"
}

@test "scrub: what it refuses" {
	run -2 ims-hide scrub --undo u "$LAB/call_gm.pcap"
	run -2 ims-hide scrub --key secret --undo u - <"$LAB/call_gm.pcap"
	echo short >secret
	run -2 ims-hide scrub --key secret "$LAB/call_gm.pcap"
	run -2 ims-hide unscrub "$LAB/call_gm.pcap"
	run -4 ims-hide scrub --key /nonexistent "$LAB/call_gm.pcap"
}
