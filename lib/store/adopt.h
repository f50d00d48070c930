/* adopt.h: from the rows of one index file to those of the next. */
#ifndef STORE_ADOPT_H
#define STORE_ADOPT_H

#include <stdbool.h>

#include "store/box.h"

/*
 * Make m's messages what the rows of im say, by UID: the client will be told
 * of what has changed, is gone or new.  m's keyword sets have the numbers of
 * im's then.  maxuid: the highest UID that was known when im was written.
 * False when im has messages that this session cannot show, having told its
 * client that they are gone, or UIDs above theirs; or when it knows more.
 */
bool adopt_changes(struct mailbox *m, const struct image *im, uint32_t maxuid);

/* When they do not agree: the next index is to have what this session has. */
void adopt_refuse(struct mailbox *m);

/*
 * The rows of im take the place of m's, if they are the same messages and
 * none is gone that the client knows: what was private memory is given
 * back.  False, and *im is the caller's still, when they cannot.
 */
bool adopt_rows(struct mailbox *m, struct image *im);

/* After m->im.sets has changed: the way back from the kwset's numbers. */
void adopt_number_sets(struct mailbox *m);

#endif
