/*
 * tlsd.c: the front of TLS, without a library for it.
 *
 * The problems:
 * 1. Most connections of port 143 that never ask for TLS should not pay for it.
 * 2. The super-server knows one process id, and waits for that: it must be the
 *    program's.
 * 3. Keys belong to root or to the site's user; whoever reads a client's
 *    ClientHello must be neither.
 * 4. The client names the key that is needed, in that very ClientHello.
 *
 * The answer: tlsd forks once before it becomes the program.  What is left of
 * it waits in one read() for the letter of UCSPI-TLS, with a few private pages
 * and no library but the C library's; when the program closes the control
 * socket without a word it is gone.  At the letter it starts tlsd-engine, which
 * has lost its rights before its first instruction, and stays behind as the
 * opener: a process that reads no byte from the network, and for one message
 * of at most 254 octets gives descriptors of files (opener.h).  With TLS at
 * once there is nothing to wait for: the process that will be the program is
 * the opener meanwhile.
 *
 * Nobody is anybody's child (proc_orphan): the program would find children
 * that it has not made, and leave them as zombies.
 *
 * Rejected: the engine starts as root and drops its rights after the
 * ClientHello (what parses it is what must not be root); all keys read before
 * (thousands of names); a key server that signs (a daemon, and a protocol on
 * the way of each handshake; design.md asks for files that are read for each
 * connection).
 */
#include "tls/tlsd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/proc.h"
#include "sys/tlslist.h"
#include "tls/conf.h"
#include "tls/launch.h"

/*
 * A client that speaks another protocol than its server must be told so
 * (ALPACA), and the program's name says which one this is.
 */
static int
choose_alpn(const char *program)
{
	const char *slash = strrchr(program, '/');
	const char *base = slash == NULL ? program : slash + 1;

	if (env_str("TLS_ALPN", NULL) != NULL)
		return 0;
	if (strncmp(base, "imap", 4) == 0)
		return setenv("TLS_ALPN", "imap", 1);
	if (strncmp(base, "pop3", 4) == 0)
		return setenv("TLS_ALPN", "pop3", 1);
	return setenv("TLS_ALPN", "imap pop3", 1);
}

/* For a program that will find no address at its descriptors. */
static int
tell_program(const struct peer *p)
{
	if (env_str("PROTO", NULL) != NULL ||
	    env_str("TCPREMOTEIP", NULL) != NULL || p->ip[0] == '\0')
		return 0;
	return setenv("TCPREMOTEIP", p->ip, 1) == -1 ||
		       setenv("TCPREMOTEPORT", p->port, 1) == -1 ||
		       setenv("TCPLOCALIP", p->local_ip, 1) == -1 ||
		       setenv("TCPLOCALPORT", p->local_port, 1) == -1
		   ? -1
		   : 0;
}

static int
become_program(char **argv)
{
	(void)execvp(argv[0], argv); /* returns when it failed */
	log_line("ERR", "cannot run %s: %s", argv[0], strerror(errno));
	return 111;
}

static int
give_up(const char *what)
{
	log_line("ERR", "%s: %s", what, strerror(errno));
	return 111;
}

/* UCSPI-TLS's sockets: [0] is the program's side, [1] this one's. */
struct sockets {
	int control[2];
	int clear[2];
};

static int
tell_fd(const char *name, int fd)
{
	char text[16];

	if (fcntl(fd, F_SETFD, 0) == -1)
		return -1;
	(void)snprintf(text, sizeof text, "%d", fd);
	return setenv(name, text, 1);
}

/*
 * Two numbers for one socket: there are programs that move the one to 0, close
 * it, and then move the other.
 */
static int
offer(struct sockets *s)
{
	int second;

	if (proc_sockets(SOCK_STREAM, s->control) == -1 ||
	    proc_sockets(SOCK_STREAM, s->clear) == -1)
		return -1;
	second = fcntl(s->clear[0], F_DUPFD, s->clear[0]);
	if (second == -1 || tell_fd("SSLCTLFD", s->control[0]) == -1 ||
	    tell_fd("SSLREADFD", s->clear[0]) == -1 ||
	    tell_fd("SSLWRITEFD", second) == -1)
		return -1;
	return second;
}

/* The half that waits.  It ends with the control socket, in either way. */
__attribute__((noreturn)) static void
wait_for_letter(const struct sockets *s, int second, const struct peer *peer)
{
	struct tls_conf conf;
	const char *why;
	ssize_t n;
	char letter;
	int sock;

	(void)close(s->control[0]); /* the program's, as the next two */
	(void)close(s->clear[0]);
	(void)close(second);
	do
		n = read(s->control[1], &letter, 1);
	while (n == -1 && errno == EINTR);
	if (n != 1)
		_exit(0);
	if (letter != 'y' && letter != 'Y') {
		log_line("ERR", "SSLCTLFD: neither y nor Y");
		_exit(100);
	}
	if (!tls_conf_read(true, &conf, &why))
		_exit(100); /* and that has been looked at before */
	sock = launch_engine(
	    &conf, peer, s->clear[1], letter == 'Y' ? s->control[1] : -1);
	if (sock == -1)
		_exit(111);
	(void)close(s->control[1]); /* their ends must be the engine's */
	(void)close(s->clear[1]);
	launch_serve(sock, &conf, peer->local_ip);
	_exit(0);
}

int
tlsd_on_demand(const struct peer *peer, char **argv)
{
	struct tls_conf conf;
	struct sockets s;
	const char *why;
	int second;

	tlslist_forget();
	if (tell_program(peer) == -1)
		return give_up("environment");
	if (!tls_conf_read(true, &conf, &why)) {
		log_line("ERR", "no TLS is offered: %s", why);
		return become_program(argv);
	}
	if (choose_alpn(argv[0]) == -1 || (second = offer(&s)) == -1)
		return give_up("UCSPI-TLS");
	switch (proc_orphan()) {
	case 0:
		wait_for_letter(&s, second, peer);
	case -1:
		return give_up("fork");
	default:
		return become_program(argv);
	}
}

/* The whole list, or false when the engine has ended before. */
static bool
read_list(int report, int64_t by, struct strbuf *list)
{
	struct pollfd p = { .fd = report, .events = POLLIN };
	ssize_t n;
	int r;

	while (
	    list->len < TLSLIST_MAX && !tlslist_is_whole(strbuf_span(list))) {
		r = poll(&p, 1, clock_left_ms(by));
		if (r == -1 && errno == EINTR)
			continue;
		if (r <= 0)
			return false;
		n = read(report, strbuf_room(list, TLSLIST_MAX - list->len),
		    TLSLIST_MAX - list->len);
		if (n <= 0)
			return false;
		list->len += (size_t)n;
	}
	return tlslist_is_whole(strbuf_span(list));
}

int
tlsd_at_once(const struct peer *peer, char **argv)
{
	struct strbuf list = { 0 };
	struct tls_conf conf;
	const char *why;
	int clear[2], report[2], sock;
	int64_t by;

	tlslist_forget();
	if (!tls_conf_read(false, &conf, &why)) {
		log_line("ERR", "%s", why);
		return 100;
	}
	if (tell_program(peer) == -1 || choose_alpn(argv[0]) == -1 ||
	    proc_sockets(SOCK_STREAM, clear) == -1 || proc_pipe(report) == -1)
		return give_up("TLS");
	by = launch_deadline(&conf);
	sock = launch_engine(&conf, peer, clear[1], report[1]);
	if (sock == -1)
		return 111;
	(void)close(clear[1]); /* their ends must be the engine's */
	(void)close(report[1]);
	launch_serve(sock, &conf, peer->local_ip);
	if (!read_list(report[0], by, &list))
		return 0; /* the engine has said why */
	if (tlslist_apply(strbuf_span(&list)) == -1 ||
	    dup2(clear[0], 0) == -1 || dup2(clear[0], 1) == -1)
		return give_up("TLS");
	return become_program(argv);
}
