# split.py: the records on standard input, over N files DIR/0, DIR/1, ...: what
# has one Call-ID, and what is of one phone, into one file.  A phone is what
# sends a REGISTER with one Via.  Prints how many files are not empty.
import json
import re
import sys

directory, workers = sys.argv[1], int(sys.argv[2])
lines = [line for line in sys.stdin]
records = [json.loads(line) for line in lines]


def message(r):
    return r.get("message", "")


phones = {r["src"] for r in records if r.get("method") == "REGISTER" and
          len(re.findall(r"(?im)^(?:via|v)\s*:", message(r))) == 1}
root = {}


def find(x):
    while root.setdefault(x, x) != x:
        x = root[x]
    return x


def keys(r):
    ends = [("phone", r[e]) for e in ("src", "dst") if r.get(e) in phones]
    call = [("call", r["call_id"])] if "call_id" in r else []
    return ends + call or [("none", "")]


for r in records:
    first, *rest = keys(r)
    for k in rest:
        root[find(k)] = find(first)
groups = {}
out = [open("%s/%d" % (directory, i), "w") for i in range(workers)]
used = set()
for line, r in zip(lines, records):
    g = groups.setdefault(find(keys(r)[0]), len(groups)) % workers
    out[g].write(line)
    used.add(g)
for f in out:
    f.close()
print(len(used))
