/* fields.c: header fields into struct part. */
#include "msg/fields.h"

#include <string.h>

#include "base/ascii.h"
#include "base/nelem.h"
#include "msg/field.h"
#include "msg/header.h"
#include "text/bytes.h"

enum field_kind {
	F_TYPE,
	F_ENCODING,
	F_DISPOSITION,
	F_ID,
	F_DESCRIPTION,
	F_MD5,
	F_LANGUAGE,
	F_LOCATION,
	F_ENVELOPE, /* the last of several counts, as everywhere in the field */
	F_ADDRESSES /* several are one list (RFC 5322 4.5.3) */
};

struct fields_row {
	char name[28]; /* zeros behind it */
	enum field_kind kind;
	enum envelope_field env;
};

static const struct fields_row rows[] = {
	/* clang-format off */
	{ "Content-Type", F_TYPE, 0 },
	{ "Content-Transfer-Encoding", F_ENCODING, 0 },
	{ "Content-Disposition", F_DISPOSITION, 0 },
	{ "Content-ID", F_ID, 0 },
	{ "Content-Description", F_DESCRIPTION, 0 },
	{ "Content-MD5", F_MD5, 0 },
	{ "Content-Language", F_LANGUAGE, 0 },
	{ "Content-Location", F_LOCATION, 0 },
	{ "Date", F_ENVELOPE, ENV_DATE },
	{ "Subject", F_ENVELOPE, ENV_SUBJECT },
	{ "From", F_ADDRESSES, ENV_FROM },
	{ "Sender", F_ADDRESSES, ENV_SENDER },
	{ "Reply-To", F_ADDRESSES, ENV_REPLY_TO },
	{ "To", F_ADDRESSES, ENV_TO },
	{ "Cc", F_ADDRESSES, ENV_CC },
	{ "Bcc", F_ADDRESSES, ENV_BCC },
	{ "In-Reply-To", F_ENVELOPE, ENV_IN_REPLY_TO },
	{ "Message-ID", F_ENVELOPE, ENV_MESSAGE_ID },
	/* clang-format on */
};

/* A look at the first letter and the length tells most others apart. */
static bool
is_row(const struct fields_row *row, struct span name)
{
	size_t len = span_len(name);

	return (*name.p & 0x5f) == (*row->name & 0x5f) &&
	       len < sizeof row->name && row->name[len] == '\0' &&
	       row->name[len - 1] != '\0' && span_case_is(name, row->name);
}

static const struct fields_row *
find_row(const struct fields *f, struct span name)
{
	for (size_t i = 0; i < NELEM(rows); i++)
		if (is_row(&rows[i], name))
			return rows[i].kind < F_ENVELOPE ||
				       f->part->envelope != NULL
				   ? &rows[i]
				   : NULL;
	return NULL;
}

void
fields_begin(struct fields *f, struct part *p, bool envelope)
{
	f->part = p;
	f->row = NULL;
	f->left_here = HEADER_TOTAL_MAX;
	memset(f->have, 0, sizeof f->have);
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

/* Joined in place, so that a million of them cost what one does. */
static void
keep_envelope(struct fields *f, const struct fields_row *row, struct span value)
{
	struct strbuf *b = &f->env[row->env];

	if (!f->have[row->env] || row->kind == F_ENVELOPE)
		strbuf_reset(b);
	else if (b->len > 0 && span_len(value) > 0)
		strbuf_puts(b, ", ");
	if (span_len(value) > HEADER_VALUE_MAX - b->len)
		value.end = value.p + (HEADER_VALUE_MAX - b->len);
	strbuf_cat(b, value);
	f->have[row->env] = true;
}

/* The field at hand is complete. */
static void
finish(struct fields *f)
{
	struct span value = span_trim(strbuf_span(&f->value));
	const struct fields_row *row = f->row;
	struct part *p = f->part;

	f->row = NULL;
	if (row == NULL)
		return;
	p->odd |= bytes_has_8bit(value) || span_find(value, '\0') != NULL;
	switch (row->kind) {
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

void
fields_piece(struct fields *f, struct span piece, bool bol)
{
	struct span name;

	if (bol && !field_folded(piece)) {
		finish(f);
		if (!field_name(piece, &name, &piece))
			return;
		f->row = find_row(f, name);
		strbuf_reset(&f->value);
	}
	if (f->row != NULL)
		field_unfold(&f->value, piece);
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
		if (f->have[i])
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
	for (size_t i = 0; i < ENV_FIELDS; i++)
		strbuf_clear(&f->env[i]);
}
