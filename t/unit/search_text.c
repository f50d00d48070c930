/* search_text.c: words found in headers, parts, and across pieces. */
#include "store/search_text.h"

#include <sys/stat.h>

#include "base/nelem.h"
#include "text/searchfold.h"
#include "tap.h"

static const char message[] =
    "From: \"Bob B\" <bob@example.com>\n"
    "To: bob,\n\talice\n"
    "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?= aus\n  K=?UTF-8?Q?=C3=B6ln?=\n"
    "Date: Fri, 4 Apr 2025 23:30:00 -0400\n"
    "Date: Sat, 5 Apr 2025 23:30:00 -0400\n"
    "X-Empty:\n"
    "Content-Type: multipart/mixed; boundary=b\n"
    "\n"
    "preamble\n"
    "--b\n"
    "Content-Type: text/plain; charset=iso-8859-1\n"
    "Content-Transfer-Encoding: quoted-printable\n"
    "X-Part: mimeheader\n"
    "\n"
    "caf=E9   con\n"
    "\tleche, 100=\n"
    "% split\n"
    "--b\n"
    "Content-Type: application/octet-stream\n"
    "\n"
    "attached\n"
    "--b\n"
    "Content-Type: message/rfc822\n"
    "\n"
    "Subject: inner\n"
    "\n"
    "nested text\n"
    "--b\n"
    "Content-Type: text/html\n"
    "Content-Transfer-Encoding: base64\n"
    "\n"
    "PGI+Ym9sZDwvYj4=\n"
    "--b--\n";

static const struct {
	enum search_kind kind;
	const char *field;
	const char *text;
	bool match;
} cases[] = {
	/* clang-format off */
	{ SEARCH_HEADER, "From", "BOB@EXAMPLE", true },
	{ SEARCH_HEADER, "from", "bob b", true },
	{ SEARCH_HEADER, "From", "alice", false },
	{ SEARCH_HEADER, "To", "bob, alice", true }, /* folded */
	{ SEARCH_HEADER, "To", "bob,  \t alice", true },
	{ SEARCH_HEADER, "Subject", "gr\xc3\xbc\xc3\x9f" "e", true },
	{ SEARCH_HEADER, "Subject", "GR\xc3\x9c", true },
	{ SEARCH_HEADER, "Subject", "UTF-8", false },
	{ SEARCH_HEADER, "X-Empty", "", true },
	{ SEARCH_HEADER, "X-Empty", "a", false },
	{ SEARCH_HEADER, "X-None", "", false },
	{ SEARCH_HEADER, "X-Part", "mimeheader", false },
	{ SEARCH_TEXT, NULL, "to: bob", true }, /* imap(7) */
	{ SEARCH_TEXT, NULL, "subject: inner", true },
	{ SEARCH_TEXT, NULL, "mimeheader", true },
	{ SEARCH_TEXT, NULL, "caf\xc3\x89", true },
	{ SEARCH_TEXT, NULL, "none of it", false },
	{ SEARCH_BODY, NULL, "to: bob", false },
	{ SEARCH_BODY, NULL, "mimeheader", false },
	{ SEARCH_BODY, NULL, "preamble", false },
	{ SEARCH_BODY, NULL, "inner", true }, /* a message's header inside */
	{ SEARCH_BODY, NULL, "nested text", true },
	{ SEARCH_BODY, NULL, "caf\xc3\xa9 con leche", true },
	{ SEARCH_BODY, NULL, "100% split", true },
	{ SEARCH_BODY, NULL, "attached", false },
	{ SEARCH_BODY, NULL, "<b>bold</b>", true },
	{ SEARCH_BODY, NULL, "split attached", false },
	{ SEARCH_SENTON, NULL, "4", true }, /* the zone disregarded */
	{ SEARCH_SENTON, NULL, "5", false },
	{ SEARCH_SENTBEFORE, NULL, "4", false },
	{ SEARCH_SENTBEFORE, NULL, "5", true },
	{ SEARCH_SENTSINCE, NULL, "4", true },
	{ SEARCH_SENTSINCE, NULL, "5", false },
	/* clang-format on */
};

static struct search_key keys[NELEM(cases)];
static struct search_key *leaf[NELEM(cases)];
static enum answer answers[NELEM(cases)];

static int
file_of(const char *s, size_t len)
{
	FILE *f = tmpfile();

	if (f == NULL || fwrite(s, 1, len, f) != len || fflush(f) == EOF)
		exit(111);
	return dup(fileno(f));
}

static void
set_key(struct arena *a, struct search_text *t, size_t i)
{
	struct strbuf b = { 0 };

	keys[i].kind = cases[i].kind;
	if (cases[i].field != NULL)
		keys[i].field = span_str(cases[i].field);
	keys[i].day = (struct date_day){ 2025, 4, cases[i].text[0] - '0' };
	searchfold(span_str(cases[i].text), &b);
	keys[i].needle = arena_span(a, strbuf_span(&b));
	if (b.len > t->tail)
		t->tail = b.len;
	strbuf_clear(&b);
	leaf[i] = &keys[i];
}

static void
run(struct search_text *t, struct arena *a, const char *text, size_t len)
{
	int fd = file_of(text, len);
	struct part *root;

	if (structure_read(a, fd, &root) == -1)
		exit(111);
	memset(answers, 0, sizeof answers);
	search_text_drop(t);
	search_text_header(t, fd, (int64_t)len);
	search_text_body(t, fd, root);
	close(fd);
}

/* All keys in one go, as one program has them. */
static void
check_together(struct search_text *t, struct arena *a)
{
	run(t, a, message, sizeof message - 1);
	for (size_t i = 0; i < NELEM(cases); i++)
		ok(answers[i] == (cases[i].match ? ANSWER_YES : ANSWER_NO),
		    "kind %d %s: %s", (int)cases[i].kind,
		    cases[i].field == NULL ? "" : cases[i].field,
		    cases[i].text);
}

static void
check_alone(struct search_text *t, struct arena *a)
{
	bool same = true;

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct search_text one = { .leaf = &leaf[i],
			.answer = &answers[i],
			.n = 1,
			.tail = span_len(keys[i].needle) };

		run(&one, a, message, sizeof message - 1);
		same = same &&
		       answers[i] == (cases[i].match ? ANSWER_YES : ANSWER_NO);
		search_text_clear(&one);
	}
	ok(same, "each key alone finds the same");
	(void)t;
}

/*
 * A word at every place around blocks that files are read by, which long ones
 * are.
 */
static void
check_seams(struct arena *a, size_t block)
{
	struct search_key key = { .kind = SEARCH_BODY,
		.needle = span_str("NEEDLE IN HAY") };
	struct search_key *one = &key;
	enum answer answer;
	struct search_text t = { .leaf = &one,
		.answer = &answer,
		.n = 1,
		.tail = span_len(key.needle) };
	struct strbuf b = { 0 };
	bool found = true;

	for (size_t at = block - 20; at < block + 20; at++) {
		strbuf_reset(&b);
		strbuf_puts(&b, "\n");
		while (b.len < at)
			strbuf_puts(&b, "x");
		strbuf_puts(&b, "needle  \n in hay\n");
		answer = ANSWER_UNKNOWN;
		run(&t, a, b.p, b.len);
		found = found && answer == ANSWER_YES;
	}
	ok(found, "across pieces, at %zu", block);
	strbuf_clear(&b);
	search_text_clear(&t);
}

int
main(void)
{
	struct arena a = { 0 };
	struct search_text t = {
		.leaf = leaf, .answer = answers, .n = NELEM(cases)
	};

	for (size_t i = 0; i < NELEM(cases); i++)
		set_key(&a, &t, i);
	check_together(&t, &a);
	check_alone(&t, &a);
	check_seams(&a, (size_t)32 * 1024);
	check_seams(&a, (size_t)96 * 1024);
	search_text_clear(&t);
	arena_clear(&a);
	return done_testing();
}
