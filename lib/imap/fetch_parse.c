/* fetch_parse.c: fetch-att of RFC 9051 section 9, one function for a rule. */
#include "imap/fetch_parse.h"

#include "base/ascii.h"
#include "base/nelem.h"
#include "imap/limits.h"
#include "imap/token.h"

/* What may or must follow the name of an item. */
enum tail { TAIL_NONE, TAIL_LAZY, TAIL_SECTION, TAIL_BINARY, TAIL_BINARY_SIZE };

/*
 * The items of RFC 9051, RFC 3501 (RFC822 and its kin), RFC 3516, RFC 7162,
 * RFC 8474, RFC 8514 and RFC 8970.  A new one is a row here and a case in
 * fetch_send.c.
 */
static const struct row {
	const char *word;
	const char *name;
	enum fetch_kind kind;
	enum tail tail;
	enum section_text text;
	bool peek;
} rows[] = {
	/* clang-format off */
	{ "UID", "UID", FETCH_UID, TAIL_NONE, SECTION_BODY, true },
	{ "FLAGS", "FLAGS", FETCH_FLAGS, TAIL_NONE, SECTION_BODY, true },
	{ "INTERNALDATE", "INTERNALDATE", FETCH_INTERNALDATE, TAIL_NONE,
	    SECTION_BODY, true },
	{ "RFC822.SIZE", "RFC822.SIZE", FETCH_SIZE, TAIL_NONE,
	    SECTION_BODY, true },
	{ "ENVELOPE", "ENVELOPE", FETCH_ENVELOPE, TAIL_NONE,
	    SECTION_BODY, true },
	{ "BODY", "BODY", FETCH_CONTENT, TAIL_SECTION, SECTION_BODY, false },
	{ "BODY", "BODY", FETCH_BODY, TAIL_NONE, SECTION_BODY, true },
	{ "BODY.PEEK", "BODY", FETCH_CONTENT, TAIL_SECTION,
	    SECTION_BODY, true },
	{ "BODYSTRUCTURE", "BODYSTRUCTURE", FETCH_BODYSTRUCTURE, TAIL_NONE,
	    SECTION_BODY, true },
	{ "BINARY", "BINARY", FETCH_BINARY, TAIL_BINARY,
	    SECTION_BODY, false },
	{ "BINARY.PEEK", "BINARY", FETCH_BINARY, TAIL_BINARY,
	    SECTION_BODY, true },
	{ "BINARY.SIZE", "BINARY.SIZE", FETCH_BINARY_SIZE, TAIL_BINARY_SIZE,
	    SECTION_BODY, true },
	{ "RFC822", "RFC822", FETCH_CONTENT, TAIL_NONE, SECTION_BODY, false },
	{ "RFC822.HEADER", "RFC822.HEADER", FETCH_CONTENT, TAIL_NONE,
	    SECTION_HEADER, true },
	{ "RFC822.TEXT", "RFC822.TEXT", FETCH_CONTENT, TAIL_NONE,
	    SECTION_TEXT, false },
	{ "MODSEQ", "MODSEQ", FETCH_MODSEQ, TAIL_NONE, SECTION_BODY, true },
	{ "EMAILID", "EMAILID", FETCH_EMAILID, TAIL_NONE,
	    SECTION_BODY, true },
	{ "THREADID", "THREADID", FETCH_THREADID, TAIL_NONE,
	    SECTION_BODY, true },
	{ "SAVEDATE", "SAVEDATE", FETCH_SAVEDATE, TAIL_NONE,
	    SECTION_BODY, true },
	{ "PREVIEW", "PREVIEW", FETCH_PREVIEW, TAIL_LAZY, SECTION_BODY, true },
	/* clang-format on */
};

/* The letters, digits and dots of an item's name. */
static struct span
item_word(const struct span *in)
{
	struct span s = *in;

	while (s.p < s.end) {
		unsigned char c = (unsigned char)*s.p;

		if (!ascii_isalpha(c) && !ascii_isdigit(c) && c != '.')
			break;
		s.p++;
	}
	return (struct span){ in->p, s.p };
}

/* header-list = "(" header-fld-name *(SP header-fld-name) ")" */
static bool
p_header_list(struct arena *a, struct span *in, struct section *out)
{
	struct span s = *in;
	struct span *names = NULL;
	size_t n = 0, max = 0;

	if (!span_eat(&s, '('))
		return false;
	do {
		if (n == LIMIT_HEADER_NAMES)
			return false;
		names = arena_grow(a, names, n, &max, sizeof *names);
		if (!p_astring(a, &s, &names[n]))
			return false;
		n++;
	} while (p_sp(&s));
	if (!span_eat(&s, ')'))
		return false;
	*in = s;
	out->names = names;
	out->nnames = n;
	return true;
}

/* section-part = nz-number *("." nz-number), a "." left for what follows */
static bool
p_section_part(struct arena *a, struct span *in, struct section *out)
{
	struct span s = *in, next;
	uint32_t *path = NULL;
	size_t n = 0, max = 0;

	for (;;) {
		if (n == LIMIT_SECTION_DEPTH)
			return false;
		path = arena_grow(a, path, n, &max, sizeof *path);
		if (!p_nz_number(&s, &path[n]))
			return false;
		n++;
		next = s;
		if (!span_eat(&next, '.') || !span_isdigit(&next))
			break;
		s = next;
	}
	*in = s;
	out->path = path;
	out->npath = n;
	return true;
}

/*
 * section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list /
 *                   "TEXT"
 * section-text    = section-msgtext / "MIME"
 */
static bool
p_section_text(struct arena *a, struct span *in, struct section *out)
{
	struct span s = *in, word = item_word(in);

	s.p = word.end;
	out->except = span_case_is(word, "HEADER.FIELDS.NOT");
	if (out->except || span_case_is(word, "HEADER.FIELDS")) {
		if (!p_sp(&s) || !p_header_list(a, &s, out))
			return false;
		out->text = SECTION_FIELDS;
	} else if (span_case_is(word, "HEADER")) {
		out->text = SECTION_HEADER;
	} else if (span_case_is(word, "TEXT")) {
		out->text = SECTION_TEXT;
	} else if (span_case_is(word, "MIME") && out->npath > 0) {
		out->text = SECTION_MIME;
	} else {
		return false;
	}
	*in = s;
	return true;
}

/*
 * section      = "[" [section-spec] "]"
 * section-spec = section-msgtext / (section-part ["." section-text])
 */
static bool
p_section(struct arena *a, struct span *in, struct section *out)
{
	struct span s = *in;
	struct section section = { 0 };

	if (!span_eat(&s, '['))
		return false;
	if (span_isdigit(&s)) {
		if (!p_section_part(a, &s, &section))
			return false;
		if (span_eat(&s, '.') && !p_section_text(a, &s, &section))
			return false;
	} else if (!span_at(&s, ']') && !p_section_text(a, &s, &section)) {
		return false;
	}
	if (!span_eat(&s, ']'))
		return false;
	*in = s;
	*out = section;
	return true;
}

/* section-binary = "[" [section-part] "]" */
static bool
p_section_binary(struct arena *a, struct span *in, struct section *out)
{
	struct span s = *in;
	struct section section = { 0 };

	if (!span_eat(&s, '['))
		return false;
	if (!span_at(&s, ']') && !p_section_part(a, &s, &section))
		return false;
	if (!span_eat(&s, ']'))
		return false;
	*in = s;
	*out = section;
	return true;
}

/* [partial], where partial = "<" number64 "." nz-number64 ">" */
static bool
p_partial(struct span *in, struct fetch_item *out)
{
	struct span s = *in;
	uint64_t from, max;

	if (!span_eat(&s, '<'))
		return true;
	if (!p_number64(&s, &from) || !span_eat(&s, '.'))
		return false;
	if (!p_number64(&s, &max) || max == 0 || !span_eat(&s, '>'))
		return false;
	*in = s;
	out->partial = true;
	out->from = from;
	out->max = max;
	return true;
}

/*
 * [SP "(" preview-mod *(SP preview-mod) ")"], preview-mod = "LAZY".  Where it
 * is something else it is for the caller: PREVIEW may be the last item.
 */
static void
p_preview_mods(struct span *in, struct fetch_item *out)
{
	struct span s = *in;

	if (!p_sp(&s) || !span_eat(&s, '('))
		return;
	do
		if (!p_word(&s, "LAZY"))
			return;
	while (p_sp(&s));
	if (!span_eat(&s, ')'))
		return;
	*in = s;
	out->lazy = true;
}

/* What follows the word of row. */
static bool
p_tail(struct arena *a, struct span *in, const struct row *row,
    struct fetch_item *out)
{
	if (row->tail == TAIL_LAZY)
		p_preview_mods(in, out);
	if (row->tail <= TAIL_LAZY)
		return true;
	out->bracketed = true;
	if (row->tail == TAIL_SECTION)
		return p_section(a, in, &out->section) && p_partial(in, out);
	if (!p_section_binary(a, in, &out->section))
		return false;
	return row->tail == TAIL_BINARY_SIZE || p_partial(in, out);
}

/* fetch-att */
static bool
p_fetch_att(struct arena *a, struct span *in, struct fetch_item *out)
{
	struct span word = item_word(in), s = { word.end, in->end };
	bool bracket = span_at(&s, '[');

	for (size_t i = 0; i < NELEM(rows); i++) {
		const struct row *row = &rows[i];
		struct fetch_item item = { .kind = row->kind,
			.name = row->name,
			.peek = row->peek,
			.section.text = row->text };

		if (bracket != (row->tail > TAIL_LAZY) ||
		    !span_case_is(word, row->word))
			continue;
		if (!p_tail(a, &s, row, &item))
			return false;
		*in = s;
		*out = item;
		return true;
	}
	return false;
}

/* "ALL" / "FULL" / "FAST", each by itself (RFC 9051 section 6.4.5) */
static bool
p_macro(struct arena *a, struct span *in, struct fetch_items *out)
{
	static const struct {
		const char *word;
		const char *items;
	} macros[] = {
		{ "ALL", "(FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)" },
		{ "FAST", "(FLAGS INTERNALDATE RFC822.SIZE)" },
		{ "FULL", "(FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY)" },
	};
	struct span word = item_word(in);

	for (size_t i = 0; i < NELEM(macros); i++) {
		struct span items = span_str(macros[i].items);

		if (!span_case_is(word, macros[i].word))
			continue;
		if (!p_fetch_items(a, &items, out))
			return false;
		in->p = word.end;
		return true;
	}
	return false;
}

bool
p_fetch_items(struct arena *a, struct span *in, struct fetch_items *out)
{
	struct span s = *in;
	struct fetch_item *v = NULL;
	size_t n = 0, max = 0;
	bool list;

	if (p_macro(a, in, out))
		return true;
	list = span_eat(&s, '(');
	do {
		if (n == LIMIT_FETCH_ITEMS)
			return false;
		v = arena_grow(a, v, n, &max, sizeof *v);
		if (!p_fetch_att(a, &s, &v[n]))
			return false;
		n++;
	} while (list && p_sp(&s));
	if (list && !span_eat(&s, ')'))
		return false;
	*in = s;
	out->v = v;
	out->n = n;
	return true;
}

/* fetch-modifier = "CHANGEDSINCE" SP mod-sequence-value / "VANISHED" */
static bool
p_fetch_modifier(struct span *in, struct fetch_modifiers *out)
{
	if (!out->vanished && p_word(in, "VANISHED")) {
		out->vanished = true;
		return true;
	}
	if (out->changed || !p_word(in, "CHANGEDSINCE") || !p_sp(in))
		return false;
	out->changed = true;
	return p_number64(in, &out->since);
}

bool
p_fetch_modifiers(struct span *in, struct fetch_modifiers *out)
{
	struct fetch_modifiers mods = { .changed = false };
	struct span s = *in;

	*out = mods;
	if (!p_sp(&s) || !span_eat(&s, '('))
		return true;
	do
		if (!p_fetch_modifier(&s, &mods))
			return false;
	while (p_sp(&s));
	if (!span_eat(&s, ')'))
		return false;
	*in = s;
	*out = mods;
	return true;
}
