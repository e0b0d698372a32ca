"""talk.py FILE: in the guest, talk over the SAs of FILE (sa records): datagrams
and a TCP connection on uc->ps and on pc->us, or, between core nodes, both ways
on port 5060."""
import json
import os
import socket
import sys
import threading

sas = [json.loads(line) for line in open(sys.argv[1])]


def netns(name):
    # setns() of this thread; CLONE_NEWNET
    import ctypes

    fd = os.open('/run/netns/' + name, os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(fd, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), 'setns')
    os.close(fd)


def sock(ns, kind, addr, port):
    netns(ns)
    family = socket.AF_INET6 if ':' in addr else socket.AF_INET
    s = socket.socket(family, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.settimeout(5)
    s.bind((addr, port))
    return s


def pair(sa, a, b):
    """from namespace A to namespace B, as SA goes"""
    src = sa['src'], sa.get('sport', 5060)
    dst = sa['dst'], sa.get('dport', 5060)
    rx = sock(b, socket.SOCK_DGRAM, *dst)
    tx = sock(a, socket.SOCK_DGRAM, *src)
    for size in (40, 1200, 4000):
        tx.sendto(b'x' * size, dst)
        assert len(rx.recv(65535)) == size, (sa['spi'], size)
    srv = sock(b, socket.SOCK_STREAM, *dst)
    srv.listen(1)
    cli = sock(a, socket.SOCK_STREAM, *src)

    def serve():
        c = srv.accept()[0]
        got = 0
        while got < 20000:
            got += len(c.recv(65535))
        c.sendall(b'y' * 20000)
        c.close()

    t = threading.Thread(target=serve)
    t.start()
    cli.connect(dst)
    cli.sendall(b'x' * 20000)
    got = 0
    while got < 20000:
        got += len(cli.recv(65535))
    t.join()
    for s in (rx, tx, srv, cli):
        s.close()


for sa in sas:
    if sa.get('role', 'uc->ps') == 'uc->ps' and sa['src'] == sas[0]['src']:
        pair(sa, 'ue', 'pcscf')
    elif sa.get('role', 'pc->us') == 'pc->us':
        pair(sa, 'pcscf', 'ue')
