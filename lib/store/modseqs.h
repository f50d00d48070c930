/* modseqs.h: mod-sequences that begin anew. */
#ifndef STORE_MODSEQS_H
#define STORE_MODSEQS_H

#include "store/box.h"

/*
 * Nobody knows what was given before: raise HIGHESTMODSEQ above all that
 * anybody can have been told, and forget all expunges up to there.
 */
void modseqs_begin(struct mailbox *m);

#endif
