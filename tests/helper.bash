# helper: where things are, and what the bats files share; see README.
bats_require_minimum_version 1.5.0

TOP=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
B=${B:-build}
[[ $B = /* ]] || B=$TOP/$B
PATH=$B:$PATH
export LC_ALL=C
unset NO_COLOR

DATA=$TOP/tests/data
LAB=$DATA/lab
SHAPES=$DATA/shapes

# Captures that may not be copied lie in ../shared, which may be absent.
if [ -z "${IMS_SHARED:-}" ] && [ -d "$TOP/../shared" ]; then
	IMS_SHARED=$(cd "$TOP/../shared" && pwd)
fi
SHARED=${IMS_SHARED:-/nonexistent}/captures
IPSEC_REG=$SHARED/open5gs/ipsec_reg.pcapng
VOLTE=$SHARED/open5gs/volte.pcapng
IPHONE=$SHARED/arkime/gtp-iphone.pcap

# The tools there are.
TOOLS=$(cd "$TOP/bin" && echo ims-*.c)
TOOLS=${TOOLS//.c/}

need_shared()
{
	[ -d "$SHARED" ] || skip "no ../shared"
}

# Every capture at hand.
captures()
{
	ls "$LAB"/*.pcap "$SHAPES"/*.pcap* "$DATA"/cap/*.pcap \
	    "$DATA"/cap/*.pcapng "$DATA"/vectors/*.pcap
	[ ! -d "$SHARED" ] || ls "$IPSEC_REG" "$VOLTE" "$IPHONE"
}

# subscribers CAPTURE opc|op: records from the keys file of a lab/ims capture.
subscribers()
{
	local f=${1%.pcap}

	f=${f%_gm} f=${f%_mw} f=${f%_cx}
	jq -c --arg op "$2" '[.vectors[] | select(.impi) | { type: "subscriber", impi, k } +
	    { ($op): .[$op] }] | unique[]' "$f.keys.json"
}

# All that keys.json, ipsec.json and ANSWERS.md know of a capture, as records.
keys_of()
{
	local f=${1%.pcap}

	case $1 in
	*_gm.pcap | *_mw.pcap | *_cx.pcap)
		subscribers "$1" opc
		;;
	*/ipsec_all_algs.pcap)
		vector_sas
		;;
	*/ipsec_reg.pcapng)
		tablet op
		;;
	*)
		[ ! -f "$f.keys.json" ] || ! jq -e 'type == "object" and
		    has("sas")' "$f.keys.json" >/dev/null ||
			jq -c -f "$LAB/sa.jq" "$f.keys.json"
		;;
	esac
}

# The subscriber of ipsec_reg.pcapng (ANSWERS.md) with its op or opc.
tablet()
{
	local op='"op":"11111111111111111111111111111111"'

	[ "$1" = op ] || op='"opc":"8e27b6af0e692e750f32667a3b14605d"'
	echo '{"type":"subscriber",' \
	    '"impi":"001011234567893@ims.mnc001.mcc001.3gppnetwork.org",' \
	    "\"k\":\"8baf473f2f8fd09487cccbd7097c6862\",$op}"
}

# SAs for the packets of vectors/ipsec.json: those of UDP, TCP, IPv6 and the
# UDP-encapsulated tunnel are not the same ones, as their numbers restart.
vector_sas()
{
	jq -c '.keys as $k | .packets[] | select(.spi) |
	    { type: "sa", spi, alg, ealg, auth_key: $k[.alg].IKesp,
	      enc_key: $k[.ealg].CKesp,
	      salt: ($k[.alg].salt // $k[.ealg].salt) } +
	    (if .id | startswith("udp6") then { dst: "2001:db8:1::21" } else {}
	     end) + (if .id | startswith("udp-enc") then
	     { mode: "UDP-enc-tun" } else {} end) |
	    with_entries(select(.value != null))' \
	    "$DATA/vectors/ipsec.json" | sort -u
}

# One line a message: frame, method or status, icv.
brief()
{
	jq -r 'select(.type == "sip") | "\(.frame) \(.method // .status)" +
	    (if .protection then " \(.protection.icv)" else "" end)'
}

# Messages only, one JSON string a line.
messages()
{
	jq -c 'select(.type == "sip") | .message // .message_b64'
}

# Findings as rule@frame, sorted.
rules_at()
{
	jq -r '"\(.rule)@\(.frame)"' | sort -u
}

# complaints CAPTURE [tshark options]: fails, with a line for each packet that
# tshark finds malformed, of a wrong checksum or out of place.  A port that is
# used again is none.
complaints()
{
	local f=$1

	shift
	tshark -r "$f" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE \
	    -o tcp.check_checksum:TRUE "$@" \
	    -Y '(tcp.analysis.flags && !tcp.analysis.reused_ports) ||
	    _ws.malformed || ip.checksum.status == 0 ||
	    udp.checksum.status == 0 || tcp.checksum.status == 0 ||
	    esp.icv_bad == 1' >complaints.out 2>complaints.err ||
		cat complaints.err
	cat complaints.out
	[ ! -s complaints.out ] && ! grep -q tshark: complaints.err
}

# tshark_sip CAPTURE [tshark options]: each SIP message that tshark finds on any
# port but 4500 (ESP in UDP), in the capture's order, in hexadecimal.
tshark_sip()
{
	local f=$1

	shift
	tshark -r "$f" -d udp.port==1-4499,sip -d udp.port==4501-65535,sip \
	    -d tcp.port==1-65535,sip "$@" -T json -x 2>/dev/null | python3 -c '
import json, sys

def walk(pairs):
    for k, v in pairs:
        if k == "sip_raw":
            raw = v[0] if isinstance(v[0], str) else v[0][0]
            print(raw)
    return dict(pairs)

json.load(sys.stdin, object_pairs_hook=walk)'
}

# The same of records.
messages_hex()
{
	python3 -c '
import base64, json, sys

for line in sys.stdin:
    r = json.loads(line)
    if "message" in r:
        print(r["message"].encode().hex())
    elif "message_b64" in r:
        print(base64.b64decode(r["message_b64"]).hex())'
}

# same EXPECTED GOT: texts, or a diff.
same()
{
	diff -u --label expected --label got <(printf '%s\n' "$1") \
	    <(printf '%s\n' "$2")
}

# Show what there was when a test fails (bats prints the output then).
teardown()
{
	[ -n "${BATS_TEST_COMPLETED:-}" ] || [ -z "${status+x}" ] ||
		printf 'status %s\nstdout: %s\nstderr: %s\n' "$status" \
		    "$(head -c 4000 <<<"${output:-}")" \
		    "$(head -c 4000 <<<"${stderr:-}")"
}
