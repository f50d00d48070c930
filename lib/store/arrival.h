/* arrival.h: files that become messages of a folder, with UIDs. */
#ifndef STORE_ARRIVAL_H
#define STORE_ARRIVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/span.h"
#include "store/index.h"
#include "store/kwset.h"
#include "store/maildir.h"

struct arrival {
	int fromdir; /* where the file is */
	const char *from;
	struct span base; /* its new one */
	struct span old_name; /* whose other letters it keeps, or empty */
	unsigned flags;
	uint32_t keywords; /* a set of the place's kw */
	uint64_t size;
	int64_t date; /* INTERNALDATE, or ROW_NO_DATE */
	uint64_t octets; /* with CRLF, or ROW_NO_OCTETS */
	bool linked; /* the bytes stood in a Maildir before */
	bool young; /* and may not be on the disk yet */
	bool stays; /* it gets another name, and keeps this one */
	uint32_t seq; /* in the place's source */
	uint32_t uid; /* out: 0 when it did not arrive */
};

struct arrival_place {
	struct account *a;
	const struct maildir *md;
	struct span folder;
	struct kwset *kw;
	struct mailbox *source; /* they are copies of its messages, by seq */
};

/*
 * Who delivered a message may never have synced it.  The kernel writes
 * everything within half a minute (ten, to spare a disk), so that only files
 * written within the hour are young.  A change of flags or a link moves ctime
 * as well; then it tells when the file was made, since a message is not
 * written to any more when it has been delivered.  As fs_stat() has it.
 */
bool arrival_is_young(const struct stat *st, int64_t born);

enum arrival_mode {
	ARRIVAL_ALL, /* all or none */
	ARRIVAL_EACH /* what has gone is passed over */
};

/*
 * Make v->from in v->fromdir a copy of the file name of dir, with its mtime:
 * a link where that is allowed and possible, which v->linked tells.
 */
int arrival_copy(struct arrival *v, bool link, int dir, const char *name);

/*
 * Wait until the bytes of v[0..n-1] are written; those of linked ones are
 * safe with the next sync of a directory.  ENOENT: a file is not there any
 * more; ARRIVAL_EACH passes over it.
 */
int arrival_sync(const struct arrival *v, size_t n, enum arrival_mode mode);

/*
 * Give v[0..n-1] UIDs and keywords, and rename (or link) them to where they are
 * seen, in this order, everything on disk when it returns 0.  A session's own
 * mailbox of the folder is told.
 * ARRIVAL_EACH: on failure those that have a uid are there.
 */
int arrival_publish(const struct arrival_place *to, struct arrival *v, size_t n,
    enum arrival_mode mode, uint32_t *uidvalidity);

#endif
