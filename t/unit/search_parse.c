/* search_parse.c: SEARCH programs, read and spelled out again. */
#include "imap/search_parse.h"

#include "base/nelem.h"
#include "base/strbuf.h"
#include "imap/limits.h"
#include "tap.h"

enum { NOW = 1000000 };

static const struct {
	const char *in;
	const char *out; /* NULL: must be refused */
} cases[] = {
	/* clang-format off */
	{ " ALL", "(all)" },
	{ " all", "(all)" },
	{ " ALL ", "(all)" }, /* trailing space: imap(7) */
	{ "ALL", NULL },
	{ "", NULL },
	{ " ", NULL },
	{ "  ALL", NULL },
	{ " ALLX", NULL },
	{ " ALL1", NULL },
	{ " FOO", NULL },
	{ " SEEN UNSEEN", "(flags 8=8 flags 8=0)" },
	{ " ANSWERED DELETED DRAFT FLAGGED",
	    "(flags 4=4 flags 16=16 flags 1=1 flags 2=2)" },
	{ " UNANSWERED UNDELETED UNDRAFT UNFLAGGED",
	    "(flags 4=0 flags 16=0 flags 1=0 flags 2=0)" },
	{ " NEW OLD RECENT", "(flags 40=32 flags 32=0 flags 32=32)" },
	{ " NOT SEEN", "(!(flags 8=8))" },
	{ " NOT NOT SEEN", "(!(!(flags 8=8)))" },
	{ " NOT", NULL },
	{ " NOT ", NULL },
	{ " OR SEEN DRAFT", "([flags 8=8 flags 1=1])" },
	{ " OR SEEN", NULL },
	{ " OR (SEEN DRAFT) NOT 1", "([(flags 8=8 flags 1=1) !(seqs#0)])" },
	{ " (SEEN)", "((flags 8=8))" },
	{ " MODSEQ 620162338", "(modseq 620162338)" },
	{ " MODSEQ 0", "(modseq 0)" },
	{ " MODSEQ 9223372036854775807", "(modseq 9223372036854775807)" },
	{ " MODSEQ 9223372036854775808", NULL },
	{ " MODSEQ -1", NULL },
	{ " MODSEQ", NULL },
	{ " MODSEQ \"/flags/\\\\draft\" all 620162338", "(modseq 620162338)" },
	{ " MODSEQ \"/flags/$mdnsent\" PRIV 1", "(modseq 1)" },
	{ " MODSEQ \"/flags/x\" shared 1 SEEN", "(modseq 1 flags 8=8)" },
	{ " MODSEQ \"/flags/x\" any 1", NULL },
	{ " MODSEQ \"/flags/\" all 1", NULL },
	{ " MODSEQ \"/other/x\" all 1", NULL },
	{ " MODSEQ \"/flags/x\" 1", NULL },
	{ " MODSEQ /flags/x all 1", NULL },
	{ " EMAILID M6d99ac3275bb4e", "(emailid~M6d99ac3275bb4e)" },
	{ " EMAILID m_-", "(emailid~m_-)" },
	{ " EMAILID a+b", NULL },
	{ " EMAILID", NULL },
	{ " EMAILID \"x\"", NULL },
	{ " THREADID T64b478a75b7ea9", "(!all~T64b478a75b7ea9)" },
	{ " SAVEDATESUPPORTED", "(all)" },
	{ " SAVEDBEFORE 1-Feb-2003", "(savedbefore 2003-2-1)" },
	{ " SAVEDON 1-Feb-2003 SAVEDSINCE \"1-Feb-2003\"",
	    "(savedon 2003-2-1 savedsince 2003-2-1)" },
	{ " SAVEDON", NULL },
	{ " ((SEEN))", "(((flags 8=8)))" },
	{ " ()", NULL },
	{ " (SEEN", NULL },
	{ " SEEN)", NULL },
	{ " (SEEN )", NULL },
	{ " 1:3,7 UID 5", "(seqs#0 uids#1)" },
	{ " *", "(seqs#0)" },
	{ " *:1", "(seqs#0)" },
	{ " $", "(seqs#0)" },
	{ " UID $", "(uids#0)" },
	{ " UID", NULL },
	{ " UID x", NULL },
	{ " 0", NULL },
	{ " 1,", NULL },
	{ " 1SEEN", NULL },
	{ " FROM bob", "(From~bob)" },
	{ " BCC a CC b TO c SUBJECT d", "(Bcc~a Cc~b To~c Subject~d)" },
	{ " FROM \"b \\\"o\\\" b\"", "(From~b \"o\" b)" },
	{ " FROM {3}\r\nbob", "(From~bob)" },
	{ " FROM \"\"", "(From~)" },
	{ " FROM", NULL },
	{ " FROM ", NULL },
	{ " FROM (a)", NULL },
	{ " HEADER X-Foo bar", "(X-Foo~bar)" },
	{ " HEADER \"X-Foo\" \"\"", "(X-Foo~)" },
	{ " HEADER X-Foo", NULL },
	{ " BODY a TEXT b", "(body~a text~b)" },
	{ " KEYWORD $Fwd UNKEYWORD b", "(kw~$Fwd !kw~b)" },
	{ " KEYWORD \\Seen", NULL },
	{ " KEYWORD \"a\"", NULL },
	{ " LARGER 0 SMALLER 4294967296", "(larger 0 smaller 4294967296)" },
	{ " LARGER -1", NULL },
	{ " LARGER 9223372036854775808", NULL },
	{ " YOUNGER 1 OLDER 3600", "(younger 999999 older 996400)" },
	{ " OLDER 2000000", "(older 0)" },
	{ " YOUNGER 0", NULL },
	{ " YOUNGER 4294967296", NULL },
	{ " BEFORE 1-Feb-1994 ON \"01-Feb-1994\" SINCE 28-feb-1994",
	    "(before 1994-2-1 on 1994-2-1 since 1994-2-28)" },
	{ " SENTBEFORE 1-Feb-1994 SENTON 1-Feb-1994 SENTSINCE 1-Feb-1994",
	    "(sentbefore 1994-2-1 senton 1994-2-1 sentsince 1994-2-1)" },
	{ " ON bogus", NULL },
	{ " ON 32-Feb-1994", NULL },
	{ " ON \"1-Feb-1994", NULL },
	{ " ON 1-Feb-1994\"", NULL },
	{ " CHARSET UTF-8 ALL", "charset=UTF-8 (all)" },
	{ " CHARSET \"x y\" ALL", "charset=x y (all)" },
	{ " CHARSET UTF-8", NULL },
	{ " CHARSET ALL", NULL },
	{ " RETURN () ALL", "return=4 (all)" },
	{ " RETURN (MIN MAX) ALL", "return=3 (all)" },
	{ " RETURN (all count save) CHARSET UTF-8 1",
	    "return=28 charset=UTF-8 (seqs#0)" },
	{ " RETURN (SAVE) $", "return=16 (seqs#0)" },
	{ " RETURN (FOO) ALL", NULL },
	{ " RETURN (MIN", NULL },
	{ " RETURN MIN ALL", NULL },
	{ " RETURN (MIN)", NULL },
	{ " RETURN (MIN )", NULL },
	{ " RETURN(MIN) ALL", NULL },
	{ " CHARSET UTF-8 RETURN (MIN) ALL", NULL },
	{ " SUBJECT {2}\r\n\xc3\xa9", "(Subject~\xc3\xa9)" },
	{ " SUBJECT {1}\r\n\xe9", "not-utf8 (Subject~\xe9)" },
	{ " \xff", NULL },
	{ " ALL\r", NULL },
	{ " ALL\n", NULL },
	/* clang-format on */
};

static const char *const kinds[] = {
	[SEARCH_ALL] = "all",
	[SEARCH_SEQS] = "seqs",
	[SEARCH_UIDS] = "uids",
	[SEARCH_FLAGS] = "flags ",
	[SEARCH_KEYWORD] = "kw",
	[SEARCH_MODSEQ] = "modseq ",
	[SEARCH_EMAILID] = "emailid",
	[SEARCH_SAVEDBEFORE] = "savedbefore ",
	[SEARCH_SAVEDON] = "savedon ",
	[SEARCH_SAVEDSINCE] = "savedsince ",
	[SEARCH_BEFORE] = "before ",
	[SEARCH_ON] = "on ",
	[SEARCH_SINCE] = "since ",
	[SEARCH_YOUNGER] = "younger ",
	[SEARCH_OLDER] = "older ",
	[SEARCH_LARGER] = "larger ",
	[SEARCH_SMALLER] = "smaller ",
	[SEARCH_SENTBEFORE] = "sentbefore ",
	[SEARCH_SENTON] = "senton ",
	[SEARCH_SENTSINCE] = "sentsince ",
	[SEARCH_HEADER] = "",
	[SEARCH_BODY] = "body",
	[SEARCH_TEXT] = "text",
};

static void
spell_leaf(const struct search_args *args, const struct search_key *key,
    struct strbuf *out)
{
	strbuf_puts(out, kinds[key->kind]);
	strbuf_cat(out, key->field);
	if (key->text.p != NULL) {
		strbuf_putc(out, '~');
		strbuf_cat(out, key->text);
	}
	if (key->kind == SEARCH_FLAGS) {
		strbuf_num(out, key->mask);
		strbuf_putc(out, '=');
		strbuf_num(out, key->flags);
	}
	if (key->kind == SEARCH_MODSEQ ||
	    (key->kind >= SEARCH_YOUNGER && key->kind <= SEARCH_SMALLER))
		strbuf_num(out, key->number);
	if (key->day.year != 0) {
		strbuf_num(out, (uint64_t)key->day.year);
		strbuf_putc(out, '-');
		strbuf_num(out, (uint64_t)key->day.month);
		strbuf_putc(out, '-');
		strbuf_num(out, (uint64_t)key->day.day);
	}
	for (size_t i = 0; i < args->nsets; i++)
		if (args->sets[i].key == key) {
			strbuf_putc(out, '#');
			strbuf_num(out, i);
		}
}

static void
spell(const struct search_args *args, const struct search_key *key,
    struct strbuf *out)
{
	const char *before = key->kind == SEARCH_OR ? "[" : "(";

	if (key->negate)
		strbuf_putc(out, '!');
	if (key->kind != SEARCH_OR && key->kind != SEARCH_AND) {
		spell_leaf(args, key, out);
		return;
	}
	for (const struct search_key *c = key->child; c; c = c->next) {
		strbuf_puts(out, before);
		before = " ";
		spell(args, c, out);
	}
	strbuf_putc(out, key->kind == SEARCH_OR ? ']' : ')');
}

static void
check(struct arena *a, size_t i)
{
	struct span in = tap_exact(cases[i].in, strlen(cases[i].in)), s = in;
	struct search_args args = { 0 };
	struct strbuf b = { 0 };
	bool good = p_search_args(a, &s, NOW, &args);

	if (cases[i].out == NULL) {
		ok(!good && s.p == in.p && args.root == NULL, "refused:%s",
		    cases[i].in);
		return;
	}
	if (good) {
		if (args.extended) {
			strbuf_puts(&b, "return=");
			strbuf_num(&b, args.want);
			strbuf_putc(&b, ' ');
		}
		if (args.charset.p != NULL) {
			strbuf_puts(&b, "charset=");
			strbuf_cat(&b, args.charset);
			strbuf_putc(&b, ' ');
		}
		strbuf_puts(&b, args.utf8 ? "" : "not-utf8 ");
		spell(&args, args.root, &b);
	}
	ok(good && s.p == s.end && span_is(strbuf_span(&b), cases[i].out),
	    "%s is %s", cases[i].in, b.p == NULL ? "refused" : b.p);
	strbuf_clear(&b);
}

/* Whether a program of n times front, a key, n times back is taken. */
static bool
many(struct arena *a, size_t n, const char *front, const char *back)
{
	struct strbuf b = { 0 };
	struct search_args args;
	struct span s;
	bool good;

	strbuf_putc(&b, ' ');
	for (size_t i = 0; i < n; i++)
		strbuf_puts(&b, front);
	strbuf_puts(&b, "SEEN");
	for (size_t i = 0; i < n; i++)
		strbuf_puts(&b, back);
	s = tap_exact(b.p, b.len);
	good = p_search_args(a, &s, NOW, &args);
	strbuf_clear(&b);
	return good;
}

int
main(void)
{
	struct arena a = { 0 };
	static const char whole[] =
	    " RETURN (MIN) CHARSET UTF-8 OR (UID 1) HEADER \"a\" {2}\r\nbc";
	bool none = true;

	for (size_t i = 0; i < NELEM(cases); i++)
		check(&a, i);
	for (size_t n = 0; n + 1 < sizeof whole; n++) {
		struct span s = tap_exact(whole, n);
		struct search_args args;

		none = none && !p_search_args(&a, &s, NOW, &args);
	}
	ok(none, "no beginning of a program is a program");
	ok(many(&a, LIMIT_SEARCH_DEPTH, "(", ")"), "as deep as allowed");
	ok(!many(&a, LIMIT_SEARCH_DEPTH + 1, "(", ")"), "deeper");
	ok(many(&a, LIMIT_SEARCH_DEPTH, "NOT ", ""), "as many NOTs as allowed");
	ok(!many(&a, LIMIT_SEARCH_DEPTH + 1, "NOT ", ""), "one more");
	ok(!many(&a, LIMIT_SEARCH_DEPTH + 1, "OR ", " 1"), "so with OR");
	ok(many(&a, LIMIT_SEARCH_KEYS - 1, "1 ", ""), "as many keys");
	ok(!many(&a, LIMIT_SEARCH_KEYS, "1 ", ""), "one more key");
	ok(!many(&a, 400000, "(", ""), "hundreds of thousands of (");
	arena_clear(&a);
	return done_testing();
}
