/* facts.h: satchel-cache, what has been found out about messages. */
#ifndef STORE_FACTS_H
#define STORE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "store/account.h"
#include "sys/map.h"

/* Longer blobs are not kept; what a record takes beside its blob. */
enum { FACTS_BLOB_MAX = 64 * 1024, FACTS_RECORD_LEN = 64 };

/* Octets that are not known. */
#define FACTS_UNKNOWN UINT64_MAX

/*
 * A record.  Whether it speaks of a message is told by its UID, the base of
 * its file's name (facts_base()) and the size of its file.
 */
struct facts_record {
	uint32_t uid;
	uint64_t base;
	uint64_t size; /* of the file, in bytes */
	uint64_t octets; /* with CRLF line ends, or FACTS_UNKNOWN */
	int64_t date; /* mtime of the file, seconds */
	uint32_t len; /* of the blob; not looked at by facts_add() */
	/*
	 * How many bytes at its end have checks of their own among those
	 * before: they are not looked at here.
	 */
	uint32_t loose;
	struct span blob; /* in facts_get(): valid until the next call here */
};

/* One folder's file.  All zero is one that has not been looked for. */
struct facts {
	int dir; /* the folder, borrowed */
	int tmp; /* its tmp, borrowed */
	uint32_t uidvalidity;
	int fd; /* -1: there is none */
	bool can_append;
	bool off; /* writing has failed: not tried again */
	uint64_t id; /* of the file, in its header */
	int64_t seen; /* bytes of it that facts_each() has been over */
	int64_t size; /* when it was last looked at */
	struct map map;
	int64_t ahead; /* where the pages end that were last asked for */
	int64_t step; /* how long they are */
	struct strbuf batch; /* records that are to be written */
};

/* What stands for the base of a file name (flags.h) in a record. */
uint64_t facts_base(struct span base);

/*
 * Open satchel-cache in dir, or make ready for making it.  A file that
 * belongs to somebody else, or that others may write to, is left alone: what
 * is in it goes to clients as it is.
 */
void facts_open(struct facts *f, int dir, int tmp, uint32_t uidvalidity);
void facts_close(struct facts *f);

/*
 * Whether offsets are still of the same file; false when it was replaced:
 * then it has been opened anew and facts_each() begins at its front.
 */
bool facts_look(struct facts *f);

/*
 * Call each for all records that have come since the last time, in the order
 * of the file; their blobs are not checked and not given.
 */
typedef void facts_found(
    void *arg, int64_t offset, const struct facts_record *r);
void facts_each(struct facts *f, facts_found *each, void *arg);

/*
 * The record at an offset, checked; false when there is none that is whole.
 * An offset of 0 never is one.
 */
bool facts_get(struct facts *f, int64_t offset, struct facts_record *r);

/* The same, but the blob is not looked at and not given. */
bool facts_head(struct facts *f, int64_t offset, struct facts_record *r);

/* All that is in the file now is known: facts_each() begins behind it. */
void facts_skip(struct facts *f);

/*
 * Keep a record for facts_flush(); the file is made if there is none.
 * Nothing when writing is off.  a is for names in tmp.
 */
void facts_add(
    struct facts *f, struct account *a, const struct facts_record *r);

/*
 * Append what was added, and call each with every record's offset.  What
 * cannot be written (no space) is dropped, and writing is off from then on.
 * It is dropped, too, when the file has been replaced since facts_look(); the
 * blobs that facts_get() has given can be read all the same.
 */
void facts_flush(struct facts *f, facts_found *each, void *arg);

/* Whether reading and writing have taken memory; give it back. */
bool facts_is_large(const struct facts *f);
void facts_rest(struct facts *f);

/*
 * Put a new file in the place of this one, with the n records at these
 * offsets alone; those that are damaged are left out.  facts_look() is false
 * then, here and in other sessions.
 */
void facts_rewrite(
    struct facts *f, struct account *a, const int64_t *offsets, size_t n);

#endif
