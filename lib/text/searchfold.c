/* searchfold.c: case and white space, disregarded. */
#include "text/searchfold.h"

#include "base/ascii.h"
#include "text/casefold.h"

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
	char *to = strbuf_room(out, span_len(text)), *start = to;
	bool space = out->len > 0 && to[-1] == ' ';

	for (; text.p < text.end; text.p++) {
		char c = *text.p;

		if (c > ' ' && c < 0x7f && c != '=') {
			*to++ = (char)ascii_upper((unsigned char)c);
			space = false;
		} else if (c != ' ' && c != '\t') {
			*start = '\0';
			return false;
		} else if (!space) {
			*to++ = ' ';
			space = true;
		}
	}
	*to = '\0';
	out->len += (size_t)(to - start);
	return true;
}

void
searchfold(struct span text, struct strbuf *out)
{
	struct strbuf b = { 0 };

	casefold(text, &b);
	searchfold_squeeze(strbuf_span(&b), out);
	strbuf_clear(&b);
}
