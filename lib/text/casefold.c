/* casefold.c: RFC 5051 section 2, one code point after the other. */
#include "text/casefold.h"

#include <unicase.h>
#include <uninorm.h>

#include "text/bytes.h"
#include "text/utf8.h"

/* The longest chain in Unicode is 3; the bound is against a broken table. */
enum { DEPTH = 8 };

/* Decompositions of any kind, until nothing decomposes. */
static void
put_parts(ucs4_t cp, unsigned depth, struct strbuf *out)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
	int tag, n = -1;

	if (cp >= 0x80 && depth < DEPTH)
		n = uc_decomposition(cp, &tag, parts);
	if (n == -1) {
		utf8_put(out, cp);
		return;
	}
	for (int i = 0; i < n; i++)
		put_parts(parts[i], depth + 1, out);
}

/* The ASCII at the front of *in, in capitals. */
static void
put_ascii(struct span *in, struct strbuf *out)
{
	size_t n = bytes_upper(*in, strbuf_room(out, span_len(*in)));

	in->p += n;
	out->len += n;
	out->p[out->len] = '\0';
}

void
casefold(struct span in, struct strbuf *out)
{
	uint32_t cp;

	/* room for all of it at first, so that what follows moves nothing */
	(void)strbuf_room(out, span_len(in));
	while (in.p < in.end) {
		if ((unsigned char)*in.p < 0x80) {
			put_ascii(&in, out);
		} else if (utf8_next(&in, &cp)) {
			put_parts(uc_totitle(cp), 0, out);
		} else {
			strbuf_cat(out, in);
			return;
		}
	}
}
