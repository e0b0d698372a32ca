# What the system may do to a tool: no memory, no room, nobody who reads, a
# signal in every call, a file that changes; and what stays in memory.
load helper

# A command a line; S is the seed that makes it repeatable, K the keys.
setup_file()
{
	cd "$BATS_FILE_TMPDIR" || return 1
	ln -sf "$LAB/call_gm.pcap" gm.pcap
	ln -sf "$LAB/call.keys.jsonl" k
	ims-hide key --network ims.mnc001.mcc001.3gppnetwork.org -o kv
	ims-pcap -k k gm.pcap >sip
	ims-pcap --packets gm.pcap >packets
	ims-register flow -x -s x -k "$DATA/register/ue.jsonl" >flow 2>/dev/null
	subscribers "$LAB/call_gm.pcap" op >sub.op
	ims-hide hide -k kv -s x sip >hidden 2>/dev/null
	ims-sa derive -x -k k gm.pcap >sas
	ims-aka vector -k "$DATA/register/ue.jsonl" -s x >vectors 2>/dev/null
	cat >commands <<-EOF
	ims-pcap -k k gm.pcap
	ims-pcap --stat --packets gm.pcap
	ims-pcap --list -k k gm.pcap
	ims-pcap --summary -k k gm.pcap
	ims-verify -k k gm.pcap
	ims-verify -f json sip
	ims-verify -f html -k k gm.pcap
	ims-verify -f junit -k k gm.pcap
	ims-verify -f sarif -k k gm.pcap
	ims-verify --registrations -k k gm.pcap
	ims-aka vector -k $DATA/register/ue.jsonl -s x
	ims-aka answer -k $DATA/register/ue.jsonl vectors
	ims-aka check -k k gm.pcap
	ims-aka selftest
	ims-aka opc sub.op
	ims-sa negotiate gm.pcap
	ims-sa derive -k k gm.pcap
	ims-sa protect flow
	ims-sa unprotect -k k packets
	ims-sa export sas
	ims-sa media sip
	ims-hide hide -k kv -s x sip
	ims-hide restore -k kv hidden
	ims-hide rewrite --as s-cscf --up --own x --network x -s x sip
	ims-hide scrub -s x sip
	ims-register flow -s x -k $DATA/register/ue.jsonl
	EOF
	# What each says when nothing is wrong.
	local n=0 line status

	while read -r -u 3 line; do
		n=$((n + 1))
		status=0
		$line >"right.$n" 2>"right.$n.err" || status=$?
		echo $status >"right.$n.status"
	done 3<commands
}

setup()
{
	cd "$BATS_FILE_TMPDIR" || return 1
}

# each FUNCTION: it is given the number of a command, and the command.
each()
{
	local n=0 line

	while read -r -u 3 line; do
		n=$((n + 1))
		"$@" $n "$line" || {
			echo "$line"
			return 1
		}
	done 3<commands
}

# What a sanitizer has in front of everything cannot be loaded behind.
no_sanitizer()
{
	! ldd "$B/ims-pcap" | grep -q -e libasan -e libclang_rt ||
		skip "the tools have a sanitizer in them"
}

@test "the commands here do what they are for" {
	local n line

	check()
	{
		[ "$(<"right.$1.status")" -lt 2 ] && [ -s "right.$1" ] || {
			cat "right.$1.err"
			return 1
		}
	}
	each check
}

# Status 4 and why; or nothing was needed, and all is as it always is.
@test "no memory: every allocation of every command" {
	no_sanitizer
	: >tally
	check()
	{
		local n total status

		# A test that cannot be made has failed: status 1.
		[[ $2 != *" selftest" ]] || return 0
		NOMEM=0 NOMEM_COUNT=$BATS_TEST_TMPDIR/count \
		    LD_PRELOAD=$B/tests/nomem.so $2 >/dev/null 2>&1 || :
		total=$(<"$BATS_TEST_TMPDIR/count")
		[ "$total" -gt 5 ] || return 1
		step=$((total / ${NOMEM_TRIES:-8} + 1))
		for ((n = 1; n <= total; n += step)); do
			status=0
			NOMEM=$n LD_PRELOAD=$B/tests/nomem.so $2 >out \
			    2>err || status=$?
			echo "$status" >>tally
			case $status in
			4)	[ -s err ] ;;
			1)	cmp -s out "right.$1" || {
					[[ $2 == "ims-register "* ]] &&
					[ -s err ]
				} ;;
			# A message that cannot be made is as if lost.
			*)	[[ $2 == "ims-register "* ]] ||
				cmp -s out "right.$1" &&
				[ "$status" = "$(<"right.$1.status")" ] ;;
			esac || {
				echo "allocation $n: status $status"
				cat err
				return 1
			}
		done
	}
	each check
	echo "# $(wc -l <tally) failed, $(grep -c 4 tally) told" >&3
}

@test "/dev/full: 4 from every command" {
	check()
	{
		local status=0

		$2 >/dev/full 2>err || status=$?
		[ "$status" = 4 ] && grep -q "No space left on device" err
	}
	each check
}

@test "/dev/full as -o and -w: 4" {
	run -4 ims-pcap -o /dev/full gm.pcap
	run -4 ims-pcap -w /dev/full gm.pcap
	run -4 ims-pcap --clear -k k -w /dev/full gm.pcap
	run -4 ims-hide scrub -o /dev/full -s x gm.pcap
}

@test "nobody who reads: silence, from every command" {
	check()
	{
		local status

		status=$(bash -c '$1 2>err | :; echo ${PIPESTATUS[0]}' - "$2")
		[ "$status" = 141 ] || [ "$status" -le 1 ]
		# What it says before it finds out, and nothing about that.
		head -c "$(wc -c <err)" "right.$1.err" | cmp - err
	}
	each check
}

@test "standard output is closed: 4, or nothing to say" {
	check()
	{
		local status=0

		$2 >&- 2>err || status=$?
		[ "$status" = 4 ]
	}
	each check
}

# A handler without SA_RESTART, a thousand times a second.
@test "EINTR: all, or 4" {
	no_sanitizer
	check()
	{
		local status=0

		LD_PRELOAD=$B/tests/alarm.so $2 >out 2>err || status=$?
		[ "$status" = 4 ] || {
			cmp out "right.$1" &&
			[ "$status" = "$(<"right.$1.status")" ]
		}
	}
	each check
}

@test "stopped and continued: as if nothing had been" {
	local pid

	(head -c 3000 gm.pcap; sleep 0.2; tail -c +3001 gm.pcap) |
	    ims-pcap -k k >out &
	pid=$!
	for _ in 1 2 3 4 5; do
		kill -STOP $pid 2>/dev/null || :
		kill -CONT $pid 2>/dev/null || :
		sleep 0.02
	done
	wait $pid
	cmp out right.1
}

# cap and the line reader both hold part of the file, and then it is shorter.
@test "a file that shrinks under the reader: what was there, and 3" {
	local i t

	for i in $(seq 400); do cat gm.pcap; done >/dev/null
	for t in ims-pcap ims-verify; do
		cp sip part
		for i in $(seq 200); do cat sip; done >many
		mkfifo "gate.$t"
		# It waits for somebody to read, most of MANY still to come.
		$t many >"gate.$t" 2>err &
		exec 8<"gate.$t"
		head -c 100 <&8 >/dev/null
		truncate -s 100000 many
		cat <&8 >/dev/null
		exec 8<&-
		wait $! || [ $? -le 3 ]
		! grep -qi "sanitizer" err
	done
	for i in $(seq 60); do cat packets; done | ims-pcap -w large.pcap
	cp large.pcap shrinks.pcap
	mkfifo gate
	ims-pcap shrinks.pcap >gate 2>err &
	exec 8<gate
	head -c 100 <&8 >/dev/null
	truncate -s 100001 shrinks.pcap
	cat <&8 >/dev/null
	exec 8<&-
	status=0
	wait $! || status=$?
	[ "$status" = 3 ]
	[ -s err ]
}

# secrets: K, OPc, OP, CK, IK and the keys of SAs and of hide, as hex lines.
secrets()
{
	jq -r '.k, .op, .opc, .ck, .ik, .auth_key, .enc_key, .kv, .key |
	    strings | select(length >= 16)' k sas vectors kv \
	    sub.op "$DATA/register/ue.jsonl" 2>/dev/null | sort -u
}

@test "secrets: what looks for them finds one that is there" {
	no_sanitizer
	secrets >secret
	[ "$(wc -l <secret)" -gt 8 ]
	rm -f found
	HELD=$(head -n 1 secret) SCAN_SECRETS=secret SCAN_FOUND=found \
	    LD_PRELOAD=$B/tests/scan.so ims-pcap gm.pcap >/dev/null
	grep -q "secret 1 as hex in \[stack\]" found
	same looked "$(tail -n 1 found)"
}

# Those that print keys, or are given keys in place of records, are left out.
@test "secrets: none is left in memory" {
	no_sanitizer
	secrets >secret
	check()
	{
		case $2 in
		*" selftest" | *" opc "* | *" vector "* | *" answer "* | \
		    *" derive "* | *" export "*) return 0 ;;
		esac
		rm -f found
		SCAN_SECRETS=secret SCAN_FOUND=found \
		    LD_PRELOAD=$B/tests/scan.so $2 >/dev/null 2>&1 || :
		same looked "$(cat found)"
	}
	each check
}

@test "secrets: none on standard error, of any command" {
	secrets >secret
	! cat right.*.err | grep -i -F -f secret
	check()
	{
		$2 -v 2>err >/dev/null || :
		! grep -i -F -f secret err
	}
	each check
}

@test "secrets: files with keys are for their owner alone" {
	umask 022
	ims-hide key --network x -o newkey
	ims-sa derive -x -k k -o newsas gm.pcap
	ims-aka vector -x -k "$DATA/register/ue.jsonl" -s x -o newvectors \
	    2>/dev/null
	same "600 600 600" "$(stat -c %a newkey newsas newvectors |
	    paste -s -d ' ')"
}

@test "the tools are built hard: PIE, RELRO, no executable stack" {
	local t

	for t in $TOOLS; do
		readelf -hldW "$B/$t" >elf
		grep -q 'Type: *DYN (Position-Independent' elf
		grep -q GNU_RELRO elf
		grep -q 'BIND_NOW\|FLAGS.*NOW' elf
		! grep 'GNU_STACK.*RWE' elf
		no_sanitizer
		readelf --dyn-syms -W "$B/$t" >symbols
		grep -q __stack_chk_fail symbols
		grep -q '_chk@' symbols
	done
}
