/* arrival.h: files that become messages of a folder, with UIDs. */
#ifndef STORE_ARRIVAL_H
#define STORE_ARRIVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/span.h"
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
	bool linked; /* the bytes stood in a Maildir before */
	bool young; /* and may not be on the disk yet */
	uint32_t uid; /* out: 0 when it did not arrive */
};

struct arrival_place {
	struct account *a;
	const struct maildir *md;
	struct span folder;
	struct kwset *kw;
};

enum arrival_mode {
	ARRIVAL_ALL, /* all or none */
	ARRIVAL_EACH /* what has gone is passed over */
};

/*
 * Who delivered a message may never have synced it.  The kernel writes
 * everything within half a minute (ten, to spare a disk), so that only files
 * changed within the hour are young.
 */
bool arrival_is_young(const struct stat *st);

/*
 * Begin to write the bytes of v, and wait until they are written.  To begin
 * with all before waiting for the first is to wait once.  The bytes of linked
 * ones are safe with the next sync of a directory.
 */
void arrival_start_sync(const struct arrival *v);
int arrival_sync(const struct arrival *v);

/*
 * Give v[0..n-1] UIDs and keywords, and rename them to where they are seen, in
 * this order, everything on disk when it returns 0.  A session's own
 * mailbox of the folder is told.
 * ARRIVAL_EACH: on failure those that have a uid are there.
 */
int arrival_publish(const struct arrival_place *to, struct arrival *v, size_t n,
    enum arrival_mode mode, uint32_t *uidvalidity);

#endif
