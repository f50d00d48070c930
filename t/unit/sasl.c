/* sasl.c: what the mechanisms take, and what they refuse. */
#include "auth/sasl.h"

#include "base/nelem.h"
#include "tap.h"

#define S(s)                                                                   \
	{                                                                      \
		"" s, &("" s)[sizeof(s) - 1]                                   \
	}

static const struct {
	const char *mechanism;
	struct span in[2];
	enum sasl_result result;
	const char *user;
	const char *password;
} cases[] = {
	/* clang-format off */
	{ "PLAIN", { S("\0fred\0secret") }, SASL_DONE, "fred", "secret" },
	{ "plain", { S("fred\0fred\0secret") }, SASL_DONE, "fred", "secret" },
	{ "PLAIN", { S("root\0fred\0secret") }, SASL_BAD, NULL, NULL },
	{ "PLAIN", { S("\0fr\303\251d\0s\303\251") }, SASL_DONE,
	    "fr\303\251d", "s\303\251" },
	{ "PLAIN", { S("\0fr\351d\0secret") }, SASL_BAD, NULL, NULL },
	{ "PLAIN", { S("") }, SASL_BAD, NULL, NULL },
	{ "PLAIN", { S("\0") }, SASL_BAD, NULL, NULL },
	{ "PLAIN", { S("fred secret") }, SASL_BAD, NULL, NULL },
	{ "PLAIN", { S("\0fred") }, SASL_BAD, NULL, NULL },
	{ "PLAIN", { S("\0fred\0") }, SASL_BAD, NULL, NULL },
	{ "PLAIN", { S("\0\0secret") }, SASL_BAD, NULL, NULL },
	{ "PLAIN", { S("\0fred\0sec\0ret") }, SASL_BAD, NULL, NULL },
	{ "PLAIN", { S("\0fred\0\r\n") }, SASL_DONE, "fred", "\r\n" },
	{ "LOGIN", { S("fred"), S("secret") }, SASL_DONE, "fred", "secret" },
	{ "LOGIN", { S(""), S("") }, SASL_DONE, "", "" },
	{ "LOGIN", { S("fr\351d"), S("\351") }, SASL_DONE, "fr\351d", "\351" },
	{ "LOGIN", { S("fr\0d"), S("x") }, SASL_BAD, NULL, NULL },
	{ "LOGIN", { S("fred"), S("sec\0ret") }, SASL_BAD, NULL, NULL },
	{ "EXTERNAL", { S("") }, SASL_DONE, "", "" },
	{ "EXTERNAL", { S("fred") }, SASL_BAD, NULL, NULL },
	{ "EXTERNAL", { S("\0") }, SASL_BAD, NULL, NULL },
	/* clang-format on */
};

static enum sasl_result
run(struct sasl *s, const struct span in[2])
{
	enum sasl_result r = SASL_MORE;

	for (int i = 0; i < 2 && r == SASL_MORE; i++)
		r = sasl_response(s, tap_exact(in[i].p, span_len(in[i])));
	return r;
}

static void
test_lengths(void)
{
	static char big[SASL_FIELD_LEN + 3];
	struct sasl s;

	memset(big, 'x', sizeof big);
	(void)sasl_start(&s, span_str("LOGIN"));
	ok(sasl_response(&s, tap_exact(big, SASL_FIELD_LEN)) == SASL_MORE,
	    "the longest name");
	(void)sasl_start(&s, span_str("LOGIN"));
	ok(sasl_response(&s, tap_exact(big, SASL_FIELD_LEN + 1)) == SASL_BAD,
	    "one byte more");
	big[0] = big[2] = '\0';
	(void)sasl_start(&s, span_str("PLAIN"));
	ok(sasl_response(&s, tap_exact(big, sizeof big)) == SASL_DONE,
	    "the longest password");
}

int
main(void)
{
	struct sasl s;

	for (size_t i = 0; i < NELEM(cases); i++) {
		bool good = sasl_start(&s, span_str(cases[i].mechanism));
		enum sasl_result r = run(&s, cases[i].in);

		good = good && r == cases[i].result;
		if (good && r == SASL_DONE)
			good = span_is(sasl_user(&s), cases[i].user) &&
			       span_is(sasl_password(&s), cases[i].password);
		ok(good, "%s %zu", cases[i].mechanism, i);
	}
	ok(!sasl_start(&s, span_str("CRAM-MD5")) &&
		!sasl_start(&s, span_str("")) &&
		!sasl_start(&s, span_str("PLAINER")),
	    "others are unknown");
	ok(sasl_start(&s, span_str("LOGIN")) &&
		span_is(sasl_challenge(&s), "Username:"),
	    "first challenge");
	(void)sasl_response(&s, span_str("fred"));
	ok(span_is(sasl_challenge(&s), "Password:"), "second challenge");
	sasl_clear(&s);
	ok(s.user[0] == '\0', "forgotten");
	test_lengths();
	for (size_t i = 0; sasl_name(i) != NULL; i++)
		ok(strcmp(sasl_name(i), "EXTERNAL") != 0, "%s is for everybody",
		    sasl_name(i));
	return done_testing();
}
