/* listed.h: which directories of a Maildir have been found to be folders. */
#ifndef STORE_LISTED_H
#define STORE_LISTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "store/account.h"

/* The file satchel-list(5) below the Maildir, a cache. */
struct listed {
	struct strbuf file; /* as it was read */
	uint32_t slots; /* of its table, a power of two; 0: there is none */
	uint32_t turns, turn; /* which of the known are due */
	bool wrong; /* one of them is no folder any more */
	struct strbuf news; /* keys that it has not, 8 octets each */
};

/* Read it.  To be given to listed_end(). */
void listed_begin(struct account *a, struct listed *l);

/*
 * Whether the entry of the Maildir with that name and inode (of the entry: a
 * mount point's own) is known to have a cur.  LISTED_DUE: so it is, and should
 * be looked at once more.
 */
enum listed_is { LISTED_NO, LISTED_YES, LISTED_DUE };
enum listed_is listed_has(
    const struct listed *l, struct span entry, uint64_t ino);

/* It is not, and has been found to have one. */
void listed_add(struct listed *l, struct span entry, uint64_t ino);

/*
 * All entries have been seen: write the file anew if that is worth it.  A
 * failure is no error.
 */
void listed_end(struct account *a, struct listed *l);
void listed_clear(struct listed *l);

/* What the file says is not so: remove it. */
void listed_forget(struct account *a);

#endif
