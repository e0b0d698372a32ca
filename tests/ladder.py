"""ladder.py FORM: the drawing of ims-pcap --ladder=FORM on standard input, read
by itself: a line for each arrow with Call-ID, frame, time, source, destination,
label and SPI.  What is drawn says where an arrow is: the ends of its line, the
columns of its grid, the names of its participants."""
import html.parser
import re
import sys
import xml.etree.ElementTree as E

SPI = re.compile(r"ESP (0x[0-9a-f]{8})")


def show(call, frame, when, src, dst, label, spi):
    print(call, frame, when, src, dst, label, spi, sep="\t")


def spi_of(text):
    m = SPI.search(text)
    return m.group(1) if m else ""


def text(lines):
    """Lifelines stand under the middle of their addresses."""
    call, heads, before = "", None, ""
    for line in lines:
        if line.startswith("Call-ID "):
            call, heads = line[8:], None
        elif line.startswith("all messages"):
            heads = None
        elif heads is None and before[:1] in " " and re.match(
                r" {12,}[0-9a-f]", line):
            heads = [(m.group(), (m.start() + m.end()) // 2)
                     for m in re.finditer(r"\S+", line)]
        elif heads and (line[:1].isdigit() or line[:1] == " "):
            row(call, heads, line)
        elif not line:
            heads = None
        before = line


def row(call, heads, line):
    m = re.match(r" *(\d+) +(\S+) ", line)
    body = line[m.end():].replace("▶", ">").replace("◀", "<")
    off = m.end()
    a = re.search(r"[─═┄=.-][^│|]*>", body) or re.search(
        r"<[^│|]*[─═┄=.-]", body)
    if not a:       # to itself
        a = re.search(r"< [^│|]*|[^│| ]+ >", body)
        x = a.start() - 1 if a.group()[0] == "<" else a.end()
        me = min(heads, key=lambda h: abs(h[1] - off - x))[0]
        show(call, m.group(1), m.group(2), me, me, a.group().strip("<> "), "")
        return
    first, last = off + a.start() - 1, off + a.end()
    ends = [min(heads, key=lambda h: abs(h[1] - x))[0]
            for x in (first, last)]
    if a.group()[0] == "<":
        ends.reverse()
    label = a.group().strip("<>─═┄=-┼╪+ ")
    label = SPI.sub("", label).strip()
    show(call, m.group(1), m.group(2), *ends, label, spi_of(line))


def unescape(s):
    return re.sub(r"#(\d+);", lambda m: chr(int(m.group(1))), s)


def mermaid(lines):
    who, call = {}, ""
    word = r"(?:[A-Za-z0-9 .,+_/@()\[\]-]|#\d+;|<br/>)*"
    if lines.pop(0) != "sequenceDiagram":
        sys.exit("no sequenceDiagram")
    for line in lines:
        m = re.fullmatch(r"    participant (n\d+) as (" + word + ")", line)
        n = re.fullmatch(r"    Note over n\d+(?:,n\d+)?: (" + word + ")", line)
        a = re.fullmatch(r"    (n\d+)(?:->>|-->>|--x)(n\d+): (" + word + ")",
                         line)
        if m:
            who[m.group(1)] = unescape(m.group(2)).split("<br/>")[-1]
        elif n:
            call = unescape(n.group(1)).split("<br/>Call-ID ")[-1]
        elif a:
            top, under = unescape(a.group(3)).split("<br/>")
            u = re.match(r"frame (\d+), ([^,]*)", under)
            show(call, u.group(1), u.group(2), who[a.group(1)],
                 who[a.group(2)], re.sub(r" \[ESP.*\]$", "", top),
                 spi_of(top))
        else:
            sys.exit("not of Mermaid: " + line)


def svg(data):
    """Of an arrow's line the ends, and the row it is in."""
    n = "{http://www.w3.org/2000/svg}"
    call, nodes, place, rows = "", {}, {}, {}
    for e in E.fromstring(data):
        kind, said = e.get("class", ""), e.text or ""
        if kind == "small" and said.startswith("Call-ID "):
            call, nodes = said[8:], {}
        elif kind == "title":
            call, nodes = "", {}
        elif kind == "small mid":
            place[e.get("x")] = said
        elif kind == "life":
            x = re.match(r"M(\d+) ", e.get("d")).group(1)
            nodes[int(x)] = place[x]
        elif kind == "small end":
            rows.setdefault(e.get("y"), []).append(said)
        elif e.tag == n + "g":
            line, head = e.findall(n + "path")
            x = int(re.match(r"M(\d+)", head.get("d")).group(1))
            start = int(re.match(r"M(\d+)", line.get("d")).group(1))
            said = e.findall(n + "text")
            frame, when = rows[str(int(said[0].get("y")) + 10)]
            show(call, frame, when, nodes[start], nodes[x], said[0].text,
                 spi_of(said[-1].text))


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.path, self.call, self.heads = [], "", []
        self.row = None

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        self.path.append((tag, a.get("class") or ""))
        if self.path[-1] == ("div", "heads"):
            self.heads = []
        elif tag == "span" and self.path[-2:-1] == [("div", "heads")]:
            self.heads.append("")
        elif tag == "details":
            self.row = {"frame": "", "when": "", "label": "", "under": ""}
        elif tag == "span" and "arrow" in self.path[-1][1].split():
            begin, end = map(int, re.match(r"grid-column:(\d+)/(\d+)",
                                           a["style"]).groups())
            ends = [self.heads[begin // 2 - 1], self.heads[end // 2 - 1]]
            if "left" in self.path[-1][1].split():
                ends.reverse()
            self.row["ends"] = ends
        if tag in ("meta", "br"):
            self.path.pop()

    handle_startendtag = lambda self, tag, attrs: None

    def handle_endtag(self, tag):
        if tag != self.path.pop()[0]:
            sys.exit("not nested: " + tag)
        if tag == "details":
            r = self.row
            show(self.call, r["frame"], r["when"], *r["ends"],
                 r["label"].strip(), spi_of(r["under"]))
            self.row = None

    def handle_data(self, data):
        tags = [t for t, _ in self.path]
        kinds = [k for _, k in self.path]
        if kinds[-1:] == ["who"] and data.startswith("Call-ID "):
            self.call = data[8:]
        elif "heads" in kinds and tags[-1] == "span":
            self.heads[-1] += data.strip()
        elif self.row is None or "pre" in tags:
            return
        elif tags[-1] == "small":
            self.row["when"] = data
        elif kinds[-1] == "when":
            self.row["frame"] = data.strip()
        elif tags[-1] == "i":
            self.row["under"] += data
        elif "lines" in kinds:
            self.row["label"] += data


form, data = sys.argv[1], sys.stdin.read()
if form == "svg":
    svg(data)
elif form == "html":
    Page().feed(data)
elif form == "mermaid":
    mermaid(data.splitlines())
else:
    text(data.splitlines())
