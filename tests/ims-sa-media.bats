# ims-sa media: keys of media in SDP.  data/srtp is made by srtp.py, which
# derives keys and protects packets by itself; RFC 3711 B.3 is in the records.
load helper

SRTP=$DATA/srtp
INLINE=4fl6DT4Bi+DWT6MsBt5BOQ7Gda1Jiv7rtpYLOqvm

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
}

# sdp ADDRESS LINE...: a description.
sdp()
{
	printf '%s\r\n' v=0 "o=- 1 1 IN IP4 $1" s=- "c=IN IP4 $1" "t=0 0" \
	    "${@:2}"
}

offer()
{
	sdp 192.0.2.1 'm=audio 4000 RTP/SAVP 0' \
	    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:$INLINE$1" "${@:2}"
}

# sip FIRST CSEQ BRANCH FILE: a message with the SDP of FILE.
sip()
{
	printf '%s\r\n' "$1" "Via: SIP/2.0/UDP x;branch=z9hG4bK$3" \
	    'From: <sip:a@x>;tag=1' 'To: <sip:b@x>' 'Call-ID: c@x' \
	    "CSeq: $2" 'Content-Type: application/sdp' \
	    "Content-Length: $(wc -c <"$4")" ''
	cat "$4"
}

@test "a capture: keys are those that srtp.py has" {
	run -0 --separate-stderr ims-sa media -x "$SRTP/call.pcap"
	[ -z "$stderr" ]
	same "$(jq -cS . "$SRTP/call.records.jsonl")" "$(jq -cS '{call_id, src,
	    sport, dst, dport, rtcp_dport, role, suite, tag, frame, key, salt, session_key,
	    session_salt, session_auth, rtcp_session_key, rtcp_session_salt,
	    rtcp_session_auth, mki, lifetime} |
	    with_entries(select(.value != null))' <<<"$output")"
}

@test "law 1: a capture, and its records" {
	ims-sa media -x "$SRTP/call.pcap" >direct
	run -0 --separate-stderr ims-pcap "$SRTP/call.pcap"
	same "$(cat direct)" "$(ims-sa media -x - <<<"$output")"
}

@test "without -x no key is in the output, and none in diagnostics" {
	offer "|2^20|x" >sdp
	run -0 --separate-stderr ims-sa media "$SRTP/call.pcap"
	[ "$(jq -c '[.key, .salt, .session_key] | select(any)' \
	    <<<"$output")" = "" ]
	run -3 --separate-stderr ims-sa media sdp
	[[ $stderr != *"${INLINE:0:8}"* ]]
}

@test "SDP alone: an offer, and its answer" {
	offer >both
	run -0 --separate-stderr ims-sa media -x both
	same "192.0.2.1:4000 null offer null e1f97a0d3e018be0d64fa32c06de4139" \
	    "$(jq -r '"\(.src):\(.sport) \(.dst) \(.role) \(.answered) \(.key)"' \
	    <<<"$output")"
	sdp 192.0.2.2 'm=audio 5000 RTP/SAVP 0' \
	    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${INLINE//4/5}" >>both
	run -0 --separate-stderr ims-sa media both
	same "192.0.2.1:4000 192.0.2.2:5000 offer true
192.0.2.2:5000 192.0.2.1:4000 answer true" \
	    "$(jq -r '"\(.src):\(.sport) \(.dst):\(.dport) \(.role) \(.answered)"' \
	    <<<"$output")"
}

@test "session keys are those of RFC 3711 B.3" {
	offer >sdp
	run -0 --separate-stderr ims-sa media -x sdp
	same "c61e7a93744f39ee10734afe3ff7a087 30cbbc08863d8c85d49db34a9ae1 \
cebe321f6ff7716b6fd4ab49af256a156d38baa4" \
	    "$(jq -r '"\(.session_key) \(.session_salt) \(.session_auth)"' \
	    <<<"$output")"
}

@test "a record written by hand gets its session keys" {
	echo '{"type":"srtp","suite":"AES_CM_128_HMAC_SHA1_80",' \
	    '"key":"e1f97a0d3e018be0d64fa32c06de4139",' \
	    '"salt":"0ec675ad498afeebb6960b3aabe6"}' >k
	run -0 --separate-stderr ims-sa media -x k
	[ "$(jq -r .session_key <<<"$output")" = \
	    c61e7a93744f39ee10734afe3ff7a087 ]
	run -0 --separate-stderr ims-sa media k
	same "$(cat k)" "$output"
}

@test "SIP text: offer and answer of a dialog" {
	offer "" "a=3ge2ae:requested" >o
	sdp 192.0.2.2 'm=audio 5000 RTP/SAVP 0' \
	    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${INLINE//4/5}" \
	    "a=3ge2ae:applied" >a
	{
		sip 'INVITE sip:b@x SIP/2.0' '1 INVITE' 1 o
		sip 'SIP/2.0 200 OK' '1 INVITE' 1 a
	} >text
	run -0 --separate-stderr ims-sa media text
	same "c@x offer sdes requested
c@x answer sdes applied" \
	    "$(jq -r '"\(.call_id) \(.role) \(.keying) \(.e2ae)"' <<<"$output")"
}

@test "other keying: DTLS-SRTP, MIKEY, none" {
	sdp 192.0.2.1 'm=audio 4000 UDP/TLS/RTP/SAVP 0' a=setup:actpass \
	    "a=fingerprint:sha-1 $(printf '00:%.0s' {1..19})00" \
	    'm=audio 4002 RTP/SAVP 0' 'a=key-mgmt:mikey AQAF' \
	    'm=video 4004 RTP/AVP 31' 'm=audio 0 RTP/AVP 0' >sdp
	run -0 --separate-stderr ims-sa media sdp
	same "0 dtls-srtp actpass
1 mikey null
2 none null" "$(jq -r '"\(.index) \(.keying) \(.setup)"' <<<"$output")"
}

# bad WORD LINE SDP-LINE: what a line of SDP says, and status 3 with the rest.
bad()
{
	offer "" "$3" >sdp
	run -3 --separate-stderr ims-sa media sdp
	same "ims-sa: sdp: sdp line $2: $1" \
	    "$(sed 's/\(.*line [0-9]*: [a-z0-9-]*\):.*/\1/' <<<"$stderr")"
	[ "$(jq -r '"\(.tag) \(.suite)"' <<<"$output" | head -1)" = \
	    "1 AES_CM_128_HMAC_SHA1_80" ]
}

@test "what is wrong with an attribute is named, with its line" {
	local cm="a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:"

	bad tag 8 "a=crypto:x AES_CM_128_HMAC_SHA1_80 inline:$INLINE"
	bad suite 8 "a=crypto:2 AES_CM_64 inline:$INLINE"
	bad method 8 "a=crypto:2 AES_CM_128_HMAC_SHA1_80 uri:x"
	bad base64 8 "$cm?"
	bad key-length 8 "$cm${INLINE:4}"
	[[ $stderr == *": 27 octets, not 30" ]]
	bad lifetime 8 "$cm$INLINE|2^49"
	bad mki 8 "$cm$INLINE|2^20|256:1"
	bad mki-length 8 "$cm$INLINE|2^20|1:129"
	bad mki-missing 8 "$cm$INLINE;inline:$INLINE"
	bad param 8 "$cm$INLINE NEW"
	bad aead 8 "a=crypto:2 AEAD_AES_128_GCM inline:${INLINE:0:36}AA== \
UNAUTHENTICATED_SRTP"
	bad hash 8 "a=fingerprint:crc32 00"
	bad fingerprint 8 "a=fingerprint:sha-1 00:11"
	bad setup 8 "a=setup:both"
	bad key-mgmt 8 "a=key-mgmt:mikey ?"
	bad 3ge2ae 8 "a=3ge2ae:maybe"
	bad media 8 "m=audio RTP/SAVP"
}

@test "a tag used twice is named" {
	offer "" "a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:$INLINE" >sdp
	run -3 --separate-stderr ims-sa media sdp
	[[ $stderr == "ims-sa: sdp: sdp line 8: tag-twice: "* ]]
}

@test "an answer that does not fit is named by frame or line" {
	offer >o
	sdp 192.0.2.2 'm=audio 5000 RTP/SAVP 0' \
	    "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:$INLINE" >a
	{
		sip 'INVITE sip:b@x SIP/2.0' '1 INVITE' 1 o
		sip 'SIP/2.0 200 OK' '1 INVITE' 1 a
	} >text
	run -3 --separate-stderr ims-sa media text
	[ -z "$output" ]
	[[ $stderr == "ims-sa: text: sdp line 7: answer-tag: "* ]]
	jq -cR --slurp 'split("SIP/2.0 200") | {type: "sip", message: .[0]},
	    {type: "sip", message: ("SIP/2.0 200" + .[1])}' text >records
	run -3 --separate-stderr ims-sa media records
	[[ $stderr == "ims-sa: records: line 2: sdp line 7: answer-tag: "* ]]
}

@test "a call without SRTP, under ESP: keying none, both ways" {
	run -0 --separate-stderr ims-sa media -k "$LAB/call.keys.jsonl" \
	    "$LAB/call_gm.pcap"
	same "offer none RTP/AVP
answer none RTP/AVP" "$(jq -r '"\(.role) \(.keying) \(.proto)"' <<<"$output")"
}

@test "nothing found is status 1; text that is neither SIP nor SDP, 3" {
	run -1 --separate-stderr ims-sa media "$LAB/sipp_fail.pcap"
	[ -z "$output" ]
	echo hello >text
	run -3 --separate-stderr ims-sa media text
	[[ $stderr == *"neither SIP nor SDP" ]]
}

@test "--offer writes a line that is right for every suite, never twice" {
	local all=AES_CM_128_HMAC_SHA1_80,AES_CM_128_HMAC_SHA1_32

	all+=,F8_128_HMAC_SHA1_80,AES_192_CM_HMAC_SHA1_80
	all+=,AES_192_CM_HMAC_SHA1_32,AES_256_CM_HMAC_SHA1_80
	all+=,AES_256_CM_HMAC_SHA1_32,AEAD_AES_128_GCM,AEAD_AES_256_GCM
	run -0 --separate-stderr ims-sa media --offer "$all"
	same "$(tr , '\n' <<<"$all" | nl -w1 -s' ')" \
	    "$(sed 's/a=crypto:\([^ ]* [^ ]*\) .*/\1/' <<<"$output")"
	same "30 30 30 38 38 46 46 28 44" "$(while read -r _ _ key; do
		base64 -d <<<"${key#inline:}" | wc -c
	done <<<"$output" | xargs)"
	{ sdp 192.0.2.1 'm=audio 4000 RTP/SAVP 0'; echo "$output"; } >sdp
	[ "$(ims-sa media sdp | wc -l)" = 9 ]
	[ "$output" != "$(ims-sa media --offer "$all")" ]
	same "$(ims-sa media -q -s 1 --offer "$all")" \
	    "$(ims-sa media -q -s 1 --offer "$all")"
}

@test "--answer takes the offerer's first that is accepted; the keys pair" {
	offer "" "a=crypto:2 AEAD_AES_128_GCM inline:${INLINE:0:36}AA==" \
	    "a=crypto:3 AEAD_AES_256_GCM inline:$INLINE$(printf 'A%.0s' {1..19})=" \
	    >o
	run -0 --separate-stderr ims-sa media \
	    --answer AEAD_AES_256_GCM,AEAD_AES_128_GCM o
	[[ $output == "a=crypto:2 AEAD_AES_128_GCM inline:"* ]]
	{ cat o; sdp 192.0.2.2 'm=audio 5000 RTP/SAVP 0' "$output"; } >both
	[ "$(ims-sa media both | jq -r .suite | xargs)" = \
	    "AEAD_AES_128_GCM AEAD_AES_128_GCM" ]
	run -1 --separate-stderr ims-sa media --answer F8_128_HMAC_SHA1_80 o
	[[ $stderr == *"sdp line 6: no a=crypto of a suite that is accepted" ]]
}

@test "usage: a suite that is none, options that do not go together" {
	run -2 --separate-stderr ims-sa media --offer AES
	run -2 --separate-stderr ims-sa media --offer AEAD_AES_128_GCM \
	    --answer AEAD_AES_128_GCM
	run -2 --separate-stderr ims-sa media --offer AEAD_AES_128_GCM file
}
