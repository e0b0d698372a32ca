#!/bin/sh
# peer.sh: our ESP packets to the lab's kernel, and its answers to us: every
# algorithm, IPv4 and IPv6.  See ../shared/lab/README.md, esp_peer_host.sh.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=$LAB_WORK/peer.out
"$LAB/esp/esp_peer_host.sh" /usr/bin/python3 "$here/peer.py" >"$out" 2>&1
status=$?
grep -E '^(not )?ok ' "$out"
if [ $status -eq 0 ] && tail -n 1 "$out" |
    jq -e '.datagrams > 0 and .esp_refused == 0' >/dev/null; then
	echo "ok peer: $(tail -n 1 "$out")"
else
	echo "not ok peer: status $status, $(tail -n 1 "$out")"
	exit 1
fi
