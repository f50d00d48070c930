/* encword.c: decoding makes UTF-8 of anything, encoding words of 75. */
#include "text/encword.h"

#include <stdint.h>
#include <stdlib.h>

#include "text/bytes.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Whether decoding must give back what was encoded. */
static bool
is_reversible(struct span in)
{
	return utf8_valid(in) && bytes_find(in, span_str("=?")) == NULL &&
	       bytes_count(in, '\0') + bytes_count(in, '\r') +
		       bytes_count(in, '\n') ==
		   0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span in = span_of(data, len);
	struct strbuf there = { 0 }, back = { 0 };

	encword_decode(in, &there);
	if (!utf8_valid(strbuf_span(&there)))
		abort();
	strbuf_reset(&there);
	encword_encode(in, &there);
	encword_decode(strbuf_span(&there), &back);
	if (is_reversible(in) && (!utf8_is_ascii(strbuf_span(&there)) ||
				     !span_eq(strbuf_span(&back), in)))
		abort();
	strbuf_clear(&there);
	strbuf_clear(&back);
	return 0;
}
