/* qp.c: transfer decodings in two pieces give what they give in one. */
#include "text/qp.h"

#include <stdint.h>
#include <stdlib.h>

#include "text/base64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool
qp(struct span a, struct span b, struct strbuf *out)
{
	struct qp_dec d = { 0 };

	qp_dec_add(&d, a, out);
	qp_dec_add(&d, b, out);
	qp_dec_end(&d, out);
	return d.damaged;
}

static bool
base64(struct span a, struct span b, struct strbuf *out)
{
	struct base64_dec d = { 0 };

	base64_dec_add(&d, a, out);
	base64_dec_add(&d, b, out);
	base64_dec_end(&d, out);
	return d.damaged;
}

/* The strict reader accepts nothing that the lenient one calls damaged. */
static void
check_strict(struct span in, bool damaged, struct span lenient)
{
	struct strbuf out = { 0 }, back = { 0 };

	if (base64_decode(in, &out)) {
		base64_encode(strbuf_span(&out), &back);
		if (damaged || !span_eq(strbuf_span(&out), lenient) ||
		    !span_eq(strbuf_span(&back), in))
			abort();
	}
	strbuf_clear(&out);
	strbuf_clear(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	size_t cut = len > 0 ? data[0] % len : 0;
	struct span in = span_of(data, len), empty = span_of(data, 0);
	struct span a = span_of(data, cut), b = span_of(data + cut, len - cut);
	struct strbuf one = { 0 }, two = { 0 };
	bool damaged;

	if (qp(in, empty, &one) != qp(a, b, &two) ||
	    !span_eq(strbuf_span(&one), strbuf_span(&two)))
		abort();
	strbuf_reset(&one);
	strbuf_reset(&two);
	damaged = base64(in, empty, &one);
	if (damaged != base64(a, b, &two) ||
	    !span_eq(strbuf_span(&one), strbuf_span(&two)))
		abort();
	check_strict(in, damaged, strbuf_span(&one));
	strbuf_clear(&one);
	strbuf_clear(&two);
	return 0;
}
