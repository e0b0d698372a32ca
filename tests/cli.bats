# The command line, the same in all tools (DESIGN.md section 4).
load helper

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
}

# A tool of commands takes files with one of them, here with keys for what is in
# them; what it says of itself, and of options that are wrong, comes without.
ims-aka()
{
	case $* in
	-h | --help | -V | --version | --no-such-option | -k)
		command ims-aka "$@" ;;
	*)	command ims-aka check -k "$CALL_KEYS" "$@" ;;
	esac
}
ims-sa()
{
	case $* in
	-h | --help | -V | --version | --no-such-option | -k)
		command ims-sa "$@" ;;
	*)	command ims-sa negotiate "$@" ;;
	esac
}
ims-hide()
{
	case $* in
	-h | --help | -V | --version | --no-such-option | -k)
		command ims-hide "$@" ;;
	*)	command ims-hide restore --strict --network home1.net "$@" ;;
	esac
}
ims-register()
{
	case $* in
	-h | --help | -V | --version | --no-such-option | -k)
		command ims-register "$@" ;;
	*)	command ims-register core -k "$CALL_KEYS" \
		    -R p-cscf=10.55.0.1:5060 "$@" ;;
	esac
}
export -f ims-aka ims-hide ims-register ims-sa
export CALL_KEYS=$LAB/call.keys.jsonl

# A capture of a link type that no tool reads: USER0 (147).
unknown_link()
{
	cp "$SHAPES/v_plain.pcap" "$1"
	printf '\223\0\0\0' | dd of="$1" bs=1 seek=20 conv=notrunc status=none
}

# call_gm.jsonl: the two subscribers, a line between them that is BROKEN.
keys_with()
{
	subscribers "$LAB/call_gm.pcap" opc | sed "1a\\
$1"
}

@test "--help: 24 lines of 80 columns, on standard output" {
	local t

	for t in $TOOLS; do
		run -0 --separate-stderr "$t" --help
		[ -z "$stderr" ]
		[[ $output == "usage: $t "* ]]
		[ "$(wc -l <<<"$output")" -le 24 ] || {
			echo "$t: $(wc -l <<<"$output") lines"
			return 1
		}
		same "" "$(grep -E '.{81}' <<<"$output")"
	done
}

@test "-h is --help" {
	local t

	for t in $TOOLS; do
		same "$("$t" --help)" "$("$t" -h)"
	done
}

@test "--help: has every option of one letter" {
	local t letter

	for t in $TOOLS; do
		for letter in h V k o n l q v; do
			"$t" --help | grep -q -e "  -$letter, " || {
				echo "$t: -$letter"
				return 1
			}
		done
	done
}

@test "--version: name and number" {
	local t

	for t in $TOOLS; do
		run -0 --separate-stderr "$t" --version
		[[ $output =~ ^$t\ [0-9]+(\.[0-9]+)*$ ]]
		[ -z "$stderr" ]
		same "$output" "$("$t" -V)"
	done
}

@test "an option that does not exist: 2" {
	local t

	for t in $TOOLS; do
		run -2 --separate-stderr "$t" --no-such-option
		[ -z "$output" ]
		[[ $stderr == "$t: "*"no-such-option"* ]]
		[[ $stderr == *"$t --help"* ]]
	done
}

# refused LINE TOOL ARGUMENT...: one line, and status 2.
refused()
{
	run -2 --separate-stderr command "${@:2}"
	[ -z "$output" ]
	same "$2: $1" "$stderr"
}

@test "an option that does not exist: the nearest" {
	local t

	for t in $TOOLS; do
		refused "--kyes: no such option; did you mean --keys? See '$t --help'" \
		    "$t" --kyes
		refused "--verison: no such option; did you mean --version? See '$t --help'" \
		    "$t" --verison=1
		refused "-Z: no such option; see '$t --help'" "$t" -Z
		refused "-Z: no such option; see '$t --help'" "$t" -qZ
		refused "--xyzzyx: no such option; see '$t --help'" "$t" --xyzzyx
		refused "--quiet: takes no value" "$t" --quiet=x
		refused "--keys: its value is missing" "$t" -k
		refused "--keys: its value is missing" "$t" --keys
		refused "--ver: may be --verbose, and others" "$t" --ver
	done
	refused "--requre: no such option; did you mean --require? See 'ims-sa protect --help'" \
	    ims-sa protect --requre
	# What follows the letters may be a key.
	refused "--opc...: no such option; did you mean --opc? See 'ims-aka answer --help'" \
	    ims-aka answer --opc465b5ce8b199b49faa5f0a2ee238a6bc
}

@test "a command that does not exist: the nearest" {
	local t c

	refused "protcet: no such command; did you mean protect? See 'ims-sa --help'" \
	    ims-sa protcet --require
	refused "trace.pcap: no such command; see 'ims-sa --help'" \
	    ims-sa trace.pcap
	for t in ims-aka ims-hide ims-register ims-sa; do
		refused "a command is missing, as the first word; see '$t --help'" \
		    "$t"
		refused "a command is missing, as the first word; see '$t --help'" \
		    "$t" -q
		for c in $(command "$t" --list-options |
		    sed -n 's/ command$//p'); do
			refused "x$c: no such command; did you mean $c? See '$t --help'" \
			    "$t" "x$c"
		done
	done
}

@test "an option without its argument: 2" {
	local t

	for t in $TOOLS; do
		run -2 --separate-stderr "$t" -k
		[ -z "$output" ]
		[ -n "$stderr" ]
	done
}

@test "-n: what is not a count: 2" {
	local t n

	for t in $TOOLS; do
		for n in 0 -1 x 1x "" 99999999999999999999; do
			run -2 --separate-stderr "$t" -n "$n" \
			    "$LAB/call_gm.pcap"
			[ -z "$output" ]
			[ "$(wc -l <<<"$stderr")" = 1 ]
		done
	done
}

@test "a file that is not there: 4" {
	local t

	for t in $TOOLS; do
		run -4 --separate-stderr "$t" none.pcap
		[ -z "$output" ]
		same "$t: none.pcap: No such file or directory" "$stderr"
	done
}

@test "a key file that is not there: 4, before anything is done" {
	local t

	for t in $TOOLS; do
		run -4 --separate-stderr "$t" -k none.jsonl "$LAB/call_gm.pcap"
		[ -z "$output" ]
		same "$t: none.jsonl: No such file or directory" "$stderr"
	done
}

@test "a directory: 4" {
	local t

	mkdir dir
	for t in $TOOLS; do
		run -4 --separate-stderr "$t" dir
		[ -z "$output" ]
		same "$t: dir: Is a directory" "$stderr"
	done
}

@test "a directory as key file: 4" {
	local t

	mkdir dir
	for t in $TOOLS; do
		run -4 --separate-stderr "$t" -k dir "$LAB/call_gm.pcap"
		[ -z "$output" ]
		[[ $stderr == "$t: dir: Is a directory" ]]
	done
}

@test "an output that cannot be made: 4" {
	local t

	for t in $TOOLS; do
		run -4 --separate-stderr "$t" -o none/out "$LAB/call_gm.pcap"
		[ -z "$output" ]
		same "$t: none/out: No such file or directory" "$stderr"
	done
}

@test "an empty file: 3" {
	local t

	: >empty
	for t in $TOOLS; do
		run -3 --separate-stderr "$t" empty
		[ -z "$output" ]
		[[ ${stderr%%$'\n'*} == "$t: empty: empty" ]]
	done
}

@test "nothing on standard input: 3" {
	local t

	for t in $TOOLS; do
		run -3 --separate-stderr "$t" </dev/null
		[ -z "$output" ]
		[[ ${stderr%%$'\n'*} == "$t: -: empty" ]]
	done
}

@test "what is no capture, no record and no SIP: 3" {
	local t

	head -c 1000 "$LAB/call_gm.pcap" | tail -c 970 | tr 'A-Za-z{' '\0' >in
	for t in $TOOLS; do
		run -3 --separate-stderr "$t" in
		[ -z "$output" ]
		[[ ${stderr%%$'\n'*} == "$t: in: neither a capture"* ]]
	done
}

@test "text that is no SIP: 3" {
	local t

	echo "Dear all," >in
	for t in $TOOLS; do
		run -3 --separate-stderr "$t" in
		[ -z "$output" ]
		[[ $stderr == "$t: in: byte 0: no SIP start line"* ||
		    $stderr == "$t: in: neither SIP nor header fields"* ]]
	done
}

@test "an unknown link type: 3, said once" {
	local t

	unknown_link in.pcap
	for t in $TOOLS; do
		run -3 --separate-stderr "$t" in.pcap
		[ -z "$output" ]
		same 1 "$(grep -c 'link type 147' <<<"$stderr")"
		[[ $stderr == "$t: in.pcap: frame 1: link type 147"* ]]
	done
}

@test "a capture that ends in the middle of a frame: 3, the rest is done" {
	local t

	head -c -100 "$LAB/call_plain_gm.pcap" >in.pcap
	for t in $TOOLS; do
		run -3 --separate-stderr "$t" in.pcap
		[ -n "$output" ]
		[ -n "$stderr" ]
	done
}

@test "a capture that ends in its header: 3" {
	local t n

	for n in 4 12 23; do
		head -c $n "$LAB/call_gm.pcap" >in.pcap
		for t in $TOOLS; do
			run -3 --separate-stderr "$t" in.pcap
			[ -z "$output" ]
			[[ ${stderr%%$'\n'*} == "$t: in.pcap: "* ]]
		done
	done
}

@test "several files: all are read" {
	# A finding at frame 1 of each.
	run -1 --separate-stderr ims-verify "$LAB/call_plain_gm.pcap" \
	    "$LAB/resync_gm.pcap"
	same "$LAB/call_plain_gm.pcap:1
$LAB/resync_gm.pcap:1" "$(grep -o '^[^:]*:1:' <<<"$output" | sed 's/:$//' | uniq)"
	run -0 --separate-stderr ims-pcap "$LAB/call_plain_gm.pcap" \
	    "$LAB/resync_gm.pcap"
	same 34 "$(wc -l <<<"$output")"
}

@test "a missing file between good ones: 4, the others are done" {
	local t

	for t in $TOOLS; do
		run -4 --separate-stderr "$t" "$LAB/call_plain_gm.pcap" \
		    none.pcap "$LAB/resync_gm.pcap"
		same "$t: none.pcap: No such file or directory" "$stderr"
		same "$("$t" "$LAB/call_plain_gm.pcap" \
		    "$LAB/resync_gm.pcap")" "$output"
	done
}

@test "a bad file between good ones: 3, the others are done" {
	local t

	: >empty
	for t in $TOOLS; do
		run -3 --separate-stderr "$t" "$LAB/call_plain_gm.pcap" \
		    empty "$LAB/resync_gm.pcap"
		same "$("$t" "$LAB/call_plain_gm.pcap" \
		    "$LAB/resync_gm.pcap")" "$output"
	done
}

@test "-q: no diagnostic, the same status" {
	local t

	for t in $TOOLS; do
		run -4 --separate-stderr "$t" -q none.pcap
		[ -z "$stderr" ]
		run -3 --separate-stderr "$t" -q </dev/null
		[ -z "$stderr" ]
	done
}

@test "/dev/full: 4, and why" {
	local t

	for t in $TOOLS; do
		run -4 --separate-stderr bash -c '"$1" "$2" >/dev/full' - \
		    "$t" "$LAB/call_plain_gm.pcap"
		same "$t: standard output: No space left on device" "$stderr"
	done
}

@test "/dev/full: 4 for --help and --version too" {
	local t o

	for t in $TOOLS; do
		for o in --help --version; do
			run -4 --separate-stderr bash -c '"$1" $2 >/dev/full' \
			    - "$t" $o
			[ -n "$stderr" ]
		done
	done
}

@test "/dev/full: 4 line by line" {
	local t

	for t in $TOOLS; do
		run -4 --separate-stderr bash -c '"$1" -l "$2" >/dev/full' - \
		    "$t" "$LAB/call_plain_gm.pcap"
	done
}

# 2 MB and more, which no pipe holds.
@test "a closed pipe: silence" {
	local t many i

	many=()
	for ((i = 0; i < 100; i++)); do
		many+=("$LAB/call_plain_gm.pcap")
	done
	for t in $TOOLS; do
		run --separate-stderr bash -c 't=$1; shift
		    "$t" "$@" | head -n 1; exit ${PIPESTATUS[0]}' - "$t" \
		    "${many[@]}"
		[ -z "$stderr" ]
		[ "$(wc -l <<<"$output")" = 1 ]
		# Ended by SIGPIPE, or what it had to say fitted into the pipe.
		[ "$status" = 141 ] || [ "$("$t" "${many[@]}" | wc -c)" \
		    -lt 131072 ]
	done
}


# live INPUT...: what the tool says while its input stays open.
live()
{
	local t=$1

	shift
	rm -f in out
	mkfifo in
	"$t" -l - <in >out 2>/dev/null 3>&- &
	exec 9>in
	"$@" >&9
	for _ in $(seq 60); do
		[ -s out ] && break
		sleep 0.05
	done
	wc -c <out >size
	exec 9>&-
	wait $! || :
	[ "$(cat size)" -gt 0 ]
}

@test "-l: a capture that is still being made" {
	live ims-pcap cat "$LAB/call_plain_gm.pcap"
	live ims-verify cat "$LAB/call_plain_gm.pcap"
}

@test "-l: records that are still being made" {
	ims-pcap -n 1 "$LAB/call_plain_gm.pcap" >one
	live ims-pcap cat one
	live ims-verify cat one
}

@test "a key of the wrong length: 3, with the length it had" {
	local t

	echo '{"type":"subscriber","impi":"a@b","k":"00112233445566778899aabbccddee","opc":"cd63cb71954a9f4e48a5994e37a02baf"}' >k
	for t in $TOOLS; do
		run -3 --separate-stderr "$t" -k k "$LAB/call_plain_gm.pcap"
		[ -n "$output" ]
		[[ $stderr == "$t: k: line 1: k: 15 octets, not 16" ]]
	done
}

@test "a key that is not hex: 3" {
	local t

	echo '{"type":"subscriber","impi":"a@b","k":"0011223344556677889/aabbccddeeff","opc":"cd63cb71954a9f4e48a5994e37a02baf"}' >k
	for t in $TOOLS; do
		run -3 --separate-stderr "$t" -k k "$LAB/call_plain_gm.pcap"
		[[ $stderr == "$t: k: line 1: k: "* ]]
		[[ $stderr != *0011223344* ]]
	done
}

# Line 2 is broken; the subscribers of lines 1 and 3 are used.
@test "a broken line among the subscribers: 3, the others are used" {
	keys_with '{"type":"subscriber","impi":"x"' >k
	run -3 --separate-stderr ims-pcap --stat -k k "$LAB/call_gm.pcap"
	[[ $stderr == "ims-pcap: k: line 2: "* ]]
	same 1 "$(wc -l <<<"$stderr")"
	same 19 "$(tail -n 1 <<<"$output" | jq .esp_checked)"
}

@test "a subscriber with a bad field: 3, the others are used" {
	keys_with '{"type":"subscriber","impi":"x","k":"00","opc":"00"}' >k
	run -3 --separate-stderr ims-pcap --stat -k k "$LAB/call_gm.pcap"
	[[ $stderr == "ims-pcap: k: line 2: k: 1 octets, not 16" ]]
	same 19 "$(tail -n 1 <<<"$output" | jq .esp_checked)"
}

@test "-k: may be repeated" {
	subscribers "$LAB/call_gm.pcap" opc >k
	head -n 1 k >k1
	tail -n 1 k >k2
	same 19 "$(ims-pcap --stat -k k1 -k k2 "$LAB/call_gm.pcap" |
	    tail -n 1 | jq .esp_checked)"
}

@test "-k -: keys on standard input" {
	same 19 "$(subscribers "$LAB/call_gm.pcap" opc |
	    ims-pcap --stat -k - "$LAB/call_gm.pcap" | tail -n 1 |
	    jq .esp_checked)"
}

@test "-k: hex with 0x, spaces and colons" {
	subscribers "$LAB/call_gm.pcap" opc |
	    jq -c '.k |= "0x" + ascii_upcase | .opc |= ([scan("..")] |
	    join(":"))' >k
	same 19 "$(ims-pcap --stat -k k "$LAB/call_gm.pcap" | tail -n 1 |
	    jq .esp_checked)"
	subscribers "$LAB/call_gm.pcap" opc |
	    jq -c '.k |= ([scan("....")] | join(" "))' >k
	same 19 "$(ims-pcap --stat -k k "$LAB/call_gm.pcap" | tail -n 1 |
	    jq .esp_checked)"
}

# Every way to say something: wrong keys, broken lines with keys in them.
@test "no key material in a diagnostic" {
	local t secrets

	subscribers "$LAB/call_gm.pcap" opc | sed 's/"opc":"./"opc":"f/' >wrong
	keys_of "$LAB/null_aes-gcm_ipv4_udp.pcap" |
	    sed 's/"enc_key":"./"enc_key":"f/' >>wrong
	sed 's/"}$//; s/"impi":"/"impi":7,"x":"/' wrong >broken
	sed 's/","/",,"/2' wrong >>broken
	sed 's/"k":"\(..\)/"k":"\1 zz /' wrong >>broken
	secrets=$(cat wrong broken | grep -oE '[0-9a-f]{24,}' | cut -c 2-20 |
	    sort -u)
	[ "$(wc -l <<<"$secrets")" -ge 5 ]
	for t in $TOOLS; do
		run --separate-stderr "$t" -v -k wrong -k broken \
		    "$LAB/call_gm.pcap" "$LAB/null_aes-gcm_ipv4_udp.pcap" broken
		[ -n "$stderr" ]
		same "" "$(grep -F "$secrets" <<<"$stderr")"
	done
}

@test "no colour into a file" {
	local t

	for t in $TOOLS; do
		same "" "$("$t" "$LAB/call_plain_gm.pcap" 2>&1 | grep $'\033')"
	done
}

@test "operands may stand before options" {
	local t

	for t in $TOOLS; do
		same "$("$t" -n 1 "$LAB/call_plain_gm.pcap")" \
		    "$("$t" "$LAB/call_plain_gm.pcap" -n 1)"
	done
}
