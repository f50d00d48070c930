/* sortkeys.c: what SORT and THREAD compare, made and taken apart again. */
#include "msg/sortkeys.h"

#include "base/nelem.h"
#include "msg/msgid.h"
#include "tap.h"

static struct arena arena;
static struct strbuf bytes;

/* The keys of a message with one such field. */
static struct sortkeys
keys_of(enum envelope_field field, struct span value)
{
	struct envelope e = { 0 };
	struct sortkeys_from from = { .envelope = &e };
	struct sortkeys k = { .reply = true };

	e.field[field] = value;
	strbuf_reset(&bytes);
	sortkeys_put(&arena, &from, &bytes);
	if (!sortkeys_take(tap_exact(bytes.p, bytes.len), &k))
		ok(false, "keys can be taken apart");
	return k;
}

static const struct {
	enum envelope_field field;
	const char *value;
	enum sort_text text;
	const char *want;
} texts[] = {
	/* clang-format off */
	{ ENV_SUBJECT, "Re: Some  thing", SORT_SUBJECT, "SOME THING" },
	{ ENV_SUBJECT, "=?utf-8?q?Re=3A_?= x", SORT_SUBJECT, "X" },
	{ ENV_SUBJECT, "Re: \xc3\xa4", SORT_SUBJECT, "A\xcc\x88" },
	{ ENV_SUBJECT, "Re:", SORT_SUBJECT, "" },
	/* what is no "Re:" does not become one by folding */
	{ ENV_SUBJECT, "\xef\xbc\xb2\xef\xbd\x85: x", SORT_SUBJECT, "RE: X" },
	{ ENV_FROM, "Some One <some@example.org>", SORT_FROM, "SOME" },
	{ ENV_FROM, "Some One <some@example.org>, x@y", SORT_DISPLAYFROM,
	    "SOME ONE" },
	{ ENV_FROM, "=?utf-8?q?=C3=A4?= <b@c>", SORT_DISPLAYFROM,
	    "A\xcc\x88" },
	{ ENV_FROM, "\"\" <b@c>", SORT_DISPLAYFROM, "B@C" },
	{ ENV_FROM, "b@c", SORT_DISPLAYFROM, "B@C" },
	{ ENV_FROM, "b", SORT_DISPLAYFROM, "B@" },
	{ ENV_FROM, "b", SORT_FROM, "B" },
	{ ENV_FROM, "", SORT_FROM, "" },
	{ ENV_TO, "Group: a@b;", SORT_TO, "GROUP" },
	{ ENV_TO, "Group: a@b;", SORT_DISPLAYTO, "GROUP" },
	{ ENV_TO, "X <a@b>", SORT_FROM, "" },
	{ ENV_TO, "X <a@b>", SORT_DISPLAYTO, "X" },
	{ ENV_CC, "X <a@b>", SORT_CC, "A" },
	/* clang-format on */
};

static uint64_t
number(const char *id)
{
	struct span in = span_str(id);
	uint64_t n = 0;

	(void)msgid_next(&in, &n);
	return n;
}

static void
check_ids(void)
{
	struct sortkeys k = keys_of(ENV_MESSAGE_ID, span_str("<a@b> <c@d>"));
	struct span none = { NULL, NULL };

	ok(k.id == number("<a@b>") && span_len(k.refs) == 0, "Message-ID");
	ok(keys_of(ENV_MESSAGE_ID, none).id == 0, "no Message-ID");
	k = keys_of(ENV_IN_REPLY_TO, span_str("your <a@b> of <c@d>"));
	ok(k.id == 0 && sortkeys_ref(&k.refs) == number("<a@b>") &&
		sortkeys_ref(&k.refs) == 0,
	    "In-Reply-To: the first");
}

static void
check_refs(void)
{
	uint64_t refs[SORT_REFS_MAX + 2];
	struct envelope e = { 0 };
	struct sortkeys_from from = { .envelope = &e, .dated = true };
	struct sortkeys k;

	for (size_t i = 0; i < NELEM(refs); i++)
		refs[i] = i + 1;
	e.field[ENV_IN_REPLY_TO] = span_str("<a@b>");
	from.date = -5;
	from.refs = span_of(refs, sizeof refs);
	strbuf_reset(&bytes);
	sortkeys_put(&arena, &from, &bytes);
	ok(sortkeys_take(strbuf_span(&bytes), &k) && k.dated && k.date == -5,
	    "a date");
	ok(span_len(k.refs) == SORT_REFS_MAX * sizeof *refs &&
		sortkeys_ref(&k.refs) == 3,
	    "the last references");
}

/* A subject of n letters. */
static struct sortkeys
long_subject(size_t n)
{
	static struct strbuf b;

	strbuf_reset(&b);
	while (n-- > 0)
		strbuf_putc(&b, 'x');
	return keys_of(ENV_SUBJECT, strbuf_span(&b));
}

int
main(void)
{
	struct sortkeys k, longer;
	bool good = true;

	for (size_t i = 0; i < NELEM(texts); i++) {
		k = keys_of(texts[i].field, span_str(texts[i].value));
		ok(span_is(k.text[texts[i].text], texts[i].want), "%s: %.*s",
		    texts[i].value, (int)span_len(k.text[texts[i].text]),
		    k.text[texts[i].text].p);
	}
	ok(keys_of(ENV_SUBJECT, span_str("Fwd: x")).reply, "a forward");
	ok(!keys_of(ENV_SUBJECT, span_str("x")).reply, "no forward");
	ok(keys_of(ENV_SUBJECT, span_str("Re: x")).subject ==
		keys_of(ENV_SUBJECT, span_str("X")).subject,
	    "one subject");
	ok(keys_of(ENV_SUBJECT, span_str("Re:")).subject == 0, "no subject");
	check_ids();
	check_refs();
	k = long_subject(2000);
	longer = long_subject(2001);
	ok(span_eq(k.text[SORT_SUBJECT], longer.text[SORT_SUBJECT]) &&
		span_len(k.text[SORT_SUBJECT]) == SORT_SUBJECT_MAX &&
		k.subject != longer.subject,
	    "a long subject");
	(void)keys_of(ENV_FROM, span_str("Some One <some@example.org>"));
	for (size_t len = 0; len < bytes.len; len++)
		good = good && !sortkeys_take(tap_exact(bytes.p, len), &k);
	strbuf_putc(&bytes, 'x');
	ok(good && !sortkeys_take(strbuf_span(&bytes), &k), "damaged");
	arena_clear(&arena);
	strbuf_clear(&bytes);
	return done_testing();
}
