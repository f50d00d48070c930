/* search_parse.h: SEARCH's arguments (RFC 9051 section 6.4.4). */
#ifndef IMAP_SEARCH_PARSE_H
#define IMAP_SEARCH_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "imap/seqset.h"
#include "store/search.h"

/* search-return-opt (RFC 4731, RFC 5182) */
enum {
	RETURN_MIN = 1 << 0,
	RETURN_MAX = 1 << 1,
	RETURN_ALL = 1 << 2,
	RETURN_COUNT = 1 << 3,
	RETURN_SAVE = 1 << 4,
};

/*
 * A set in the program.  It has to be resolved against what the client knows,
 * and then given to key (whose kind says whether these are UIDs).
 */
struct search_setref {
	struct search_key *key;
	struct seqset set;
};

struct search_args {
	bool extended; /* RETURN was there, if only with "()" */
	unsigned want; /* RETURN_ bits; RETURN_ALL where there were none */
	struct span charset; /* p is NULL when not given */
	bool needs_charset; /* the command has no form without one */
	struct search_key *root;
	struct search_setref *sets;
	size_t nsets;
	bool utf8; /* every string is */
	bool modseq; /* MODSEQ is one of the keys */
};

/*
 * What follows the command's name, all of it: [search-return-opts] SP
 * search-program.  Numbers of YOUNGER and OLDER become times, counted from
 * now.  False for more than LIMIT_SEARCH_KEYS keys or LIMIT_SEARCH_DEPTH
 * levels of parentheses, NOT and OR.
 */
bool p_search_args(
    struct arena *a, struct span *in, int64_t now, struct search_args *out);

/*
 * The parts of that for SORT and THREAD.  First the return options, if there
 * are any: *out has these, and is what p_search_criteria() fills in.
 */
void p_search_return(struct span *in, struct search_args *out);

/* search-criteria = charset 1*(SP search-key) (RFC 5256 section 5), all */
bool p_search_criteria(
    struct arena *a, struct span *in, int64_t now, struct search_args *out);

#endif
