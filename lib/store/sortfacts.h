/* sortfacts.h: what SORT and THREAD compare, of the messages of a mailbox. */
#ifndef STORE_SORTFACTS_H
#define STORE_SORTFACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "msg/sortkeys.h"
#include "store/mailbox.h"
#include "store/search.h"

/* For one command.  Set the first three; all else is zero at the start. */
struct sortfacts {
	struct mailbox *m;
	search_make *make; /* as for search_by(), never NULL */
	void *arg;
	struct strbuf out; /* a brief with a new piece in it */
};

/*
 * The keys of message seq, out of its brief, or read and kept there.  A
 * message without a date has that of its arrival then.  Views are valid until
 * the next call.  The keys of a message that cannot be read are empty.
 */
void sortfacts_get(struct sortfacts *f, uint32_t seq, struct sortkeys *out);

/* INTERNALDATE and RFC822.SIZE; 0 for a message that is gone. */
int64_t sortfacts_arrival(struct sortfacts *f, uint32_t seq);
uint64_t sortfacts_size(struct sortfacts *f, uint32_t seq);

/* What was read is kept, memory is given back. */
void sortfacts_end(struct sortfacts *f);

#endif
