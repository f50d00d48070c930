/* replay.h: an index read into memory. */
#ifndef STORE_REPLAY_H
#define STORE_REPLAY_H

#include <stdint.h>

#include "base/span.h"
#include "store/box.h"

/* An index as its file has it. */
struct replay {
	struct image im;
	struct index_state state;
	struct index_link link;
};

/*
 * Map the index of m and apply its log.  -1 when there is none or it cannot
 * be believed; *r is cleared then.
 */
int replay_load(struct mailbox *m, struct replay *r);

/*
 * Apply what follows m->link.end in the file to m, and tell the client of it.
 * EBADMSG when something stands there that is nothing (yet).
 */
int replay_tail(struct mailbox *m, int64_t size);

/* m's state is the index's now. */
void replay_take_state(struct mailbox *m, const struct index_state *s);

/*
 * Append the expunges (struct gone) that the file remembers, oldest first.
 * EBADMSG when it is damaged; *out is as it was then.
 */
int replay_history(const struct index_link *link, struct strbuf *out);

#endif
