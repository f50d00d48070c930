/* msgid.h: message identifiers out of header fields (RFC 5322 3.6.4). */
#ifndef MSG_MSGID_H
#define MSG_MSGID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/*
 * Take the next msg-id off the front of *in, an unfolded value, whatever
 * stands before it.  *id is 64 bits of it, never 0: the same for all ways to
 * quote it (RFC 5256 section 3), another one for other letters, case included.
 * False when there is none any more.  Linear: *in only moves on.
 */
bool msgid_next(struct span *in, uint64_t *id);

#endif
