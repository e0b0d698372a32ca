#!/bin/sh
# register.sh: ims-register ue at the lab's IMS core (Kamailio, the kernel's
# ESP), with ims-aka vector as its authentication centre.
#
# ESP in user space over UDP, every algorithm of that core, IPv4 and IPv6; none,
# over UDP and TCP; the kernel's, in the guest, over UDP and TCP.  Each phone
# registers and registers again, with new SAs; de-registration is a run of its
# own, as the lab says who is registered at the end.  Verdict: the exit status,
# and the core's last line.  CASES: only those whose name this regexp matches.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$LAB_WORK/register
ue=$work/ue.jsonl
mkdir -p "$work" || exit 1
bad=0

PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 - "$LAB/ims" >"$ue" <<'PY' || exit 1
import json
import sys

sys.path.insert(0, sys.argv[1])
from subscribers import subscriber

s = subscriber(1)
print(json.dumps(dict(type='subscriber', impi=s['impi'], impu=[s['impu']],
    k=s['k'].hex(), opc=s['opc'].hex(), amf=s['amf'].hex())))
PY

# What all vectors that the core used came from, and agreed with.
auc='[.vectors[] | select(.maker) | .maker != "builtin" and .agrees_with_builtin]
    | length > 0 and all'

# verdict NAME STATUS JQ: the core's word in live.json of its directory.
verdict() {
	dir=$work/$1
	seen=$dir/live.json
	if [ "$2" -eq 0 ] && jq -e ".esp_refused == 0 and ($3)" \
	    "$seen" >/dev/null && jq -e "$auc" "$dir/pcaps/ims/live.keys.json" \
	    >/dev/null; then
		echo "ok register $1"
	else
		bad=1
		echo "not ok register $1: status $2, $(jq -c 'del(.ues, .sas)' \
		    "$seen" 2>/dev/null)"
		sed 's/^/    /' "$dir/err"
	fi
}

wanted() {
	echo "$1" | grep -Eq -- "${CASES:-.}"
}

# host NAME "-4 -u" JQ OPTION...: this machine's program is the phone.
host() {
	name=$1 family=$2 want=$3
	shift 3
	wanted "$name" || return 0
	mkdir -p "$work/$name"
	LAB_WORK=$work/$name LAB_OUT=$work/$name/pcaps \
	    AV_CMD="sh $here/auc $B" \
	    "$LAB/ims/live_host.sh" $family "$B/ims-register" ue -k "$ue" \
	    -o "$work/$name/out.jsonl" "$@" \
	    >"$work/$name/log" 2>"$work/$name/err"
	verdict "$name" $? "$want"
}

# guest NAME JQ OPTION...: the same inside the lab's guest.
guest() {
	name=$1 want=$2
	shift 2
	wanted "$name" || return 0
	mkdir -p "$work/$name"
	LAB_WORK=$work/$name LAB_OUT=$work/$name/pcaps \
	    AV_CMD="sh $here/auc $B" \
	    LIVE_CMD="$B/ims-register ue -k $ue --connect 10.55.0.1 $* \
	    -o $work/$name/out.jsonl 2>$work/$name/err &&
	    ip xfrm state >$work/$name/left && touch $work/$name/yes" \
	    "$LAB/ims/run_ims.sh" live >"$work/$name/log" 2>&1
	[ -f "$work/$name/yes" ] && [ ! -s "$work/$name/left" ]
	verdict "$name" $? "$want"
}

twice="--steps register,reregister --once"
# Three messages under ESP at least came from us: both answers, and the second
# REGISTER; and two sets of four SAs.
secure='.registered and .esp_accepted >= 3 and (.sas | length >= 8)'
for v in 4 6; do
	to=10.55.0.1
	[ $v = 4 ] || to=2001:db8:55::1
	for a in hmac-sha-1-96 hmac-md5-96; do
		for e in null aes-cbc; do
			host "user_${a}_${e}_ipv$v" "-$v -u" \
			    "$secure and .ip == $v and .transport == \"udp\"" \
			    --connect $to --alg $a --ealg $e $twice
		done
	done
done
host user_deregister "-4 -u" '.registered == false and .esp_accepted >= 3' \
    --connect 10.55.0.1 --alg hmac-sha-1-96 --ealg aes-cbc \
    --steps register,reregister,deregister
host none_udp "-4 -u" '.registered and .sas == []' --ipsec none \
    --connect 10.55.0.1 $twice
host none_tcp "-4 -t" '.registered and .sas == []' --ipsec none --tcp \
    --connect 10.55.0.1 $twice
guest kernel_udp "$secure and .transport == \"udp\"" --ipsec kernel \
    --alg hmac-sha-1-96 --ealg aes-cbc $twice
guest kernel_tcp "$secure and .transport == \"tcp\"" --ipsec kernel --tcp \
    --alg hmac-sha-1-96 --ealg aes-cbc $twice
exit $bad
