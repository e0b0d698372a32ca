/* test_xml: text for XML and HTML (xml). */
#include "unit.h"
#include "xml.h"

/* XML 1.0 2.2: Char; 2.11: ends of lines; 4.6: entities. */
static void
texts(void)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "a<b>&\"c'", "a&lt;b&gt;&amp;&quot;c'" },
		{ "a\r\nb\tc\n", "a\r\nb\tc\n" },
		{ "a\rb\x01\x1f", "a\ufffdb\ufffd\ufffd" },
		{ "\xc3\xa4\xf0\x9f\x93\x9e", "\xc3\xa4\xf0\x9f\x93\x9e" },
		{ "\xc3", "\ufffd" }, { "\xff\xfe", "\ufffd\ufffd" },
		{ "\xef\xbf\xbe", "\ufffd" }, { "\xef\xbf\xbd", "\ufffd" },
		{ "\xed\xa0\x80", "\ufffd\ufffd\ufffd" },
		{ "\xc0\xaf", "\ufffd\ufffd" }, { "", "" },
	};
	struct buf out = { .n = 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&out);
		xml_text(&out, slice_str(cases[i].in));
		CHECK_STR(buf_slice(&out), cases[i].out, "case %zu", i);
	}
	buf_free(&out);
}

int
main(void)
{
	texts();
	return unit_end();
}
