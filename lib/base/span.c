/* span.c: comparisons and small steps on borrowed bytes. */
#include "base/span.h"

#include <string.h>

#include "base/ascii.h"

bool
span_eat_word(struct span *s, const char *str)
{
	size_t len = strlen(str);

	if (span_len(*s) < len ||
	    !span_case_eq(span_of(s->p, len), span_str(str)))
		return false;
	s->p += len;
	return true;
}

bool
span_is(struct span a, const char *str)
{
	return span_eq(a, span_str(str));
}

/* Mostly they are the very same. */
static bool
is_same(char a, char b)
{
	return a == b || ((a ^ b) == 0x20 && ascii_isalpha((unsigned char)a));
}

bool
span_case_same(const char *a, const char *b, size_t len)
{
	for (; len > 0; len--, a++, b++)
		if (!is_same(*a, *b))
			return false;
	return true;
}

int
span_cmp(struct span a, struct span b)
{
	size_t alen = span_len(a), blen = span_len(b);
	size_t len = alen < blen ? alen : blen;
	int c = len ? memcmp(a.p, b.p, len) : 0;

	if (c != 0)
		return c;
	return alen < blen ? -1 : alen > blen;
}

struct span
span_cut(struct span *s, char c)
{
	struct span head = *s;
	const char *at = span_find(*s, c);

	if (at == NULL) {
		s->p = s->end;
		return head;
	}
	head.end = at;
	s->p = at + 1;
	return head;
}

struct span
span_trim(struct span s)
{
	while (s.p < s.end && ascii_isspace((unsigned char)*s.p))
		s.p++;
	while (s.p < s.end && ascii_isspace((unsigned char)s.end[-1]))
		s.end--;
	return s;
}
