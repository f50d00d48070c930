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

/* As registry_note(), and what id the folder has. */
int registry_note_id(struct account *a, struct span name, uint32_t uidvalidity,
    const char id[OBJECTID_LEN]);

/*
 * Put a folder where its name is: from in dir becomes the directory to of the
 * account, if there is none (else EEXIST).  It has this UIDVALIDITY and, if
 * that is not NULL, the identifier, which are remembered.  ERANGE when name has
 * had as high a UIDVALIDITY: no other may come between that question and the
 * name.  One that had the name before (again) may have the very UIDVALIDITY
 * that is noted: only it can have brought that.
 */
struct registry_entry {
	struct span name;
	uint32_t uidvalidity;
	const char *id;
	bool again;
};
int registry_place(struct account *a, const struct registry_entry *e, int dir,
    const char *from, const char *to);

/*
 * Give name these uses.  EBUSY when another folder that exists has one;
 * those of folders that do not are taken from them.
 */
int registry_set_uses(struct account *a, struct span name, unsigned uses);

/* name is gone: it keeps its UIDVALIDITY, and loses all else. */
int registry_forget(struct account *a, struct span name);

/*
 * What is from, or below it, is now to: uses move, and everything that
 * is not UIDVALIDITY; that is raised to what both had.  Identifiers depend on
 * it: registry_note_id() has set the new ones before.
 */
int registry_move(struct account *a, struct span from, struct span to);

#endif
