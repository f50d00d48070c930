/* mime.c: parameters are few. */
#include "msg/mime.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check(const struct mime_params *params)
{
	struct span value = mime_param(params, "name");

	if (params->n > MIME_PARAMS || (value.p == NULL && value.end != NULL))
		abort();
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
