/* why: the mistakes, their search, and those of keys and MACs. */
#include <string.h>

#include "why_int.h"

static const struct {
	int		 group;
	const char	*name, *text;
} whys[WHY_N] = {
	[WHY_IS_MILENAGE] = { 0, "is-milenage", "the algorithm is MILENAGE" },
	[WHY_IS_XOR] = { 0, "is-xor", "the algorithm is XOR" },
	[WHY_K_REVERSED] = { 1, "k-reversed", "K is byte-reversed" },
	[WHY_K_ASCII] = { 1, "k-ascii",
	    "the hex digits of K are taken as ASCII" },
	[WHY_K_ASCII_UPPER] = { 1, "k-ascii-upper",
	    "the hex digits of K, upper case, are taken as ASCII" },
	[WHY_OP_IS_OPC] = { 2, "op-is-opc", "the value given as op is OPc" },
	[WHY_OPC_IS_OP] = { 2, "opc-is-op", "the value given as opc is OP "
	    "(or OPc was applied twice there)" },
	[WHY_OPC_TWICE] = { 2, "opc-twice", "OPc was applied twice" },
	[WHY_OP_REVERSED] = { 2, "op-reversed",
	    "the value given as op or opc is byte-reversed" },
	[WHY_OP_ASCII] = { 2, "op-ascii", "the hex digits of the value given "
	    "as op or opc are taken as ASCII" },
	[WHY_OP_ASCII_UPPER] = { 2, "op-ascii-upper", "the hex digits of the "
	    "value given as op or opc, upper case, are taken as ASCII" },
	[WHY_OPC_OP_REVERSED] = { 2, "opc-is-op-reversed",
	    "the value given as opc is OP, byte-reversed" },
	[WHY_AMF_CONFIGURED] = { 3, "amf-configured",
	    "it was made with the AMF configured, not with that of AUTN" },
	[WHY_AMF_0000] = { 3, "amf-0000",
	    "it was made with AMF 0000, not with that of AUTN" },
	[WHY_AMF_8000] = { 3, "amf-8000",
	    "it was made with AMF 8000, not with that of AUTN" },
	[WHY_AMF_CHALLENGE] = { 3, "amf-challenge",
	    "it was made with the AMF of the challenge, not with 0000" },
	[WHY_SQN_CLEAR] = { 4, "sqn-clear", "SQN is not concealed by AK" },
	[WHY_SQN_AK] = { 4, "sqn-ak", "SQN is concealed by AK, not by AK*" },
	[WHY_F1] = { 5, "f1", "it was made by f1, not by f1*" },
	[WHY_V1] = { 6, "akav1", "it is computed as for AKAv1" },
	[WHY_V2] = { 6, "akav2", "it is computed as for AKAv2" },
	[WHY_SESS] = { 7, "sess", "it is computed as for -sess" },
	[WHY_NOT_SESS] = { 7, "not-sess", "it is computed without -sess" },
	[WHY_RES_CUT] = { 8, "res-cut",
	    "RES is cut at its first octet 00" },
	[WHY_RES_8] = { 8, "res-8", "RES is cut after 8 octets" },
	[WHY_RES_HEX] = { 8, "res-hex",
	    "the password is RES as hex text, not as octets" },
	[WHY_RES_HEX_UPPER] = { 8, "res-hex-upper",
	    "the password is RES as hex text in upper case, not as octets" },
	[WHY_RES_BASE64] = { 8, "res-base64",
	    "the password is RES as base64 text, not as octets" },
	[WHY_PASSWORD_EMPTY] = { 8, "password-empty",
	    "the password is empty" },
	[WHY_PASSWORD_RES] = { 8, "password-res",
	    "the password is RES, not empty as it is with auts" },
	[WHY_USERNAME_BARE] = { 9, "username-bare",
	    "the username is taken without its domain" },
	[WHY_REALM_CHALLENGE] = { 10, "realm-challenge",
	    "the realm is that of the challenge" },
	[WHY_REALM_HOST] = { 10, "realm-host",
	    "the realm is the domain of the username" },
	[WHY_URI_REQUEST] = { 11, "uri-request",
	    "the uri is the Request-URI of the message" },
	[WHY_URI_NO_SIP] = { 11, "uri-no-sip", "the uri is without sip:" },
	[WHY_URI_SIP] = { 11, "uri-sip", "the uri has sip: in front" },
	[WHY_URI_REALM] = { 11, "uri-realm", "the uri is sip: and the realm" },
	[WHY_METHOD_REGISTER] = { 12, "method-register",
	    "the method is REGISTER" },
	[WHY_METHOD_INVITE] = { 12, "method-invite", "the method is INVITE" },
	[WHY_METHOD_SUBSCRIBE] = { 12, "method-subscribe",
	    "the method is SUBSCRIBE" },
	[WHY_METHOD_MESSAGE] = { 12, "method-message",
	    "the method is MESSAGE" },
	[WHY_METHOD_GET] = { 12, "method-get", "the method is GET" },
	[WHY_METHOD_NONE] = { 12, "method-none", "the method is left out" },
	[WHY_QOP_NONE] = { 13, "qop-none", "qop is left out" },
	[WHY_QOP_QUOTED] = { 13, "qop-quoted", "qop is in quotes" },
	[WHY_QOP_AUTH] = { 13, "qop-auth", "qop is auth" },
	[WHY_QOP_AUTH_INT] = { 13, "qop-auth-int", "qop is auth-int" },
	[WHY_NC_NONE] = { 14, "nc-none", "nc is left out" },
	[WHY_NC_QUOTED] = { 14, "nc-quoted", "nc is in quotes" },
	[WHY_NC_DECIMAL] = { 14, "nc-decimal", "nc is decimal" },
	[WHY_NC_SHORT] = { 14, "nc-short", "nc is without leading zeros" },
	[WHY_NC_FIRST] = { 14, "nc-first", "nc is 00000001" },
	[WHY_CNONCE_NONE] = { 15, "cnonce-none", "cnonce is left out" },
	[WHY_CNONCE_QUOTED] = { 15, "cnonce-quoted", "cnonce is in quotes" },
	[WHY_NONCE_CHALLENGE] = { 16, "nonce-challenge",
	    "the nonce is that of the challenge" },
	[WHY_NONCE_UNPADDED] = { 16, "nonce-unpadded",
	    "the nonce is without its padding" },
	[WHY_NONCE_PADDED] = { 16, "nonce-padded",
	    "the nonce has the padding that it lost" },
	[WHY_BODY_EMPTY] = { 17, "body-empty", "the body is taken as empty" },
};

const char *
why_name(enum why w)
{
	return whys[w].name;
}

const char *
why_text(enum why w)
{
	return whys[w].text;
}

void
why_write(struct buf *out, const char *what, const struct why_set *set)
{
	buf_str(out, what);
	for (size_t i = 0; i < set->n; i++) {
		buf_str(out, i == 0 ? " fits if " : " and ");
		buf_str(out, whys[set->why[i]].text);
	}
}

size_t
why_search(const struct why_search *s)
{
	struct why_set set = { .n = 1 };
	size_t n = 0;

	for (int w = 0; w < WHY_N && n < WHY_SETS; w++) {
		set.why[0] = (enum why)w;
		if (s->try(&set, s->arg))
			s->out[n++] = set;
	}
	if (n > 0 || !s->pairs)
		return n;
	set.n = 2;
	for (int w = 0; w < WHY_N; w++)
		for (int v = w + 1; v < WHY_N && n < WHY_SETS; v++) {
			set.why[0] = (enum why)w;
			set.why[1] = (enum why)v;
			if (whys[v].group != whys[w].group &&
			    s->try(&set, s->arg))
				s->out[n++] = set;
		}
	return n;
}

/* False: it reads the same both ways. */
static bool
reverse(uint8_t *p, size_t n)
{
	bool changed = false;
	uint8_t c;

	for (size_t i = 0; i < n / 2; i++) {
		c = p[i];
		changed = changed || c != p[n - 1 - i];
		p[i] = p[n - 1 - i];
		p[n - 1 - i] = c;
	}
	return changed;
}

/* The hex digits of the N octets at P, as many as there is room for. */
static bool
ascii(uint8_t *p, size_t n, bool upper)
{
	const char *digit = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	uint8_t was[32];
	bool letters = false;

	memcpy(was, p, n);
	for (size_t i = 0; i < n; i++) {
		uint8_t v = i % 2 == 0 ? was[i / 2] >> 4 : was[i / 2] & 15;

		letters = letters || v > 9;
		p[i] = (uint8_t)digit[v];
	}
	crypt_wipe(was, sizeof(was));
	return letters || !upper;
}

static bool
spoil_op(enum why w, struct aka_key *key)
{
	size_t n = key->alg == AKA_TUAK ? 32 : 16;
	uint8_t *op = key->is_op ? key->op : key->opc;

	switch (w) {
	case WHY_OP_IS_OPC:
		memcpy(key->opc, key->op, n);
		break;
	case WHY_OPC_IS_OP:
	case WHY_OPC_OP_REVERSED:
		memcpy(key->op, key->opc, n);
		key->is_op = true;
		return w == WHY_OPC_IS_OP || reverse(key->op, n);
	case WHY_OPC_TWICE:
		if (aka_opc(key) < 0)
			return false;
		memcpy(key->op, key->opc, n);
		return true;
	case WHY_OP_REVERSED:
		return reverse(op, n);
	default:
		return ascii(op, n, w == WHY_OP_ASCII_UPPER);
	}
	key->is_op = false;
	return true;
}

bool
why_is_key(enum why w)
{
	return w <= WHY_OPC_OP_REVERSED;
}

/* XOR needs K only; MILENAGE after XOR takes the op or opc that is there. */
static bool
other_alg(struct aka_key *key, enum aka_alg alg)
{
	if (key->alg == alg || key->k_len != 16 || key->mac_len != 8 ||
	    (key->alg == AKA_TUAK && alg == AKA_MILENAGE))
		return false;
	key->alg = alg;
	key->res_len = alg == AKA_XOR ? 16 : 8;
	key->ck_len = key->ik_len = 16;
	return true;
}

bool
why_spoil_key(enum why w, struct aka_key *key)
{
	if (w == WHY_IS_MILENAGE)
		return other_alg(key, AKA_MILENAGE);
	if (w == WHY_IS_XOR)
		return other_alg(key, AKA_XOR);
	if (w == WHY_K_REVERSED)
		return reverse(key->k, key->k_len);
	if (w == WHY_K_ASCII || w == WHY_K_ASCII_UPPER)
		return ascii(key->k, key->k_len, w == WHY_K_ASCII_UPPER);
	if (!why_is_key(w) || key->alg == AKA_XOR ||
	    (key->is_op && (w == WHY_OPC_IS_OP || w == WHY_OPC_OP_REVERSED)) ||
	    (!key->is_op && (w == WHY_OP_IS_OPC || w == WHY_OPC_TWICE)))
		return false;
	return spoil_op(w, key);
}
