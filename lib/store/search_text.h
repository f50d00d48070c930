/* search_text.h: words in headers and bodies, looked for as they pass. */
#ifndef STORE_SEARCH_TEXT_H
#define STORE_SEARCH_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/strbuf.h"
#include "msg/brief.h"
#include "msg/structure.h"
#include "store/search.h"
#include "text/searchfold.h"

enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

/*
 * The leaves of a program and what is known of each for the message at hand.
 * Leaves of SEARCH_HEADER and beyond are answered here.
 */
struct search_text {
	struct search_key **leaf;
	enum answer *answer;
	size_t n;
	size_t tail; /* length of the longest needle */
	bool dated; /* a Date field has been seen */
	bool in_body; /* the header at hand is of a message inside */
	struct strbuf held; /* bytes of the file at hand */
	int64_t held_at; /* where the first of them is */
	struct searchfold_memo memo;
	struct strbuf decoded; /* buffers, reused */
	struct strbuf window;
};

/*
 * Read from..to-1 of the file in fd, unless that is much, for what follows.
 * Those bytes, or p NULL.  Another file must be told of before (drop).
 */
struct span search_text_hold(
    struct search_text *t, int fd, int64_t from, int64_t to);
void search_text_drop(struct search_text *t);

/* Answer all keys about the header, and those of SEARCH_TEXT that it meets. */
void search_text_header(struct search_text *t, int fd, int64_t size);

/*
 * Answer what can be answered of keys about the header from a brief of the
 * message.
 */
void search_text_brief(struct search_text *t, const struct brief *b);

/* Answer the rest: root is the whole structure. */
void search_text_body(struct search_text *t, int fd, const struct part *root);

void search_text_clear(struct search_text *t);

#endif
