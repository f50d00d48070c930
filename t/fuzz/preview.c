/* preview.c: any message has a preview that can be shown. */
#include "msg/preview.h"

#include <stdint.h>
#include <stdlib.h>

#include "memfile.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int fd = memfile(data, len);
	struct arena a = { 0 };
	struct strbuf b = { 0 };
	struct part *root;
	struct span s;
	uint32_t cp;
	unsigned n = 0;

	if (structure_read(&a, fd, &root) == -1)
		abort();
	preview_make(fd, root, &b);
	for (s = strbuf_span(&b); utf8_next(&s, &cp); n++)
		if (cp < ' ' || (cp >= 0x7f && cp < 0xa0))
			abort();
	if (s.p != s.end || n > PREVIEW_CHARS)
		abort();
	close(fd);
	strbuf_clear(&b);
	arena_clear(&a);
	return 0;
}
