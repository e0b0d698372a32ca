#!/bin/sh
# make: 500 random inputs through osmo-auc-gen 1.7 (Debian: libosmocore-utils).
#
# Writes milenage.txt, xor.txt, milenage_auts.txt and xor_auts.txt beside itself;
# the columns are named in the first line of each, - is what was not given.
# Only the inputs are ours (of a seed, so the same each time).  osmo-auc-gen
# cannot make an AUTS, so those come from milenage.py of ../shared/lab/common,
# those of XOR from the rule of TS 34.108 8.1.2.1 below; osmo-auc-gen says if
# they are right, and what SQN_MS they hold.
set -eu
cd "$(dirname "$0")"
common=${1:-../../../../shared/lab/common}

inputs()
{
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$common python3 - <<-'END'
	import random
	import milenage as m

	random.seed(3)
	octets = random.randbytes
	xor = m.xor
	for i in range(500):
	    kind = ('milenage', 'xor', 'milenage_auts', 'xor_auts')[
	        0 if i < 220 else 1 if i < 330 else 2 if i < 430 else 3]
	    k, op, rand, amf = octets(16), octets(16), octets(16), octets(2)
	    sqn = random.randrange(1 << 10, 1 << 47)
	    given = '-O' if i % 2 else '-o'
	    auts = '-'
	    if kind == 'milenage_auts':
	        opc = m.opc_of(k, op) if given == '-O' else op
	        auts = m.auts(k, opc, rand, sqn.to_bytes(6, 'big')).hex()
	    if kind == 'xor_auts':
	        x, ms = xor(k, rand), sqn.to_bytes(6, 'big')
	        auts = (xor(ms, x[3:9]) + xor(x[:8], ms + b'\0\0')).hex()
	    print(kind, k.hex(), given, op.hex(), amf.hex(), sqn, rand.hex(), auts)
	END
}

# One value that osmo-auc-gen printed.
got()
{
	printf '%s\n' "$out" | sed -n "s/^$1:	//p"
}

sqn_hex()
{
	printf '%012x' "$(got "$1")"
}

for f in milenage xor; do
	echo "k op opc amf rand sqn autn res ck ik nonce" >$f.txt
	echo "k op opc rand auts sqn_ms" >${f}_auts.txt
done
inputs | while read -r kind k given op amf sqn rand auts; do
	alg=MILENAGE
	case $kind in xor*) alg=XOR ;; esac
	set -- -3 -a $alg -k "$k" -f "$amf" -r "$rand"
	[ $alg = XOR ] || set -- "$@" "$given" "$op"
	case $kind in
	*_auts)	set -- "$@" -A "$auts" ;;
	*)	set -- "$@" -s "$sqn" ;;
	esac
	out=$(osmo-auc-gen "$@")
	case $alg$given in
	XOR*)		ops="- -" ;;
	MILENAGE-O)	ops="$op -" ;;
	*)		ops="- $op" ;;
	esac
	case $kind in
	*_auts)	echo "$k $ops $rand $auts $(sqn_hex SQN.MS)" ;;
	*)	echo "$k $ops $amf $rand $(sqn_hex SQN) $(got AUTN)" \
		    "$(got RES) $(got CK) $(got IK) $(got 'IMS nonce')" ;;
	esac >>"$kind.txt"
done
