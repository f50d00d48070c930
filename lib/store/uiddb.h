/* uiddb.h: courierimapuiddb, which message has which UID. */
#ifndef STORE_UIDDB_H
#define STORE_UIDDB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "store/account.h"

/* What is known of the file. */
struct uiddb {
	uint32_t uidvalidity; /* 0: there is no file that counts */
	uint32_t uidnext;
	uint32_t entries; /* lines, those without a file too */
	bool neat; /* can be appended to, and has nothing to repair */
	uint64_t ino;
	int64_t len;
};

/* One entry.  base is valid during the call. */
typedef void uiddb_each(void *arg, uint32_t uid, struct span base);

/*
 * Read text, the content of such a file, or what was appended to it when
 * db->uidvalidity is not 0 already.  uidnext is above every uid that is seen.
 * UIDs and bases that stand there twice are for the caller to find, who then
 * has it rewritten.
 */
void uiddb_parse(
    struct span text, struct uiddb *db, uiddb_each *each, void *arg);

/*
 * Read the file below dir; no file is no error (uidvalidity is 0 then).
 * Returns -1 and leaves *db alone when it is there and cannot be read.
 */
int uiddb_load(int dir, struct uiddb *db, uiddb_each *each, void *arg);

/*
 * Read its first line only.  entries is 0 then; neat tells whether the
 * first and the last line allow appending.
 */
int uiddb_head(int dir, struct uiddb *db);

/* Append an entry's line to *lines. */
void uiddb_put(struct strbuf *lines, uint32_t uid, struct span base);

/*
 * Add n lines to the file that db tells of; db->uidnext is above their UIDs.
 * Under the folder's lock.  They are on disk when it returns 0; db then
 * tells of the file as it is.  EBADMSG when it is not neat, or another file.
 */
int uiddb_append(int dir, struct uiddb *db, struct span lines, uint32_t n);

/* The place of a new file. */
struct uiddb_place {
	struct account *a;
	int dir;
	int tmp;
	uint32_t above; /* a new UIDVALIDITY is greater than this */
	uint32_t skip; /* UIDs that uiddb_give() leaves out before its own */
	bool begun; /* EAGAIN where no UID was given yet, or none is left */
	bool unsynced; /* what uiddb_replace() makes need not be on disk yet */
	bool first; /* uiddb_replace() fails where there is one already */
};

/*
 * Put a file with these n lines in the place of the old one.  Under the
 * folder's lock.  db->uidvalidity 0 makes a new one (courierimapuiddb(5)).
 * On failure the old file is there as before, and *db is untouched.
 */
int uiddb_replace(const struct uiddb_place *at, struct uiddb *db,
    struct span lines, uint32_t n);

/*
 * For messages that are on their way into the folder: give n UIDs, the last
 * of which is below now->uidnext, to bases (each followed by an LF).  Under
 * the folder's lock; on disk when it returns 0.  Does not read what is there
 * already, unless that has to be rewritten.  was and now tell of the file
 * before and after, but for the number of entries.  No file with such a base
 * may be in the folder before it returns.
 */
int uiddb_give(const struct uiddb_place *at, struct span bases, uint32_t n,
    struct uiddb *was, struct uiddb *now);

#endif
