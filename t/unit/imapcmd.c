/* imapcmd.c: commands before login, accepted, refused, unfinished. */
#include "chain/imapcmd.h"

#include "base/nelem.h"
#include "tap.h"

#define S(s)                                                                   \
	{                                                                      \
		"" s, &("" s)[sizeof(s) - 1]                                   \
	}

static const struct {
	struct span in;
	enum imapcmd_result result;
	enum imapcmd_verb verb;
	const char *tag;
	const char *a; /* user, or mechanism */
	const char *b; /* password, or initial response */
} cases[] = {
	/* clang-format off */
	{ S("a NOOP"), IMAPCMD_DONE, IMAPCMD_NOOP, "a", NULL, NULL },
	{ S("a noop"), IMAPCMD_DONE, IMAPCMD_NOOP, "a", NULL, NULL },
	{ S("a]!#$&',-./:;<=>?@^_`|~ CAPABILITY"), IMAPCMD_DONE,
	    IMAPCMD_CAPABILITY, "a]!#$&',-./:;<=>?@^_`|~", NULL, NULL },
	{ S("1 LOGOUT"), IMAPCMD_DONE, IMAPCMD_LOGOUT, "1", NULL, NULL },
	{ S("a NOOP "), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a  NOOP"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a NOOP\r"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a NOOP\0"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a NOOP x"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a NOOP\377"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a "), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S(""), IMAPCMD_BAD, 0, "", NULL, NULL },
	{ S(" NOOP"), IMAPCMD_BAD, 0, "", NULL, NULL },
	{ S("* NOOP"), IMAPCMD_BAD, 0, "", NULL, NULL },
	{ S("+ NOOP"), IMAPCMD_BAD, 0, "", NULL, NULL },
	{ S("a+b NOOP"), IMAPCMD_BAD, 0, "", NULL, NULL },
	{ S("a\tNOOP"), IMAPCMD_BAD, 0, "", NULL, NULL },
	{ S("\\SMAP1 LOGIN"), IMAPCMD_BAD, 0, "", NULL, NULL },
	{ S("\200 NOOP"), IMAPCMD_BAD, 0, "", NULL, NULL },
	{ S("a SELECT INBOX"), IMAPCMD_DONE, IMAPCMD_OTHER, "a", NULL, NULL },
	{ S("a STARTTLS"), IMAPCMD_DONE, IMAPCMD_STARTTLS, "a", NULL, NULL },
	{ S("a APPEND x {3+}"), IMAPCMD_DONE, IMAPCMD_OTHER, "a", NULL, NULL },

	{ S("a LOGIN fred secret"), IMAPCMD_DONE, IMAPCMD_LOGIN, "a",
	    "fred", "secret" },
	{ S("a LOGIN fred s]cret"), IMAPCMD_DONE, IMAPCMD_LOGIN, "a",
	    "fred", "s]cret" },
	{ S("a LOGIN \"fr ed\" \"a\\\"b\\\\c\""), IMAPCMD_DONE, IMAPCMD_LOGIN,
	    "a", "fr ed", "a\"b\\c" },
	{ S("a LOGIN \"\" \"\""), IMAPCMD_DONE, IMAPCMD_LOGIN, "a", "", "" },
	{ S("a LOGIN \"fr\303\251d\" x"), IMAPCMD_DONE, IMAPCMD_LOGIN, "a",
	    "fr\303\251d", "x" },
	{ S("a LOGIN {4}\r\nfred {6+}\r\nse\r\nt\377"), IMAPCMD_DONE,
	    IMAPCMD_LOGIN, "a", "fred", "se\r\nt\377" },
	{ S("a LOGIN {0}\r\n x"), IMAPCMD_DONE, IMAPCMD_LOGIN, "a", "", "x" },
	{ S("a LOGIN fred"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN fred "), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN fred secret x"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN fred  secret"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN fr*d secret"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN (fred) secret"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN fr\\d secret"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN fr\351d secret"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN fr\303\251d secret"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN \"fr\351d\" x"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN \"fred x"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN \"fr\\ed\" x"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN \"fred\\"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN \"fr\0d\" x"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN \"fr\rd\" x"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN \"fr\nd\" x"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN fr\0d x"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN {4}\r\nfr\0d x"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN {4}\nfred x"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN {5}\r\nfred"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN ~{4}\r\nfred x"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN {-1}"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN {}"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN {4"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN {4-}"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a LOGIN {18446744073709551616}"), IMAPCMD_BAD, 0, "a", NULL,
	    NULL },
	{ S("a LOGIN {4}"), IMAPCMD_WANTS, 0, "a", NULL, NULL },
	{ S("a LOGIN fred {4294967295+}"), IMAPCMD_WANTS, 0, "a", NULL, NULL },

	{ S("a AUTHENTICATE PLAIN"), IMAPCMD_DONE, IMAPCMD_AUTHENTICATE, "a",
	    "PLAIN", NULL },
	{ S("a AUTHENTICATE plain ="), IMAPCMD_DONE, IMAPCMD_AUTHENTICATE, "a",
	    "plain", "=" },
	{ S("a AUTHENTICATE X AGZyZWQ= x"), IMAPCMD_DONE,
	    IMAPCMD_AUTHENTICATE, "a", "X", "AGZyZWQ= x" },
	{ S("a AUTHENTICATE PLAIN "), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a AUTHENTICATE PLAIN {8+}"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a AUTHENTICATE"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a AUTHENTICATE "), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a AUTHENTICATE \"PLAIN\""), IMAPCMD_BAD, 0, "a", NULL, NULL },

	{ S("a ID NIL"), IMAPCMD_DONE, IMAPCMD_ID, "a", NULL, NULL },
	{ S("a ID ()"), IMAPCMD_DONE, IMAPCMD_ID, "a", NULL, NULL },
	{ S("a ID (\"name\" \"x\" \"os\" nil)"), IMAPCMD_DONE, IMAPCMD_ID, "a",
	    NULL, NULL },
	{ S("a ID (\"name\" {2}\r\nxy)"), IMAPCMD_DONE, IMAPCMD_ID, "a", NULL,
	    NULL },
	{ S("a ID (\"name\")"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a ID (name \"x\")"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a ID (\"name\" \"x\" )"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a ID (\"name\" \"x\""), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a ID ((((((((((("), IMAPCMD_BAD, 0, "a", NULL, NULL },
	{ S("a ID"), IMAPCMD_BAD, 0, "a", NULL, NULL },
	/* clang-format on */
};

static bool
same(struct imapcmd_string s, const char *want)
{
	char buf[64];
	size_t len;

	return imapcmd_copy(s, buf, sizeof buf, &len) &&
	       span_is(span_of(buf, len), want);
}

static bool
right(const struct imapcmd *c, size_t i)
{
	if (!span_is(c->tag, cases[i].tag))
		return false;
	if (cases[i].result != IMAPCMD_DONE)
		return true;
	if (c->verb != cases[i].verb)
		return false;
	if (c->verb == IMAPCMD_LOGIN)
		return same(c->user, cases[i].a) &&
		       same(c->password, cases[i].b);
	if (c->verb != IMAPCMD_AUTHENTICATE)
		return true;
	return span_is(c->mechanism, cases[i].a) &&
	       (cases[i].b == NULL ? c->initial.p == NULL
				   : span_is(c->initial, cases[i].b));
}

/* Cut anywhere, it reads nothing beyond, and no tag is invented. */
static void
cut(struct span in)
{
	struct imapcmd c;

	for (size_t len = span_len(in); len-- > 0;) {
		struct span s = tap_exact(in.p, len);

		(void)imapcmd_parse(s, &c);
		if (span_len(c.tag) > len)
			ok(false, "cut at %zu", len);
	}
}

static void
test_literals(void)
{
	static const struct {
		const char *in;
		int64_t len; /* -1: is none */
	} ends[] = {
		/* clang-format off */
		{ "a x {5+}", 5 }, { "{0+}", 0 },
		{ "a {4294967296+}", UINT32_MAX },
		{ "a {99999999999999999999999+}", UINT32_MAX }, { "{5}", -1 },
		{ "{5+} ", -1 }, { "{+}", -1 }, { "5+}", -1 }, { "+}", -1 },
		{ "}", -1 }, { "", -1 }, { "{-1+}", -1 }, { "{x5+}", -1 },
		{ "~{5+}", 5 },
		/* clang-format on */
	};
	struct imapcmd c;
	uint32_t len;

	for (size_t i = 0; i < NELEM(ends); i++) {
		struct span s = tap_exact(ends[i].in, strlen(ends[i].in));
		bool is = imapcmd_ends_nonsync(s, &len);

		ok(is == (ends[i].len != -1) && (!is || len == ends[i].len),
		    "end of \"%s\"", ends[i].in);
	}
	ok(imapcmd_parse(span_str("a LOGIN {7}"), &c) == IMAPCMD_WANTS &&
		c.literal == 7 && !c.nonsync,
	    "a literal");
	ok(imapcmd_parse(span_str("a LOGIN x {4294967295+}"), &c) ==
		    IMAPCMD_WANTS &&
		c.literal == UINT32_MAX && c.nonsync,
	    "a large one");
}

static void
test_pairs(void)
{
	char text[1024] = "a ID (", *end = text + 6;
	struct imapcmd c;

	for (int i = 0; i < IMAPCMD_ID_PAIRS; i++) {
		const char *pair = i == 0 ? "\"n\" \"v\"" : " \"n\" \"v\"";

		memcpy(end, pair, strlen(pair));
		end += strlen(pair);
	}
	*end = ')';
	ok(imapcmd_parse((struct span){ text, end + 1 }, &c) == IMAPCMD_DONE,
	    "30 pairs");
	memcpy(end, " \"n\" \"v\")", 9);
	ok(imapcmd_parse((struct span){ text, end + 9 }, &c) == IMAPCMD_BAD,
	    "31 pairs");
}

static const struct {
	struct span in;
	size_t size;
	const char *out;
} ids[] = {
	/* clang-format off */
	{ S("a ID (\"name\" \"x\" \"os\" nil)"), 99, "name=x, os=(nil)" },
	{ S("a ID (\"n\" {2}\r\nxy \"o\" \"\")"), 99, "n=xy, o=" },
	{ S("a ID (\"n\" \"a,[b]\\\"\\\\\" \"o\" {3}\r\n\n\1\377)"), 99,
	    "n=a??b?\"\\, o=???" },
	{ S("a ID (\"name\" \"x\" \"os\" nil)"), 17, "name=x, os=(nil)" },
	{ S("a ID (\"name\" \"x\" \"os\" nil)"), 16, "name=x" },
	{ S("a ID (\"name\" \"x\")"), 6, "" },
	{ S("a ID NIL"), 99, "" },
	{ S("a ID ()"), 99, "" },
	/* clang-format on */
};

static void
test_id(void)
{
	struct imapcmd c;
	char buf[100];

	for (size_t i = 0; i < NELEM(ids); i++) {
		size_t n;

		(void)imapcmd_parse(
		    tap_exact(ids[i].in.p, span_len(ids[i].in)), &c);
		n = imapcmd_id(&c, buf, ids[i].size);
		ok(n == strlen(buf) && strcmp(buf, ids[i].out) == 0, "ID: %s",
		    buf);
	}
}

int
main(void)
{
	test_id();
	struct imapcmd c;
	char buf[4];
	size_t len;

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct span in =
		    tap_exact(cases[i].in.p, span_len(cases[i].in));
		enum imapcmd_result r = imapcmd_parse(in, &c);

		ok(r == cases[i].result && right(&c, i), "%.*s",
		    (int)span_len(in), in.p);
		cut(cases[i].in);
	}
	c.user.s = span_str("abcd");
	c.user.quoted = false;
	ok(imapcmd_copy(c.user, buf, 4, &len) && len == 4 &&
		!imapcmd_copy(c.user, buf, 3, &len),
	    "copies have a bound");
	test_literals();
	test_pairs();
	return done_testing();
}
