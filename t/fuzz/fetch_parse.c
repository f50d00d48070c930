/* fetch_parse.c: any bytes as FETCH's items. */
#include "imap/fetch_parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span in = span_of(data, len), s = in;
	struct arena a = { 0 };
	struct fetch_items items;
	struct fetch_modifiers mods;

	if (!p_fetch_items(&a, &s, &items) ? s.p != in.p : items.n == 0)
		abort();
	if (p_fetch_modifiers(&s, &mods) && mods.since > INT64_MAX)
		abort();
	arena_clear(&a);
	return 0;
}
