"""Write messages.txt: what tshark finds in the captures.

For each capture: the SIP messages, and the ESP packets whose ICV is right
(tshark's "good"; of those that tshark cannot check, aes-gmac, all: their
messages are those of shared/captures/ANSWERS.md).  Only captures in which
tshark and flow mean the same by a message: no copies, no TCP by halves.
"""
import glob
import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ENC = {"null": "NULL", "aes-cbc": "AES-CBC [RFC3602]",
       "des-ede3-cbc": "TripleDES-CBC [RFC2451]",
       "aes-gcm": "AES-GCM with 16 octet ICV [RFC4106]"}
AUTH = {"hmac-md5-96": "HMAC-MD5-96 [RFC2403]",
        "hmac-sha1-96": "HMAC-SHA-1-96 [RFC2404]",
        "hmac-sha-1-96": "HMAC-SHA-1-96 [RFC2404]",
        "hmac-sha256-128": "HMAC-SHA-256-128 [RFC4868]",
        "null": "NULL"}


def options(keys):
    """The SAs of a keys file as options of tshark."""
    if not isinstance(keys, dict):
        return []
    groups = [keys] if "sas" in keys else keys.get("esp", [])
    out = ["-o", "esp.enable_encryption_decode:TRUE",
           "-o", "esp.enable_authentication_check:TRUE"]
    for g in groups:
        auth = g.get("auth_key", g["ik"] + "00000000")
        enc = g.get("enc_key", "") + g.get("salt", "")
        for sa in g["sas"]:
            out += ["-o", 'uat:esp_sa:"IPv4","%s","%s","0x%08x",'
                    '"%s","%s","%s","%s"' % (
                        sa["src"], sa["dst"], sa["spi"], ENC[g["ealg"]],
                        "0x" + enc if enc else "", AUTH[g["alg"]],
                        "0x" + auth if g["alg"] != "null" else "")]
    return out


def count(path, opts, fields, filt):
    text = subprocess.run(
        ["tshark", "-r", path, "-Y", filt, "-T", "fields", "-E",
         "occurrence=a", "-e", fields] + opts,
        capture_output=True, text=True, check=True).stdout
    return sum(len(line.split(",")) for line in text.splitlines() if line)


def main():
    with open(os.path.join(HERE, "messages.txt"), "w") as out:
        print("# capture, SIP messages, ESP packets with the right ICV",
              file=out)
        for path in sorted(glob.glob(HERE + "/shapes/*.pcap*") +
                           glob.glob(HERE + "/lab/*.pcap")):
            name = os.path.relpath(path, HERE)
            stem = path.rsplit(".", 1)[0]
            if stem[-3:] in ("_gm", "_mw", "_cx"):
                stem = stem[:-3]
            keys = {}
            if os.path.exists(stem + ".keys.json"):
                keys = json.load(open(stem + ".keys.json"))
            if "hostile" in name:
                continue
            if "aes-gmac" in name:
                sip = 4
                good = count(path, [], "esp.spi", "esp")
            else:
                opts = options(keys)
                sip = count(path, opts, "sip.CSeq", "sip")
                good = count(path, opts, "esp.icv_good", "esp.icv_good==1")
            print(name, sip, good, file=out)
        # shared/captures/ANSWERS.md
        print("arkime/gtp-iphone.pcap 17 0", file=out)
        print("open5gs/ipsec_reg.pcapng 28 14", file=out)


main()
