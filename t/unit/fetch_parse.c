/* fetch_parse.c: FETCH's items, read and spelled out again. */
#include "imap/fetch_parse.h"

#include "base/nelem.h"
#include "base/strbuf.h"
#include "imap/limits.h"
#include "tap.h"

static const struct {
	const char *in;
	const char *out; /* NULL: must be refused */
	const char *rest;
} cases[] = {
	/* clang-format off */
	{ "FLAGS", "FLAGS", "" },
	{ "flags x", "FLAGS", " x" },
	{ "UID)", "UID", ")" },
	{ "(UID)", "UID", "" },
	{ "(UID FLAGS INTERNALDATE)", "UID FLAGS INTERNALDATE", "" },
	{ "ALL", "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE", "" },
	{ "fast", "FLAGS INTERNALDATE RFC822.SIZE", "" },
	{ "FULL", "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY", "" },
	{ "(ALL)", NULL, NULL }, /* a macro stands alone */
	{ "ALL FLAGS", "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE", " FLAGS" },
	{ "ALLE", NULL, NULL },
	{ "()", NULL, NULL },
	{ "(", NULL, NULL },
	{ "(FLAGS", NULL, NULL },
	{ "(FLAGS )", NULL, NULL },
	{ "( FLAGS)", NULL, NULL },
	{ "(FLAGS  UID)", NULL, NULL },
	{ "(FLAGS UID", NULL, NULL },
	{ "", NULL, NULL },
	{ "FLAG", NULL, NULL },
	{ "FLAGSX", NULL, NULL },
	{ "FLAGS[]", NULL, NULL },
	{ "\"FLAGS\"", NULL, NULL },
	{ "RFC822", "RFC822:all!", "" },
	{ "RFC822.HEADER", "RFC822.HEADER:header", "" },
	{ "RFC822.TEXT", "RFC822.TEXT:text!", "" },
	{ "RFC822.SIZE", "RFC822.SIZE", "" },
	{ "RFC822.PEEK", NULL, NULL },
	{ "BODY", "BODY", "" },
	{ "BODYSTRUCTURE", "BODYSTRUCTURE", "" },
	{ "ENVELOPE", "ENVELOPE", "" },
	{ "BODY[]", "BODY[all]!", "" },
	{ "BODY.PEEK[]", "BODY[all]", "" },
	{ "BODY.PEEK", NULL, NULL },
	{ "BODY []", "BODY", " []" },
	{ "BODY[", NULL, NULL },
	{ "BODY[1", NULL, NULL },
	{ "BODY[1]", "BODY[1.all]!", "" },
	{ "body.peek[1.2.3]", "BODY[1.2.3.all]", "" },
	{ "BODY[1.2.]", NULL, NULL },
	{ "BODY[1..2]", NULL, NULL },
	{ "BODY[.1]", NULL, NULL },
	{ "BODY[0]", NULL, NULL },
	{ "BODY[1.0]", NULL, NULL },
	{ "BODY[01]", NULL, NULL },
	{ "BODY[4294967295]", "BODY[4294967295.all]!", "" },
	{ "BODY[4294967296]", NULL, NULL },
	{ "BODY[HEADER]", "BODY[header]!", "" },
	{ "BODY[TEXT]", "BODY[text]!", "" },
	{ "BODY[MIME]", NULL, NULL }, /* only with a number */
	{ "BODY[1.MIME]", "BODY[1.mime]!", "" },
	{ "BODY[1.HEADER]", "BODY[1.header]!", "" },
	{ "BODY[1.TEXT]", "BODY[1.text]!", "" },
	{ "BODY[1.TEXT.2]", NULL, NULL },
	{ "BODY[HEADER.1]", NULL, NULL },
	{ "BODY[HEADER.FIELDS (From To)]", "BODY[fields(From To)]!", "" },
	{ "BODY[HEADER.FIELDS.NOT (\"From\")]", "BODY[except(From)]!", "" },
	{ "BODY[1.HEADER.FIELDS ({4}\r\nDate)]",
	    "BODY[1.fields(Date)]!", "" },
	{ "BODY[HEADER.FIELDS (]a)]", "BODY[fields(]a)]!", "" },
	{ "BODY[HEADER.FIELDS ()]", NULL, NULL },
	{ "BODY[HEADER.FIELDS]", NULL, NULL },
	{ "BODY[HEADER.FIELDS(From)]", NULL, NULL },
	{ "BODY[HEADER.FIELDS (From]", NULL, NULL },
	{ "BODY[HEADER.FIELDS (From )]", NULL, NULL },
	{ "BODY[HEADER.FIELDS.YES (From)]", NULL, NULL },
	{ "BODY[]<0.1>", "BODY[all]<0.1>!", "" },
	{ "BODY.PEEK[1]<9223372036854775807.9223372036854775807>",
	    "BODY[1.all]<9223372036854775807.9223372036854775807>", "" },
	{ "BODY[]<0.9223372036854775808>", NULL, NULL },
	{ "BODY[]<0.0>", NULL, NULL }, /* nz-number */
	{ "BODY[]<0>", NULL, NULL },
	{ "BODY[]<.1>", NULL, NULL },
	{ "BODY[]<0.1", NULL, NULL },
	{ "BODY[]<-1.1>", NULL, NULL },
	{ "BODY<0.1>", "BODY", "<0.1>" },
	{ "BINARY[]", "BINARY[all]!", "" },
	{ "BINARY[1.2]<3.4>", "BINARY[1.2.all]<3.4>!", "" },
	{ "BINARY.PEEK[1]", "BINARY[1.all]", "" },
	{ "BINARY.SIZE[1]", "BINARY.SIZE[1.all]", "" },
	{ "BINARY.SIZE[1]<0.1>", "BINARY.SIZE[1.all]", "<0.1>" },
	{ "BINARY", NULL, NULL },
	{ "BINARY[1.MIME]", NULL, NULL },
	{ "BINARY[HEADER]", NULL, NULL },
	{ "BODYSTRUCTURE[1]", NULL, NULL },
	{ "(MODSEQ EMAILID THREADID SAVEDATE)",
	    "MODSEQ EMAILID THREADID SAVEDATE", "" },
	{ "MODSEQ[]", NULL, NULL },
	{ "PREVIEW", "PREVIEW", "" },
	{ "preview (lazy)", "PREVIEW~", "" },
	{ "(UID PREVIEW (LAZY LAZY) FLAGS)", "UID PREVIEW~ FLAGS", "" },
	{ "PREVIEW (CHANGEDSINCE 1)", "PREVIEW", " (CHANGEDSINCE 1)" },
	{ "PREVIEW (LAZY", "PREVIEW", " (LAZY" },
	{ "(PREVIEW ())", NULL, NULL },
	{ "(PREVIEW (EAGER))", NULL, NULL },
	{ "(PREVIEW(LAZY))", NULL, NULL },
	{ "\xff", NULL, NULL },
	/* clang-format on */
};

static void
spell_section(const struct fetch_item *item, struct strbuf *out)
{
	static const char *const words[] = { "all", "header", "fields", "text",
		"mime" };
	const struct section *s = &item->section;

	strbuf_puts(out, item->bracketed ? "[" : ":");
	for (size_t i = 0; i < s->npath; i++) {
		strbuf_num(out, s->path[i]);
		strbuf_putc(out, '.');
	}
	strbuf_puts(out, s->except ? "except" : words[s->text]);
	for (size_t i = 0; i < s->nnames; i++) {
		strbuf_putc(out, i == 0 ? '(' : ' ');
		strbuf_cat(out, s->names[i]);
	}
	strbuf_puts(out, s->nnames > 0 ? ")" : "");
	strbuf_puts(out, item->bracketed ? "]" : "");
}

static void
spell(const struct fetch_items *items, struct strbuf *out)
{
	for (size_t i = 0; i < items->n; i++) {
		const struct fetch_item *item = &items->v[i];

		strbuf_puts(out, i == 0 ? "" : " ");
		strbuf_puts(out, item->name);
		if (item->kind >= FETCH_CONTENT)
			spell_section(item, out);
		if (item->partial) {
			strbuf_putc(out, '<');
			strbuf_num(out, item->from);
			strbuf_putc(out, '.');
			strbuf_num(out, item->max);
			strbuf_putc(out, '>');
		}
		strbuf_puts(out, item->peek ? "" : "!");
		strbuf_puts(out, item->lazy ? "~" : "");
	}
}

static void
check(struct arena *a, size_t i)
{
	struct span in = tap_exact(cases[i].in, strlen(cases[i].in)), s = in;
	struct fetch_items items = { 0 };
	struct strbuf b = { 0 };
	bool good = p_fetch_items(a, &s, &items);

	if (cases[i].out == NULL) {
		ok(!good && s.p == in.p && items.v == NULL, "refused: %s",
		    cases[i].in);
		return;
	}
	if (good)
		spell(&items, &b);
	strbuf_putc(&b, '\n');
	strbuf_cut(&b, b.len - 1);
	ok(good && strcmp(b.p, cases[i].out) == 0 && span_is(s, cases[i].rest),
	    "%s is %s", cases[i].in, b.p);
	strbuf_clear(&b);
}

/* n times what, within front and back: whether that is taken. */
static bool
many(struct arena *a, const char *front, size_t n, const char *back)
{
	struct strbuf b = { 0 };
	struct fetch_items items;
	struct span s;
	bool good;

	strbuf_puts(&b, front);
	for (size_t i = 1; i < n; i++)
		strbuf_puts(&b, *back == ']' ? "1." : "UID ");
	strbuf_puts(&b, *back == ']' ? "1" : "UID");
	strbuf_puts(&b, back);
	s = tap_exact(b.p, b.len);
	good = p_fetch_items(a, &s, &items);
	strbuf_clear(&b);
	return good;
}

static const struct {
	const char *in;
	bool good;
	bool changed, vanished;
	uint64_t since;
	const char *rest;
} modifiers[] = {
	/* clang-format off */
	{ "", true, false, false, 0, "" },
	{ " ", true, false, false, 0, " " },
	{ " x", true, false, false, 0, " x" },
	{ " (CHANGEDSINCE 12345)", true, true, false, 12345, "" },
	{ " (changedsince 1 VANISHED) ", true, true, true, 1, " " },
	{ " (VANISHED CHANGEDSINCE 1)", true, true, true, 1, "" },
	{ " (VANISHED)", true, false, true, 0, "" },
	{ " (CHANGEDSINCE 0)", true, true, false, 0, "" },
	{ " (CHANGEDSINCE 9223372036854775807)", true, true, false,
	    INT64_MAX, "" },
	{ " (CHANGEDSINCE 9223372036854775808)", false, 0, 0, 0, "" },
	{ " (CHANGEDSINCE 18446744073709551617)", false, 0, 0, 0, "" },
	{ " (CHANGEDSINCE -1)", false, 0, 0, 0, "" },
	{ " (CHANGEDSINCE 1 CHANGEDSINCE 2)", false, 0, 0, 0, "" },
	{ " (VANISHED VANISHED)", false, 0, 0, 0, "" },
	{ " (CHANGEDSINCE)", false, 0, 0, 0, "" },
	{ " (CHANGEDSINCE 1", false, 0, 0, 0, "" },
	{ " (CHANGEDSINCE 1 )", false, 0, 0, 0, "" },
	{ " ()", false, 0, 0, 0, "" },
	{ " (UNCHANGEDSINCE 1)", false, 0, 0, 0, "" },
	/* clang-format on */
};

static void
check_modifiers(size_t i)
{
	const char *text = modifiers[i].in;
	struct span s = tap_exact(text, strlen(text)), in = s;
	struct fetch_modifiers got;
	bool good = p_fetch_modifiers(&s, &got);

	if (!modifiers[i].good) {
		ok(!good && s.p == in.p, "refused:%s", text);
		return;
	}
	ok(good && got.changed == modifiers[i].changed &&
		got.vanished == modifiers[i].vanished &&
		got.since == modifiers[i].since &&
		span_is(s, modifiers[i].rest),
	    "taken:%s", text);
}

static void
check_cuts(struct arena *a)
{
	static const char whole[] =
	    "(BODY.PEEK[1.2.HEADER.FIELDS (\"From\" {2}\r\nTo)]<0.10> UID)";
	bool none = true;

	for (size_t n = 0; n + 1 < sizeof whole; n++) {
		struct span s = tap_exact(whole, n);
		struct fetch_items items;

		none = none && !p_fetch_items(a, &s, &items);
	}
	ok(none, "no beginning of a list is a list");
}

int
main(void)
{
	struct arena a = { 0 };
	static const char nul[] = "FLAGS\0";
	struct span s = tap_exact(nul, 6);
	struct fetch_items items;

	for (size_t i = 0; i < NELEM(cases); i++)
		check(&a, i);
	for (size_t i = 0; i < NELEM(modifiers); i++)
		check_modifiers(i);
	check_cuts(&a);
	ok(p_fetch_items(&a, &s, &items) && span_len(s) == 1, "NUL is left");
	ok(many(&a, "(", LIMIT_FETCH_ITEMS, ")"), "as many items as allowed");
	ok(!many(&a, "(", LIMIT_FETCH_ITEMS + 1, ")"), "one more");
	ok(many(&a, "BODY[", LIMIT_SECTION_DEPTH, "]"), "as deep as allowed");
	ok(!many(&a, "BODY[", LIMIT_SECTION_DEPTH + 1, "]"), "deeper");
	arena_clear(&a);
	return done_testing();
}
