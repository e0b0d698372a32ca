# topology.py: of INVITEs (sip records, a line with a name before each), what
# they show of a network: a table.
#
# nodes   addresses of nodes in Via, Route, Record-Route, Path, Service-Route,
#         as they stand
# hops    entries there that are neither the border's nor a phone's, hidden or
#         not: how many nodes there are
# phone   addresses of phones there
# else    addresses of nodes and phones in other fields
# body    the same in the body
# alike   characters with which two hidden entries of a header begin alike: what
#         is in them is alike too
import json
import re
import sys

ROUTING = ('via', 'route', 'record-route', 'path', 'service-route')
BORDER = '10.55.1.4'
INSIDE = re.compile(r'10\.55\.\d+\.\d+')
PHONE = re.compile(r'10\.55\.0\.1[12]$')
HIDDEN = re.compile(r'(?:line=|branch=z9hG4bK)(sr-[^;>\s]+)'
                    r'|([a-z2-7.]{50,});(?:lr;)?tokenized-by')


def inside(text):
    return [a for a in INSIDE.findall(text) if a != BORDER]


def alike(entries):
    best = 0
    for a in entries:
        for b in entries:
            n = 0
            while a is not b and n < min(len(a), len(b)) and a[n] == b[n]:
                n += 1
            best = max(best, n)
    return best


def measure(message):
    head, _, body = message.partition('\r\n\r\n')
    nodes = phones = other = hops = 0
    hidden = {}
    for line in re.sub(r'\r\n[ \t]+', ' ', head).split('\r\n')[1:]:
        name, _, value = line.partition(':')
        name = {'v': 'via'}.get(name.lower(), name.lower())
        if name not in ROUTING:
            other += len(inside(value))
            continue
        for entry in value.split(','):
            found = set(inside(entry))
            phone = {a for a in found if PHONE.match(a)}
            phones += len(phone)
            nodes += len(found - phone)
            hops += BORDER not in entry and not phone
            h = HIDDEN.search(entry)
            if h:
                hidden.setdefault(name, []).append(h[1] or h[2])
    return (nodes, hops, phones, other, len(set(inside(body))),
            max(map(alike, hidden.values()), default=0))


FORM = '%-17s' + 6 * ' %5s'
print(FORM % ('', 'nodes', 'hops', 'phone', 'else', 'body', 'alike'))
for line in sys.stdin:
    if line.startswith('{'):
        print(FORM % ((kind,) + measure(json.loads(line)['message'])))
    else:
        kind = line.strip()
