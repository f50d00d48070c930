/* handover.c: which variables go, which stay, and the byte of readiness. */
#include "auth/handover.h"

#include <errno.h>

#include "base/nelem.h"
#include "tap.h"

static bool
is(const char *name, const char *value)
{
	const char *s = getenv(name);

	return value == NULL ? s == NULL : s != NULL && strcmp(s, value) == 0;
}

static void
test_forget(void)
{
	static const char *const gone[] = { "AUTHENTICATED", "MAILDIR",
		"OPTIONS", "USER", "HOME", "SATCHEL_READYFD", "IMAPLOGINTAG",
		"VPOPUSER", "LOGNAME" };
	static const char *const tls[] = { "SSL_PROTOCOL", "SSL_CIPHER",
		"TLS_SUBJECT_CN", "TLS_CONNECTED_PROTOCOL" };
	unsigned left = 0;

	for (size_t i = 0; i < NELEM(gone); i++)
		(void)setenv(gone[i], "x", 1);
	for (size_t i = 0; i < NELEM(tls); i++)
		(void)setenv(tls[i], "x", 1);
	(void)setenv("TCPREMOTEIP", "192.0.2.7", 1);
	(void)setenv("TLS_CERTFILE", "x", 1);
	handover_forget(true);
	for (size_t i = 0; i < NELEM(gone); i++)
		left += getenv(gone[i]) != NULL;
	ok(left == 0 && is("SSL_CIPHER", "x") && is("TLS_SUBJECT_CN", "x"),
	    "TLS is kept");
	handover_forget(false);
	for (size_t i = 0; i < NELEM(tls); i++)
		left += getenv(tls[i]) != NULL;
	ok(left == 0, "TLS is not kept");
	ok(is("TCPREMOTEIP", "192.0.2.7") && is("TLS_CERTFILE", "x"),
	    "what the starter says stays");
}

static void
test_export(void)
{
	const struct handover h = { .user = "fred", .home = "/home/fred" };

	(void)setenv("MAILDIR", "old", 1);
	(void)setenv("MAILDIRQUOTA", "old", 1);
	(void)setenv("AUTHENTICATED", "old", 1);
	ok(handover_export(&h) == 0 && is("USER", "fred") &&
		is("HOME", "/home/fred") && is("OPTIONS", "") &&
		is("MAILDIR", NULL) && is("MAILDIRQUOTA", NULL) &&
		is("AUTHENTICATED", NULL) && is("SHELL", NULL),
	    "set, or removed");
}

static void
test_ready(void)
{
	char number[16], c = 'x';
	int fds[2];

	if (pipe(fds) == -1)
		exit(111);
	(void)snprintf(number, sizeof number, "%d", fds[1]);
	(void)setenv("SATCHEL_READYFD", number, 1);
	handover_ready();
	ok(read(fds[0], &c, 1) == 1 && c == '\0', "a byte");
	ok(read(fds[0], &c, 1) == 0, "and the end");
	ok(is("SATCHEL_READYFD", NULL), "said once");
	handover_ready();
	(void)setenv("SATCHEL_READYFD", "1", 1);
	handover_ready();
	(void)setenv("SATCHEL_READYFD", "99999999999", 1);
	handover_ready();
	(void)setenv("SATCHEL_READYFD", "4x", 1);
	handover_ready();
	ok(is("SATCHEL_READYFD", NULL), "nonsense is passed over");
}

static void
test_lookup(void)
{
	(void)unsetenv("AUTHORIZED");
	ok(!handover_is_lookup("") && handover_is_confirmed(),
	    "a password is asked for");
	(void)setenv("AUTHORIZED", "1", 1);
	ok(handover_is_lookup(""), "none is");
	ok(!handover_is_lookup("x"), "but there is one");
	ok(!handover_is_confirmed() && is("AUTHORIZED", NULL),
	    "not confirmed: nobody may begin");
	(void)setenv("AUTHORIZED", "1", 1);
	ok(handover_confirm() == 0 && handover_is_confirmed() &&
		is("AUTHORIZED", NULL),
	    "confirmed");
	(void)setenv("AUTHORIZED", "2", 1);
	ok(!handover_is_lookup(""), "an answer is no question");
}

int
main(void)
{
	test_lookup();
	test_forget();
	test_export();
	test_ready();
	return done_testing();
}
