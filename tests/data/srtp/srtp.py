#!/usr/bin/env python3
"""srtp.py: SRTP packets and two calls with SDES, made without ims-tools.

RFC 3711, 4568, 6188 and 7714 written down once more, on the AES and HMAC of
python3-cryptography.  Checks itself against the vectors of those documents,
then writes beside itself:

  packets.json     packets of every crypto-suite and session parameter
  call.pcap        two calls, signalled in clear, with SRTP and SRTCP
  call.txt         what the SRTP of call.pcap was before: frame, RTP or RTCP
  clear.pcap       call.pcap as if there had been no SRTP
  call.call.records.jsonll the srtp records that call.pcap should give
"""
import base64
import hashlib
import hmac
import json
import os
import random
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HERE = os.path.dirname(os.path.abspath(__file__))
RNG = random.Random(3711)

# name: octets of key, salt, SRTP tag
SUITES = {
    'AES_CM_128_HMAC_SHA1_80': (16, 14, 10),
    'AES_CM_128_HMAC_SHA1_32': (16, 14, 4),
    'F8_128_HMAC_SHA1_80': (16, 14, 10),
    'AES_192_CM_HMAC_SHA1_80': (24, 14, 10),
    'AES_192_CM_HMAC_SHA1_32': (24, 14, 4),
    'AES_256_CM_HMAC_SHA1_80': (32, 14, 10),
    'AES_256_CM_HMAC_SHA1_32': (32, 14, 4),
    'AEAD_AES_128_GCM': (16, 12, 16),
    'AEAD_AES_256_GCM': (32, 12, 16),
}


def num(b):
    return int.from_bytes(b, 'big')


def octets(v, n):
    return v.to_bytes(n, 'big')


def xor(a, b):
    return bytes(i ^ j for i, j in zip(a, b))


def ctr(key, iv, data):
    return Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor().update(data)


def ecb(key, block):
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)


def kdf(key, salt, label, r, n):
    """RFC 3711 4.3.1, 4.3.3; RFC 7714 11 for the short salt."""
    salt14 = num(salt) << (8 * (14 - len(salt)))
    x = salt14 ^ (label << 48 | r)
    return ctr(key, octets(x << 16, 16), bytes(n))


def f8(key, salt, iv, data):
    """RFC 3711 4.1.2"""
    m = salt + b'\x55' * (len(key) - len(salt))
    iv2 = ecb(xor(key, m), iv)
    s, stream = bytes(16), b''
    for j in range((len(data) + 15) // 16):
        s = ecb(key, xor(xor(iv2, octets(j, 16)), s))
        stream += s
    return xor(data, stream)


def header(rtp):
    """Octets of the RTP header (RFC 3550 5.1)."""
    n = 12 + 4 * (rtp[0] & 15)
    if rtp[0] & 16:
        n += 4 + 4 * num(rtp[n + 2:n + 4])
    return n


class Sender:
    def __init__(self, suite, key, salt, mki=b'', kdr=None, flags=()):
        self.suite, self.key, self.salt = suite, key, salt
        self.mki, self.kdr, self.flags = mki, kdr, flags
        self.klen, self.slen, self.tag = SUITES[suite]

    def session(self, rtcp, index):
        r = index >> self.kdr if self.kdr is not None else 0
        base = 3 if rtcp else 0
        return (kdf(self.key, self.salt, base, r, self.klen),
                kdf(self.key, self.salt, base + 1, r, 20),
                kdf(self.key, self.salt, base + 2, r, self.slen))

    def text(self, ke, ks, iv, data, ssrc, index):
        if self.suite.startswith('F8'):
            return f8(ke, ks, iv, data)
        x = num(ks) << 16 ^ ssrc << 64 ^ index << 16
        return ctr(ke, octets(x, 16), data)

    def rtp(self, rtp, roc):
        index = roc << 16 | num(rtp[2:4])
        n = header(rtp)
        head, data, ssrc = rtp[:n], rtp[n:], num(rtp[8:12])
        ke, ka, ks = self.session(False, index)
        clear = 'UNENCRYPTED_SRTP' in self.flags
        if self.suite.startswith('AEAD'):
            nonce = octets(num(ks) ^ ssrc << 48 ^ index, 12)
            if clear:
                return rtp + AESGCM(ke).encrypt(nonce, b'', rtp) + self.mki
            return head + AESGCM(ke).encrypt(nonce, data, head) + self.mki
        if not clear:
            iv = b'\0' + rtp[1:12] + octets(roc, 4)
            data = self.text(ke, ks, iv, data, ssrc, index)
        tag = hmac.new(ka, head + data + octets(roc, 4),
                       hashlib.sha1).digest()[:self.tag]
        if 'UNAUTHENTICATED_SRTP' in self.flags:
            tag = b''
        return head + data + self.mki + tag

    def rtcp(self, rtcp, index):
        head, data, ssrc = rtcp[:8], rtcp[8:], num(rtcp[4:8])
        ke, ka, ks = self.session(True, index)
        clear = 'UNENCRYPTED_SRTCP' in self.flags
        word = octets(index | (0 if clear else 1 << 31), 4)
        if self.suite.startswith('AEAD'):
            nonce = octets(num(ks) ^ ssrc << 48 ^ index, 12)
            if clear:
                return rtcp + AESGCM(ke).encrypt(nonce, b'', rtcp + word) + \
                    word + self.mki
            return head + AESGCM(ke).encrypt(nonce, data, head + word) + \
                word + self.mki
        if not clear:
            data = self.text(ke, ks, bytes(4) + word + head, data, ssrc, index)
        tag = hmac.new(ka, head + data + word, hashlib.sha1).digest()[:10]
        return head + data + word + self.mki + tag


def check():
    """The vectors of the documents."""
    h = bytes.fromhex
    k = h('e1f97a0d3e018be0d64fa32c06de4139')
    s = h('0ec675ad498afeebb6960b3aabe6')
    assert kdf(k, s, 0, 0, 16) == h('c61e7a93744f39ee10734afe3ff7a087')
    assert kdf(k, s, 2, 0, 14) == h('30cbbc08863d8c85d49db34a9ae1')
    # RFC 3711 B.1
    assert f8(h('234829008467be186c3de14aae72d62c'), h('32f2870d'),
              h('006e5cba50681de55c621599d462564a'),
              b'pseudorandomness is the next best thing') == h(
        '019ce7a26e7854014a6366aa95d4eefd1ad4172a14f9faf455b7f1d4b62bd08f'
        '562c0eef7c4802')
    # RFC 6188 7.2, 7.4
    k = h('f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6')
    s = h('3b04803de51ee7c96423ab5b78d2')
    assert kdf(k, s, 1, 0, 20) == h('fd9c32d39ed5fbb5a9dc96b30818454d1313dc05')
    k = h('73edc66c4fa15776fb57f9505c17136550ffda71f3e8e5f1')
    s = h('c8522f3acd4ce86d5add78edbb11')
    assert kdf(k, s, 1, 0, 20) == h('355b10973cd95b9eacf4061c7e1a7151e7cfbfcb')


def rand(n):
    return bytes(RNG.randrange(256) for _ in range(n))


def rtp_packet(seq, ts, ssrc, data, cc=0, ext=False):
    p = struct.pack('>BBHII', 0x80 | cc | (16 if ext else 0), 96, seq, ts,
                    ssrc) + rand(4 * cc)
    return p + (h_ext() if ext else b'') + data


def h_ext():
    return struct.pack('>HH', 0xbede, 2) + rand(8)


def rtcp_packet(ssrc, n):
    """A sender report."""
    return struct.pack('>BBHIQIII', 0x80, 200, 6, ssrc, 0xe0000000 << 32, n,
                       n, n * 20)


def case(suite, mki=b'', kdr=None, flags=()):
    klen, slen, _ = SUITES[suite]
    s = Sender(suite, rand(klen), rand(slen), mki, kdr, flags)
    ssrc = RNG.randrange(1 << 32)
    c = {'suite': suite, 'key': s.key.hex(), 'salt': s.salt.hex(),
         'mki': mki.hex(), 'kdr': kdr or 0, 'flags': list(flags),
         'ssrc': ssrc, 'rtp': [], 'rtcp': []}
    for i, index in enumerate((65532, 65534, 65533, 65535, 65536, 65537,
                               65539, 65538)):
        p = rtp_packet(index & 65535, 160 * i, ssrc, rand((0, 1, 15, 16, 17,
                       33, 160, 40)[i]), cc=(0, 2)[i == 5], ext=i in (4, 5))
        c['rtp'].append([p.hex(), s.rtp(p, index >> 16).hex()])
    for index in (0, 1, 2, 300):
        p = rtcp_packet(ssrc, index)
        c['rtcp'].append([index, p.hex(), s.rtcp(p, index).hex()])
    c['session'] = [x.hex() for x in s.session(False, 65532)]
    c['rtcp_session'] = [x.hex() for x in s.session(True, 0)]
    return c


def packets():
    for suite in SUITES:
        yield case(suite)
        yield case(suite, mki=rand(4))
        yield case(suite, mki=rand(128))
        yield case(suite, kdr=1)
        yield case(suite, kdr=16)
        yield case(suite, flags=['UNENCRYPTED_SRTP'])
        yield case(suite, flags=['UNENCRYPTED_SRTCP'])
        if not suite.startswith('AEAD'):
            yield case(suite, flags=['UNAUTHENTICATED_SRTP'])


# The calls.

def checksum(b):
    b += b'\0' * (len(b) % 2)
    v = sum(struct.unpack('>%dH' % (len(b) // 2), b))
    while v >> 16:
        v = (v & 0xffff) + (v >> 16)
    return ~v & 0xffff


def address(text):
    import ipaddress
    return ipaddress.ip_address(text).packed


def frame(src, sport, dst, dport, data):
    s, d = address(src), address(dst)
    udp = struct.pack('>HHHH', sport, dport, 8 + len(data), 0)
    pseudo = s + d + struct.pack('>II', 8 + len(data), 17)
    c = checksum(pseudo + udp + data) or 0xffff
    udp = udp[:6] + octets(c, 2) + data
    if len(s) == 16:
        return (b'\2\0\0\0\0\2\2\0\0\0\0\1\x86\xdd' +
                struct.pack('>IHBB', 6 << 28, len(udp), 17, 64) + s + d + udp)
    ip = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0) + \
        s + d
    ip = ip[:10] + octets(checksum(ip), 2) + ip[12:]
    return b'\2\0\0\0\0\2\2\0\0\0\0\1\x08\0' + ip + udp


def sip(first, call, tag, body, cseq='1 INVITE', to=''):
    return ('%s\r\nVia: SIP/2.0/UDP a.example;branch=z9hG4bK%s\r\n'
            'From: <sip:a@example.org>;tag=a\r\nTo: <sip:b@example.org>%s\r\n'
            'Call-ID: %s\r\nCSeq: %s\r\n%sContent-Length: %d\r\n\r\n%s' % (
                first, tag, to, call, cseq,
                'Content-Type: application/sdp\r\n' if body else '',
                len(body), body)).encode()


def sdp(addr, lines):
    fam = 'IP6' if ':' in addr else 'IP4'
    return ''.join(x + '\r\n' for x in [
        'v=0', 'o=- 1 1 IN %s %s' % (fam, addr), 's=-',
        'c=IN %s %s' % (fam, addr), 't=0 0'] + lines)


def crypto(tag, s, rest=''):
    b = base64.b64encode(s.key + s.salt).decode()
    return 'a=crypto:%d %s inline:%s%s' % (tag, s.suite, b, rest)


def record(s, call, src, dst, role, tag, frame_no, rtcp, lifetime=None,
           mki=None):
    r = {'call_id': call, 'src': src[0], 'sport': src[1], 'dst': dst[0],
         'dport': dst[1], 'role': role, 'suite': s.suite, 'tag': tag,
         'frame': frame_no, 'rtcp_dport': rtcp, 'key': s.key.hex(), 'salt': s.salt.hex()}
    k, a, salt = s.session(False, 0)
    r['session_key'], r['session_salt'] = k.hex(), salt.hex()
    if not s.suite.startswith('AEAD'):
        r['session_auth'] = a.hex()
    k, a, salt = s.session(True, 0)
    r['rtcp_session_key'], r['rtcp_session_salt'] = k.hex(), salt.hex()
    if not s.suite.startswith('AEAD'):
        r['rtcp_session_auth'] = a.hex()
    if mki:
        r['mki'] = mki
    if lifetime:
        r['lifetime'] = lifetime
    return r


def calls():
    frames, clear, plain, records = [], [], [], []

    def put(src, sport, dst, dport, data, was=None):
        frames.append(frame(src, sport, dst, dport, data))
        plain.append(frame(src, sport, dst, dport,
                           data if was is None else was))
        if was is not None:
            clear.append('%d %s' % (len(frames), was.hex()))

    def media(a, b, sa, sb, rtcp):
        ssrc = (RNG.randrange(1 << 32), RNG.randrange(1 << 32))
        for i in range(20):
            for me, (src, dst, s) in enumerate(((a, b, sa), (b, a, sb))):
                # The caller's numbers roll over.
                index = i + (65526 if me == 0 else 1000)
                p = rtp_packet(index & 65535, 160 * i, ssrc[me], rand(32))
                put(*src, *dst, s.rtp(p, index >> 16), p)
                if i % 10 == 9:
                    p = rtcp_packet(ssrc[me], i)
                    put(src[0], rtcp[me], dst[0], rtcp[1 - me],
                        s.rtcp(p, i // 10), p)

    # 1: IPv4, three offers, the second is taken; MKI, lifetime.
    suite = 'AES_CM_128_HMAC_SHA1_80'
    a, b = ('192.0.2.1', 5060), ('192.0.2.2', 5060)
    no = [Sender('AEAD_AES_256_GCM', rand(32), rand(12)),
          Sender('AES_CM_128_HMAC_SHA1_32', rand(16), rand(14))]
    one = Sender(suite, rand(16), rand(14), octets(1, 4))
    two = Sender(suite, rand(16), rand(14))
    put(*a, *b, sip('INVITE sip:b@example.org SIP/2.0', 'one', '1', sdp(
        a[0], ['m=audio 40000 RTP/SAVP 96', crypto(1, no[0]),
               crypto(2, one, '|2^20|1:4'), crypto(3, no[1])])))
    put(*b, *a, sip('SIP/2.0 200 OK', 'one', '1', sdp(
        b[0], ['m=audio 50000 RTP/SAVP 96', crypto(2, two)]), to=';tag=b'))
    records.append(record(one, 'one', (a[0], 40000), (b[0], 50000), 'offer',
                          2, 2, 50001, 1 << 20, '00000001'))
    records.append(record(two, 'one', (b[0], 50000), (a[0], 40000), 'answer',
                          2, 2, 40001))
    media((a[0], 40000), (b[0], 50000), one, two, (40001, 50001))
    # 2: IPv6, the offer in the 200, the answer in the ACK; GCM; one side has
    # RTCP on the port of RTP, the other on one of its own.
    a, b = ('2001:db8::1', 5060), ('2001:db8::2', 5060)
    one = Sender('AEAD_AES_128_GCM', rand(16), rand(12))
    two = Sender('AEAD_AES_128_GCM', rand(16), rand(12))
    put(*a, *b, sip('INVITE sip:b@example.org SIP/2.0', 'two', '2', ''))
    put(*b, *a, sip('SIP/2.0 200 OK', 'two', '2', sdp(
        b[0], ['m=audio 50000 RTP/SAVPF 96', 'a=rtcp:50077',
               crypto(7, two)]), to=';tag=b'))
    put(*a, *b, sip('ACK sip:b@example.org SIP/2.0', 'two', '3', sdp(
        a[0], ['m=audio 40000 RTP/SAVPF 96', 'a=rtcp-mux',
               crypto(7, one)]), '1 ACK', ';tag=b'))
    n = len(frames)
    records.append(record(two, 'two', (b[0], 50000), (a[0], 40000), 'offer',
                          7, n, 40000))
    records.append(record(one, 'two', (a[0], 40000), (b[0], 50000), 'answer',
                          7, n, 50077))
    media((a[0], 40000), (b[0], 50000), one, two, (40000, 50077))
    return frames, clear, plain, records


def capture(name, frames):
    with open(os.path.join(HERE, name), 'wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, p in enumerate(frames):
            f.write(struct.pack('<IIII', 1700000000, 20000 * i, len(p),
                                len(p)) + p)


def main():
    check()
    with open(os.path.join(HERE, 'packets.json'), 'w') as f:
        f.write('[' + ',\n'.join(json.dumps(c) for c in packets()) + ']\n')
    frames, clear, plain, records = calls()
    capture('call.pcap', frames)
    capture('clear.pcap', plain)
    with open(os.path.join(HERE, 'call.txt'), 'w') as f:
        f.write('\n'.join(clear) + '\n')
    with open(os.path.join(HERE, 'call.records.jsonl'), 'w') as f:
        f.write('\n'.join(json.dumps(r) for r in records) + '\n')


main()
