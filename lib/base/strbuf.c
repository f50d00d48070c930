/* strbuf.c: doubling growth, oom() when there is no more. */
#include "base/strbuf.h"

#include <stdlib.h>
#include <string.h>

#include "base/ckd.h"
#include "base/num.h"
#include "base/oom.h"
#include "base/spare.h"

static void
grow(struct strbuf *b, size_t need)
{
	size_t max;
	char *p;

	if (ckd_mul(&max, b->max, (size_t)2))
		oom();
	if (max < need)
		max = need < 32 ? 32 : need;
	if ((p = spare_get(max, &max)) != NULL) {
		if (b->len > 0)
			memcpy(p, b->p, b->len);
		spare_put(b->p, b->max);
	} else if ((p = realloc(b->p, max)) == NULL) {
		oom();
	}
	b->p = p;
	b->max = max;
	b->p[b->len] = '\0';
}

char *
strbuf_room(struct strbuf *b, size_t len)
{
	size_t need;

	if (ckd_add(&need, b->len, len) || ckd_add(&need, need, (size_t)1))
		oom();
	if (need > b->max)
		grow(b, need);
	return b->p + b->len;
}

void
strbuf_num(struct strbuf *b, uint64_t n)
{
	char *end = num_put(strbuf_room(b, NUM_LEN), n);

	*end = '\0';
	b->len = (size_t)(end - b->p);
}

void
strbuf_cut(struct strbuf *b, size_t len)
{
	if (len < b->len) {
		b->len = len;
		b->p[len] = '\0';
	}
}

void
strbuf_clear(struct strbuf *b)
{
	spare_put(b->p, b->max);
	b->p = NULL;
	b->len = b->max = 0;
}
