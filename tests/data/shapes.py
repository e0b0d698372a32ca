#!/usr/bin/python3
# shapes: twenty SIP messages in the shape of a network, in the clear or in ESP.
#
# shapes.py SHAPE clear|esp [FORM] >capture
#	FORM is pcap (when not given), pcapng or snoop.
# shapes.py SHAPE messages	the messages, in hex, in the order of the capture
# shapes.py sa			records of the SAs, with their keys
# shapes.py list		the shapes
#
# Nothing here is of ims-tools: headers by their RFCs, ESP by RFC 4303 with NULL
# encryption and HMAC-SHA-1-96 (RFC 2404) of Python's hmac.
import hashlib
import hmac
import json
import random
import socket
import struct
import sys

COUNT = 20
KEY = bytes(range(1, 21))
SPI = 0x00c0ffee
PHONE = {4: '10.1.0.2', 6: '2001:db8:1::2'}
PCSCF = {4: '10.0.0.1', 6: '2001:db8::1'}
GNB = {4: '192.0.2.1', 6: '2001:db8:2::1'}
UPF = {4: '192.0.2.2', 6: '2001:db8:2::2'}
ETHER, RAW, SLL, SLL2 = 1, 101, 113, 276


def message(i, size):
    body = bytes(random.Random(i).choices(b'abcdefghij \r\n', k=size))
    return ('REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.2;branch=z9hG4bK%d'
            '\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: %d@x\r\n'
            'CSeq: 1 REGISTER\r\nContent-Length: %d\r\n\r\n' %
            (i, i, size)).encode() + body


def address(v, text):
    return socket.inet_pton(socket.AF_INET if v == 4 else socket.AF_INET6, text)


def checksum(data):
    s = sum(struct.unpack('!%dH' % ((len(data) + 1) // 2),
                          data + b'\0' * (len(data) % 2)))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return 0xffff - s


def ip(v, src, dst, proto, payload, ident=0, frag=0):
    if v == 6:
        return struct.pack('!IHBB', 6 << 28, len(payload), proto, 64) + \
            address(6, src) + address(6, dst) + payload
    head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(payload), ident, frag,
                       64, proto, 0) + address(4, src) + address(4, dst)
    return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + payload


def summed(v, src, dst, proto, data, at):
    pseudo = address(v, src) + address(v, dst) + \
        struct.pack('!II', len(data), proto)
    return data[:at] + struct.pack('!H', checksum(pseudo + data) or 0xffff) + \
        data[at + 2:]


def udp(v, src, dst, sport, dport, payload):
    data = struct.pack('!HHHH', sport, dport, 8 + len(payload), 0) + payload
    return summed(v, src, dst, 17, data, 6)


def tcp(v, src, dst, seq, flags, payload):
    data = struct.pack('!HHIIBBHHH', 40000, 5060, seq, 1, 0x50, flags, 65535, 0,
                       0) + payload
    return summed(v, src, dst, 6, data, 16)


def fragments(v, src, dst, proto, payload, ident, mtu):
    step = (mtu - (20 if v == 4 else 48)) // 8 * 8
    for at in range(0, len(payload), step):
        part, more = payload[at:at + step], at + step < len(payload)
        if v == 4:
            yield ip(4, src, dst, proto, part, ident, at // 8 | more << 13)
        else:
            yield ip(6, src, dst, 44, struct.pack('!BBHI', proto, 0,
                     at | more, ident) + part)


# Of the phone to its P-CSCF, as IP packets: transport-layer segments put into
# ESP if it is asked for, and into fragments when they are too long.
class Sender:
    def __init__(self, v, esp, mtu=None):
        self.v, self.esp, self.mtu, self.n = v, esp, mtu, 0

    def send(self, proto, payload):
        self.n += 1
        src, dst = PHONE[self.v], PCSCF[self.v]
        if self.esp:
            pad = -(len(payload) + 2) % 4
            data = struct.pack('!II', SPI, self.n) + payload + \
                bytes(range(1, pad + 1)) + bytes([pad, proto])
            payload = data + hmac.new(KEY, data, hashlib.sha1).digest()[:12]
            proto = 50
        if self.mtu and len(payload) + 20 > self.mtu:
            return list(fragments(self.v, src, dst, proto, payload, self.n,
                                  self.mtu))
        return [ip(self.v, src, dst, proto, payload, self.n)]

    def udp(self, m):
        return self.send(17, udp(self.v, PHONE[self.v], PCSCF[self.v], 5060,
                                 5060, m))

    def tcp(self, seq, flags, m):
        return self.send(6, tcp(self.v, PHONE[self.v], PCSCF[self.v], seq,
                                flags, m))

    # A connection with the octets of STREAM cut at the places CUTS.
    def stream(self, stream, cuts):
        packets = self.tcp(1000, 2, b'')
        for a, b in zip([0] + cuts, cuts + [len(stream)]):
            packets += self.tcp(1001 + a, 0x18, stream[a:b])
        return packets


def shuffled(packets, keep):
    out, r = packets[keep:], random.Random(7)
    for i in range(0, len(out), 6):
        part = out[i:i + 6]
        r.shuffle(part)
        out[i:i + 6] = part
    return packets[:keep] + out


# Around a packet.
def ether(p):
    return b'\2\0\0\0\0\2\2\0\0\0\0\1' + \
        (b'\x08\x00' if p[0] >> 4 == 4 else b'\x86\xdd') + p


def qinq(p):
    e = ether(p)
    return e[:12] + bytes.fromhex('88a80007 81000005') + e[12:]


def sll2(p):
    return struct.pack('!HHIHBB8s', 0x0800 if p[0] >> 4 == 4 else 0x86dd, 0, 3,
                       1, 0, 6, b'\2\0\0\0\0\1') + p


def sll(p):
    return struct.pack('!HHH8sH', 0, 1, 6, b'\2\0\0\0\0\1',
                       0x0800 if p[0] >> 4 == 4 else 0x86dd) + p


def gre(p):
    return ether(ip(4, GNB[4], UPF[4], 47, struct.pack('!HH', 0, 0x0800 if
                 p[0] >> 4 == 4 else 0x86dd) + p))


def gtpu(v):
    def around(p):
        # With a sequence number and the PDU session container (TS 38.415).
        g = struct.pack('!BBHIHBB', 0x36, 255, 8 + len(p), 0x1234, 9, 0, 0x85) \
            + bytes.fromhex('01100500') + p
        return ether(ip(v, GNB[v], UPF[v], 17, udp(v, GNB[v], UPF[v], 2152,
                     2152, g)))
    return around


def vxlan(p):
    return ether(ip(4, GNB[4], UPF[4], 17, udp(4, GNB[4], UPF[4], 33333, 4789,
                 bytes.fromhex('0800000000000500') + ether(p))))


def modem(port, head):
    def around(p):
        return bytes(12) + b'\x08\x00' + ip(4, '127.0.0.1', '127.0.0.1', 17,
            udp(4, '127.0.0.1', '127.0.0.1', 13337, port, head + p))
    return around


def tcp_shape(v, esp, size, cut, keep=0):
    s = Sender(v, esp)
    messages = [message(i, size) for i in range(COUNT)]
    stream = b''.join(messages)
    ends = [0]
    for m in messages:
        ends.append(ends[-1] + len(m))
    packets = s.stream(stream, cut(ends[1:-1], len(stream)))
    return messages, shuffled(packets, keep) if keep else packets


def udp_shape(v, esp, size, mtu=None, keep=0):
    s = Sender(v, esp, mtu)
    messages = [message(i, size) for i in range(COUNT)]
    packets = [p for m in messages for p in s.udp(m)]
    if keep:
        # Within each datagram, so that the messages stay in their order.
        n = len(packets) // COUNT
        packets = [p for i in range(COUNT)
                   for p in packets[i * n:i * n + n][::-1]]
    return messages, packets


each = lambda ends, n: ends
two = lambda ends, n: ends[1::2]
every = lambda step: lambda ends, n: list(range(step, n, step))
plain = lambda v: lambda esp: udp_shape(v, esp, 0)
SHAPES = {
    'plain': (ETHER, ether, plain(4)),
    'ip6': (ETHER, ether, plain(6)),
    'raw': (RAW, bytes, plain(4)),
    'sll': (SLL, sll, plain(4)),
    'sll2': (SLL2, sll2, plain(4)),
    'sll2_ip6': (SLL2, sll2, plain(6)),
    'qinq': (ETHER, qinq, plain(4)),
    'gre': (ETHER, gre, plain(4)),
    'gre_ip6': (ETHER, gre, plain(6)),
    'vxlan': (ETHER, vxlan, plain(4)),
    'gtpu_ip4': (ETHER, gtpu(4), plain(4)),
    'gtpu_ip6': (ETHER, gtpu(6), plain(6)),
    'gtpu_ip4_ip6': (ETHER, gtpu(4), plain(6)),
    'frag': (ETHER, ether, lambda esp: udp_shape(4, esp, 2000, 576)),
    'frag_ip6': (ETHER, ether, lambda esp: udp_shape(6, esp, 3000, 1280)),
    'frag_reordered': (ETHER, ether, lambda esp: udp_shape(4, esp, 2000, 576,
                                                           1)),
    'frag_ip6_reordered': (ETHER, ether, lambda esp: udp_shape(6, esp, 3000,
                                                               1280, 1)),
    'frag_gtpu': (ETHER, gtpu(4), lambda esp: udp_shape(4, esp, 2000, 576)),
    'tcp': (ETHER, ether, lambda esp: tcp_shape(4, esp, 100, each)),
    'tcp_two': (ETHER, ether, lambda esp: tcp_shape(4, esp, 100, two)),
    'tcp_split': (ETHER, ether, lambda esp: tcp_shape(4, esp, 100, every(111))),
    'tcp_reordered': (ETHER, ether, lambda esp: tcp_shape(4, esp, 100,
                                                          every(111), 1)),
    'tcp_ip6_split': (ETHER, ether, lambda esp: tcp_shape(6, esp, 100,
                                                          every(111))),
    'tcp_22k': (ETHER, ether, lambda esp: tcp_shape(4, esp, 22000,
                                                    every(1400))),
    'tcp_60k': (ETHER, ether, lambda esp: tcp_shape(4, esp, 60000,
                                                    every(1400))),
    'scat': (ETHER, modem(47290, b''), plain(4)),
    'scat_ip6': (ETHER, modem(47290, b''), plain(6)),
    'gsmtap': (ETHER, modem(4729, bytes.fromhex('02041200') + bytes(12)),
               plain(4)),
}


def pcap(link, frames, out):
    out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, link))
    for i, f in enumerate(frames):
        out.write(struct.pack('<IIII', 1700000000 + i // 1000, i % 1000 * 1000,
                              len(f), len(f)) + f)


def pcapng(link, frames, out):
    def block(kind, body):
        body += b'\0' * (-len(body) % 4)
        n = 12 + len(body)
        out.write(struct.pack('<II', kind, n) + body + struct.pack('<I', n))
    block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1))
    block(1, struct.pack('<HHI', link, 0, 0))
    for i, f in enumerate(frames):
        us = 1700000000000000 + i * 1000
        block(6, struct.pack('<IIIII', 0, us >> 32, us & 0xffffffff, len(f),
                             len(f)) + f)


def snoop(link, frames, out):
    assert link == ETHER
    out.write(b'snoop\0\0\0' + struct.pack('>II', 2, 4))
    for i, f in enumerate(frames):
        pad = -len(f) % 4
        out.write(struct.pack('>IIIIII', len(f), len(f), 24 + len(f) + pad, 0,
                              1700000000 + i // 1000, i % 1000 * 1000) + f +
                  b'\0' * pad)


def main():
    if sys.argv[1] == 'list':
        print('\n'.join(SHAPES))
    elif sys.argv[1] == 'sa':
        for v in (4, 6):
            print(json.dumps({
                'type': 'sa', 'src': PHONE[v], 'dst': PCSCF[v], 'spi': SPI,
                'mode': 'trans', 'alg': 'hmac-sha-1-96', 'ealg': 'null',
                'auth_key': KEY.hex()}))
    else:
        link, around, make = SHAPES[sys.argv[1]]
        messages, packets = make(sys.argv[2] == 'esp')
        if sys.argv[2] == 'messages':
            print('\n'.join(m.hex() for m in messages))
            return
        write = {'pcapng': pcapng, 'snoop': snoop}.get(
            sys.argv[3] if len(sys.argv) > 3 else 'pcap', pcap)
        write(link, [around(p) for p in packets], sys.stdout.buffer)


main()
