/* rec_agree: what two sides agreed upon, and how that is judged. */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "rec_int.h"

/* Sentences, mechanisms: each as a text of an array. */
struct list {
	struct buf	*out;
	const char	*name;
	size_t		 n;
};

/* Text that may be anything goes out as ASCII, the rest as "?". */
static void
item(struct list *l, struct slice s)
{
	if (l->n++ == 0)
		rec_put_key(l->out, l->name);
	buf_str(l->out, l->n == 1 ? "[\"" : ",\"");
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '"' || s.p[i] == '\\') {
			buf_u8(l->out, '\\');
			buf_u8(l->out, s.p[i]);
		} else
			buf_u8(l->out, s.p[i] >= 0x20 && s.p[i] < 0x7f ?
			    s.p[i] : '?');
	buf_u8(l->out, '"');
}

static void
end(struct list *l)
{
	if (l->n > 0)
		buf_u8(l->out, ']');
}

static void
mechanisms(struct buf *out, const char *name, const struct sa_mech *m,
    size_t n)
{
	struct list l = { out, name, 0 };

	for (size_t i = 0; i < n; i++)
		item(&l, m[i].text);
	end(&l);
}

static void
choice(struct buf *out, const char *name, const struct sa_choice *c)
{
	if (!c->there)
		return;
	rec_put_key(out, name);
	buf_printf(out, "{\"alg\":\"%s\"",
	    esp_alg_name((enum esp_alg)c->alg));
	rec_put_word(out, "ealg", esp_ealg_name((enum esp_ealg)c->ealg));
	rec_put_word(out, "mode", sa_mode_name((enum sa_mode)c->mode));
	buf_u8(out, '}');
}

static void
number_if(struct buf *out, const char *name, bool there, uint64_t v)
{
	if (there)
		rec_put_number(out, name, v);
}

/* One side's numbers, SIDE being "u" or "p". */
static void
numbers(struct buf *out, const char *side, const struct sa_mech *m, size_t n)
{
	char name[16];
	size_t i = 0;

	while (i < n && !sa_mech_ipsec(&m[i]))
		i++;
	if (i == n)
		return;
	m += i;
	(void)snprintf(name, sizeof(name), "spi_%sc", side);
	number_if(out, name, m->has & SA_SPI_C, m->spi_c);
	(void)snprintf(name, sizeof(name), "spi_%ss", side);
	number_if(out, name, m->has & SA_SPI_S, m->spi_s);
	(void)snprintf(name, sizeof(name), "port_%sc", side);
	number_if(out, name, m->has & SA_PORT_C, m->port_c);
	(void)snprintf(name, sizeof(name), "port_%ss", side);
	number_if(out, name, m->has & SA_PORT_S, m->port_s);
}

static void
frames(struct buf *out, const struct sa_talk *k)
{
	char c = '[';

	for (int i = 0; i < 3; i++)
		if (k->frame[i] != 0) {
			if (c == '[')
				rec_put_key(out, "frames");
			buf_u8(out, (uint8_t)c);
			buf_decimal(out, k->frame[i]);
			c = ',';
		}
	if (c == ',')
		buf_u8(out, ']');
}

static void
parties(struct buf *out, const struct sa_talk *k)
{
	rec_put_text_if(out, "impi", slice_str(k->impi));
	rec_put_text_if(out, "call_id", slice_str(k->call_id));
	rec_put_address_if(out, "ue", &k->ue);
	rec_put_address_if(out, "pcscf", &k->pcscf);
}

void
rec_write_agreement(struct buf *out, const struct sa_talk *k,
    enum sa_rule rule, const struct sa_judged *judged, struct slice file)
{
	struct slice rest = buf_slice(&judged->why);
	struct list l = { out, "why", 0 };
	struct sa_sides s;

	sa_talk_sides(k, &s);
	buf_str(out, "{\"type\":\"agreement\"");
	if (k->time_ns != 0)
		rec_put_time(out, k->time_ns);
	rec_put_text_if(out, "file", file);
	frames(out, k);
	parties(out, k);
	rec_put_word(out, "rule", sa_rule_name(rule));
	mechanisms(out, "offered", s.client, s.n_client);
	mechanisms(out, "listed", s.server, s.n_server);
	mechanisms(out, "verified", s.verify, s.n_verify);
	mechanisms(out, "offered_again", s.again, s.n_again);
	numbers(out, "u", s.client, s.n_client);
	numbers(out, "p", s.server, s.n_server);
	choice(out, "should", &judged->should);
	choice(out, "chosen", &judged->chosen);
	rec_put_word(out, "verdict", sa_verdict_name(judged->verdict));
	while (rest.n > 0)
		item(&l, slice_cut(&rest, '\n'));
	end(&l);
	buf_str(out, "}\n");
}

static void
read_choice(struct rec_in *in, const char *key, struct sa_agreement *a,
    bool *there)
{
	struct rec_in sub = *in;
	int alg, ealg, mode;

	sub.o = json_object_get(in->o, key);
	sub.at = "choice.";
	if (*there || !json_is_object(sub.o))
		return;
	*there = rec_in_enum(&sub, "alg", esp_alg_parse, &alg) &&
	    rec_in_enum(&sub, "ealg", esp_ealg_parse, &ealg) &&
	    rec_in_enum(&sub, "mode", sa_mode_parse, &mode);
	in->err = sub.err;
	if (!*there)
		return;
	a->alg = (enum esp_alg)alg;
	a->ealg = (enum esp_ealg)ealg;
	a->mode = (enum sa_mode)mode;
}

int
rec_read_agreement(struct rec *r, struct sa_agreement *a,
    char impi[SA_IMPI_MAX], char error[REC_ERROR_TEXT])
{
	struct rec_in in = {
		.o = r->json, .at = "", .bytes = &r->bytes, .error = error,
	};
	const char *s = json_string_value(json_object_get(in.o, "type"));
	struct slice name = { NULL, 0 };
	bool there = false;

	memset(a, 0, sizeof(*a));
	impi[0] = '\0';
	if (s == NULL || strcmp(s, "agreement") != 0)
		return 0;
	if (rec_in_name(&in, "impi", SA_IMPI_MAX - 1, &name)) {
		memcpy(impi, name.p, name.n);
		impi[name.n] = '\0';
	}
	rec_in_address(&in, "ue", &a->ue);
	rec_in_address(&in, "pcscf", &a->pcscf);
	(void)rec_in_u32(&in, "spi_uc", &a->spi_uc);
	(void)rec_in_u32(&in, "spi_us", &a->spi_us);
	(void)rec_in_u32(&in, "spi_pc", &a->spi_pc);
	(void)rec_in_u32(&in, "spi_ps", &a->spi_ps);
	rec_in_port(&in, "port_uc", &a->port_uc);
	rec_in_port(&in, "port_us", &a->port_us);
	rec_in_port(&in, "port_pc", &a->port_pc);
	rec_in_port(&in, "port_ps", &a->port_ps);
	read_choice(&in, "chosen", a, &there);
	read_choice(&in, "should", a, &there);
	if (!there)
		rec_in_missing(&in, "chosen");
	return in.err < 0 ? in.err : 1;
}
