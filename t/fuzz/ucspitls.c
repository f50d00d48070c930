/* ucspitls.c: any bytes as what TLS has to tell. */
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "chain/ucspitls.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct span in = span_of(p, len), all = in, name, value;

	while (ucspitls_next(&in, &name, &value)) {
		if (name.p < all.p || name.end >= all.end + 1 ||
		    (memcmp(name.p, "SSL_", 4) != 0 &&
			memcmp(name.p, "TLS_", 4) != 0))
			abort();
		if (value.p != NULL && value.end > all.end)
			abort();
	}
	return 0;
}
