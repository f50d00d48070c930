/* fields.c: header fields into struct part. */
#include "msg/fields.h"

#include <string.h>

#include "msg/field.h"
#include "msg/names.h"
#include "msg/header.h"
#include "text/bytes.h"

enum { VALUE_LEN = 1000 }; /* most are shorter */

void
fields_begin(struct fields *f, struct part *p, bool envelope)
{
	f->part = p;
	f->row = NULL;
	f->left_here = HEADER_TOTAL_MAX;
	(void)strbuf_room(&f->value, VALUE_LEN); /* it is kept for the next */
	memset(f->have, 0, sizeof f->have);
	memset(f->again, 0, sizeof f->again);
	if (envelope)
		p->envelope = arena_alloc(f->a, sizeof *p->envelope);
}

/* A copy that lives as long as the part, while the budgets last. */
static struct span
keep(struct fields *f, struct span s)
{
	struct span none = { NULL, NULL };
	size_t len = span_len(s);

	if (len > f->left_here || len > f->left)
		return none;
	f->left_here -= len;
	f->left -= len;
	return arena_span(f->a, s);
}

/* What the parameters of a field take counts as well. */
static void
charge(struct fields *f, const struct mime_params *params)
{
	size_t len = params->n * sizeof *params->v;

	f->left -= len < f->left ? len : f->left;
}

static void
keep_first(struct fields *f, struct span *to, struct span value)
{
	if (to->p == NULL)
		*to = keep(f, value);
}

static void
keep_type(struct fields *f, struct part *p, struct span value)
{
	if (p->type.p != NULL || (value = keep(f, value)).p == NULL)
		return;
	if (mime_content_type(f->a, value, &p->type, &p->subtype, &p->params))
		charge(f, &p->params);
}

static void
keep_disposition(struct fields *f, struct part *p, struct span value)
{
	if (p->disposition.p != NULL || (value = keep(f, value)).p == NULL)
		return;
	if (mime_disposition(
		f->a, value, &p->disposition, &p->disposition_params))
		charge(f, &p->disposition_params);
}

static void
keep_encoding(struct fields *f, struct part *p, struct span value)
{
	struct span token;

	if (p->encoding.p == NULL && mime_token(value, &token))
		p->encoding = keep(f, token);
}

/* As much of s as a value may have. */
static void
append(struct strbuf *b, struct span s)
{
	size_t room = HEADER_VALUE_MAX - b->len;

	if (span_len(s) > room)
		s.end = s.p + room;
	strbuf_cat(b, s);
}

/* Joined in place, so that a million of them cost what one does. */
static void
keep_again(struct fields *f, const struct field_row *row, struct span value)
{
	struct span *first = &f->part->envelope->field[row->env];
	struct strbuf *b = &f->env[row->env];

	if (!f->again[row->env]) {
		strbuf_reset(b);
		if (first->p != NULL)
			strbuf_cat(b, *first);
	}
	f->again[row->env] = f->joined = true;
	if (row->kind == F_ENVELOPE)
		strbuf_reset(b);
	else if (b->len > 0 && span_len(value) > 0)
		append(b, span_str(", "));
	append(b, value);
}

static void
keep_envelope(struct fields *f, const struct field_row *row, struct span value)
{
	if (f->have[row->env])
		keep_again(f, row, value);
	else
		f->part->envelope->field[row->env] = keep(f, value);
	f->have[row->env] = true;
}

/* The field at hand is complete. */
static void
finish(struct fields *f)
{
	const struct field_row *row = f->row;
	struct part *p = f->part;
	struct span value;

	f->row = NULL;
	if (row == NULL)
		return;
	value = span_trim(strbuf_span(&f->value));
	if (!bytes_is_plain(value)) /* mostly it is */
		p->odd |=
		    bytes_has_8bit(value) || span_find(value, '\0') != NULL;
	switch ((enum field_kind)row->kind) {
	case F_NONE:
		break;
	case F_TYPE:
		keep_type(f, p, value);
		break;
	case F_ENCODING:
		keep_encoding(f, p, value);
		break;
	case F_DISPOSITION:
		keep_disposition(f, p, value);
		break;
	case F_ID:
		keep_first(f, &p->id, value);
		break;
	case F_DESCRIPTION:
		keep_first(f, &p->description, value);
		break;
	case F_MD5:
		keep_first(f, &p->md5, value);
		break;
	case F_LANGUAGE:
		keep_first(f, &p->language, value);
		break;
	case F_LOCATION:
		keep_first(f, &p->location, value);
		break;
	case F_ENVELOPE:
	case F_ADDRESSES:
		keep_envelope(f, row, value);
		break;
	}
}

/* Which row it is, if it is one that this part keeps. */
static const struct field_row *
kept_row(const struct fields *f, const struct field_row *row)
{
	if (row == NULL || row->kind == F_NONE ||
	    (row->kind >= F_ENVELOPE && f->part->envelope == NULL))
		return NULL;
	return row;
}

void
fields_line(struct fields *f, const struct line *line)
{
	struct span s = line->all;

	if (line->kind != LINE_MORE)
		finish(f);
	if (line->kind == LINE_FIELD &&
	    (f->row = kept_row(f, line->row)) != NULL) {
		strbuf_reset(&f->value);
		s = line->value;
	}
	if (f->row != NULL)
		field_unfold(&f->value, s);
}

/* RFC 2046 4.1.2: text without a charset is US-ASCII, and IMAP says so. */
static void
default_charset(struct fields *f, struct part *p)
{
	size_t max = p->params.n;

	if (mime_param(&p->params, "charset").p != NULL)
		return;
	p->params.v = arena_grow(
	    f->a, p->params.v, p->params.n, &max, sizeof *p->params.v);
	p->params.v[p->params.n].name = span_str("charset");
	p->params.v[p->params.n++].value = span_str("us-ascii");
}

void
fields_end(struct fields *f, bool digest)
{
	struct part *p = f->part;

	finish(f);
	for (size_t i = 0; p->envelope != NULL && i < ENV_FIELDS; i++)
		if (f->again[i])
			p->envelope->field[i] =
			    keep(f, strbuf_span(&f->env[i]));
	if (p->type.p == NULL) {
		p->type = span_str(digest ? "message" : "text");
		p->subtype = span_str(digest ? "rfc822" : "plain");
	}
	if (span_case_is(p->type, "text"))
		default_charset(f, p);
	if (p->encoding.p == NULL)
		p->encoding = span_str("7bit");
}

void
fields_free(struct fields *f)
{
	strbuf_clear(&f->value);
	for (size_t i = 0; f->joined && i < ENV_FIELDS; i++)
		strbuf_clear(&f->env[i]);
}
