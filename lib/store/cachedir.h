/* cachedir.h: where an account's caches are. */
#ifndef STORE_CACHEDIR_H
#define STORE_CACHEDIR_H

#include "base/span.h"
#include "store/account.h"

/*
 * Caches stand beside the files that they are made from, or with
 * SATCHEL_INDEX_ROOT below
 *
 *	ROOT/DEVICE-INODE/		of the Maildir, hexadecimal
 *
 * as in the Maildir: satchel-status there, and in a directory for each folder
 * (named as it is; "INBOX" for the INBOX) what belongs to that.
 */

/*
 * Open that directory for the Maildir, making it.  -1 with errno; EPERM when
 * it is another user's, or others may write to it.
 */
int cachedir_open(const char *root, int maildir);

/*
 * The same for a folder, whose directory is open as dir: a descriptor for the
 * caller to close, -1 with errno.
 */
int cachedir_folder(const struct account *a, const char *dirname, int dir);

/*
 * The same for who only looks, and may be another user: below root, dirname
 * in the Maildir open as maildir.  Nothing is made.
 */
int cachedir_look(const char *root, int maildir, const char *dirname);

/*
 * Replace the account's cache name by one with that text, in one step, not
 * synced.  -1 with errno, and the old one is there.
 */
int cachedir_replace(struct account *a, const char *name, struct span text);

/* The folder is called another way now, or is gone.  Errors do not matter. */
void cachedir_move(const struct account *a, const char *from, const char *to);
void cachedir_remove(const struct account *a, const char *dirname);

#endif
