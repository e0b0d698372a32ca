#!/usr/bin/python3
# frames: one packet in every encapsulation, made by scapy, read by tshark.
#
# /usr/bin/python3 frames.py >frames.txt
#
# A line is: name, LINKTYPE_ number, what lies innermost, hex of the frame, what
# tshark made of it (frame.protocols), "-" for the few that it cannot be told to
# decode.  Innermost is src/sport/dst/dport/hex of the payload, or "other".  The
# script stops when tshark reads other addresses, ports or octets.
import struct
import subprocess
import sys
import tempfile

from scapy.all import *
from scapy.contrib.erspan import ERSPAN_III
from scapy.contrib.gtp import GTP_U_Header, GTPPDUSessionContainer
from scapy.contrib.mpls import MPLS, EoMCW
from scapy.layers.ipsec import AH

TEXT = b'OPTIONS sip:a@example.net SIP/2.0\r\n\r\n'
M1, M2 = '02:00:00:00:00:01', '02:00:00:00:00:02'
E = lambda **k: Ether(src=M1, dst=M2, **k)
TCP_WANT = '10.1.2.3/5060/10.4.5.6/5070/' + TEXT.hex()
WANT4 = TCP_WANT
WANT6 = '2001:db8::1/5060/2001:db8::2/5070/' + TEXT.hex()
U4 = IP(src='10.1.2.3', dst='10.4.5.6') / UDP(sport=5060, dport=5070) / TEXT
T4 = IP(src='10.1.2.3', dst='10.4.5.6') / \
    TCP(sport=5060, dport=5070, options=[('MSS', 1400)]) / TEXT
L6 = dict(src='2001:db8::1', dst='2001:db8::2')
U6 = IPv6(**L6) / UDP(sport=5060, dport=5070) / TEXT
O4 = IP(src='192.0.2.1', dst='192.0.2.2')
EU = E() / U4
raw_ = lambda h: Raw(bytes.fromhex(h.replace(' ', '')))

frames = []
differ = []


def add(name, link, packet, want=WANT4, known=True):
    frames.append((name, link, want, bytes(packet), known))


add('ether', 1, EU)
add('ether_tcp', 1, E() / T4)
add('ether_ip6', 1, E() / U6, WANT6)
add('ether_padded', 1, bytes(EU) + b'\xee' * 9)
add('ether_arp', 1, E() / ARP(), 'other')
add('vlan', 1, E() / Dot1Q(vlan=5) / U4)
add('qinq', 1, E(type=0x88a8) / Dot1Q(vlan=7) / Dot1Q(vlan=5) / U4)
add('qinq_9100', 1, E(type=0x9100) / Dot1Q(vlan=7) / Dot1Q(vlan=5) / U6, WANT6)
add('qinq_9200', 1, E(type=0x9200) / Dot1Q(vlan=7) / U4, known=False)
add('vlan_8', 1, E() / Dot1Q() / Dot1Q() / Dot1Q() / Dot1Q() / Dot1Q() /
    Dot1Q() / Dot1Q() / Dot1Q() / U4)
add('snap', 1, Dot3(src=M1, dst=M2) / LLC() / SNAP() / U4)
add('snap_padded', 1, bytes(Dot3(src=M1, dst=M2) / LLC() / SNAP() / U4) +
    b'\xee' * 4)
add('llc_ip', 1, Dot3(src=M1, dst=M2) / LLC(dsap=6, ssap=6, ctrl=3) /
    Raw(bytes(U4)))
add('vlan_snap', 1, E(type=0x8100) / Dot1Q(vlan=3, type=len(U4) + 8) /
    LLC(dsap=0xaa, ssap=0xaa, ctrl=3) / SNAP(code=0x0800) / U4)
add('stp', 1, Dot3(dst='01:80:c2:00:00:00', src=M1) / LLC() / STP(), 'other')
add('pppoe', 1, E() / PPPoE(sessionid=3) / PPP() / U4)
add('pppoe_ip6', 1, E() / PPPoE(sessionid=3) / PPP() / U6, WANT6)
add('pppoe_lcp', 1, E() / PPPoE(sessionid=3) / PPP() / PPP_LCP_Echo(), 'other')
add('pppoe_vlan', 1, E() / Dot1Q(vlan=2) / PPPoE(sessionid=3) / PPP() / U4)
add('mpls', 1, E() / MPLS(label=100, s=1) / U4)
add('mpls_3', 1, E() / MPLS(label=1, s=0) / MPLS(label=2, s=0) /
    MPLS(label=100, s=1) / U6, WANT6)
add('mpls_up', 1, E(type=0x8848) / MPLS(label=100, s=1) / U4)
add('mpls_pw_cw', 1, E() / MPLS(label=1000, s=1) / EoMCW(seq=9) / EU)
add('mpls_pw', 1, E() / MPLS(label=1001, s=1) / Raw(bytes(
    Ether(src=M1, dst='00:16:3e:11:22:33') / U4)))
add('mpls_pw_mac4', 1, E() / MPLS(label=1001, s=1) / Raw(bytes(
    Ether(src=M1, dst='48:16:3e:11:22:33') / U4)))
add('mpls_pw_mac6', 1, E() / MPLS(label=1001, s=1) / Raw(bytes(
    Ether(src=M1, dst='60:16:3e:11:22:33') / U4)))

cooked = lambda hrd, proto: CookedLinux(lladdrtype=hrd, proto=proto,
                                        lladdrlen=6, src=b'\2' * 8)
cooked2 = lambda hrd, proto: CookedLinuxV2(lladdrtype=hrd, proto=proto,
                                           ifindex=3, lladdrlen=6,
                                           src=b'\2' * 8)
for name, link, make in (('sll', 113, cooked), ('sll2', 276, cooked2)):
    add(name, link, make(1, 0x800) / U4)
    add(name + '_lo', link, make(772, 0x800) / T4)
    add(name + '_none', link, make(0xfffe, 0x86dd) / U6, WANT6)
    add(name + '_vlan', link, make(1, 0x8100) / Dot1Q(vlan=4) / U4)
    add(name + '_pppoe', link, make(1, 0x8864) / PPPoE(sessionid=1) / PPP() /
        U4)
    add(name + '_gre', link, make(778, 0x800) / U4)
    add(name + '_arp', link, make(1, 0x806) / ARP(), 'other')
    add(name + '_llc', link, bytes(make(1, 4)) + bytes(LLC(
        dsap=0xaa, ssap=0xaa, ctrl=3) / SNAP(code=0x800) / U4))
    add(name + '_netlink', link, bytes(make(824, 0)) + bytes(16), 'other')

for n in (101, 12, 14):
    add('raw_%d_v4' % n, n, U4, known=n == 101)
    add('raw_%d_v6' % n, n, U6, WANT6, known=n == 101)
add('ipv4', 228, U4)
add('ipv6', 229, U6, WANT6)
for name, h in (('le', '<I'), ('be', '>I')):
    add('null_%s' % name, 0, struct.pack(h, 2) + bytes(U4))
    for af in (10, 23, 24, 28, 30):  # tshark: not Linux's, 23 is IPX
        add('null_%s_%d' % (name, af), 0, struct.pack(h, af) + bytes(U6),
            WANT6, known=af not in (10, 23))
add('null_other', 0, struct.pack('<I', 7) + bytes(8), 'other')
add('loop', 108, struct.pack('>I', 2) + bytes(U4))
add('loop_ip6', 108, struct.pack('>I', 24) + bytes(U6), WANT6)
add('ppp', 9, PPP(proto=0x21) / U4)
add('ppp_hdlc', 9, HDLC() / PPP(proto=0x21) / U4)
add('ppp_ip6', 50, HDLC() / PPP(proto=0x57) / U6, WANT6)
add('ppp_pfc', 9, b'\xff\x03\x21' + bytes(U4))
add('ppp_cisco', 50, b'\x0f\x00\x08\x00' + bytes(U4))
add('ppp_mpls', 9, PPP(proto=0x281) / MPLS(label=100, s=1) / U4)
add('ppp_lcp', 9, HDLC() / PPP(proto=0xc021) / PPP_LCP_Echo(), 'other')
add('pppoe_51', 51, PPPoE(sessionid=3) / PPP() / U4)

add('ip_options', 1, E() / IP(src='10.1.2.3', dst='10.4.5.6', options=[
    IPOption_Router_Alert()]) / UDP(sport=5060, dport=5070) / TEXT)
add('ip_ah', 1, E() / IP(src='10.1.2.3', dst='10.4.5.6', proto=51) /
    AH(nh=17, payloadlen=4, spi=7, seq=1, icv=b'x' * 12) /
    Raw(bytes(U4)[20:]))
up = UDP(sport=5060, dport=5070) / TEXT
ext6 = lambda e, p=up: IPv6(**L6) / e / p
add('ip6_hop', 1, E() / ext6(IPv6ExtHdrHopByHop(options=[RouterAlert()])),
    WANT6)
add('ip6_routing', 1, E() / ext6(IPv6ExtHdrRouting(type=4, addresses=[
    '2001:db8::2'])), WANT6)
add('ip6_dest', 1, E() / ext6(IPv6ExtHdrDestOpt(options=[PadN(optdata=b'\0' *
    10)])), WANT6)
add('ip6_ah', 1, E() / ext6(AH(nh=17, payloadlen=4, spi=7, seq=1,
    icv=b'x' * 12), Raw(bytes(U6)[40:])), WANT6)
add('ip6_chain', 1, E() / ext6(IPv6ExtHdrHopByHop(options=[RouterAlert()]) /
    IPv6ExtHdrRouting(type=4, addresses=['2001:db8::2']) /
    IPv6ExtHdrDestOpt(options=[PadN(optdata=b'\0' * 10)])), WANT6)
add('ip6_atomic', 1, E() / ext6(IPv6ExtHdrFragment(id=9)), WANT6)
u6 = bytes(U6)[40:]
add('ip6_shim6', 1, E() / IPv6(nh=140, **L6) / Raw(bytes([17, 0, 0x80] +
    [0] * 5) + u6), WANT6, known=False)

G = O4 / UDP(sport=2152, dport=2152)
H = dict(gtp_type=255, teid=0x1234)
add('gtpu', 1, E() / G / GTP_U_Header(**H) / U4)
add('gtpu_ip6', 1, E() / G / GTP_U_Header(**H) / U6, WANT6)
W8 = WANT4.replace('10.1.2.3', '8.0.1.2')   # an EtherType, to the guess
U8 = IP(src='8.0.1.2', dst='10.4.5.6') / UDP(sport=5060, dport=5070) / TEXT
add('gtpu_src8', 1, E() / G / GTP_U_Header(**H) / U8, W8)
add('mpls_src8', 1, E() / MPLS(label=100, s=1) / U8, W8)
add('gtpu_seq', 1, E() / G / GTP_U_Header(S=1, seq=7, **H) / U4)
add('gtpu_npdu', 1, E() / G / GTP_U_Header(PN=1, npdu=7, **H) / U4)
add('gtpu_ext', 1, E() / G / GTP_U_Header(E=1, next_ex=0x85, **H) /
    GTPPDUSessionContainer(ExtHdrLen=1, type=1, QFI=9, NextExtHdr=0) / U4)
u4 = bytes(U4)
add('gtpu_ext_2', 1, E() / G / raw_('36ff %04x 00001234 0007 00 85 '
    '01 1009 c0 01 0868 00' % (len(u4) + 12)) / U4)
add('gtpu_ether', 1, E() / G / GTP_U_Header(**H) / Raw(bytes(EU)),
    known=False)
add('gtpu_echo', 1, E() / G / GTP_U_Header(gtp_type=1, S=1, seq=4), 'other')
add('gtpu_end', 1, E() / G / GTP_U_Header(gtp_type=254, teid=5), 'other')
add('gtpu_6', 1, E() / IPv6(**L6) / UDP(sport=2152, dport=2152) /
    GTP_U_Header(**H) / U4)
add('gtpu_gtpu', 1, E() / G / GTP_U_Header(**H) / G / GTP_U_Header(**H) / U4)

add('gre', 1, E() / O4 / GRE() / U4)
add('gre_ip6', 1, E() / O4 / GRE() / U6, WANT6)
add('gre_all', 1, E() / O4 / GRE(chksum_present=1, key_present=1, key=5,
    seqnum_present=1, sequence_number=6) / U4)
add('gre_key', 1, E() / O4 / GRE(key_present=1, key=5) / U4)
add('gre_ether', 1, E() / O4 / GRE(proto=0x6558) / EU)
add('gre_mpls', 1, E() / O4 / GRE(proto=0x8847) / MPLS(label=3, s=1) / U4)
add('gre_pptp', 1, E() / O4 / GRE_PPTP(seqnum_present=1, seqence_number=4,
    call_id=3, payload_len=len(u4) + 4) / raw_('ff030021') / U4)
add('gre_pptp_ack', 1, E() / O4 / GRE_PPTP(seqnum_present=1, call_id=3,
    seqence_number=4, acknum_present=1, ack_number=3,
    payload_len=len(u4) + 2) / raw_('0021') / U4)
add('gre_erspan1', 1, E() / O4 / GRE(proto=0x88be) / EU, known=False)
add('gre_erspan2', 1, E() / O4 / GRE(proto=0x88be, seqnum_present=1) /
    raw_('1003 0004 00000001') / EU)
add('gre_erspan3', 1, E() / O4 / GRE(proto=0x22eb, seqnum_present=1) /
    ERSPAN_III(vlan=3, session_id=4) / EU)
add('gre_erspan3_sub', 1, E() / O4 / GRE(proto=0x22eb, seqnum_present=1) /
    raw_('2003 0004 00000001 0000 0001 0c00000000000001') / EU)
add('gre_erspan3_ip', 1, E() / O4 / GRE(proto=0x22eb, seqnum_present=1) /
    raw_('2003 0004 00000001 0000 0800') / U4, known=False)
add('ipip', 1, E() / O4 / U4)
add('ip6ip', 1, E() / O4 / U6, WANT6)
add('ip_ip6', 1, E() / IPv6(**L6) / U4)

V = O4 / UDP(sport=33333, dport=4789)
add('vxlan', 1, E() / V / VXLAN(vni=5) / EU)
add('vxlan_8472', 1, E() / O4 / UDP(sport=33333, dport=8472) / VXLAN(vni=5) /
    EU)
add('vxlan_vlan', 1, E() / V / VXLAN(vni=5) / E() / Dot1Q(vlan=3) / U6, WANT6)
gpe = lambda n: raw_('0c0000%02x00000500' % n)
add('vxlan_gpe_ip', 1, E() / V / gpe(1) / U4, known=False)
add('vxlan_gpe_ip6', 1, E() / V / gpe(2) / U6, WANT6, known=False)
add('vxlan_gpe_ether', 1, E() / V / gpe(3) / EU, known=False)
add('vxlan_gpe_mpls', 1, E() / V / gpe(5) / MPLS(label=3, s=1) / U4,
    known=False)
add('vxlan_gpe_nsh', 1, E() / V / gpe(4) / Raw(bytes(8)), 'other', known=False)

S = E() / IP(src='10.1.2.3', dst='10.4.5.6') / SCTP(sport=5060, dport=5070,
                                                    tag=9)
add('sctp', 1, S / SCTPChunkData(data=TEXT, tsn=5, stream_id=1, stream_seq=2,
    proto_id=46, beginning=1, ending=1))
add('sctp_sack_data', 1, S / SCTPChunkSACK(cumul_tsn_ack=3) / SCTPChunkData(
    data=TEXT, tsn=5, beginning=1, ending=1))
add('sctp_init', 1, S / SCTPChunkInit(), 'other')
idata = struct.pack('>BBHIHHII', 64, 3, 20 + len(TEXT), 5, 1, 0, 0x10002, 46)
add('sctp_idata', 1, S / Raw(idata + TEXT + b'\0' * (-len(TEXT) % 4)))

FIELDS = ['frame.protocols', 'ip.src', 'ipv6.src', 'ip.dst', 'ipv6.dst',
          'udp.srcport', 'tcp.srcport', 'sctp.srcport',
          'udp.dstport', 'tcp.dstport', 'sctp.dstport',
          'udp.payload', 'tcp.payload', 'data.data', 'sip.Request-Line']


def tshark(link, frame):
    with tempfile.NamedTemporaryFile(suffix='.pcap') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, link) +
                struct.pack('<IIII', 1, 0, len(frame), len(frame)) + frame)
        f.flush()
        args = ['tshark', '-r', f.name, '-T', 'fields', '-E', 'occurrence=l',
                '-d', 'udp.port==8472,vxlan', '-d', 'mpls.label==1000,pwethcw',
                '-d', 'mpls.label==1001,pwethnocw']
        for x in FIELDS:
            args += ['-e', x]
        r = subprocess.run(args, capture_output=True, text=True)
    if r.returncode != 0:
        sys.exit('tshark: ' + r.stderr)
    return r.stdout.rstrip('\n').split('\t')


def check(name, link, want, frame):
    v = dict(zip(FIELDS, tshark(link, frame)))
    got = v['frame.protocols']
    if want == 'other':
        return got
    src, sport, dst, dport, payload = want.split('/')
    six = ':' in src
    ok = (v['ipv6.src' if six else 'ip.src'] == src and
          v['ipv6.dst' if six else 'ip.dst'] == dst and
          sport in (v['udp.srcport'], v['tcp.srcport'], v['sctp.srcport']) and
          dport in (v['udp.dstport'], v['tcp.dstport'], v['sctp.dstport']) and
          (payload in (v['udp.payload'], v['tcp.payload'], v['data.data']) or
           v['sip.Request-Line'].encode() ==
           bytes.fromhex(payload).rstrip(b'\r\n')))
    if not ok:
        sys.stderr.write('%s: tshark has %r\n' % (name, v))
        differ.append(name)
    return got


for name, link, want, frame, known in frames:
    got = check(name, link, want, frame) if known else '-'
    print(name, link, want, frame.hex(), got)
sys.exit(1 if differ else 0)
