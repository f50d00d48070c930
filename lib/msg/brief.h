/* brief.h: a message in brief: what is worth knowing of it, as bytes. */
#ifndef MSG_BRIEF_H
#define MSG_BRIEF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/strbuf.h"
#include "msg/structure.h"

/* The pieces.  What protocols print is for them; nobody here looks at it. */
enum brief_kind {
	BRIEF_HEAD, /* where the header ends: brief_head() */
	BRIEF_FIELDS, /* header fields: excerpt.h */
	BRIEF_KEYS, /* the same for searching: excerpt.h */
	BRIEF_PARTS, /* the tree: brief_tree() */
	/* printed; those with UTF8 only where they differ */
	BRIEF_ENVELOPE,
	BRIEF_ENVELOPE_UTF8,
	BRIEF_BODY,
	BRIEF_BODY_UTF8,
	BRIEF_BODYSTRUCTURE,
	BRIEF_BODYSTRUCTURE_UTF8,
	BRIEF_PREVIEW, /* preview.h */
	BRIEF_SORT, /* sortkeys.h */
	BRIEF_KINDS
};

/* Views into the bytes; p is NULL where there is no such piece. */
struct brief {
	struct span piece[BRIEF_KINDS];
};

/* A set of kinds: 1 << kind of each. */
enum { BRIEF_ALL = (1 << BRIEF_KINDS) - 1 };

/*
 * Take bytes apart, of which the first brief_front() are those that
 * brief_put() has written.  Pieces of these kinds are checked: false, and all
 * pieces missing, when one is damaged.  Of the others nothing is good but
 * that they are there.
 */
bool brief_parse(struct span bytes, unsigned kinds, struct brief *out);

/*
 * The same for a few pieces alone, in less time: those of kinds are set, p
 * NULL where there is none, all others are left as they were.  Returns which
 * of kinds there are, none when one of them is damaged.
 */
unsigned brief_pick(struct span bytes, unsigned kinds, struct brief *out);

/*
 * How many bytes from the first one on tell where the pieces are, and have
 * their checks; 0 when that is no brief.
 */
size_t brief_front(struct span bytes);

/* Append the pieces that are there. */
void brief_put(const struct brief *b, struct strbuf *out);

/* Where the top header ends, in bytes and in octets (struct part). */
struct brief_head {
	int64_t body;
	uint64_t octets;
};

void brief_put_head(const struct part *root, struct strbuf *out);
bool brief_head(struct span piece, struct brief_head *out);

/*
 * The tree with what is needed for finding parts, decoding them and making a
 * preview: kinds, offsets, octets, lines, type, subtype, encoding, disposition
 * and the parameter charset; all other fields are as if they were missing.
 */
void brief_put_tree(const struct part *root, struct strbuf *out);

/* Allocated from a, with views into piece; NULL when it is damaged. */
struct part *brief_tree(struct arena *a, struct span piece);

#endif
