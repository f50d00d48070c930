/* sizelist.c: any bytes as courierpop3dsizelist; what is read can be written */
#include "store/sizelist.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
put(void *arg, const struct sizelist_entry *e)
{
	if (e->name.p == e->name.end || span_find(e->name, '/') != NULL)
		abort();
	sizelist_put(arg, e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct strbuf first = { 0 }, whole = { 0 }, second = { 0 };
	struct sizelist l, again;

	sizelist_parse(span_of(data, len), &l, put, &first);
	sizelist_put_head(&whole, &l);
	strbuf_cat(&whole, strbuf_span(&first));
	sizelist_parse(strbuf_span(&whole), &again, put, &second);
	if (!span_eq(strbuf_span(&first), strbuf_span(&second)) ||
	    again.nextuid != l.nextuid || again.uidv != l.uidv)
		abort();
	strbuf_clear(&first);
	strbuf_clear(&whole);
	strbuf_clear(&second);
	return 0;
}
