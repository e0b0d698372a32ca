# sa records of a kernel/*.keys.json: the names there are those of the lab.
def name: {"hmac-sha1-96": "hmac-sha-1-96",
    "hmac-sha256-128": "hmac-sha-256-128"}[.] // .;
. as $k | .sas[]
| { type: "sa", src, sport, dst, dport, spi, alg: ($k.alg | name),
    ealg: ($k.ealg | name), auth_key: $k.auth_key, enc_key: $k.enc_key,
    salt: $k.salt }
| with_entries(select(.value != null and .value != ""))
