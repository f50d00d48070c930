/* envelope.c: envelopes of headers good and bad. */
#include "imap/envelope.h"

#include "base/nelem.h"
#include "tap.h"

/* The ten fields, and how they are printed. */
static const struct {
	const char *what;
	const char *field[ENV_FIELDS];
	bool utf8;
	const char *out;
} cases[] = {
	/* clang-format off */
	{ "an empty header", { NULL }, false,
	    "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)" },
	{ "RFC 9051's own example", {
	    [ENV_DATE] = "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)",
	    [ENV_SUBJECT] = "IMAP4rev2 WG mtg summary and minutes",
	    [ENV_FROM] = "Terry Gray <gray@cac.washington.edu>",
	    [ENV_TO] = "imap@cac.washington.edu",
	    [ENV_CC] = "minutes@CNRI.Reston.VA.US, "
		"John Klensin <KLENSIN@MIT.EDU>",
	    [ENV_MESSAGE_ID] = "<B27397-0100000@cac.washington.edu>" }, false,
	    "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" "
	    "\"IMAP4rev2 WG mtg summary and minutes\" "
	    "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
	    "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
	    "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
	    "((NIL NIL \"imap\" \"cac.washington.edu\")) "
	    "((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")"
	    "(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) NIL NIL "
	    "\"<B27397-0100000@cac.washington.edu>\")" },
	{ "present but empty", { [ENV_DATE] = "", [ENV_SUBJECT] = "",
	    [ENV_FROM] = "", [ENV_SENDER] = "", [ENV_TO] = " ",
	    [ENV_IN_REPLY_TO] = "", [ENV_MESSAGE_ID] = "" }, false,
	    "(\"\" \"\" NIL NIL NIL NIL NIL NIL \"\" \"\")" },
	{ "sender and reply-to are kept", { [ENV_FROM] = "a@b",
	    [ENV_SENDER] = "c@d", [ENV_REPLY_TO] = "e@f" }, false,
	    "(NIL NIL ((NIL NIL \"a\" \"b\")) ((NIL NIL \"c\" \"d\")) "
	    "((NIL NIL \"e\" \"f\")) NIL NIL NIL NIL NIL)" },
	{ "an empty sender is the author", { [ENV_FROM] = "a@b",
	    [ENV_SENDER] = "", [ENV_REPLY_TO] = "," }, false,
	    "(NIL NIL ((NIL NIL \"a\" \"b\")) ((NIL NIL \"a\" \"b\")) "
	    "((NIL NIL \"a\" \"b\")) NIL NIL NIL NIL NIL)" },
	{ "groups", { [ENV_TO] = "Team: a@b, C <c@d>;, e@f, none:;" }, false,
	    "(NIL NIL NIL NIL NIL ((NIL NIL \"Team\" NIL)"
	    "(NIL NIL \"a\" \"b\")(\"C\" NIL \"c\" \"d\")(NIL NIL NIL NIL)"
	    "(NIL NIL \"e\" \"f\")(NIL NIL \"none\" NIL)(NIL NIL NIL NIL)) "
	    "NIL NIL NIL NIL)" },
	{ "a source route", { [ENV_CC] = "<@x,@y:a@b>" }, false,
	    "(NIL NIL NIL NIL NIL NIL ((NIL \"@x,@y\" \"a\" \"b\")) "
	    "NIL NIL NIL)" },
	{ "no domain is no group", { [ENV_BCC] = "bob" }, false,
	    "(NIL NIL NIL NIL NIL NIL NIL ((NIL NIL \"bob\" \"\")) NIL NIL)" },
	{ "quotes and backslashes", { [ENV_SUBJECT] = "a \"b\" \\c" }, false,
	    "(NIL \"a \\\"b\\\" \\\\c\" "
	    "NIL NIL NIL NIL NIL NIL NIL NIL)" },
	{ "8-bit is encoded", { [ENV_SUBJECT] = "caf\xc3\xa9",
	    [ENV_TO] = "\"\xc3\xa9\" <a@b>" }, false,
	    "(NIL \"=?UTF-8?B?Y2Fmw6k=?=\" NIL NIL NIL "
	    "((\"=?UTF-8?B?w6k=?=\" NIL \"a\" \"b\")) NIL NIL NIL NIL)" },
	{ "8-bit for those who like it", { [ENV_SUBJECT] = "caf\xc3\xa9",
	    [ENV_TO] = "\"\xc3\xa9\" <\xc3\xa9@b\xc3\xa9>" }, true,
	    "(NIL \"caf\xc3\xa9\" NIL NIL NIL "
	    "((\"\xc3\xa9\" NIL \"\xc3\xa9\" \"b\xc3\xa9\")) "
	    "NIL NIL NIL NIL)" },
	{ "what is no UTF-8 is encoded for them too",
	    { [ENV_SUBJECT] = "caf\xe9" }, true,
	    "(NIL \"=?UNKNOWN-8BIT?Q?caf=E9?=\" "
	    "NIL NIL NIL NIL NIL NIL NIL NIL)" },
	{ "encoded words stay", { [ENV_SUBJECT] = "=?UTF-8?Q?=C3=A9?=" }, true,
	    "(NIL \"=?UTF-8?Q?=C3=A9?=\" NIL NIL NIL NIL NIL NIL NIL NIL)" },
	{ "0x80 for NUL is 8-bit, too", { [ENV_SUBJECT] = "a%b" }, true,
	    "(NIL \"=?UNKNOWN-8BIT?B?YYBi?=\" "
	    "NIL NIL NIL NIL NIL NIL NIL NIL)" },
	{ "a bare CR makes a literal", { [ENV_MESSAGE_ID] = "<a\rb>" }, false,
	    "(NIL NIL NIL NIL NIL NIL NIL NIL NIL {5}\r\n<a\rb>)" },
	/* clang-format on */
};

static struct wr w;

/* The bytes of s, with NUL for each "%". */
static struct span
with_nul(const char *s)
{
	char b[200];
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++)
		b[i] = s[i] == '%' ? '\0' : s[i];
	return tap_exact(b, len);
}

int
main(void)
{
	struct arena a = { 0 };

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct envelope e = { 0 };
		struct span out;

		for (int k = 0; k < ENV_FIELDS; k++)
			if (cases[i].field[k] != NULL)
				e.field[k] = with_nul(cases[i].field[k]);
		wr_init(&w, -1, 0);
		envelope_put(&w, &a, &e, cases[i].utf8);
		out = span_of(w.buf, w.len);
		if (!ok(span_is(out, cases[i].out), "%s", cases[i].what))
			printf("# %.*s\n", (int)w.len, w.buf);
	}
	arena_clear(&a);
	return done_testing();
}
