/* scrub_xml: people and places in XML bodies, SDP. */
#include <string.h>

#include "scrub_int.h"

/* Elements whose text is a person's or a place's (RFC 4119, 4575, 5139 ...). */
static bool
personal(struct slice name, enum scrub_kind *k)
{
	static const char *const people[] = {
		"contact-name", "display-name", "display-text", "displayname",
		"free-text", "keywords", "note", "subject", "title",
		"ussd-string",
	};
	static const char *const places[] = {
		"a1", "a2", "a3", "a4", "a5", "a6", "addcode", "bld",
		"cell-id", "country", "flr", "hno", "hns", "lmk", "loc", "nam",
		"pc", "plc", "pobox", "pod", "pos", "poslist", "prd", "rd",
		"rdbr", "rdsec", "rdsubbr", "room", "seat", "sts", "unit",
	};

	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++)
		if (slice_caseis(name, people[i])) {
			*k = SCRUB_NAME;
			return true;
		}
	*k = SCRUB_PLACE;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (slice_caseis(name, places[i]))
			return true;
	return false;
}

/* The name of the element that TAG ("<a:b c='d'") opens, without prefix. */
static struct slice
local_name(struct slice tag)
{
	struct slice name = slice_from(tag, 1);
	size_t n = 0;

	while (n < name.n && name.p[n] > ' ' && name.p[n] != '/' &&
	    name.p[n] != '>')
		n++;
	name = slice_sub(name, 0, n);
	n = slice_chr(name, ':');
	return n < name.n ? slice_from(name, n + 1) : name;
}

/* Letters and digits, but not those of "&amp;". */
static void
character_data(struct scrub *s, enum scrub_kind k, struct slice text)
{
	while (text.n > 0) {
		size_t amp = slice_chr(text, '&'), semi;

		if (amp > 0)
			scrub_words(s, k, scrub_mut(text), amp);
		text = slice_from(text, amp);
		semi = slice_chr(text, ';');
		text = slice_from(text, semi < 10 ? semi + 1 : 1);
	}
}

void
scrub_xml(struct scrub *s, uint8_t *p, size_t n)
{
	struct slice rest = slice_of(p, n);
	enum scrub_kind k = SCRUB_NAME;
	bool person = false;

	while (rest.n > 0) {
		struct slice text = slice_sub(rest, 0, slice_chr(rest, '<'));
		struct slice tag;

		if (person && slice_trim(text).n > 0)
			character_data(s, k, text);
		else
			scrub_text(s, scrub_mut(text), text.n);
		rest = slice_from(rest, text.n);
		tag = slice_sub(rest, 0, slice_chr(rest, '>') + 1);
		if (tag.n == 0)
			return;
		person = personal(local_name(tag), &k);
		scrub_text(s, scrub_mut(tag), tag.n);
		rest = slice_from(rest, tag.n);
	}
}
