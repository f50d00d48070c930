/*
 * mime.c: Content-Type, Content-Disposition and their parameters.
 *
 * Values without quotes are taken further than the grammar says ("/", "=",
 * "?" and so on may be in them): many programs write boundaries and file
 * names so.  Behind a broken parameter reading goes on at the next ";".
 */
#include "msg/mime.h"

#include <string.h>

#include "base/byteset.h"
#include "msg/lex.h"
#include "msg/param.h"

/* Up to the next ";" that is outside quotes and comments, and past it. */
static void
skip_param(struct span *in)
{
	struct span inside;

	while (in->p < in->end && *in->p != ';') {
		if (*in->p == '"')
			(void)lex_quoted(in, &inside);
		else if (*in->p == '(')
			lex_cfws(in, NULL);
		else
			in->p++;
	}
	(void)span_eat(in, ';');
}

/* What may stand in a value without quotes. */
static const struct byteset value = { {
    /* clang-format off */
    ~(BYTE(' ') | BYTE('\t') | BYTE('\r') | BYTE('\n') | BYTE(';') |
	BYTE('"') | BYTE('(') | BYTE(')') | BYTE(',') | BYTE('<') | BYTE('>')),
    UINT64_MAX, UINT64_MAX, UINT64_MAX
    /* clang-format on */
} };

/* name = value, both views, unquoted where that is needed */
static bool
p_parameter(struct arena *a, struct span *in, struct mime_param *out)
{
	struct span s = *in;
	bool closed;

	lex_cfws(&s, NULL);
	if (!lex_token(&s, &out->name))
		return false;
	lex_cfws(&s, NULL);
	if (!span_eat(&s, '='))
		return false;
	lex_cfws(&s, NULL);
	if (span_at(&s, '"')) {
		closed = lex_quoted(&s, &out->value);
		*in = s;
		out->value = lex_unquote(a, out->value);
		return closed;
	}
	out->value = s;
	/* an encoded word without quotes may have anything but these in it */
	if (span_len(s) > 1 && s.p[0] == '=' && s.p[1] == '?')
		while (s.p < s.end && strchr(" \t\r\n;", *s.p) == NULL)
			s.p++;
	byteset_skip(&value, &s);
	out->value.end = s.p;
	*in = s;
	return true;
}

/* *(";" parameter), whatever stands before the first ";" passed over */
static void
parameters(struct arena *a, struct span in, struct mime_params *params)
{
	struct mime_param p;
	size_t max = 0;

	params->v = NULL;
	params->n = 0;
	skip_param(&in);
	while (in.p < in.end && params->n < MIME_PARAMS) {
		if (p_parameter(a, &in, &p)) {
			params->v =
			    arena_grow(a, params->v, params->n, &max, sizeof p);
			params->v[params->n++] = p;
		}
		skip_param(&in);
	}
	param_join(a, params);
}

bool
mime_content_type(struct arena *a, struct span in, struct span *type,
    struct span *subtype, struct mime_params *params)
{
	struct span t, st;

	lex_cfws(&in, NULL);
	if (!lex_token(&in, &t))
		return false;
	lex_cfws(&in, NULL);
	if (!span_eat(&in, '/'))
		return false;
	lex_cfws(&in, NULL);
	if (!lex_token(&in, &st))
		return false;
	*type = t;
	*subtype = st;
	parameters(a, in, params);
	return true;
}

bool
mime_disposition(struct arena *a, struct span in, struct span *token,
    struct mime_params *params)
{
	struct span t;

	lex_cfws(&in, NULL);
	if (!lex_token(&in, &t) && in.p == in.end)
		return false;
	*token = t;
	parameters(a, in, params);
	return true;
}

bool
mime_token(struct span in, struct span *token)
{
	lex_cfws(&in, NULL);
	return lex_token(&in, token);
}

struct span
mime_param(const struct mime_params *params, const char *name)
{
	struct span none = { NULL, NULL };

	for (size_t i = 0; i < params->n; i++)
		if (span_case_is(params->v[i].name, name))
			return params->v[i].value;
	return none;
}
