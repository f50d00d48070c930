/* sort_parse.h: the arguments of SORT and THREAD (RFC 5256 section 5). */
#ifndef IMAP_SORT_PARSE_H
#define IMAP_SORT_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "imap/search_parse.h"
#include "store/sorted.h"

struct sort_args {
	struct search_args search;
	/* without the criteria that come again, which decide nothing */
	struct sorted_order order;
};

/*
 * What follows "SORT", all of it: [search-return-opts] SP sort-criteria SP
 * search-criteria (RFC 5256, RFC 5267).  now is that of p_search_args().
 */
bool p_sort_args(
    struct arena *a, struct span *in, int64_t now, struct sort_args *out);

enum thread_alg { THREAD_ORDEREDSUBJECT, THREAD_REFERENCES, THREAD_UNKNOWN };

struct thread_args {
	struct search_args search;
	enum thread_alg alg;
};

/* What follows "THREAD", all of it: SP thread-alg SP search-criteria. */
bool p_thread_args(
    struct arena *a, struct span *in, int64_t now, struct thread_args *out);

#endif
