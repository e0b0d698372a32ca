#!/bin/sh
# xfrm.sh: the Linux kernel takes what ims-sa export -f xfrm writes.
#
# For each algorithm and IP version: both ends load their SAs and policies from
# the export, in a guest of ../shared/lab, and talk over them, UDP and TCP, both
# ways.  Then what 'ip -s xfrm state' shows is imported and must be the SAs that
# were exported, each of them used, and the export's removal must leave nothing.
set -u
here=$(cd "$(dirname "$0")" && pwd)
algs="hmac-md5-96/null hmac-md5-96/des-ede3-cbc hmac-md5-96/aes-cbc
hmac-sha-1-96/null hmac-sha-1-96/des-ede3-cbc hmac-sha-1-96/aes-cbc
aes-gmac/null null/aes-gcm"
nds="hmac-sha-256-128/aes-cbc hmac-sha-384-192/aes-cbc
hmac-sha-512-256/aes-cbc null/aes-gcm"

CK=b40ba9a3c58b2a05bbf0d987b21bf8cb
IK=f769bcd751044604127672711c6d3441

# In the guest: $1 is the directory with the cases.
guest() {
	cd "$1" || exit 1
	mount -t tmpfs none /run 2>/dev/null
	ip netns add ue && ip netns add pcscf || exit 1
	ip -n ue link add v0 type veth peer name v0 netns pcscf
	for n in ue pcscf; do
		ip -n $n link set lo up
		ip netns exec $n sysctl -qw net.ipv6.conf.v0.accept_dad=0
		ip -n $n link set v0 up
	done
	ip -n ue addr add 10.45.0.2/24 dev v0
	ip -n pcscf addr add 10.45.0.1/24 dev v0
	ip -n ue addr add 2001:db8:45::2/64 dev v0 nodad
	ip -n pcscf addr add 2001:db8:45::1/64 dev v0 nodad
	for f in *.ue.sh; do
		c=${f%.ue.sh}
		for n in ue pcscf; do
			ip netns exec $n sh -e $c.$n.sh >>$c.log 2>&1 ||
				echo "$c.$n.sh failed" >>$c.log
		done
		/usr/bin/python3 "$here/talk.py" $c.jsonl >>$c.log 2>&1 ||
			echo "no talk" >>$c.log
		for n in ue pcscf; do
			ip -n $n -s xfrm state >$c.$n.state
			ip netns exec $n awk '$2 > 0' /proc/net/xfrm_stat \
			    >>$c.log
			ip netns exec $n sh -e $c.$n.rm.sh >>$c.log 2>&1 ||
				echo "$c.$n.rm.sh failed" >>$c.log
			ip -n $n xfrm state >>$c.log
			ip -n $n xfrm policy >>$c.log
		done
	done
	touch done
}

if [ $# -eq 1 ]; then
	guest "$1"
	exit
fi

work=$LAB_WORK/xfrm
rm -rf "$work"
mkdir -p "$work"
for v in 4 6; do
	ue=10.45.0.2 pcscf=10.45.0.1
	[ $v = 4 ] || ue=2001:db8:45::2 pcscf=2001:db8:45::1
	for a in $algs; do
		"$B/ims-sa" derive --ck $CK --ik $IK --ue $ue --pcscf $pcscf \
		    --alg "${a%/*}" --ealg "${a#*/}" \
		    --spi-uc 1001 --spi-us 1002 --spi-pc 2001 --spi-ps 2002 \
		    --port-uc 31001 --port-us 31002 --port-pc 32001 \
		    --port-ps 32002 \
		    >"$work/$(echo "$a" | tr / _)_ipv$v.jsonl" || exit 1
	done
	for a in $nds; do
		for bits in 128 192 256; do
			"$B/ims-sa" derive --nds --local $ue --remote $pcscf \
			    --alg "${a%/*}" --ealg "${a#*/}" --spi-out 3001 \
			    --spi-in 3002 --random-keys --key-bits $bits \
			    --esn >"$work/nds_$(echo "$a" |
			    tr / _)_${bits}_ipv$v.jsonl" || exit 1
		done
	done
done
for f in "$work"/*.jsonl; do
	c=${f%.jsonl}
	for side in ue:.src pcscf:.dst; do
		as=$(jq -rn "input | ${side#*:}" "$f")
		"$B/ims-sa" export -f xfrm --as "$as" "$f" \
		    >"$c.${side%:*}.sh" &&
		"$B/ims-sa" export -f xfrm --as "$as" --remove "$f" \
		    >"$c.${side%:*}.rm.sh" || exit 1
	done
done
"$LAB/uml/boot.sh" 384M "$here/xfrm.sh" "$work" >"$work/guest.log" 2>&1
[ -f "$work/done" ] || { echo "not ok xfrm: see $work/guest.log"; exit 1; }

bad=0
sas='select(.type == "sa") | [.spi, .src, .dst, .auth_key, .enc_key, .salt]'
for f in "$work"/*.jsonl; do
	c=${f%.jsonl} n=$(basename "$c")
	for side in ue pcscf; do
		"$B/ims-sa" import "$c.$side.state" | jq -c "$sas" | sort \
		    >"$c.$side.got"
		jq -c "$sas" "$f" | sort | diff - "$c.$side.got" >>"$c.log"
		"$B/ims-sa" import "$c.$side.state" |
		    jq -r 'select((.seq // 0) == 0) | "not used: \(.spi)"' \
		    >>"$c.log"
	done
	if [ -s "$c.log" ]; then
		bad=1
		echo "not ok xfrm $n"
		sed 's/^/    /' "$c.log"
	else
		echo "ok xfrm $n"
	fi
done
exit $bad
