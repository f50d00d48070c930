/* lex.c: comments, quoted strings and tokens. */
#include "msg/lex.h"

#include "base/ascii.h"
#include "base/byteset.h"

/* in begins with "(" */
static void
skip_comment(struct span *in, struct span *comment)
{
	struct span s = *in, inside;
	size_t depth = 1;

	inside.p = ++s.p;
	inside.end = s.end;
	for (; s.p < s.end && depth > 0; s.p++) {
		if (*s.p == '(')
			depth++;
		else if (*s.p == ')' && --depth == 0)
			inside.end = s.p;
		else if (*s.p == '\\' && s.end - s.p > 1)
			s.p++;
	}
	*in = s;
	if (comment != NULL)
		*comment = inside;
}

void
lex_cfws_more(struct span *in, struct span *comment)
{
	while (in->p < in->end) {
		if (*in->p == '(')
			skip_comment(in, comment);
		else if (ascii_isspace((unsigned char)*in->p))
			in->p++;
		else
			return;
	}
}

bool
lex_quoted(struct span *in, struct span *inside)
{
	const char *p = in->p + 1;

	inside->p = p;
	for (; p < in->end && *p != '"'; p++)
		if (*p == '\\' && in->end - p > 1)
			p++;
	inside->end = p;
	in->p = p < in->end ? p + 1 : p;
	return p < in->end;
}

/* token := 1*<any CHAR except SPACE, CTLs, or tspecials> */
static const struct byteset tokens = { {
    /* clang-format off */
    ~(UINT64_C(0xffffffff) | BYTE(' ') | BYTE('(') | BYTE(')') | BYTE('<') |
	BYTE('>') | BYTE(',') | BYTE(';') | BYTE(':') | BYTE('"') | BYTE('/') |
	BYTE('?') | BYTE('=')),
    ~(BYTE('@') | BYTE('\\') | BYTE('[') | BYTE(']') | BYTE(0x7f)),
    UINT64_MAX, UINT64_MAX
    /* clang-format on */
} };

bool
lex_token(struct span *in, struct span *token)
{
	token->p = in->p;
	byteset_skip(&tokens, in);
	token->end = in->p;
	return token->p < token->end;
}

struct span
lex_unquote(struct arena *a, struct span s)
{
	const char *p;
	char *to;
	struct span out;

	if (span_find(s, '\\') == NULL)
		return s;
	to = arena_alloc(a, span_len(s) + 1);
	out.p = to;
	for (p = s.p; p < s.end; p++) {
		if (*p == '\\' && s.end - p > 1)
			p++;
		*to++ = *p;
	}
	out.end = to;
	return out;
}
