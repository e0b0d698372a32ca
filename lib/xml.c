/* xml: text for XML and HTML. */
#include "xml.h"

/* How many octets the UTF-8 character at the start of S has; 0: none. */
static size_t
character(struct slice s)
{
	static const size_t len[16] = {
		1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 2, 2, 3, 4,
	};
	size_t n = len[s.p[0] >> 4];

	return n <= s.n && slice_utf8(slice_sub(s, 0, n)) ? n : 0;
}

/* XML 1.0 2.2: no control characters, no U+FFFE, no U+FFFF. */
static bool
forbidden(struct slice c)
{
	return (c.n == 1 && c.p[0] < ' ' && c.p[0] != '\n' &&
	    c.p[0] != '\t') || (c.n == 3 && c.p[0] == 0xef &&
	    c.p[1] == 0xbf && c.p[2] >= 0xbe);
}

void
xml_text(struct buf *out, struct slice s)
{
	for (size_t i = 0, n; i < s.n; i += n > 0 ? n : 1) {
		struct slice c = slice_from(s, i);

		/* Which whoever reads it makes an LF. */
		if (slice_starts(c, "\r\n")) {
			buf_str(out, "\r\n");
			n = 2;
			continue;
		}
		n = character(c);
		c = slice_sub(c, 0, n);
		if (n == 0 || forbidden(c))
			buf_str(out, "\xef\xbf\xbd");
		else if (c.p[0] == '&')
			buf_str(out, "&amp;");
		else if (c.p[0] == '<')
			buf_str(out, "&lt;");
		else if (c.p[0] == '>')
			buf_str(out, "&gt;");
		else if (c.p[0] == '"')
			buf_str(out, "&quot;");
		else
			buf_put(out, c);
	}
}
