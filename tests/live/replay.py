"""replay.py IF FILE: the frames of FILE (pcap, little-endian, Ethernet), sent from IF."""
import socket
import struct
import sys

s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
data = open(sys.argv[2], 'rb').read()
at = 24
while at < len(data):
    n = struct.unpack_from('<I', data, at + 8)[0]
    s.send(data[at + 16:at + 16 + n])
    at += 16 + n
