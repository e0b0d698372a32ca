# leaks.py ORIGINAL SCRUBBED TEXT: what identifies somebody in the capture
# ORIGINAL and is still found in SCRUBBED, or in TEXT (what tools show of it).
import ipaddress
import re
import subprocess
import sys

LOOK = [
    rb'[0-9]{10,}@', rb'[0-9]{8}-[0-9]{6}-[0-9]', rb'tel:\+?([0-9]{7,})',
    rb'sips?:\+?([0-9]{7,})', rb'(mnc[0-9]+\.mcc[0-9]+)',
    rb'cell-id-3gpp="?([0-9A-Fa-f]+)', rb'nonce="([^"]+)"',
    rb'[ci]k="([^"]+)"', rb'response="([^"]+)"',
    rb'Call-ID: ([^@\r\n]+)', rb'icid-value="?([^;"\s]+)',
    rb'(?<![0-9.])([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)(?![0-9.])',
]


def addresses(path):
    """All that tshark knows as an address of a packet."""
    out = subprocess.run(
        ['tshark', '-r', path, '-T', 'fields', '-E', 'separator=,',
         '-e', 'ip.addr', '-e', 'ipv6.addr'],
        capture_output=True, text=True).stdout
    return {a for a in re.split(r'\\?[,\n]', out) if a}


original = open(sys.argv[1], 'rb').read()
scrubbed = open(sys.argv[2], 'rb').read()
text = open(sys.argv[3], 'rb').read()
names = set()
for pattern in LOOK:
    names |= {m for m in re.findall(pattern, original) if len(m) > 4}
packed = {}
for a in addresses(sys.argv[1]):
    ip = ipaddress.ip_address(a)
    if not (ip.is_loopback or ip.is_multicast or ip.is_unspecified or
            a == '255.255.255.255'):
        packed[ip.packed] = a
        names.add(a.encode())
names = {n for n in names if not n.startswith(b'127.') and n != b'0.0.0.0'}
print(len(names), 'looked for')
for name in sorted(names):
    if name in scrubbed or name in text:
        print('left:', name.decode())
for octets, a in sorted(packed.items()):
    if octets in scrubbed:
        print('left:', a, 'in octets')
