/*
 * basesubject.c: the steps of RFC 5256 section 2.1, each byte passed once.
 *
 * Steps 3 to 5 as they are written look at a run of blobs again for each blob
 * that step 4 removes.  But what follows the run decides for all of them: a
 * "Re:" takes the whole run with it; and if there is none there will be none
 * when the run is shorter, so step 4 removes blob by blob up to its end, or
 * up to the last one if nothing is behind it.
 */
#include "msg/basesubject.h"

#include "base/ascii.h"

/* Step 1: no tabs, no line ends, no two spaces. */
static void
put_clean(struct span in, struct strbuf *out)
{
	char *to = strbuf_room(out, span_len(in)), *start = to;
	bool space = false;

	for (; in.p < in.end; in.p++) {
		bool blank = *in.p == ' ' || *in.p == '\t' || *in.p == '\r' ||
			     *in.p == '\n';

		if (!blank)
			*to++ = *in.p;
		else if (!space)
			*to++ = ' ';
		space = blank;
	}
	*to = '\0';
	out->len += (size_t)(to - start);
}

/* *subj-trailer = "(fwd)" / WSP */
static bool
drop_trailers(struct span *s)
{
	static const char fwd[] = "(fwd)";
	enum { LEN = sizeof fwd - 1 };
	bool reply = false;

	for (;;) {
		if (s->p < s->end && s->end[-1] == ' ') {
			s->end--;
		} else if (span_len(*s) >= LEN &&
			   span_case_same(s->end - LEN, fwd, LEN)) {
			s->end -= LEN;
			reply = true;
		} else {
			return reply;
		}
	}
}

static void
drop_spaces(struct span *s)
{
	while (span_eat(s, ' '))
		;
}

/* subj-blob = "[" *BLOBCHAR "]" *WSP */
static bool
p_blob(struct span *in)
{
	struct span s = *in;

	if (!span_eat(&s, '['))
		return false;
	while (s.p < s.end && *s.p != '[' && *s.p != ']' && *s.p != '\0')
		s.p++;
	if (!span_eat(&s, ']'))
		return false;
	drop_spaces(&s);
	*in = s;
	return true;
}

/* subj-refwd = ("re" / ("fw" ["d"])) *WSP [subj-blob] ":" */
static bool
p_refwd(struct span *in)
{
	struct span s = *in;

	if (span_eat_word(&s, "fw"))
		(void)span_eat_word(&s, "d"); /* or not */
	else if (!span_eat_word(&s, "re"))
		return false;
	drop_spaces(&s);
	(void)p_blob(&s); /* or none */
	if (!span_eat(&s, ':'))
		return false;
	*in = s;
	return true;
}

/* *subj-blob, and where the last of them begins; NULL: there is none. */
static const char *
skip_blobs(struct span *in)
{
	const char *last = NULL, *at;

	for (at = in->p; p_blob(in); at = in->p)
		last = at;
	return last;
}

/* Steps 3 to 5. */
static bool
drop_leaders(struct span *s)
{
	bool reply = false;
	const char *last;
	struct span rest;

	for (;;) {
		drop_spaces(s);
		rest = *s;
		last = skip_blobs(&rest);
		if (!p_refwd(&rest))
			break;
		*s = rest;
		reply = true;
	}
	/* "[a] [b]" leaves "[b]", "[a] b" leaves "b" */
	s->p = rest.p == rest.end && last != NULL ? last : rest.p;
	return reply;
}

bool
basesubject(struct span text, struct strbuf *out)
{
	static const char fwd[] = "[fwd:";
	size_t at = out->len;
	bool reply = false;
	struct span s;

	put_clean(text, out);
	s = span_of(out->p + at, out->len - at);
	for (;;) {
		reply |= drop_trailers(&s);
		reply |= drop_leaders(&s);
		/* step 6 */
		if (span_len(s) < sizeof fwd || s.end[-1] != ']' ||
		    !span_eat_word(&s, fwd))
			break;
		s.end--;
		reply = true;
	}
	memmove(out->p + at, s.p, span_len(s));
	strbuf_cut(out, at + span_len(s));
	return reply;
}
