/* sizelist.h: courierpop3dsizelist, what POP3 knows of the INBOX. */
#ifndef STORE_SIZELIST_H
#define STORE_SIZELIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/strbuf.h"

/* All 0: there is no list, or none that says anything. */
struct sizelist {
	uint32_t nextuid; /* for the next message that is new */
	uint32_t uidv; /* and its euidv: when the list was first made */
	bool neat; /* it is of the version that is written */
};

struct sizelist_entry {
	struct span name; /* in cur, with its info */
	uint64_t octets;
	uint32_t uid; /* 0: the base is the UIDL */
	uint32_t euidv; /* 0: not in the UIDL */
	bool utf8; /* 8-bit bytes in a header */
	bool exact; /* octets and utf8 are of our own counting */
};

/*
 * Read the list; entries in the order of their lines, those that are none
 * passed over.  nextuid is above every uid of the header's uidv.
 */
typedef void sizelist_each(void *arg, const struct sizelist_entry *e);
void sizelist_parse(
    struct span text, struct sizelist *l, sizelist_each *each, void *arg);

/* Whether it can be the name in an entry. */
bool sizelist_is_name(struct span name);

/* Append the header, an entry. */
void sizelist_put_head(struct strbuf *out, const struct sizelist *l);
void sizelist_put(struct strbuf *out, const struct sizelist_entry *e);

#endif
