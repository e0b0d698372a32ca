# Captures read together: what mergecap and editcap(1) make of the same frames.
load helper

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
}

# deal CAPTURE N: its frames in turn into 0.pcap, 1.pcapng, 2.pcap ...
deal()
{
	local i n form

	n=$(capinfos -rTcM "$1" | cut -f 2)
	for ((i = 0; i < $2; i++)); do
		form=nsecpcap
		((i % 2 == 0)) || form=pcapng
		editcap -r -F $form "$1" $i.${form#nsec} \
		    $(seq $((i + 1)) "$2" "$n") 2>/dev/null
	done
}

# story: records without what tells the file they are from.
story()
{
	jq -c 'del(.file, .frame, .frames)'
}

@test "frames dealt to three files, in any order of these" {
	local f

	for f in "$SHAPES"/v_{plain,frag,tcp_split_any,gtpu}.pcap \
	    "$LAB"/{call_plain_mw,hmac-sha1-96_aes-cbc_ipv4_tcp}.pcap; do
		rm -f ./*.pcap ./*.pcapng
		keys_of "$f" >keys
		[ -s keys ] || echo '{"type":"subscriber","k":"'"$(printf \
		    '%032d' 1)"'","opc":"'"$(printf '%032d' 2)"'"}' >keys
		deal "$f" 3
		want=$(ims-pcap -k keys "$f" | story)
		[ -n "$want" ]
		same "$want" "$(ims-pcap -k keys 0.pcap 1.pcapng 2.pcap |
		    story)"
		same "$want" "$(ims-pcap -k keys 2.pcap 0.pcap 1.pcapng |
		    story)"
		# As one that is packed and one that comes through a pipe, too.
		gzip -f 2.pcap
		same "$want" "$(ims-pcap -k keys 2.pcap.gz 1.pcapng - <0.pcap |
		    story)"
	done
}

@test "captures of one story: as mergecap would have them" {
	local gm=$LAB/call_gm.pcap mw=$LAB/call_mw.pcap cx=$LAB/call_cx.pcap

	mergecap -w merged.pcapng "$gm" "$mw" "$cx"
	want=$(ims-pcap merged.pcapng | story)
	[ "$(wc -l <<<"$want")" = 67 ]
	# Keys of the core open the ESP of the phones, whichever comes first.
	[ "$(grep -c '"icv":"ok"' <<<"$want")" = 19 ]
	same "$want" "$(ims-pcap "$gm" "$mw" "$cx" | story)"
	same "$want" "$(ims-pcap "$cx" "$mw" "$gm" | story)"
	run ims-verify -f json merged.pcapng
	want=$(jq -c 'select(.type == "finding") | [.rule, .time]' <<<"$output")
	run ims-verify -f json "$mw" "$gm" "$cx"
	same "$want" "$(jq -c 'select(.type == "finding") | [.rule, .time]' \
	    <<<"$output")"
	# Law 1.
	run ims-verify "$mw" "$gm" "$cx"
	want=$output
	run bash -c "ims-pcap '$mw' '$gm' '$cx' | ims-verify"
	same "$want" "$output"
}

@test "a record names its file and the frame in that" {
	local f

	deal "$SHAPES/v_plain.pcap" 2
	for f in 0.pcap 1.pcapng; do
		same "$(ims-pcap 0.pcap 1.pcapng |
		    jq -c "select(.file == \"$f\" and .transport == \"udp\") |
		    [.frame, .time, .message]")" \
		    "$(ims-pcap $f | jq -c '[.frame, .time, .message]')"
	done
	# Parts in both: those of the file named.
	editcap -r -F pcap "$SHAPES/v_frag.pcap" a.pcap 1 2
	editcap -r -F pcap "$SHAPES/v_frag.pcap" b.pcap 3-9
	same '["a.pcap",2,[1,2]]' "$(ims-pcap a.pcap b.pcap | jq -c \
	    '[.file, .frame, .frames]' | head -n 1)"
	editcap -r -F pcap "$SHAPES/v_frag.pcap" a.pcap 1
	editcap -r -F pcap "$SHAPES/v_frag.pcap" b.pcap 2-9
	same '["b.pcap",1,null]' "$(ims-pcap a.pcap b.pcap | jq -c \
	    '[.file, .frame, .frames]' | head -n 1)"
}

@test "damage is said of its file and frame; the rest is read" {
	deal "$SHAPES/v_plain.pcap" 2
	# Frame 3 of the second, cut in its IP header: 7 octets of 16 + n.
	editcap -s 20 -F pcap -r 1.pcapng short.pcap 3
	editcap -F pcap 1.pcapng rest.pcap 3
	mergecap -a -F pcap -w 1.pcap short.pcap rest.pcap
	run -3 --separate-stderr ims-pcap 0.pcap 1.pcap
	same "ims-pcap: 1.pcap: frame 1: ip: ends too early" "$stderr"
	[ "$(wc -l <<<"$output")" = 19 ]
	# A file that ends early.
	head -c -20 0.pcap >cut.pcap
	run -3 --separate-stderr ims-pcap cut.pcap 1.pcapng
	[[ $stderr == "ims-pcap: cut.pcap: byte "*": frame 10: truncated"* ]]
	[ "$(wc -l <<<"$output")" = 19 ]
	# One that is no capture after all, and one that is not there.
	head -c 10 0.pcap >head.pcap
	run -4 --separate-stderr ims-pcap head.pcap 0.pcap none.pcap 1.pcapng
	[[ $stderr == *"head.pcap: byte 10: "*"none.pcap: No such file"* ]]
	[ "$(wc -l <<<"$output")" = 20 ]
}

@test "more files than may be open: those of one time are" {
	local i

	for i in {1..60}; do
		editcap -r -F pcap -t $((i * 100)) "$SHAPES/v_plain.pcap" \
		    r$i.pcap 1-20
	done
	run -0 bash -c 'ulimit -n 12; ims-pcap r*.pcap | wc -l'
	same 1200 "$output"
	for i in {1..60}; do
		cp "$SHAPES/v_plain.pcap" r$i.pcap
	done
	run -4 --separate-stderr bash -c 'ulimit -n 12; ims-pcap r*.pcap'
	[[ $stderr == *"Too many open files"* ]]
	run -2 --separate-stderr ims-pcap $(printf 'r1.pcap %.0s' {1..2048})
	[[ $stderr == *"more than 2047 files"* ]]
}

@test "a ring of files: a stream goes on in the next, nothing is a copy" {
	local f=$SHAPES/v_tcp_split_any.pcap

	mkdir ring
	editcap -c 7 -F pcap "$f" ring/r.pcap
	same "$(ims-pcap "$f" | story)" "$(ims-pcap ring/* | story)"
	# Sent again at once, but in the next file: the same place.
	editcap -r -F pcap "$SHAPES/v_plain.pcap" a.pcap 1
	editcap -t 1 -F pcap a.pcap b.pcap
	same 2 "$(ims-pcap a.pcap b.pcap | wc -l)"
}

@test "a packet in two captures of one time is a copy in the second" {
	local f=$LAB/hmac-sha1-96_aes-cbc_ipv4_tcp.pcap

	keys_of "$f" >keys
	editcap -t 0.0001 -F nsecpcap "$f" late.pcap
	same "$(ims-pcap -k keys "$f" | story)" \
	    "$(ims-pcap -k keys "$f" late.pcap | story)"
	same "$(ims-pcap -k keys "$f" late.pcap | story)" \
	    "$(ims-pcap -k keys "$f" late.pcap | jq -c 'select(.file != "late.pcap")' | story)"
}

@test "records and text between captures keep their place" {
	ims-pcap "$SHAPES/v_plain.pcap" >records
	run -0 --separate-stderr ims-pcap "$SHAPES/v_raw.pcap" \
	    "$SHAPES/v_sll.pcap" records "$DATA/sip/invite.sip" \
	    "$SHAPES/v_ip6.pcap"
	# The two captures together, then the rest in turn.
	same "$(printf '%s\n' 20 20 1 20)" "$(jq -rs '
	    (.[:20], .[20:40], .[40:41], .[41:]) | length' <<<"$output")"
	same "$(ims-pcap "$SHAPES/v_raw.pcap" | story)" \
	    "$(head -n 20 <<<"$output" | story)"
	same "$(cat records)" "$(sed -n 21,40p <<<"$output")"
	same '"INVITE"' "$(sed -n 41p <<<"$output" | jq .method)"
}

@test "written: --clear and scrub have the frames in the order of time" {
	deal "$SHAPES/v_plain.pcap" 2
	ims-pcap --clear -w clear.pcap 1.pcapng 0.pcap
	ims-hide scrub --key /dev/null -o scrubbed.pcap 1.pcapng 0.pcap ||
	    ims-hide scrub -s 1 -o scrubbed.pcap 1.pcapng 0.pcap
	for f in clear scrubbed; do
		same "$(tshark -r "$SHAPES/v_plain.pcap" -T fields -e \
		    frame.time_epoch 2>/dev/null)" \
		    "$(tshark -r $f.pcap -T fields -e frame.time_epoch \
		    2>/dev/null)"
	done
}
