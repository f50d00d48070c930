/* header.c: fields walked over, and chosen by name. */
#include "msg/header.h"

#include "base/nelem.h"
#include "base/strbuf.h"
#include "memfile.h"
#include "tap.h"

/* "name=value|" for each field; two letters for those that are long */
static int
note(void *arg, struct span name, struct span value)
{
	struct strbuf *b = arg;

	if (span_is(name, "Stop"))
		return 7;
	strbuf_cat(b, name);
	strbuf_putc(b, '=');
	strbuf_cat(b, value);
	strbuf_putc(b, '|');
	return 0;
}

static const struct {
	const char *in;
	const char *out;
} walks[] = {
	/* clang-format off */
	{ "", "" },
	{ "\nA: b\n", "" },
	{ "A: b", "A=b|" },
	{ "A: b\nC:d\n\nE: f\n", "A=b|C=d|" },
	{ "A: b\r\nC: d\r\n\r\nE: f\r\n", "A=b|C=d|" },
	{ "A:\n", "A=|" },
	{ "A: b\n c\n\td \nE: f\n", "A=b c\td|E=f|" },
	{ " folded: first\nA: b\n", "A=b|" },
	{ "From x y:z\nA: b\n", "A=b|" },
	{ "junk\nA: b\n", "A=b|" },
	{ "A: b\njunk\n c\nD: e\n", "A=b|D=e|" },
	{ "A : b\nC\t:d\n", "A=b|C=d|" },
	{ ": x\nA: b\n", "A=b|" },
	{ "A\xe9: x\nA: b:c\n", "A=b:c|" },
	{ "A: b\rc\n", "A=b\rc|" },
	{ "A: \xff\n", "A=\xff|" },
	{ "A: b\nStop: x\nC: d\n", "A=b|" },
	/* clang-format on */
};

static void
test_walk(void)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; i < NELEM(walks); i++) {
		struct span in = span_str(walks[i].in);
		int fd = memfile(in.p, span_len(in));
		bool stop = strstr(walks[i].in, "Stop") != NULL;
		int r;

		strbuf_reset(&b);
		r = header_walk(fd, 0, (int64_t)span_len(in), note, &b);
		ok(r == (stop ? 7 : 0) &&
			span_is(strbuf_span(&b), walks[i].out),
		    "walk: %s", walks[i].in);
		strbuf_reset(&b);
		in = tap_exact(in.p, span_len(in));
		ok(header_walk_mem(in, note, &b) == r &&
			span_is(strbuf_span(&b), walks[i].out),
		    "walk in memory: %s", walks[i].in);
		close(fd);
	}
	strbuf_clear(&b);
	ok(header_walk(-1, 0, 1, note, NULL) == -1, "walk: cannot read");
}

static int
longest(void *arg, struct span name, struct span value)
{
	size_t *max = arg;

	(void)name;
	if (span_len(value) > *max)
		*max = span_len(value);
	return 0;
}

static void
test_long(void)
{
	struct strbuf b = { 0 };
	size_t max = 0;
	bool good;
	int fd;

	strbuf_puts(&b, "A: ");
	memset(strbuf_room(&b, 10000000), 'x', 10000000);
	b.len += 10000000;
	strbuf_puts(&b, "\nB: y\n");
	fd = memfile(b.p, b.len);
	good = header_walk(fd, 0, INT64_MAX, longest, &max) == 0;
	ok(good && max == HEADER_VALUE_MAX - 1, "a value of 10 MB is cut: %zu",
	    max);
	close(fd);
	strbuf_clear(&b);
}

#define MAIL "A: 1\nBb: 2\n 3\nmbox\nC : 4\nA: 5\n\nbody\n"

static const struct {
	const char *in;
	const char *names[3];
	bool except;
	const char *out;
} chosen[] = {
	/* clang-format off */
	{ MAIL, { "a" }, false, "A: 1\r\nA: 5\r\n\r\n" },
	{ MAIL, { "BB", "c" }, false, "Bb: 2\r\n 3\r\nC : 4\r\n\r\n" },
	{ MAIL, { "x" }, false, "\r\n" },
	{ MAIL, { "mbox" }, false, "\r\n" },
	{ MAIL, { "a" }, true, "Bb: 2\r\n 3\r\nmbox\r\nC : 4\r\n\r\n" },
	{ MAIL, { "a", "bb", "c" }, true, "mbox\r\n\r\n" },
	{ "A: 1\r\nB: 2\r\n\r\n", { "b" }, false, "B: 2\r\n\r\n" },
	{ "A: 1\nB: 2\n", { "b" }, false, "B: 2\r\n" }, /* no blank line */
	{ "A: 1", { "a" }, false, "A: 1" },
	{ "A: 1", { "b" }, false, "" },
	{ " x\nA: 1\n\n", { "a" }, true, " x\r\n\r\n" },
	{ "", { "a" }, true, "" },
	{ "A: \r\r\n\n", { "a" }, false, "A: \r\r\n\r\n" },
	/* clang-format on */
};

static void
append(void *arg, struct span bytes)
{
	strbuf_cat(arg, bytes);
}

/* Whole, in every piece, and counted. */
static bool
check_chosen(int fd, const struct header_want *want, struct span expected)
{
	struct strbuf b = { 0 };
	struct stream_out out = { append, &b, 0, UINT64_MAX, NULL };
	struct stream_out none = { NULL, NULL, 0, 0, NULL };
	int64_t len = (int64_t)span_len(expected);
	bool good = header_fields(fd, 0, INT64_MAX, want, &out) == len &&
		    span_eq(strbuf_span(&b), expected) &&
		    header_fields(fd, 0, INT64_MAX, want, &none) == len;

	for (out.skip = 0; out.skip < (uint64_t)len; out.skip++) {
		struct span part = { expected.p + out.skip, expected.end };

		out.max = 3;
		if (span_len(part) > 3)
			part.end = part.p + 3;
		strbuf_reset(&b);
		good = good &&
		       header_fields(fd, 0, INT64_MAX, want, &out) == len &&
		       span_eq(strbuf_span(&b), part);
	}
	strbuf_clear(&b);
	return good;
}

static void
test_fields(void)
{
	for (size_t i = 0; i < NELEM(chosen); i++) {
		int fd = memfile(chosen[i].in, strlen(chosen[i].in));
		struct span names[3];
		struct header_want want = { names, 0, chosen[i].except };

		while (want.n < 3 && chosen[i].names[want.n] != NULL) {
			names[want.n] = span_str(chosen[i].names[want.n]);
			want.n++;
		}
		ok(check_chosen(fd, &want, span_str(chosen[i].out)),
		    "fields %zu: %s", i, chosen[i].names[0]);
		close(fd);
	}
}

static void
test_nul(void)
{
	struct span name = span_str("a");
	struct header_want want = { &name, 1, false };
	int fd = memfile("A: \0x\n\n", 7);

	ok(check_chosen(fd, &want, span_str("A: \x80x\r\n\r\n")),
	    "NUL becomes 0x80");
	close(fd);
}

/* A name or an empty line where one block ends and the next begins. */
static void
test_blocks(void)
{
	static const char tail[] = "\r\nName \t: x\r\n y\r\n\r\nbody";
	static char big[10000];
	struct span name = span_str("name");
	struct header_want want = { &name, 1, false };
	struct stream_out none = { NULL, NULL, 0, 0, NULL };
	bool good = true;

	for (size_t i = 7000; i < 9000; i++) {
		int fd;

		memset(big, 'z', i);
		memcpy(big, "A: ", 3);
		memcpy(big + i, tail, sizeof tail - 1);
		fd = memfile(big, i + sizeof tail - 1);
		good =
		    good && header_fields(fd, 0, INT64_MAX, &want, &none) == 17;
		close(fd);
	}
	ok(good, "fields at the ends of blocks");
}

int
main(void)
{
	test_walk();
	test_long();
	test_fields();
	test_nul();
	test_blocks();
	return done_testing();
}
