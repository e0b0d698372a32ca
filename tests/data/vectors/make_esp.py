#!/usr/bin/env python3
"""make_esp: esp.json, an ESP packet of each algorithm and key length, with
and without extended sequence numbers.

    tests/data/vectors/make_esp.py >tests/data/vectors/esp.json

Written after RFC 4303 2 and 2.2.1, RFC 4106 5, RFC 4543 3.3 and RFC 4868 with
python3-cryptography.  "packet" has the IV given, "own" the IV that esp.h
defines for a packet that none is given for.
"""
import hashlib
import hmac
import json

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:
    from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES

# name: hash, octets of key, of ICV
HMAC = {
    'null': (None, 0, 0),
    'hmac-md5-96': ('md5', 16, 12),
    'hmac-sha-1-96': ('sha1', 20, 12),
    'hmac-sha-256-128': ('sha256', 32, 16),
    'hmac-sha-384-192': ('sha384', 48, 24),
    'hmac-sha-512-256': ('sha512', 64, 32),
}
# name, octets of key, of IV
CIPHERS = [('null', 0, 0), ('des-ede3-cbc', 24, 8), ('aes-cbc', 16, 16),
           ('aes-cbc', 24, 16), ('aes-cbc', 32, 16)]
LOW = 0xfffffff0


def octets(label, n):
    return hashlib.shake_128(label.encode()).digest(n)


def padded(data, next_header, align):
    pad = -(len(data) + 2) % max(align, 4)
    return data + bytes(range(1, pad + 1)) + bytes([pad, next_header])


def cbc(key, iv, text):
    alg = algorithms.AES(key) if len(iv) == 16 else TripleDES(key)
    e = Cipher(alg, modes.CBC(iv)).encryptor()
    return e.update(text) + e.finalize()


def own_iv(n, spi, seq, esn):
    if n == 8:
        return seq.to_bytes(8, 'big') if esn else \
            spi.to_bytes(4, 'big') + seq.to_bytes(4, 'big')
    return spi.to_bytes(4, 'big') + bytes(4) + seq.to_bytes(8, 'big')


def esp_hmac(c, iv):
    name, _, icv = HMAC[c['alg']]
    head = c['spi'].to_bytes(4, 'big') + c['seq'].to_bytes(8, 'big')[4:]
    text = padded(c['data'], c['next'], c['n_iv'])
    body = head + iv + (cbc(c['enc'], iv, text) if c['enc'] else text)
    if name is None:
        return body
    high = c['seq'].to_bytes(8, 'big')[:4] if c['esn'] else b''
    return body + hmac.new(c['auth'], body + high, name).digest()[:icv]


def esp_gcm(c, iv):
    spi, seq = c['spi'].to_bytes(4, 'big'), c['seq'].to_bytes(8, 'big')
    aad = spi + (seq if c['esn'] else seq[4:])
    text = padded(c['data'], c['next'], 4)
    head = spi + seq[4:] + iv
    if c['alg'] == 'aes-gmac':
        tag = AESGCM(c['auth']).encrypt(c['salt'] + iv, b'',
                                        aad + iv + text)
        return head + text + tag
    return head + AESGCM(c['enc']).encrypt(c['salt'] + iv, text, aad)


def packets(c):
    make = esp_gcm if c['salt'] else esp_hmac
    own = own_iv(c['n_iv'], c['spi'], c['seq'], c['esn']) if c['n_iv'] else b''
    if c['n_iv'] and not c['salt']:         # E(what is unique)
        own = cbc(c['enc'], bytes(c['n_iv']), own)
    return make(c, c['iv']), make(c, own)


def case(alg, auth, ealg, enc, n_iv, esn):
    label = f'{alg}/{auth}/{ealg}/{enc}/{esn}'
    size = octets(label + '/size', 2)
    c = {'alg': alg, 'ealg': ealg, 'esn': esn, 'n_iv': n_iv,
         'auth': octets(label + '/auth', auth),
         'enc': octets(label + '/enc', enc),
         'salt': octets(label + '/salt', 4) if
         alg == 'aes-gmac' or ealg == 'aes-gcm' else b'',
         'spi': int.from_bytes(octets(label + '/spi', 4), 'big') | 256,
         'seq': (octets(label + '/high', 1)[0] + 1 << 32 if esn else 0) + LOW,
         'iv': octets(label + '/iv', n_iv), 'next': 41 if size[1] & 1 else 17,
         'data': octets(label + '/data', size[0] % 90)}
    packet, own = packets(c)
    return {'alg': alg, 'ealg': ealg, 'esn': esn, 'spi': c['spi'],
            'seq': c['seq'], 'next': c['next'], 'packet': packet.hex(),
            'own': own.hex(), 'auth_key': c['auth'].hex(),
            'enc_key': c['enc'].hex(), 'salt': c['salt'].hex(),
            'iv': c['iv'].hex(), 'data': c['data'].hex()}


def main():
    out = []
    for esn in False, True:
        for alg, (_, auth, _) in HMAC.items():
            for ealg, enc, n_iv in CIPHERS:
                out.append(case(alg, auth, ealg, enc, n_iv, esn))
        for n in 16, 24, 32:
            out.append(case('aes-gmac', n, 'null', 0, 8, esn))
            out.append(case('null', 0, 'aes-gcm', n, 8, esn))
    print(json.dumps({'packets': out}, indent=1))


main()
