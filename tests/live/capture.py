"""capture.py IF: what passes the interface, as pcap on standard output; "ready" on
standard error when it begins.  What is there is written at once."""
import socket
import struct
import sys
import time

s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.bind((sys.argv[1], 0))
out = sys.stdout.buffer
out.write(struct.pack('<IHHiIII', 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
out.flush()
print('ready', file=sys.stderr, flush=True)
while True:
    frame = s.recv(65535)
    now = time.time_ns()
    out.write(struct.pack('<IIII', now // 10**9, now // 1000 % 10**6, len(frame), len(frame)) + frame)
    out.flush()
