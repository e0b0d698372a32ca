# Inputs packed with Python's gzip and with zstd(1): the same as what is in them.
load helper

F=$LAB/call_plain_gm.pcap

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
}

# pack FORM: standard input packed.
pack()
{
	case $1 in
	gzip)	python3 -c '
import gzip, sys
sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read()))' ;;
	zstd)	zstd -q -c ;;
	esac
}

@test "captures of both forms, records and text, from files and pipes" {
	local f form

	ims-pcap "$F" >records
	for form in gzip zstd; do
		for f in "$F" "$SHAPES/v_plain.pcapng" \
		    "$DATA/sip/invite.sip" "$PWD/records"; do
			pack $form <"$f" >packed
			same "$(ims-pcap "$f")" "$(ims-pcap packed)"
			same "$(ims-pcap "$f")" "$(cat packed | ims-pcap)"
		done
	done
}

@test "other tools read them too, and -k does" {
	local key

	keys_of "$LAB/call.keys.json" >k
	pack gzip <k >k.gz
	pack zstd <"$LAB/call_gm.pcap" >f.zst
	run ims-verify -f json -k k "$LAB/call_gm.pcap"
	want=$(rules_at <<<"$output")
	run ims-verify -f json -k k.gz f.zst
	same "$want" "$(rules_at <<<"$output")"
	ims-hide scrub -s 1 -o whole.pcap "$LAB/call_gm.pcap"
	ims-hide scrub -s 1 -o packed.pcap f.zst
	cmp whole.pcap packed.pcap
	ims-pcap --packets -o p "$LAB/call_gm.pcap"
	pack gzip <p >p.gz
	same "$(ims-sa unprotect -k k p)" "$(ims-sa unprotect -k k p.gz)"
}

@test "several members, several frames and frames to skip are one file" {
	local form

	for form in gzip zstd; do
		head -c 3000 "$F" | pack $form >packed
		tail -c +3001 "$F" | pack $form >>packed
		same "$(ims-pcap "$F")" "$(ims-pcap packed)"
	done
	{ printf '\x50\x2a\x4d\x18\x03\0\0\0abc'; cat packed; } >skip
	same "$(ims-pcap "$F")" "$(ims-pcap skip)"
}

@test "one that ends early: what is there is read, 3" {
	pack gzip <"$F" >whole.gz
	head -c -9 whole.gz >f.gz
	run -3 --separate-stderr ims-pcap f.gz
	[[ $stderr == *"f.gz: byte $(stat -c %s f.gz): gzip: ends early"* ]]
	# Without its sum and length, and little else: most frames are whole.
	[ "$(wc -l <<<"$output")" -ge 20 ]
	same "$(ims-pcap "$F" | head -n "$(wc -l <<<"$output")")" "$output"

	# Blocks of zstd come out whole: two frames, the second cut.
	head -c 30000 "$F" | zstd -q -c >f.zst
	tail -c +30001 "$F" | zstd -q -c | head -c -5 >>f.zst
	run -3 --separate-stderr ims-pcap f.zst
	[[ $stderr == *"f.zst: byte $(stat -c %s f.zst): zstd: ends early"* ]]
	[ "$(wc -l <<<"$output")" -ge 10 ]
	same "$(ims-pcap "$F" | head -n "$(wc -l <<<"$output")")" "$output"
}

@test "cut at its head, in the middle, within its last octets: 3" {
	local n form

	for form in gzip zstd; do
		pack $form <"$SHAPES/v_plain.pcap" >whole
		for n in 4 10 11 100 300 $(($(stat -c %s whole) - 1)); do
			head -c "$n" whole >f
			run -3 --separate-stderr ims-pcap f
			[[ $stderr == *"byte $n: $form: ends early"* ]]
			[[ $stderr != *empty* ]]
		done
	done
}

@test "a wrong sum, and octets behind the end: 3" {
	local form

	for form in gzip zstd; do
		pack $form <"$F" >f
		cp f sum
		printf '\1\2\3\4' | dd of=sum bs=1 conv=notrunc status=none \
		    seek=$(($(stat -c %s sum) - $([ $form = gzip ] && echo 8 ||
		    echo 4)))
		{ cat f; echo more than this; } >more
		for f in sum more; do
			run -3 --separate-stderr ims-pcap $f
			same "$(ims-pcap "$F")" "$output"
			[[ $stderr =~ ^"ims-pcap: $f: byte "[0-9]+": $form: is damaged"$ ]]
		done
	done
}

# little COMMAND: in 128 MiB, but under ASan, which reserves terabytes.
little()
{
	grep -q __asan_init "$B/ims-pcap" || ulimit -v 131072
	"$@"
}

@test "a bomb is read as it is unpacked, in little memory" {
	# 256 MiB of blanks and then nothing that is an input.
	python3 -c '
import gzip, sys
with gzip.GzipFile(fileobj=sys.stdout.buffer, mode="wb") as f:
    for i in range(256):
        f.write(b" " * 1048576)' >f.gz
	gzip -dc f.gz | zstd -q -c >f.zst
	for f in f.gz f.zst; do
		run -3 --separate-stderr little ims-pcap $f
		[[ $stderr == *"of white space"* ]]
	done
	# A record without end, and a frame.
	{ echo '{'; gzip -dc f.gz; } | zstd -q -c >f.zst
	run -3 --separate-stderr little ims-pcap f.zst
	[[ $stderr == *"line 2: longer than"* ]]
}

@test "zstd that wants more memory than there is for it: 3" {
	head -c 60000000 /dev/zero | zstd -q -c --long=27 >f.zst
	run -3 --separate-stderr ims-pcap f.zst
	[[ $stderr == *"zstd: needs a window of more than 32 MiB"* ]]
}
