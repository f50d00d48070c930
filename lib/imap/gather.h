/* gather.h: a message is read once, and all that is found is kept. */
#ifndef IMAP_GATHER_H
#define IMAP_GATHER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "imap/memo.h"
#include "msg/brief.h"
#include "msg/excerpt.h"
#include "msg/structure.h"
#include "store/search.h"
#include "sys/wr.h"

/* For the messages of one command.  All zero is ready. */
struct gather {
	bool body; /* BODY is wanted, not only BODYSTRUCTURE: few clients ask */
	/*
	 * What SORT and THREAD compare is wanted: not for clients who use
	 * neither, for it is a sixth of the work for a header.
	 */
	bool sort;
	struct span sorted; /* the piece that there is, if it is to be kept */
	struct excerpt excerpt;
	struct wr *w; /* prints into memory; NULL before the first */
	struct strbuf head, parts, keys, out;
	struct arena arena; /* of gather_search() */
};

/*
 * structure_read(), or the same for the header alone, by the memo if that is
 * not NULL.  *fresh tells that the file was read, and that gather_put() may
 * follow.  -1 with errno.
 */
struct gather_file {
	int fd;
	int64_t size; /* of the file */
	struct span mem; /* all of it, or p NULL */
	bool whole;
	struct memo *memo;
};
int gather_read(struct gather *g, struct arena *a,
    const struct gather_file *file, const struct part **root, bool *fresh);

/*
 * The brief of what was read: without what needs the whole tree if that was
 * not asked for, and without what is too large.  Valid until the next call.
 */
struct span gather_put(
    struct gather *g, struct arena *a, const struct part *root, bool whole);

/* Begin to print into memory (sys/wr.h); what was printed there is gone. */
struct wr *gather_print(struct gather *g);

/* Both, for SEARCH (store/search.h); nothing when it cannot be read. */
struct span gather_search(
    void *gather, const struct search_file *file, bool whole);

void gather_clear(struct gather *g);

#endif
