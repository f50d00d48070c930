/*
 * keeper.c: what a talker can do that somebody has taken over.  Each of these
 * talkers has all of the talker's rights and none of its manners.
 */
#include "chain/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain/talk.h"
#include "sys/sig.h"
#include "tap.h"

static const struct front_protocol protocol = {
	.name = "IMAP",
	.tls = "IMAP_TLS",
	.tls_required = "IMAP_TLS_REQUIRED",
	.starttls = "IMAP_STARTTLS",
	.tagged = true,
	.port = "143",
};

/* Ask again and again; how many answers there were goes to descriptor 1. */
static void
repeat(int fd, struct talk_ask a)
{
	struct talk_answer answer;
	struct strbuf more = { 0 };
	struct talk_ask one = a;

	while (talk_ask(fd, &one, &answer, &more)) {
		(void)!write(1, "x", 1);
		strbuf_reset(&more);
		one = a;
	}
}

static void
tries_for_ever(const struct front *f, int fd)
{
	(void)f;
	repeat(fd, (struct talk_ask){ .kind = TALK_TRY });
}

static void
refuses_for_ever(const struct front *f, int fd)
{
	(void)f;
	repeat(fd, (struct talk_ask){ .kind = TALK_REFUSE });
}

static void
lists_for_ever(const struct front *f, int fd)
{
	(void)f;
	repeat(fd, (struct talk_ask){ .kind = TALK_LANG });
}

/* Without reading one of the answers. */
static void
listens_to_nothing(const struct front *f, int fd)
{
	const struct talk_ask a = { .kind = TALK_LANG };

	(void)f;
	for (int i = 0; i < 200; i++)
		talk_tell(fd, &a);
	(void)pause();
}

static void
forges_a_line(const struct front *f, int fd)
{
	static const char line[] = "\xe2, LOGIN FAILED, user=x, ip=[192.0.2.9]";
	struct talk_ask a = {
		.kind = TALK_EVENT, .how = TALK_ID, .name_len = sizeof line - 1
	};

	(void)f;
	memcpy(a.name, line, sizeof line);
	talk_tell(fd, &a);
}

static void
logs_for_ever(const struct front *f, int fd)
{
	struct talk_ask a = { .kind = TALK_EVENT,
		.how = TALK_ID,
		.name = "a\nb",
		.name_len = 3 };

	(void)f;
	for (int i = 0; i < 100; i++)
		talk_tell(fd, &a);
}

static void
wants_tls(const struct front *f, int fd)
{
	struct talk_ask a = { .kind = TALK_TLS };

	(void)f;
	talk_tell(fd, &a);
	(void)pause();
}

static void
claims_a_certificate(const struct front *f, int fd)
{
	(void)f;
	repeat(fd, (struct talk_ask){ .kind = TALK_TRY, .how = TALK_EXTERNAL });
}

static void
sends_rubbish(const struct front *f, int fd)
{
	(void)f;
	(void)!send(fd, "rubbish", 7, 0);
	(void)pause();
}

static void
sends_too_much(const struct front *f, int fd)
{
	static char all[sizeof(struct talk_ask) + 1] = { TALK_TRY };

	(void)f;
	(void)!send(fd, all, sizeof all, 0);
	(void)pause();
}

static void
sleeps(const struct front *f, int fd)
{
	(void)f;
	(void)close(fd);
	(void)pause();
}

static void
crashes(const struct front *f, int fd)
{
	(void)f;
	(void)fd;
	(void)raise(SIGABRT);
}

static const struct {
	const char *what;
	keeper_talker *talker;
	const char *log; /* in it */
	size_t answers; /* at most */
	int lines;
} cases[] = {
	/* clang-format off */
	{ "three attempts", tries_for_ever, "a question after the end", 3, 4 },
	{ "three refusals", refuses_for_ever, "a question after the end",
	  3, 4 },
	{ "many lists", lists_for_ever, "too many questions", 64, 1 },
	{ "many more", listens_to_nothing, "too many questions", 0, 1 },
	{ "a line that is none", forges_a_line,
	  "?, LOGIN FAILED, user=x, ip=?192.0.2.9?\n", 0, 1 },
	{ "eight lines", logs_for_ever, "too many events", 0, 9 },
	{ "TLS that is not there", wants_tls, "TLS that was not offered",
	  0, 1 },
	{ "a certificate", claims_a_certificate, "without a certificate",
	  0, 1 },
	{ "rubbish", sends_rubbish, "Bad message", 0, 1 },
	{ "more than a message", sends_too_much, "Bad message", 0, 1 },
	{ "sleep", sleeps, "", 0, 0 },
	{ "a crash", crashes, "talker ended by signal 6", 0, 1 },
	/* clang-format on */
};

/* Up to the end. */
static size_t
slurp(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, buf + len, size - 1 - len)) > 0)
		len += (size_t)n;
	buf[len] = '\0';
	(void)close(fd);
	return len;
}

static void
run(size_t i)
{
	char name[] = "false";
	char *chain[] = { name, NULL };
	static char log[65536], answers[256];
	int out[2], err[2], status, lines = 0;
	size_t n;
	pid_t pid;

	if (pipe(out) == -1 || pipe(err) == -1)
		exit(111);
	if ((pid = fork()) == 0) {
		struct front f;

		(void)dup2(out[1], 1);
		(void)dup2(err[1], 2);
		for (int fd = 3; fd < 20; fd++)
			(void)close(fd);
		sig_init();
		(void)front_open(&protocol, &f);
		_exit(keeper_run(&f, chain, cases[i].talker));
	}
	(void)close(out[1]);
	(void)close(err[1]);
	(void)slurp(err[0], log, sizeof log);
	n = slurp(out[0], answers, sizeof answers);
	(void)waitpid(pid, &status, 0);
	for (const char *p = log; *p != '\0'; p++)
		lines += *p == '\n';
	ok(WIFEXITED(status) && strstr(log, cases[i].log) != NULL &&
		n <= cases[i].answers && lines == cases[i].lines,
	    "%s: %zu answers, %d lines", cases[i].what, n, lines);
}

int
main(void)
{
	(void)setenv("SATCHEL_LOGIN_DELAY", "0", 1);
	(void)setenv("SATCHEL_LANG_DIR", "/nonexistent", 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		run(i);
	return done_testing();
}
