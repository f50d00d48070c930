/* addr.h: address lists of message headers (RFC 5322 3.4 and 4.4). */
#ifndef MSG_ADDR_H
#define MSG_ADDR_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/span.h"

enum addr_kind {
	ADDR_MAILBOX,
	ADDR_GROUP, /* name, never NULL, is the group's; its members follow */
	ADDR_GROUP_END
};

/* Spans with p NULL are absent (NIL in an ENVELOPE). */
struct addr {
	enum addr_kind kind;
	/* Display name, quotes removed; or the text of the last comment. */
	struct span name;
	struct span route; /* "@a,@b" of an obsolete source route */
	struct span local; /* quotes removed; NULL when there is none */
	struct span domain; /* NULL when there is none */
};

/*
 * Take the next address off the front of *in, an unfolded value.  False at
 * the end.  Anything can stand in a header: what is no address comes back as
 * a mailbox with what could be read, so that nothing loops or is lost: one
 * word alone is a local part, several are a name.  Words behind an address
 * ("a@b junk, c@d") are passed over, but another address is not.  RFC 6532:
 * 8-bit bytes may be in all of it, as may NUL and other controls.
 * Spans are views into in where that is possible, else allocated from a.
 * *in_group carries state; it is false at the start.  A group that is not
 * closed gets its ADDR_GROUP_END at the end of the field.
 * Linear; comments nest without recursion.
 */
bool addr_next(
    struct arena *a, struct span *in, bool *in_group, struct addr *out);

#endif
