/* keywords.c: any bytes as :list, and as a message's own file. */
#include "store/keywords.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check(void *arg, struct span base, uint32_t id)
{
	const struct kwset *k = arg;
	struct kwlist l = kwset_list(k, id);

	if (base.p == base.end || l.n == 0)
		abort();
	for (size_t i = 0; i < l.n; i++)
		if (l.v[i] >= k->nnames || (i > 0 && l.v[i] <= l.v[i - 1]))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct kwset k = { .nnames = 0 };
	uint32_t id;

	keywords_parse_list(span_of(data, len), &k, check, &k);
	id = keywords_parse_file(span_of(data, len), &k);
	if (id != keywords_parse_file(span_of(data, len), &k))
		abort();
	kwset_clear(&k);
	return 0;
}
