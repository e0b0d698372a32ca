#!/usr/bin/env python3
"""make_why: why.json, mistakes made on purpose, each with its name.

    tests/data/vectors/make_why.py ../shared/lab/common >tests/data/vectors/why.json

MACs are of the lab's milenage.py, digests of hashlib; why.h has the names.
"""
import base64
import hashlib
import json
import random
import sys

sys.path.insert(0, sys.argv[1])
import milenage as M                            # noqa: E402

random.seed(203)
K, OP, RAND = (random.randbytes(16) for _ in range(3))
OPC, SQN = M.opc_of(K, OP), (12345 << 5).to_bytes(6, 'big')
OP2, ZERO, SEP = b'\x12\x34', b'\0\0', b'\x80\0'


def H(s):
    return hashlib.md5(s).hexdigest()


def autn(k=K, opc=OPC, amf=SEP, mac_amf=None, clear=False):
    m = M.milenage(k, opc, RAND, SQN, mac_amf or amf)
    return (SQN if clear else M.xor(SQN, m['ak'])) + amf + m['mac_a']


def autn_xor():
    x = M.xor(K, RAND)
    return M.xor(SQN, x[3:9]) + SEP + M.xor(x[:8], SQN + SEP)


def ascii_of(v, upper=False):
    s = v.hex().upper() if upper else v.hex()
    return s.encode()[:16]


MAC = []


def mac(why, token, **given):
    given.setdefault('algorithm', 'milenage')
    MAC.append(dict(why=why, K=K.hex(), RAND=RAND.hex(), AUTN=token.hex(),
                    **given))


op, opc = {'OP': OP.hex()}, {'OPc': OPC.hex()}
mac([], random.randbytes(16), **opc)
mac(['opc-is-op'], autn(), OPc=OP.hex())
mac(['op-is-opc'], autn(), OP=OPC.hex())
mac(['opc-twice'], autn(opc=M.opc_of(K, OPC)), **op)
mac(['opc-is-op'], autn(opc=M.opc_of(K, OPC)), **opc)
R = K[::-1]
mac(['k-reversed'], autn(R, M.opc_of(R, OP)), **op)
mac(['k-reversed'], autn(R), **opc)
mac(['op-reversed'], autn(opc=M.opc_of(K, OP[::-1])), **op)
mac(['op-reversed'], autn(opc=OPC[::-1]), **opc)
mac(['opc-is-op-reversed'], autn(), OPc=OP[::-1].hex())
A = ascii_of(K)
mac(['k-ascii'], autn(A, M.opc_of(A, OP)), **op)
mac(['k-ascii-upper'], autn(ascii_of(K, True)), **opc)
mac(['op-ascii'], autn(opc=M.opc_of(K, ascii_of(OP))), **op)
mac(['op-ascii-upper'], autn(opc=M.opc_of(K, ascii_of(OP, True))), **op)
mac(['k-ascii', 'op-ascii'], autn(A, M.opc_of(A, ascii_of(OP))), **op)
mac(['amf-configured'], autn(mac_amf=OP2), AMF=OP2.hex(), **opc)
mac(['amf-0000'], autn(mac_amf=ZERO), **opc)
mac(['amf-8000'], autn(amf=ZERO, mac_amf=SEP), **opc)
mac(['sqn-clear'], autn(clear=True), **opc)
mac(['opc-is-op', 'sqn-clear'], autn(clear=True), OPc=OP.hex())
mac(['is-xor'], autn_xor(), **opc)
mac(['is-milenage'], autn(), algorithm='xor', **opc)

AUTS = []


def auts(why, token, **given):
    AUTS.append(dict(why=why, K=K.hex(), RAND=RAND.hex(), AUTS=token.hex(),
                     AMF='8000', **given))


def token(opc=OPC, amf=ZERO, ak='ak_s', mac='mac_s'):
    m = M.milenage(K, opc, RAND, SQN, amf)
    return (M.xor(SQN, m[ak]) if ak else SQN) + m[mac]


auts([], random.randbytes(14), **opc)
auts(['amf-challenge'], token(amf=SEP), **opc)
auts(['sqn-clear'], token(ak=None), **opc)
auts(['sqn-ak'], token(ak='ak'), **opc)
auts(['f1'], token(mac='mac_a'), **opc)
auts(['opc-is-op'], token(), OPc=OP.hex())

RES = dict(username='001010123456789@ims.example', realm='ims.example',
           uri='sip:ims.example', method='REGISTER', nc='0000000a',
           cnonce='abc', qop='auth', algorithm='AKAv1-MD5')
RESPONSE = []


def response(why, pw, rand=RAND, k=K, given=None, body=b'', auts=False,
             key=None, **hashed):
    m = M.milenage(k, OPC, rand, SQN, SEP)
    nonce = base64.b64encode(
        rand + M.xor(SQN, m['ak']) + SEP + m['mac_a']).decode()
    field = dict(RES, nonce=nonce)
    field.update(given or {})
    d = dict(field)
    d.update({n: v(nonce) if callable(v) else v for n, v in hashed.items()})
    a1 = H(d['username'].encode() + b':' + d['realm'].encode() + b':' +
           pw(M.milenage(key or k, OPC, rand, SQN, SEP)))
    if d['algorithm'].endswith('-sess'):
        a1 = H(('%s:%s:%s' % (a1, d['nonce'], d['cnonce'])).encode())
    a2 = d['method'] + ':' + d['uri']
    if d['qop'].strip('"') == 'auth-int':
        a2 += ':' + H(body)
    parts = [a1, d['nonce']]
    if d['qop']:
        parts += [d['nc'], d['cnonce'], d['qop']]
    field.update(why=why, K=k.hex(), OPc=OPC.hex(), RAND=rand.hex(),
                 with_auts=auts,
                 response=H(':'.join(parts + [H(a2.encode())]).encode()))
    field.setdefault('challenge_nonce', nonce)
    field.setdefault('challenge_realm', 'ims.example')
    field.setdefault('request_uri', 'sip:ims.example')
    RESPONSE.append(field)


def plain(m):
    return m['res']


def v2(m):
    return M.aka2_pw(m['res'], m['ck'], m['ik'])


def bare(n):
    return n.rstrip('=')


response(['akav1'], plain, given={'algorithm': 'AKAv2-MD5'})
response(['akav2'], v2)
response(['sess'], plain, algorithm='AKAv1-MD5-sess')
response(['res-hex'], lambda m: m['res'].hex().encode())
response(['res-hex-upper'], lambda m: m['res'].hex().upper().encode())
response(['res-base64'], lambda m: base64.b64encode(m['res']))
response(['password-empty'], lambda m: b'')
response(['password-res'], plain, auts=True)
response(['username-bare'], plain, username='001010123456789')
response(['realm-challenge'], plain, realm='other.example',
         given={'challenge_realm': 'other.example'})
response(['realm-host'], plain, given={'realm': 'x', 'challenge_realm': 'x'},
         realm='ims.example')
response(['uri-request'], plain, uri='sip:p.example',
         given={'request_uri': 'sip:p.example'})
response(['uri-no-sip'], plain, uri='ims.example')
response(['uri-sip'], plain, given={'uri': 'tel:1'}, uri='sip:tel:1')
for name in ('INVITE', 'SUBSCRIBE', 'MESSAGE', 'GET'):
    response(['method-' + name.lower()], plain, method=name)
response(['method-none'], plain, method='')
response(['method-register'], plain, given={'method': 'INVITE'},
         method='REGISTER')
response(['qop-none'], plain, qop='')
response(['qop-quoted'], plain, qop='"auth"')
response(['qop-auth'], plain, qop='auth', given={'qop': ''})
response(['qop-auth-int'], plain, qop='auth-int')
response(['nc-none'], plain, nc='')
response(['nc-quoted'], plain, nc='"0000000a"')
response(['nc-decimal'], plain, nc='00000010')
response(['nc-short'], plain, nc='a')
response(['nc-first'], plain, nc='00000001')
response(['cnonce-none'], plain, cnonce='')
response(['cnonce-quoted'], plain, cnonce='"abc"')
response(['nonce-unpadded'], plain, nonce=bare)
response(['res-hex', 'method-invite'], lambda m: m['res'].hex().encode(),
         method='INVITE')
response(['k-reversed'], plain, key=K[::-1])
response([], lambda m: b'something else')
while True:
    r = random.randbytes(16)
    s = M.milenage(K, OPC, r, SQN, SEP)['res']
    if 0 in s[1:7] and s[0] != 0:
        break
response(['res-cut'], lambda m: m['res'][:m['res'].index(0)], rand=r)

json.dump({'mac': MAC, 'auts': AUTS, 'response': RESPONSE}, sys.stdout,
          indent=1)
print()
