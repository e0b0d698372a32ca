/* reg_edit: a message with header fields dropped, changed and added. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reg_int.h"

enum { KEEP, DROP, CHANGED };

struct reg_edit {
	const struct sip_msg	*m;
	uint8_t			 what[SIP_HEADERS];
	struct {
		size_t	 at, n;		/* in TEXT */
	}			 value[SIP_HEADERS];
	struct buf		 text, top, end, uri, body;
	bool			 new_body;
	unsigned		 status;	/* 0: as it is */
};

struct reg_edit *
reg_edit_new(const struct sip_msg *m)
{
	struct reg_edit *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->m = m;
	buf_init(&e->text, REG_MSG_MAX);
	buf_init(&e->top, REG_MSG_MAX);
	buf_init(&e->end, REG_MSG_MAX);
	buf_init(&e->uri, REG_MSG_MAX);
	buf_init(&e->body, SIP_BODY_MAX);
	return e;
}

void
reg_edit_free(struct reg_edit *e)
{
	if (e == NULL)
		return;
	buf_wipe(&e->text);
	buf_wipe(&e->top);
	buf_wipe(&e->end);
	buf_free(&e->uri);
	buf_wipe(&e->body);
	free(e);
}

void
reg_edit_drop(struct reg_edit *e, const char *name)
{
	for (size_t i = 0; i < e->m->n_hdr; i++)
		if (reg_is(&e->m->hdr[i], name))
			e->what[i] = DROP;
}

void
reg_edit_drop_one(struct reg_edit *e, const struct sip_header *h)
{
	if (h != NULL)
		e->what[h - e->m->hdr] = DROP;
}

void
reg_edit_value(struct reg_edit *e, const struct sip_header *h,
    const char *fmt, ...)
{
	size_t i = (size_t)(h - e->m->hdr);
	char line[REG_TEXT + 1024];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(line, sizeof(line), fmt, ap) >= (int)sizeof(line))
		e->text.bad = true;
	va_end(ap);
	e->value[i].at = e->text.n;
	e->value[i].n = strlen(line);
	e->what[i] = CHANGED;
	buf_str(&e->text, line);
}

static void	add_line(struct buf *b, const char *fmt, va_list ap)
		    __attribute__((format(printf, 2, 0)));

static void
add_line(struct buf *b, const char *fmt, va_list ap)
{
	char line[REG_TEXT + 1024];

	if (vsnprintf(line, sizeof(line), fmt, ap) >= (int)sizeof(line))
		b->bad = true;
	buf_str(b, line);
	buf_str(b, "\r\n");
}

void
reg_edit_top(struct reg_edit *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_line(&e->top, fmt, ap);
	va_end(ap);
}

void
reg_edit_add(struct reg_edit *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_line(&e->end, fmt, ap);
	va_end(ap);
}

void
reg_edit_status(struct reg_edit *e, unsigned status)
{
	e->status = status;
}

void
reg_edit_need(struct reg_edit *e, const struct buf *from)
{
	e->text.bad |= from->bad;
}

void
reg_edit_uri(struct reg_edit *e, struct slice uri)
{
	buf_reset(&e->uri);
	buf_put(&e->uri, uri);
}

void
reg_edit_body(struct reg_edit *e, struct slice body)
{
	e->new_body = true;
	buf_reset(&e->body);
	buf_put(&e->body, body);
}

void
reg_edit_untag(struct reg_edit *e, enum sip_h h, const char *tag)
{
	const struct sip_header *one = sip_get(e->m, h);
	char left[REG_TEXT] = "";
	struct slice rest, v;
	size_t n;
	bool had;

	for (; one != NULL; one = sip_next(e->m, one)) {
		rest = one->value;
		n = 0;
		had = false;
		while (sip_comma(&rest, &v)) {
			if (slice_caseis(v, tag))
				had = true;
			else if (n + v.n + 3 < sizeof(left))
				n += (size_t)snprintf(left + n,
				    sizeof(left) - n, "%s%.*s",
				    n > 0 ? ", " : "", SL(v));
		}
		if (had && n > 0)
			reg_edit_value(e, one, "%s", left);
		else if (had)
			reg_edit_drop_one(e, one);
	}
}

void
reg_edit_pop(struct reg_edit *e, enum sip_h h)
{
	const struct sip_header *first = sip_get(e->m, h);
	struct slice rest, v;

	if (first == NULL)
		return;
	rest = first->value;
	(void)sip_comma(&rest, &v);
	rest = slice_trim(rest);
	if (rest.n > 0 && rest.p[0] == ',')
		rest = slice_trim(slice_from(rest, 1));
	if (rest.n > 0)
		reg_edit_value(e, first, "%.*s", SL(rest));
	else
		reg_edit_drop_one(e, first);
}

static void
put_start(const struct reg_edit *e, struct buf *out)
{
	const struct sip_msg *m = e->m;

	if (m->request)
		buf_printf(out, "%.*s %.*s SIP/2.0\r\n", SL(m->method),
		    SL(e->uri.n > 0 ? buf_slice(&e->uri) : m->uri));
	else if (e->status != 0)
		buf_printf(out, "SIP/2.0 %u %s\r\n", e->status,
		    reg_reason(e->status));
	else
		buf_printf(out, "SIP/2.0 %03u %.*s\r\n", m->status % 1000,
		    SL(m->reason));
}

void
reg_edit_write(const struct reg_edit *e, struct buf *out)
{
	const struct sip_msg *m = e->m;
	struct slice body = e->new_body ? buf_slice(&e->body) : m->body;

	put_start(e, out);
	buf_put(out, buf_slice(&e->top));
	for (size_t i = 0; i < m->n_hdr; i++) {
		struct slice v = m->hdr[i].value;

		if (e->what[i] == DROP ||
		    m->hdr[i].id == SIP_H_CONTENT_LENGTH)
			continue;
		if (e->what[i] == CHANGED)
			v = slice_sub(buf_slice(&e->text), e->value[i].at,
			    e->value[i].n);
		buf_put(out, m->hdr[i].name);
		buf_str(out, ": ");
		buf_put(out, v);
		buf_str(out, "\r\n");
	}
	buf_put(out, buf_slice(&e->end));
	reg_put_end(out, NULL, body);
	if (e->text.bad || e->top.bad || e->end.bad || e->uri.bad ||
	    e->body.bad)
		out->bad = true;
}
