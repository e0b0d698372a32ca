/*
 * xml: text for XML and HTML.
 */
#ifndef XML_H
#define XML_H

#include "buf.h"

/*
 * Append S to OUT as text or as the value of an attribute in double quotes;
 * what XML 1.0 cannot have, and a CR alone, is U+FFFD.
 */
void	 xml_text(struct buf *out, struct slice s);

#endif
