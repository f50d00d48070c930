/* front.c: settings, the environment of the chain, default domains. */
#include "chain/front.h"

#include "base/nelem.h"
#include "tap.h"

static const struct front_protocol protocol = {
	.name = "IMAP",
	.tls = "IMAP_TLS",
	.tls_required = "IMAP_TLS_REQUIRED",
	.starttls = "IMAP_STARTTLS",
	.port = "143",
};

static const struct {
	const char *domain, *separators;
	const char *in, *out;
} users[] = {
	/* clang-format off */
	{ "", NULL, "fred", "fred" },
	{ "@example.com", NULL, "fred", "fred@example.com" },
	{ "@example.com", NULL, "fred@x", "fred@x" },
	{ "@example.com", NULL, "fred%x", "fred%x@example.com" },
	{ "@example.com", "@%", "fred%x", "fred%x" },
	{ "@example.com", "@%", "fred", "fred@example.com" },
	{ "@example.com", NULL, "", "@example.com" },
	/* clang-format on */
};

static void
test_users(void)
{
	struct front f = { .domain = "@example.com" };
	char buf[32];

	for (size_t i = 0; i < NELEM(users); i++) {
		f.domain = users[i].domain;
		f.separators = users[i].separators;
		ok(front_user(&f, span_str(users[i].in), buf, sizeof buf) &&
			strcmp(buf, users[i].out) == 0,
		    "\"%s\"", buf);
	}
	f.domain = "@x";
	f.separators = NULL;
	ok(front_user(&f, span_str("fred"), buf, 7), "it fits");
	ok(!front_user(&f, span_str("fred"), buf, 6), "it does not");
	ok(!front_user(&f, span_of("a\0b", 3), buf, sizeof buf), "a NUL");
}

static bool
is(const char *name, const char *value)
{
	const char *s = getenv(name);

	return value == NULL ? s == NULL : s != NULL && strcmp(s, value) == 0;
}

static void
test_open(void)
{
	struct front f;

	(void)setenv("PROTO", "TCP", 1);
	(void)setenv("TCPREMOTEIP", "::ffff:192.0.2.7", 1);
	(void)setenv("TCPLOCALPORT", "993", 1);
	(void)setenv("AUTHSERVICE993", "imaps", 1);
	(void)setenv("AUTHENTICATED", "root", 1);
	(void)setenv("SSL_CIPHER", "x", 1);
	(void)setenv("IMAP_TLS_REQUIRED", "1", 1);
	ok(front_open(&protocol, &f) == 0 && !f.tls && f.tls_required,
	    "TLS is required");
	ok(f.delay == 5 && f.timeout == 60 && !f.debug, "defaults");
	ok(is("TCPREMOTEIP", "192.0.2.7") && is("TCPREMOTEPORT", "0") &&
		is("TCPLOCALPORT", "993") && is("TCPLOCALIP", NULL) &&
		is("AUTHSERVICE", "imaps") && is("PROTOCOL", "IMAP"),
	    "told to the chain");
	ok(is("AUTHENTICATED", NULL) && is("SSL_CIPHER", NULL), "not told");
	(void)setenv("SSL_PROTOCOL", "TLSv1.3", 1);
	(void)setenv("SATCHEL_LOGIN_DELAY", "0", 1);
	(void)setenv("SATCHEL_LOGIN_TIMEOUT", "99999999", 1);
	ok(front_open(&protocol, &f) == 0 && f.tls && !f.tls_required &&
		is("IMAP_TLS", "1") && is("SSL_PROTOCOL", "TLSv1.3"),
	    "TLS was made in front");
	ok(f.delay == 0 && f.timeout == 3600, "settings with bounds");
	(void)setenv("SSLCTLFD", "7", 1);
	(void)unsetenv("IMAP_TLS");
	ok(front_open(&protocol, &f) == 0 && !f.tls && is("SSL_PROTOCOL", NULL),
	    "TLS is only possible");
	(void)setenv("PROTO", "SSL", 1);
	ok(front_open(&protocol, &f) == 0 && f.tls &&
		is("TCPREMOTEIP", "127.0.0.1"),
	    "sslserver, no address");
}

int
main(void)
{
	test_users();
	test_open();
	return done_testing();
}
