/* objectid.h: identifiers of mailboxes and messages (RFC 8474). */
#ifndef STORE_OBJECTID_H
#define STORE_OBJECTID_H

#include "base/span.h"
#include "base/strbuf.h"

/*
 * An identifier without the letter in front of it: 24 of "0-9 a-z" without i,
 * l, o and u, which are 120 bits of a digest.  So there is no NIL in it, and
 * no two differ by case only (RFC 8474 section 8.1).  And a NUL.
 */
enum { OBJECTID_LEN = 25 };

/* That of the digest of s. */
void objectid_digest(struct span s, char out[OBJECTID_LEN]);

/*
 * That of the message whose file has this name: of its base, or, for a copy,
 * what stands behind ",E=" there (satchel-maildir(7)).
 */
void objectid_message(struct span filename, char out[OBJECTID_LEN]);

/* Append ",E=" and that of the message whose file is called source. */
void objectid_keep(struct span source, struct strbuf *base);

#endif
