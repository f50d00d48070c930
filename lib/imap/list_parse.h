/* list_parse.h: the arguments of LIST and LSUB (RFC 9051, RFC 5258). */
#ifndef IMAP_LIST_PARSE_H
#define IMAP_LIST_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"

enum list_option {
	/* selection options */
	LIST_SUBSCRIBED = 1 << 0,
	LIST_REMOTE = 1 << 1,
	LIST_RECURSIVE = 1 << 2,
	LIST_SPECIAL_USE = 1 << 3,
	/* return options */
	LIST_RETURN_SUBSCRIBED = 1 << 4,
	LIST_RETURN_CHILDREN = 1 << 5,
	LIST_RETURN_SPECIAL_USE = 1 << 6,
	LIST_RETURN_STATUS = 1 << 7,
	/* it had one of RFC 5258's forms: \NonExistent may be used */
	LIST_EXTENDED = 1 << 8,
};

struct list_args {
	unsigned options;
	unsigned status; /* enum status_item, with LIST_RETURN_STATUS */
	struct span reference;
	struct span *patterns;
	size_t npatterns;
};

/* What follows "LIST"; the whole of it.  Names are as on the wire. */
bool p_list(struct arena *a, struct span in, struct list_args *out);

/* What follows "LSUB". */
bool p_lsub(struct arena *a, struct span in, struct list_args *out);

#endif
