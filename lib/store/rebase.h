/* rebase.h: an index written anew. */
#ifndef STORE_REBASE_H
#define STORE_REBASE_H

#include "store/box.h"

/*
 * Write all that m knows to a new file, which takes the place of the old one,
 * with state (not sealed) in it and the expunges that are still remembered.
 * Under the lock.  m->link is the new file then; m->im is not mapped from it.
 */
int rebase_write(struct mailbox *m, const struct index_state *state);

/* Append the record of the index's set number. */
void rebase_put_set(
    const struct mailbox *m, uint32_t number, struct strbuf *log);

#endif
