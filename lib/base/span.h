/* span.h: a borrowed view of bytes, and the cursor of every parser. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * The bytes p..end-1, owned by someone else and valid as long as the buffer
 * behind it.  p == end is the empty span; a parser that is given a span by
 * pointer advances p past what it has recognised.
 */
struct span {
	const char *p;
	const char *end;
};

/* The len bytes at p. */
static inline struct span
span_of(const void *p, size_t len)
{
	/* to add 0 to NULL is undefined */
	struct span s = { p, len > 0 ? (const char *)p + len : p };

	return s;
}

/* The bytes of the string s without its NUL. */
static inline struct span
span_str(const char *s)
{
	return span_of(s, strlen(s));
}

/* How many bytes are left. */
static inline size_t
span_len(struct span s)
{
	return (size_t)(s.end - s.p);
}

/* Whether the next byte is c. */
static inline bool
span_at(const struct span *s, char c)
{
	return s->p < s->end && *s->p == c;
}

/* Take the next byte if it is c. */
static inline bool
span_eat(struct span *s, char c)
{
	if (!span_at(s, c))
		return false;
	s->p++;
	return true;
}

/* Whether the next byte is an ASCII digit. */
static inline bool
span_isdigit(const struct span *s)
{
	return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

/* Take str if *s begins with it, compared without regard to ASCII case. */
bool span_eat_word(struct span *s, const char *str);

/* Equality of bytes, and equality without regard to ASCII case. */
static inline bool
span_eq(struct span a, struct span b)
{
	size_t len = span_len(a);

	return len == span_len(b) && (len == 0 || memcmp(a.p, b.p, len) == 0);
}

bool span_is(struct span a, const char *str);
bool span_case_same(const char *a, const char *b, size_t len);

static inline bool
span_case_eq(struct span a, struct span b)
{
	return span_len(a) == span_len(b) &&
	       span_case_same(a.p, b.p, span_len(a));
}

static inline bool
span_case_is(struct span a, const char *str)
{
	return span_case_eq(a, span_str(str));
}

/* As memcmp() on the common length, then the shorter first. */
int span_cmp(struct span a, struct span b);

/*
 * The first c in s, or NULL.  span_cut() takes everything up to the first c
 * (or all, when there is none) off the front of *s, and the c itself; it
 * returns what was before c.
 */
static inline const char *
span_find(struct span s, char c)
{
	return s.p == s.end ? NULL : memchr(s.p, c, span_len(s));
}
struct span span_cut(struct span *s, char c);

/* s without the spaces and tabs, CRs and LFs at its ends. */
struct span span_trim(struct span s);

#endif
