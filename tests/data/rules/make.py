#!/usr/bin/python3
# clean.jsonl: a registration and a call as they should be, as sip records.
#
# make.py, in this directory.  Frames 1 to 12 are SM1 to SM12 of
# vectors/flow_register.json (SM9 and SM11 are SM8 and SM10 one hop on); the
# call is written after TS 24.229 annex A.  SAs and ports: ipsec.json.
import json

U, P, I, S = '10.45.0.2', '172.22.0.21', '172.22.0.22', '172.22.0.23'
DOMAIN = 'ims.mnc001.mcc001.3gppnetwork.org'
UP, DOWN = 65538, 439041026     # spi_ps, uc->ps; spi_us, pc->us
CLEAR, CORE = (5060, 5060), (5060, 5060)

sm = {m['id']: m['sip'] for m in
      json.load(open('../vectors/flow_register.json'))['messages']}


def next_hop(raw, branch, uri=None):
    """The message with the I-CSCF's Via on top."""
    first, rest = raw.split('\r\n', 1)
    if uri:
        first = first.replace('sip:' + DOMAIN + ' ', uri + ' ')
    return (first + '\r\nVia: SIP/2.0/UDP icscf1.' + DOMAIN +
            ';branch=' + branch + '\r\n' + rest.replace(
                'Max-Forwards: 69', 'Max-Forwards: 68'))


def without_top_via(raw):
    lines = raw.split('\r\n')
    del lines[1]
    return '\r\n'.join(lines)


def message(first, *headers, body='', type='application/sdp'):
    headers = list(headers)
    if body:
        headers.append('Content-Type: ' + type)
    headers.append('Content-Length: %d' % len(body))
    return '\r\n'.join([first] + headers + ['', '']) + body


V_UE = 'Via: SIP/2.0/UDP %s:40002;branch=z9hG4bK%%s' % U
V_P = 'Via: SIP/2.0/UDP pcscf1.%s;branch=z9hG4bK%%s' % DOMAIN
V_S = 'Via: SIP/2.0/UDP scscf1.%s;branch=z9hG4bK%%s' % DOMAIN
ALICE = '<sip:+15551234567@%s>;tag=a1' % DOMAIN
BOB = '<sip:+15559876543@%s>' % DOMAIN
ORIG = '<sip:orig@scscf1.%s;lr>' % DOMAIN      # Service-Route
CALL = 'Call-ID: call1@' + U
CONTACT = 'Contact: <sip:%s:40002>' % U
FAR = 'Contact: <sip:bob@10.45.0.3:40102>'
VERIFY = [l for l in sm['SM7'].split('\r\n')
          if l.startswith('Security-Verify')][0]
SEC = ['Require: sec-agree', 'Proxy-Require: sec-agree', VERIFY]
SDP = '\r\n'.join(['v=0', 'o=- 1 1 IN IP4 ' + U, 's=-', 'c=IN IP4 ' + U,
                   't=0 0', 'm=audio 49152 RTP/AVP 97',
                   'a=rtpmap:97 AMR/8000', ''])


def head(via, cseq, to=BOB, frm=ALICE):
    return ['Max-Forwards: 70'] if via is None else via + [
        'From: ' + frm, 'To: ' + to, CALL, 'CSeq: ' + cseq]


invite_ue = message('INVITE tel:+15559876543 SIP/2.0',
                    *head([V_UE % 'c1'], '1 INVITE'), 'Max-Forwards: 70',
                    CONTACT, 'Route: <sip:%s:5063;lr>, %s' % (P, ORIG), *SEC,
                    body=SDP)
trying = message('SIP/2.0 100 Trying', *head([V_UE % 'c1'], '1 INVITE'))
invite_core = message('INVITE tel:+15559876543 SIP/2.0',
                      *head([V_P % 'c1p', V_UE % 'c1'], '1 INVITE'),
                      'Max-Forwards: 69', CONTACT, 'Route: ' + ORIG,
                      body=SDP)
ok_core = message('SIP/2.0 200 OK', *head([V_P % 'c1p', V_UE % 'c1'],
                  '1 INVITE', BOB + ';tag=b1'), FAR, body=SDP)
ok_ue = message('SIP/2.0 200 OK', *head([V_UE % 'c1'], '1 INVITE',
                BOB + ';tag=b1'), FAR, body=SDP)
ack_ue = message('ACK sip:bob@10.45.0.3:40102 SIP/2.0',
                 *head([V_UE % 'c2'], '1 ACK', BOB + ';tag=b1'),
                 'Max-Forwards: 70', *SEC)
ack_core = message('ACK sip:bob@10.45.0.3:40102 SIP/2.0',
                   *head([V_P % 'c2p', V_UE % 'c2'], '1 ACK',
                         BOB + ';tag=b1'), 'Max-Forwards: 69')
back = dict(to=ALICE, frm=BOB + ';tag=b1')
bye_core = message('BYE sip:%s:40002 SIP/2.0' % U,
                   *head([V_S % 'c3s', V_UE.replace(U, '10.45.0.3') % 'c3'],
                         '1 BYE', **back), 'Max-Forwards: 68')
bye_ue = message('BYE sip:%s:40002 SIP/2.0' % U,
                 *head([V_P % 'c3p', V_S % 'c3s',
                        V_UE.replace(U, '10.45.0.3') % 'c3'], '1 BYE', **back),
                 'Max-Forwards: 67')
bye_ok_ue = message('SIP/2.0 200 OK',
                    *head([V_P % 'c3p', V_S % 'c3s',
                           V_UE.replace(U, '10.45.0.3') % 'c3'], '1 BYE',
                          **back))
bye_ok_core = without_top_via(bye_ok_ue)

flow = [
    (U, P, CLEAR, None, sm['SM1']),
    (P, I, CORE, None, sm['SM2']),
    (I, S, (5060, 6060), None, sm['SM3']),
    (S, I, (6060, 5060), None, sm['SM4']),
    (I, P, CORE, None, sm['SM5']),
    (P, U, CLEAR, None, sm['SM6']),
    (U, P, (40001, 5063), UP, sm['SM7']),
    (P, I, CORE, None, sm['SM8']),
    (I, S, (5060, 6060), None, next_hop(sm['SM8'], 'z9hG4bK351g46.2',
     'sip:scscf1.%s:6060' % DOMAIN)),
    (S, I, (6060, 5060), None, sm['SM10']),
    (I, P, CORE, None, without_top_via(sm['SM10'])),
    (P, U, (5062, 40002), DOWN, sm['SM12']),
    (U, P, (40001, 5063), UP, invite_ue),
    (P, U, (5062, 40002), DOWN, trying),
    (P, S, CORE, None, invite_core),
    (S, P, CORE, None, ok_core),
    (P, U, (5062, 40002), DOWN, ok_ue),
    (U, P, (40001, 5063), UP, ack_ue),
    (P, S, CORE, None, ack_core),
    (S, P, CORE, None, bye_core),
    (P, U, (5062, 40002), DOWN, bye_ue),
    (U, P, (40001, 5063), UP, bye_ok_ue),
    (P, S, CORE, None, bye_ok_core),
]
seq = {}
with open('clean.jsonl', 'w') as f:
    for n, (src, dst, ports, spi, raw) in enumerate(flow, 1):
        rec = dict(type='sip', time='1700000%03d.000000000' % n, frame=n,
                   src=src, sport=ports[0], dst=dst, dport=ports[1],
                   transport='udp')
        if spi:
            seq[spi] = seq.get(spi, 0) + 1
            rec['protection'] = dict(spi=spi, seq=seq[spi],
                                     alg='hmac-sha-1-96', ealg='aes-cbc',
                                     icv='ok')
        rec['message'] = raw
        f.write(json.dumps(rec, separators=(',', ':')) + '\n')
