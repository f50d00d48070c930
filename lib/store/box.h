/* box.h: a mailbox from the inside, for this layer. */
#ifndef STORE_BOX_H
#define STORE_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "store/image.h"
#include "store/index.h"
#include "store/keywords.h"
#include "store/known.h"
#include "store/lock.h"
#include "store/maildir.h"
#include "store/mailbox.h"
#include "store/stamp.h"
#include "store/uiddb.h"

/*
 * Bits of row.state beside MSG_: it has no number any more; it was copied;
 * its file is in new; something was noted of it.
 */
enum {
	MSG_FORGOTTEN = 1 << 7,
	MSG_COPIED = 1 << 8,
	MSG_IN_NEW = 1 << 9,
	MSG_NOTED = 1 << 10, /* its facts are not in the log */
	MSG_SIZED = 1 << 11 /* nor are its octets in the log's counts */
};

/* The file that the rows stand in, and how far it was read. */
struct index_link {
	int dir; /* where it is */
	int fd; /* -1: there is none that counts */
	uint64_t ino;
	uint64_t id;
	int64_t changed; /* ctime, ns; 0: after a change of ours */
	int64_t log_at, end;
	int64_t retry_ms; /* when off: when to try again; 0: never */
	bool at_end; /* until the lock goes: nothing stands behind end */
	bool off; /* in memory only */
	bool rewrite; /* to be written anew */
	bool other; /* the rows are mapped from an older one */
	bool refused; /* it was believed, and wrongly */
};

struct found; /* scan.h */

struct mailbox {
	struct account *a;
	struct mailbox *next; /* of the account's boxes */
	struct strbuf folder;
	struct strbuf dirname;
	struct maildir md;
	int caches; /* where the index is; -1: it has no place */
	struct mailbox_state state;
	bool readonly;
	bool lost; /* the folder is gone, or no longer this one */
	bool cannot_write; /* a read-only tree */
	bool first; /* no look has been finished yet */
	bool rescan; /* look into everything next time */
	bool hasty; /* a look waits for no lock */
	bool soon; /* what the first has found is written after the answer */

	struct image im;
	struct strbuf name; /* scratch of box_name() */
	struct index_state counts; /* only its counts are kept up to date */
	struct index_state written; /* as it was in the log last */
	uint32_t maxuid; /* the highest that was ever shown */
	uint32_t nchanged; /* rows that are MSG_CHANGED */
	struct numbers recent; /* first and last UIDs of what is \Recent here */
	struct numbers gone; /* rows that are MSG_GONE, not forgotten */
	struct numbers unlogged; /* UIDs that are, and not in the log */
	struct numbers noted; /* UIDs whose facts are not in the log */
	struct numbers touched; /* UIDs that changed without the lock */
	struct numbers edited; /* rows, of a batch */

	struct index_link link;
	struct strbuf log; /* the next transaction */
	struct strbuf history; /* struct gone, that no file has */
	struct numbers listed; /* rows as cur has them, after a scan */
	struct numbers set_numbers; /* the index's number of a kwset's set */
	size_t names_logged; /* of the kwset's names */
	struct lock lock;
	int locked; /* how often box_begin() was called */
	bool batch; /* rows get mod-sequences and are logged at its end */
	int64_t since_ms; /* the batch, or what was found, has the lock */
	bool renamed; /* in cur since then, and cur_stamp does not tell */
	signed char quota; /* under this lock: 1 is kept, 0 not, -1 not known */

	struct kwset keywords;
	struct keywords_found keywords_found; /* by the last load */

	struct uiddb db;
	struct stamp cur_stamp, new_stamp, db_stamp, keywords_stamp;

	uint32_t own_first, own_last; /* UIDs our own appends were given */
	int64_t quota_bytes, quota_messages; /* not recorded yet */
	struct maildir trash; /* while expunging into it */
	struct watch *watch;
	struct known known;
};

/*
 * In this layer messages have the numbers of their rows, from 0, and those
 * that are forgotten keep theirs.  mailbox.h's seq to that.
 */
uint32_t box_place(const struct mailbox *m, uint32_t seq);

/* The row, whose check is right; made anew if it is not (recover.h). */
const struct row *box_row(struct mailbox *m, uint32_t i);

/* The file name of message i; valid until the next call. */
const char *box_name(struct mailbox *m, uint32_t i);

/* Its base; valid until a name is put. */
struct span box_base(struct mailbox *m, uint32_t i);

/* The first row whose UID is at least uid; how many there are if none. */
uint32_t box_find(struct mailbox *m, uint32_t uid);

/* The same; it is quick where it is not far behind row near. */
uint32_t box_find_near(struct mailbox *m, uint32_t uid, uint32_t near);

/* Whether message i is still there. */
bool box_is_live(struct mailbox *m, uint32_t i);

/* Take these bits off row i's state, then add those. */
void box_set_state(struct mailbox *m, uint32_t i, unsigned off, unsigned on);

/* mailbox_stat_message(), and when the file was made, as fs_stat() has it. */
int box_stat(struct mailbox *m, uint32_t i, struct stat *st, int64_t *born);

/* It is \Recent in this session; UIDs ascend.  Whether it is. */
void box_set_recent(struct mailbox *m, uint32_t uid);
bool box_is_recent(const struct mailbox *m, uint32_t uid);

/* Its keywords: the number of a set of m->keywords. */
uint32_t box_keywords(struct mailbox *m, uint32_t i);

/*
 * A change of row i: box_edit() before, box_edited() after.  The row gets a
 * new mod-sequence and goes to the log.  tell: the client is to be told.
 * Under box_begin(), if the index can be written.
 */
struct row *box_edit(struct mailbox *m, uint32_t i);
void box_edited(struct mailbox *m, uint32_t i, bool tell);

/* Give message i this set of m->keywords, between those two. */
void box_put_keywords(struct mailbox *m, uint32_t i, uint32_t id);

/* The index's number for a set of m->keywords. */
uint32_t box_set_number(struct mailbox *m, uint32_t id);

/* Forget what was noted of messages that have gone since. */
void box_drop_lost(struct mailbox *m);

/*
 * What was found out about message i: INTERNALDATE or ROW_NO_DATE, octets or
 * ROW_NO_OCTETS, a place in the satchel-cache whose id is facts_id or 0.  It
 * is no change of the message.  The next transaction has what was noted;
 * box_write_facts() makes one, if need be: it takes the lock.  Octets that
 * were known may change between box_begin() and box_end() alone.
 */
void box_note_facts(
    struct mailbox *m, uint32_t i, const struct row_facts *facts);
void box_write_facts(struct mailbox *m);

/* Others have found this out; what they do not know and we do stays. */
void box_merge_facts(
    struct mailbox *m, uint32_t i, const struct row_facts *facts);

/* One more message; modseq is that of box_modseq(). */
uint32_t box_add(
    struct mailbox *m, uint32_t uid, struct span name, uint64_t modseq);
/* The same where the scan knows all of its name, which stands in names. */
uint32_t box_add_found(struct mailbox *m, const struct found *f,
    const struct strbuf *names, uint64_t modseq);
/* It is complete: goes to the log. */
void box_added(struct mailbox *m, uint32_t i);

/* Take row i into the counts, or out of them. */
void box_count(struct mailbox *m, const struct row *r, int sign);
/* Begin with nothing, and take all in. */
void box_count_anew(struct mailbox *m);

/* The next mod-sequence: greater than any before, and the time if it can. */
uint64_t box_modseq(struct mailbox *m);

/* Message i is gone; logged by the next box_end(). */
void box_set_gone(struct mailbox *m, uint32_t i);
/* The same, found in the log. */
void box_mark_gone(struct mailbox *m, uint32_t i);
void box_mark_changed(struct mailbox *m, uint32_t i);

/*
 * Changes of what the index tells happen between these, under the folder's
 * lock among ourselves; others' have been read.  They may be nested.
 * box_end() writes them.  box_begin() fails as lock_own() does; ESTALE when
 * the mailbox turns out to be lost.
 */
int box_begin(struct mailbox *m);
void box_end(struct mailbox *m);

/*
 * After a first look, with the lock: whether mailbox_release() will write what
 * was found, and drop it.
 */
bool box_hold_first(struct mailbox *m);

/* Whether the tree, not the session, forbids to write: errno says so. */
bool box_is_unwritable(int error);

/*
 * We have changed cur, or the keywords; to be called soon after.  With the
 * lock box_renamed() may be called for each of many changes of cur: the end of
 * the lock, or the next look, does it once for all.
 */
void box_own_cur(struct mailbox *m);
void box_renamed(struct mailbox *m);
void box_own_keywords(struct mailbox *m);

/*
 * The file of message i was not found under its name: look through cur.
 * 0 when it has another name now; -1 with ESTALE when it is gone.  Outside
 * box_begin() it gets its mod-sequence at the next look.
 */
int box_relocate(struct mailbox *m, uint32_t i);

/* The mailbox of the account that shows this folder, or NULL. */
struct mailbox *box_of(const struct account *a, struct span folder);

/* Record what store has changed for the quota. */
void box_record_quota(struct mailbox *m);

/*
 * Between box_edit(), which gave r, and box_edited(): its file is in cur under
 * this name.  Whether that changes its flags.
 */
bool box_put_name(
    struct mailbox *m, struct row *r, uint32_t i, struct span name);

/*
 * A mailbox of which nothing is known but what its index says; NULL when
 * there is none to be believed.  For box_arrive(), in a folder that no mailbox
 * of the session shows.  md stays the caller's.  The account keeps the last
 * one for the next call.
 */
struct mailbox *box_borrow(
    struct account *a, struct span folder, const struct maildir *md);
void box_return(struct mailbox *m);

/* A message that this session has put into the folder itself. */
struct box_arrival {
	uint32_t uid;
	struct span name;
	int64_t date; /* ROW_NO_DATE, ROW_NO_OCTETS: not known */
	uint64_t octets;
	struct mailbox *source; /* where it is a copy from, or NULL */
	uint32_t seq; /* of what is copied, there */
	uint64_t facts; /* for known_carry(); 0 */
	struct kwlist keywords; /* numbers in kw, which may be the mailbox's */
	const struct kwset *kw;
};

/*
 * The session has put v[0..n-1] into the folder, under its lock, which is
 * still held; was and now are courierimapuiddb before and after.  If m knew
 * all that was there before they are its messages now, in O(n); else the
 * next look finds them.  They are \Recent.
 */
void box_arrive(struct mailbox *m, struct box_arrival *v, size_t n,
    const struct uiddb *was, const struct uiddb *now);

#endif
