/* uiddb.c: any bytes as a courierimapuiddb; what is read can be written. */
#include "store/uiddb.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct again {
	struct strbuf lines;
	struct uiddb *db;
};

static void
put(void *arg, uint32_t uid, struct span base)
{
	struct again *a = arg;

	if (uid == 0 || base.p == base.end || span_find(base, ':') != NULL)
		abort();
	uiddb_put(&a->lines, uid, base);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct uiddb db = { 0 }, tail = { .uidvalidity = 1 };
	struct again first = { .db = &db }, second = { .db = &tail };

	uiddb_parse(span_of(data, len), &db, put, &first);
	if (db.uidvalidity == 0 && first.lines.len > 0)
		abort();
	tail.uidnext = db.uidnext;
	uiddb_parse(strbuf_span(&first.lines), &tail, put, &second);
	if (tail.entries != db.entries || tail.uidnext != db.uidnext ||
	    !span_eq(strbuf_span(&first.lines), strbuf_span(&second.lines)))
		abort();
	strbuf_clear(&first.lines);
	strbuf_clear(&second.lines);
	return 0;
}
