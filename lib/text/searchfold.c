/* searchfold.c: case and white space, disregarded. */
#include "text/searchfold.h"

#include <string.h>

#include "base/ascii.h"
#include "base/nelem.h"
#include "text/bytes.h"
#include "text/casefold.h"
#include "text/utf8.h"

void
searchfold_squeeze(struct span in, struct strbuf *out)
{
	char *to = strbuf_room(out, span_len(in)), *start = to;
	bool space = out->len > 0 && out->p[out->len - 1] == ' ';

	for (; in.p < in.end; in.p++) {
		if (!ascii_isspace((unsigned char)*in.p)) {
			*to++ = *in.p;
			space = false;
		} else if (!space) {
			*to++ = ' ';
			space = true;
		}
	}
	*to = '\0';
	out->len += (size_t)(to - start);
}

bool
searchfold_plain(struct span text, struct strbuf *out)
{
	char *start = strbuf_room(out, span_len(text)), *to;
	bool space = out->len > 0 && start[-1] == ' ';

	to = bytes_fold_plain(&text, &space, start);
	if (text.p < text.end)
		to = start;
	*to = '\0';
	out->len += (size_t)(to - start);
	return text.p == text.end;
}

/* CJK ideographs have no case, and nothing to take apart. */
enum { IDEOGRAPHS = 0x4e00, IDEOGRAPHS_END = 0xa000 };

static bool
has_space(struct span s)
{
	while (s.p < s.end && !ascii_isspace((unsigned char)*s.p))
		s.p++;
	return s.p < s.end;
}

/* The character cp, which is not ASCII, and its bytes; b is a buffer. */
static void
put_letter(struct searchfold_letter *one, uint32_t cp, struct span bytes,
    struct strbuf *b, struct strbuf *out)
{
	if (cp >= IDEOGRAPHS && cp < IDEOGRAPHS_END) {
		strbuf_cat(out, bytes);
		return;
	}
	if (one->cp == cp) {
		strbuf_add(out, one->to, one->len);
		return;
	}
	strbuf_reset(b);
	casefold(bytes, b);
	searchfold_squeeze(strbuf_span(b), out);
	if (b->len > sizeof one->to || has_space(strbuf_span(b)))
		return;
	one->cp = cp;
	one->len = (unsigned char)b->len;
	memcpy(one->to, b->p, b->len);
}

/* Take what is not ASCII off the front of *in; all that is behind no UTF-8. */
static void
put_others(struct searchfold_memo *memo, struct span *in, struct strbuf *b,
    struct strbuf *out)
{
	struct span bytes;
	uint32_t cp;

	while (in->p < in->end && (unsigned char)*in->p > 0x7f) {
		bytes.p = in->p;
		if (!utf8_next(in, &cp)) {
			searchfold_squeeze(*in, out);
			in->p = in->end;
			return;
		}
		bytes.end = in->p;
		put_letter(
		    &memo->letter[cp % NELEM(memo->letter)], cp, bytes, b, out);
	}
}

void
searchfold_more(
    struct searchfold_memo *memo, struct span text, struct strbuf *out)
{
	struct strbuf b = { 0 };

	while (text.p < text.end) {
		char *start = strbuf_room(out, span_len(text)), *to;
		bool space = out->len > 0 && start[-1] == ' ';

		to = bytes_fold(&text, &space, start);
		*to = '\0';
		out->len += (size_t)(to - start);
		put_others(memo, &text, &b, out);
	}
	strbuf_clear(&b);
}

void
searchfold(struct span text, struct strbuf *out)
{
	struct searchfold_memo memo = { 0 };

	searchfold_more(&memo, text, out);
}
