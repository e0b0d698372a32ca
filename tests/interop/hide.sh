#!/bin/sh
# hide.sh: a call with topology tokens through Kamailio, which checks it, adds
# its own Via and Record-Route and returns the answers: the tokens come back as
# they were and open; the BYE of the other side, SIPp, is routed by them.
set -u
here=$(cd "$(dirname "$0")" && pwd)
live=$here/../live
work=$LAB_WORK/hide
bad=0
rm -rf "$work"
mkdir -p "$work" && cd "$work" || exit 1
echo '{"type":"hide-key","id":7,"network":"home1.net","key":"000102030405060708090a0b0c0d0e0f"}' >kv
# SIPp does not know "v:".
sed 's/^v:/Via:/' "$here/../data/sip/thig.sip" >in

# entries HEADER FILE: a line for each.
entries() {
	tr -d '\r' <"$2" | sed '/^$/q' | sed -z 's/\n / /g' |
	    sed -n "s/^$1: *//p" | tr ',' '\n' | sed 's/^ *//'
}

# same HEADER FILE HEADER FILE: entries; those of Kamailio do not count, nor what
# RFC 3261 18.2.1 and RFC 3581 add to the Via on top.
same() {
	entries "$1" "$2" >a
	entries "$3" "$4" | sed 's/;rport=[0-9]*//; s/;received=127.0.0.1//' |
	    grep -v 127.0.0.1 | diff a - >>log
}

# call NAME OPTION...: and what hide is told.
call() {
	name=$1
	shift
	mkdir -p "$work/$name" && cd "$work/$name" || exit 1
	"$B/ims-hide" hide -k ../kv "$@" --border ibcf.home1.net ../in >invite
	set -- $(python3 -c '
import socket
all = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3)]
for s in all:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])')
	kamailio -f "$here/proxy.cfg" -DD -E -m 32 -M 4 -u root -Y "$PWD" \
	    -P "$PWD/pid" -l "udp:127.0.0.1:$1" -n 1 \
	    -A "UAS=\"sip:127.0.0.1:$2\"" \
	    -A "CALLER=\"sip:127.0.0.1:$3\"" >kamailio.log 2>&1 &
	proxy=$!
	sipp -sf "$live/uas.xml" -i 127.0.0.1 -p "$2" -m 1 -nostdin \
	    -timeout 20s -trace_err -error_file sipp.err >sipp.log 2>&1 &
	python3 "$live/caller.py" "$1" invite "$3" 2>>log ||
		echo "no call" >>log
	# Before it ends, and complains of its own processes.
	grep -E 'ERROR|CRITICAL|WARNING' kamailio.log >>log
	kill $proxy
	wait
	[ ! -s sipp.err ] || cat sipp.err >>log
	plain=
	[ "$name" != plain ] || plain=--plain
	for f in 180 200; do
		"$B/ims-hide" restore -k ../kv $plain $f >back 2>>log
		for h in Via Record-Route; do
			same $h invite $h $f
			same $h ../in $h back
		done
	done
	"$B/ims-hide" restore -k ../kv $plain BYE >back 2>>log
	same Record-Route ../in Route back
	if [ -s log ]; then
		bad=1
		echo "not ok hide $name"
		sed 's/^/    /' log | cut -c -160 | head -n 20
	else
		echo "ok hide $name"
	fi
}

call tokens
call plain --plain
call padded --pad 512
# SIPp cuts a Route at 2048 characters.
call padded_far --pad 1024
exit $bad
