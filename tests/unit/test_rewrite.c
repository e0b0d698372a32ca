/* test_rewrite: what each node does to a header (FACTS 7.1 of TS 24.229). */
#include "unit.h"

#include "err.h"
#include "rewrite.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static void
zeros(uint8_t *p, size_t n)
{
	memset(p, 0, n);
}

#define REG	"REGISTER sip:home1.net SIP/2.0\r\n"
#define INV	"INVITE sip:b@home1.net SIP/2.0\r\n"
#define OK200	"SIP/2.0 200 OK\r\n"
#define RCSEQ	"CSeq: 1 REGISTER\r\n"
#define ICSEQ	"CSeq: 1 INVITE\r\n"
#define MF	"Max-Forwards: 70\r\n"
#define MF1	"Max-Forwards: 69\r\n"

enum { UP, DOWN };

/* What goes in and what comes out, of the items ONLY, header by header. */
static const struct {
	const char		*what, *only;
	enum rewrite_node	 node;
	bool			 down;
	const char		*in, *out;
} cases[] = {
	/* All nodes. */
	{ "one less", "max-forwards", REWRITE_I_CSCF, UP, INV MF, INV MF1 },
	{ "not there", "max-forwards", REWRITE_P_CSCF, DOWN, INV ICSEQ,
	    INV ICSEQ MF },
	{ "not in a response", "max-forwards", REWRITE_IBCF, UP, OK200 MF,
	    OK200 MF },
	{ "white space and zeros", "max-forwards", REWRITE_IBCF, UP,
	    INV "max-forwards \t:\r\n 010\r\nX: y\r\n",
	    INV "max-forwards \t:\r\n 9\r\nX: y\r\n" },
	{ "rport", "received", REWRITE_P_CSCF, UP,
	    INV "v: SIP/2.0/UDP a.b;rport;branch=1, x y z\r\n",
	    INV "v: SIP/2.0/UDP a.b;rport=1357;branch=1;received=10.0.0.9, "
	    "x y z\r\n" },
	{ "another address", "received", REWRITE_P_CSCF, UP,
	    INV "Via: SIP/2.0/UDP 10.0.0.8 \r\n",
	    INV "Via: SIP/2.0/UDP 10.0.0.8;received=10.0.0.9 \r\n" },
	{ "the same address", "received", REWRITE_P_CSCF, UP,
	    INV "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=1\r\n",
	    INV "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=1\r\n" },
	{ "the phone says another", "received", REWRITE_P_CSCF, UP,
	    INV "Via: SIP/2.0/UDP 10.0.0.9;received=1.2.3.4;rport=5\r\n",
	    INV "Via: SIP/2.0/UDP 10.0.0.9;received=10.0.0.9;rport=5\r\n" },
	{ "own entry", "via", REWRITE_S_CSCF, UP,
	    INV "X: y\r\nVia: SIP/2.0/UDP a\r\n",
	    INV "X: y\r\nVia: SIP/2.0/TCP own.home1.net:5060;branch=z9hG4bK"
	    "0000000000000000\r\nVia: SIP/2.0/UDP a\r\n" },
	{ "own entry goes", "via", REWRITE_S_CSCF, DOWN,
	    OK200 "Via: SIP/2.0/UDP OWN.home1.net:5060;branch=1\r\n"
	    "Via: SIP/2.0/UDP a\r\n", OK200 "Via: SIP/2.0/UDP a\r\n" },
	{ "own entry goes out of a list", "via", REWRITE_I_CSCF, UP,
	    OK200 "Via: SIP/2.0/UDP own.home1.net , SIP/2.0/UDP a\r\n",
	    OK200 "Via: SIP/2.0/UDP a\r\n" },
	{ "another's stays", "via", REWRITE_I_CSCF, UP,
	    OK200 "Via: SIP/2.0/UDP own.home1.net:5070, SIP/2.0/UDP a\r\n",
	    OK200 "Via: SIP/2.0/UDP own.home1.net:5070, SIP/2.0/UDP a\r\n" },
	{ "own entry goes", "route", REWRITE_S_CSCF, UP,
	    INV "Route: <sip:orig@own.home1.net;lr>, <sip:x.net;lr>\r\n",
	    INV "Route: <sip:x.net;lr>\r\n" },
	{ "the line with it", "route", REWRITE_S_CSCF, UP,
	    INV "Route: <sip:own.home1.net:5060;lr> \r\nX: y\r\n",
	    INV "X: y\r\n" },
	{ "on top", "record-route", REWRITE_P_CSCF, UP,
	    INV "To: <sip:a>\r\nRecord-Route: <sip:x.net;lr>\r\n",
	    INV "To: <sip:a>\r\nRecord-Route: <sip:own.home1.net:5060;lr>\r\n"
	    "Record-Route: <sip:x.net;lr>\r\n" },
	{ "in a dialog", "record-route", REWRITE_P_CSCF, UP,
	    INV "To: <sip:a>;tag=1\r\n", INV "To: <sip:a>;tag=1\r\n" },
	{ "of REGISTER", "record-route", REWRITE_P_CSCF, UP,
	    REG "To: <sip:a>\r\n", REG "To: <sip:a>\r\n" },

	/* P-CSCF, up. */
	{ "removed", "security", REWRITE_P_CSCF, UP,
	    REG "Security-Client: ipsec-3gpp;\r\n alg=x\r\nX: y\r\n"
	    "security-verify: a\r\nSecurity-Server: b\r\n",
	    REG "X: y\r\nSecurity-Server: b\r\n" },
	{ "removed with the header", "sec-agree", REWRITE_P_CSCF, UP,
	    REG "Require: sec-agree\r\nProxy-Require: Sec-Agree , \r\nX: y\r\n",
	    REG "X: y\r\n" },
	{ "the others stay", "sec-agree", REWRITE_P_CSCF, UP,
	    REG "Require: path, sec-agree,  x\r\n"
	    "Proxy-Require: sec-agree ,a,sec-agree\r\nSupported: sec-agree\r\n",
	    REG "Require: path,  x\r\nProxy-Require: a\r\n"
	    "Supported: sec-agree\r\n" },
	{ "no", "integrity-protected", REWRITE_P_CSCF, UP,
	    REG "Authorization: Digest username=\"a\", nonce=\"\"\r\n",
	    REG "Authorization: Digest username=\"a\", nonce=\"\","
	    "integrity-protected=\"no\"\r\n" },
	{ "from a phone", "integrity-protected", REWRITE_P_CSCF, UP,
	    REG "Authorization: Digest integrity-protected=\"yes\", u=\"a,b\","
	    "\r\n INTEGRITY-protected=yes\r\n",
	    REG "Authorization: Digest u=\"a,b\",integrity-protected=\"no\""
	    "\r\n" },
	{ "and nothing else", "integrity-protected", REWRITE_P_CSCF, UP,
	    REG "Authorization: Digest integrity-protected=\"yes\"\r\n",
	    REG "Authorization: Digest  integrity-protected=\"no\"\r\n" },
	{ "what a phone may not send", "inner-headers", REWRITE_P_CSCF, UP,
	    INV "P-Asserted-Service: a\r\nX: y\r\nPath: <sip:a>\r\n"
	    "p-served-user: <sip:a>\r\nHistory-Info: <a>\r\n"
	    "P-Preferred-Service: b\r\n",
	    INV "X: y\r\nP-Preferred-Service: b\r\n" },
	{ "preferred and registered", "identity", REWRITE_P_CSCF, UP,
	    INV "P-Preferred-Identity: <sip:b@home1.net>\r\n"
	    "P-Asserted-Identity: <sip:evil@home1.net>\r\n",
	    INV "P-Asserted-Identity: <sip:b@home1.net>\r\n" },
	{ "preferred, not registered", "identity", REWRITE_P_CSCF, UP,
	    INV "P-Preferred-Identity: <sip:evil@home1.net>\r\n",
	    INV "P-Asserted-Identity: <sip:a@home1.net>\r\n" },
	{ "of REGISTER", "identity", REWRITE_P_CSCF, UP,
	    REG "P-Asserted-Identity: <sip:evil@home1.net>\r\n", REG },
	{ "network-provided", "access-network", REWRITE_P_CSCF, UP,
	    INV "P-Access-Network-Info: 3GPP-E-UTRAN-FDD;network-provided\r\n"
	    "P-Access-Network-Info: IEEE-802.11;i-wlan-node-id=1\r\n",
	    INV "P-Access-Network-Info: IEEE-802.11;i-wlan-node-id=1\r\n" },
	{ "set", "visited-network", REWRITE_P_CSCF, UP,
	    REG "P-Visited-Network-ID: \"evil\"\r\n",
	    REG "P-Visited-Network-ID: \"visited1.net\"\r\n" },
	{ "set", "charging", REWRITE_P_CSCF, UP,
	    INV "P-Charging-Vector: icid-value=evil\r\n",
	    INV "P-Charging-Vector: icid-value=\"00000000000000000000000000000000"
	    "\";orig-ioi=visited1.net\r\n" },
	{ "of a phone's response", "charging", REWRITE_P_CSCF, UP,
	    OK200 "P-Charging-Vector: icid-value=evil\r\n", OK200 },
	{ "own entry", "path", REWRITE_P_CSCF, UP, REG "Via: SIP/2.0/UDP a\r\n"
	    "X: y\r\n", REG "Via: SIP/2.0/UDP a\r\n"
	    "Path: <sip:own.home1.net:5060;lr>\r\nX: y\r\n" },
	{ "not of INVITE", "path", REWRITE_P_CSCF, UP, INV, INV },
	{ "the tag", "require-path", REWRITE_P_CSCF, UP,
	    REG "Require: sec-agree\r\n", REG "Require: sec-agree, path\r\n" },
	{ "is there", "require-path", REWRITE_P_CSCF, UP,
	    REG "Require: a\r\nRequire: PATH\r\n",
	    REG "Require: a\r\nRequire: PATH\r\n" },
	{ "as seen", "contact", REWRITE_P_CSCF, UP,
	    REG "Contact: \"x\" <sip:a@192.168.1.2:5062;transport=tcp?b=c>;q=1,"
	    " <sip:[fe80::1]>\r\nm: *\r\n",
	    REG "Contact: \"x\" <sip:a@10.0.0.9:1357;transport=tcp?b=c>;q=1,"
	    " <sip:10.0.0.9:1357>\r\nm: *\r\n" },

	{ "another list", "stored-route", REWRITE_P_CSCF, UP,
	    INV "To: <sip:b@home1.net>\r\nRoute: <sip:evil.net;lr>, <sip:y;lr>"
	    "\r\nX: y\r\nRoute: <sip:z>\r\n",
	    INV "To: <sip:b@home1.net>\r\nRoute: <sip:orig@s.home1.net;lr>\r\n"
	    "X: y\r\n" },
	{ "none", "stored-route", REWRITE_P_CSCF, UP,
	    INV "Via: SIP/2.0/UDP a\r\nTo: <sip:b@home1.net>\r\n",
	    INV "Via: SIP/2.0/UDP a\r\nRoute: <sip:orig@s.home1.net;lr>\r\n"
	    "To: <sip:b@home1.net>\r\n" },
	{ "one more", "stored-route", REWRITE_P_CSCF, UP,
	    INV "To: <sip:b@home1.net>\r\n"
	    "Route: <sip:orig@s.home1.net;lr>, <sip:z;lr>\r\n",
	    INV "To: <sip:b@home1.net>\r\nRoute: <sip:orig@s.home1.net;lr>"
	    "\r\n" },
	{ "another user", "stored-route", REWRITE_P_CSCF, UP,
	    INV "To: <sip:b@home1.net>\r\nRoute: <sip:ORIG@s.home1.net;lr>"
	    "\r\n", INV "To: <sip:b@home1.net>\r\n"
	    "Route: <sip:orig@s.home1.net;lr>\r\n" },
	{ "the same", "stored-route", REWRITE_P_CSCF, UP,
	    INV "To: <sip:b@home1.net>\r\nroute : < SIP:orig@S.home1.net;LR>"
	    "\r\n", INV "To: <sip:b@home1.net>\r\n"
	    "route : < SIP:orig@S.home1.net;LR>\r\n" },
	{ "in a dialog", "stored-route", REWRITE_P_CSCF, UP,
	    INV "To: <sip:b@home1.net>;tag=1\r\nRoute: <sip:z;lr>\r\n",
	    INV "To: <sip:b@home1.net>;tag=1\r\nRoute: <sip:z;lr>\r\n" },
	{ "of SIP digest", "proxy-authorization", REWRITE_P_CSCF, UP,
	    INV "Proxy-Authorization: Digest username=\"a\"\r\n",
	    INV "Proxy-Authorization: Digest username=\"a\"\r\n" },
	{ "number and sip", "line", REWRITE_P_CSCF, UP,
	    "INVITE tel:+4930;cpc=payphone;npdi;OLI=29 SIP/2.0\r\n"
	    "P-Asserted-Identity: \"x;cpc=1\" <sip:a@home1.net;iotl=homeA-homeB"
	    ";lr>, <tel:+4931;cpc=test>\r\nFrom: <tel:+4930;cpc=test>\r\n",
	    "INVITE tel:+4930;npdi SIP/2.0\r\n"
	    "P-Asserted-Identity: \"x;cpc=1\" <sip:a@home1.net"
	    ";lr>, <tel:+4931>\r\nFrom: <tel:+4930;cpc=test>\r\n" },
	{ "number in sip", "line", REWRITE_P_CSCF, UP,
	    "INVITE sip:+4930;oli=1;npdi:x@home1.net;user=phone SIP/2.0\r\n"
	    "P-Asserted-Identity: tel:+4931;cpc=test;oli=2\r\n",
	    "INVITE sip:+4930;npdi:x@home1.net;user=phone SIP/2.0\r\n"
	    "P-Asserted-Identity: tel:+4931\r\n" },
	{ "not of each other", "line", REWRITE_P_CSCF, UP,
	    "INVITE sip:a;cpc=1@home1.net;cpc=1 SIP/2.0\r\n"
	    "P-Asserted-Identity: <tel:+4931;iotl=x>\r\n",
	    "INVITE sip:a;cpc=1@home1.net;cpc=1 SIP/2.0\r\n"
	    "P-Asserted-Identity: <tel:+4931;iotl=x>\r\n" },
	{ "loc-src", "location-source", REWRITE_P_CSCF, UP,
	    INV "Geolocation: <cid:a@b>;LOC-SRC=x.net;y=z, <sip:a;loc-src=b>"
	    "\r\n ;z ;loc-src=\"a;b\"\r\n ; loc-src=c\r\nX: y\r\n",
	    INV "Geolocation: <cid:a@b>;y=z, <sip:a;loc-src=b>\r\n ;z "
	    "\r\nX: y\r\n" },
	{ "with its fold", "location-source", REWRITE_P_CSCF, UP,
	    INV "Geolocation: <cid:a@b>\r\n\t;loc-src=x.net\r\nX: y\r\n",
	    INV "Geolocation: <cid:a@b>\r\nX: y\r\n" },

	/* P-CSCF, down. */
	{ "private entries", "history", REWRITE_P_CSCF, DOWN,
	    INV "History-Info: <sip:a@x.net>;index=1, "
	    "<sip:b@x.net?privacy=History>;index=1.1, \r\n <sip:c@x.net?"
	    "Reason=SIP%3Bcause%3D302&Privacy=session%3bhistory>;index=1.2\r\n"
	    "X: y\r\nhistory-info: <sip:d@x.net?Privacy=history>;index=1.3\r\n"
	    "History-Info: <sip:e@x.net?Privacy=none>;index=1.4\r\n",
	    INV "History-Info: <sip:a@x.net>;index=1\r\nX: y\r\n"
	    "History-Info: <sip:e@x.net?Privacy=none>;index=1.4\r\n" },
	{ "all private", "history", REWRITE_P_CSCF, DOWN,
	    INV "History-Info: <sip:a@x.net>;index=1\r\n"
	    "Privacy: id;history\r\n",
	    INV "Privacy: id;history\r\n" },
	{ "ck and ik", "keys", REWRITE_P_CSCF, DOWN,
	    "SIP/2.0 401 U\r\nWWW-Authenticate: Digest realm=\"r\",nonce=\"n\","
	    "algorithm=AKAv1-MD5,ck=\"00\",ik=\"11\"\r\n",
	    "SIP/2.0 401 U\r\nWWW-Authenticate: Digest realm=\"r\",nonce=\"n\","
	    "algorithm=AKAv1-MD5\r\n" },
	{ "in any order and form", "keys", REWRITE_P_CSCF, DOWN,
	    "SIP/2.0 401 U\r\nwww-authenticate: Digest IK=11 , realm=\"ck=1\","
	    "\r\n ck=\"00\",\r\n nonce=\"n\"\r\n",
	    "SIP/2.0 401 U\r\nwww-authenticate: Digest realm=\"ck=1\","
	    "\r\n nonce=\"n\"\r\n" },
	{ "set", "security-server", REWRITE_P_CSCF, DOWN,
	    "SIP/2.0 401 U\r\n" RCSEQ, "SIP/2.0 401 U\r\n" RCSEQ
	    "Security-Server: ipsec-3gpp;q=0.1\r\n" },
	{ "not in 200", "security-server", REWRITE_P_CSCF, DOWN, OK200 RCSEQ,
	    OK200 RCSEQ },
	{ "removed", "charging", REWRITE_P_CSCF, DOWN,
	    OK200 "P-Charging-Vector: a\r\nX: y\r\n"
	    "P-Charging-Function-Addresses: b\r\n", OK200 "X: y\r\n" },
	{ "not for a phone", "network-headers", REWRITE_P_CSCF, DOWN,
	    INV "P-Access-Network-Info: a\r\nFeature-Caps: *\r\n"
	    "P-Called-Party-ID: <sip:a>\r\nResource-Priority: x\r\n",
	    INV "Feature-Caps: *\r\nP-Called-Party-ID: <sip:a>\r\n" },
	{ "id", "privacy", REWRITE_P_CSCF, DOWN,
	    INV "P-Asserted-Identity: <sip:a>\r\nPrivacy: user; ID\r\n",
	    INV "Privacy: user; ID\r\n" },
	{ "none", "privacy", REWRITE_P_CSCF, DOWN,
	    INV "P-Asserted-Identity: <sip:a>\r\nPrivacy: none\r\n",
	    INV "P-Asserted-Identity: <sip:a>\r\nPrivacy: none\r\n" },

	/* I-CSCF, S-CSCF. */
	{ "of a service", "hss-headers", REWRITE_I_CSCF, DOWN,
	    INV "P-Profile-Key: <sip:evil>\r\nX: y\r\n",
	    INV "X: y\r\nP-User-Database: <aaa://hss1.home1.net>\r\n"
	    "P-Profile-Key: <sip:chat-!.*!@home1.net>\r\n" },
	{ "of REGISTER", "hss-headers", REWRITE_I_CSCF, UP, REG,
	    REG "P-User-Database: <aaa://hss1.home1.net>\r\n" },
	{ "untrusted", "line", REWRITE_S_CSCF, UP,
	    "INVITE tel:+4930;cpc=test SIP/2.0\r\n",
	    "INVITE tel:+4930 SIP/2.0\r\n" },
	{ "REGISTER", "scscf", REWRITE_I_CSCF, UP, REG,
	    "REGISTER sip:scscf1.home1.net:6060 SIP/2.0\r\n" },
	{ "INVITE", "scscf", REWRITE_I_CSCF, DOWN, INV "Via: SIP/2.0/UDP a\r\n",
	    INV "Via: SIP/2.0/UDP a\r\n"
	    "Route: <sip:scscf1.home1.net:6060;lr>\r\n" },
	{ "number", "tel", REWRITE_I_CSCF, UP,
	    "INVITE sip:+4930;npdi@home1.net;user=phone SIP/2.0\r\n",
	    "INVITE tel:+4930;npdi SIP/2.0\r\n" },
	{ "no number", "tel", REWRITE_I_CSCF, UP,
	    "INVITE sip:bob@home1.net;user=phone SIP/2.0\r\n",
	    "INVITE sip:bob@home1.net;user=phone SIP/2.0\r\n" },
	{ "gone", "hss-headers", REWRITE_S_CSCF, UP,
	    INV "P-Profile-Key: <sip:a>\r\nP-User-Database: <aaa://a>\r\n",
	    INV },
	{ "name only", "service", REWRITE_S_CSCF, UP,
	    INV "P-Preferred-Service:\turn:x ; y\r\n",
	    INV "P-Asserted-Service:\turn:x ; y\r\n" },
	{ "200", "service-route", REWRITE_S_CSCF, DOWN, OK200 RCSEQ,
	    OK200 RCSEQ "Service-Route: <sip:orig@own.home1.net:5060;lr>\r\n" },
	{ "not of INVITE", "service-route", REWRITE_S_CSCF, DOWN, OK200 ICSEQ,
	    OK200 ICSEQ },
	{ "200", "associated-uri", REWRITE_S_CSCF, DOWN, OK200 RCSEQ,
	    OK200 RCSEQ "P-Associated-URI: <sip:a@home1.net>, "
	    "<sip:b@home1.net>\r\n" },

	/* IBCF. */
	{ "number and sip", "line", REWRITE_IBCF, UP,
	    OK200 "P-Asserted-Identity: <tel:+4930;oli=1>, "
	    "<sip:a@home1.net;iotl=homeA-homeB>\r\n",
	    OK200 "P-Asserted-Identity: <tel:+4930>, <sip:a@home1.net>\r\n" },
	{ "loc-src", "location-source", REWRITE_IBCF, UP,
	    INV "Geolocation: <cid:a@b>;loc-src=x.net\r\n",
	    INV "Geolocation: <cid:a@b>\r\n" },
	{ "private entries", "history", REWRITE_IBCF, UP,
	    INV "History-Info: <sip:a@x.net?Privacy=history>;index=1, "
	    "<sip:b@x.net>;index=1.1\r\n",
	    INV "History-Info: <sip:b@x.net>;index=1.1\r\n" },
	{ "not abroad", "trust-border", REWRITE_IBCF, UP,
	    INV "P-Access-Network-Info: a\r\nP-Asserted-Identity: <sip:a>\r\n"
	    "P-Charging-Vector: b\r\nP-Charging-Function-Addresses: c\r\n"
	    "P-Early-Media: d\r\n",
	    INV "P-Asserted-Identity: <sip:a>\r\nP-Charging-Vector: b\r\n" },
	{ "for home only", "roaming-headers", REWRITE_IBCF, UP,
	    REG "Authorization: Digest a\r\nX: y\r\n", REG "X: y\r\n" },
	{ "comes in as it is", "", REWRITE_IBCF, DOWN,
	    INV MF "P-Access-Network-Info: a\r\n",
	    INV MF1 "P-Access-Network-Info: a\r\n" },
};

static uint64_t
all_but(const char *only)
{
	const struct rewrite_item *it;
	uint64_t bits = 0;

	for (size_t i = 0; (it = rewrite_item(i)) != NULL; i++)
		if (*only != '\0' && strcmp(it->name, only) != 0)
			bits |= rewrite_bit(slice_str(it->name));
	return bits;
}

static struct rewrite_options
some_options(void)
{
	struct rewrite_options o = {
		.own = slice_str("own.home1.net:5060"), .nat = true,
		.network = slice_str("visited1.net"),
		.scscf = slice_str("sip:scscf1.home1.net:6060"),
		.security_server = slice_str("ipsec-3gpp;q=0.1"),
		.service_route = slice_str("<sip:orig@s.home1.net;lr>"),
		.user_database = slice_str("aaa://hss1.home1.net"),
		.profile_key = slice_str("sip:chat-!.*!@home1.net"),
		.untrusted = true,
		.identity = { slice_str("sip:a@home1.net"),
		    slice_str("sip:b@home1.net") },
		.n_identity = 2, .random = zeros,
	};

	return o;
}

static struct rewrite_seen seen = { .sport = 1357, .transport = "TCP" };

/* IN, with a body, through O; *AT is what is in the way.  Valid until next. */
static int
through(const struct rewrite_options *o, const char *in, struct slice *out,
    const char **at)
{
	static struct buf to;
	struct rewrite *w = rewrite_new(o);
	uint8_t *p = unit_edge(in, strlen(in));
	int r;

	buf_reset(&to);
	buf_str(&to, "before");
	r = rewrite_message(w, slice_of(p, strlen(in)), &seen, &to, at);
	unit_edge_free(p, strlen(in));
	rewrite_free(w);
	*out = slice_from(buf_slice(&to), 6);
	if (r < 0)
		CHECK(out->n == 0, "nothing half done");
	return r;
}

static void
each(void)
{
	struct rewrite_options o;
	char in[4096], out[4096];
	struct slice got;
	const char *at;
	int r;

	for (size_t i = 0; i < N(cases); i++) {
		o = some_options();
		o.node = cases[i].node;
		o.down = cases[i].down;
		o.left_out = all_but(cases[i].only);
		if (*cases[i].only == '\0')
			o.own.n = 0;
		snprintf(in, sizeof(in), "\r\n%s\r\n\1body", cases[i].in);
		snprintf(out, sizeof(out), "\r\n%s\r\n\1body", cases[i].out);
		r = through(&o, in, &got, &at);
		CHECK(r == (strcmp(in, out) != 0), "%s: %s: %s",
		    rewrite_node_name(o.node), cases[i].only, err_name(r));
		CHECK_STR(got, out, "%s %s: %s: %s", rewrite_node_name(o.node),
		    o.down ? "down" : "up", cases[i].only, cases[i].what);
	}
}

/* All of a node's items at once on one message. */
static void
together(void)
{
	static const char in[] = REG
	    "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=1;rport\r\n" MF
	    "From: <sip:a@home1.net>;tag=1\r\n" RCSEQ
	    "Contact: <sip:10.0.0.9:5060>\r\n"
	    "Authorization: Digest username=\"a\",response=\"\"\r\n"
	    "Security-Client: ipsec-3gpp\r\nRequire: sec-agree\r\n"
	    "Proxy-Require: sec-agree\r\nContent-Length: 0\r\n\r\n";
	static const char want[] = REG
	    "Via: SIP/2.0/TCP own.home1.net:5060;branch=z9hG4bK"
	    "0000000000000000\r\n"
	    "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=1;rport=1357;"
	    "received=10.0.0.9\r\n"
	    "Path: <sip:own.home1.net:5060;lr>\r\n" MF1
	    "From: <sip:a@home1.net>;tag=1\r\n" RCSEQ
	    "Contact: <sip:10.0.0.9:5060>\r\n"
	    "Authorization: Digest username=\"a\",response=\"\","
	    "integrity-protected=\"yes\"\r\n"
	    "Content-Length: 0\r\n"
	    "P-Visited-Network-ID: \"visited1.net\"\r\n"
	    "P-Charging-Vector: icid-value=\"00000000000000000000000000000000\""
	    ";orig-ioi=visited1.net\r\nRequire: path\r\n\r\n";
	struct rewrite_options o = some_options();
	struct slice got;
	const char *at;

	o.nat = false;
	o.protected = REWRITE_YES;
	CHECK(through(&o, in, &got, &at) > 0, "P-CSCF: all of REGISTER");
	CHECK_STR(got, want, "P-CSCF: all of REGISTER");
	seen.protected = true;
	o.protected = REWRITE_AS_SEEN;
	CHECK(through(&o, in, &got, &at) > 0, "P-CSCF: as seen");
	CHECK_STR(got, want, "P-CSCF: protected as it was seen");
	o.protected = REWRITE_NO;
	CHECK(through(&o, in, &got, &at) > 0 &&
	    slice_find(got, slice_str("protected=\"no\"")) < got.n,
	    "P-CSCF: not protected");
	seen.protected = false;
}

static void
refused(void)
{
	static const struct {
		const char		*in, *at;
		int			 e;
		enum rewrite_node	 node;
		bool			 down;
	} t[] = {
		{ INV "Max-Forwards: 0\r\n\r\n", "Max-Forwards", ERR_RANGE,
		    REWRITE_P_CSCF, UP },
		{ INV "Max-Forwards: x\r\n\r\n", "Max-Forwards", ERR_FORMAT,
		    REWRITE_IBCF, UP },
		{ INV MF "Via: x\r\n\r\n", "Via", ERR_FORMAT, REWRITE_I_CSCF,
		    UP },
		{ OK200 "Via: x\r\n\r\n", "Via", ERR_FORMAT, REWRITE_I_CSCF,
		    UP },
		{ INV MF "Route: <\r\n\r\n", "Route", ERR_FORMAT,
		    REWRITE_I_CSCF, UP },
		{ REG MF "Authorization: a=b\r\n\r\n", "Authorization",
		    ERR_FORMAT, REWRITE_P_CSCF, UP },
		{ REG MF "Contact: <\r\n\r\n", "Contact", ERR_FORMAT,
		    REWRITE_P_CSCF, UP },
		{ "SIP/2.0 401 U\r\nWWW-Authenticate: a=b\r\n\r\n",
		    "WWW-Authenticate", ERR_FORMAT, REWRITE_P_CSCF, DOWN },
		{ INV MF "Geolocation: <\r\n\r\n", "Geolocation", ERR_FORMAT,
		    REWRITE_IBCF, UP },
		{ INV MF "P-Asserted-Identity: <\r\n\r\n",
		    "P-Asserted-Identity", ERR_FORMAT, REWRITE_IBCF, UP },
		{ "INVITE sip: SIP/2.0\r\n" MF "\r\n", "Request-URI",
		    ERR_FORMAT, REWRITE_S_CSCF, UP },
		{ INV MF "History-Info: <\r\n\r\n", "History-Info", ERR_FORMAT,
		    REWRITE_IBCF, UP },
		{ INV MF, NULL, ERR_MORE, REWRITE_P_CSCF, UP },
		{ "hello\r\n\r\n", NULL, ERR_FORMAT, REWRITE_P_CSCF, UP },
	};
	struct rewrite_options o = some_options();
	struct slice got;
	const char *at;

	for (size_t i = 0; i < N(t); i++) {
		o.node = t[i].node;
		o.down = t[i].down;
		CHECK_INT(through(&o, t[i].in, &got, &at), t[i].e,
		    "refused: %s", t[i].at != NULL ? t[i].at : "all");
		CHECK(t[i].at == NULL || (at != NULL &&
		    strcmp(at, t[i].at) == 0), "and it says where");
	}
	o = some_options();
	o.node = REWRITE_S_CSCF;
	o.untrusted = false;
	o.left_out = all_but("line");
	CHECK(through(&o, "INVITE tel:+4930;cpc=test SIP/2.0\r\n\r\n", &got,
	    &at) == 0, "S-CSCF: inside the trust domain");
	o.node = REWRITE_P_CSCF;
	o.left_out = all_but("proxy-authorization");
	o.protected = REWRITE_YES;
	CHECK(through(&o, INV "Proxy-Authorization: a\r\n\r\n", &got, &at) == 1,
	    "Proxy-Authorization, with an SA");
	CHECK_STR(got, INV "\r\n", "Proxy-Authorization, with an SA");
	o = some_options();
	o.alg = slice_str("alg.home1.net");
	o.node = REWRITE_P_CSCF;
	o.down = false;
	CHECK(through(&o, INV MF "Contact: <sip:a@1.2.3.4:5;x>\r\n\r\n", &got,
	    &at) > 0 && slice_find(got, slice_str("<sip:a@alg.home1.net;x>"))
	    < got.n, "ALG before NAT");
	o.node = REWRITE_IBCF;
	o.trusted = o.roaming = true;
	o.own.n = 0;
	CHECK(through(&o, REG MF "P-Access-Network-Info: a\r\n"
	    "Authorization: Digest a\r\n\r\n", &got, &at) == 1,
	    "trusted, roaming: nothing goes");
}

static void
names(void)
{
	const struct rewrite_item *it;
	uint64_t seen_bits = 0, bit;
	const char *last = "";

	for (size_t i = 0; (it = rewrite_item(i)) != NULL; i++) {
		bit = rewrite_bit(slice_str(it->name));
		CHECK_EACH(bit != 0 && it->at != 0 && it->at < 256,
		    "%s", it->name);
		CHECK_EACH(strcmp(it->name, last) == 0 ||
		    (seen_bits & bit) == 0, "%s twice", it->name);
		seen_bits |= bit;
		last = it->name;
	}
	CHECK(rewrite_bit(slice_str("x")) == 0, "no such item");
	for (int n = 0; n < REWRITE_NODES; n++)
		CHECK_INT(rewrite_node_parse(slice_str(rewrite_node_name(
		    (enum rewrite_node)n))), n, "a node's name");
	CHECK_INT(rewrite_node_parse(slice_str("e-cscf")), ERR_ALG,
	    "another's");
	rewrite_free(NULL);
}

int
main(void)
{
	if (pkt_addr_parse(&seen.src, slice_str("10.0.0.9")) < 0)
		unit_fatal("address", "10.0.0.9");
	each();
	together();
	refused();
	names();
	return unit_end();
}
