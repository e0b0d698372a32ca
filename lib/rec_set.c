/* rec_set: files of test sets (tests/data/vectors) to structs. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "rec.h"

struct reader {
	void	(*set)(const struct rec_set *s, void *arg);
	void	*arg;
	int	 n;
};

static const char *
text(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

/* The values that all algorithms have. */
static void
read_values(const json_t *o, struct rec_set *s)
{
	static const char *const key[REC_SET_N] = {
		[REC_SET_K] = "K", [REC_SET_OP] = "OP", [REC_SET_OPC] = "OPc",
		[REC_SET_RAND] = "RAND", [REC_SET_SQN] = "SQN",
		[REC_SET_AMF] = "AMF", [REC_SET_MAC_A] = "MAC_A",
		[REC_SET_MAC_S] = "MAC_S", [REC_SET_RES] = "RES",
		[REC_SET_CK] = "CK", [REC_SET_IK] = "IK", [REC_SET_AK] = "AK",
		[REC_SET_AKSTAR] = "AKstar", [REC_SET_AUTN] = "AUTN",
		[REC_SET_AUTS] = "AUTS",
		[REC_SET_SCHEME] = "algorithm",
		[REC_SET_USERNAME] = "username", [REC_SET_REALM] = "realm",
		[REC_SET_URI] = "uri", [REC_SET_METHOD] = "method",
		[REC_SET_NONCE] = "nonce", [REC_SET_QOP] = "qop",
		[REC_SET_NC] = "nc", [REC_SET_CNONCE] = "cnonce",
		[REC_SET_RESPONSE] = "response",
		[REC_SET_RSPAUTH] = "rspauth", [REC_SET_DIGEST_AUTS] = "auts",
		[REC_SET_BODY] = "entity_body_hex",
	};
	const json_t *derived = json_object_get(o, "derived");

	for (size_t i = 0; i < REC_SET_N; i++)
		s->value[i] = text(o, key[i]);
	if (s->value[REC_SET_OP] == NULL)
		s->value[REC_SET_OP] = text(o, "TOP");
	if (s->value[REC_SET_OPC] == NULL)
		s->value[REC_SET_OPC] = text(o, "TOPc");
	if (s->value[REC_SET_MAC_A] == NULL)
		s->value[REC_SET_MAC_A] = text(o, "MAC");
	if (s->value[REC_SET_AUTN] == NULL)
		s->value[REC_SET_AUTN] = text(derived, "AUTN");
	if (s->value[REC_SET_AUTS] == NULL)
		s->value[REC_SET_AUTS] = text(derived, "AUTS_amf0");
}

static void
read_sets(struct reader *r, const char *algorithm, const json_t *sets)
{
	struct rec_set s;
	const json_t *o;
	char id[32];
	json_int_t runs;

	for (size_t i = 0; i < json_array_size(sets); i++) {
		o = json_array_get(sets, i);
		memset(&s, 0, sizeof(s));
		s.algorithm = algorithm;
		read_values(o, &s);
		if ((s.id = text(o, "id")) == NULL) {
			(void)snprintf(id, sizeof(id), "%zu", i + 1);
			s.id = id;
		}
		runs = json_integer_value(json_object_get(o, "iterations"));
		s.iterations = runs >= 1 && runs <= AKA_ITERATIONS_MAX ?
		    (unsigned)runs : 1;
		r->set(&s, r->arg);
		r->n++;
	}
}

int
rec_sets(struct slice in, void (*set)(const struct rec_set *s, void *arg),
    void *arg)
{
	struct reader r = { set, arg, 0 };
	json_error_t e;
	json_t *j = json_loadb((const char *)in.p, in.n, 0, &e);
	const char *algorithm;

	if (j == NULL)
		return json_error_code(&e) == json_error_out_of_memory ?
		    ERR_MEM : ERR_FORMAT;
	if ((algorithm = text(j, "algorithm")) == NULL)
		algorithm = "milenage";
	read_sets(&r, algorithm, json_object_get(j, "sets"));
	read_sets(&r, algorithm, json_object_get(j, "extra"));
	read_sets(&r, "digest", json_object_get(j, "cases"));
	read_sets(&r, "xor", json_object_get(json_object_get(j, "xor_aka"),
	    "cases"));
	json_decref(j);
	return r.n;
}
