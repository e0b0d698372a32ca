# ims-verify-reports: the forms of the report, and what counts in it.
load helper

CALL=$LAB/call_gm.pcap

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	ims-verify -f json "$CALL" >json || :
}

# report NAME ARG...: the report in this form; status is kept.
report()
{
	local name=$1

	shift
	status=0
	ims-verify -f "$name" "$@" >"$name" 2>err || status=$?
}

# --- forms --------------------------------------------------------------------

# The schema's names, types and what it requires, of the objects that there are.
@test "sarif: what its schema allows and requires" {
	local e

	report sarif "$CALL"
	same 1 "$status"
	python3 "$DATA/sarif.py" <sarif
	echo '{"rule":"SA-04","reason":"r","until":"2999-01-01"}' >waivers
	report sarif --waivers waivers --baseline json --rule SEC=off "$CALL"
	python3 "$DATA/sarif.py" <sarif
	same '["runs","suppressed","unchanged"]' "$(jq -c '[.runs[].results[] |
	    select(.suppressions) | "suppressed"] + [.runs[].results[] |
	    .baselineState] + ["runs"] | unique' sarif)"
	report sarif "$LAB/call_plain_mw.pcap"
	python3 "$DATA/sarif.py" <sarif
	report sarif /dev/null
	python3 "$DATA/sarif.py" <sarif
	for e in 'del(.runs[0].tool)' '.version = "2.1"' '.runs[0].x = 1' \
	    '.runs[0].tool.driver.rules[1] = .runs[0].tool.driver.rules[0]'; do
		run ! python3 "$DATA/sarif.py" < <(jq "$e" sarif)
	done
}

@test "sarif: the findings of json" {
	report sarif "$CALL"
	same "$(jq -c --arg f "$CALL" '[.rule, .level, .message, .frame, $f,
	    .fingerprint, .clause, .source, .call_id, .impi]' json)" \
	    "$(jq -c '.runs[0] as $r | .runs[0].results[] |
	    [$r.tool.driver.rules[.ruleIndex].id, .level, .message.text,
	    (.locations[0] | .physicalLocation.region.startLine,
	    .physicalLocation.artifactLocation.uri),
	    .partialFingerprints["fault/v1"], (.properties | .clause, .source,
	    .call_id, .impi)]' sarif)"
	same "$(jq -r '"frame \(.frame)"' json)" "$(jq -r \
	    '.runs[0].results[].locations[0].logicalLocations[0].name' sarif)"
}

# RFC 3986 2.1, by Python.
@test "sarif: the name of a file is a URI" {
	cp "$CALL" './a b%"é.pcap'
	report sarif './a b%"é.pcap'
	same "$(python3 -c 'import urllib.parse as u
print(u.quote("./a b%\"é.pcap"))')" "$(jq -r '.runs[0].results[0].locations[0] |
	    .physicalLocation.artifactLocation.uri' sarif)"
}

@test "sarif: nothing found is a log too" {
	report sarif /dev/null
	same '[]' "$(jq -c '.runs[0].results' sarif)"
}

@test "junit: Python reads it; a test for each rule, those found fail" {
	report junit "$CALL"
	same 1 "$status"
	python3 - >got <<'PY'
import xml.etree.ElementTree as E
s = E.parse("junit").getroot().find("testsuite")
cases = s.findall("testcase")
failed = [c for c in cases if c.find("failure") is not None]
skipped = [c for c in cases if c.find("skipped") is not None]
assert s.get("tests") == str(len(cases))
assert s.get("failures") == str(len(failed))
assert s.get("skipped") == str(len(skipped))
for c in cases:
    n = c.get("name").split()[0]
    assert c.get("classname") == "ims-verify." + n.split("-")[0]
    e = c.find("failure")
    if e is None:
        e = c.find("system-out")
    for line in (e.text if e is not None else "").splitlines():
        print(n, c.find("failure") is not None, line)
PY
	jq -r --arg f "$CALL" '"\(.rule) FAIL \($f):\(.frame): \(.level): " +
	    .message' json | sort >all
	sort got | sed 's/ \(True\|False\) / FAIL /' | diff -u all -
	same "$(jq -r 'select(.level != "note") | .rule' json | sort -u)" \
	    "$(sed -n 's/ True .*//p' got | sort -u)"
}

@test "junit: junitparser reads it" {
	local p=/usr/bin/python3

	$p -c 'import junitparser' 2>/dev/null || skip "no junitparser"
	report junit "$CALL"
	$p - >got <<'PY'
import junitparser
xml = junitparser.JUnitXml.fromfile("junit")
for suite in xml:
    n = [0, 0]
    for case in suite:
        bad = [r for r in case.result if isinstance(r, junitparser.Failure)]
        skip = [r for r in case.result if isinstance(r, junitparser.Skipped)]
        n[0] += len(bad)
        n[1] += len(skip)
        if bad:
            print(case.name.split()[0])
    assert suite.tests == len(list(suite))
    assert [suite.failures, suite.skipped] == n
PY
	same "$(jq -r 'select(.level != "note") | .rule' json | sort -u)" \
	    "$(sort got)"
}

@test "junit: what cannot be judged is skipped" {
	report junit /dev/null
	same "$(ims-verify --list-rules | grep -c 'not judged:')" \
	    "$(grep -c '<skipped' junit)"
}

@test "tap: a plan, and a test for each rule, those found fail" {
	report tap "$CALL"
	same 1 "$status"
	same "$(ims-verify --list-rules | awk '{ print $1 }')" \
	    "$(awk '/^(not )?ok / { sub(/^not /, ""); print $4 }' tap)"
	same "$(jq -r 'select(.level != "note") | .rule' json | sort -u)" \
	    "$(awk '/^not ok / { print $5 }' tap | sort)"
	same "$(awk '/^(not )?ok / { sub(/^not /, ""); print $2 }' tap)" \
	    "$(seq "$(sed -n 's/^1\.\.//p' tap)")"
	same "$(wc -l <json)" "$(grep -c "^# $CALL:" tap)"
	same "" "$(grep -vE '^(TAP version 13|1\.\.[0-9]+|(not )?ok [0-9]+ - .*|#.*)$' tap)"
}

@test "tap: prove takes it" {
	local f

	command -v prove >/dev/null || skip "no prove"
	echo "ims-verify -f tap $CALL; exit 0" >t.sh
	run -1 prove -e sh t.sh
	f=$(jq -r 'select(.level != "note") | .rule' json | sort -u | wc -l)
	grep -q "Failed $f/$(ims-verify --list-rules | wc -l) subtests" \
	    <<<"$output"
	echo "ims-verify -f tap $DATA/rules/clean.jsonl" >t.sh
	run -0 prove -e sh t.sh
	grep -q '^All tests successful' <<<"$output"
}

@test "tap: --fail-on says what fails" {
	report tap --fail-on error "$CALL"
	same "$(jq -r 'select(.level == "error") | .rule' json | sort -u)" \
	    "$(awk '/^not ok / { print $5 }' tap)"
	report tap --fail-on never "$CALL"
	same 0 "$status"
	! grep -q '^not' tap
}

@test "github: a command for each finding" {
	report github "$CALL"
	same "$(jq -r --arg f "$CALL" '"::\(if .level == "note" then "notice"
	    else .level end) file=\($f),line=\(.frame),title=\(.rule)::" +
	    "\(.message) [\(.clause)]"' json)" "$(cat github)"
}

# The escapes of the runner: % CR LF, and : , in properties.
@test "github: a file name is escaped" {
	cp "$CALL" 'a%b,c:d.pcap'
	report github 'a%b,c:d.pcap'
	grep -q 'file=a%25b%2Cc%3Ad.pcap,' github
}

@test "html: well formed, and nothing is fetched or run" {
	report html "$CALL"
	same 1 "$status"
	python3 - <<'PY'
import xml.etree.ElementTree as E
X = "{http://www.w3.org/1999/xhtml}"
for e in E.parse("html").getroot().iter():
    assert e.tag != X + "script" and e.tag != X + "link"
    for k, v in e.attrib.items():
        assert k not in ("src", "onclick"), k
        assert k != "href" or v[0] == "#", v
PY
	run ! grep -qE 'url\(|@import' html
}

@test "html: messages, findings on their arrows, rules, verdicts" {
	report html "$CALL"
	python3 - >got <<'PY'
import json, subprocess
import xml.etree.ElementTree as E
X = "{http://www.w3.org/1999/xhtml}"
root = E.parse("html").getroot()
ids = {e.get("id") for e in root.iter() if e.get("id")}
for a in root.iter(X + "a"):
    assert a.get("href")[1:] in ids, a.get("href")
for s in root.iter(X + "section"):
    frame = None
    for e in s.iter():
        if e.tag == X + "details":
            frame = e.find(".//" + X + "span").text.split()[0]
        if e.tag == X + "li":
            a = e.find(X + "a")
            print(json.dumps([int(frame), e.get("class"), a.text,
                              a.tail.strip()]))
with open("messages", "w") as f:
    for p in root.iter(X + "pre"):
        f.write(json.dumps(p.text) + "\n")
PY
	diff -u <(jq -c '[.frame, .level, .rule, .message]' json | sort) \
	    <(jq -c . got | sort)
	# XML makes CR LF an LF.
	diff -u <(ims-pcap "$CALL" | jq -c '.message | gsub("\r"; "")' | sort) \
	    <(jq -c . messages | sort)
	same "$(ims-verify --registrations -f json "$CALL" | jq -r \
	    'select(.type == "registration") | .verdict')" \
	    "$(grep -o '<b>registered</b>' html | tr -d '</>b')"
}

@test "html: what a message has is escaped" {
	printf '%s\r\n' 'OPTIONS sip:a@b SIP/2.0' 'Via: SIP/2.0/UDP h;branch=z9hG4bK1' \
	    'From: <sip:a@b>;tag=1' 'To: <sip:a@b>' \
	    'Call-ID: <script>alert("1")</script>&amp;' 'CSeq: 1 OPTIONS' \
	    $'X: \x01\xff\xed\xa0\x80' 'Content-Length: 0' '' >in
	report html in
	run ! grep -q '<script' html
	python3 -c 'import xml.etree.ElementTree as E
t = "".join(E.parse("html").getroot().itertext())
assert "Call-ID: <script>alert(\"1\")</script>&amp;" in t
assert "X: \ufffd\ufffd\ufffd\ufffd\ufffd" in t'
	for f in junit sarif tap github; do
		report "$f" in
	done
	python3 -c 'import xml.etree.ElementTree as E; E.parse("junit")'
	jq -e . sarif >/dev/null
}

@test "forms: --registrations and --stat only where there is a place" {
	for f in sarif junit tap github; do
		run -2 --separate-stderr ims-verify -f $f --registrations "$CALL"
		run -2 --separate-stderr ims-verify -f $f --stat "$CALL"
	done
	run -2 --separate-stderr ims-verify -f html --stat "$CALL"
}

# --- rules and levels -----------------------------------------------------------

@test "--rule: off, and another level" {
	report json --rule PRIV-05=off --rule sec-07=error "$CALL"
	same "$(jq -c 'select(.rule != "PRIV-05") |
	    if .rule == "SEC-07" then .level = "error" else . end' \
	    <(ims-verify -f json "$CALL"))" "$(jq -c . json)"
}

@test "--rule: a theme, and the later of two" {
	report json --rule PRIV=off --rule PRIV-05=note "$CALL"
	same 'PRIV-05 note' "$(jq -r 'select(.rule | startswith("PRIV")) |
	    "\(.rule) \(.level)"' json)"
}

@test "--rule: the exit status follows" {
	run -0 --separate-stderr ims-verify --fail-on error --rule PRIV-05=warning "$CALL"
}

@test "--rule: no such rule, level, form" {
	run -2 --separate-stderr ims-verify --rule SEC-99=off /dev/null
	same 'ims-verify: --rule SEC-99=off: no such rule; see --list-rules' \
	    "$stderr"
	run -2 --separate-stderr ims-verify --rule SEC-07=loud /dev/null
	same 'ims-verify: --rule SEC-07=loud: off, error, warning or note' \
	    "$stderr"
	run -2 --separate-stderr ims-verify --rule SEC-07 /dev/null
}

@test "--explain: the texts of the rule; an unknown one" {
	run -0 --separate-stderr ims-verify --explain sec-07
	grep -q "^SEC-07: $(ims-verify --list-rules | sed -n \
	    's/^SEC-07 *note *high *\(.*\) (.*/\1/p')$" <<<"$output"
	for f in level clause source why 'what to do'; do
		grep -q "^  $f  *[^ ]" <<<"$output"
	done
	run -2 --separate-stderr ims-verify --explain SEC-99
}

# --- waivers --------------------------------------------------------------------

# waived JSON ARG...: findings that are left with this waiver.
waived()
{
	echo "$1" >waivers
	shift
	status=0
	ims-verify -f json --today 2026-06-15 --waivers waivers "$@" "$CALL" \
	    >left 2>err || status=$?
}

# left JQ: what is left are the findings of one run that JQ selects.
left()
{
	same "$(jq -c "select($1)" json)" "$(jq -c . left)"
}

@test "--waivers: by rule, frame, IMPI, Call-ID, file, message" {
	local t=',"reason":"r","until":"2026-06-15"}'

	waived "{\"rule\":\"SA-04\"$t"
	left '.rule != "SA-04"'
	waived "{\"type\":\"waiver\",\"rule\":\"sa-04\",\"frame\":5$t"
	left '(.rule == "SA-04" and .frame == 5) | not'
	waived "{\"rule\":\"PRIV-06\",\"impi\":\"*0001@*\"$t"
	left '(.rule == "PRIV-06" and (.impi // "" | test("0001@"))) | not'
	waived "{\"rule\":\"PRIV-13\",\"call_id\":\"none\"$t"
	left true
	waived "{\"rule\":\"PRIV-13\",\"call_id\":\"call*\"$t"
	left '(.rule == "PRIV-13" and (.call_id | startswith("call"))) | not'
	waived "{\"rule\":\"SA-04\",\"message\":\"*6101 to*\"$t"
	left '(.rule == "SA-04" and (.message | test("6101 to"))) | not'
	waived "{\"rule\":\"SA-04\",\"file\":\"*/call_gm.pcap\"$t"
	left '.rule != "SA-04"'
	[ ! -s err ]
}

@test "--waivers: what is waived does not fail" {
	waived '{"rule":"PRIV-05","reason":"r","until":"2026-12-31"}' \
	    --fail-on error
	same 0 "$status"
}

@test "--waivers: one that is expired is said and hides nothing" {
	waived '{"rule":"SA-04","reason":"r","until":"2026-06-14"}'
	left true
	same 'ims-verify: waivers: line 1: the waiver of SA-04 is expired since 2026-06-14' \
	    "$(cat err)"
	same 1 "$status"
}

@test "--waivers: the clock is asked without --today" {
	echo '{"rule":"SA-04","reason":"r","until":"2000-01-01"}' >waivers
	run --separate-stderr ims-verify --waivers waivers "$CALL"
	[[ $stderr == *"is expired since 2000-01-01" ]]
	sed -i s/2000/9999/ waivers
	run --separate-stderr ims-verify --waivers waivers "$CALL"
	same "" "$stderr"
}

@test "--waivers: a bad line is said, skipped, and makes 3" {
	local bad

	for bad in '{"rule":"SA-99","reason":"r","until":"2027-01-01"}|rule:' \
	    '{"rule":"SA-04","reason":"r","until":"2027-02-29"}|until:' \
	    '{"rule":"SA-04","reason":"r","until":"soon"}|until:' \
	    '{"rule":"SA-04","reason":" ","until":"2027-01-01"}|reason:' \
	    '{"rule":"SA-04","reason":"r"}|until:' \
	    '{"rule":"SA-04","mesage":"x","reason":"r","until":"2027-01-01"}|a key:' \
	    '{"type":"sip"}|' '{|'; do
		waived "${bad%|*}"
		echo "$bad: $(cat err)"
		same 3 "$status"
		grep -q "^ims-verify: waivers: line 1: ${bad#*|}" err
		left true
	done
}

@test "--waivers: sarif, junit and tap say why" {
	echo '{"rule":"SA-04","reason":"known <1>","until":"2999-01-01"}' >waivers
	report sarif --waivers waivers "$CALL"
	same '["external","known <1>"]' "$(jq -c '.runs[0].results[] |
	    select(.ruleId == "SA-04").suppressions[] |
	    [.kind, .justification]' sarif | sort -u)"
	same "" "$(jq -c '.runs[0].results[] | select(.ruleId != "SA-04" and
	    .suppressions)' sarif)"
	report tap --waivers waivers "$CALL"
	grep -q '^ok .* SA-04 ' tap
	same 4 "$(grep -c '(waived: known <1>)' tap)"
	report junit --waivers waivers "$CALL"
	same 4 "$(grep -c '(waived: known &lt;1&gt;)' junit)"
}

@test "--today: no date" {
	for d in 2026-13-01 2026-02-30 26-01-01 today 2026-1-01x; do
		run -2 --separate-stderr ims-verify --today $d /dev/null
	done
	run -0 --separate-stderr ims-verify --today 2028-02-29 \
	    "$DATA/rules/clean.jsonl"
}

# --- baseline -------------------------------------------------------------------

@test "--baseline: what was there does not count" {
	run -0 --separate-stderr ims-verify --baseline json "$CALL"
	same "" "$output"
}

@test "--baseline: only what is new" {
	jq -c 'select(.rule != "PRIV-05")' json >old
	run -1 --separate-stderr ims-verify -f json --baseline old "$CALL"
	same PRIV-05 "$(jq -r .rule <<<"$output")"
	report sarif --baseline old "$CALL"
	same 'new PRIV-05' "$(jq -r '.runs[0].results[] |
	    select(.baselineState != "unchanged") |
	    "\(.baselineState) \(.ruleId)"' sarif)"
}

# The same fault tomorrow: other frames, times, Call-IDs and values.
@test "--baseline: frames, times and values do not matter" {
	ims-pcap "$CALL" | jq -c '.frame += 100 |
	    .message |= gsub("call04a68f6f"; "callffffffff")' >later
	run -0 --separate-stderr ims-verify --baseline json later
	same "" "$output"
}

@test "--baseline: another phone is new" {
	ims-pcap "$CALL" | sed 's/10\.55\.0\.11/10.55.0.13/g' >other
	run -1 --separate-stderr ims-verify --baseline json other
	[ -n "$output" ]
}

@test "--baseline: records of other types pass, a bad line does not" {
	(ims-pcap "$CALL"; cat json) >mixed
	run -0 --separate-stderr ims-verify --baseline mixed "$CALL"
	echo '{"type":"finding","rule":"SA-04"}' >bad
	run -3 --separate-stderr ims-verify --baseline bad "$CALL"
	same 'ims-verify: bad: line 1: fingerprint: missing' "$stderr"
	run -4 --separate-stderr ims-verify --baseline none "$CALL"
}

# --- policy ---------------------------------------------------------------------

@test "--policy: the same as its options" {
	echo '{"networks":["home1.net","ims.mnc001.mcc001.3gppnetwork.org"],
	    "roles":{"ibcf":"10.55.0.1:5060","as":["10.9.9.9","10.9.9.8"]},
	    "trust":["10.55.0.12"],"nni":"roaming",
	    "rules":{"SEC":"off","SA-04":"note"},"fail_on":"error",
	    "strict":true}' >policy
	status=0
	ims-verify -f json --policy policy "$LAB/call_plain_mw.pcap" >got ||
	    status=$?
	got=$status status=0
	ims-verify -f json --network home1.net \
	    --network ims.mnc001.mcc001.3gppnetwork.org \
	    -R ibcf=10.55.0.1:5060 -R as=10.9.9.9 -R as=10.9.9.8 \
	    --trust 10.55.0.12 --nni roaming --rule SEC=off --rule SA-04=note \
	    --fail-on error --strict "$LAB/call_plain_mw.pcap" >want ||
	    status=$?
	same "$status" "$got"
	diff -u want got
	[ -s want ]
}

@test "--policy: what is wrong is said with its place" {
	local bad

	for bad in '{"rules":{"SEC-99":"off"}}|SEC-99=off: no such rule' \
	    '{"rules":{"SEC-07":"loud"}}|SEC-07=loud: off, error' \
	    '{"rules":{"SEC-07":1}}|rules: not a string' \
	    '{"roles":{"king":"10.0.0.1"}}|king=10.0.0.1: ' \
	    '{"roles":[]}|roles: not an object' \
	    '{"trust":"here"}|here: no address' \
	    '{"nni":"x"}|x: roaming or other' \
	    '{"fail_on":"x"}|x: error, ' \
	    '{"strict":"yes"}|strict: not true or false' \
	    '{"network":["a"]}|a key: is not known: ' \
	    '[]|policy: not an object' \
	    '{"rules":|line: 2: '; do
		echo "${bad%|*}" >policy
		run -3 --separate-stderr ims-verify --policy policy /dev/null
		echo "$bad: $stderr"
		[[ $stderr == "ims-verify: policy: ${bad#*|}"* ]]
	done
	run -4 --separate-stderr ims-verify --policy none /dev/null
}

# --- strict ---------------------------------------------------------------------

# The 401 (3, 6) is not in the capture; nor is what frame 7 came under.
@test "--strict: an answer to a challenge that is not in the input" {
	jq -c 'select(.frame >= 7)' "$DATA/rules/clean.jsonl" >in
	run --separate-stderr ims-verify -f json in
	same "" "$(rules_at <<<"$output" | grep 'AUTH-11\|SA-03')"
	run --separate-stderr ims-verify -f json --strict in
	same 'AUTH-11@7 note
SA-03@7 note' "$(jq -r 'select(.rule | IN("AUTH-11", "SA-03")) |
	    select(.frame == 7) | "\(.rule)@\(.frame) \(.level)"' <<<"$output" |
	    sort)"
}

@test "--strict: nothing more where all is there" {
	run --separate-stderr ims-verify -f json --strict "$DATA/rules/clean.jsonl"
	diff -u <(ims-verify -f json "$DATA/rules/clean.jsonl") <(echo "$output")
}
