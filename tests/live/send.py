"""send.py HOST PORT: what is on standard input in a datagram, and what comes back
within a second, on standard output.
send.py HOST PORT flood N: N REGISTERs of random identities, and how many answers
came.  send.py HOST PORT junk N: N datagrams of random octets."""
import os
import random
import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])
s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET, socket.SOCK_DGRAM)
s.connect((host, port))
own = s.getsockname()


def register(i):
    d = 'ims.mnc001.mcc001.3gppnetwork.org'
    who = '%015d@%s' % (random.randrange(10**15), d)
    return (
        'REGISTER sip:%s SIP/2.0\r\nVia: SIP/2.0/UDP %s:%d;branch=z9hG4bK%d\r\nMax-Forwards: 70\r\n'
        'From: <sip:%s>;tag=%d\r\nTo: <sip:%s>\r\nCall-ID: %d\r\nCSeq: 1 REGISTER\r\n'
        'Contact: <sip:%s:%d>;expires=600\r\nAuthorization: Digest username="%s",realm="%s",nonce="",'
        'uri="sip:%s",response=""\r\nContent-Length: 0\r\n\r\n'
        % (d, own[0], own[1], i, who, i, who, i, own[0], own[1], who, d, d)
    ).encode()


def drain(wait):
    n = 0
    s.settimeout(wait)
    try:
        while True:
            s.recv(65535)
            n += 1
    except (TimeoutError, BlockingIOError, ConnectionRefusedError):
        return n


if len(sys.argv) < 4:
    s.send(sys.stdin.buffer.read())
    s.settimeout(1)
    try:
        sys.stdout.buffer.write(s.recv(65535))
    except TimeoutError:
        sys.exit(1)
    sys.exit(0)
random.seed(1)
n = 0
for i in range(int(sys.argv[4])):
    if sys.argv[3] == 'flood':
        s.send(register(i))
    else:
        try:
            s.send(os.urandom(1) + random.randbytes(random.randrange(1400)))
        except ConnectionRefusedError:
            sys.exit('nobody is there')
    if i % 16 == 15:
        n += drain(0)
print(n + drain(1))
