"""sipp_log.py FILE: each message that SIPp sent or received, by its -trace_msg log, in
hexadecimal."""
import re
import sys

log = open(sys.argv[1], 'rb').read()
for m in re.finditer(rb'UDP message (?:sent \((\d+) bytes\)|received \[(\d+)\] bytes ):\n\n', log):
    print(log[m.end():m.end() + int(m[1] or m[2])].hex())
