#!/usr/bin/env python3
"""seeds: a first corpus for every fuzz target, out of tests/data.

seeds.py OUT [TARGET ...] writes OUT/TARGET/NAME.  What a target expects before
or behind its input (a link type, options) is added here.
"""
import base64, glob, gzip, json, os, re, struct, sys

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, '..', 'data')
CASES = os.path.join(HERE, 'cases')
out = sys.argv[1]
wanted = sys.argv[2:]
seen = {}


def put(target, octets):
    if wanted and target not in wanted or len(octets) > 1 << 18:
        return
    n = seen.setdefault(target, 0)
    seen[target] += 1
    os.makedirs(os.path.join(out, target), exist_ok=True)
    with open(os.path.join(out, target, 'seed%04d' % n), 'wb') as f:
        f.write(octets)


def files(pattern):
    for path in sorted(glob.glob(os.path.join(DATA, pattern))):
        with open(path, 'rb') as f:
            yield os.path.basename(path), f.read()


def frames(data):
    """Link type, and the frames of a little-endian pcap."""
    if data[:4] not in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1'):
        return
    link, at = struct.unpack_from('<I', data, 20)[0], 24
    while at + 16 <= len(data):
        n = struct.unpack_from('<I', data, at + 8)[0]
        yield link, data[at + 16:at + 16 + n]
        at += 16 + n


def message(octets):
    for t in ('sip', 'hide', 'auth', 'token'):
        put(t, octets)
    put('scrub', octets + b'\7')
    put('audit', b'\0' + octets)
    put('reg', b'\xc0\5\xf0\0' + octets)
    put('send', b'\0\0\0\0' + struct.pack('>H', len(octets)) + octets)
    put('send', b'\5\1\20\0' + struct.pack('>H', len(octets)) + octets)
    # Narrow, in ESP with a wrong ICV; all kinds of arrows; to itself.
    put('ladder', b'\0\0' + b'\1\2\x0a\x14\5\1\x14\2' + octets)
    put('ladder', b'\x20\5' + b''.join(h + octets + b'\0' for h in (
        b'\1\2\x0a\x14\7\1\x14\3', b'\x81\x82\x0a\x14\x1d\1\x14\6',
        b'\1\1\x0a\x14\1\2\x14\0', b'\0\0\0\0\0\0\0\0')))
    put('order', b'\0\2\3\4\5\6\7\x08' + octets)
    put('order', b'\x0a\x20\3\4\5\6\7\x08' + octets + b'\x1ehello\x1e' +
        octets)
    head, _, body = octets.partition(b'\r\n\r\n')
    if body:
        put('srtp', body)
        put('body', b'\0' + body)
        put('body', b'\3' + body)
    for line in head.split(b'\r\n')[1:]:
        name, _, value = line.partition(b':')
        name, value = name.strip().lower(), value.strip()
        if name.startswith(b'security-'):
            put('sa', value)
            put('sa_forms', value + b'\n' + value)
        elif name in (b'authorization', b'www-authenticate',
                      b'authentication-info', b'proxy-authorization'):
            put('auth', value)
        elif name in (b'via', b'route', b'record-route', b'contact',
                      b'p-charging-vector', b'p-access-network-info'):
            put('sip', value)
            put('token', value)


LINKS = [0, 1, 9, 12, 14, 50, 51, 101, 108, 113, 228, 229, 276, 147]
captures = list(files('lab/*.pcap')) + list(files('shapes/*.pcap*')) + \
    list(files('cap/*.pcap*')) + list(files('srtp/*.pcap'))
for name, data in captures:
    for options in (0, 1, 4, 6):
        put('flow', data + bytes([options]))
    put('audit', b'\1' + data)
    put('cap', data)
    put('cap', gzip.compress(data, mtime=0))
    for i, (link, f) in enumerate(frames(data)):
        if i < 6 and link in LINKS:
            put('pkt', bytes([LINKS.index(link)]) + f)
        if i < 3 and link in (1, 101, 113, 276):
            put('scrub', f + bytes([(1, 101, 113, 276).index(link)]))
        at = f.find(b'SIP/2.0')
        if i < 40 and b'\r\n\r\n' in f and at > 0:
            start = max(f.rfind(b, 0, at + 1) for b in
                        (b'REGISTER ', b'INVITE ', b'SIP/2.0', b'MESSAGE ',
                         b'NOTIFY ', b'SUBSCRIBE '))
            if start > 0:
                message(f[start:])
for name, data in files('sip/*.sip'):
    message(data)
for name, data in files('rules/*.jsonl'):
    for line in data.splitlines():
        put('rec', line)
        put('rec_fast', line)
        r = json.loads(line)
        if 'message' in r:
            message(r['message'].encode())
for pattern in ('lab/*.jsonl', 'register/*.jsonl', 'aka/*.jsonl',
                'srtp/*.jsonl'):
    for name, data in files(pattern):
        for line in data.splitlines()[:12]:
            put('rec', line)
            put('rec_fast', line)
for name, data in files('vectors/*.json'):
    put('rec', data[:20000])
for name, data in files('lab/*xfrm*.txt'):
    put('sa_forms', data[:4000])
for name, data in files('cx_maa.hex'):
    for line in data.split(b'\n'):
        if line and not line.startswith(b'#'):
            put('dia', bytes.fromhex(line.decode()))
for n in range(8):
    put('esp', bytes([n]) + b'\0\0\0\1\0\0' + bytes(range(64)))
put('sa', b'ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;spi-c=1;spi-s=2;'
    b'port-c=3;port-s=4;q=0.5,digest;q=0.1')
put('srtp', b'v=0\r\nm=audio 1 RTP/SAVP 0\r\na=crypto:1 '
    b'AES_CM_128_HMAC_SHA1_80 inline:' + base64.b64encode(bytes(30)) + b'\r\n')
XML = [
    b'<?xml version="1.0"?><reginfo version="0" state="full"><registration '
    b'aor="sip:a@b" id="1" state="active"><contact id="2" state="active" '
    b'event="registered"><uri>sip:a@1.2.3.4</uri></contact></registration>'
    b'</reginfo>',
    b'<ims-3gpp version="1"><alternative-service><type>emergency</type>'
    b'<reason>x</reason></alternative-service></ims-3gpp>',
    b'<presence entity="pres:a@b"><tuple id="t"><status><basic>open</basic>'
    b'</status><contact>tel:+1555</contact></tuple></presence>',
]
for x in XML:
    for kind in range(8):
        put('body', bytes([kind]) + x)
put('body', b'\2' + bytes.fromhex('000100069121436587f900'))
for path in glob.glob(os.path.join(CASES, '*', '*')):
    with open(path, 'rb') as f:
        put(os.path.basename(os.path.dirname(path)), f.read())
