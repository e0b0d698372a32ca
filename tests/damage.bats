# Bad input of every kind: a hundredth of make damage.
load helper

@test "whatever is cut, changed or random: it survives, and loses nothing else" {
	cd "$BATS_TEST_TMPDIR"
	export DAMAGE_KEEP=$PWD
	Q=1 IMS_SHARED=${IMS_SHARED:-} "$TOP/tests/damage" >table || {
		cat table
		false
	}
	# A row for each tool and fault, none of them empty.
	[ "$(grep -c . table)" -ge 21 ]
	! grep -qE '  0 +0 +[0-9]+$' table
}
