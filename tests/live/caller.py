"""caller.py PORT INVITE [OWN]: a call to 127.0.0.1:PORT, from port OWN, with the
INVITE of a file, until the other side hangs up.  What came goes to the files 100,
180, 200 and BYE."""
import re
import socket
import sys
import time

invite = open(sys.argv[2], 'rb').read()
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
if len(sys.argv) > 3:
    s.bind(('127.0.0.1', int(sys.argv[3])))
s.settimeout(20)
s.connect(('127.0.0.1', int(sys.argv[1])))


def field(message, name):
    return re.search(rb'^' + name + rb':[^\r]*\r\n', message, re.M | re.I)[0]


def answer(start, message, *names):
    s.send(start + b'\r\n' +
           b''.join(field(message, n) for n in names) +
           b'Content-Length: 0\r\n\r\n')


seen = set()
s.send(invite)
while 'BYE' not in seen:
    try:
        got = s.recv(65535)
    except ConnectionRefusedError:
        # It is not up yet.  A second INVITE of the same call would end SIPp.
        time.sleep(0.1)
        s.send(invite)
        continue
    except TimeoutError:
        break
    what = got.split(b' ')[1 if got.startswith(b'SIP/2.0 ') else 0].decode()
    open(what, 'wb').write(got)
    seen.add(what)
    if what == '200':
        answer(b'ACK sip:uas@127.0.0.1 SIP/2.0', got.replace(b' INVITE\r', b' ACK\r'),
               b'Via', b'From', b'To', b'Call-ID', b'CSeq')
    elif what == 'BYE':
        answer(b'SIP/2.0 200 OK', got, b'Via', b'From', b'To', b'Call-ID', b'CSeq')
sys.exit('BYE' not in seen)
