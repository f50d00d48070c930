/* send.c: dots, line ends and TOP, wherever the pieces are cut. */
#include "pop3/send.h"

#include "memfile.h"
#include "tap.h"

enum { WHOLE = -1 };

static const struct {
	const char *text;
	int lines; /* WHOLE, or of TOP */
	const char *sent;
	int bytes; /* of text */
} cases[] = {
	/* clang-format off */
	{ "", WHOLE, "", 0 },
	{ "a", WHOLE, "a\r\n", 1 },
	{ "a\n", WHOLE, "a\r\n", 2 },
	{ "a\r\n", WHOLE, "a\r\n", 3 },
	{ "a\r", WHOLE, "a\r\r\n", 2 },
	{ ".", WHOLE, "..\r\n", 1 },
	{ ".\n", WHOLE, "..\r\n", 2 },
	{ "..\n", WHOLE, "...\r\n", 3 },
	{ "a\n.\n", WHOLE, "a\r\n..\r\n", 4 },
	{ "a\r\n.\r\n", WHOLE, "a\r\n..\r\n", 6 },
	{ "a\n.\n.\nb.\n..", WHOLE, "a\r\n..\r\n..\r\nb.\r\n...\r\n", 11 },
	{ "a\r.\n", WHOLE, "a\r.\r\n", 4 },
	{ "\n\n.", WHOLE, "\r\n\r\n..\r\n", 3 },
	{ "a\n\nb\nc\n", 0, "a\r\n\r\n", 3 },
	{ "a\n\nb\nc\n", 1, "a\r\n\r\nb\r\n", 5 },
	{ "a\n\nb\nc\n", 2, "a\r\n\r\nb\r\nc\r\n", 7 },
	{ "a\n\nb\nc\n", 3, "a\r\n\r\nb\r\nc\r\n", 7 },
	{ "a\n\nb\nc", 2, "a\r\n\r\nb\r\nc\r\n", 6 },
	{ "a\r\n\r\nb\r\nc", 1, "a\r\n\r\nb\r\n", 8 },
	{ "a\n", 0, "a\r\n", 2 },
	{ "a", 0, "a\r\n", 1 },
	{ "\nb\n", 0, "\r\n", 1 },
	{ "\r\nb\n", 0, "\r\n", 2 },
	{ "a\n \nb\n\n.\n", 1, "a\r\n \r\nb\r\n\r\n..\r\n", 9 },
	{ "a\n\r\r\n\nb", 0, "a\r\n\r\r\n", 5 },
	/* clang-format on */
};

/* The text in two pieces, and in single bytes where cut is its length. */
static void
send_case(struct wr *w, size_t i, size_t at, struct send *s)
{
	size_t len = strlen(cases[i].text);
	struct span in = tap_exact(cases[i].text, len);

	if (cases[i].lines == WHOLE)
		send_begin(s, w);
	else
		send_begin_top(s, w, (uint64_t)cases[i].lines);
	if (at == len) {
		for (; in.p < in.end; in.p++)
			send_put(s, span_of(in.p, 1));
	} else {
		send_put(s, span_of(in.p, at));
		send_put(s, span_of(in.p + at, len - at));
	}
	send_end(s);
}

static bool
check(size_t i, size_t at)
{
	static struct wr w;
	char got[256];
	struct send s;
	int fd = memfile("", 0);
	ssize_t n;

	wr_init(&w, fd, 1000);
	send_case(&w, i, at, &s);
	wr_flush(&w);
	n = pread(fd, got, sizeof got, 0);
	close(fd);
	return n == (ssize_t)strlen(cases[i].sent) &&
	       memcmp(got, cases[i].sent, (size_t)n) == 0 &&
	       s.bytes == (uint64_t)cases[i].bytes;
}

int
main(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool good = true;

		for (size_t at = 0; at <= strlen(cases[i].text); at++)
			good = good && check(i, at);
		ok(good, "%s, %d lines", cases[i].text, cases[i].lines);
	}
	return done_testing();
}
