/* mime.c: parameters are few, and their text is UTF-8. */
#include "msg/mime.h"

#include <stdint.h>
#include <stdlib.h>

#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check(const struct mime_params *params)
{
	struct strbuf out = { 0 };

	if (params->n > MIME_PARAMS)
		abort();
	if (mime_param_text(params, "name", &out) &&
	    !utf8_valid(strbuf_span(&out)))
		abort();
	strbuf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span in = span_of(data, len), type, subtype;
	struct mime_params params;
	struct arena a = { 0 };

	if (mime_content_type(&a, in, &type, &subtype, &params)) {
		if (type.p == type.end || subtype.p == subtype.end)
			abort();
		check(&params);
	}
	if (mime_disposition(&a, in, &type, &params))
		check(&params);
	if (mime_token(in, &type) && type.p == type.end)
		abort();
	arena_clear(&a);
	return 0;
}
