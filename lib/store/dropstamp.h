/* dropstamp.h: whether cur is still what courierpop3dsizelist says. */
#ifndef STORE_DROPSTAMP_H
#define STORE_DROPSTAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "store/account.h"

/* The list's file and the directory cur, as they were when they agreed. */
struct dropstamp {
	struct stat list;
	struct stat cur;
	int64_t since; /* ms: reading them began then; for dropstamp_write() */
};

/*
 * Whether these are what the stamp of the Maildir dir says: the list has an
 * entry for each file of cur, and no other.  Names may have other flags.
 */
bool dropstamp_holds(int dir, const struct dropstamp *s);

/*
 * They agree: note it, unless one of them was changed so late that another
 * change could not be told.  It is a cache, and errors are no matter.
 */
void dropstamp_write(struct account *a, int tmp, const struct dropstamp *s);

#endif
