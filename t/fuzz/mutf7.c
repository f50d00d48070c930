/* mutf7.c: what decodes is canonical, what encodes comes back. */
#include "text/mutf7.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span in = span_of(data, len);
	struct strbuf there = { 0 }, back = { 0 };

	if (mutf7_decode(in, &there) &&
	    (!mutf7_encode(strbuf_span(&there), &back) ||
		!span_eq(strbuf_span(&back), in)))
		abort();
	strbuf_reset(&there);
	strbuf_reset(&back);
	if (mutf7_encode(in, &there) &&
	    (!mutf7_decode(strbuf_span(&there), &back) ||
		!span_eq(strbuf_span(&back), in)))
		abort();
	strbuf_clear(&there);
	strbuf_clear(&back);
	return 0;
}
