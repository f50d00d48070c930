/* select_parse.c: the arguments of SELECT, read and spelled out again. */
#include "imap/select_parse.h"

#include "base/nelem.h"
#include "base/strbuf.h"
#include "tap.h"

static const struct {
	const char *in;
	const char *out; /* NULL: must be refused */
} cases[] = {
	/* clang-format off */
	{ " INBOX", "INBOX" },
	{ " \"a b\" ", "a b" },
	{ " INBOX (CONDSTORE)", "INBOX condstore" },
	{ " INBOX (condstore) ", "INBOX condstore" },
	{ " INBOX (QRESYNC (67890007 90060115194045000 41:211,214:541))",
	    "INBOX qresync 67890007 90060115194045000 known=41:211,214:541" },
	{ " INBOX (QRESYNC (1 2))", "INBOX qresync 1 2" },
	{ " INBOX (QRESYNC (1 2) CONDSTORE)", "INBOX condstore qresync 1 2" },
	{ " INBOX (CONDSTORE QRESYNC (1 2))", "INBOX condstore qresync 1 2" },
	{ " x (QRESYNC (1 0))", "x qresync 1 0" }, /* satchel-imap(7) */
	{ " x (QRESYNC (1 9223372036854775807))",
	    "x qresync 1 9223372036854775807" },
	{ " x (QRESYNC (1 9223372036854775808))", NULL },
	{ " x (QRESYNC (0 1))", NULL },
	{ " x (QRESYNC (4294967296 1))", NULL },
	{ " x (QRESYNC (1 2 9,3:1,2))", "x qresync 1 2 known=1:3,9:9" },
	{ " x (QRESYNC (1 2 1:4294967295))",
	    "x qresync 1 2 known=1:4294967295" },
	{ " x (QRESYNC (1 2 1:*))", NULL },
	{ " x (QRESYNC (1 2 *))", NULL },
	{ " x (QRESYNC (1 2 $))", NULL },
	{ " x (QRESYNC (1 2 1:29997 (5000,7500,9990:9991 15000,22500,29970,"
	  "29973)))",
	    "x qresync 1 2 known=1:29997 numbers=5000:5000,7500:7500,9990:9991 "
	    "uids=15000:15000,22500:22500,29970:29970,29973:29973" },
	{ " x (QRESYNC (1 2 (1 1)))", "x qresync 1 2 numbers=1:1 uids=1:1" },
	{ " x (QRESYNC (1 2 (1:4294967295 1:4294967295)))",
	    "x qresync 1 2 numbers=1:4294967295 uids=1:4294967295" },
	{ " x (QRESYNC (1 2 (1,2 1)))", NULL }, /* not as many */
	{ " x (QRESYNC (1 2 (2,1 1,2)))", NULL }, /* not ascending */
	{ " x (QRESYNC (1 2 (1,2 4:3)))", NULL },
	{ " x (QRESYNC (1 2 (1,1 1,2)))", NULL },
	{ " x (QRESYNC (1 2 (* 1)))", NULL },
	{ " x (QRESYNC (1 2 (1)))", NULL },
	{ " x (QRESYNC (1 2 (1 1) 1))", NULL },
	{ " x (QRESYNC (1 2 ))", NULL },
	{ " x (QRESYNC (1))", NULL },
	{ " x (QRESYNC ())", NULL },
	{ " x (QRESYNC)", NULL },
	{ " x (QRESYNC (1 2) QRESYNC (1 2))", NULL },
	{ " x ()", NULL },
	{ " x (OTHER)", NULL },
	{ " x (CONDSTORES)", NULL },
	{ " x (CONDSTORE", NULL },
	{ " x (CONDSTORE) y", NULL },
	{ " x CONDSTORE", NULL },
	{ " x(CONDSTORE)", NULL },
	{ "x", NULL },
	{ " ", NULL },
	{ "", NULL },
	/* clang-format on */
};

static void
spell_set(const char *name, const struct seqset *set, struct strbuf *out)
{
	for (size_t i = 0; i < set->n; i++) {
		strbuf_puts(out, i == 0 ? name : ",");
		strbuf_num(out, set->r[i].a);
		strbuf_putc(out, ':');
		strbuf_num(out, set->r[i].b);
	}
}

static void
spell(const struct select_args *args, struct strbuf *out)
{
	const struct select_qresync *q = &args->known;

	strbuf_cat(out, args->mailbox);
	strbuf_puts(out, args->condstore ? " condstore" : "");
	if (!args->qresync)
		return;
	strbuf_puts(out, " qresync ");
	strbuf_num(out, q->uidvalidity);
	strbuf_putc(out, ' ');
	strbuf_num(out, q->modseq);
	if (q->has_known)
		spell_set(" known=", &q->known, out);
	spell_set(" numbers=", &q->numbers, out);
	spell_set(" uids=", &q->uids, out);
}

static void
check(struct arena *a, size_t i)
{
	struct span in = tap_exact(cases[i].in, strlen(cases[i].in));
	struct select_args args;
	struct strbuf b = { 0 };
	bool good = p_select(a, in, &args);

	if (cases[i].out == NULL) {
		ok(!good, "refused:%s", cases[i].in);
		return;
	}
	if (good)
		spell(&args, &b);
	ok(good && span_is(strbuf_span(&b), cases[i].out), "%s is %s",
	    cases[i].in, b.p == NULL ? "refused" : b.p);
	strbuf_clear(&b);
}

int
main(void)
{
	static const char whole[] =
	    " {1}\r\nx (CONDSTORE QRESYNC (1 2 3:4 (1,2 3:4)))";
	struct arena a = { 0 };
	struct select_args args;
	size_t with_name = sizeof " {1}\r\nx" - 1;
	bool none = true;

	for (size_t i = 0; i < NELEM(cases); i++)
		check(&a, i);
	for (size_t n = 0; n + 1 < sizeof whole; n++)
		none = none && (n == with_name || n == with_name + 1 ||
				   !p_select(&a, tap_exact(whole, n), &args));
	ok(none, "no beginning of them is all of them");
	arena_clear(&a);
	return done_testing();
}
