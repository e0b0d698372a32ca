#!/usr/bin/env python3
"""flood: a capture of rubbish with a good one in its middle, given to a tool.

flood.py KIND N GOOD COMMAND ...  The frames of the pcap GOOD (Ethernet) stand
200 frames of rubbish apart.  Standard output is the tool's; the last line on
standard error is its peak memory in KiB and its exit status.
"""
import random
import resource
import struct
import subprocess
import sys

kind, n, good, command = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]
rnd = random.Random(1)
GAP = 200


def ip(proto, payload, src=None, dst=0x0a630001, ident=0, offset=0x4000):
    if src is None:
        src = 0x0b000000 | rnd.getrandbits(24)
    return struct.pack('>BBHHHBBHII', 0x45, 0, 20 + len(payload), ident, offset,
                       64, proto, 0, src, dst) + payload


def udp(payload):
    return struct.pack('>HHHH', 5060, 5060, 8 + len(payload), 0) + payload


HALF = b'REGISTER sip:example.org SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.1;br'


def streams(i):
    return ip(6, struct.pack('>HHIIBBHHH', rnd.getrandbits(16), 5060,
                             rnd.getrandbits(32), 0, 0x50, 0x18, 65535, 0, 0) +
              HALF)


def holes(i):
    """Segments behind a hole, on few streams."""
    return ip(6, struct.pack('>HHIIBBHHH', 1000 + i % 64, 5060,
                             1000 + 3000 * i & 0xffffffff, 0, 0x50, 0x18,
                             65535, 0, 0) + bytes(1400), 0x0b000001)


def fragments(i):
    return ip(17, udp(HALF + bytes(600)), ident=i & 0xffff, offset=0x2000)


def spis(i):
    return ip(50, struct.pack('>II', rnd.getrandbits(32) | 256, 1) +
              bytes(60))


def registrations(i):
    who = i // 2
    spi = 100000 + 4 * who
    common = b'Call-ID: %d@x\r\nCSeq: 1 REGISTER\r\n' \
        b'From: <sip:u%d@example.org>;tag=1\r\nTo: <sip:u%d@example.org>\r\n' \
        b'Via: SIP/2.0/UDP 10.1.1.1;branch=z9hG4bK%d\r\n' % (who, who, who, who)
    ue = 0x0c000000 | who
    if i % 2 == 0:
        return ip(17, udp(
            b'REGISTER sip:example.org SIP/2.0\r\n' + common +
            b'Contact: <sip:u@10.1.1.1:5060>\r\nAuthorization: Digest '
            b'username="u%d@example.org",realm="example.org",nonce="",'
            b'uri="sip:example.org",response=""\r\nSecurity-Client: '
            b'ipsec-3gpp;alg=hmac-sha-1-96;spi-c=%d;spi-s=%d;port-c=5062;'
            b'port-s=5064\r\nContent-Length: 0\r\n\r\n' % (who, spi, spi + 1)),
            ue)
    return ip(17, udp(
        b'SIP/2.0 401 Unauthorized\r\n' + common +
        b'WWW-Authenticate: Digest realm="example.org",algorithm=AKAv1-MD5,'
        b'nonce="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="\r\n'
        b'Security-Server: ipsec-3gpp;alg=hmac-sha-1-96;spi-c=%d;spi-s=%d;'
        b'port-c=5062;port-s=5064\r\nContent-Length: 0\r\n\r\n' %
        (spi + 2, spi + 3)), 0x0a630001, ue)


def headers(i):
    text = b'OPTIONS sip:a SIP/2.0\r\nCall-ID: %d\r\n' % i
    line = (b'X: y\r\n', b'Via: a\r\n', b'v:,,,,,,\r\n', b'Contact: *;\r\n')[i % 4]
    return ip(17, udp(text + line * (60000 // len(line)) + b'\r\n'))


def tunnels(i):
    """As deep as a packet can be: IP in IP, GRE, or both in turn."""
    p = ip(17, udp(b'OPTIONS sip:a SIP/2.0\r\n\r\n'))
    while len(p) < 65535 - 48:
        if i % 3 == 0 or (i % 3 == 2 and len(p) % 3 == 0):
            p = ip(4, p)
        else:
            p = ip(47, b'\0\0\x08\0' + p)
    return p


def chunks(i):
    """First chunks of SCTP messages that never end."""
    data = HALF
    return ip(132, struct.pack('>HHII', 5060, 5060, rnd.getrandbits(32), 0) +
              struct.pack('>BBHIHHI', 0, 2, 16 + len(data), i, 0, 0, 0) + data)


def crumbs(i):
    """Chunks of one octet, by the thousand in a packet."""
    return ip(132, struct.pack('>HHII', 5060, 5060, i // 9, 0) + b''.join(
        struct.pack('>BBHIHHIB3x', 0, 2 if i % 9 == 0 and k == 0 else 0, 17,
                    3000 * (i % 9) + k, 0, 0, 0, 82) for k in range(3000)))


make = globals()[kind]
data = open(good, 'rb').read()
frames, at = [], 24
while at < len(data):
    length = struct.unpack_from('<I', data, at + 8)[0]
    frames.append(data[at + 16 + 14:at + 16 + length])
    at += 16 + length
first = max(0, (n - GAP * len(frames)) // 2)

tool = subprocess.Popen(command, stdin=subprocess.PIPE)
out = tool.stdin
count = 0


def put(frame):
    global count
    count += 1
    out.write(struct.pack('<IIII', 1700000000 + count // 100000,
                          count % 100000 * 10, len(frame), len(frame)) + frame)


try:
    out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101))
    for i in range(n):
        if i >= first and (i - first) % GAP == 0 and frames:
            put(frames.pop(0))
        put(make(i))
    for frame in frames:
        put(frame)
    out.close()
except BrokenPipeError:
    pass
status = tool.wait()
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, status,
      file=sys.stderr)
