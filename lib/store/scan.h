/* scan.h: which files a folder has, against what is known. */
#ifndef STORE_SCAN_H
#define STORE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/box.h"
#include "store/bases.h"
#include "store/order.h"

/* A base that is no message of the mailbox yet. */
struct found {
	uint32_t name; /* in the scan's heap, with a NUL */
	uint32_t hash; /* of its base */
	uint32_t uid; /* of courierimapuiddb, or given now; 0: none yet */
	uint32_t order; /* its line there */
	uint32_t place; /* in scan.order.listed, from 1 on; 0: none */
	uint16_t flags; /* as a row has them */
	uint8_t len; /* of its base */
	uint8_t kept; /* what a row has of its name: the base, or all */
	uint8_t seen; /* the last pass in which its file was there; 0: never */
	bool in_new; /* not moved: a tree that cannot be written */
	bool recent; /* this scan has given it its UID */
};

/*
 * Numbers in the table: below count they are messages (rows), from there on
 * the index of a struct found plus that count.
 */
struct scan {
	struct mailbox *m;
	struct strbuf names;
	int64_t now; /* the file system's time */
	bool whole; /* every message is in the table, when that is asked */
	bool entered; /* now */
	bool may_write; /* the lock is held */
	bool odd; /* an entry of courierimapuiddb contradicts a message */
	struct bases table;
	uint32_t count; /* of the rows when it began */
	struct found *found;
	size_t n, max;
	uint8_t *seen; /* for each message as in struct found */
	bool *stored; /* for each message: it has its entry */
	uint8_t pass;
	struct order order;
	bool messy; /* courierimapuiddb is to be written anew */
	bool complete; /* the table has those that came, for keywords */
	bool moved; /* something went from new to cur */
	bool left; /* something could not */
	struct strbuf twins; /* names whose base another file has, with NULs */
};

/*
 * whole: with the live messages in the table.  now is the time of the lock
 * that is held; 0 when there is none, and nothing may be written.
 */
void scan_init(struct scan *s, struct mailbox *m, bool whole, int64_t now);
void scan_clear(struct scan *s);

/* One that is not known; in the table too. */
struct found *scan_add(struct scan *s, struct span name);

/* The base of what it has found. */
struct span scan_base(const struct scan *s, const struct found *f);

/* The number of a base, or BASES_NONE. */
uint32_t scan_find(struct scan *s, struct span base);

/* Enter the live messages, whatever the table has had. */
void scan_enter_messages(struct scan *s);

/* An entry of courierimapuiddb; a uiddb_each. */
void scan_entry(void *arg, uint32_t uid, struct span base);

/*
 * Read cur, as often as it takes to be sure that what was not seen is not
 * there: it is gone then.  Two files of one base are made two messages.
 */
int scan_cur(struct scan *s);

/*
 * Move what is in new to cur.  What cannot be moved stays (or is shown where
 * it is, when the tree cannot be written).
 */
int scan_new(struct scan *s);

#endif
