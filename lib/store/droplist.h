/* droplist.h: a maildrop out of courierpop3dsizelist alone. */
#ifndef STORE_DROPLIST_H
#define STORE_DROPLIST_H

#include "store/drop.h"

/*
 * Fill the maildrop, which is empty, without reading cur, when the list is
 * known to say what is there (dropstamp.h).  Its names stay in the list's
 * file: drop_name() reads one when it is asked for.  False, and the maildrop
 * is empty, when cur must be read.
 */
bool droplist_take(struct maildrop *d);

/*
 * Bring the names to memory, with their table, before anything looks for one.
 * A list that was written over meanwhile gives wrong ones; then the files are
 * not found.
 */
void droplist_load_names(struct maildrop *d);

/* The name of msgs[i], one of those that stand in the file. */
const char *droplist_name(const struct maildrop *d, size_t i);

/* Whether it was filled so, and names have not been brought to memory yet. */
bool droplist_is_open(const struct maildrop *d);

/* Forget the file, if it is open. */
void droplist_close(struct maildrop *d);

#endif
