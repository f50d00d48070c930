/* mime.c: types and parameters, whole and in sections. */
#include "msg/mime.h"

#include <time.h>

#include "base/nelem.h"
#include "base/strbuf.h"
#include "tap.h"

/* "type/subtype" or "-", then ";name=value" for each parameter */
static const struct {
	const char *in;
	const char *out;
} types[] = {
	/* clang-format off */
	{ "", "-" },
	{ "text", "-" },
	{ "text/", "-" },
	{ "/plain", "-" },
	{ "text plain", "-" },
	{ ";charset=x", "-" },
	{ "\"text\"/plain", "-" },
	{ "text/plain", "text/plain" },
	{ "Text/PLAIN; CharSet=UTF-8", "Text/PLAIN;CharSet=UTF-8" },
	{ "text / plain ; a = b", "text/plain;a=b" },
	{ "(a) text (b) / (c) plain (d) ; (e) a (f) = (g) \"x\\\"y\" (h) ; b=c "
	  "(foo)", "text/plain;a=x\"y;b=c" },
	{ "a/b;c=d;e=f", "a/b;c=d;e=f" },
	{ "a/b;c=1;C=2", "a/b;c=1;C=2" },
	{ "a/b; c=\"x; y=z\"", "a/b;c=x; y=z" },
	{ "a/b; c=\"\"", "a/b;c=" },
	{ "a/b; c=; d=e", "a/b;c=;d=e" },
	{ "a/b; c; d=e", "a/b;d=e" },
	{ "a/b;; ;d=e;", "a/b;d=e" },
	{ "a/b c=d; e=f", "a/b;e=f" },
	{ "a/b; c=d e; f=g", "a/b;c=d;f=g" },
	{ "a/b; c=\"d\" e; f=g", "a/b;c=d;f=g" },
	{ "a/b; c=a=b/c@d?[e]:f; g=h", "a/b;c=a=b/c@d?[e]:f;g=h" },
	{ "a/b; c=d,e; f=g", "a/b;c=d;f=g" },
	{ "a/b; c=d(e); f=g", "a/b;c=d;f=g" },
	{ "a/b; c==?utf-8?q?a,_(b)?=; f=g", "a/b;c==?utf-8?q?a,_(b)?=;f=g" },
	{ "a/b; c=caf\xe9; \xe9=x", "a/b;c=caf\xe9;\xe9=x" },
	{ "a/b; c=\"x", "a/b" },
	{ "a/b; c=\"x\\", "a/b" },
	{ "a/b; c=\"x\\\"", "a/b" },
	{ "a/b; (c", "a/b" },
	{ "a/b; c=d (e\\", "a/b;c=d" },
	{ "a/b; =c; d=e", "a/b;d=e" },
	{ "a/b; c d=e; f=g", "a/b;f=g" },
	/* RFC 2231 */
	{ "a/b; n*0=x; n*1=y", "a/b;n=xy" },
	{ "a/b; n*1=y; c=d; n*0=x", "a/b;c=d;n=xy" },
	{ "a/b; n*=utf-8''%c3%a9", "a/b;n*=utf-8''%c3%a9" },
	{ "a/b; n*0*=utf-8'en'a%20; n*1=b c; n*2*=d", "a/b;n*=utf-8'en'a%20bd" },
	{ "a/b; n*0*=utf-8''a; n*1=\"b c%\"; n*2*=%20d",
	  "a/b;n*=utf-8''ab%20c%25%20d" },
	{ "a/b; n*0=\"a \"; n*1*=b%20; n*2=c", "a/b;n*=''a%20b%20c" },
	{ "a/b; n*0=x; n*2=z", "a/b;n=x;n*2=z" },
	{ "a/b; n*1=x", "a/b;n*1=x" },
	{ "a/b; n*x=y; n*=z; *0=a; *=b", "a/b;n*x=y;n*=z;*0=a;*=b" },
	{ "a/b; n*0=x; N*1=y", "a/b;n=xy" },
	{ "a/b; n*0=x; n*0=y; n*1=z", "a/b;n=x;n=yz" },
	{ "a/b; n*00=x; n*01=y", "a/b;n=xy" },
	{ "a/b; n*4294967296=x", "a/b;n*4294967296=x" },
	{ "a/b; n*0=x; n=y", "a/b;n=y;n=x" },
	{ "a/b; n*0*=; n*1=x", "a/b;n*=x" },
	/* clang-format on */
};

static void
put_params(struct strbuf *b, const struct mime_params *params)
{
	for (size_t i = 0; i < params->n; i++) {
		strbuf_putc(b, ';');
		strbuf_cat(b, params->v[i].name);
		strbuf_putc(b, '=');
		strbuf_cat(b, params->v[i].value);
	}
}

static void
read_type(struct arena *a, struct span in, struct strbuf *b)
{
	struct mime_params params;
	struct span type, subtype;

	if (!mime_content_type(a, in, &type, &subtype, &params)) {
		strbuf_putc(b, '-');
		return;
	}
	strbuf_cat(b, type);
	strbuf_putc(b, '/');
	strbuf_cat(b, subtype);
	put_params(b, &params);
}

static void
test_types(void)
{
	struct strbuf b = { 0 };
	struct arena a = { 0 };

	for (size_t i = 0; i < NELEM(types); i++) {
		size_t len = strlen(types[i].in);

		for (size_t n = 0; n < len; n++)
			read_type(&a, tap_exact(types[i].in, n), &b);
		strbuf_reset(&b);
		read_type(&a, tap_exact(types[i].in, len), &b);
		if (!ok(span_is(strbuf_span(&b), types[i].out), "%s",
			types[i].in))
			printf("# %s\n", b.p);
		arena_reset(&a);
	}
	strbuf_clear(&b);
	arena_clear(&a);
}

static const struct {
	const char *in;
	const char *out; /* NULL: nothing */
} dispositions[] = {
	/* clang-format off */
	{ "", NULL },
	{ " (c)", NULL },
	{ "inline", "inline" },
	{ "attachment; filename=\"a b\"; size=3 4", "attachment;filename=a b;size=3" },
	{ "attachment filename=x", "attachment" },
	{ "; filename=x", ";filename=x" },
	{ "\"attachment\"; filename=x", ";filename=x" },
	{ "attachment; filename*0*=utf-8''a; filename*1*=b",
	  "attachment;filename*=utf-8''ab" },
	/* clang-format on */
};

static void
test_dispositions(void)
{
	struct strbuf b = { 0 };
	struct arena a = { 0 };

	for (size_t i = 0; i < NELEM(dispositions); i++) {
		const char *in = dispositions[i].in;
		const char *out = dispositions[i].out;
		struct mime_params params;
		struct span token;
		bool good = mime_disposition(
		    &a, tap_exact(in, strlen(in)), &token, &params);

		strbuf_reset(&b);
		if (good) {
			strbuf_cat(&b, token);
			put_params(&b, &params);
		}
		ok(good == (out != NULL) &&
			span_is(strbuf_span(&b), good ? out : ""),
		    "disposition: %s", in);
		arena_reset(&a);
	}
	strbuf_clear(&b);
	arena_clear(&a);
}

static void
test_token(void)
{
	struct span t;

	ok(mime_token(span_str(" (a) base64; x"), &t) && span_is(t, "base64"),
	    "token");
	ok(!mime_token(span_str("\"base64\""), &t) &&
		!mime_token(span_str(""), &t) && !mime_token(span_str("("), &t),
	    "no token");
}

static void
monster(const char *s, size_t n)
{
	struct strbuf in = { 0 }, out = { 0 };
	struct arena a = { 0 };
	struct mime_params params = { 0 };
	struct span t, st;
	clock_t start;
	bool good;

	strbuf_puts(&in, "a/b");
	for (size_t i = 0; i < n; i++)
		strbuf_puts(&in, s);
	start = clock();
	good = mime_content_type(&a, strbuf_span(&in), &t, &st, &params) &&
	       params.n <= MIME_PARAMS;
	ok(good && clock() - start < 2 * CLOCKS_PER_SEC,
	    "%zu times \"%s\": %zu, %.3f s", n, s, params.n,
	    (double)(clock() - start) / CLOCKS_PER_SEC);
	strbuf_clear(&in);
	strbuf_clear(&out);
	arena_clear(&a);
}

int
main(void)
{
	static const char *const monsters[] = { ";a=b", ";a*0=b", ";a*9*=b",
		";", "; =", "(", ";(", ";\"", "; a=\"\\", ";a=(b)", " a",
		";a*0*=b" };

	test_types();
	test_dispositions();
	test_token();
	for (size_t i = 0; i < NELEM(monsters); i++)
		monster(monsters[i], 1000000);
	return done_testing();
}
