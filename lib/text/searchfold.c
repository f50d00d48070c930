/* searchfold.c: case and white space, disregarded. */
#include "text/searchfold.h"

#include "base/ascii.h"
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

/*
 * What is at the front of *in and not ASCII.  One that is not UTF-8 ends it:
 * all behind it stays as it is.
 */
static struct span
take_others(struct span *in)
{
	struct span s = { in->p, in->p };

	while (s.end < in->end && (unsigned char)*s.end > 0x7f)
		s.end++;
	if (!utf8_valid(s))
		s.end = in->end;
	in->p = s.end;
	return s;
}

void
searchfold(struct span text, struct strbuf *out)
{
	struct strbuf b = { 0 };

	while (text.p < text.end) {
		char *start = strbuf_room(out, span_len(text)), *to;
		bool space = out->len > 0 && start[-1] == ' ';

		to = bytes_fold(&text, &space, start);
		*to = '\0';
		out->len += (size_t)(to - start);
		if (text.p == text.end)
			break;
		strbuf_reset(&b);
		casefold(take_others(&text), &b);
		searchfold_squeeze(strbuf_span(&b), out);
	}
	strbuf_clear(&b);
}
