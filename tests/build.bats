# The build: what make demo shows, install, uninstall, dist.
load helper

# make TARGET..., as if nobody had asked for make check.
make_()
{
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$TOP" B="$B" "$@"
}

files()
{
	(cd "$1" && find . -type f | sort)
}

@test "demo: nothing found, then HIDE-01; it fits a screen" {
	run -0 --separate-stderr sh "$TOP/tests/demo"
	[ -z "$stderr" ]
	[[ $output == *"nothing found"*"HIDE-01"*"TS 33.203 6.4"* ]]
	[[ $output == *"28 of them out of ESP, 28 with their ICV right"* ]]
	[[ $output == *"REGISTER"*"401"*"ESP"*"200 OK"* ]]
	[ "$(wc -l <<<"$output")" -le 32 ]
	same "" "$(LC_ALL=C.UTF-8 grep -E '.{81}' <<<"$output")"
	# Its packets are those of no other run.
	[ "$output" != "$(sh "$TOP/tests/demo")" ]
}

@test "install: tools, pages, completions; uninstall: nothing left" {
	local d=$BATS_TEST_TMPDIR/root t p

	make_ install DESTDIR="$d" PREFIX=/usr
	for t in $TOOLS; do
		[ -x "$d/usr/bin/$t" ]
		"$d/usr/bin/$t" --version
		[ -f "$d/usr/share/man/man1/$t.1" ]
		[ -f "$d/usr/share/bash-completion/completions/$t" ]
		[ -f "$d/usr/share/fish/vendor_completions.d/$t.fish" ]
	done
	for p in "$TOP"/man/*.[157]; do
		[ -f "$d/usr/share/man/man${p##*.}/${p##*/}" ]
	done
	[ -f "$d/usr/share/zsh/site-functions/_ims-tools" ]
	make_ uninstall DESTDIR="$d" PREFIX=/usr
	same "" "$(files "$d")"
}

@test "install: PREFIX" {
	local d=$BATS_TEST_TMPDIR/root

	make_ install DESTDIR="$d" PREFIX=/opt/ims
	same "" "$(files "$d" | grep -v '^\./opt/ims/')"
	[ -x "$d/opt/ims/bin/ims-aka" ]
}

@test "dist: what is in git, with the version of the tools" {
	local v

	git -C "$TOP" rev-parse 2>/dev/null || skip "no git here"
	v=$(ims-pcap --version)
	v=${v#ims-pcap }
	make_ dist B="$BATS_TEST_TMPDIR"
	tar -tzf "$BATS_TEST_TMPDIR/ims-tools-$v.tar.gz" |
	    sed -n "s,^ims-tools-$v/\(.*[^/]\)$,\1,p" | sort >got
	git -C "$TOP" ls-tree -r --name-only HEAD | sort >want
	[ -s want ]
	diff -u want got
}

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
}
