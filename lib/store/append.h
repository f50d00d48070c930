/* append.h: new messages in a folder, all or none. */
#ifndef STORE_APPEND_H
#define STORE_APPEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "store/account.h"
#include "store/mailbox.h"

/*
 * APPEND and COPY: messages are gathered in tmp, and become visible, with
 * UIDs, in append_commit().  Before it returns, files, names and UIDs are on
 * disk (satchel-durability(7)).  Until then, whatever ends the process,
 * nothing is there but files in tmp.
 */
struct append;

/* ENOENT (TRYCREATE), EINVAL, EACCES. */
int append_begin(struct account *a, struct span folder, struct append **out);

/* What a new message carries; keywords are names. */
struct append_info {
	unsigned flags;
	const struct span *keywords;
	size_t nkeywords;
	int64_t date; /* INTERNALDATE, seconds; INT64_MIN: now */
	uint64_t octets; /* that will come, with CRs; 0: not known */
};

/*
 * One message's bytes: begin (EDQUOT when octets cannot have room), any
 * number of writes, end.  CRs before LF are dropped, a final LF is added, NUL
 * becomes 0x80 unless literal8.
 * A failed write is remembered and returned by append_end() (ENOSPC, EDQUOT,
 * EFBIG ...), so that the caller can read on to the literal's end.
 * header_8bit, if not NULL, tells whether the header has 8-bit bytes.
 */
int append_message(
    struct append *ap, const struct append_info *info, bool literal8);
void append_write(struct append *ap, struct span bytes);
int append_end(struct append *ap, bool *header_8bit);

/*
 * The bytes of message i (from 0), for reading (the Outbox sends them); the
 * caller closes it.  -1 with ENOENT when there are not so many.
 */
int append_reopen(struct append *ap, size_t i);

/*
 * A copy of message seq of m with its flags, keywords and date: a link where
 * that is possible and the folder is not one that is purged, else its bytes.
 * ESTALE when it is gone.
 */
int append_copy(struct append *ap, struct mailbox *m, uint32_t seq);

/* Whether the quota has room for them, EDQUOT; append_commit() looks again. */
int append_check(struct append *ap);

/*
 * Publish.  uids[0..n-1] are ascending, n the number of messages; the array
 * is valid until append_free().  EDQUOT, ENOSPC ...: then none is there.
 * A mailbox of this account that shows the folder has them at once, or after
 * its next mailbox_sync(); they are \Recent in it.
 */
int append_commit(
    struct append *ap, uint32_t *uidvalidity, const uint32_t **uids, size_t *n);

/* Ends it; what was not committed is removed.  NULL is fine. */
void append_free(struct append *ap);

/*
 * MOVE (RFC 6851): rename seqs[0..n-1] of m into folder.  Each is either here
 * or there at any moment, and has its new UID on disk before it is seen
 * there.  They become MSG_GONE.  Those that vanished before are passed over:
 * uids[i] is then 0.  The caller brings uids with room for n.  On failure
 * those that have a UID have moved.  Their base is a new one: the old may
 * have had another UID there.
 */
struct append_moved {
	uint32_t uidvalidity;
	uint32_t *uids;
};
int append_move(struct mailbox *m, const uint32_t *seqs, size_t n,
    struct span folder, struct append_moved *out);

#endif
