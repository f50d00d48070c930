/* excerpt.h: header fields that are asked for again and again. */
#ifndef MSG_EXCERPT_H
#define MSG_EXCERPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "msg/brief.h"
#include "msg/field.h"
#include "msg/header.h"
#include "msg/names.h"
#include "text/date.h"

/*
 * Made while a header is read (structure.h), line by line: the fields that
 * clients list, as they are sent, and what SEARCH compares.  Of all other
 * fields a number of 16 bits is kept for the name, so that it can be told
 * that a message has no such field.  All zero is the start.
 */
struct excerpt {
	struct strbuf others; /* uint16_t for each name that is not kept */
	struct strbuf fields;
	struct strbuf keys;

	/* the field at hand */
	struct strbuf value; /* unfolded, if it is a key */
	struct strbuf decoded, folded; /* buffers */
	size_t begins; /* in fields, with its mark */
	uint16_t name;
	bool kept;
	enum field_key key;

	bool blank; /* the empty line has been seen */
	bool dated; /* a Date field has */
	bool full; /* it is too much: nothing of it can be used */
	unsigned missing; /* bits for keys that are too long */
	struct excerpt_date {
		bool good;
		int64_t time; /* UTC */
		struct date_day day; /* as written */
	} date; /* the first Date field */
	struct strbuf out[2];
};

void excerpt_begin(struct excerpt *e);

/* structure_line: a piece of the message's header. */
void excerpt_line(void *e, const struct line *line);

/* Set BRIEF_FIELDS and BRIEF_KEYS, views into e until excerpt_begin(). */
void excerpt_end(struct excerpt *e, struct brief *b);

void excerpt_free(struct excerpt *e);

/*
 * Append what header_fields() would give.  False, and nothing appended, when
 * BRIEF_FIELDS does not tell.
 */
bool excerpt_fields(
    struct span piece, const struct header_want *want, struct strbuf *out);

/* Whether there is a date in BRIEF_KEYS; p may be NULL. */
bool excerpt_date(struct span piece, struct excerpt_date *out);

/*
 * Whether needle (searchfold.h) is in a field of that name: 1 or 0, or -1
 * when BRIEF_KEYS does not tell.
 */
int excerpt_find(struct span piece, struct span name, struct span needle);

#endif
