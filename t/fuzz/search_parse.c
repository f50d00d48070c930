/* search_parse.c: any bytes as SEARCH's arguments. */
#include "imap/search_parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span in = span_of(data, len), s = in;
	struct arena a = { 0 };
	struct search_args args;

	if (p_search_args(&a, &s, 1000, &args) ? s.p != s.end : s.p != in.p)
		abort();
	arena_clear(&a);
	return 0;
}
