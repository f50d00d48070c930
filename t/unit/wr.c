/* wr.c: what is sent, and clients that take nothing. */
#include "sys/wr.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "sys/clock.h"
#include "sys/sig.h"
#include "tap.h"

static struct wr w;

static void
connect_ends(bool is_pipe, int *ends)
{
	if ((is_pipe ? pipe(ends)
		     : socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) == -1)
		exit(111);
}

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
test_kinds(bool is_pipe)
{
	int ends[2];

	connect_ends(is_pipe, ends);
	wr_init(&w, ends[1], 1000);
	wr_lit(&w, "lit ");
	wr_span(&w, span_str("span "));
	wr_bytes(&w, "b\0", 2);
	wr_putc(&w, ' ');
	wr_num(&w, 0);
	wr_putc(&w, ' ');
	wr_num(&w, UINT64_MAX);
	wr_span(&w, (struct span){ 0 });
	ok(left_is(ends[0], ""), "nothing is sent before a flush");
	wr_flush(&w);
	char got[64];
	ssize_t n = read(ends[0], got, sizeof got);
	ok(n == 34 && w.total == 34 && !w.failed &&
		memcmp(got, "lit span b\0 0 18446744073709551615", 34) == 0,
	    "all kinds of output");
	wr_flush(&w);
	ok(left_is(ends[0], "") && !w.failed, "a flush of nothing");
	close(ends[0]);
	close(ends[1]);
}

static char big[1000000];

/* A child that is slow at first; status 0 when all of big has come. */
static pid_t
reader(int *ends)
{
	static char b[3000];
	size_t have = 0;
	ssize_t n;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) != 0)
		return pid;
	close(ends[1]);
	usleep(50000);
	while ((n = read(ends[0], b, sizeof b)) > 0) {
		if (memcmp(b, big + have, (size_t)n) != 0)
			_exit(1);
		have += (size_t)n;
	}
	_exit(n == 0 && have == sizeof big ? 0 : 2);
}

static void
test_large(bool is_pipe, int flags)
{
	size_t sent = 0, step = 1;
	int ends[2], status = 1;
	pid_t pid;

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (char)(i * 31 >> 4);
	connect_ends(is_pipe, ends);
	fcntl(ends[1], F_SETFL, flags);
	pid = reader(ends);
	close(ends[0]);
	wr_init(&w, ends[1], 5000);
	for (; sent < sizeof big; sent += step, step = step * 3 + 1) {
		if (step > sizeof big - sent)
			step = sizeof big - sent;
		wr_bytes(&w, big + sent, step);
	}
	wr_flush(&w);
	close(ends[1]);
	waitpid(pid, &status, 0);
	ok(status == 0 && !w.failed && w.total == sizeof big,
	    "%s, %sblocking: a megabyte in growing steps",
	    is_pipe ? "pipe" : "socket", flags ? "not " : "");
}

static void
count(void *arg)
{
	++*(int *)arg;
}

/* Even a descriptor that blocks must not block for longer than allowed. */
static void
test_stuck(bool is_pipe)
{
	int64_t start = clock_mono_ms(), took;
	int ends[2], small = 6000, waits = 0;

	connect_ends(is_pipe, ends);
	(void)setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
	wr_init(&w, ends[1], 50);
	w.waits = count;
	w.waits_arg = &waits;
	wr_bytes(&w, big, 5000); /* so that there is never room for a buffer */
	wr_flush(&w);
	ok(is_pipe || waits == 0, "what can be sent at once does not wait");
	wr_bytes(&w, big, sizeof big);
	ok(waits > 0, "and what cannot says so");
	took = clock_mono_ms() - start;
	ok(w.failed && took >= 50 && took < 5000,
	    "%s: a client that takes nothing is given up after %d ms",
	    is_pipe ? "pipe" : "socket", (int)took);
	start = clock_mono_ms();
	wr_bytes(&w, big, sizeof big);
	wr_flush(&w);
	ok(w.failed && clock_mono_ms() - start < 50, "and not tried again");
	close(ends[0]);
	close(ends[1]);
}

static void
test_gone(bool is_pipe)
{
	int ends[2];

	connect_ends(is_pipe, ends);
	close(ends[0]);
	wr_init(&w, ends[1], 0);
	wr_lit(&w, "x");
	ok(!w.failed, "not noticed before a flush");
	wr_flush(&w);
	ok(w.failed, "%s: a client that has gone", is_pipe ? "pipe" : "socket");
	close(ends[1]);
	wr_init(&w, ends[1], 0);
	wr_lit(&w, "x");
	wr_flush(&w);
	ok(w.failed, "no descriptor");
}

static void
test_file(void)
{
	char name[256], got[20];
	int fd;

	tap_template(name, sizeof name, "wr");
	fd = mkstemp(name);
	unlink(name);
	wr_init(&w, fd, 100);
	wr_lit(&w, "in a file");
	wr_flush(&w);
	ok(!w.failed && pread(fd, got, sizeof got, 0) == 9 &&
		memcmp(got, "in a file", 9) == 0,
	    "a file");
	close(fd);
}

/* A signal ends the wait for a client that takes nothing. */
static void
test_signal(void)
{
	int ends[2];

	connect_ends(false, ends);
	wr_init(&w, ends[1], 0);
	raise(SIGTERM);
	wr_bytes(&w, big, sizeof big);
	ok(w.failed && sig_ending(), "a signal ends a wait");
	close(ends[0]);
	close(ends[1]);
}

/* Put straight into the buffer, and what was there before goes out first. */
static void
test_room(void)
{
	char *p;
	int ends[2];

	connect_ends(false, ends);
	wr_init(&w, ends[1], 1000);
	wr_lit(&w, "a ");
	p = wr_room(&w, WR_FIRST - 2);
	memcpy(p, "line ", 5);
	wr_put_to(&w, p + 5);
	ok(left_is(ends[0], "") && w.total == 7, "there was room");
	p = wr_room(&w, WR_LEN);
	ok(left_is(ends[0], "a line ") && w.total == 7, "room is made");
	memcpy(p, "more", 4);
	wr_put_to(&w, p + 4);
	wr_flush(&w);
	ok(left_is(ends[0], "more") && w.total == 11, "and filled");
	close(ends[0]);
	close(ends[1]);
}

/* What a large answer took is given back, but not while it is in use. */
static void
test_rest(void)
{
	static char all[WR_LEN];
	int ends[2];

	connect_ends(false, ends);
	wr_init(&w, ends[1], 1000);
	memset(all, 'a', sizeof all);
	wr_bytes(&w, all, 100);
	wr_flush(&w);
	ok(!wr_is_large(&w), "a small answer");
	memcpy(wr_room(&w, sizeof all), all, sizeof all);
	wr_put_to(&w, w.buf + sizeof all);
	ok(wr_is_large(&w), "a large one");
	wr_rest(&w);
	wr_flush(&w);
	ok(wr_is_large(&w) && w.buf[WR_LEN / 2] == 'a', "is kept until sent");
	wr_lit(&w, "b");
	wr_rest(&w);
	ok(wr_is_large(&w), "and while there is more");
	wr_flush(&w);
	wr_rest(&w);
	ok(!wr_is_large(&w) && w.buf[WR_LEN / 2] == '\0' && w.buf[0] == 'b',
	    "then it is given back");
	close(ends[0]);
	close(ends[1]);
}

/* Short pieces of a short answer, long ones of a long one. */
static void
test_pieces(void)
{
	static const char some[1000];
	unsigned bad = 0;

	wr_init(&w, open("/dev/null", O_WRONLY | O_CLOEXEC), 0);
	while (w.total < 4 * 1024 * 1024) {
		wr_bytes(&w, some, sizeof some);
		bad += w.limit < WR_FIRST || w.limit > WR_LEN ||
		       (w.limit > WR_FIRST && w.limit > w.total / 8);
	}
	ok(bad == 0 && w.limit == WR_LEN && !w.failed, "pieces: %u wrong", bad);
	wr_flush(&w);
	ok(w.limit == WR_FIRST, "the next answer");
	close(w.fd);
}

int
main(void)
{
	alarm(60);
	sig_init();
	for (int is_pipe = 0; is_pipe < 2; is_pipe++) {
		test_kinds(is_pipe);
		test_large(is_pipe, 0);
		test_large(is_pipe, O_NONBLOCK);
		test_stuck(is_pipe);
		test_gone(is_pipe);
	}
	test_file();
	test_signal();
	test_room();
	test_rest();
	test_pieces();
	return done_testing();
}
