/* subject.c: base subjects have nothing left to remove; identifiers end. */
#include <stdint.h>
#include <stdlib.h>

#include "msg/basesubject.h"
#include "msg/msgid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span in = span_of(data, len);
	struct strbuf once = { 0 }, twice = { 0 };
	const char *at = in.p;
	uint64_t id = 0;

	(void)basesubject(in, &once);
	(void)basesubject(strbuf_span(&once), &twice);
	if (once.len > len || !span_eq(strbuf_span(&once), strbuf_span(&twice)))
		abort();
	for (; msgid_next(&in, &id); at = in.p)
		if (in.p - at < 5 || id == 0)
			abort();
	if (in.p != in.end)
		abort();
	strbuf_clear(&once);
	strbuf_clear(&twice);
	return 0;
}
