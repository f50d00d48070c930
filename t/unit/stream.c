/* stream.c: every range of a file, every part of what it gives. */
#include "msg/stream.h"

#include "memfile.h"
#include "base/nelem.h"
#include "base/strbuf.h"
#include "tap.h"

static const char sample[] = "a\nb\r\n\nc\rd\r\r\n\0e\n\xff\n\r";
enum { LEN = sizeof sample - 1 };

static void
append(void *arg, struct span bytes)
{
	strbuf_cat(arg, bytes);
}

/* Byte by byte, what stream_crlf() should give of from..to-1. */
static void
expect(size_t from, size_t to, struct strbuf *out)
{
	for (size_t i = from; i < to; i++) {
		if (sample[i] == '\n' && (i == from || sample[i - 1] != '\r'))
			strbuf_putc(out, '\r');
		strbuf_putc(out, sample[i] == '\0' ? '\x80' : sample[i]);
	}
}

static bool
check(int fd, size_t from, size_t to, size_t skip, size_t max)
{
	struct strbuf got = { 0 }, again = { 0 }, all = { 0 };
	struct stream_out out = { append, &got, skip, max, NULL };
	struct span want;
	int64_t n = stream_crlf(fd, (int64_t)from, (int64_t)to, out);
	bool good;

	out = (struct stream_out){ .into = &again, .skip = skip, .max = max };
	good = stream_crlf(fd, (int64_t)from, (int64_t)to, out) == n &&
	       span_eq(strbuf_span(&got), strbuf_span(&again));

	expect(from, to, &all);
	want = strbuf_span(&all);
	want.p += skip < all.len ? skip : all.len;
	if (span_len(want) > max)
		want.end = want.p + max;
	good =
	    good && span_eq(strbuf_span(&got), want) &&
	    n == (int64_t)span_len(want) &&
	    stream_crlf_len(fd, (int64_t)from, (int64_t)to) == (int64_t)all.len;
	strbuf_clear(&got);
	strbuf_clear(&again);
	strbuf_clear(&all);
	return good;
}

static void
test_ranges(void)
{
	int fd = memfile(sample, LEN);
	bool good = true;

	for (size_t from = 0; from <= LEN; from++)
		for (size_t to = from; to <= LEN; to++)
			for (size_t skip = 0; skip < 2 * LEN; skip++)
				good = good && check(fd, from, to, skip, 5) &&
				       check(fd, from, to, skip, SIZE_MAX);
	ok(good, "all ranges");
	ok(check(fd, 0, LEN, 3, 0), "nothing wanted");
	close(fd);
}

static void
count(void *arg, struct span bytes)
{
	size_t *n = arg;

	*n += span_len(bytes);
}

static void
test_large(void)
{
	static char big[300000];
	size_t n = 0;
	struct stream_out out = { count, &n, 199990, 100, NULL };
	int fd;

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = i % 3 == 2 ? '\n' : 'x';
	fd = memfile(big, sizeof big);
	ok(stream_crlf_len(fd, 0, sizeof big) == 400000, "length");
	ok(stream_crlf(fd, 0, sizeof big, out) == 100 && n == 100,
	    "a piece across blocks");
	out.skip = 0;
	out.max = UINT64_MAX;
	ok(stream_crlf(fd, 0, sizeof big + 1000, out) == 400000 && n == 400100,
	    "a file that is shorter than promised");
	close(fd);
	ok(stream_crlf(-1, 0, 1, out) == -1 && stream_crlf_len(-1, 0, 1) == -1,
	    "a file that cannot be read");
}

int
main(void)
{
	test_ranges();
	test_large();
	return done_testing();
}
