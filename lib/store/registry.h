/* registry.h: satchel-folders, what is true of folders and not in them. */
#ifndef STORE_REGISTRY_H
#define STORE_REGISTRY_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "store/account.h"
#include "store/folder.h"
#include "store/objectid.h"

/*
 * The file satchel-folders(5) below the Maildir:
 *
 *	"satchel-folders 1" LF
 *	*( name *( TAB key "=" value ) LF )
 *
 * Names in UTF-8, the empty one for the INBOX.  Keys: uidvalidity (the
 * highest the name ever had), mailboxid (what the folder is called for as long
 * as it has the UIDVALIDITY in front of it), uses (words of registry.c, with
 * commas).
 * Keys that are not known are kept.  Replaced by rename, synced.
 *
 * What changes it waits for others that do: ETIMEDOUT after a minute, EINTR
 * when the process shall end.
 */

/* Fill in the uses of v[0..n-1], sorted by name: all folders there are. */
void registry_uses(struct account *a, struct folder_info *v, size_t n);

/*
 * The highest UIDVALIDITY that name is known to have had; 0: none.  -1 with
 * errno when that cannot be told now.  A file that is not ours tells of none:
 * it stays so, and mail must be had without it.
 */
int registry_uidvalidity(
    struct account *a, struct span name, uint32_t *uidvalidity);

/* Remember that name has had uidvalidity. */
int registry_note(struct account *a, struct span name, uint32_t uidvalidity);

/*
 * The identifier that was noted for the folder name with this UIDVALIDITY: 1
 * and it, 0 when there is none, -1 with errno when that cannot be told.
 */
int registry_id(struct account *a, struct span name, uint32_t uidvalidity,
    char out[OBJECTID_LEN]);

/* What registry_place() and registry_remove() note of a folder. */
struct registry_entry {
	struct span name;
	struct span was; /* its name until now; p is NULL for a new one */
	uint32_t uidvalidity; /* 0: it has none */
	const char *id; /* the identifier, NULL: nothing to note */
	unsigned uses; /* of a new one */
	bool again; /* it has been called name before */
};

/*
 * Put a folder where its name is: from in dir becomes the directory to of the
 * account.  It has this UIDVALIDITY and identifier, which are remembered, the
 * UIDVALIDITY for both names; all else that is noted for its old name moves
 * along.  No other session comes between that and the name.
 * EEXIST when there is one.  ERANGE when name has had as high a UIDVALIDITY;
 * one that has been name again may have the very one that is noted, since only
 * it can have brought that.  EBUSY when another folder that exists has one of
 * the uses; those of folders that do not are taken from them.
 */
int registry_place(struct account *a, const struct registry_entry *e, int dir,
    const char *from, const char *to);

/*
 * Take a folder away: from in the account becomes to in dir, synced.  Its name
 * keeps the UIDVALIDITY, and loses all else, before another can have it.
 */
int registry_remove(struct account *a, const struct registry_entry *e,
    const char *from, int dir, const char *to);

#endif
