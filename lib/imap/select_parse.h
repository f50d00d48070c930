/* select_parse.h: the arguments of SELECT and EXAMINE (RFC 7162, RFC 4466). */
#ifndef IMAP_SELECT_PARSE_H
#define IMAP_SELECT_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "imap/seqset.h"

/* What a client remembers of a mailbox (RFC 7162 section 3.2.5). */
struct select_qresync {
	uint32_t uidvalidity;
	uint64_t modseq;
	bool has_known;
	struct seqset known; /* UIDs, resolved */
	/*
	 * Numbers and the UIDs that they had: as many of these as of those,
	 * ascending.  n is 0 where there are none.
	 */
	struct seqset numbers;
	struct seqset uids;
};

struct select_args {
	struct span mailbox;
	bool condstore;
	bool qresync;
	struct select_qresync known;
};

/*
 * SP mailbox [SP "(" select-param *(SP select-param) ")"], all of it.  False
 * too for parameters that are not known or stand there twice.
 */
bool p_select(struct arena *a, struct span in, struct select_args *out);

#endif
