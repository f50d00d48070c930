/* summary.h: what STATUS said last, for as long as a folder stays the same. */
#ifndef STORE_SUMMARY_H
#define STORE_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "store/mailbox.h"

/*
 * The file satchel-status(5) below the Maildir, a cache.  All zero is a look
 * at nothing.
 */
struct summary_look {
	struct stat cur, new, db; /* of cur, new, courierimapuiddb */
	int64_t now; /* ns, of the file system before these; 0: not known */
};

/*
 * What is kept of the folder whose directory's name below the Maildir is
 * dirname, a string.  False when nothing is, or when the folder may have
 * changed since; *out is then untouched and *look is as the folder was found,
 * for summary_keep().  With want_size only what has the size will do.
 */
bool summary_find(struct account *a, const char *dirname, bool want_size,
    struct summary_look *look, struct mailbox_status *out);

/*
 * Keep what was counted after that look.  A failure is no error: it is
 * counted again.  has_size: st->size is filled in.
 */
void summary_keep(struct account *a, const struct summary_look *look,
    bool has_size, const struct mailbox_status *st);

/*
 * Many folders are about to be asked for: have the whole file at hand, until
 * the end of that.  Failing is no error.
 */
void summary_begin(struct account *a);
void summary_end(struct account *a);

/* With the account. */
void summary_close(struct account *a);

#endif
