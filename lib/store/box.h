/* box.h: a mailbox from the inside, for this layer. */
#ifndef STORE_BOX_H
#define STORE_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "store/history.h"
#include "store/keywords.h"
#include "store/known.h"
#include "store/maildir.h"
#include "store/mailbox.h"
#include "store/stamp.h"
#include "store/uiddb.h"

/* Bits of message.state beside MSG_: it was copied; its file is in new. */
enum { MSG_COPIED = 1 << 8, MSG_IN_NEW = 1 << 9 };

struct mailbox {
	struct account *a;
	struct mailbox *next; /* of the account's boxes */
	struct strbuf folder;
	struct strbuf dirname;
	struct maildir md;
	struct mailbox_state state;
	bool readonly;
	bool lost; /* the folder is gone, or no longer this one */
	bool cannot_write; /* a read-only tree */

	struct message *msgs;
	size_t max;
	uint32_t maxuid; /* the highest that was ever shown */
	struct strbuf names; /* file names, each with its NUL */
	size_t dead_names; /* bytes of it that nobody needs */

	struct kwset keywords;
	struct keywords_found keywords_found; /* by the last load */

	struct uiddb db;
	struct stamp cur_stamp, new_stamp, db_stamp, keywords_stamp;

	uint32_t own_first, own_last; /* UIDs our own appends were given */
	int64_t quota_bytes, quota_messages; /* not recorded yet */
	struct maildir trash; /* while expunging into it */
	struct watch *watch;
	struct history history;
	struct known known;
};

/* The file name of msgs[i]; as a string; valid until the next change. */
const char *box_name(const struct mailbox *m, size_t i);

/* Give msgs[i] the name, in place if it fits. */
void box_set_name(struct mailbox *m, size_t i, struct span name);

/* Append a name to the heap; its offset. */
uint32_t box_add_name(struct mailbox *m, struct span name);

/* Whether msgs[i] is still there. */
bool box_is_live(const struct mailbox *m, size_t i);

/* The next mod-sequence: greater than any before, and the time if it can. */
uint64_t box_modseq(struct mailbox *m);

/* msgs[i] is gone. */
void box_set_gone(struct mailbox *m, size_t i);

/* Whether the tree, not the session, forbids to write: errno says so. */
bool box_is_unwritable(int error);

/* We have changed cur, or the keywords; to be called soon after. */
void box_own_cur(struct mailbox *m);
void box_own_keywords(struct mailbox *m);

/*
 * The file of message i was not found under its name: look through cur.
 * 0 when it has another name now; -1 with ESTALE when it is gone.
 */
int box_relocate(struct mailbox *m, size_t i);

/* The mailbox of the account that shows this folder, or NULL. */
struct mailbox *box_of(const struct account *a, struct span folder);

/* Record what store has changed for the quota. */
void box_record_quota(struct mailbox *m);

/* Room for n more in msgs. */
void box_make_room(struct mailbox *m, size_t n);

/* A message that this session has put into the folder itself. */
struct box_arrival {
	uint32_t uid;
	struct span name;
	struct kwlist keywords; /* numbers in kw, which may be the mailbox's */
	const struct kwset *kw;
};

/*
 * The session has put v[0..n-1] into the folder, under its lock, which is
 * still held; was and now are courierimapuiddb before and after.  If m knew
 * all that was there before they are its messages now, in O(n); else the
 * next look finds them.  They are \Recent.
 */
void box_arrive(struct mailbox *m, const struct box_arrival *v, size_t n,
    const struct uiddb *was, const struct uiddb *now);

#endif
