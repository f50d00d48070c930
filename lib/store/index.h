/* index.h: the file satchel-index, its parts and its checks. */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "store/stamp.h"

/* satchel-index(5) has the words for all of these. */

enum {
	INDEX_VERSION = 1,
	ROW_ODD = 1 << 15, /* of row.flags: the name is all of the file's */
	ROW_CHECKED = 60 /* bytes that row.check covers */
};

static const uint64_t INDEX_MODSEQ_MAX = (uint64_t)1 << 62;

/* What is not known yet. */
static const int64_t ROW_NO_DATE = INT64_MIN;
static const uint64_t ROW_NO_OCTETS = UINT64_MAX;

/* A message. */
struct row {
	uint64_t modseq; /* RFC 7162 */
	int64_t date; /* INTERNALDATE, seconds */
	uint64_t octets; /* RFC822.SIZE */
	uint64_t facts; /* where they stand in satchel-cache; 0: nowhere */
	uint32_t uid;
	uint32_t saved; /* SAVEDATE, seconds; 0: not known */
	uint32_t name; /* where it stands in the heap of names */
	uint32_t hash; /* of its base */
	uint32_t keywords; /* number of a set of the index; 0: none */
	uint16_t flags; /* of FLAGS_STORED, and ROW_ODD */
	uint8_t namelen;
	uint8_t spare;
	uint16_t state; /* of one session; 0 in a file */
	uint16_t spare2;
	uint32_t check;
};

/*
 * Where a row stands in the order in which cur was listed.  The names have
 * this order, too.
 */
struct place {
	uint32_t row;
	uint32_t hash; /* these as in the row when it was written */
	uint16_t flags;
	uint8_t namelen;
	uint8_t spare;
};

/* What is true after a change: all of SELECT's and STATUS's answers. */
struct index_state {
	uint64_t highestmodseq;
	uint64_t cut; /* expunges up to here are forgotten */
	int64_t time; /* of writing, microseconds */
	uint32_t uidvalidity;
	uint32_t uidnext;
	uint32_t maxuid; /* the highest that was ever shown */
	uint32_t messages;
	uint32_t unseen;
	uint32_t deleted;
	uint32_t first_unseen; /* no message with a lower UID is unseen */
	uint32_t unsized; /* messages whose octets are not known */
	uint64_t octets; /* of the others */
	uint64_t facts_id; /* of the satchel-cache that rows point into */
	uint64_t db_ino; /* courierimapuiddb as it was read */
	int64_t db_len;
	uint32_t db_uidnext;
	uint32_t db_entries;
	uint32_t db_neat;
	uint32_t orphans; /* keywords_found */
	uint64_t step;
	struct stamp cur, new, db, keywords;
	uint64_t check;
};

struct index_head {
	char magic[8];
	uint32_t version;
	uint32_t order; /* INDEX_ORDER: of the machine's bytes */
	uint64_t id;
	uint64_t ino; /* the file's own: a copy is not taken for it */
	uint32_t rows;
	uint32_t gone; /* expunges in the history */
	uint64_t names_len; /* the heap follows the header */
	uint64_t sets_at, sets_len; /* records */
	uint64_t sets_check;
	uint64_t gone_at;
	uint64_t gone_check;
	uint64_t rows_at;
	uint64_t log_at;
	struct index_state state;
	uint64_t check;
};

/* An expunge. */
struct gone {
	uint64_t modseq;
	uint32_t uid;
	uint32_t spare;
};

/* --- rows and heads -------------------------------------------------- */

/* The places, behind the history: a check, then one for each row. */
uint64_t index_places_at(const struct index_head *h);
size_t index_places_len(uint32_t rows);

uint32_t row_check(const struct row *r, uint64_t id);

/* Seal for writing. */
void index_seal_state(struct index_state *s, uint64_t id);
void index_seal_head(struct index_head *h);

/*
 * Read the header of the file fd, of which st tells.  EBADMSG when it is
 * none, of another version, damaged, or not where it was written.
 */
int index_read_head(int fd, const struct stat *st, struct index_head *out);

/* --- the log --------------------------------------------------------- */

enum record_type {
	REC_ADD = 1, /* struct row, then its name */
	REC_ROW, /* struct row_change, then the name if that is odd */
	REC_GONE, /* struct gone */
	REC_SET, /* set number uid: keywords, an LF behind each */
	REC_FACTS, /* struct row_facts */
	REC_STATE /* struct index_state; the last of its transaction */
};

struct row_change {
	uint64_t modseq;
	uint32_t keywords;
	uint16_t flags;
	uint8_t namelen;
	uint8_t spare;
};

struct row_facts {
	int64_t date;
	uint64_t octets;
	uint64_t facts;
	uint64_t saved;
};

struct record {
	enum record_type type;
	uint32_t uid;
	struct span body; /* with up to 7 bytes of padding */
};

/* Append a record: fixed, then tail. */
void index_put(struct strbuf *log, enum record_type type, uint32_t uid,
    struct span fixed, struct span tail);

/* Take one off the front; false at the end, or at nonsense. */
bool index_record(struct span *in, struct record *out);

/* Append an empty transaction; what is put behind it is made its content. */
void index_begin(struct strbuf *log);
void index_seal(struct strbuf *log, uint64_t id, int64_t at);

/*
 * Take the transaction that stands at offset at off the front; false when
 * there is none that is whole.
 */
bool index_transaction(
    struct span *in, uint64_t id, int64_t at, struct span *records);

/* --- STATUS ---------------------------------------------------------- */

/*
 * The state that the index below dir has now: two reads and no mapping.
 * ENOENT, EBADMSG.  Whether it is still true is to be seen by its stamps.
 */
int index_peek(int dir, struct index_state *out);

extern const char index_name[];

#endif
