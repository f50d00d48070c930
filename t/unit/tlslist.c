/* tlslist.c: UCSPI-TLS's lists, written, read, and put into the environment. */
#include "sys/tlslist.h"

#include <stdlib.h>

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *bytes;
	size_t len;
	bool whole;
	int items;
} lists[] = {
	/* clang-format off */
	{ "\0", 2, true, 0 },
	{ "", 1, false, 0 },
	{ "", 0, false, 0 },
	{ "A=1\0", 5, true, 1 },
	{ "A=1", 4, false, 1 },
	{ "A=1", 3, false, 0 },
	{ "A=\0B\0", 6, true, 2 },
	{ "A=1\0B=2\0", 9, true, 2 },
	{ "A=1\0B=2", 7, false, 1 },
	{ "=\0", 3, true, 1 },
	{ "\0A=1\0", 6, false, 0 }, /* one NUL is no empty list */
	/* clang-format on */
};

static const struct {
	const char *name;
	bool good;
} names[] = {
	/* clang-format off */
	{ "SSL_PROTOCOL", true },
	{ "SSL_X", true },
	{ "SSL_", false },
	{ "SSLCTLFD", false },
	{ "SSL_protocol", true }, /* as ucspi-ssl has them */
	{ "ssl_X", false },
	{ "TLS_SUBJECT_CN", true },
	{ "TLS_SUBJECT_", false },
	{ "TLS_CONNECTED_PROTOCOL", true },
	{ "TLS_CONNECTED_PROTOCOLS", false },
	{ "TLS_CERTFILE", false },
	{ "PATH", false },
	{ "LD_PRELOAD", false },
	{ "SSL_A B", false },
	{ "", false },
	/* clang-format on */
};

static void
test_reading(void)
{
	struct span name, value;

	for (size_t i = 0; i < NELEM(lists); i++) {
		struct span in = tap_exact(lists[i].bytes, lists[i].len);
		int n = 0;

		ok(tlslist_is_whole(in) == lists[i].whole, "list %zu: whole",
		    i);
		while (tlslist_take(&in, &name, &value))
			n++;
		ok(n == lists[i].items, "list %zu: %d items", i, n);
	}
	for (size_t i = 0; i < NELEM(names); i++)
		ok(tlslist_is_name(span_str(names[i].name)) == names[i].good,
		    "\"%s\"", names[i].name);
}

static void
test_writing(void)
{
	static const char want[] = "SSL_A=one?two\0SSL_B\0SSL_C=\0";
	struct strbuf b = { 0 };
	char *long_value = malloc(5000);

	tlslist_end(&b);
	ok(span_eq(strbuf_span(&b), span_of("\0", 2)), "an empty list");
	strbuf_reset(&b);
	tlslist_put(&b, "SSL_A", span_str("one\ntwo"));
	tlslist_put(&b, "SSL_B", (struct span){ 0 });
	tlslist_put(&b, "SSL_C", span_str(""));
	tlslist_end(&b);
	ok(span_eq(strbuf_span(&b), span_of(want, sizeof want)),
	    "values without control characters, and none");
	strbuf_reset(&b);
	memset(long_value, 'x', 5000);
	tlslist_put(&b, "SSL_D", span_of(long_value, 5000));
	ok(b.len == 6 + TLSLIST_VALUE_MAX + 1, "a value has an end");
	free(long_value);
	strbuf_clear(&b);
}

/* What may be set of a list. */
static const struct {
	const char *in; /* "|" for NUL */
	const char *out;
} variables[] = {
	/* clang-format off */
	{ "SSL_PROTOCOL=TLSv1.3||", "SSL_PROTOCOL=TLSv1.3;" },
	{ "SSL_A=1|SSL_B||", "SSL_A=1;SSL_B;" },
	{ "SSL_A=||", "SSL_A=;" },
	{ "SSL_A=x=y||", "SSL_A=x=y;" },
	{ "TLS_SUBJECT_CN=Fred Flint|TLS_CONNECTED_PROTOCOL=x||",
	  "TLS_SUBJECT_CN=Fred Flint;TLS_CONNECTED_PROTOCOL=x;" },
	{ "||", "" },
	{ "", "" },
	{ "|SSL_A=1||", "" }, /* the end is the end */
	{ "PATH=x|SSL_A=1||", "SSL_A=1;" },
	{ "SSL_=x|SSLX=1|TLS_SUBJECT_=x|TLS_SUBJECT=x|SSL_A=1||", "SSL_A=1;" },
	{ "SSL_A B=x|SSL_\xc3\xa4=x|SSL_A-B=x|ssl_a=x|SSL_A=1||", "SSL_A=1;" },
	{ "TLS_CONNECTED_PROTOCOLX=x|=x|=|SSL_A=1||", "SSL_A=1;" },
	{ "SSL_A=1", "" }, /* ends without its NUL */
	{ "SSL_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=1|"
	  "SSL_A=1||", "SSL_A=1;" },
	/* clang-format on */
};

static void
test_variables(void)
{
	for (size_t i = 0; i < NELEM(variables); i++) {
		struct strbuf text = { 0 }, out = { 0 };
		struct span in, name, value;

		strbuf_puts(&text, variables[i].in);
		for (size_t k = 0; k < text.len; k++)
			if (text.p[k] == '|')
				text.p[k] = '\0';
		in = tap_exact(text.len > 0 ? text.p : "", text.len);
		strbuf_puts(&out, "");
		while (tlslist_take(&in, &name, &value)) {
			if (!tlslist_is_name(name))
				continue;
			strbuf_cat(&out, name);
			if (value.p != NULL)
				strbuf_putc(&out, '=');
			strbuf_cat(&out, value);
			strbuf_putc(&out, ';');
		}
		ok(span_is(strbuf_span(&out), variables[i].out), "%s",
		    variables[i].in);
		strbuf_clear(&text);
		strbuf_clear(&out);
	}
}

static bool
is(const char *name, const char *value)
{
	const char *v = getenv(name);

	return value == NULL ? v == NULL : v != NULL && strcmp(v, value) == 0;
}

static void
test_environment(void)
{
	static const char list[] =
	    "SSL_PROTOCOL=TLSv1.3\0SSL_CIPHER\0PATH=/evil\0SSL_E=\0";

	setenv("SSL_CIPHER", "old", 1);
	setenv("SSL_OLD", "old", 1);
	setenv("SSLCTLFD", "7", 1);
	setenv("TLS_CERTFILE", "stays", 1);
	setenv("PATH", "/bin", 1);
	ok(tlslist_apply(span_of(list, sizeof list)) == 0, "applied");
	ok(is("SSL_PROTOCOL", "TLSv1.3"), "set");
	ok(is("SSL_CIPHER", NULL), "removed");
	ok(is("SSL_E", ""), "empty is not removed");
	ok(is("PATH", "/bin"), "another name is not for it to set");
	tlslist_forget();
	ok(is("SSL_PROTOCOL", NULL) && is("SSL_OLD", NULL) &&
		is("SSL_E", NULL) && is("SSLCTLFD", NULL),
	    "all are forgotten");
	ok(is("TLS_CERTFILE", "stays") && is("PATH", "/bin"), "no other");
}

int
main(void)
{
	test_reading();
	test_writing();
	test_variables();
	test_environment();
	return done_testing();
}
