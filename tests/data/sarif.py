"""Check SARIF on standard input against sarif-schema-2.1.0.json: of each object
that ims-verify writes the names that the schema knows, which of them it requires,
and their types.  Names that are in the schema but not here are refused too.  It
must be 2.1.0 to the letter: "additionalProperties" is false in nearly all."""
import json
import re
import sys

LEVEL = {"none", "note", "warning", "error"}
TEXT = {"text": str}
BAG = dict
STRINGS = (dict, str)			# any names, strings only
URI = re.compile(r"^[A-Za-z0-9:/?#\[\]@!$&'()*+,;=._~%-]*$")

# name: type, {names of an object}, [items] (unique if twice in the list), a
# set of values, or the least integer.  "!": required.
REGION = {"startLine": 1}
LOCATION = {
    "physicalLocation": {"artifactLocation": {"uri": URI}, "region": REGION},
    "logicalLocations": [{"name": str, "kind": str}, "unique"],
}
RULE = {
    "!id": str, "shortDescription": {"!text": str},
    "fullDescription": {"!text": str}, "help": {"!text": str},
    "defaultConfiguration": {"enabled": bool, "level": LEVEL},
    "properties": BAG,
}
RESULT = {
    "ruleId": str, "ruleIndex": -1, "level": LEVEL, "!message": {"!text": str},
    "locations": [LOCATION], "partialFingerprints": STRINGS,
    "baselineState": {"new", "unchanged", "updated", "absent"},
    "suppressions": [{"!kind": {"inSource", "external"},
                      "justification": str}, "unique"],
    "properties": BAG,
}
DRIVER = {"!name": str, "version": str, "rules": [RULE, "unique"]}
RUN = {"!tool": {"!driver": DRIVER}, "results": [RESULT],
       "columnKind": {"utf16CodeUnits", "unicodeCodePoints"}}
LOG = {"$schema": URI, "!version": {"2.1.0"}, "!runs": [RUN]}


def fits(v, t, at):
    if isinstance(t, type):
        good = isinstance(v, t)
    elif isinstance(t, set):
        good = v in t
    elif isinstance(t, int):
        good = type(v) is int and v >= t
    elif isinstance(t, re.Pattern):
        good = isinstance(v, str) and t.match(v)
    elif isinstance(t, tuple):
        good = isinstance(v, dict) and all(isinstance(x, str)
                                           for x in v.values())
    elif isinstance(t, list):
        good = isinstance(v, list) and (len(t) == 1 or len(v) == len(
            {json.dumps(x, sort_keys=True) for x in v}))
        for i, x in enumerate(v if good else []):
            fits(x, t[0], "%s[%d]" % (at, i))
    else:
        good = isinstance(v, dict)
        names = {k.lstrip("!"): x for k, x in t.items()}
        for k in t:
            if good and k[0] == "!" and k[1:] not in v:
                sys.exit("%s: no %s" % (at, k[1:]))
        for k, x in (v.items() if good else []):
            if k not in names:
                sys.exit("%s: the schema has no %s" % (at, k))
            fits(x, names[k], at + "." + k)
    if not good:
        sys.exit("%s: %.80r" % (at, v))


fits(json.load(sys.stdin), LOG, "log")
