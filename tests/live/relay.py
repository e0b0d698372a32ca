"""relay.py IF1 IF2 SEED: an Ethernet bridge that loses 30 % of the IPv4 packets,
sends 10 % twice and holds 20 % back until others passed them.  Which ones is a
function of SEED and of their order in each direction.  Counts at the end."""
import random
import select
import signal
import socket
import struct
import sys
import time

HOLD = 0.15     # s

ends = []
for name in sys.argv[1:3]:
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    s.bind((name, 0))
    ends.append(s)
rnd = [random.Random('%s %d' % (sys.argv[3], i)) for i in (0, 1)]
count = dict(passed=0, lost=0, twice=0, held=0)
held = []       # (when, to, frame)


def done(*_):
    print(' '.join('%s=%d' % x for x in count.items()))
    sys.exit(0)


def send(to, frame):
    count['passed'] += 1
    to.send(frame)


signal.signal(signal.SIGTERM, done)
print('ready', flush=True)
while True:
    now = time.monotonic()
    for h in [h for h in held if h[0] <= now]:
        held.remove(h)
        send(h[1], h[2])
    for s in select.select(ends, [], [], 0.02)[0]:
        i = ends.index(s)
        frame, where = s.recvfrom(65535)
        to = ends[1 - i]
        if where[2] == socket.PACKET_OUTGOING:
            continue
        if frame[12:14] != b'\x08\x00':
            to.send(frame)
            continue
        at = 14 + (frame[14] & 15) * 4
        # The sender left the checksum to its device: none at all is right, too.
        if frame[23] == 17 and struct.unpack('!H', frame[20:22])[0] & 0x3FFF == 0:
            frame = frame[:at + 6] + b'\0\0' + frame[at + 8:]
        n = rnd[i].random()
        if n < 0.3:
            count['lost'] += 1
        elif n < 0.5:
            count['held'] += 1
            held.append((now + HOLD, to, frame))
        else:
            send(to, frame)
            if n >= 0.9:
                count['twice'] += 1
                send(to, frame)
