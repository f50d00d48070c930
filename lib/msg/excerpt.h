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
#include "text/searchfold.h"

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

	uint16_t known[NAMES_ROWS]; /* numbers of names; 0: not yet */

	/* the field at hand */
	struct strbuf value; /* unfolded, if it is a key */
	struct searchfold_memo memo;
	struct strbuf decoded; /* a buffer */
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
	bool sent; /* there is a day in it, at least */
	int64_t sent_time; /* that of RFC 5256 section 2.2 */
	struct strbuf refs; /* uint64_t: those in References (msgid.h) */
	bool threads; /* somebody wants these: set before the first */
	struct strbuf out[2];
};

void excerpt_begin(struct excerpt *e);

/* structure_line: a piece of the message's header. */
void excerpt_line(void *e, const struct line *line);

/* Set BRIEF_FIELDS and BRIEF_KEYS, views into e until excerpt_begin(). */
void excerpt_end(struct excerpt *e, struct brief *b);

void excerpt_free(struct excerpt *e);

/* A field's name that is asked for, and its letters where it was found. */
struct excerpt_name {
	struct span name;
	uint64_t word[2], mask[2]; /* name and colon; 0: not found yet */
	uint16_t hash;
	uint8_t next; /* one more in its slot, counted from 1; 0: none */
};

/* What is asked for, of one message or of many. */
enum { EXCERPT_SLOTS = 64 };
struct excerpt_ask {
	struct excerpt_name *names;
	size_t n;
	uint8_t slot[EXCERPT_SLOTS]; /* by hash: the first, counted from 1 */
	bool good; /* it is something that can be answered */
};

/*
 * Make *out, with names for want->n of them; both and want's names are used
 * as long as it is.  False when no BRIEF_FIELDS tells, ever.
 */
bool excerpt_ask(const struct header_want *want, struct excerpt_name *names,
    struct excerpt_ask *out);

/*
 * Whether BRIEF_FIELDS tells what header_fields() would give; p may be NULL.
 * If it does, excerpt_put() puts that at to, where there is room for
 * span_len(piece) + 2 bytes, and returns where it ends.
 */
bool excerpt_tells(struct span piece, const struct excerpt_ask *ask);
char *excerpt_put(struct span piece, struct excerpt_ask *ask, char *to);

/* Both: append it, or false. */
bool excerpt_fields(
    struct span piece, struct excerpt_ask *ask, struct strbuf *out);

/* Whether there is a date in BRIEF_KEYS; p may be NULL. */
bool excerpt_date(struct span piece, struct excerpt_date *out);

/*
 * Whether needle (searchfold.h) is in a field of that name: 1 or 0, or -1
 * when BRIEF_KEYS does not tell.
 */
int excerpt_find(struct span piece, struct span name, struct span needle);

#endif
