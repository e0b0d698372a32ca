# ims-pcap --ladder: who sent what to whom, drawn.
load helper

FORMS='text ascii mermaid svg html'
GOLD=$DATA/ladder

# drawn FORM ARG...: the arrows of the drawing; ladder.py reads it.
drawn()
{
	COLUMNS=400 ims-pcap --ladder="$1" "${@:2}" | python3 "$TOP/tests/ladder.py" \
	    "${1%%,*}"
}

# by_tshark CAPTURE [tshark options]: the arrows there should be, as ladder.py
# tells them: a ladder for each Call-ID, or (ALL set) one.
by_tshark()
{
	local f=$1

	shift
	tshark -r "$f" "$@" -o esp.enable_null_encryption_decode_heuristic:TRUE \
	    -Y sip -T fields -E occurrence=l -e sip.Call-ID -e frame.number \
	    -e frame.time_epoch -e ip.src -e ip.dst -e sip.Method \
	    -e sip.Status-Line -e sip.CSeq.method -e esp.spi 2>/dev/null |
	    ALL=${ALL:-} python3 -c '
import datetime, os, sys
ladders = {}
for line in sys.stdin:
    f = line.rstrip("\n").split("\t")
    ladders.setdefault("" if os.environ["ALL"] else f[0], []).append(f)
for call, rows in ladders.items():
    last = None
    for _, frame, time, src, dst, method, status, cseq, spi in rows:
        s, ns = map(int, time.split("."))
        us = s * 10**6 + ns // 1000
        when = datetime.datetime.fromtimestamp(s, datetime.timezone.utc)
        when = f"{when:%H:%M:%S}.{ns // 10**6:03}"
        if last is not None:
            d = us - last
            when = f"{d // 10**6:+}.{d % 10**6:06}"
        last = us
        print(call, frame, when, src, dst, method or
              status[len("SIP/2.0 "):] + f" ({cseq})", spi, sep="\t")'
}

# message START [HEADER...]: with what every message has.
message()
{
	printf '%s\r\n' "$1" 'Via: SIP/2.0/UDP h;branch=z9hG4bK1' \
	    'From: <sip:a@b.test>;tag=1' 'To: <sip:a@b.test>' "${@:2}" \
	    'Content-Length: 0' ''
}

# record FRAME SRC DST MESSAGE-FILE: a sip record.
record()
{
	jq -c -n --argjson n "$1" --arg s "$2" --arg d "$3" \
	    --rawfile m "$4" '{ type: "sip", time: "\($n).000000000",
	    frame: $n, src: $s, sport: 5060, dst: $d, dport: 5060,
	    transport: "udp", message: $m }'
}

# fits WIDTH FILE: no line has more letters.
fits()
{
	python3 -c 'import sys
for line in open(sys.argv[2], encoding="utf-8"):
    assert len(line.rstrip("\n")) <= int(sys.argv[1]), line' "$@"
}

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

@test "each form has the messages that tshark finds: order, ends, labels, times" {
	local f form

	for f in call_plain_gm call_mw resync_gm call_gm; do
		by_tshark "$LAB/$f.pcap" >want
		[ "$(wc -l <want)" -ge 6 ]
		for form in $FORMS; do
			echo "$f $form"
			# Where there is no room for all of a label.
			drawn "$form" "$LAB/$f.pcap" >got
			[ "$form" != svg ] || {
				grep -q '…' got
				sed -i 's/ \([^\t]*\)…\(\t[^\t]*\)$/ \1\2/' got
				python3 - <<'PY'
want = [l.split("\t") for l in open("want")]
got = [l.split("\t") for l in open("got")]
for w, g in zip(want, got):
    if w[5].startswith(g[5]):
        g[5] = w[5]
open("got", "w").writelines("\t".join(g) for g in got)
PY
			}
			diff -u want got
		done
	done
}

@test "=FORM,all: one ladder of all, in the order of the capture" {
	ALL=1 by_tshark "$LAB/call_plain_gm.pcap" >want
	for form in text ascii html; do
		drawn "$form,all" "$LAB/call_plain_gm.pcap" | diff -u want -
	done
}

# The messages are those of ANSWERS.md: frame, method or status, E in ESP.
@test "ipsec_reg: the arrows are its messages, and the SPIs those of tshark" {
	need_shared
	sed -n 's/, \(copies left out.*\)/\1/; /^279 REGISTER/{s/ (.*//; s/\. .*//
	    s/, /\n/g; p; }' "$SHARED/ANSWERS.md" |
	    sed 's/^459-//' | sed 's/\.$//' >want
	same 28 "$(wc -l <want)"
	tshark -r "$IPSEC_REG" -Y 'esp && sip' -T fields -e frame.number \
	    -e esp.spi -o esp.enable_null_encryption_decode_heuristic:TRUE \
	    -d udp.port==5100,sip -d udp.port==6301,sip >spis
	for form in $FORMS; do
		echo "$form"
		drawn "$form,all" "$IPSEC_REG" >got
		awk -F '\t' '{ sub(/ .*/, "", $6)
		    print $2 " " $6 ($7 == "" ? "" : " E") }' got | diff -u want -
		# Who is where: TS 23.228 by the ports of ANSWERS.md.
		same "192.168.101.5 10.4.128.21:5060
10.4.128.21:5060 10.4.128.21:4060
10.4.128.21:4060 10.4.128.21:6060
192.168.101.5 10.4.128.21:5060" "$(awk -F '\t' '$2 ~ /^(279|291|357|460)$/ {
		    print $4, $5 }' got)"
		while read -r frame _ spi; do
			same "$spi" "$(awk -F '\t' -v f="$frame" '$2 == f {
			    print $7 }' got)"
		done < <(grep -P '^(473|674|687|691)\t' spis | tr '\t' ' ' |
		    sed 's/ / x /')
	done
}

@test "ipsec_reg: the columns have their roles" {
	need_shared
	same "UE 192.168.101.5
P-CSCF 10.4.128.21#58;5060
I-CSCF 10.4.128.21#58;4060
S-CSCF 10.4.128.21#58;6060
192.168.101.2" "$(ims-pcap --ladder=mermaid "$IPSEC_REG" |
	    sed -n 's/^    participant n[0-9]* as //p' | sed 's,<br/>, ,')"
}

# No REGISTER: -R says who is who; the ports of ANSWERS.md.
@test "-R: nodes as they are said to be" {
	need_shared
	same "P-CSCF 10.4.128.21#58;5060
UE 192.168.101.2
192.168.101.3
S-CSCF 10.4.128.21#58;6060
I-CSCF 10.4.128.21#58;4060" "$(ims-pcap -R ue=192.168.101.2 \
	    -R p-cscf=10.4.128.21:5060 -R s-cscf=10.4.128.21:6060 \
	    -R i-cscf=10.4.128.21:4060 --ladder=mermaid,all "$VOLTE" |
	    sed -n 's/^    participant n[0-9]* as //p' | sed 's,<br/>, ,')"
}

# tshark sees a hop up to three times.
@test "volte: an arrow for each hop that tshark has" {
	need_shared
	tshark -r "$VOLTE" -Y sip -T fields -E aggregator='|' -e ip.src \
	    -e ip.dst -e sip.Method -e sip.Status-Code -e sip.CSeq \
	    -e sip.Via.branch | sed 's,^[^\t]*|,,
	    s,^\([^\t]*\t\)[^\t]*|,\1,; s,|[^\t]*$,,' | sort -u |
	    awk -F '\t' '{ print $1, $2, $3 $4 }' | sort >want
	same 27 "$(wc -l <want)"
	for form in $FORMS; do
		drawn "$form" "$VOLTE" | awk -F '\t' '{ gsub(/:[0-9]+/, "")
		    sub(/ .*/, "", $6); print $4, $5, $6 }' | sort |
		    diff -u want -
	done
}

@test "golden: what a capture of the lab looks like" {
	local form

	for form in text ascii mermaid svg; do
		ims-pcap --ladder=$form "$LAB/call_gm.pcap" |
		    diff -u "$GOLD/call.$form" -
		by_tshark "$LAB/call_gm.pcap" | cut -f 1-4 |
		    diff -u - <(python3 "$TOP/tests/ladder.py" $form \
		    <"$GOLD/call.$form" | cut -f 1-4)
	done
}

@test "golden: records of ims-register flow, from a pipe" {
	local form

	ims-register flow -k "$DATA/register/ue.jsonl" -s 1 --steps \
	    register,reregister,deregister --all-hops >flow 2>/dev/null
	for form in text mermaid svg; do
		ims-pcap --ladder=$form <flow | diff -u "$GOLD/flow.$form" -
	done
	# Each message of the records is an arrow, and nothing else is.
	jq -r 'select(.type == "sip") | [.src, .dst, (.method //
	    (.status | tostring))] | @tsv' flow >want
	[ "$(wc -l <want)" -ge 30 ]
	for form in mermaid,all html,all; do
		ims-pcap --ladder=$form <flow |
		    sed 's,\(n[0-9]: .*<br/>\)\([0-9+]\),\1frame 1\, \2,' |
		    python3 "$TOP/tests/ladder.py" ${form%,*} | cut -f 4-6 |
		    awk -F '\t' -v OFS='\t' '{ split($3, w, " ")
		    print $1, $2, w[1] }' | diff -u want -
	done
}

@test "selected, and of records" {
	same "$(by_tshark "$LAB/call_plain_gm.pcap" | grep '^call')" \
	    "$(drawn mermaid --method INVITE,ACK,BYE "$LAB/call_plain_gm.pcap")"
	same "$(drawn html --registration 2 "$LAB/call_gm.pcap" | cut -f 2)" \
	    "$(seq 7 12)"
	for form in $FORMS; do
		diff -u <(ims-pcap --ladder=$form "$LAB/call_gm.pcap") \
		    <(ims-pcap "$LAB/call_gm.pcap" | ims-pcap --ladder=$form)
	done
	# The names of who is drawn come from what is not, too.
	ims-pcap --ladder --method BYE "$LAB/call_mw.pcap" | grep -q 'S-CSCF'
}

@test "what was sent again is marked" {
	message 'OPTIONS sip:b@b.test SIP/2.0' 'Call-ID: c' 'CSeq: 1 OPTIONS' >m
	message 'OPTIONS sip:b@b.test SIP/2.0' 'Call-ID: c' 'CSeq: 2 OPTIONS' >n
	{
		record 1 10.0.0.1 10.0.0.2 m
		record 2 10.0.0.1 10.0.0.2 m
		record 3 10.0.0.2 10.0.0.3 m
		record 4 10.0.0.1 10.0.0.2 n
	} >in
	same "2 +1.000000 R" "$(ims-pcap --ladder in | tr -s ' ' |
	    sed -n 's/^\(. [+-][0-9.]* R\) .*/\1/p')"
	ims-pcap --ladder in | grep -q '^R sent again$'
	same "frame 2" "$(ims-pcap --ladder=mermaid in |
	    sed -n 's/.*<br.>\(frame .\).*sent again$/\1/p')"
	same 1 "$(ims-pcap --ladder=svg in | grep -c '>sent again<')"
	same 1 "$(ims-pcap --ladder=html in | grep -c '<i>sent again</i>')"
}

# By the log of the kernel that received it.
@test "ESP that stays closed is an arrow: why, and how often" {
	local f=$LAB/hmac-sha1-96_aes-cbc_ipv4_udp.pcap form

	tshark -r "$f" -Y esp -T fields -e ip.src -e ip.dst -e esp.spi |
	    uniq -c | awk '{ print $2, $3, $4, $1 }' >want
	[ -s want ]
	ims-pcap --ladder=mermaid,all "$f" 2>/dev/null >got
	same "$(awk '{ print $3, $4 }' want)" "$(sed -n \
	    's/.*--x.* ESP \(0x[0-9a-f]*\) closed#58; no SA\( x \([0-9]*\)\)*<.*/\1 \3/p
	    ' got | sed 's/ $/ 1/')"
	# With the keys it is none.
	keys_of "$f" >k
	same "" "$(ims-pcap -k k --ladder=mermaid,all "$f" | grep -e --x)"
	ims-pcap --ladder "$f" 2>/dev/null | grep -q 'ESP that stayed closed$'
}

@test "a wrong ICV, one not checked, a gap" {
	message 'OPTIONS sip:b@b.test SIP/2.0' 'Call-ID: c' 'CSeq: 1 OPTIONS' >m
	record 1 10.0.0.1 10.0.0.2 m | jq -c '.protection = { spi: 257, seq: 1,
	    icv: ("ok", "bad", "unchecked") } | .src = .protection.icv | .src =
	    { ok: "10.0.0.1", bad: "10.0.0.5", unchecked: "10.0.0.6" }[.src]' >in
	echo '{"type":"gap","time":"9.0","src":"10.0.0.1","sport":1,"dst":"10.0.0.2","dport":2,"transport":"tcp","octets":77}' >>in
	same 'OPTIONS [ESP 0x00000101]
OPTIONS [ESP 0x00000101, ICV wrong]
OPTIONS [ESP 0x00000101, ICV not checked]
77 octets lost' "$(ims-pcap --ladder=mermaid in |
	    sed -n 's/^    n[^:]*>>[^:]*: \(.*\)<br.*/\1/p')"
	same "!
?" "$(ims-pcap --ladder in | sed -n 's/^1 *[^ ]*  *\([!?]\) .*/\1/p')"
	ims-pcap --ladder in |
	    grep -q '^══ came in ESP  ? ICV not checked  ! ICV wrong$'
	COLUMNS=40 ims-pcap --ladder in >got
	fits 40 got
	sed 's/"10\.0\.0\.\(.\)"/"2001:db8:1111:2222:3333:4444:5555:\1"/g' in >six
	COLUMNS=40 ims-pcap --ladder six >got
	fits 40 got
	grep -q '2001:db8:1111:2222:3333:4444:5555:6$' got
}

# --- the terminal -----------------------------------------------------------------

@test "text: no line is longer than the terminal is wide" {
	local w f

	for w in 40 41 57 80 81 132 1000; do
		for f in call_gm call_mw resync_gm; do
			COLUMNS=$w ims-pcap --ladder "$LAB/$f.pcap" >got
			fits $w got
			# Each message has its line.
			same "$(ims-pcap "$LAB/$f.pcap" | wc -l)" \
			    "$(grep -cE '▶|◀' got)"
		done
	done
}

@test "text: 80 columns, unless COLUMNS is a number" {
	diff -u <(COLUMNS=80 ims-pcap --ladder "$LAB/call_gm.pcap") \
	    <(env -u COLUMNS ims-pcap --ladder "$LAB/call_gm.pcap")
	for w in '' x 0 -5 99999999999999999999; do
		diff -u <(COLUMNS=80 ims-pcap --ladder "$LAB/call_gm.pcap") \
		    <(COLUMNS=$w ims-pcap --ladder "$LAB/call_gm.pcap")
	done
	diff -u <(COLUMNS=1000 ims-pcap --ladder "$LAB/call_gm.pcap") \
	    <(COLUMNS=60000 ims-pcap --ladder "$LAB/call_gm.pcap")
}

# on_terminal COMMAND: its output on a terminal of 100 columns.
on_terminal()
{
	python3 -c '
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    os.execvp("sh", ["sh", "-c", sys.argv[1]])
out = b""
while True:
    try:
        part = os.read(fd, 65536)
    except OSError:
        break
    if not part:
        break
    out += part
os.waitpid(pid, 0)
sys.stdout.buffer.write(out.replace(b"\r\n", b"\n"))' "$1"
}

@test "text: colours and the width of a terminal, and there only" {
	local f=$LAB/call_gm.pcap

	unset COLUMNS
	TERM=xterm on_terminal "ims-pcap --ladder $f" >got
	grep -q $'\033\[32m.*200 OK.*\033\[0m' got
	grep -q $'\033\[36m.*REGISTER.*\033\[0m' got
	COLUMNS=100 ims-pcap --ladder "$f" |
	    diff -u - <(sed $'s/\033\[[0-9]*m//g' got)
	# As many beginnings as ends.
	same "$(grep -o $'\033\[[1-9][0-9]*m' got | wc -l)" \
	    "$(grep -o $'\033\[0m' got | wc -l)"
	TERM=xterm NO_COLOR=1 on_terminal "ims-pcap --ladder $f" >got
	run ! grep -q $'\033' got
	TERM=dumb on_terminal "ims-pcap --ladder $f" >got
	run ! grep -q $'\033' got
	TERM=xterm on_terminal "ims-pcap --ladder -o out $f"
	run ! grep -q $'\033' out
}

@test "ascii: nothing else" {
	run ! grep -qP '[^\x20-\x7e\n]' <(ims-pcap --ladder=ascii \
	    "$LAB/call_gm.pcap")
}

@test "many nodes: what does not fit is said, the rest stands under others" {
	local i

	message 'OPTIONS sip:b@b.test SIP/2.0' 'Call-ID: c' 'CSeq: 1 OPTIONS' >m
	for i in $(seq 1 40); do
		record "$i" "10.0.0.$i" "10.0.0.$((i + 1))" m
	done >in
	for w in 40 80 200; do
		COLUMNS=$w ims-pcap --ladder in >got
		grep -q ' others$' got
		same 40 "$(grep -c '│' got)"
		fits $w got
	done
	same 16 "$(ims-pcap --ladder=mermaid in | grep -c participant)"
	for form in svg html; do
		same 40 "$(drawn $form in | wc -l)"
	done
}

# --- what hostile messages have ------------------------------------------------------

# Frame 2 has in its method, reason and Call-ID what each form gives a meaning.
hostile()
{
	local bad=$'<b>&amp;"x\x27;#35;%%{init:{}}%%\033[2J\x80\xe2\x80\xae--></svg>style:#;'

	message "OPTIONS sip:b@b.test SIP/2.0" "Call-ID: $bad" \
	    "CSeq: 1 OPTIONS" >m
	message "SIP/2.0 200 $bad end" "Call-ID: $bad" "CSeq: 1 $bad" >n
	cat m n
}

@test "hostile: no octet of a message has a meaning in a drawing" {
	local form

	hostile >in
	for form in $FORMS; do
		ims-pcap --ladder=$form in >got.$form
		run ! grep -qP '\x1b' "got.$form"
		iconv -f UTF-8 -t UTF-8 got.$form >/dev/null
	done
	for form in text ascii mermaid svg; do
		run ! grep -qP '\xe2\x80\xae' "got.$form"
	done
	run ! grep -qE '<b>|%%|style:|[^0-9];' got.mermaid
	python3 - <<'PY'
import html.parser
import xml.etree.ElementTree as E

svg = E.parse("got.svg").getroot()
kinds = {e.tag.split("}")[1] for e in svg.iter()}
assert kinds <= set("svg style rect text path g title".split()), kinds
said = "".join(svg.itertext())
assert "200 <b>&amp;\"x';#35;%%{init:{}}%%?[2J????-->" in said, said
tags = set()

class Page(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        tags.add(tag)
    def handle_data(self, data):
        self.said = getattr(self, "said", "") + data

p = Page()
p.feed(open("got.html").read())
assert not tags & {"script", "img", "link", "iframe", "svg", "object"}, tags
assert "-->\u003c/svg>style:#;" in p.said
PY
}

# Whatever is drawn: each line of Mermaid is one of its statements.
@test "hostile: ladder.py takes each line for a statement" {
	hostile >in
	ims-pcap in | jq -c '. + { time: "1.0", frame: 1, src: "10.0.0.1",
	    sport: 5060, dst: "10.0.0.2", dport: 5060 }' >records
	same "$(ims-pcap --ladder=mermaid records |
	    python3 "$TOP/tests/ladder.py" mermaid | wc -l)" 2
}

@test "html: nothing is fetched, nothing runs" {
	ims-pcap --ladder=html "$LAB/call_gm.pcap" >got
	run ! grep -qiE '<script|<link|<img|url\(|@import|src=|onclick|javascript:' \
	    got
	python3 - <<'PY'
import xml.etree.ElementTree as E
X = "{http://www.w3.org/1999/xhtml}"
root = E.parse("got").getroot()
ids = {e.get("id") for e in root.iter() if e.get("id")}
for a in root.iter(X + "a"):
    assert a.get("href")[0] == "#" and a.get("href")[1:] in ids
assert len(list(root.iter(X + "details"))) == 25
PY
}

@test "html: a message unfolds, as it was" {
	ims-pcap --ladder=html "$LAB/call_gm.pcap" >got
	python3 -c '
import json, xml.etree.ElementTree as E
for p in E.parse("got").getroot().iter("{http://www.w3.org/1999/xhtml}pre"):
    print(json.dumps(p.text))' | jq -c . |
	    diff -u <(ims-pcap "$LAB/call_gm.pcap" |
	    jq -c '.message | gsub("\r"; "")' | sort) <(sort)
}

# --- options, limits ------------------------------------------------------------------

@test "--ladder: words, and what it does not go with" {
	run -2 --separate-stderr ims-pcap --ladder=png "$LAB/call_gm.pcap"
	same 'ims-pcap: --ladder=png: text, ascii, mermaid, svg, html, all' \
	    "$stderr"
	run -2 --separate-stderr ims-pcap --ladder=svg,png "$LAB/call_gm.pcap"
	for o in --sa --stat --packets "-w x" "--clear -w x" --list --summary; do
		run -2 --separate-stderr ims-pcap --ladder $o "$LAB/call_gm.pcap"
	done
}

@test "nothing to draw is a drawing" {
	for form in $FORMS; do
		run -0 --separate-stderr ims-pcap --ladder=$form \
		    --method NONE "$LAB/call_gm.pcap"
	done
	ims-pcap --ladder=svg --method NONE "$LAB/call_gm.pcap" |
	    python3 -c 'import sys, xml.etree.ElementTree as E; E.parse(sys.stdin)'
}

@test "a record that is no message is bad input, the rest is drawn" {
	message 'OPTIONS sip:b@b.test SIP/2.0' 'Call-ID: c' 'CSeq: 1 OPTIONS' >m
	{
		record 1 10.0.0.1 10.0.0.2 m
		echo '{"type":"sip","message":"hello"}'
	} >in
	run -3 --separate-stderr ims-pcap --ladder in
	same "ims-pcap: in: line 2: message: no SIP start line" "$stderr"
	same 1 "$(grep -c OPTIONS <<<"$output" | sed 's/2/1/')"
}

@test "more than 20000 messages: it is said how many are not drawn" {
	message 'OPTIONS sip:b@b.test SIP/2.0' 'Call-ID: c' 'CSeq: 1 OPTIONS' >m
	record 1 10.0.0.1 10.0.0.2 m | awk '{ for (i = 0; i < 20007; i++) print }' >in
	for form in $FORMS; do
		run -0 --separate-stderr ims-pcap --ladder=$form -o out in
		same "ims-pcap: --ladder: 7 messages are not drawn: at most 20000 are, and 16 MiB of their text" \
		    "$stderr"
	done
	grep -q '7 more are not drawn' out
	same 20000 "$(grep -c '<details>' out)"
}
