"""Write mistakes.jsonl, auts.txt: mistakes of AKA made on purpose, and AUTS.

All numbers come from milenage.py of ../shared/lab/common (its argument, if that
is elsewhere) and from the few lines here; nothing of ims-aka is used.

A line of mistakes.jsonl: what (the mistake), command, fits (words of the note
that names it), subscriber (what the user believes), and the challenge, the AUTS
or the SIP messages that were made with the mistake.
"""
import base64
import hashlib
import hmac
import json
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1] if len(sys.argv) > 1 else
                os.path.join(HERE, "../../../../shared/lab/common"))
import milenage as m  # noqa: E402

random.seed(33)
octets = random.randbytes
DOMAIN = "ims.mnc001.mcc001.3gppnetwork.org"
IMPI = "001010000000033@" + DOMAIN
out = open(os.path.join(HERE, "mistakes.jsonl"), "w")


def put(what, command, fits, subscriber, **more):
    r = {"what": what, "command": command, "fits": fits,
         "subscriber": {"type": "subscriber", "impi": IMPI} | subscriber}
    out.write(json.dumps(r | more, separators=(",", ":")) + "\n")


def new():
    return octets(16), octets(16), octets(16), octets(6)


def ascii_of(key, upper=False):
    t = key.hex().upper() if upper else key.hex()
    return t.encode()[:16]


def xor_autn(k, rand, sqn, amf):
    x = m.xor(k, rand)
    return m.xor(sqn, x[3:9]) + amf + m.xor(x[:8], sqn + amf)


# --- AUTN ------------------------------------------------------------------

def autn(what, fits, subscriber, k, opc, rand, sqn, amf=b"\x80\0",
         amf_mac=None, clear=False):
    v = m.milenage(k, opc, rand, sqn, amf_mac or amf)
    head = sqn if clear else m.xor(sqn, v["ak"])
    put(what, "answer", fits, subscriber, rand=rand.hex(),
        autn=(head + amf + v["mac_a"]).hex())


def hexed(**keys):
    return {n: v.hex() for n, v in keys.items()}


k, op, rand, sqn = new()
autn("OP given as OPc", "the value given as opc is OP",
     hexed(k=k, opc=op), k, m.opc_of(k, op), rand, sqn)
k, op, rand, sqn = new()
autn("OPc given as OP", "the value given as op is OPc",
     hexed(k=k, op=op), k, op, rand, sqn)
k, op, rand, sqn = new()
twice = m.opc_of(k, m.opc_of(k, op))
autn("OPc applied twice", "OPc was applied twice", hexed(k=k, op=op),
     k, twice, rand, sqn)
autn("OPc applied twice, OPc given", "OPc was applied twice",
     hexed(k=k, opc=m.opc_of(k, op)), k, twice, rand, sqn)
k, op, rand, sqn = new()
autn("K byte-reversed", "K is byte-reversed", hexed(k=k, opc=op),
     k[::-1], op, rand, sqn)
k, op, rand, sqn = new()
autn("OP byte-reversed", "the value given as op or opc is byte-reversed",
     hexed(k=k, op=op), k, m.opc_of(k, op[::-1]), rand, sqn)
autn("OPc byte-reversed", "the value given as op or opc is byte-reversed",
     hexed(k=k, opc=op), k, op[::-1], rand, sqn)
k, op, rand, sqn = new()
autn("OP byte-reversed, given as OPc", "opc is OP, byte-reversed",
     hexed(k=k, opc=op), k, m.opc_of(k, op[::-1]), rand, sqn)
for upper in (False, True):
    t = ", upper case" if upper else ""
    k, op, rand, sqn = new()
    autn("K taken as ASCII" + t, "the hex digits of K%s are taken as ASCII" %
         (t and t + ","), hexed(k=k, opc=op), ascii_of(k, upper), op, rand,
         sqn)
    k, op, rand, sqn = new()
    autn("OP taken as ASCII" + t, "op or opc%s are taken as ASCII" %
         (t and t + ","), hexed(k=k, op=op), k,
         m.opc_of(k, ascii_of(op, upper)), rand, sqn)
k, op, rand, sqn = new()
configured = bytes.fromhex("b9b9")
autn("another AMF", "the AMF configured",
     hexed(k=k, opc=op, amf=configured), k, op, rand, sqn, amf_mac=configured)
autn("another AMF, 0000", "AMF 0000",
     hexed(k=k, opc=op), k, op, rand, sqn, amf_mac=b"\0\0")
autn("another AMF, 8000", "AMF 8000",
     hexed(k=k, opc=op), k, op, rand, sqn, amf=b"\0\0", amf_mac=b"\x80\0")
autn("SQN not concealed", "SQN is not concealed", hexed(k=k, opc=op), k, op,
     rand, sqn, clear=True)
k, op, rand, sqn = new()
put("XOR, not MILENAGE", "answer", "the algorithm is XOR", hexed(k=k, opc=op),
    rand=rand.hex(), autn=xor_autn(k, rand, sqn, b"\x80\0").hex())
autn("MILENAGE, not XOR", "the algorithm is MILENAGE",
     hexed(k=k, opc=op) | {"algorithm": "xor"}, k, op, rand, sqn)
# Two of them at once.
k, op, rand, sqn = new()
autn("two: K byte-reversed, OP given as OPc",
     "K is byte-reversed and the value given as opc is OP",
     hexed(k=k, opc=op), k[::-1], m.opc_of(k[::-1], op), rand, sqn)
autn("two: OP given as OPc, SQN not concealed",
     "the value given as opc is OP", hexed(k=k, opc=op), k, m.opc_of(k, op),
     rand, sqn, clear=True)

# --- AUTS ------------------------------------------------------------------


def auts(what, fits, subscriber, value, amf=b"\x80\0"):
    put(what, "resync", fits, subscriber, rand=rand.hex(),
        amf=amf.hex(), auts=value.hex())


k, op, rand, sqn = new()
z, c = (m.milenage(k, op, rand, sqn, a) for a in (b"\0\0", b"\x80\0"))
sub = hexed(k=k, opc=op)
auts("AUTS with the AMF of the challenge", "the AMF of the challenge", sub,
     m.xor(sqn, z["ak_s"]) + c["mac_s"])
auts("AUTS, SQN_MS not concealed", "SQN is not concealed", sub,
     sqn + z["mac_s"])
auts("AUTS, SQN_MS under AK", "concealed by AK, not by AK*", sub,
     m.xor(sqn, z["ak"]) + z["mac_s"])
auts("AUTS, MAC of f1", "f1, not by f1*", sub,
     m.xor(sqn, z["ak_s"]) + z["mac_a"])
auts("AUTS, OP given as OPc", "the value given as opc is OP", sub,
     m.auts(k, m.opc_of(k, op), rand, sqn))

# --- responses ---------------------------------------------------------------

HASH = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


def password(scheme, v):
    version, _, h = scheme.replace("-sess", "").partition("-")
    if version == "AKAv2":
        return base64.b64encode(hmac.new(
            v["res"] + v["ik"] + v["ck"], b"http-digest-akav2-password",
            HASH[h]).digest())
    return v["res"]


def response(pw, d, method, body=b""):
    """As in RFC 7616, with each part that D lacks left out, its colon too."""
    h = HASH[d["algorithm"].replace("-sess", "").partition("-")[2]]

    def hh(*parts):
        return h(b":".join(p if isinstance(p, bytes) else p.encode()
                           for p in parts)).hexdigest()

    a1 = hh(d["username"], d["realm"], pw)
    if "sess" in d["algorithm"]:
        a1 = hh(a1, d["nonce"], d["cnonce"])
    a2 = [method, d["uri"]]
    if "auth-int" in d.get("qop", ""):
        a2.append(h(body).hexdigest())
    middle = [d[n] for n in ("nc", "cnonce", "qop") if n in d]
    if "qop" not in d and "qop" not in d.get("_left", ""):
        middle = []
    return hh(a1, d["nonce"], *middle, hh(*a2))


def messages(d, resp, method="REGISTER", body="", challenge=None,
             ruri="sip:" + DOMAIN, auts_value=None, drop=(),
             bare=("algorithm", "qop", "nc"), rspauth=None):
    c = {"realm": DOMAIN, "nonce": d["nonce"], "algorithm": d["algorithm"],
         "qop": "auth,auth-int"} | (challenge or {})
    first = {"username": IMPI, "realm": DOMAIN, "uri": d["uri"], "nonce": "",
             "response": ""}
    head = ("Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK%d\r\n"
            "From: <sip:%s>;tag=1\r\nTo: <sip:%s>%s\r\n"
            "Call-ID: mistake@10.0.0.1\r\nCSeq: %d %s\r\n")

    def field(p, bare):
        return "Digest " + ", ".join(
            "%s=%s" % (n, v) if n in bare else '%s="%s"' % (n, v)
            for n, v in p.items())

    def message(start, n, to, more, text=""):
        return (start + "\r\n" + head % (n, IMPI, IMPI, to, n, method) + more +
                "Content-Length: %d\r\n\r\n" % len(text) + text)

    a = {n: v for n, v in d.items() if n not in drop}
    a["response"] = resp
    if auts_value:
        a["auts"] = auts_value
    return (message("%s %s SIP/2.0" % (method, ruri), 1, "",
                    "Authorization: " + field(first, ()) + "\r\n") +
            message("SIP/2.0 401 Unauthorized", 1, ";tag=2",
                    "WWW-Authenticate: " + field(c, ("algorithm",)) + "\r\n") +
            message("%s %s SIP/2.0" % (method, ruri), 2, "",
                    "Authorization: " + field(a, bare) + "\r\n", body) +
            (rspauth and message(
                "SIP/2.0 200 OK", 2, ";tag=2",
                'Authentication-Info: rspauth="%s", qop=auth, nc=%s, '
                'cnonce="%s"\r\n' % (rspauth, d["nc"], d["cnonce"])) or ""))


def wrong(what, fits, made=None, pw=None, leave=(), scheme="AKAv1-MD5",
          as_scheme=None, method="REGISTER", made_method=None, body="",
          made_body=None, qop="auth", nc="00000001", v=None, sent=None,
          ruri="sip:" + DOMAIN, subscriber=None, auts_value=None, nonce=None,
          challenge=None, drop=(), bare=("algorithm", "qop", "nc"),
          rspauth=None, resp=None):
    """SENT is what the header says; MADE what the response is made with."""
    v = v or m.vector(k, opc, rand, sqn, b"\x80\0")
    d = {"username": IMPI, "realm": DOMAIN, "uri": "sip:" + DOMAIN,
         "nonce": nonce or v["nonce"], "algorithm": scheme}
    if qop:
        d |= {"qop": qop, "nc": nc, "cnonce": "0a4f113b"}
    d |= sent or {}
    h = d | (made or {})
    if as_scheme:
        h["algorithm"] = as_scheme
    for n in leave:
        del h[n]
    if leave:
        h["_left"] = " ".join(leave)
    if pw is None:
        pw = password(h["algorithm"], v)
    r = response(pw, h, method if made_method is None else made_method,
                 (body if made_body is None else made_body).encode())
    if resp is not None:
        r = resp
    if rspauth:
        rspauth = response(pw if rspauth is True else rspauth, h, "")
    put(what, "check", fits, subscriber or hexed(k=k, opc=opc),
        response=r, sip=messages(d, r, method, body, challenge, ruri,
                                 auts_value, drop, bare, rspauth))


k, opc, rand, sqn = new()
V = m.vector(k, opc, rand, sqn, b"\x80\0")
RES = V["res"]
wrong("right", "")
wrong("right, auth-int", "", qop="auth-int", body="v=0\r\n")
wrong("right, no qop", "", qop=None)
wrong("right, AKAv2-SHA-256", "", scheme="AKAv2-SHA-256")
wrong("right, AKAv1-MD5-sess", "", scheme="AKAv1-MD5-sess")
wrong("right, nc 0000000a", "", nc="0000000a")
wrong("right, qop and nc in quotes", "", bare=())
wrong("right, rspauth too", "", rspauth=True)
wrong("rspauth of another password", "rspauth", rspauth=b"x")
wrong("an empty response", "is empty", resp="")
wrong("RES as hex text", "the password is RES as hex text", pw=RES.hex().encode())
wrong("RES as hex text, upper case", "upper case",
      pw=RES.hex().upper().encode())
wrong("RES as base64 text", "the password is RES as base64 text",
      pw=base64.b64encode(RES))
wrong("empty password", "the password is empty", pw=b"")
while True:
    k, opc, rand, sqn = new()
    W = m.vector(k, opc, rand, sqn, b"\x80\0")
    at = W["res"].find(b"\0")
    if at > 0:
        break
wrong("RES cut at its first octet 00", "RES is cut at its first octet 00",
      pw=W["res"][:at])
k, opc, rand, sqn = new()
wrong("AKAv1 for AKAv2", "as for AKAv1", scheme="AKAv2-MD5",
      as_scheme="AKAv1-MD5")
wrong("AKAv2 for AKAv1", "as for AKAv2", as_scheme="AKAv2-MD5")
wrong("-sess", "as for -sess", as_scheme="AKAv1-MD5-sess")
wrong("-sess left out", "computed without -sess", scheme="AKAv1-MD5-sess",
      as_scheme="AKAv1-MD5")
wrong("the wrong realm", "the realm is that of the challenge",
      sent={"realm": "example.org"}, made={"realm": DOMAIN})
wrong("the wrong realm, the host's", "the realm is the domain of the username",
      sent={"realm": "example.org"}, made={"realm": DOMAIN},
      challenge={"realm": "example.org"})
wrong("the wrong uri", "the uri is the Request-URI",
      made={"uri": "sip:10.0.0.9:5060"}, ruri="sip:10.0.0.9:5060")
wrong("the wrong uri, without sip:", "the uri is without sip:",
      made={"uri": DOMAIN})
wrong("the wrong uri, the realm", "the uri is sip: and the realm",
      sent={"uri": "sip:pcscf." + DOMAIN}, made={"uri": "sip:" + DOMAIN},
      ruri="sip:pcscf." + DOMAIN)
wrong("the wrong uri, with sip: in front", "the uri has sip: in front",
      sent={"uri": "tel:+1"}, made={"uri": "sip:tel:+1"})
for name in ("INVITE", "SUBSCRIBE", "MESSAGE"):
    wrong("the wrong method, " + name, "the method is " + name,
          made_method=name)
wrong("no method", "the method is left out", made_method="")
wrong("the wrong method", "the method is REGISTER", method="SUBSCRIBE",
      made_method="REGISTER")
wrong("the wrong method, GET", "the method is GET", made_method="GET")
wrong("the bare username", "the username is taken without its domain",
      made={"username": IMPI.split("@")[0]})
wrong("qop in quotes", "qop is in quotes", made={"qop": '"auth"'})
wrong("nc in quotes", "nc is in quotes", made={"nc": '"00000001"'})
wrong("cnonce in quotes", "cnonce is in quotes",
      made={"cnonce": '"0a4f113b"'})
wrong("qop missing, as RFC 2069", "qop is left out",
      leave=("qop", "nc", "cnonce"))
wrong("nc missing", "nc is left out", made={"nc": ""})
wrong("cnonce missing", "cnonce is left out", made={"cnonce": ""})
wrong("qop missing in the header", "qop is auth", drop=("qop",))
wrong("nc missing in the header", "nc is 00000001", drop=("nc",))
wrong("nc decimal", "nc is decimal", nc="0000000a", made={"nc": "00000010"})
wrong("nc short", "nc is without leading zeros", made={"nc": "1"})
wrong("auth for auth-int", "qop is auth", qop="auth-int",
      made={"qop": "auth"})
wrong("auth-int for auth", "qop is auth-int", made={"qop": "auth-int"})
wrong("auth-int without the body", "the body is taken as empty",
      qop="auth-int", body="v=0\r\n", made_body="")
padded = m.vector(k, opc, rand, sqn, b"\x80\0")["nonce"]
wrong("the nonce without its padding", "the nonce is without its padding",
      made={"nonce": padded.rstrip("=")})
wrong("the nonce lost its padding on the way",
      "the nonce has the padding that it lost",
      sent={"nonce": padded.rstrip("=")}, made={"nonce": padded},
      challenge={"nonce": padded})
wrong("the nonce lost its padding in both", "its padding is lost",
      sent={"nonce": padded.rstrip("=")}, challenge={"nonce": padded})
data = base64.b64encode(base64.b64decode(padded) + b"data").decode()
wrong("right, a nonce with server data", "", nonce=data)
wrong("the nonce without its server data", "the nonce is that of the challenge",
      sent={"nonce": padded}, made={"nonce": data}, challenge={"nonce": data})
wrong("another nonce than the challenge",
      "the nonce is not that of the challenge", sent={"nonce": padded},
      challenge={"nonce": data})
wrong("another realm than the challenge", "the realm is example.org",
      sent={"realm": "example.org"})
a = base64.b64encode(m.auts(k, opc, rand, sqn)).decode()
wrong("right, auts with its empty password", "", pw=b"", auts_value=a)
wrong("right, auts under AKAv2", "", scheme="AKAv2-MD5", pw=b"", auts_value=a)
wrong("auts with RES as password", "not empty as it is with auts",
      auts_value=a)
# XOR has a RES of 16 octets, of which SIPp would take 8.
k, opc, rand, sqn = new()
x = m.xor(k, rand)
X = {"res": x, "ck": x[1:] + x[:1], "ik": x[2:] + x[:2], "nonce":
     base64.b64encode(rand + xor_autn(k, rand, sqn, b"\x80\0")).decode()}
xor_sub = hexed(k=k) | {"algorithm": "xor"}
wrong("right, XOR", "", v=X, subscriber=xor_sub)
wrong("RES cut after 8 octets", "RES is cut after 8 octets", v=X, pw=x[:8],
      subscriber=xor_sub)
k, op, rand, sqn = new()
opc = m.opc_of(k, op)
wrong("a response, OP given as OPc", "the value given as opc is OP",
      subscriber=hexed(k=k, opc=op))
wrong("a response, K byte-reversed", "K is byte-reversed",
      subscriber=hexed(k=k[::-1], opc=opc))
wrong("two: RES as hex text and the Request-URI", "hex text", pw=m.vector(
    k, opc, rand, sqn, b"\x80\0")["res"].hex().encode(),
    made={"uri": "sip:10.0.0.9:5060"}, ruri="sip:10.0.0.9:5060")
out.close()

# --- AUTS and answers --------------------------------------------------------

with open(os.path.join(HERE, "auts.txt"), "w") as f:
    f.write("k opc rand amf sqn autn sqn_ms auts res ck ik\n")
    for _ in range(200):
        k, opc, rand, sqn = new()
        # The card is ahead by less than 2^28 in SEQ: SQN is behind SQN_MS.
        ms = (int.from_bytes(sqn, "big") | 1 << 40) & ~(1 << 47)
        behind = ms - random.randrange(1, 1 << 32)
        ms, sqn = ms.to_bytes(6, "big"), behind.to_bytes(6, "big")
        v = m.vector(k, opc, rand, sqn, b"\x80\0")
        f.write(" ".join(x.hex() for x in (
            k, opc, rand, b"\x80\0", sqn, v["autn"], ms,
            m.auts(k, opc, rand, ms), v["res"], v["ck"], v["ik"])) + "\n")
