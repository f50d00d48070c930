/* bodystructure.c: a message's structure as RFC 9051 section 9 prints it. */
#include "imap/bodystructure.h"

#include "base/num.h"
#include "base/strbuf.h"
#include "imap/envelope.h"
#include "imap/headertext.h"

/* A parameter's name, taken apart: base ["*" section] ["*"]. */
struct param_name {
	struct span base;
	bool continued; /* has a section number */
	uint32_t section;
	bool extended; /* its value is percent-encoded, with charset */
};

static struct param_name
split_name(struct span name)
{
	struct param_name out = { .base = name };
	const char *star = span_find(name, '*');
	struct span s;

	if (star == NULL || star == name.p)
		return out;
	s = (struct span){ star + 1, name.end };
	if (s.p < s.end) {
		if (!num_u32(&s, &out.section))
			return out;
		out.continued = true;
		out.extended = span_eat(&s, '*');
	} else {
		out.extended = true;
	}
	if (s.p < s.end)
		return (struct param_name){ .base = name };
	out.base.end = star;
	return out;
}

/* Append the value of a section without "*" to one that has. */
static void
add_escaped(struct strbuf *out, struct span value)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; value.p < value.end; value.p++) {
		unsigned char c = (unsigned char)*value.p;

		if (c > ' ' && c < 0x7f && c != '%' && c != '\'') {
			strbuf_putc(out, *value.p);
			continue;
		}
		strbuf_putc(out, '%');
		strbuf_putc(out, hex[c >> 4]);
		strbuf_putc(out, hex[c & 15]);
	}
}

/* A string, never NIL. */
static void
put_string(const struct bodystructure *b, struct span s)
{
	headertext_put(b->w, s.p == NULL ? span_str("") : s, b->utf8);
}

/* The parameters of one field, their names taken apart. */
struct param_list {
	const struct mime_param *v;
	size_t n;
	struct param_name name[MIME_PARAMS];
	bool joined[MIME_PARAMS]; /* printed with its "name*0" */
};

/* The parameter that continues number first as that section, or -1. */
static int
find_section(const struct param_list *list, size_t first, uint32_t section)
{
	struct span base = list->name[first].base;

	for (size_t i = 0; i < list->n; i++) {
		const struct param_name *name = &list->name[i];

		if (name->continued && name->section == section &&
		    span_case_eq(name->base, base))
			return (int)i;
	}
	return -1;
}

static void
split_names(const struct mime_params *params, struct param_list *list)
{
	list->v = params->v;
	list->n = params->n < MIME_PARAMS ? params->n : MIME_PARAMS;
	for (size_t i = 0; i < list->n; i++) {
		list->name[i] = split_name(params->v[i].name);
		list->joined[i] = false;
	}
	for (size_t i = 0; i < list->n; i++) {
		int k;

		if (!list->name[i].continued || list->name[i].section > 0)
			continue;
		for (uint32_t n = 1; (k = find_section(list, i, n)) >= 0; n++)
			list->joined[k] = true;
	}
}

/*
 * The sections "name*0", "name*1" ... as one parameter "name", or "name*"
 * where the first is percent-encoded: then the value stays in that form,
 * charset and all, which every client that reads RFC 2231 understands and
 * which is ASCII.  (RFC 9051 7.5.2 would have it converted to UTF-8, which
 * not every client may be sent.)
 */
static void
put_joined(
    const struct bodystructure *b, const struct param_list *list, size_t first)
{
	struct strbuf value = { 0 }, name = { 0 };
	bool extended = list->name[first].extended;
	int i = (int)first;

	for (uint32_t n = 1; i >= 0; n++) {
		if (extended && !list->name[i].extended)
			add_escaped(&value, list->v[i].value);
		else
			strbuf_cat(&value, list->v[i].value);
		i = find_section(list, first, n);
	}
	strbuf_cat(&name, list->name[first].base);
	if (extended)
		strbuf_putc(&name, '*');
	put_string(b, strbuf_span(&name));
	wr_lit(b->w, " ");
	put_string(b, strbuf_span(&value));
	strbuf_clear(&name);
	strbuf_clear(&value);
}

/* before: what would stand before one more; charset: it is missing. */
static void
end_params(const struct bodystructure *b, const char *before, bool charset)
{
	if (charset) {
		wr_span(b->w, span_str(before));
		wr_lit(b->w, "\"charset\" \"us-ascii\"");
		before = " ";
	}
	if (*before == '(')
		wr_lit(b->w, "NIL");
	else
		wr_lit(b->w, ")");
}

/*
 * body-fld-param = "(" string SP string *(SP string SP string) ")" / nil
 * Where charset is set, a missing one is said to be US-ASCII (RFC 2045 5.2).
 */
static void
put_split(const struct bodystructure *b, const struct mime_params *params,
    bool charset)
{
	struct param_list list;
	const char *before = "(";

	split_names(params, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct param_name *name = &list.name[i];

		if (list.joined[i])
			continue;
		wr_span(b->w, span_str(before));
		before = " ";
		if (span_case_is(name->base, "charset"))
			charset = false;
		if (name->continued && name->section == 0) {
			put_joined(b, &list, i);
			continue;
		}
		put_string(b, list.v[i].name);
		wr_lit(b->w, " ");
		put_string(b, list.v[i].value);
	}
	end_params(b, before, charset);
}

static bool
is_split(const struct mime_params *params)
{
	for (size_t i = 0; i < params->n; i++)
		if (span_find(params->v[i].name, '*') != NULL)
			return true;
	return false;
}

/* The same; few messages have names that must be taken apart. */
static void
put_params(const struct bodystructure *b, const struct mime_params *params,
    bool charset)
{
	const char *before = "(";

	if (is_split(params) || params->n > MIME_PARAMS) {
		put_split(b, params, charset);
		return;
	}
	for (size_t i = 0; i < params->n; i++) {
		wr_span(b->w, span_str(before));
		before = " ";
		if (span_case_is(params->v[i].name, "charset"))
			charset = false;
		put_string(b, params->v[i].name);
		wr_lit(b->w, " ");
		put_string(b, params->v[i].value);
	}
	end_params(b, before, charset);
}

/* body-fld-lang = nstring / "(" string *(SP string) ")" */
static void
put_language(const struct bodystructure *b, struct span field)
{
	struct span tag;
	const char *before = "(";

	while (field.p != NULL && field.p < field.end) {
		if (!mime_token(span_cut(&field, ','), &tag))
			continue;
		wr_span(b->w, span_str(before));
		put_string(b, tag);
		before = " ";
	}
	if (*before == '(')
		wr_lit(b->w, "NIL");
	else
		wr_lit(b->w, ")");
}

/* SP body-fld-dsp SP body-fld-lang SP body-fld-loc */
static void
put_extension(const struct bodystructure *b, const struct part *p)
{
	wr_lit(b->w, " ");
	if (p->disposition.p == NULL) {
		wr_lit(b->w, "NIL");
	} else {
		wr_lit(b->w, "(");
		put_string(b, p->disposition);
		wr_lit(b->w, " ");
		put_params(b, &p->disposition_params, false);
		wr_lit(b->w, ")");
	}
	wr_lit(b->w, " ");
	put_language(b, p->language);
	wr_lit(b->w, " ");
	headertext_put(b->w, p->location, b->utf8);
}

/*
 * media-type SP body-fields.  A number is of 32 bits here (body-fld-octets);
 * what is larger is said to be of the largest.
 */
static void
put_fields(const struct bodystructure *b, const struct part *p, bool opaque)
{
	struct wr *w = b->w;
	bool text = span_case_is(p->type, "text");

	if (opaque) {
		wr_lit(w, "\"application\" \"octet-stream\"");
	} else {
		put_string(b, p->type);
		wr_lit(w, " ");
		put_string(b, p->subtype);
	}
	wr_lit(w, " ");
	put_params(b, &p->params, text);
	wr_lit(w, " ");
	headertext_put(w, p->id, b->utf8);
	wr_lit(w, " ");
	headertext_put(w, p->description, b->utf8);
	wr_lit(w, " ");
	put_string(b, p->encoding);
	wr_lit(w, " ");
	wr_num(w, p->body_octets < UINT32_MAX ? p->body_octets : UINT32_MAX);
}

static void put_part(const struct bodystructure *b, const struct part *p);

/*
 * Whether p shows the message in it.  MESSAGE/GLOBAL does in IMAP4rev2, may
 * with UTF8=ACCEPT (RFC 9755), and is a leaf like others in IMAP4rev1.
 */
static bool
is_message(const struct bodystructure *b, const struct part *p)
{
	return p->kind == PART_MESSAGE && p->child != NULL &&
	       p->child->envelope != NULL &&
	       (b->utf8 || span_case_is(p->subtype, "rfc822"));
}

/* Whether the name of a leaf promises what does not follow. */
static bool
is_misnamed(const struct bodystructure *b, const struct part *p)
{
	if (!span_case_is(p->type, "message"))
		return span_case_is(p->type, "multipart");
	return span_case_is(p->subtype, "rfc822") ||
	       (b->utf8 && span_case_is(p->subtype, "global"));
}

/* (body-type-basic / body-type-msg / body-type-text) [SP body-ext-1part] */
static void
put_single(const struct bodystructure *b, const struct part *p)
{
	struct wr *w = b->w;
	bool message = is_message(b, p);

	put_fields(b, p, !message && is_misnamed(b, p));
	if (message) {
		wr_lit(w, " ");
		envelope_put(w, b->a, p->child->envelope, b->utf8);
		wr_lit(w, " ");
		put_part(b, p->child);
	}
	if (message || span_case_is(p->type, "text")) {
		wr_lit(w, " ");
		wr_num(w, p->body_lines);
	}
	if (!b->extended)
		return;
	wr_lit(w, " ");
	headertext_put(w, p->md5, b->utf8);
	put_extension(b, p);
}

/* body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart] */
static void
put_multipart(const struct bodystructure *b, const struct part *p)
{
	struct wr *w = b->w;

	for (const struct part *c = p->child; c != NULL; c = c->next)
		put_part(b, c);
	/* the grammar wants one part at least */
	if (p->child == NULL) {
		wr_lit(w, "(\"text\" \"plain\" (\"charset\" \"us-ascii\") "
			  "NIL NIL \"7bit\" 0 0");
		if (b->extended)
			wr_lit(w, " NIL NIL NIL NIL");
		wr_lit(w, ")");
	}
	wr_lit(w, " ");
	put_string(b, p->subtype);
	if (!b->extended)
		return;
	wr_lit(w, " ");
	put_params(b, &p->params, false);
	put_extension(b, p);
}

/* body; as deep as STRUCTURE_DEPTH lets messages be */
static void
put_part(const struct bodystructure *b, const struct part *p)
{
	wr_lit(b->w, "(");
	if (p->kind == PART_MULTIPART)
		put_multipart(b, p);
	else
		put_single(b, p);
	wr_lit(b->w, ")");
}

void
bodystructure_put(const struct bodystructure *b, const struct part *root)
{
	put_part(b, root);
}
