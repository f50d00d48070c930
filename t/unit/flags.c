/* flags.c: letters of file names, read and written. */
#include "store/flags.h"

#include "base/nelem.h"
#include "tap.h"

enum { D = FLAG_DRAFT, F = FLAG_FLAGGED, R = FLAG_ANSWERED };
enum { S = FLAG_SEEN, T = FLAG_DELETED };

static const struct {
	const char *name;
	unsigned flags; /* of name */
	unsigned set;
	const char *result;
} cases[] = {
	/* clang-format off */
	{ "a.b.h:2,S", S, S | F, "a.b.h:2,FS" },
	{ "a.b.h", 0, S, "a.b.h:2,S" },
	{ "a.b.h", 0, 0, "a.b.h:2," },
	{ "a.b.h:2,", 0, D | F | R | S | T, "a.b.h:2,DFRST" },
	/* satchel-maildir(7): Courier drops them, we do not */
	{ "1795288001.55_1.host:2,SPabc", S, S | F,
	    "1795288001.55_1.host:2,FPSabc" },
	{ "a:2,TSR", R | S | T, R | S, "a:2,RS" }, /* POP3 appends its S */
	{ "a:2,SS", S, S, "a:2,S" },
	{ "a:2,S,x=1", S, T, "a:2,T,x=1" }, /* Dovecot's second comma */
	{ "a:2,b,S", 0, S, "a:2,Sb,S" },
	{ "a:1,S", 0, F, "a:2,F" }, /* experimental: no flags */
	{ "a:2S", 0, F, "a:2,F" },
	{ "a:", 0, F, "a:2,F" },
	{ "a:2,S:2,F", S, S, "a:2,2:S,F" }, /* the first colon counts */
	{ ":2,S", S, 0, ":2," },
	{ "", 0, S, ":2,S" },
	{ "a:2,\xff" "a", 0, T, "a:2,Ta\xff" },
	/* clang-format on */
};

static void
test_name(size_t i)
{
	struct span name = tap_exact(cases[i].name, strlen(cases[i].name));
	struct strbuf out = { 0 };

	flags_name(name, cases[i].set, &out);
	ok(flags_parse(name) == cases[i].flags, "flags of \"%s\"",
	    cases[i].name);
	ok(strcmp(out.p, cases[i].result) == 0, "%s -> %s", cases[i].name,
	    out.p);
	strbuf_clear(&out);
}

int
main(void)
{
	static const char nul[] = "a\0b:2,S\0F";
	struct span s = tap_exact(nul, sizeof nul - 1);

	for (size_t i = 0; i < NELEM(cases); i++)
		test_name(i);
	ok(flags_parse(s) == (S | F), "a NUL is no letter");
	for (size_t n = 0; n < sizeof nul; n++)
		(void)flags_parse(tap_exact(nul, n));
	ok(span_is(flags_base(span_str("a:b:c")), "a"), "the first colon ends");
	ok(span_is(flags_base(span_str("a,S=3")), "a,S=3"), "no colon");
	return done_testing();
}
