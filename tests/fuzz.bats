# The fuzz targets over their first corpora and over what was found before;
# make fuzz-NAME goes on from there.
load helper

setup_file()
{
	python3 "$TOP"/tests/fuzz/seeds.py "$BATS_FILE_TMPDIR"
}

# All seeds but of the slow ones every N-th: they are fuzzed elsewhere.
replay()
{
	local every=${2:-1} d=$BATS_FILE_TMPDIR/$1

	[ -d "$d" ] || return 1
	find "$d" -name 'seed*' | sort | awk -v n="$every" 'NR % n == 0' \
	    >"$BATS_TEST_TMPDIR/list"
	[ ! -d "$TOP/tests/fuzz/cases/$1" ] ||
		ls "$TOP/tests/fuzz/cases/$1"/* >>"$BATS_TEST_TMPDIR/list"
	run -0 --separate-stderr xargs -a "$BATS_TEST_TMPDIR/list" \
	    "$B/tests/fuzz_$1"
	same "$(wc -l <"$BATS_TEST_TMPDIR/list")" "$output"
}

@test "every target is here" {
	local f

	for f in "$TOP"/tests/fuzz/fuzz_*.c; do
		f=${f##*/fuzz_}
		grep -q "replay ${f%.c}\b" "$BATS_TEST_FILENAME" || {
			echo "${f%.c}"
			return 1
		}
	done
}

@test "audit: messages and captures through the rules" { replay audit 2; }
@test "auth: Authorization, nonces, responses" { replay auth; }
@test "body: XML, SMS, SDP, several" { replay body; }
@test "cap: capture files, packed or not" { replay cap 2; }
@test "dia: Diameter" { replay dia; }
@test "esp: packets sealed and opened" { replay esp; }
@test "flow: whole captures" { replay flow 2; }
@test "hide: hidden and restored" { replay hide; }
@test "ladder: drawings of all forms" { replay ladder 4; }
@test "order: segments and fragments in any order" { replay order 2; }
@test "pkt: frames" { replay pkt; }
@test "rec: lines of records, keys, policies" { replay rec; }
@test "rec_fast: lines read without jansson and with it" { replay rec_fast; }
@test "reg: messages to any node" { replay reg 8; }
@test "sa: Security-Client, -Server, -Verify" { replay sa; }
@test "sa_forms: ip xfrm, esp_sa, agreements" { replay sa_forms; }
@test "scrub: messages and frames" { replay scrub 2; }
@test "send: what is sent is found again" { replay send 2; }
@test "sip: messages and header values" { replay sip; }
@test "srtp: a=crypto, SDP, SRTP" { replay srtp; }
@test "token: topology tokens" { replay token 2; }

@test "rec_fast: the records of every capture" {
	local f i=0 d=$BATS_TEST_TMPDIR/lines

	mkdir "$d"
	for f in $(captures); do
		keys_of "$f" >"$BATS_TEST_TMPDIR/keys"
		{
			ims-pcap -q -x --sa -k "$BATS_TEST_TMPDIR/keys" "$f" || :
			ims-pcap -q --packets "$f" || :
		} | split -a 6 -l 1 --additional-suffix=".$i" - "$d/"
		i=$((i + 1))
	done
	find "$d" -type f >"$BATS_TEST_TMPDIR/list"
	run -0 --separate-stderr xargs -a "$BATS_TEST_TMPDIR/list" \
	    "$B/tests/fuzz_rec_fast"
	same "$(wc -l <"$BATS_TEST_TMPDIR/list")" \
	    "$(awk '{ n += $1 } END { print n }' <<<"$output")"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/list")" -gt 1000 ]
}
