/* header.c: the fields that are wanted and the others make up the header. */
#include "msg/header.h"

#include <stdint.h>
#include <stdlib.h>

#include "memfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int
count(void *arg, struct span name, struct span value)
{
	*(size_t *)arg += 1;
	if (span_len(name) == 0 || span_len(value) > HEADER_VALUE_MAX)
		abort();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int fd = memfile(data, len);
	struct span names[] = { span_str("a"), span_str("subject") };
	struct header_want with = { names, 2, false };
	struct header_want without = { names, 2, true };
	struct header_want none = { names, 0, false };
	struct header_want all = { names, 0, true };
	struct stream_out out = { NULL, NULL, 0, 0, NULL };
	size_t n = 0;

	if (header_walk(fd, 0, (int64_t)len, count, &n) != 0 || n > len)
		abort();
	if (header_fields(fd, 0, INT64_MAX, &with, &out) +
		header_fields(fd, 0, INT64_MAX, &without, &out) !=
	    header_fields(fd, 0, INT64_MAX, &all, &out) +
		header_fields(fd, 0, INT64_MAX, &none, &out))
		abort();
	close(fd);
	return 0;
}
