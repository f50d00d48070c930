/*
 * login.c: whole sessions over TCP, some at once; the milliseconds for each.
 *
 *	login [-t] [-h] PORT SESSIONS ATONCE USERS COUNT PASSWORD
 *
 * A session is LOGIN as u1 ... uUSERS, SELECT INBOX, which must have COUNT
 * messages, and LOGOUT.  With -t it is TLS from the first byte, whoever may be
 * at the other end.  With -h sessions stay open behind SELECT, one after
 * another, until standard input ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if BENCH_TLS
#include <gnutls/gnutls.h>
#endif

enum { MAX_HELD = 1000, PATIENCE = 120 };

struct peer {
	int fd;
	size_t have;
	char buf[8192];
#if BENCH_TLS
	gnutls_session_t tls;
#endif
};

static struct {
	bool tls;
	int port;
	unsigned users;
	const char *count, *password;
} job;

static void
die(const char *what)
{
	(void)fprintf(stderr, "login: %s: %s\n", what, strerror(errno));
	_exit(1);
}

#if BENCH_TLS
static gnutls_certificate_credentials_t nobody;

static void
start_tls(struct peer *p)
{
	int r;

	if (nobody == NULL)
		(void)gnutls_certificate_allocate_credentials(&nobody);
	if (gnutls_init(&p->tls, GNUTLS_CLIENT) < 0 ||
	    gnutls_set_default_priority(p->tls) < 0 ||
	    gnutls_credentials_set(p->tls, GNUTLS_CRD_CERTIFICATE, nobody) < 0)
		die("gnutls");
	gnutls_transport_set_int(p->tls, p->fd);
	do
		r = gnutls_handshake(p->tls);
	while (r < 0 && !gnutls_error_is_fatal(r));
	if (r < 0)
		die(gnutls_strerror(r));
}

static ssize_t
get(struct peer *p, void *to, size_t len)
{
	ssize_t n;

	if (!job.tls)
		return read(p->fd, to, len);
	do
		n = gnutls_record_recv(p->tls, to, len);
	while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
	return n;
}

static void
put(struct peer *p, const char *s, size_t len)
{
	ssize_t n =
	    job.tls ? gnutls_record_send(p->tls, s, len) : write(p->fd, s, len);

	if (n != (ssize_t)len)
		die("write");
}

static void
stop_tls(struct peer *p)
{
	gnutls_deinit(p->tls);
}
#else
static void
start_tls(struct peer *p)
{
	(void)p;
	die("built without GnuTLS");
}

static ssize_t
get(struct peer *p, void *to, size_t len)
{
	return read(p->fd, to, len);
}

static void
put(struct peer *p, const char *s, size_t len)
{
	if (write(p->fd, s, len) != (ssize_t)len)
		die("write");
}

static void
stop_tls(struct peer *p)
{
	(void)p;
}
#endif

/* Reads until a line begins so; what is before it is seen, too. */
static void
expect(struct peer *p, const char *start, const char *seen)
{
	bool found = seen == NULL;

	for (;;) {
		char *lf;
		size_t len;
		ssize_t n;

		while ((lf = memchr(p->buf, '\n', p->have)) != NULL) {
			*lf = '\0';
			len = (size_t)(lf + 1 - p->buf);
			found =
			    found || strncmp(p->buf, seen, strlen(seen)) == 0;
			bool is = strncmp(p->buf, start, strlen(start)) == 0;
			bool tagged =
			    *p->buf == *start && p->buf[1] == start[1];

			if (tagged && !is)
				die(p->buf);
			p->have -= len;
			(void)memmove(p->buf, p->buf + len, p->have);
			if (is && !found)
				die("not all messages");
			if (is)
				return;
		}
		n = get(p, p->buf + p->have, sizeof p->buf - p->have);
		if (n <= 0)
			die(start);
		p->have += (size_t)n;
	}
}

static void
open_session(struct peer *p, unsigned who)
{
	static const struct timeval patience = { PATIENCE, 0 };
	struct sockaddr_in a = { .sin_family = AF_INET };
	char text[256];
	int n;

	a.sin_port = htons((uint16_t)job.port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	p->have = 0;
	p->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (p->fd == -1 ||
	    connect(p->fd, (const struct sockaddr *)&a, sizeof a) == -1)
		die("connect");
	(void)setsockopt(
	    p->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (job.tls)
		start_tls(p);
	expect(p, "* OK", NULL);
	n = snprintf(text, sizeof text, "a LOGIN u%u %s\r\n",
	    1 + who % job.users, job.password);
	put(p, text, (size_t)n);
	expect(p, "a OK", NULL);
	put(p, "b SELECT INBOX\r\n", 16);
	(void)snprintf(text, sizeof text, "* %s EXISTS", job.count);
	expect(p, "b OK", text);
}

static void
close_session(struct peer *p)
{
	put(p, "c LOGOUT\r\n", 10);
	expect(p, "c OK", NULL);
	if (job.tls)
		stop_tls(p);
	(void)close(p->fd);
}

/* As many sessions as the others, one after another. */
static void
work(unsigned first, unsigned n, unsigned step)
{
	static struct peer p;

	for (unsigned i = first; i < n; i += step) {
		open_session(&p, i);
		close_session(&p);
	}
}

static double
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
measure(unsigned sessions, unsigned at_once)
{
	double from = now_ms();
	int status;

	for (unsigned i = 0; i < at_once; i++) {
		pid_t pid = fork();

		if (pid == -1)
			die("fork");
		if (pid == 0) {
			work(i, sessions, at_once);
			_exit(0);
		}
	}
	for (unsigned i = 0; i < at_once; i++) {
		if (wait(&status) == -1 || status != 0)
			_exit(1);
	}
	printf("%.4f\n", (now_ms() - from) / sessions);
}

static void
hold(unsigned sessions)
{
	struct peer *p = calloc(sessions, sizeof *p);
	char c;

	if (p == NULL)
		die("memory");
	for (unsigned i = 0; i < sessions; i++)
		open_session(&p[i], i);
	printf("held\n");
	(void)fflush(stdout);
	while (read(0, &c, 1) > 0)
		continue;
	for (unsigned i = 0; i < sessions; i++)
		close_session(&p[i]);
}

int
main(int argc, char **argv)
{
	bool held = false;
	unsigned sessions;
	int opt;

	while ((opt = getopt(argc, argv, "th")) != -1) {
		if (opt == '?')
			return 100;
		job.tls = job.tls || opt == 't';
		held = held || opt == 'h';
	}
	argv += optind;
	if (argc - optind != 6)
		return 100;
	job.port = (int)strtol(argv[0], NULL, 10);
	sessions = (unsigned)strtoul(argv[1], NULL, 10);
	job.users = (unsigned)strtoul(argv[3], NULL, 10);
	job.count = argv[4];
	job.password = argv[5];
	if (job.users == 0 || sessions == 0 || sessions > MAX_HELD)
		return 100;
	if (held)
		hold(sessions);
	else
		measure(sessions, (unsigned)strtoul(argv[2], NULL, 10));
	return 0;
}
