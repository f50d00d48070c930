/* octets.c: how long messages are when they are sent. */
#include "msg/octets.h"

#include "memfile.h"
#include "tap.h"

static const struct {
	const char *text;
	uint64_t n;
	bool utf8;
} cases[] = {
	/* clang-format off */
	{ "", 0, false },
	{ "\n", 2, false },
	{ "\r\n", 2, false },
	{ "\r", 3, false },
	{ "a", 3, false },
	{ "a\n\nb", 8, false },
	{ "a\r\n\nb\r\n", 8, false },
	{ "a\r\rb\n", 6, false },
	{ "A: \xff\n\nb\n", 11, true },
	{ "A: b\n\n\xc3\xa4\n", 12, false },
	{ "\xff", 3, true },
	{ "Content-Type: multipart/mixed; boundary=x\n\n"
	  "--x\n\n\xff\n--x\nX: \xff\n\n--x--\n", 75, true },
	{ "Content-Type: multipart/mixed; boundary=x\n\n"
	  "--x\n\n\xff\n--x\nX: a\n\n\xff--x--\n", 76, false },
	{ "Content-Type: message/rfc822\n\nA: \xc3\xa4\n\n", 41, true },
	/* clang-format on */
};

/* Longer than the blocks that are read, a CRLF across two of them. */
static void
test_long(void)
{
	enum { LEN = 3 * 65536 };
	char *s = malloc(LEN);
	struct octets o;
	int fd;

	if (s == NULL)
		exit(111);
	memset(s, '\n', LEN);
	memcpy(s + 65535, "\r\n", 2);
	fd = memfile(s, LEN);
	ok(octets_count(fd, LEN, &o) == 0 && o.n == 2 * LEN - 2 && !o.utf8,
	    "CRLF between two blocks");
	close(fd);
	free(s);
}

int
main(void)
{
	struct octets o;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = strlen(cases[i].text);
		int fd = memfile(cases[i].text, len);
		int r = octets_count(fd, (int64_t)len, &o);

		ok(r == 0 && o.n == cases[i].n && o.utf8 == cases[i].utf8,
		    "%s: %d", cases[i].text, (int)o.n);
		close(fd);
	}
	test_long();
	o.n = 77;
	ok(octets_count(-1, 1, &o) == -1 && o.n == 77, "what cannot be read");
	return done_testing();
}
