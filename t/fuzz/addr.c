/* addr.c: address lists end, and groups that begin do so, too. */
#include "msg/addr.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span in = span_of(data, len);
	struct arena a = { 0 };
	struct addr addr;
	bool in_group = false;
	size_t groups = 0, octets = 0, n = 0;

	while (addr_next(&a, &in, &in_group, &addr)) {
		groups += addr.kind == ADDR_GROUP;
		groups -= addr.kind == ADDR_GROUP_END;
		octets += span_len(addr.name) + span_len(addr.route) +
			  span_len(addr.local) + span_len(addr.domain);
		if (groups != in_group || in.p > in.end)
			abort();
		/* one for each comma and so on, and an end for each group */
		if (++n > 2 * len + 2)
			abort();
	}
	if (in.p != in.end || groups != 0 || octets > 2 * len)
		abort();
	arena_clear(&a);
	return 0;
}
