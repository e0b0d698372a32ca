#!/usr/bin/env bats
# man: the manual pages hold: examples, options, rules, README.
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return
	B=${B:-build}
	case $B in /*) ;; *) B=$PWD/$B ;; esac
	PATH=$B:$PATH
}

# The examples of PAGE into DIR: N.cmd and N.out for each command of each
# literal block in section EXAMPLES.  A command begins with "$ " and goes on
# while its lines end with \, | or &&; what follows is its output.
extract() {
	awk -v dir="$2" '
	function plain(l) {
		gsub(/\\&/, "", l)
		gsub(/\\\(aq/, "\047", l)
		gsub(/\\\(dq/, "\"", l)
		gsub(/\\\(ti/, "~", l)
		gsub(/\\\(ha/, "^", l)
		gsub(/\\\(ga/, "`", l)
		gsub(/\\-/, "-", l)
		gsub(/\\e/, "\\", l)
		return l
	}
	function goes_on(l) {
		return l ~ /(\\|\||&&)$/
	}
	/^\.Sh / { inside = $2 == "EXAMPLES"; next }
	inside && /^\.Bd -literal/ { block = 1; cmd = 0; next }
	/^\.Ed/ { block = 0; next }
	!inside || !block { next }
	{ line = plain($0) }
	cmd { print line >cmdfile; cmd = goes_on(line); next }
	line ~ /^\$ / {
		n++
		cmdfile = sprintf("%s/%03d.cmd", dir, n)
		outfile = sprintf("%s/%03d.out", dir, n)
		line = substr(line, 3)
		print line >cmdfile
		printf "" >outfile
		cmd = goes_on(line)
		next
	}
	{ print line >outfile }
	' "$1"
}

# Run the examples of PAGE; show what differs, and what they say on standard
# error, where nothing is expected.
examples() {
	local dir=$BATS_TEST_TMPDIR/$1 c bad=0

	mkdir -p "$dir"
	extract "man/$1" "$dir"
	for c in "$dir"/*.cmd; do
		[ -e "$c" ] || continue
		bash "$c" >"$dir/got" 2>"$dir/err" || :
		if ! diff -u "${c%.cmd}.out" "$dir/got" >"$dir/diff" ||
		    [ -s "$dir/err" ]; then
			bad=1
			echo "man/$1:"
			sed 's/^/    /' "$c" "$dir/diff" "$dir/err"
		fi
	done
	return $bad
}

# The options that the list of PAGE describes.
options_of_page() {
	awk '
	/^\.Sh / { inside = $2 == "DESCRIPTION"; next }
	more { line = line " " $0 }
	inside && /^\.It Fl / { line = $0 }
	line == "" { next }
	{ more = sub(/\\$/, "", line) }
	!more {
		n = split(line, w, " ")
		for (i = 1; i < n; i++)
			if (w[i] == "Fl" && w[i + 1] == "Fl")
				print "--" w[i++ + 2]
			else if (w[i] == "Fl")
				print "-" w[i + 1]
		line = ""
	}' "$1" | sort -u
}

# The options that --help of TOOL describes, and those of its commands, which
# may stand anywhere in a line there.
options_of_help() {
	local c

	{
		"$1" --help | sed -n 's/^  *\(-.*\)/\1/p' | sed 's/   .*//'
		for c in $("$1" --help | sed -n 's/^  \([a-z]\{1,\}\)  .*/\1/p'); do
			"$1" "$c" --help | grep -oE -- '(^|[ (])--[a-z].*'
		done
	} | grep -oE -- '(^|[ ,])-{1,2}[A-Za-z][a-z0-9-]*' | tr -d ' ,' | sort -u
}

@test "the examples of ims-pcap(1) give what they show" {
	examples ims-pcap.1
}

@test "the examples of ims-verify(1) give what they show" {
	examples ims-verify.1
}

@test "the examples of ims(7) give what they show" {
	examples ims.7
}

@test "the examples of all other pages give what they show" {
	local page bad=0

	for page in man/*.[157]; do
		case ${page#man/} in
		ims-pcap.1 | ims-verify.1 | ims.7)
			continue ;;
		esac
		examples "${page#man/}" || bad=1
	done
	[ "$bad" -eq 0 ]
}

@test "the pages of all tools have three examples or more, the last a pipeline" {
	local page dir last

	for page in man/*.1; do
		dir=$BATS_TEST_TMPDIR/$(basename "$page")
		mkdir -p "$dir"
		extract "$page" "$dir"
		last=$(printf '%s\n' "$dir"/*.cmd | tail -n 1)
		echo "$page: $last"
		[ -e "$dir/003.cmd" ]
		grep -q '|' "$last"
	done
}

@test "examples use no files but those under tests/data" {
	local page dir

	for page in man/*.[157]; do
		dir=$BATS_TEST_TMPDIR/$(basename "$page")
		mkdir -p "$dir"
		extract "$page" "$dir"
		cat "$dir"/*.cmd 2>/dev/null || :
	done >"$BATS_TEST_TMPDIR/all"
	# A / may stand in base64 too.
	sed 's,[[:alnum:]+/]\{16\,\}=,,g' "$BATS_TEST_TMPDIR/all" |
	    grep -oE '[[:alnum:]_.-]+(/[[:alnum:]_.-]+)+' |
	    sort -u >"$BATS_TEST_TMPDIR/files"
	[ -s "$BATS_TEST_TMPDIR/files" ]
	run grep -vE '^(tests/data/|dev/null$)' "$BATS_TEST_TMPDIR/files"
	[ -z "$output" ]
}

@test "every tool has a manual page" {
	local tool

	for tool in "$B"/ims-*; do
		[ -x "$tool" ] && [ -f "$tool" ] || continue
		echo "$tool"
		[ -f "man/$(basename "$tool").1" ]
	done
}

@test "every option of --help is in the manual page, and the reverse" {
	local page tool

	for page in man/*.1; do
		tool=$(basename "$page" .1)
		echo "$tool"
		options_of_help "$tool" >"$BATS_TEST_TMPDIR/help"
		options_of_page "$page" >"$BATS_TEST_TMPDIR/page"
		[ -s "$BATS_TEST_TMPDIR/help" ]
		diff -u "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/page"
	done
}

@test "ims-rules(7) has the rules that ims-verify lists, in its order" {
	ims-verify --list-rules | awk '{ print $1 }' \
	    >"$BATS_TEST_TMPDIR/listed"
	sed -n 's/^\.It Sy //p' man/ims-rules.7 >"$BATS_TEST_TMPDIR/described"
	[ -s "$BATS_TEST_TMPDIR/listed" ]
	diff -u "$BATS_TEST_TMPDIR/listed" "$BATS_TEST_TMPDIR/described"
}

@test "ims-rules(7) has the level and the clause that ims-verify lists" {
	B=$B tests/rules-page >"$BATS_TEST_TMPDIR/page"
	[ -s "$BATS_TEST_TMPDIR/page" ]
	diff -u "$BATS_TEST_TMPDIR/page" man/ims-rules.7
}

@test "README is ims(7) as plain text" {
	mandoc -Tascii man/ims.7 | sed 's/.\x08//g' >"$BATS_TEST_TMPDIR/README"
	diff -u "$BATS_TEST_TMPDIR/README" README
}

@test "ims(7): the last version in HISTORY is that of the tools" {
	local v

	v=$(ims-pcap --version)
	[ "ims-pcap $(sed -n '/^\.Sh HISTORY/,$ s/^\.It \([0-9]\)/\1/p' man/ims.7 |
	    head -n 1)" = "$v" ]
}

@test "README fits into 80 columns" {
	run -0 awk 'length > 80' <(expand README)
	echo "$output"
	[ -z "$output" ]
}

@test "mandoc finds nothing wrong with any page" {
	run -0 --separate-stderr mandoc -Tlint -Wwarning man/*.[157]
	[ -z "$output" ]
}
