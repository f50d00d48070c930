/* token.c: one function for each small rule of RFC 9051 section 9. */
#include "imap/token.h"

#include "base/ascii.h"
#include "base/nelem.h"
#include "base/num.h"
#include "imap/limits.h"
#include "store/flags.h"
#include "text/date.h"
#include "text/utf8.h"

/* ATOM-CHAR = <any CHAR except atom-specials> */
bool
token_is_atom_char(unsigned char c)
{
	if (c <= ' ' || c >= 0x7f)
		return false;
	switch (c) {
	case '(':
	case ')':
	case '{':
	case '%':
	case '*':
	case '"':
	case '\\':
	case ']':
		return false;
	}
	return true;
}

/* ASTRING-CHAR = ATOM-CHAR / resp-specials */
bool
token_is_astring_char(unsigned char c)
{
	return token_is_atom_char(c) || c == ']';
}

static bool
is_list_char(unsigned char c)
{
	return token_is_astring_char(c) || c == '%' || c == '*';
}

static bool
is_tag_char(unsigned char c)
{
	return token_is_astring_char(c) && c != '+';
}

/* 1*<bytes of a class> */
static bool
take_class(struct span *in, bool (*is)(unsigned char), struct span *out)
{
	struct span s = *in;

	while (s.p < s.end && is((unsigned char)*s.p))
		s.p++;
	if (s.p == in->p)
		return false;
	*out = span_of(in->p, (size_t)(s.p - in->p));
	*in = s;
	return true;
}

bool
p_sp(struct span *in)
{
	return span_eat(in, ' ');
}

bool
p_end(struct span *in)
{
	struct span s = *in;

	while (span_eat(&s, ' '))
		;
	if (s.p != s.end)
		return false;
	*in = s;
	return true;
}

bool
p_tag(struct span *in, struct span *out)
{
	struct span s = *in, tag;

	if (!take_class(&s, is_tag_char, &tag) || span_len(tag) > LIMIT_TAG)
		return false;
	*in = s;
	*out = tag;
	return true;
}

bool
p_atom(struct span *in, struct span *out)
{
	return take_class(in, token_is_atom_char, out);
}

/*
 * quoted = DQUOTE *QUOTED-CHAR DQUOTE
 * QUOTED-CHAR = <any TEXT-CHAR except quoted-specials> /
 *               "\" quoted-specials / UTF8-2 / UTF8-3 / UTF8-4
 */
static bool
p_quoted(struct arena *a, struct span *in, struct span *out)
{
	struct span s = *in, raw;
	size_t escapes = 0;
	char *to, *start;

	if (!span_eat(&s, '"'))
		return false;
	raw.p = s.p;
	for (; s.p < s.end && *s.p != '"'; s.p++) {
		if (*s.p == '\0' || *s.p == '\r' || *s.p == '\n')
			return false;
		if (*s.p != '\\')
			continue;
		s.p++;
		escapes++;
		if (!span_at(&s, '"') && !span_at(&s, '\\'))
			return false;
	}
	raw.end = s.p;
	if (!span_eat(&s, '"') || !utf8_valid(raw))
		return false;
	*in = s;
	*out = raw;
	if (escapes == 0)
		return true;
	to = start = arena_alloc(a, span_len(raw));
	for (; raw.p < raw.end; raw.p++) {
		if (*raw.p == '\\')
			raw.p++;
		*to++ = *raw.p;
	}
	*out = span_of(start, (size_t)(to - start));
	return true;
}

bool
p_literal_head(struct span *in, struct literal *out)
{
	struct literal l = { 0 };
	struct span s = *in;

	l.binary = span_eat(&s, '~');
	if (!span_eat(&s, '{') || !p_number64(&s, &l.len))
		return false;
	l.nonsync = span_eat(&s, '+');
	if (!span_eat(&s, '}'))
		return false;
	if (span_eat(&s, '\r') && !span_eat(&s, '\n'))
		return false;
	*in = s;
	*out = l;
	return true;
}

/* literal = "{" number64 ["+"] "}" CRLF *CHAR8 ; no NUL */
static bool
p_literal(struct span *in, struct span *out)
{
	struct span s = *in;
	struct literal l;

	if (!p_literal_head(&s, &l) || l.binary || s.p[-1] != '\n' ||
	    l.len > span_len(s))
		return false;
	*out = span_of(s.p, (size_t)l.len);
	if (span_find(*out, '\0') != NULL)
		return false;
	s.p = out->end;
	*in = s;
	return true;
}

bool
p_string(struct arena *a, struct span *in, struct span *out)
{
	return p_quoted(a, in, out) || p_literal(in, out);
}

bool
p_astring(struct arena *a, struct span *in, struct span *out)
{
	return take_class(in, token_is_astring_char, out) ||
	       p_string(a, in, out);
}

bool
p_nstring(struct arena *a, struct span *in, struct span *out)
{
	if (p_word(in, "NIL")) {
		*out = span_of(NULL, 0);
		return true;
	}
	return p_string(a, in, out);
}

bool
p_list_mailbox(struct arena *a, struct span *in, struct span *out)
{
	return take_class(in, is_list_char, out) || p_string(a, in, out);
}

bool
p_number64(struct span *in, uint64_t *out)
{
	struct span s = *in;
	uint64_t n;

	if (!num_u64(&s, &n) || n > INT64_MAX)
		return false;
	*in = s;
	*out = n;
	return true;
}

bool
p_nz_number(struct span *in, uint32_t *out)
{
	return !span_at(in, '0') && num_u32(in, out);
}

bool
p_word(struct span *in, const char *word)
{
	struct span s = *in;

	if (!span_eat_word(&s, word))
		return false;
	if (s.p < s.end && token_is_atom_char((unsigned char)*s.p))
		return false;
	*in = s;
	return true;
}

static const struct {
	const char *name;
	unsigned flag;
} system_flags[] = {
	{ "Answered", FLAG_ANSWERED },
	{ "Flagged", FLAG_FLAGGED },
	{ "Deleted", FLAG_DELETED },
	{ "Seen", FLAG_SEEN },
	{ "Draft", FLAG_DRAFT },
};

bool
p_flag(struct span *in, unsigned *flag, struct span *keyword)
{
	struct span s = *in, name;
	bool backslash = span_eat(&s, '\\');

	if (!p_atom(&s, &name) || span_len(name) > LIMIT_KEYWORD)
		return false;
	if (!backslash) {
		*in = s;
		*flag = 0;
		*keyword = name;
		return true;
	}
	for (size_t i = 0; i < NELEM(system_flags); i++) {
		if (!span_case_is(name, system_flags[i].name))
			continue;
		*in = s;
		*flag = system_flags[i].flag;
		*keyword = span_of(NULL, 0);
		return true;
	}
	return false;
}

/* Add one flag to the list; false on syntax or when there are too many. */
static bool
add_flag(struct arena *a, struct span *in, struct flag_list *l, size_t *max)
{
	struct span keyword;
	unsigned flag;

	if (l->nkeywords == LIMIT_FLAGS || !p_flag(in, &flag, &keyword))
		return false;
	l->flags |= flag;
	if (flag != 0)
		return true;
	l->keywords =
	    arena_grow(a, l->keywords, l->nkeywords, max, sizeof *l->keywords);
	l->keywords[l->nkeywords++] = keyword;
	return true;
}

/* flag *(SP flag) */
static bool
p_flags(struct arena *a, struct span *in, struct flag_list *out)
{
	struct flag_list l = { 0 };
	struct span s = *in;
	size_t max = 0;

	do {
		if (!add_flag(a, &s, &l, &max))
			return false;
	} while (p_sp(&s));
	*in = s;
	*out = l;
	return true;
}

/* flag-list = "(" [flag *(SP flag)] ")" */
bool
p_flag_list(struct arena *a, struct span *in, struct flag_list *out)
{
	struct flag_list l = { 0 };
	struct span s = *in;

	if (!span_eat(&s, '('))
		return false;
	if (!span_at(&s, ')') && !p_flags(a, &s, &l))
		return false;
	if (!span_eat(&s, ')'))
		return false;
	*in = s;
	*out = l;
	return true;
}

/* store-att-flags = ... (flag-list / (flag *(SP flag))) */
bool
p_store_flags(struct arena *a, struct span *in, struct flag_list *out)
{
	return p_flag_list(a, in, out) || p_flags(a, in, out);
}

/* date-time = DQUOTE date-day-fixed "-" ... SP time SP zone DQUOTE */
bool
p_date_time(struct span *in, int64_t *out)
{
	struct span s = *in;
	int64_t t;

	if (!span_eat(&s, '"') || !date_parse_imap_time(&s, &t) ||
	    !span_eat(&s, '"'))
		return false;
	*in = s;
	*out = t;
	return true;
}
