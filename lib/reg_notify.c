/* reg_notify: the state of registrations as XML (RFC 3680). */
#include <string.h>

#include "reg_int.h"

static void
put_xml(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '&')
			buf_str(b, "&amp;");
		else if (*s == '<')
			buf_str(b, "&lt;");
		else if (*s == '>')
			buf_str(b, "&gt;");
		else if (*s == '"')
			buf_str(b, "&quot;");
		else
			buf_u8(b, (uint8_t)*s);
	}
}

static void
put_registration(struct buf *b, const char *aor, size_t i,
    const char *contact, const char *state, const char *event,
    uint32_t expires)
{
	buf_str(b, "<registration aor=\"");
	put_xml(b, aor);
	buf_printf(b, "\" id=\"a%zu\" state=\"%s\">\r\n<contact id=\"c%zu\" "
	    "state=\"%s\" event=\"%s\"", i, state, i, state, event);
	if (expires > 0)
		buf_printf(b, " expires=\"%u\"", (unsigned)expires);
	buf_str(b, "><uri>");
	put_xml(b, contact);
	buf_str(b, "</uri></contact>\r\n</registration>\r\n");
}

void
reg_put_reginfo(struct buf *b, const struct reg_identity *who,
    const char *contact, unsigned version, const char *state,
    const char *event, uint32_t expires)
{
	buf_printf(b, "<?xml version=\"1.0\"?>\r\n<reginfo "
	    "xmlns=\"urn:ietf:params:xml:ns:reginfo\" version=\"%u\" "
	    "state=\"full\">\r\n", version);
	put_registration(b, who->register_as, 0, contact, state, event,
	    expires);
	for (size_t i = 0; i < who->n_impu; i++)
		if (strcmp(who->impu[i], who->register_as) != 0)
			put_registration(b, who->impu[i], i + 1, contact,
			    state, event, expires);
	buf_str(b, "</reginfo>\r\n");
}

/* The start tag ELEMENT in REST, which moves behind it. */
static bool
next_tag(struct slice *rest, const char *element, struct slice *tag)
{
	size_t at = slice_find(*rest, slice_str(element));

	if (at == rest->n)
		return false;
	*rest = slice_from(*rest, at + strlen(element));
	*tag = slice_cut(rest, '>');
	return true;
}

static struct slice
attribute(struct slice tag, const char *name)
{
	size_t at = slice_find(tag, slice_str(name));
	struct slice v = slice_from(tag, at + strlen(name));

	if (at == tag.n || v.n == 0 || (v.p[0] != '"' && v.p[0] != '\''))
		return slice_of(NULL, 0);
	v = slice_from(v, 1);
	return slice_sub(v, 0, slice_chr(v, v.p[-1]));
}

struct slice
reg_reginfo_event(struct slice body)
{
	struct slice tag;

	if (!next_tag(&body, "<contact ", &tag))
		return slice_of(NULL, 0);
	return attribute(tag, " event=");
}

bool
reg_reginfo_ended(struct slice body)
{
	struct slice tag;
	bool any = false;

	while (next_tag(&body, "<registration ", &tag)) {
		any = true;
		if (!slice_is(attribute(tag, " state="), "terminated"))
			return false;
	}
	return any;
}
