"""peer.py: what peer.sh runs in the lab's namespace.  For each SA set of
peer_keys.json: ims-sa derive makes the SAs of CK and IK, ims-sa protect the
packets of a REGISTER, raw sockets carry them, ims-sa unprotect and ims-pcap
read what the kernel answers."""
import json
import os
import socket
import subprocess
import sys

B = os.environ['B']
HDR = {4: 20, 6: 0}
AUTH = {'hmac-sha1-96': 'hmac-sha-1-96', 'hmac-sha256-128': 'hmac-sha-256-128'}


def tool(args, text):
    p = subprocess.run([B + '/' + args[0]] + args[1:], input=text.encode(),
                       stdout=subprocess.PIPE)
    return p.stdout.decode()


def records(case, sas):
    """the four sa records; hmac-sha-256-128 is none of ipsec-3gpp's"""
    alg = AUTH.get(case['alg'], case['alg'])
    a, b = sas['uc->ps'], sas['pc->us']
    if alg == 'hmac-sha-256-128':
        return ''.join(json.dumps(dict(
            type='sa', src=s['src'], sport=s['sport'], dst=s['dst'],
            dport=s['dport'], spi=s['spi'], mode='trans', alg=alg,
            ealg=case['ealg'], auth_key=case['auth_key'],
            enc_key=case['enc_key'])) + '\n' for s in sas.values())
    return tool([
        'ims-sa', 'derive', '-q', '-x', '--ck', case['ck'], '--ik', case['ik'],
        '--ue', a['src'], '--pcscf', a['dst'],
        '--spi-ps', str(a['spi']), '--spi-us', str(b['spi']),
        '--spi-uc', str(sas['ps->uc']['spi']),
        '--spi-pc', str(sas['us->pc']['spi']),
        '--port-uc', str(a['sport']), '--port-ps', str(a['dport']),
        '--port-pc', str(b['sport']), '--port-us', str(b['dport']),
        '--alg', alg, '--ealg', case['ealg']], '')


def message(a, n):
    text = ('REGISTER sip:ims.mnc001.mcc001.3gppnetwork.org SIP/2.0\r\n'
            'Call-ID: %s\r\nSubject: %s\r\n\r\n' % (a['src'], 'x' * n))
    return json.dumps(dict(
        type='sip', src=a['src'], sport=a['sport'], dst=a['dst'],
        dport=a['dport'], transport='udp', message=text)) + '\n'


def packet(ip, a, esp):
    """the answer as a packet record; IPv6 sockets give no header"""
    if ip == 6:
        esp = (b'\x60\0\0\0' + len(esp).to_bytes(2, 'big') + b'\x32\x40' +
               socket.inet_pton(socket.AF_INET6, a['dst']) +
               socket.inet_pton(socket.AF_INET6, a['src']) + esp)
    return json.dumps(dict(type='packet', packet=esp.hex())) + '\n'


def one(case):
    ip = case['ip']
    sas = {s['name']: s for s in case['sas']}
    a = sas['uc->ps']
    keys = os.path.join(os.environ['LAB_WORK'], 'peer.sa.jsonl')
    with open(keys, 'w') as f:
        f.write(records(case, sas))
    family = socket.AF_INET6 if ip == 6 else socket.AF_INET
    s = socket.socket(family, socket.SOCK_RAW, 50)
    s.settimeout(3)
    sealed = tool(['ims-sa', 'protect', '-k', keys],
                  ''.join(message(a, n) for n in (10, 1100, 4000)))
    for line in sealed.splitlines():
        raw = bytes.fromhex(json.loads(line)['packet'])
        s.sendto(raw[20 if ip == 4 else 40:], (a['dst'], 0))
        answer = packet(ip, a, s.recv(65535))
        opened = tool(['ims-sa', 'unprotect', '-k', keys], answer)
        r = json.loads(tool(['ims-pcap'], opened))
        if r['status'] != 200 or r['protection']['icv'] != 'ok':
            raise ValueError(r)
    return sealed.count('\n')


bad = 0
for case in json.load(open(os.path.join(os.environ['LAB_WORK'],
                                        'peer_keys.json'))):
    name = '%s ipv%d' % (case['name'], case['ip'])
    try:
        n = one(case)
        if n != 3:
            raise ValueError('%d packets' % n)
        print('ok peer', name, flush=True)
    except Exception as e:
        bad = 1
        print('not ok peer', name, repr(e), flush=True)
sys.exit(bad)
