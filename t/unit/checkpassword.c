/* checkpassword.c: both ends of descriptor 3, and exit statuses. */
#include "auth/checkpassword.h"

#include <errno.h>

#include "base/nelem.h"
#include "tap.h"

#define S(s)                                                                   \
	{                                                                      \
		"" s, &("" s)[sizeof(s) - 1]                                   \
	}

static const struct {
	struct span in;
	int error;
	const char *name, *password, *timestamp;
} reads[] = {
	/* clang-format off */
	{ S("fred\0secret\0now\0"), 0, "fred", "secret", "now" },
	{ S("fred\0secret\0\0"), 0, "fred", "secret", "" },
	{ S("fred\0secret\0"), 0, "fred", "secret", "" },
	{ S("fred\0secret\0now"), 0, "fred", "secret", "now" },
	{ S("fred\0secret\0now\0more\0"), 0, "fred", "secret", "now" },
	{ S("\0\0\0"), 0, "", "", "" },
	{ S("\xff\r\n\0\r\0\n\0"), 0, "\xff\r\n", "\r", "\n" },
	{ S("fred\0secret"), EBADMSG, NULL, NULL, NULL },
	{ S("fred"), EBADMSG, NULL, NULL, NULL },
	{ S(""), EBADMSG, NULL, NULL, NULL },
	/* clang-format on */
};

static int
filled(const void *p, size_t len)
{
	int fds[2];

	if (pipe(fds) == -1 || write(fds[1], p, len) != (ssize_t)len)
		exit(111);
	(void)close(fds[1]);
	return fds[0];
}

static void
test_read(void)
{
	static char big[CHECKPASSWORD_LEN + 1];
	struct checkpassword c;

	for (size_t i = 0; i < NELEM(reads); i++) {
		int fd = filled(reads[i].in.p, span_len(reads[i].in));
		int r = checkpassword_read(fd, &c);

		if (reads[i].error != 0)
			ok(r == -1 && errno == reads[i].error, "read %zu", i);
		else
			ok(r == 0 && strcmp(c.name, reads[i].name) == 0 &&
				strcmp(c.password, reads[i].password) == 0 &&
				strcmp(c.timestamp, reads[i].timestamp) == 0,
			    "read %zu", i);
		ok(close(fd) == -1, "closed");
	}
	ok(checkpassword_read(filled(big, sizeof big - 1), &c) == 0,
	    "512 bytes");
	ok(checkpassword_read(filled(big, sizeof big), &c) == -1 &&
		errno == EMSGSIZE,
	    "513 bytes");
	ok(checkpassword_read(-1, &c) == -1 && errno == EBADF, "no descriptor");
}

static int
written(struct span name, struct span password, struct checkpassword *c)
{
	int fds[2], r;

	if (pipe(fds) == -1)
		exit(111);
	r = checkpassword_write(fds[1], name, password, span_str(""));
	(void)close(fds[1]);
	if (r == 0)
		return checkpassword_read(fds[0], c);
	(void)close(fds[0]);
	return r;
}

static void
test_write(void)
{
	static char big[CHECKPASSWORD_LEN];
	struct checkpassword c;

	memset(big, 'x', sizeof big);
	ok(written(span_str("fred"), span_str("sec\xffret"), &c) == 0 &&
		strcmp(c.name, "fred") == 0 &&
		strcmp(c.password, "sec\xffret") == 0,
	    "there and back");
	checkpassword_clear(&c);
	ok(c.name == NULL && c.buf[0] == '\0', "forgotten");
	ok(written(span_of(big, 500), span_of(big, 9), &c) == 0, "512 bytes");
	ok(written(span_of(big, 500), span_of(big, 10), &c) == -1 &&
		errno == EMSGSIZE,
	    "513 bytes");
	ok(written(span_of(big, 512), span_str(""), &c) == -1 &&
		errno == EMSGSIZE,
	    "a long name");
	ok(written(span_of("a\0b", 3), span_str("x"), &c) == -1 &&
		errno == EINVAL,
	    "a NUL in a name");
	ok(written(span_str("x"), span_of("", 1), &c) == -1 && errno == EINVAL,
	    "a NUL for a password");
}

static void
test_verdict(void)
{
	static const unsigned char no[] = { 1, 3, 12, 13, 15, 20, 21, 22, 23 };
	unsigned wrong = 0;

	for (int code = 1; code < 256; code++) {
		bool refused = memchr(no, code, sizeof no) != NULL;
		enum checkpassword_end end = checkpassword_verdict(code << 8);

		wrong += end != (refused ? CHECKPASSWORD_REFUSED
					 : CHECKPASSWORD_FAILED);
	}
	ok(wrong == 0, "exit statuses 1 to 255");
	ok(checkpassword_verdict(0) == CHECKPASSWORD_OVER, "exit 0");
	ok(checkpassword_verdict(9) == CHECKPASSWORD_FAILED, "a signal");
}

int
main(void)
{
	test_read();
	test_write();
	test_verdict();
	return done_testing();
}
