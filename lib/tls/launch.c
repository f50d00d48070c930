/* launch.c: from the rights of tlsd to those of tlsd-engine. */
#include "tls/launch.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/nelem.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/proc.h"
#include "sys/shed.h"
#include "tls/opener.h"

enum { SLACK_MS = 5000 };

extern char **environ;

/*
 * What the engine reads, and what its loader, a sanitizer and its library do.
 * A setting of another program of the chain may be a secret.
 */
static const char *const passed[] = { "ASAN_", "GNUTLS_",
	"JOURNAL_STREAM=", "LD_",
	"PATH=", "PROTO=", "SATCHEL_JOURNAL=", "SATCHEL_LOG", "SATCHEL_TLS_",
	"TCP", "TLS_", "UBSAN_" };

static bool
is_passed(const char *item)
{
	for (size_t i = 0; i < NELEM(passed); i++)
		if (strncmp(item, passed[i], strlen(passed[i])) == 0)
			return true;
	return false;
}

static void
trim_environment(void)
{
	char **to = environ;

	for (char **from = environ; *from != NULL; from++)
		if (is_passed(*from))
			*to++ = *from;
	*to = NULL;
}

/*
 * The address as tlsd knows it, in the one form that any starter leaves; and
 * the floor, of which there are two settings.
 */
static int
tell_engine(const struct tls_conf *conf, const struct peer *p)
{
	if (setenv("TLS_PROTOCOL", conf->no_tls12 ? "TLSv1.3" : "", 1) == -1 ||
	    setenv("PROTO", "TCP", 1) == -1 ||
	    setenv("TCPREMOTEIP", p->ip, 1) == -1 ||
	    setenv("TCPREMOTEPORT", p->port, 1) == -1 ||
	    setenv("TCPLOCALIP", p->local_ip, 1) == -1 ||
	    setenv("TCPLOCALPORT", p->local_port, 1) == -1)
		return -1;
	trim_environment();
	return 0;
}

/* dup2() also makes them stay open. */
static int
arrange(int clear, int report, int sock)
{
	if (dup2(clear, ENGINE_CLEAR) == -1 || dup2(sock, ENGINE_OPENER) == -1)
		return -1;
	if (report == -1)
		(void)close(ENGINE_REPORT); /* it may not be open at all */
	else if (dup2(report, ENGINE_REPORT) == -1)
		return -1;
	shed_fds(ENGINE_OPENER + 1);
	return 0;
}

__attribute__((noreturn)) static void
become_engine(
    const struct tls_conf *conf, const struct peer *peer, const int fds[3])
{
	char name[] = "tlsd-engine";
	char *argv[] = { name, NULL };
	int sock = fds[2];

	/* from here on the log's descriptor may be another's number */
	if (arrange(fds[0], fds[1], fds[2]) == 0) {
		sock = ENGINE_OPENER;
		if (tell_engine(conf, peer) == 0 &&
		    (geteuid() != 0 || shed_user(conf->uid, conf->gid) == 0))
			(void)execvp(name, argv); /* returns: it failed */
	}
	opener_tell_failure(sock, errno);
	_exit(111);
}

int
launch_engine(
    const struct tls_conf *conf, const struct peer *peer, int clear, int report)
{
	int pair[2];

	if (proc_sockets(SOCK_SEQPACKET, pair) == -1)
		return -1;
	switch (proc_orphan()) {
	case 0: {
		const int fds[3] = { clear, report, pair[1] };

		become_engine(conf, peer, fds);
	}
	case -1:
		log_line("ERR", "fork: %s", strerror(errno));
		(void)close(pair[0]); /* nobody is at the other end */
		(void)close(pair[1]);
		return -1;
	default:
		(void)close(pair[1]); /* the engine has it */
		return pair[0];
	}
}

int64_t
launch_deadline(const struct tls_conf *conf)
{
	return clock_mono_ms() + (int64_t)conf->timeout * 1000 + SLACK_MS;
}

void
launch_serve(int sock, const struct tls_conf *conf, const char *local_ip)
{
	struct pollfd p = { .fd = sock, .events = POLLIN };
	int64_t by = launch_deadline(conf);
	int r;

	/* what could not become the engine may be gone, and has said so */
	if (opener_send_setup(sock, conf, clock_now()) == 0 || errno == EPIPE ||
	    errno == ECONNRESET) {
		do
			r = poll(&p, 1, clock_left_ms(by));
		while (r == -1 && errno == EINTR);
		if (r > 0)
			(void)opener_answer(sock, conf, local_ip);
	}
	(void)close(sock); /* the engine sees the end, if it is there */
}
