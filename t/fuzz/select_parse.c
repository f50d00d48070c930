/* select_parse.c: any bytes as SELECT's arguments. */
#include "imap/select_parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Whether ranges ascend, and do not touch where they were resolved. */
static bool
ascends(const struct seqset *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->r[i].a == 0 || set->r[i].a > set->r[i].b ||
		    (i > 0 && set->r[i].a <= set->r[i - 1].b))
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena a = { 0 };
	struct select_args args;

	if (p_select(&a, span_of(data, len), &args) && args.qresync &&
	    (args.known.uidvalidity == 0 || args.known.modseq > INT64_MAX ||
		!ascends(&args.known.known) || !ascends(&args.known.numbers) ||
		!ascends(&args.known.uids)))
		abort();
	arena_clear(&a);
	return 0;
}
