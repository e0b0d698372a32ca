# ims-pcap --summary: figures; what they should be is counted by tshark.
load helper

F=$LAB/call_plain_gm.pcap

# figure NAME: its number and what follows.
figure()
{
	sed -n "s/^ *$1  *//p" | tr -s ' '
}

@test "messages by method and status, as tshark counts them" {
	local f

	for f in "$F" "$LAB"/call_plain_mw.pcap "$LAB"/resync_mw.pcap \
	    "$SHAPES"/v_tcp_one_per_seg.pcap; do
		tshark -r "$f" -Y sip -T fields -E occurrence=f \
		    -e sip.CSeq.method -e sip.Status-Code |
		    python3 -c '
import collections, sys
n = collections.defaultdict(collections.Counter)
for line in sys.stdin:
    method, status = line.rstrip("\n").split("\t")
    n[method][status] += 1
print("messages", sum(sum(c.values()) for c in n.values()))
for method, c in sorted(n.items()):
    print(method, c.pop("", 0),
        *(f"{s}: {k}" for s, k in sorted(c.items())))' \
		    >"$BATS_TEST_TMPDIR/want"
		ims-pcap --summary "$f" |
		    sed -n '1p; /^  [A-Z]/p' | sed 's/^ *//' | tr -s ' ' |
		    sort -f >"$BATS_TEST_TMPDIR/got"
		diff -u <(sort -f "$BATS_TEST_TMPDIR/want") \
		    "$BATS_TEST_TMPDIR/got"
	done
}

@test "registrations, and the time they took" {
	ims-pcap --summary "$F" >"$BATS_TEST_TMPDIR/out"
	same "2 registered: 2" "$(figure registrations <"$BATS_TEST_TMPDIR/out")"
	# Frames 1 and 6, 7 and 12.
	same "$(tshark -r "$F" -Y 'frame.number in {1, 6, 7, 12}' -T fields \
	    -e frame.time_epoch | python3 -c '
import sys
from decimal import Decimal
t = [Decimal(x) * 1000 for x in sys.stdin]
w = sorted((t[1] - t[0], t[3] - t[2]))
print(f"2 min: {w[0]:.3f} ms median: {sum(w) / 2:.3f} ms max: {w[1]:.3f} ms")')" \
	    "$(figure 'REGISTER to 200' <"$BATS_TEST_TMPDIR/out")"
}

@test "a registration seen on all hops took its time once" {
	same "$(ims-pcap --summary "$F" | figure 'REGISTER to 200')" \
	    "$(mergecap -w - "$F" "$LAB/call_plain_mw.pcap" |
	    ims-pcap --summary | figure 'REGISTER to 200')"
}

@test "ESP by security association: what tshark sees of each" {
	keys_of "$LAB/call_gm.pcap" >"$BATS_TEST_TMPDIR/k"
	same "$(tshark -r "$LAB/call_gm.pcap" -Y 'esp && ip.flags.mf == 0 ||
	    esp.spi' -T fields -e esp.spi -e ip.dst | sort | uniq -c |
	    while read -r n spi dst; do
		echo "$((spi)) $dst $n"
	    done | sort)" \
	    "$(ims-pcap --summary -k "$BATS_TEST_TMPDIR/k" \
	    "$LAB/call_gm.pcap" | awk '$1 == "spi" { print $2, $4, $6 }' |
	    sort)"
	same "0 0 0" "$(ims-pcap --summary -k "$BATS_TEST_TMPDIR/k" \
	    "$LAB/call_gm.pcap" | awk '$1 == "spi" { print $8, $10, $13 }' |
	    sort -u)"
}

@test "an integrity check value that is wrong" {
	local f=$BATS_TEST_TMPDIR/bad.pcap

	keys_of "$LAB/call_gm.pcap" >"$BATS_TEST_TMPDIR/k"
	cp "$LAB/call_gm.pcap" "$f"
	# The last octet of the last frame is of its ICV.
	printf '\125' | dd of="$f" bs=1 seek=$(($(stat -c %s "$f") - 1)) \
	    conv=notrunc status=none
	run -3 --separate-stderr ims-pcap --summary -k "$BATS_TEST_TMPDIR/k" \
	    "$f"
	same 1 "$(figure 'ICV failures' <<<"$output")"
	same "closed: 1 ICV wrong: 1" "$(tr -s ' ' <<<"$output" |
	    grep -o 'closed: 1.*')"
}

@test "retransmissions, of records as of captures" {
	same 0 "$(ims-pcap --summary "$F" | figure retransmissions)"
	same 2 "$( (ims-pcap "$F"; ims-pcap "$F" | head -n 2) |
	    ims-pcap --summary | figure retransmissions)"
	same "$(ims-pcap --summary "$F")" "$(ims-pcap "$F" | ims-pcap --summary)"
}

@test "of what is selected; not with records or a capture" {
	same "$(tshark -r "$F" -Y 'sip.CSeq.method in {"INVITE", "BYE"}' |
	    wc -l)" "$(ims-pcap --summary --method INVITE,BYE "$F" |
	    figure messages)"
	run -2 --separate-stderr ims-pcap --summary --stat "$F"
	run -2 --separate-stderr ims-pcap --summary -w x "$F"
}
