/* bodystructure.c: structures of whole messages, printed. */
#include "imap/bodystructure.h"

#include "base/nelem.h"
#include "tap.h"

#define TEXT "(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" "

static const struct {
	const char *what;
	const char *message;
	bool extended;
	bool utf8;
	const char *out;
} cases[] = {
	/* clang-format off */
	{ "no MIME at all", "Subject: x\n\nhello\n", false, false,
	    TEXT "7 1)" },
	{ "the same with extension data", "Subject: x\n\nhello\n", true, false,
	    TEXT "7 1 NIL NIL NIL NIL)" },
	{ "an empty file", "", true, false, TEXT "0 0 NIL NIL NIL NIL)" },
	{ "everything a leaf can have",
	    "Content-Type: Image/PNG; name=\"a b\"\nContent-ID: <1@x>\n"
	    "Content-Description: a picture\nContent-MD5: Q2hlY2s=\n"
	    "Content-Transfer-Encoding: Base64\n"
	    "Content-Disposition: attachment; filename=\"a.png\"; size=3\n"
	    "Content-Language: en, de (German)\nContent-Location: http://x/\n"
	    "\nAAAA\n", true, false,
	    "(\"Image\" \"PNG\" (\"name\" \"a b\") \"<1@x>\" \"a picture\" "
	    "\"Base64\" 6 \"Q2hlY2s=\" (\"attachment\" (\"filename\" \"a.png\""
	    " \"size\" \"3\")) (\"en\" \"de\") \"http://x/\")" },
	{ "not asked for", "Content-Type: image/png\nContent-MD5: x\n"
	    "Content-Language: en\n\n", false, false,
	    "(\"image\" \"png\" NIL NIL NIL \"7bit\" 0)" },
	{ "two parts", "Content-Type: multipart/mixed; boundary=b\n\n"
	    "--b\n\none\n--b\nContent-Type: text/html; charset=utf-8\n\n"
	    "two\nlines\n--b--\n", true, false,
	    "(" TEXT "3 0 NIL NIL NIL NIL)"
	    "(\"text\" \"html\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" "
	    "10 1 NIL NIL NIL NIL) \"mixed\" (\"boundary\" \"b\") "
	    "NIL NIL NIL)" },
	{ "without extension data",
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n",
	    false, false, "(" TEXT "3 0) \"mixed\")" },
	{ "a multipart without parts",
	    "Content-Type: multipart/mixed; boundary=b\n\nnothing\n",
	    true, false,
	    "(" TEXT "0 0 NIL NIL NIL NIL) \"mixed\" (\"boundary\" \"b\") "
	    "NIL NIL NIL)" },
	{ "a message in a message",
	    "Content-Type: message/rfc822\n\nSubject: in\n\nhi\n",
	    true, false,
	    "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 19 (NIL \"in\" "
	    "NIL NIL NIL NIL NIL NIL NIL NIL) "
	    TEXT "4 1 NIL NIL NIL NIL) 3 NIL NIL NIL NIL)" },
	{ "message/global is a leaf",
	    "Content-Type: message/global\n\nSubject: in\n\nhi\n",
	    false, false,
	    "(\"message\" \"global\" NIL NIL NIL \"7bit\" 19)" },
	{ "message/global is a message where UTF-8 is known",
	    "Content-Type: message/global\n\nSubject: in\n\nhi\n",
	    false, true,
	    "(\"message\" \"global\" NIL NIL NIL \"7bit\" 19 (NIL \"in\" "
	    "NIL NIL NIL NIL NIL NIL NIL NIL) " TEXT "4 1) 3)" },
	{ "continued parameters",
	    "Content-Type: image/png; name*0=\"a b\"; name*1=c; x=y\n\n",
	    false, false,
	    "(\"image\" \"png\" (\"x\" \"y\" \"name\" \"a bc\") "
	    "NIL NIL \"7bit\" 0)" },
	{ "continued and encoded", "Content-Type: image/png; "
	    "name*1=\" c%\"; name*2*=%41; name*0*=utf-8''a%20\n\n",
	    false, false,
	    "(\"image\" \"png\" (\"name*\" \"utf-8''a%20%20c%25%41\") "
	    "NIL NIL \"7bit\" 0)" },
	{ "pieces that do not join", "Content-Type: image/png; "
	    "a*1=x; b*0=y; b*2=z; c*=utf-8''%41; d**=1; e*1*x=2\n\n",
	    false, false,
	    "(\"image\" \"png\" (\"c*\" \"utf-8''%41\" \"d**\" \"1\" "
	    "\"e*1*x\" \"2\" \"a*1\" \"x\" \"b\" \"y\" \"b*2\" \"z\") "
	    "NIL NIL \"7bit\" 0)" },
	{ "8-bit is encoded", "Content-Type: image/png; name=\"\xc3\xa9\"\n"
	    "Content-Description: \xe9\n\n", false, false,
	    "(\"image\" \"png\" (\"name\" \"=?UTF-8?B?w6k=?=\") NIL "
	    "\"=?UNKNOWN-8BIT?Q?=E9?=\" \"7bit\" 0)" },
	{ "8-bit for those who like it",
	    "Content-Type: image/png; name=\"\xc3\xa9\"\n"
	    "Content-Description: \xe9\n\n", false, true,
	    "(\"image\" \"png\" (\"name\" \"\xc3\xa9\") NIL "
	    "\"=?UNKNOWN-8BIT?Q?=E9?=\" \"7bit\" 0)" },
	{ "text without a charset has one",
	    "Content-Type: text/plain; format=flowed\n\n", false, false,
	    "(\"text\" \"plain\" (\"format\" \"flowed\" "
	    "\"charset\" \"us-ascii\") NIL NIL \"7bit\" 0 0)" },
	{ "an empty language", "Content-Language: ,\n\n", true, false,
	    TEXT "0 0 NIL NIL NIL NIL)" },
	/* clang-format on */
};

static struct wr w;

/* A file that holds the string. */
static int
file_of(const char *s)
{
	FILE *f = tmpfile();

	if (f == NULL || fputs(s, f) == EOF || fflush(f) == EOF)
		exit(111);
	return dup(fileno(f));
}

static void
check(struct arena *a, size_t i)
{
	struct bodystructure b = { .w = &w,
		.a = a,
		.extended = cases[i].extended,
		.utf8 = cases[i].utf8 };
	int fd = file_of(cases[i].message);
	struct part *root;
	bool good = structure_read(a, fd, &root) == 0;

	close(fd);
	wr_init(&w, -1, 0);
	if (good)
		bodystructure_put(&b, root);
	good = good && span_is(span_of(w.buf, w.len), cases[i].out);
	if (!ok(good, "%s", cases[i].what))
		printf("# %.*s\n", (int)w.len, w.buf);
}

/* What the parser does not make, but the grammar could not bear. */
static void
check_names(struct arena *a)
{
	struct bodystructure b = { .w = &w, .a = a, .utf8 = true };
	static const char *const names[][2] = { { "message", "rfc822" },
		{ "Message", "GLOBAL" }, { "multipart", "mixed" } };
	struct part p = { .kind = PART_LEAF,
		.encoding = span_str("base64"),
		.body_octets = UINT64_C(1) << 40 };

	for (size_t i = 0; i < NELEM(names); i++) {
		p.type = span_str(names[i][0]);
		p.subtype = span_str(names[i][1]);
		wr_init(&w, -1, 0);
		bodystructure_put(&b, &p);
		ok(span_is(span_of(w.buf, w.len),
		       "(\"application\" \"octet-stream\" NIL NIL NIL "
		       "\"base64\" 4294967295)"),
		    "a leaf %s/%s, too large", names[i][0], names[i][1]);
	}
}

int
main(void)
{
	struct arena a = { 0 };

	for (size_t i = 0; i < NELEM(cases); i++)
		check(&a, i);
	check_names(&a);
	arena_clear(&a);
	return done_testing();
}
