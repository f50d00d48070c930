/* folder.h: the folders of an account. */
#ifndef STORE_FOLDER_H
#define STORE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "store/account.h"

/* Special uses (RFC 6154, RFC 9979); one bit each. */
enum folder_use {
	USE_ALL = 1 << 0,
	USE_ARCHIVE = 1 << 1,
	USE_DRAFTS = 1 << 2,
	USE_FLAGGED = 1 << 3,
	USE_JUNK = 1 << 4,
	USE_SENT = 1 << 5,
	USE_TRASH = 1 << 6,
	USE_IMPORTANT = 1 << 7,
	USE_SNOOZED = 1 << 8,
	USE_SCHEDULED = 1 << 9,
	USE_MEMOS = 1 << 10,
};

/*
 * A use that satchel-folders gives to a folder that exists counts.  Those that
 * it gives to none go to the folders that clients know by name, at the top
 * level and without regard to ASCII case: Sent, Drafts, Junk (else Spam),
 * Archive, and the one that IMAP_TRASHFOLDERNAME names.
 */
struct folder_info {
	struct span name; /* see account.h */
	bool exists; /* false: a level above a folder that exists */
	bool children; /* something below it exists; all is below the INBOX */
	unsigned uses; /* enum folder_use */
};

/*
 * Whether name can be a folder: UTF-8 without controls (U+0000-001F,
 * 007F-009F, 2028, 2029), "/", empty components or "." at either end, and
 * not longer on disk than a file name may be.  The empty name is valid.
 */
bool folder_name_valid(const struct account *a, struct span name);

/*
 * All folders and the levels above them, sorted by their names' bytes; the
 * INBOX first.  Allocated from ar.
 */
int folder_list(
    struct account *a, struct arena *ar, struct folder_info **out, size_t *n);

/* ENOENT when there is no such folder; EINVAL for a bad name. */
int folder_exists(struct account *a, struct span name);

/* Whether it has messages a client should look at (LIST's \Marked). */
bool folder_marked(struct account *a, struct span name);

/*
 * EEXIST, EINVAL.  uses are remembered in satchel-folders; EBUSY when it gives
 * one of them to another folder; EBADMSG when that file is none of ours,
 * which is then left alone.  Creates courierimapuiddb with a
 * UIDVALIDITY above any the name ever had.
 */
int folder_create(struct account *a, struct span name, unsigned uses);

/*
 * ENOENT; EPERM for the INBOX and the Trash folder.  Children stay.  The
 * name's UIDVALIDITY is remembered, its uses are not.
 */
int folder_delete(struct account *a, struct span name);

/*
 * Rename the folder and all below it; UIDs and MAILBOXIDs stay, UIDVALIDITY
 * when it may.  from INBOX: its messages move into the new
 * folder to, which is created (RFC 9051 6.3.6), and it stays.
 * ENOENT, EEXIST, EINVAL (also: into itself), EPERM (Trash).
 * A level that does not exist itself is renamed with its children.  Mailboxes
 * that this account has open go on under the new name, unless UIDVALIDITY had
 * to change: then mailbox_sync() says ENOENT.
 */
int folder_rename(struct account *a, struct span from, struct span to);

/* The directory of the folder; the caller closes it. */
int folder_open(struct account *a, struct span name);

#endif
