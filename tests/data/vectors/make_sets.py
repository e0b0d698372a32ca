#!/usr/bin/env python3
"""make_sets: bin/aka_sets.c out of the vectors of this folder.

    tests/data/vectors/make_sets.py >bin/aka_sets.c
"""
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
FIELDS = [
    ('K', ['K']), ('OP', ['OP', 'TOP']), ('OPC', ['OPc', 'TOPc']),
    ('RAND', ['RAND']), ('SQN', ['SQN']), ('AMF', ['AMF']),
    ('MAC_A', ['MAC_A', 'MAC']), ('MAC_S', ['MAC_S']), ('RES', ['RES']),
    ('CK', ['CK']), ('IK', ['IK']), ('AK', ['AK']), ('AKSTAR', ['AKstar']),
    ('AUTN', ['AUTN']), ('AUTS', ['AUTS', 'AUTS_amf0']),
    ('SCHEME', ['algorithm']), ('USERNAME', ['username']),
    ('REALM', ['realm']), ('URI', ['uri']), ('METHOD', ['method']),
    ('NONCE', ['nonce']), ('QOP', ['qop']), ('NC', ['nc']),
    ('CNONCE', ['cnonce']), ('RESPONSE', ['response']),
    ('RSPAUTH', ['rspauth']), ('DIGEST_AUTS', ['auts']),
    ('BODY', ['entity_body_hex']),
]


def load(name):
    with open(os.path.join(HERE, name)) as f:
        return json.load(f)


def literal(text):
    """TEXT as C, a piece a line."""
    pieces = [text[i:i + 50] for i in range(0, len(text), 50)] or ['']
    return '\n'.join('\t\t    "%s"' % p for p in pieces)


def one(algorithm, number, case):
    values = dict(case.get('derived', {}), **case)
    print('\t{ "%s", "%s", %d, {' % (
        algorithm, case.get('id', number), case.get('iterations', 1)))
    for name, keys in FIELDS:
        for key in keys:
            if isinstance(values.get(key), str):
                print('\t\t[REC_SET_%s] =\n%s,' % (
                    name, literal(values[key])))
                break
    print('\t} },')


def main():
    print('/* aka_sets: the test sets of tests/data/vectors; made by its '
          'make_sets.py. */')
    print('#include "aka_tool.h"\n')
    print('const struct rec_set aka_sets[] = {')
    milenage, tuak = load('milenage.json'), load('tuak.json')
    groups = [
        ('milenage', milenage['sets'] + milenage['extra']),
        ('tuak', tuak['sets']),
        ('xor', load('misc_vectors.json')['xor_aka']['cases']),
        ('digest', load('digest_aka.json')['cases']),
    ]
    for algorithm, cases in groups:
        for number, case in enumerate(cases, 1):
            one(algorithm, number, case)
    print('};\n')
    print('const size_t aka_sets_n = sizeof(aka_sets) / '
          'sizeof(aka_sets[0]);')


main()
