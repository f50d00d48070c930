/* token.c: the small rules, accepting and refusing. */
#include "imap/token.h"

#include "base/nelem.h"
#include "store/flags.h"
#include "tap.h"

enum rule { ATOM, ASTRING, STRING, NSTRING, LISTMBX, TAG };

static const struct {
	enum rule rule;
	const char *in;
	size_t len;
	const char *out; /* NULL: refused */
	size_t rest; /* bytes left */
} strings[] = {
/* clang-format off */
#define S(s) s, sizeof(s) - 1
	{ TAG, S("a1 x"), "a1", 2 },
	{ TAG, S("a]b x"), "a]b", 2 },
	{ TAG, S("+ x"), NULL, 0 },
	{ TAG, S("A+B x"), "A", 4 },
	{ TAG, S("* x"), NULL, 0 },
	{ TAG, S(""), NULL, 0 },
	{ ATOM, S("INBOX x"), "INBOX", 2 },
	{ ATOM, S("a]b"), "a", 2 },
	{ ATOM, S("~t"), "~t", 0 },
	{ ATOM, S("a{"), "a", 1 },
	{ ATOM, S("(x"), NULL, 0 },
	{ ATOM, S("\xff"), NULL, 0 },
	{ ATOM, S("\x7f"), NULL, 0 },
	{ ASTRING, S("a]b x"), "a]b", 2 },
	{ ASTRING, S("NIL"), "NIL", 0 },
	{ ASTRING, S("\"\""), "", 0 },
	{ ASTRING, S("\"a b\" c"), "a b", 2 },
	{ ASTRING, S("\"a\\\"b\\\\c\""), "a\"b\\c", 0 },
	{ ASTRING, S("\"a\\x\""), NULL, 0 },
	{ ASTRING, S("\"a\\"), NULL, 0 },
	{ ASTRING, S("\"a"), NULL, 0 },
	{ ASTRING, S("\"a\0b\""), NULL, 0 },
	{ ASTRING, S("\"a\rb\""), NULL, 0 },
	{ ASTRING, S("\"a\nb\""), NULL, 0 },
	{ ASTRING, S("\"\xc3\xa9\""), "\xc3\xa9", 0 },
	{ ASTRING, S("\"\xc3\""), NULL, 0 },
	{ ASTRING, S("\"\xff\""), NULL, 0 },
	{ ASTRING, S("{3}\r\na\"b x"), "a\"b", 2 },
	{ ASTRING, S("{3+}\r\nabc"), "abc", 0 },
	{ ASTRING, S("{0}\r\n"), "", 0 },
	{ ASTRING, S("{3}\r\nab"), NULL, 0 },
	{ ASTRING, S("{3}ab"), NULL, 0 },
	{ ASTRING, S("{3}\rabc"), NULL, 0 },
	{ ASTRING, S("{1}\r\n\0"), NULL, 0 },
	{ ASTRING, S("~{1}\r\na"), "~", 6 }, /* "~" is an atom */
	{ ASTRING, S("{18446744073709551616}\r\n"), NULL, 0 },
	{ ASTRING, S("{-1}\r\n"), NULL, 0 },
	{ ASTRING, S("{}\r\n"), NULL, 0 },
	{ STRING, S("abc"), NULL, 0 },
	{ NSTRING, S("NIL x"), "", 2 },
	{ NSTRING, S("nil)"), "", 1 },
	{ NSTRING, S("NILx"), NULL, 0 },
	{ LISTMBX, S("INBOX.%*] x"), "INBOX.%*]", 2 },
	{ LISTMBX, S("\"%\""), "%", 0 },
	/* clang-format on */
};

static bool
call(enum rule rule, struct arena *a, struct span *in, struct span *out)
{
	switch (rule) {
	case ATOM:
		return p_atom(in, out);
	case ASTRING:
		return p_astring(a, in, out);
	case STRING:
		return p_string(a, in, out);
	case NSTRING:
		return p_nstring(a, in, out);
	case LISTMBX:
		return p_list_mailbox(a, in, out);
	case TAG:
		return p_tag(in, out);
	}
	return false;
}

static void
test_strings(struct arena *a)
{
	for (size_t i = 0; i < NELEM(strings); i++) {
		struct span s = tap_exact(strings[i].in, strings[i].len), out;
		const char *start = s.p;
		bool got = call(strings[i].rule, a, &s, &out);

		if (strings[i].out == NULL)
			ok(!got && s.p == start, "refused: %s", strings[i].in);
		else
			ok(got && span_is(out, strings[i].out) &&
				span_len(s) == strings[i].rest,
			    "taken: %s", strings[i].in);
	}
}

static const struct {
	const char *in;
	unsigned flags;
	const char *keywords; /* joined; NULL: refused */
} flag_lists[] = {
	/* clang-format off */
	{ "()", 0, "" },
	{ "(\\Seen)", FLAG_SEEN, "" },
	{ "(\\seen \\DELETED)", FLAG_SEEN | FLAG_DELETED, "" },
	{ "($Fwd Work \\Draft)", FLAG_DRAFT, "$Fwd Work " },
	{ "(\\Recent)", 0, NULL },
	{ "(\\Foo)", 0, NULL },
	{ "(\\*)", 0, NULL },
	{ "(\\Seen", 0, NULL },
	{ "( \\Seen)", 0, NULL },
	{ "(\\Seen )", 0, NULL },
	{ "\\Seen", 0, NULL },
	/* clang-format on */
};

static void
test_flags(struct arena *a)
{
	for (size_t i = 0; i < NELEM(flag_lists); i++) {
		struct span s =
		    tap_exact(flag_lists[i].in, strlen(flag_lists[i].in));
		struct flag_list l;
		char got[64] = "";

		if (!p_flag_list(a, &s, &l)) {
			ok(flag_lists[i].keywords == NULL, "refused: %s",
			    flag_lists[i].in);
			continue;
		}
		for (size_t k = 0; k < l.nkeywords; k++)
			snprintf(got + strlen(got), sizeof got - strlen(got),
			    "%.*s ", (int)span_len(l.keywords[k]),
			    l.keywords[k].p);
		ok(flag_lists[i].keywords != NULL && s.p == s.end &&
			l.flags == flag_lists[i].flags &&
			strcmp(got, flag_lists[i].keywords) == 0,
		    "taken: %s", flag_lists[i].in);
	}
}

int
main(void)
{
	struct arena a = { 0 };
	struct span s = span_str("  ");
	struct literal l;
	uint32_t n;

	test_strings(&a);
	test_flags(&a);
	ok(p_end(&s), "trailing spaces are the end");
	s = span_str(" x");
	ok(!p_end(&s) && span_is(s, " x"), "a word is not");
	s = span_str("~{12+}");
	ok(p_literal_head(&s, &l) && l.len == 12 && l.nonsync && l.binary,
	    "literal8 head");
	s = span_str("FLAGS.SILENT");
	ok(!p_word(&s, "FLAGS"), "a word ends where atoms end");
	s = span_str("4294967295");
	ok(p_nz_number(&s, &n) && n == 4294967295u, "largest number");
	s = span_str("0");
	ok(!p_nz_number(&s, &n), "0 is no nz-number");
	s = span_str("\\Seen a b)");
	struct flag_list fl;

	ok(p_store_flags(&a, &s, &fl) && fl.nkeywords == 2 && span_is(s, ")"),
	    "flags without parentheses");
	arena_clear(&a);
	return done_testing();
}
