/* html.h: the words of HTML, for showing what a message begins with. */
#ifndef MSG_HTML_H
#define MSG_HTML_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

enum html_state {
	HTML_TEXT,
	HTML_TAG, /* between "<" and ">" */
	HTML_QUOTED, /* in an attribute's value */
	HTML_COMMENT,
	HTML_ENTITY,
};

enum { HTML_WORD = 12 };

/* A text that comes in pieces, cut anywhere between characters. */
struct html {
	enum html_state state;
	char quote; /* that ends HTML_QUOTED */
	char word[HTML_WORD]; /* the name of a tag, or of an entity */
	unsigned len; /* bytes of it; more than there is room for are counted */
	bool in_name; /* of the tag */
	bool hidden; /* within what is not shown, until its end tag */
	char hider[HTML_WORD]; /* the name of that */
};

/*
 * Append the text of in (UTF-8) to out: tags, comments and what is not shown
 * left out, entities resolved, a space where a line or a block ends.  All zero
 * is the state at the beginning.  One pass, no lookahead; never fails.
 */
void html_text(struct html *h, struct span in, struct strbuf *out);

#endif
