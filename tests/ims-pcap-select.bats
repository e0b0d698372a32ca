# ims-pcap: messages and frames selected.  What a capture holds is said by tshark.
load helper

F=$LAB/call_plain_gm.pcap
ONE=001010000000001@ims.mnc001.mcc001.3gppnetwork.org
TWO=001010000000002@ims.mnc001.mcc001.3gppnetwork.org

# shark CAPTURE FILTER: the frames that tshark's display filter takes.
shark()
{
	tshark -r "$1" -Y "sip && ($2)" -T fields -e frame.number
}

# takes FILTER OPTION...: ims-pcap writes these frames of F, and from its records
# the same.
takes()
{
	local want got

	want=$(shark "$F" "$1")
	shift
	[ -n "$want" ]
	got=$(ims-pcap "$@" "$F")
	same "$want" "$(jq .frame <<<"$got")"
	same "$got" "$(ims-pcap "$F" | ims-pcap "$@")"
}

@test "--call-id" {
	takes 'sip.Call-ID == "lab3c0d84c0@10.55.0.12"' \
	    --call-id lab3c0d84c0@10.55.0.12
}

@test "--method: requests and their responses" {
	takes 'sip.CSeq.method == "INVITE" || sip.CSeq.method == "ACK"' \
	    --method INVITE,ACK
}

@test "--status: codes and classes" {
	takes 'sip.Status-Code == 401' --status 401
	takes 'sip.Status-Code >= 200 && sip.Status-Code < 300' --status 2xx
	takes 'sip.Status-Code == 180 || sip.Status-Code >= 400' \
	    --status 4XX,180
}

@test "--impi: registrations, and the calls of its public identities" {
	takes "sip.from.addr contains \"$TWO\" || sip.to.addr contains \"$TWO\"" \
	    --impi $TWO
	takes "sip.from.addr contains \"$ONE\" || sip.to.addr contains \"$ONE\"" \
	    --impi $ONE
}

@test "--registration: by the order of their first REGISTER" {
	takes 'sip.Call-ID == "lab7ba21389@10.55.0.11"' --registration 1
	takes 'sip.Call-ID == "lab3c0d84c0@10.55.0.12"' --registration 2
	[ -z "$(ims-pcap --registration 3 "$F" 2>&1)" ]
}

@test "--from and --until: seconds, offsets, dates" {
	local since='frame.time_epoch >= 1795458915.611627'

	takes "$since" --from 1795458915.611627
	takes "$since" --from 2026-11-23T18:35:15.611627
	takes "$since" --from "2026-11-23 20:05:15.611627+01:30"
	takes "$since" --from 2026-11-23T13:35:15.611627000-05:00
	takes 'frame.time_relative >= 1 && frame.time_relative <= 2.001' \
	    --from +1 --until +2.001
	takes 'frame.number == 1' --until +0
}

@test "all that is given holds" {
	takes 'sip.CSeq.method == "REGISTER" && sip.Status-Code == 200 &&
	    frame.time_relative > 0.45' --method REGISTER --status 2xx \
	    --from +0.45
}

@test "--filter: frames of a file, as in tshark" {
	same "$(shark "$F" 'ip.dst == 10.55.0.12')" \
	    "$(ims-pcap --filter 'dst host 10.55.0.12' "$F" |
	    jq .frame)"
	same "$(shark "$SHAPES/v_sll.pcap" 'udp.length > 500')" \
	    "$(ims-pcap --filter 'udp[4:2] > 500' "$SHAPES/v_sll.pcap" |
	    jq .frame)"
}

@test "--filter: packet records, frames of several link types" {
	local e='udp[4:2] > 500'

	same "$(ims-pcap --packets --filter "$e" "$SHAPES/v_raw.pcap")" \
	    "$(ims-pcap --packets "$SHAPES/v_raw.pcap" |
	    ims-pcap --packets --filter "$e")"
	same "$(shark "$SHAPES/v_raw.pcap" 'udp.length > 500')" \
	    "$(ims-pcap --filter "$e" "$SHAPES/v_plain.pcap" \
	    "$SHAPES/v_raw.pcap" | jq 'select(.file | endswith("raw.pcap")) |
	    .frame')"
}

@test "what is not written teaches keys all the same" {
	keys_of "$LAB/call_gm.pcap" >"$BATS_TEST_TMPDIR/k"
	same "200 ok" "$(ims-pcap -k "$BATS_TEST_TMPDIR/k" --status 200 \
	    --registration 2 "$LAB/call_gm.pcap" |
	    jq -r '"\(.status) \(.protection.icv)"')"
}

@test "-w: a capture of what is selected" {
	cd "$BATS_TEST_TMPDIR"
	ims-pcap --method INVITE -w out.pcap "$F"
	same "$(tshark -r "$F" -Y 'sip.CSeq.method == "INVITE"' -T fields \
	    -e frame.time_epoch -e ip.src -e sip.CSeq)" \
	    "$(tshark -r out.pcap -T fields -e frame.time_epoch -e ip.src \
	    -e sip.CSeq)"
}

@test "-n counts what is selected" {
	same "13 14" "$(ims-pcap -n 2 --method INVITE "$F" | jq .frame |
	    paste -sd ' ')"
}

# udp FILE FILTER: frames with SIP that tshark finds.
udp()
{
	tshark -r "$1" -Y "sip && ($2)" -T fields -e frame.number 2>/dev/null
}

@test "--leg: by the addresses of who registers, and of who is said to be who" {
	local gm=$LAB/call_plain_gm.pcap mw=$LAB/call_plain_mw.pcap
	local peer='ip.src == 10.55.1.3 && udp.srcport == 6060 ||
	    ip.dst == 10.55.1.3 && udp.dstport == 6060'

	# ANSWERS.md: phones at 10.55.0.11 and .12.
	same "$(udp "$gm" 'ip.addr == 10.55.0.11 || ip.addr == 10.55.0.12')" \
	    "$(ims-pcap --leg ue "$gm" "$mw" | jq "select(.file == \"$gm\") |
	    .frame")"
	same "" "$(ims-pcap --leg ue "$mw")"
	same "$(ims-pcap "$mw" | jq .frame)" "$(ims-pcap --leg core "$mw" |
	    jq .frame)"
	same "$(ims-pcap "$gm" "$mw")" "$(ims-pcap --leg ue,core "$gm" "$mw")"
	same "" "$(ims-pcap --leg nni "$gm" "$mw")"
	# The S-CSCF as if it were of another network.
	run -0 ims-pcap --leg nni -R peer=10.55.1.3:6060 "$mw"
	same "$(udp "$mw" "$peer")" "$(jq .frame <<<"$output")"
	same "$(ims-pcap "$mw" | wc -l)" "$(($(wc -l <<<"$output") +
	    $(ims-pcap --leg core -R peer=10.55.1.3:6060 "$mw" | wc -l)))"
}

@test "--leg: a tablet in ESP and its core at one address" {
	need_shared
	keys_of "$IPSEC_REG" >"$BATS_TEST_TMPDIR/k"
	# ANSWERS.md: the phone is 192.168.101.5.
	run -0 ims-pcap -k "$BATS_TEST_TMPDIR/k" "$IPSEC_REG"
	same "$(jq -c 'select(.frame >= 291 and (.src == "192.168.101.5" or
	    .dst == "192.168.101.5")) | .frame' <<<"$output")" \
	    "$(ims-pcap -k "$BATS_TEST_TMPDIR/k" --leg ue "$IPSEC_REG" |
	    jq 'select(.frame >= 291) | .frame')"
}

@test "records of other types: by time, and none when messages are asked for" {
	local r='{"type":"x"}
{"type":"gap","time":"100.5","octets":1}
{"type":"esp","time":"102.5","spi":9,"reason":"nosa"}'

	same "$(grep -v gap <<<"$r")" "$(ims-pcap -q --from +1 <<<"$r")"
	same "" "$(ims-pcap -q --method INVITE <<<"$r")"
}

@test "options that are wrong" {
	local o

	for o in "--from x" "--from 2026-02-30T00:00:00" "--until +" \
	    "--until 2026-11-23T18:35" "--from 1.0000000001" "--status 4x" \
	    "--status 700" "--status 200," "--leg sea" "--leg ue --packets" \
	    "-R x=10.0.0.1" "-R ue=10.0.0.1:0" "-f json" "-f xml --list" \
	    "--method ," "--registration 0" \
	    "--filter udpx" "--packets --method INVITE" \
	    "--from 2026-11-23T18:35:15+1" \
	    "--clear -w $BATS_TEST_TMPDIR/o --status 200"; do
		run --separate-stderr ims-pcap $o "$F"
		[ "$status" = 2 ] || {
			echo "$o: $status"
			return 1
		}
		[ -n "$stderr" ]
	done
	run -2 --separate-stderr ims-pcap --filter 'ether host 1:2:3:4:5:6' \
	    "$SHAPES/v_raw.pcap"
	[[ $stderr == *"frame 1: "* ]]
}
