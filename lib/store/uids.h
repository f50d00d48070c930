/* uids.h: give UIDs to what a scan has found, and store them. */
#ifndef STORE_UIDS_H
#define STORE_UIDS_H

#include <stdbool.h>

#include "store/scan.h"

/*
 * Give a UID to every file that was seen and has none, and bring
 * courierimapuiddb up to date.  loaded: s->stored is filled in.  On failure
 * what has no stored UID is as if it had not been seen.
 * Afterwards s->found is in the order of UIDs, and no longer that of the
 * table's numbers.
 */
int uids_store(struct scan *s, bool loaded);

/* Number all that was seen for this session only. */
void uids_of_session(struct scan *s);

/* Whether a file was seen that has no UID. */
bool uids_are_lacking(const struct scan *s);

#endif
