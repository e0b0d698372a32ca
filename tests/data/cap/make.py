#!/usr/bin/python3
# cap: capture files of every form, and what tshark reads in them.
#
# make.py SHAPES, in this directory: SHAPES is captures/shapes of the shared
# files.  The lines of NAME.txt are number, time, length on the wire, captured
# length, interface and MD5 of each frame of NAME, all as tshark has
# them ("-" where it has no time).
import glob
import struct
import subprocess
import sys

shapes = sys.argv[1]


# tshark 4.0.17 loses the top bits of times finer than a nanosecond; these are
# 5 s + 123456789012 ps and 7.5 s + 12345 / 2^40 s behind their offset.
exact = {'1700000005.012776324': '1700000005.123456789',
         '1700000007.013460747': '1700000007.500000011'}


def run(*args):
    r = subprocess.run(args, capture_output=True)
    if r.returncode != 0:
        sys.exit('%s: %s' % (args[0], r.stderr.decode()))
    return r.stdout.decode()


def read(name):
    with open(name, 'rb') as f:
        return f.read()


def write(name, data):
    with open(name, 'wb') as f:
        f.write(data)


def turned(data):
    """A little-endian pcap file as a big-endian host writes it."""
    out = struct.pack('>IHHIIII', *struct.unpack('<IHHIIII', data[:24]))
    at = 24
    while at < len(data):
        head = struct.unpack('<IIII', data[at:at + 16])
        out += struct.pack('>IIII', *head)
        out += data[at + 16:at + 16 + head[2]]
        at += 16 + head[2]
    return out


class Section:
    def __init__(self, order):
        self.order = order
        self.out = self.block(0x0a0d0d0a, self.pack('IHHq', 0x1a2b3c4d, 1, 0,
                                                    -1))

    def pack(self, form, *args):
        return struct.pack(self.order + form, *args)

    def block(self, kind, body):
        body += b'\0' * (-len(body) % 4)
        n = len(body) + 12
        return self.pack('II', kind, n) + body + self.pack('I', n)

    def add(self, kind, body):
        self.out += self.block(kind, body)

    def option(self, code, value):
        return self.pack('HH', code, len(value)) + value + \
            b'\0' * (-len(value) % 4)

    def interface(self, link, snaplen, *options):
        body = self.pack('HHI', link, 0, snaplen)
        for o in options:
            body += self.option(*o)
        if options:
            body += self.pack('HH', 0, 0)
        self.add(1, body)

    def epb(self, iface, ticks, data, wire=None, options=b''):
        self.add(6, self.pack('IIIII', iface, ticks >> 32, ticks & 0xffffffff,
                              len(data), wire or len(data)) + data +
                 b'\0' * (-len(data) % 4) + options)

    def spb(self, wire, data):
        self.add(3, self.pack('I', wire) + data)

    def pb(self, iface, ticks, data):
        self.add(2, self.pack('HHIIII', iface, 0xffff, ticks >> 32,
                              ticks & 0xffffffff, len(data), len(data)) + data)


def arp(n):
    return b'\xff' * 6 + b'\2' * 6 + b'\x08\x06' + bytes(range(n))


def odd(order):
    s = Section(order)
    now = 1700000000
    s.interface(1, 60, (2, b'eth0'), (9, b'\x06'))
    s.interface(101, 0, (9, b'\x94'))              # 2^-20 s
    s.interface(1, 262144, (9, b'\x09'), (14, s.pack('q', 1000)))
    s.interface(1, 0, (14, s.pack('q', -500)), (9, b'\x03'))
    far = (14, s.pack('q', now))
    s.interface(1, 0, (9, b'\x0c'), far)           # picoseconds
    s.interface(1, 0, (9, b'\xa8'), far)           # 2^-40 s
    s.interface(1, 0, (9, b'\x00'))                # seconds
    s.epb(0, now * 10**6 + 123456, arp(28))
    s.epb(1, (now << 20) + 77777, bytes.fromhex('4500001400000000400600000a00'
                                                '00010a000002'))
    s.add(4, s.pack('HH', 0, 0))                   # name resolution
    s.epb(2, now * 10**9 + 987654321, arp(29))
    s.epb(3, now * 10**3 + 5, arp(30))
    s.add(5, s.pack('III', 0, 0, 0))               # interface statistics
    s.epb(4, 5 * 10**12 + 123456789012, arp(31), wire=1500)
    s.epb(5, (7 << 40) + (1 << 39) + 12345, arp(28),
          options=s.option(2, b'\0\0\0\1') + s.pack('HH', 0, 0))
    s.epb(6, now, arp(28))
    s.spb(42, arp(28))
    s.spb(100, arp(46))
    s.pb(0, now * 10**6 + 1, arp(28))
    s.add(0xbad, s.pack('I', 32473) + b'custom')   # Wireshark numbers this
    s.epb(0, now * 10**6 + 2, arp(28))
    s.add(0x70000000, b'x' * 5000)
    s.add(9, b'__REALTIME_TIMESTAMP=1\nMESSAGE=x\n')  # and this
    s.epb(0, now * 10**6 + 3, b'')
    return s.out


for n in ('plain', 'sll', 'raw'):
    write(n + '.pcap', read('%s/v_%s.pcap' % (shapes, n)))
run('editcap', '-F', 'nsecpcap', '-t', '0.000000789', 'plain.pcap',
    'plain_ns.pcap')
write('plain_be.pcap', turned(read('plain.pcap')))
write('plain_ns_be.pcap', turned(read('plain_ns.pcap')))
run('editcap', '-F', 'modpcap', 'plain.pcap', 'plain_mod.pcap')
run('editcap', '-F', 'pcap', '-s', '96', 'plain.pcap', 'short.pcap')
run('editcap', '-F', 'pcapng', '-s', '97', 'sll.pcap', 'short.pcapng')
run('editcap', '-F', 'snoop', 'plain.pcap', 'plain.snoop')
run('editcap', '-F', 'snoop', '-s', '98', 'plain.pcap', 'short.snoop')
run('mergecap', '-F', 'pcapng', '-w', 'mixed.pcapng', 'plain.pcap', 'sll.pcap',
    'raw.pcap')
write('odd_le.pcapng', odd('<'))
write('odd_be.pcapng', odd('>'))
write('sections.pcapng', odd('>') + read('mixed.pcapng') + odd('<'))

for name in sorted(glob.glob('*.pcap') + glob.glob('*.pcapng') +
                   glob.glob('*.snoop')):
    lines = run('tshark', '-r', name, '-T', 'fields', '-E', 'separator=;',
                '-e', 'frame.number', '-e', 'frame.time_epoch',
                '-e', 'frame.len', '-e', 'frame.cap_len',
                '-e', 'frame.interface_id', '-e', 'frame.md5_hash',
                '-e', 'frame.protocols',
                '-o', 'frame.generate_md5_hash:TRUE')
    with open(name + '.txt', 'w') as f:
        for line in lines.splitlines():
            v = line.split(';')
            if v[6].startswith(('systemd', 'data')):
                continue
            v[1] = exact.get(v[1], v[1])
            f.write(' '.join(x or '-' for x in v[:6]) + '\n')
