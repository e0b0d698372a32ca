# What the peers of a kernel capture said, as JSON strings: the four messages
# that shared/lab/esp/esp_cases.py (function msgs) makes, out of its keys.json.
def crlf: join("\r\n");
def spi($role): .sas[] | select(.name | endswith($role)) | .spi;
"ims.mnc001.mcc001.3gppnetwork.org" as $d
| "10.33.203.1" as $u | "10.33.203.2" as $p
| .transport as $tr | ($tr | ascii_upcase) as $T
| "ipsec-3gpp;alg=hmac-sha-1-96;ealg=null;prot=esp;mod=trans;spi-c=\(
    spi("->pc"));spi-s=\(spi("->ps"));port-c=5100;port-s=6100" as $sec
| "lab-\($tr)-v4" as $call
| "Via: SIP/2.0/\($T) \($u):31101;branch=z9hG4bKlab1;rport" as $via
| "From: <sip:001010000000001@\($d)>;tag=ue1" as $from
| "To: <sip:001010000000001@\($d)>" as $to
| "Via: SIP/2.0/\($T) \($p):5100;branch=z9hG4bKlab2" as $mvia
| "From: <sip:+15550002@\($d)>;tag=mt1" as $mfrom
| "To: <sip:+15550001@\($d)>" as $mto
| "hello over ESP, kernel made\r\n" as $body
| ( [ "REGISTER sip:\($d) SIP/2.0", $via, "Max-Forwards: 70", $from, $to,
      "Call-ID: \($call)", "CSeq: 2 REGISTER",
      "Contact: <sip:\($u):31101;transport=\($tr)>;+sip.instance=\"<urn:gsma:imei:35622410-483840-0>\";expires=600000",
      "Authorization: Digest username=\"001010000000001@\($d)\",realm=\"\($d)\",nonce=\"I1U8vpY3qJ0hikS2KjIiAbVRhyFBJcS5/5tSkmuqAAA=\",uri=\"sip:\($d)\",response=\"6629fae49393a05397450978507c4ef1\",algorithm=AKAv1-MD5,integrity-protected=\"yes\"",
      "Security-Client: \($sec)", "Security-Verify: \($sec)",
      "Require: sec-agree", "Proxy-Require: sec-agree",
      "Supported: path,sec-agree",
      "P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000001",
      "Expires: 600000", "Content-Length: 0", "", "" ] | crlf ),
  ( [ "SIP/2.0 200 OK", $via, $from, $to + ";tag=scscf1", "Call-ID: \($call)",
      "CSeq: 2 REGISTER", "Path: <sip:term@\($p):6100;lr>",
      "Service-Route: <sip:orig@scscf.\($d):6060;lr>",
      "Contact: <sip:\($u):31101;transport=\($tr)>;expires=600000",
      "P-Associated-URI: <sip:001010000000001@\($d)>, <tel:+15550001>",
      "Content-Length: 0", "", "" ] | crlf ),
  ( [ "MESSAGE sip:001010000000001@\($u):31101 SIP/2.0", $mvia,
      "Max-Forwards: 67", $mfrom, $mto, "Call-ID: lab-mt-\($tr)-v4",
      "CSeq: 1 MESSAGE", "Content-Type: text/plain",
      "Content-Length: \($body | utf8bytelength)", "", $body ] | crlf ),
  ( [ "SIP/2.0 200 OK", $mvia, $mfrom, $mto + ";tag=ue1",
      "Call-ID: lab-mt-\($tr)-v4", "CSeq: 1 MESSAGE", "Content-Length: 0",
      "", "" ] | crlf )
