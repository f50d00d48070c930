/*
 * msgid.c: identifiers as numbers.
 *
 * Only equality matters for THREAD, so an identifier is kept as 64 bits of
 * hash: 8 bytes instead of 50, and references can be sorted by radix instead
 * of looked up in a table that somebody could fill with collisions.
 *
 * Two identifiers have one number by accident with a probability of about
 * n^2 / 2^65: 3 in 100,000,000 for a folder with a million of them, and then
 * two threads hang together.  Somebody who makes such a collision on purpose
 * gets his message into a thread whose identifiers he knows; he gets there
 * sooner by naming one in References.
 * Rejected: the text itself (it would be three quarters of what is kept); 128
 * bits (twice the bytes, for accidents that do not happen).
 */
#include "msg/msgid.h"

#include "base/ascii.h"
#include "base/sum.h"

enum {
	ID_MAX = 1000 /* bytes; a longer one is valid by no line limit */
};

/* An identifier as it is read: without its quotes and white space. */
struct reading {
	char text[ID_MAX];
	size_t len;
	bool too_long;
	bool quoted; /* within "" */
	bool at; /* there is an "@", outside of quotes */
	size_t local; /* bytes before it */
};

static uint64_t
number_of(struct span id)
{
	uint64_t sum = sum_bytes(0, id);

	return sum == 0 ? 1 : sum;
}

static void
put(struct reading *r, char c)
{
	if (r->len == sizeof r->text)
		r->too_long = true;
	else
		r->text[r->len++] = c;
}

/* One byte, or two where the first is a backslash. */
static void
take_byte(struct reading *r, struct span *in)
{
	char c = *in->p++;

	if (c == '"' && !r->at) {
		r->quoted = !r->quoted;
		return;
	}
	if (c == '\\' && in->p < in->end && (r->quoted || r->at))
		c = *in->p++;
	else if (!r->quoted && ascii_isspace((unsigned char)c))
		return; /* RFC 5322 section 4.5.4 */
	else if (c == '@' && !r->quoted && !r->at) {
		r->at = true;
		r->local = r->len;
	}
	put(r, c);
}

/*
 * What follows "<"; *in stops behind ">", or before another "<": a quote that
 * is never closed hides none.
 */
static bool
read_id(struct span *in, uint64_t *id)
{
	struct reading r = { .len = 0 };
	const char *start = in->p;

	while (in->p < in->end) {
		if (!r.quoted && *in->p == '<')
			return false;
		if (r.quoted || !span_eat(in, '>')) {
			take_byte(&r, in);
			continue;
		}
		*id = number_of(span_of(r.text, r.len));
		return r.at && r.local > 0 && r.len > r.local + 1 &&
		       !r.too_long;
	}
	if (r.quoted)
		in->p = start;
	return false;
}

/* The same where nothing is quoted and nothing is folded, as it mostly is. */
static bool
read_plain(struct span *in, uint64_t *id)
{
	const char *p = in->p, *at = NULL;

	for (; p < in->end && *p != '>'; p++) {
		if (*p == '"' || *p == '\\' || *p == '<' ||
		    ascii_isspace((unsigned char)*p) || p - in->p >= ID_MAX)
			return false;
		if (*p == '@' && at == NULL)
			at = p;
	}
	if (p == in->end || at == NULL || at == in->p || p - at < 2)
		return false;
	*id = number_of(span_of(in->p, (size_t)(p - in->p)));
	in->p = p + 1;
	return true;
}

bool
msgid_next(struct span *in, uint64_t *id)
{
	struct span s = *in;
	uint64_t found;
	const char *at;

	while ((at = span_find(s, '<')) != NULL) {
		s.p = at + 1;
		if (!read_plain(&s, &found) && !read_id(&s, &found))
			continue;
		*in = s;
		*id = found;
		return true;
	}
	in->p = in->end;
	return false;
}
