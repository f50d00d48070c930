/* param.c: sections of a value put together. */
#include "msg/param.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/num.h"

/* A parameter whose name is "name*number" or "name*number*". */
struct section {
	struct mime_param param;
	struct span name;
	uint32_t number;
	bool extended;
	size_t order; /* as written, for a stable sort */
};

static bool
p_section(struct mime_param p, struct section *out)
{
	struct span s = p.name;

	out->param = p;
	out->name = span_cut(&s, '*');
	if (span_len(out->name) == 0 || !num_u32(&s, &out->number))
		return false;
	out->extended = span_eat(&s, '*');
	return s.p == s.end;
}

static int
name_cmp(struct span a, struct span b)
{
	int c;

	for (; a.p < a.end && b.p < b.end; a.p++, b.p++) {
		c = ascii_lower((unsigned char)*a.p) -
		    ascii_lower((unsigned char)*b.p);
		if (c != 0)
			return c;
	}
	return (a.p < a.end) - (b.p < b.end);
}

static int
section_cmp(const void *va, const void *vb)
{
	const struct section *a = va, *b = vb;
	int c = name_cmp(a->name, b->name);

	if (c != 0)
		return c;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

/* attribute-char of RFC 2231 section 7 */
static bool
is_attribute(unsigned char c)
{
	return c > ' ' && c < 0x7f && strchr("*'%()<>@,;:\\\"/[]?=", c) == NULL;
}

static char *
put_escaped(char *to, struct span s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; s.p < s.end; s.p++) {
		unsigned char c = (unsigned char)*s.p;

		if (is_attribute(c)) {
			*to++ = *s.p;
			continue;
		}
		*to++ = '%';
		*to++ = hex[c >> 4];
		*to++ = hex[c & 15];
	}
	return to;
}

/* The n sections at v, numbered from 0 without a gap, as one parameter. */
static struct mime_param
join(struct arena *a, const struct section *v, size_t n)
{
	struct mime_param out = { .name = v->name };
	bool extended = false;
	size_t len = 0;
	char *to;

	for (size_t i = 0; i < n; i++) {
		extended = extended || v[i].extended;
		len += span_len(v[i].param.value);
	}
	out.value.p = to = arena_alloc(a, extended ? 3 * len + 2 : len);
	if (extended)
		out.name.end++; /* the "*" that stood there */
	if (extended && !v->extended) {
		*to++ = '\''; /* no charset, no language */
		*to++ = '\'';
	}
	for (size_t i = 0; i < n; i++) {
		struct span s = v[i].param.value;

		if (extended && !v[i].extended)
			to = put_escaped(to, s);
		else if (span_len(s) > 0)
			to = (char *)memcpy(to, s.p, span_len(s)) + span_len(s);
	}
	out.value.end = to;
	return out;
}

/* How many of the n at v belong to one value; 0 when there is no section 0. */
static size_t
run(const struct section *v, size_t n)
{
	size_t i = 0;

	while (i < n && v[i].number == i && span_case_eq(v[i].name, v->name))
		i++;
	return i;
}

static void
join_all(struct arena *a, struct mime_params *params)
{
	struct section v[MIME_PARAMS];
	size_t n = 0, out = 0, len;

	for (size_t i = 0; i < params->n; i++) {
		if (n < MIME_PARAMS)
			v[n].order = i;
		if (n < MIME_PARAMS && p_section(params->v[i], &v[n]))
			n++;
		else
			params->v[out++] = params->v[i];
	}
	if (n == 0)
		return;
	qsort(v, n, sizeof *v, section_cmp);
	for (size_t i = 0; i<n; i += len> 0 ? len : 1) {
		len = run(v + i, n - i);
		params->v[out++] = len > 0 ? join(a, v + i, len) : v[i].param;
	}
	params->n = out;
}

void
param_join(struct arena *a, struct mime_params *params)
{
	size_t i = 0;

	while (i < params->n && span_find(params->v[i].name, '*') == NULL)
		i++;
	if (i < params->n)
		join_all(a, params);
}
