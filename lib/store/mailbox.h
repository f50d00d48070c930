/* mailbox.h: a folder as a numbered sequence of messages. */
#ifndef STORE_MAILBOX_H
#define STORE_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/span.h"
#include "store/account.h"
#include "store/flags.h"

/*
 * The messages of a folder in the order of their UIDs.  Numbers (seq) are
 * 1-based positions and change only in mailbox_forget(): between, a message
 * that is gone keeps its place, and new ones come at the end.  So a session
 * tells its client of changes when the protocol lets it:
 *
 *	mailbox_sync()		looks at the disk
 *	MSG_CHANGED		flags differ from what was reported
 *	MSG_GONE		the file is gone
 *	count > reported	new messages
 */
enum { MSG_CHANGED = 1 << 0, MSG_GONE = 1 << 1 };

struct message {
	uint32_t uid;
	uint32_t keywords; /* number of a keyword set; 0 is the empty set */
	uint16_t flags; /* enum flag */
	uint16_t state; /* MSG_ */
	uint64_t modseq; /* of its last change, 1 .. 2^62 (RFC 7162) */
	/* as far as they are known: else mailbox_date(), mailbox_octets() */
	int64_t date; /* INTERNALDATE, or MESSAGE_NO_DATE */
	uint64_t octets; /* with CRLF line ends, or MESSAGE_NO_OCTETS */
};

static const int64_t MESSAGE_NO_DATE = INT64_MIN;
static const uint64_t MESSAGE_NO_OCTETS = UINT64_MAX;

struct mailbox;

struct mailbox_state {
	uint32_t count; /* messages, gone ones that are not forgotten too */
	uint32_t uidvalidity;
	uint32_t uidnext;
	/*
	 * No mod-sequence of the mailbox is greater, those of messages that
	 * have gone included; never less than it was in any session.
	 */
	uint64_t highestmodseq;
	/* false: UIDs and mod-sequences are of this session only */
	bool sticky;
	bool changed; /* some message is MSG_CHANGED or MSG_GONE */
	/*
	 * What was known is damaged: nobody can tell which message has which
	 * number.  To be opened anew; a session that is to tell of changes has
	 * to end.
	 */
	bool damaged;
	bool keywords_new; /* keywords appeared since it was last cleared */
	/*
	 * What this session has changed, or saw change just now, is to be
	 * looked at again: mailbox_sync() does so from 25 ms on.  Who waits
	 * (for a command, in IDLE) calls it once more after MAILBOX_OWED_MS.
	 */
	bool owed;
	bool held; /* by mailbox_hold(), or mailbox_open_soon() */
};

enum { MAILBOX_OWED_MS = 30, MAILBOX_HELD_MS = 2 };

/*
 * Open folder and look at it: new is emptied into cur, UIDs are assigned and
 * stored, also when readonly (EXAMINE: then \Recent is left for others as
 * far as it can be, and changes are refused with EROFS).
 * ENOENT, EINVAL, EACCES.
 */
int mailbox_open(
    struct account *a, struct span folder, bool readonly, struct mailbox **out);

/*
 * The same for a client that waits for the answer: what was found in a folder
 * that had no index is written to one after that.  Until then the folder is
 * held: mailbox_hold() and mailbox_release() are to be called.
 */
int mailbox_open_soon(
    struct account *a, struct span folder, bool readonly, struct mailbox **out);
void mailbox_close(struct mailbox *m);

struct span mailbox_folder(const struct mailbox *m);
bool mailbox_is_readonly(const struct mailbox *m);
struct mailbox_state *mailbox_state(struct mailbox *m);

/*
 * To be called when the client has been waited for: what was found to be right
 * before that is looked at again.
 */
void mailbox_resume(struct mailbox *m);

/* What is known of message seq, 1 <= seq <= count. */
struct message mailbox_message(struct mailbox *m, uint32_t seq);

/* The client has been told the flags of message seq: not MSG_CHANGED now. */
void mailbox_told(struct mailbox *m, uint32_t seq);

/* How many of messages from..to are \Recent here. */
uint32_t mailbox_recent(struct mailbox *m, uint32_t from, uint32_t to);

/* The first that is not \Seen; 0 when there is none. */
uint32_t mailbox_first_unseen(struct mailbox *m);

/*
 * The first seq whose UID is at least uid; count + 1 when there is none.
 * O(log n).
 */
uint32_t mailbox_seq(struct mailbox *m, uint32_t uid);

/*
 * Look at the disk if anything there may have changed (a few stat calls when
 * not).  ENOENT when the folder itself has gone, or has another UIDVALIDITY:
 * then all are MSG_GONE, and it stays so.  Messages whose UIDs cannot be
 * stored (no space) are no error; they are shown when it can be done.
 */
int mailbox_sync(struct mailbox *m);

/*
 * The same without waiting: EBUSY when it would need a lock that somebody
 * holds.  What was due stays so.  For when nobody has asked for a look (IDLE,
 * or what is owed), so that the client's next line is not kept waiting.
 */
int mailbox_try_sync(struct mailbox *m);

/*
 * Drop the messages that are gone: each(arg, seq, uid) for every one, in the
 * numbering at its turn (RFC 9051 7.5.1).  Only messages 1..upto are told
 * of, later ones were never announced.  Returns how many of 1..upto stay.
 */
typedef void mailbox_gone(void *arg, uint32_t seq, uint32_t uid);
uint32_t mailbox_forget(
    struct mailbox *m, uint32_t upto, mailbox_gone *each, void *arg);

/*
 * The file of a message, for reading.  Follows it when it was renamed
 * meanwhile; ESTALE when it is gone (MSG_GONE is then set).  st may be NULL.
 * mtime is the INTERNALDATE.
 */
int mailbox_open_message(struct mailbox *m, uint32_t seq, struct stat *st);
int mailbox_stat_message(struct mailbox *m, uint32_t seq, struct stat *st);

/* --- history, and what never changes --------------------------------- */

/*
 * The UIDs of messages that went after mod-sequence since, in ranges that
 * ascend and do not touch; no message that is there is in them.  False, and
 * each is not called, when nobody knows: history does not reach back so far,
 * or since is above highestmodseq (it was lost).  Then everything that is no
 * message may have gone, and in the latter case all may have changed.
 */
typedef void mailbox_uids(void *arg, uint32_t first, uint32_t last);
bool mailbox_vanished(
    struct mailbox *m, uint64_t since, mailbox_uids *each, void *arg);

/* When message seq was put into this folder (RFC 8514); -1: not known. */
int64_t mailbox_saved(struct mailbox *m, uint32_t seq);

/*
 * The identifier of the content of message seq, its copies' too, and of a
 * folder that has this UIDVALIDITY (RFC 8474); NUL at the end.  The latter
 * is -1 with errno when satchel-folders cannot be read.
 */
enum { MAILBOX_OBJECTID_LEN = 25 };
void mailbox_emailid(
    struct mailbox *m, uint32_t seq, char out[MAILBOX_OBJECTID_LEN + 1]);
int mailbox_id(struct account *a, struct span folder, uint32_t uidvalidity,
    char out[MAILBOX_OBJECTID_LEN + 1]);

/* --- what was found out ----------------------------------------------- */

/*
 * Facts are what somebody has found out about a message by reading it
 * (msg/brief.h), kept in satchel-cache(5) for this session and all others.
 * They are a cache: what was kept may be missing at the next call.
 */

/*
 * The facts of message seq, or nothing; pieces of a brief are to be checked by
 * who uses them (brief_parse()).  Valid until it is called again, the
 * mailbox is synced, or mailbox_facts_end().
 */
struct span mailbox_facts(struct mailbox *m, uint32_t seq);

/*
 * Keep facts of message seq, found in the file that st describes, in place of
 * those that there are.  It may be a while until mailbox_facts() has them.
 */
void mailbox_keep_facts(
    struct mailbox *m, uint32_t seq, const struct stat *st, struct span facts);

/* Its length with CRLF line ends, if that is known. */
bool mailbox_octets(struct mailbox *m, uint32_t seq, uint64_t *octets);
void mailbox_keep_octets(
    struct mailbox *m, uint32_t seq, const struct stat *st, uint64_t octets);

/* Its INTERNALDATE, if that is known without a look at the file. */
bool mailbox_date(struct mailbox *m, uint32_t seq, int64_t *date);

/*
 * To be called at the end of a command that has used any of these: what is to
 * be kept is written.
 */
void mailbox_facts_end(struct mailbox *m);

/*
 * Whether memory for reading facts is kept for the next command, as
 * mailbox_facts_end() leaves it; give it back: for a session that is going to
 * wait.
 */
bool mailbox_is_large(const struct mailbox *m);
void mailbox_rest(struct mailbox *m);

/* --- keywords -------------------------------------------------------- */

/* How many names there are, and the name of number k (0-based). */
uint32_t mailbox_keyword_count(const struct mailbox *m);
struct span mailbox_keyword(const struct mailbox *m, uint32_t k);

/* The number of a name, compared without case; with add made if it is new. */
bool mailbox_keyword_find(
    struct mailbox *m, struct span name, bool add, uint32_t *k);

/* The numbers in set number id, ascending. */
const uint32_t *mailbox_keyword_set(
    const struct mailbox *m, uint32_t id, size_t *n);

/* --- changes --------------------------------------------------------- */

enum flag_op { FLAG_SET, FLAG_ADD, FLAG_REMOVE };

struct flag_change {
	enum flag_op op;
	unsigned flags; /* of FLAGS_STORED */
	const uint32_t *keywords; /* numbers in this mailbox, ascending */
	size_t nkeywords;
	bool conditional; /* only if its modseq is at most this: */
	uint64_t unchanged_since;
};

/*
 * Change one message: renames its file, writes its keywords.  *changed tells
 * whether anything did; it has a new modseq then, above all that were given
 * before, and what others have changed with lower ones is known (MSG_CHANGED,
 * MSG_GONE).  MSG_CHANGED is not set for it: the caller knows.
 * Between mailbox_begin() and mailbox_end() the latter gives the last modseq.
 * ESTALE when it is gone, EROFS, EDQUOT (undeleting needs room), ECANCELED
 * when the condition fails.
 */
int mailbox_store(struct mailbox *m, uint32_t seq,
    const struct flag_change *change, bool *changed);

/*
 * Many changes, of one command: between these the folder stays locked for
 * our sessions, and the index is written once.  Not while waiting for the
 * client.  mailbox_begin() may fail, then mailbox_end() is not to be called:
 * EROFS, EINTR.
 */
int mailbox_begin(struct mailbox *m);
void mailbox_end(struct mailbox *m);

/*
 * In place of mailbox_end(), for a client that may send the next change at
 * once and was not told of mod-sequences: the folder stays locked, so that a
 * burst of changes takes one lock and writes the index once.  It is for some
 * milliseconds only: to be called again before each command, while it holds.
 * mailbox_release() ends it, and is to be called when no whole command has
 * come for MAILBOX_HELD_MS (or a tick of the kernel's clock: rd_lively()),
 * before waiting for a client that does not read, and before anything else is
 * done with the account but mailbox_begin().  Without mailbox_hold() it does
 * nothing.
 */
void mailbox_hold(struct mailbox *m);
void mailbox_release(struct mailbox *m);

/*
 * Remove message seq if it is \Deleted on disk (or move it to Trash, see
 * store_conf); MSG_GONE is then set.  EROFS.
 */
int mailbox_expunge(struct mailbox *m, uint32_t seq);

/* After a run of mailbox_expunge(): quota, directory sync as far as due. */
int mailbox_expunge_end(struct mailbox *m);

/* The session has copied it: expunging it does not keep it in Trash. */
void mailbox_note_copied(struct mailbox *m, uint32_t seq);

/* --- watching -------------------------------------------------------- */

/*
 * A descriptor that becomes readable when the folder may have changed, or -1
 * when only polling is left.  Made at the first call, owned by the mailbox.
 * mailbox_watch_drain() makes it unreadable again.
 */
int mailbox_watch(struct mailbox *m);
void mailbox_watch_drain(struct mailbox *m);

/* --- folders that are not selected ----------------------------------- */

struct mailbox_status {
	uint32_t messages;
	uint32_t recent;
	uint32_t unseen;
	uint32_t deleted;
	uint64_t deleted_bytes; /* of their files */
	uint32_t uidnext;
	uint32_t uidvalidity;
	/* 0: none can be kept; else see mailbox_highest() */
	uint64_t highestmodseq;
	uint64_t size; /* octets with CRLF; only when asked for: reads them */
};

/*
 * Moves no file out of new (satchel-maildir(7)), gives no UIDs, but makes a
 * UIDVALIDITY that is shown last.  ENOENT, EINVAL.
 */
int mailbox_status(struct account *a, struct span folder, bool want_size,
    struct mailbox_status *out);

/* Before and after that is asked of many folders: each costs less then. */
void mailbox_status_begin(struct account *a);
void mailbox_status_end(struct account *a);

/*
 * HIGHESTMODSEQ of such a folder, as far as it is known: a later look at it
 * gives no lower one.  Never fails: the worst that it can say is the time.
 */
uint64_t mailbox_highest(struct account *a, struct span folder);

#endif
