/* rd.c: lines of every length in pieces of every size, and no byte too many. */
#include "sys/rd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/nelem.h"
#include "sys/clock.h"
#include "sys/sig.h"
#include "tap.h"

enum kind { SOCKET, PIPE, PACKETS };

static const char *const kinds[] = { "socket", "pipe", "packets" };

/* ends[0] is read, ends[1] written. */
static void
connect_ends(enum kind kind, int *ends)
{
	int r =
	    kind == PIPE
		? pipe(ends)
		: socketpair(AF_UNIX,
		      kind == SOCKET ? SOCK_STREAM : SOCK_SEQPACKET, 0, ends);

	if (r == -1)
		exit(111);
}

static void
put(int fd, const char *p, size_t len)
{
	if (write(fd, p, len) != (ssize_t)len)
		exit(111);
}

static void
finish(int *ends)
{
	close(ends[0]);
	close(ends[1]);
}

static struct rd r;
static bool lively; /* all that are not exact are */

static void
start(int fd, struct wr *w)
{
	rd_init(&r, fd, w, false);
	if (lively)
		rd_lively(&r);
}

/* What is left in the descriptor, read by someone else. */
static bool
left_is(int fd, const char *want)
{
	char b[100];
	ssize_t n;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	n = read(fd, b, sizeof b);
	return n == -1 ? *want == '\0' : span_is(span_of(b, (size_t)n), want);
}

static void
test_exact(enum kind kind)
{
	struct strbuf b = { 0 };
	struct span s;
	int ends[2];
	bool good;

	connect_ends(kind, ends);
	put(ends[1], "one\r\ntwo\nthree12345rest", 23);
	rd_init(&r, ends[0], NULL, true);
	good = rd_line(&r, &b, 100) == RD_OK && rd_line(&r, &b, 100) == RD_OK &&
	       rd_bytes(&r, &b, 5) == RD_OK &&
	       span_is(strbuf_span(&b), "onetwothree");
	good = good && rd_some(&r, 3, &s) == RD_OK && span_is(s, "123") &&
	       rd_some(&r, 2, &s) == RD_OK && span_is(s, "45");
	ok(good && !rd_buffered(&r) && r.total == 19 &&
		left_is(ends[0], "rest"),
	    "%s: exactly what was asked for", kinds[kind]);
	finish(ends);

	connect_ends(kind, ends);
	put(ends[1], "toolong\r\nrest", 13);
	rd_init(&r, ends[0], NULL, true);
	strbuf_reset(&b);
	good = rd_line(&r, &b, 3) == RD_LONG && rd_skip_line(&r) == RD_OK;
	ok(good && !rd_buffered(&r) && span_is(strbuf_span(&b), "too") &&
		left_is(ends[0], "rest"),
	    "%s: exact after a long line", kinds[kind]);
	finish(ends);
	strbuf_clear(&b);
}

/* Nothing is left of a line, nor of what was only looked at behind it. */
static void
test_forget(enum kind kind)
{
	struct strbuf b = { 0 };
	int ends[2];
	bool good;

	connect_ends(kind, ends);
	memset(&r, 0, sizeof r);
	put(ends[1], "a\nsecret\n", 9);
	rd_init(&r, ends[0], NULL, true);
	good = rd_line(&r, &b, 9) == RD_OK;
	rd_forget(&r);
	for (size_t i = 0; i < sizeof r.buf; i++)
		good = good && r.buf[i] == '\0';
	ok(good && rd_line(&r, &b, 9) == RD_OK &&
		span_is(strbuf_span(&b), "asecret"),
	    "%s: forgets what it has seen, loses nothing", kinds[kind]);
	finish(ends);
	strbuf_clear(&b);
}

/* len bytes and an end, then "next": what rd_line() must make of it. */
static bool
one_length(int *ends, size_t len, const char *end, size_t max)
{
	struct strbuf line = { 0 }, want = { 0 }, got = { 0 };
	enum rd_result result;
	bool good;

	for (size_t i = 0; i < len; i++)
		strbuf_putc(&line, (char)('a' + i % 26));
	strbuf_puts(&line, end);
	strbuf_cat(&want, strbuf_span(&line));
	strbuf_cut(&want, line.len - (end[strlen(end) - 1] == '\n'));
	if (want.len > 0 && want.p[want.len - 1] == '\r')
		strbuf_cut(&want, want.len - 1);
	put(ends[1], line.p, line.len);
	put(ends[1], "next\r\n", 6);
	result = want.len > max ? RD_LONG : RD_OK;
	strbuf_cut(&want, max);
	strbuf_puts(&got, "kept");
	good = rd_line(&r, &got, max) == result &&
	       span_eq(span_of(got.p + 4, got.len - 4), strbuf_span(&want)) &&
	       strncmp(got.p, "kept", 4) == 0;
	good = good && (result == RD_OK || rd_skip_line(&r) == RD_OK);
	strbuf_reset(&got);
	good = good && rd_line(&r, &got, 100) == RD_OK &&
	       span_is(strbuf_span(&got), "next") && !rd_buffered(&r);
	strbuf_clear(&line);
	strbuf_clear(&want);
	strbuf_clear(&got);
	return good;
}

static void
test_lengths(enum kind kind, bool exact)
{
	static const size_t maxs[] = { 0, 1, 2, 5, RD_LEN - 1, RD_LEN,
		RD_LEN + 1 };
	static const char *const line_ends[] = { "\n", "\r\n", "\r\r\n",
		"\r\r\r\n" };
	int ends[2];

	connect_ends(kind, ends);
	rd_init(&r, ends[0], NULL, exact);
	for (size_t m = 0; m < NELEM(maxs); m++) {
		size_t from = maxs[m] < 3 ? 0 : maxs[m] - 3;
		bool good = true;

		for (size_t len = from; len < maxs[m] + 4; len++)
			for (size_t e = 0; e < NELEM(line_ends); e++)
				good = good && one_length(ends, len,
						   line_ends[e], maxs[m]);
		ok(good, "%s%s: lines around %u bytes", kinds[kind],
		    exact ? ", exact" : "", (unsigned)maxs[m]);
	}
	finish(ends);
}

/* A line cut once, at each place, with the limit at each length. */
static void
test_pieces(void)
{
	static const char *const lines[] = { "abcd\n", "abcd\r\n", "ab\rcd\r\n",
		"abcd\r\r\n", "\n", "\r\n", "\0\r\xff\r\n" };
	bool good = true;

	for (size_t i = 0; i < NELEM(lines); i++) {
		size_t len = i == 6 ? 5 : strlen(lines[i]);

		for (size_t n = 0; n < len * 8; n++) {
			struct strbuf whole = { 0 }, cut = { 0 };
			enum rd_result a, b;
			int ends[2];

			connect_ends(PACKETS, ends);
			start(ends[0], NULL);
			put(ends[1], lines[i], len);
			a = rd_line(&r, &whole, n % 8);
			good =
			    good && (a == RD_OK || rd_skip_line(&r) == RD_OK);
			put(ends[1], lines[i], 1 + n / 8);
			if (1 + n / 8 < len)
				put(ends[1], lines[i] + 1 + n / 8,
				    len - 1 - n / 8);
			b = rd_line(&r, &cut, n % 8);
			good = good &&
			       (b == RD_OK || rd_skip_line(&r) == RD_OK) &&
			       a == b && !rd_buffered(&r) &&
			       span_eq(strbuf_span(&whole), strbuf_span(&cut));
			finish(ends);
			strbuf_clear(&whole);
			strbuf_clear(&cut);
		}
	}
	ok(good, "a line in two pieces is a line");
}

static void
test_bytes(enum kind kind, bool exact)
{
	static char big[40000];
	struct strbuf b = { 0 };
	int ends[2];
	bool good;

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (char)(i * 31);
	connect_ends(kind, ends);
	rd_init(&r, ends[0], NULL, exact);
	put(ends[1], big, sizeof big);
	put(ends[1], "x\n", 2);
	good = rd_bytes(&r, &b, 0) == RD_OK && b.len == 0 &&
	       rd_bytes(&r, &b, sizeof big) == RD_OK &&
	       span_eq(strbuf_span(&b), span_of(big, sizeof big));
	strbuf_reset(&b);
	good = good && rd_line(&r, &b, 1) == RD_OK &&
	       span_is(strbuf_span(&b), "x");
	ok(good, "%s%s: 40000 bytes", kinds[kind], exact ? ", exact" : "");
	finish(ends);
	strbuf_clear(&b);
}

static void
test_ends(enum kind kind)
{
	struct strbuf b = { 0 };
	struct span s;
	int ends[2];

	connect_ends(kind, ends);
	start(ends[0], NULL);
	r.by = clock_mono_ms() + 20;
	ok(rd_line(&r, &b, 10) == RD_LATE, "%s: late", kinds[kind]);
	put(ends[1], "a\nbc", 4);
	ok(rd_line(&r, &b, 10) == RD_OK && span_is(strbuf_span(&b), "a"),
	    "%s: what is there is never late", kinds[kind]);
	strbuf_reset(&b);
	ok(rd_line(&r, &b, 10) == RD_LATE && b.len == 0,
	    "%s: half a line is nothing", kinds[kind]);
	r.by = 0;
	put(ends[1], "de", 2);
	close(ends[1]);
	ok(rd_line(&r, &b, 10) == RD_EOF && b.len == 0 &&
		rd_line(&r, &b, 10) == RD_EOF && rd_some(&r, 1, &s) == RD_EOF &&
		rd_skip_line(&r) == RD_EOF && rd_bytes(&r, &b, 1) == RD_EOF,
	    "%s: the end, as often as one asks", kinds[kind]);
	close(ends[0]);
	ok(rd_line(&r, &b, 10) == RD_ERR, "%s: no descriptor", kinds[kind]);
	strbuf_clear(&b);
}

/* The paired output leaves before a wait, and not earlier. */
static void
test_pair(void)
{
	static struct wr w;
	struct strbuf b = { 0 };
	int in[2], out[2];

	connect_ends(SOCKET, in);
	connect_ends(PIPE, out);
	wr_init(&w, out[1], 0);
	start(in[0], &w);
	put(in[1], "one\ntwo\n", 8);
	bool good = rd_line(&r, &b, 10) == RD_OK;
	wr_lit(&w, "1");
	good = good && rd_buffered(&r) && rd_line(&r, &b, 10) == RD_OK;
	ok(good && left_is(out[0], ""), "nothing is sent between two lines");
	wr_lit(&w, "2");
	r.by = clock_mono_ms() + 1;
	ok(rd_line(&r, &b, 10) == RD_LATE && left_is(out[0], "12"),
	    "all is sent before a wait");
	finish(in);
	finish(out);
	strbuf_clear(&b);
}

static void
test_wait(void)
{
	struct strbuf b = { 0 };
	int in[2], other[2];
	bool ready = true;

	connect_ends(SOCKET, in);
	connect_ends(PIPE, other);
	start(in[0], NULL);
	ok(rd_wait(&r, -1, clock_mono_ms() + 10, &ready) == RD_LATE && !ready,
	    "a wait ends in time");
	put(other[1], "x", 1);
	ok(rd_wait(&r, other[0], 0, &ready) == RD_LATE && ready,
	    "a wait ends for another descriptor");
	put(in[1], "a\nb\n", 4);
	ok(rd_wait(&r, other[0], 0, &ready) == RD_OK && !ready,
	    "input comes first");
	ok(rd_line(&r, &b, 9) == RD_OK && rd_wait(&r, -1, 1, &ready) == RD_OK,
	    "what is buffered needs no wait");
	finish(in);
	finish(other);
	strbuf_clear(&b);
}

static void
test_signal(void)
{
	struct strbuf b = { 0 };
	int ends[2];
	bool ready;

	connect_ends(SOCKET, ends);
	start(ends[0], NULL);
	sig_init();
	put(ends[1], "a\nb\n", 4);
	ok(raise(SIGTERM) == 0 && !sig_ending() &&
		rd_line(&r, &b, 9) == RD_OK && rd_line(&r, &b, 9) == RD_OK,
	    "a signal waits until there is nothing to read");
	ok(rd_line(&r, &b, 9) == RD_SIGNAL && sig_ending(), "and ends a wait");
	put(ends[1], "c\n", 2);
	ok(rd_wait(&r, -1, 0, &ready) == RD_SIGNAL && !ready, "every one");
	finish(ends);
	strbuf_clear(&b);
}

/* A read that fills the buffer, and one more; then there is nothing. */
static void
test_full(enum kind kind)
{
	static char bytes[RD_LEN + 1];
	struct strbuf b = { 0 };
	struct span s;
	int ends[2];

	connect_ends(kind, ends);
	start(ends[0], NULL);
	put(ends[1], bytes, sizeof bytes);
	ok(rd_bytes(&r, &b, sizeof bytes) == RD_OK && b.len == sizeof bytes,
	    "%s: one byte more than a buffer", kinds[kind]);
	put(ends[1], bytes, RD_LEN);
	strbuf_reset(&b);
	r.by = clock_mono_ms() + 50;
	ok(rd_bytes(&r, &b, RD_LEN) == RD_OK && rd_some(&r, 1, &s) == RD_LATE,
	    "%s: a full buffer, and then the deadline", kinds[kind]);
	put(ends[1], bytes, RD_LEN);
	close(ends[1]);
	r.by = 0;
	ok(rd_bytes(&r, &b, RD_LEN) == RD_OK && rd_some(&r, 1, &s) == RD_EOF,
	    "%s: a full buffer, and then the end", kinds[kind]);
	close(ends[0]);
	strbuf_clear(&b);
}

/* What is there already, of an exact reader. */
static void
test_pending(void)
{
	struct strbuf b = { 0 };
	int ends[2];

	connect_ends(SOCKET, ends);
	rd_init(&r, ends[0], NULL, true);
	ok(!rd_pending(&r), "nothing");
	put(ends[1], "a\nb", 3);
	ok(rd_line(&r, &b, 10) == RD_OK && rd_pending(&r), "a byte");
	ok(rd_bytes(&r, &b, 1) == RD_OK && !rd_pending(&r), "none any more");
	close(ends[1]);
	ok(!rd_pending(&r), "nor at the end");
	close(ends[0]);
	strbuf_clear(&b);
}

/* What comes while it waits, in read() or in poll(). */
static void
test_late(void)
{
	static const long ms[] = { 1, 40 };
	struct strbuf b = { 0 };
	int ends[2];

	connect_ends(SOCKET, ends);
	start(ends[0], NULL);
	ok(r.lively, "a socket");
	for (size_t i = 0; i < NELEM(ms); i++) {
		pid_t pid = fork();

		if (pid == 0) {
			struct timespec t = { 0, ms[i] * 1000000 };

			nanosleep(&t, NULL);
			put(ends[1], "late\n", 5);
			_exit(0);
		}
		strbuf_reset(&b);
		r.by = clock_mono_ms() + 30000;
		ok(pid > 0 && rd_line(&r, &b, 9) == RD_OK &&
			span_is(strbuf_span(&b), "late") &&
			waitpid(pid, NULL, 0) == pid,
		    "a line after %ld ms", ms[i]);
	}
	finish(ends);
	connect_ends(PIPE, ends);
	start(ends[0], NULL);
	ok(!r.lively, "a pipe is not");
	finish(ends);
	strbuf_clear(&b);
}

/* Asks for lines that come at once, for 20 seconds at most. */
static enum rd_result
ask(int fd)
{
	int64_t end = clock_mono_ms() + 20000;
	struct strbuf b = { 0 };
	enum rd_result got = RD_OK;

	start(fd, NULL);
	while (got == RD_OK && clock_mono_ms() < end) {
		strbuf_reset(&b);
		put(fd, "?", 1);
		got = rd_line(&r, &b, 9);
	}
	strbuf_clear(&b);
	return got;
}

/* Who never lets a tick pass does not keep signals out. */
static void
test_busy(void)
{
	int ends[2], status;
	pid_t pid;
	char c;

	connect_ends(SOCKET, ends);
	if ((pid = fork()) == 0) {
		close(ends[1]);
		sig_init();
		raise(SIGTERM);
		_exit(ask(ends[0]) == RD_SIGNAL ? 0 : 1);
	}
	close(ends[0]);
	while (read(ends[1], &c, 1) == 1)
		if (send(ends[1], "x\n", 2, MSG_NOSIGNAL) != 2)
			break;
	close(ends[1]);
	ok(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0,
	    "a signal is seen by one who is answered at once");
}

/* Nor deadlines. */
static void
test_drip(void)
{
	struct timespec t = { 0, 200000 };
	struct strbuf b = { 0 };
	int ends[2];
	pid_t pid;

	connect_ends(SOCKET, ends);
	start(ends[0], NULL);
	if ((pid = fork()) == 0) {
		close(ends[0]);
		for (int i = 0; i < 20000; i++) {
			put(ends[1], "x", 1); /* until nobody reads */
			nanosleep(&t, NULL);
		}
		_exit(0);
	}
	close(ends[1]);
	r.by = clock_mono_ms() + 50;
	ok(rd_line(&r, &b, 30000) == RD_LATE,
	    "time is up for a line that drips");
	close(ends[0]);
	ok(pid > 0 && waitpid(pid, NULL, 0) == pid, "which is given up");
	strbuf_clear(&b);
}

static int n_quiet;

static void
be_quiet(void *arg)
{
	n_quiet++;
	if (n_quiet < 3)
		r.quiet_by = clock_mono_ms() + 5; /* once more */
	else if (arg != NULL)
		put(*(int *)arg, "x\n", 2);
}

/* What is to be done when nothing comes. */
static void
test_quiet(void)
{
	struct strbuf line = { 0 };
	int ends[2];

	n_quiet = 0;
	connect_ends(SOCKET, ends);
	start(ends[0], NULL);
	r.by = clock_mono_ms() + 30000;
	r.quiet = be_quiet;
	r.quiet_arg = &ends[1];
	put(ends[1], "a\n", 2);
	r.quiet_by = clock_mono_ms() + 10000;
	ok(rd_line(&r, &line, 9) == RD_OK && n_quiet == 0 && r.quiet_by != 0,
	    "not before its time");
	put(ends[1], "b", 1);
	r.quiet_by = clock_mono_ms() + 5;
	ok(rd_line(&r, &line, 9) == RD_OK && n_quiet == 3 && line.len == 3,
	    "called as often as asked for, and then it waits on");
	r.quiet_arg = NULL;
	r.quiet_by = 1;
	put(ends[1], "c\n", 2);
	ok(rd_line(&r, &line, 9) == RD_OK && n_quiet == 4,
	    "called though something has come, when it is late");
	r.by = clock_mono_ms() + 20;
	r.quiet_by = clock_mono_ms() + 5;
	ok(rd_line(&r, &line, 9) == RD_LATE && n_quiet == 5,
	    "the deadline stays");
	r.by = clock_mono_ms() + 20;
	r.quiet_by = clock_mono_ms() + 60000;
	ok(rd_line(&r, &line, 9) == RD_LATE && n_quiet == 5,
	    "and comes first when it is earlier");
	strbuf_clear(&line);
	finish(ends);
}

int
main(void)
{
	alarm(60);
	test_full(SOCKET);
	test_full(PIPE);
	test_exact(SOCKET);
	test_exact(PIPE);
	test_forget(SOCKET);
	test_forget(PIPE);
	for (int exact = 0; exact < 2; exact++) {
		test_lengths(SOCKET, exact);
		test_lengths(PIPE, exact);
		test_bytes(SOCKET, exact);
		test_bytes(PIPE, exact);
	}
	test_pending();
	for (int i = 0; i < 2; i++, lively = true) {
		test_pieces();
		test_ends(SOCKET);
		test_ends(PIPE);
		test_pair();
		test_wait();
		test_quiet();
	}
	test_late();
	test_busy();
	test_drip();
	test_full(SOCKET);
	test_full(PIPE);
	test_signal();
	return done_testing();
}
