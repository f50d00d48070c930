/* fetch_parse.h: what a client asks FETCH for (RFC 9051 section 6.4.5). */
#ifndef IMAP_FETCH_PARSE_H
#define IMAP_FETCH_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

enum fetch_kind {
	FETCH_UID,
	FETCH_FLAGS,
	FETCH_MODSEQ,
	FETCH_EMAILID,
	FETCH_THREADID,
	FETCH_SAVEDATE,
	FETCH_INTERNALDATE,
	FETCH_SIZE,
	FETCH_ENVELOPE,
	FETCH_BODY, /* BODYSTRUCTURE without extension data */
	FETCH_BODYSTRUCTURE,
	FETCH_PREVIEW,
	FETCH_CONTENT, /* BODY[...], RFC822, RFC822.HEADER, RFC822.TEXT */
	FETCH_BINARY,
	FETCH_BINARY_SIZE,
};

/* What of the part (or of the message, with an empty path) is meant. */
enum section_text {
	SECTION_BODY, /* the body of a part; all of the message */
	SECTION_HEADER,
	SECTION_FIELDS, /* HEADER.FIELDS and HEADER.FIELDS.NOT */
	SECTION_TEXT,
	SECTION_MIME,
};

/* The spans are views into the command, or from the arena. */
struct section {
	uint32_t *path; /* part numbers */
	size_t npath;
	enum section_text text;
	struct span *names; /* of SECTION_FIELDS */
	size_t nnames;
	bool except; /* HEADER.FIELDS.NOT */
};

struct fetch_item {
	enum fetch_kind kind;
	const char *name; /* how the answer calls it */
	bool bracketed; /* the section stands behind the name, in brackets */
	bool peek; /* does not set \Seen */
	bool lazy; /* of PREVIEW: only if it is at hand (RFC 8970) */
	struct section section;
	bool partial;
	uint64_t from; /* of a partial item: the first octet, */
	uint64_t max; /* and how many */
};

struct fetch_items {
	struct fetch_item *v;
	size_t n;
};

/*
 * ("ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")").
 * False for more than LIMIT_FETCH_ITEMS; then *in and *out are untouched.
 */
bool p_fetch_items(struct arena *a, struct span *in, struct fetch_items *out);

/* What may follow the items (RFC 4466 section 2.4, RFC 7162). */
struct fetch_modifiers {
	bool changed; /* CHANGEDSINCE */
	uint64_t since;
	bool vanished;
};

/*
 * [SP "(" fetch-modifier *(SP fetch-modifier) ")"], true for none.  Each at
 * most once.  VANISHED without CHANGEDSINCE is the caller's to refuse.
 */
bool p_fetch_modifiers(struct span *in, struct fetch_modifiers *out);

#endif
