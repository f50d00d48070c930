/*
 * server.c: one process that waits for all connections.
 *
 * It holds no connection: each is given to a chain at once, and nothing is
 * read, written, resolved or waited for on its behalf, so no client can keep
 * others waiting.  At the total, sockets are not looked at until a chain has
 * ended: the kernel's backlog waits, and nobody is turned away who could be
 * served a second later.  One address or one network over its limit is closed
 * at once, since waiting it would fill that backlog for everybody.  When the
 * system has no descriptor, memory or process to give, the same sockets stay
 * unlooked-at for a moment: poll() would report them again at once.
 */
#include "net/server.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/nelem.h"
#include "base/num.h"
#include "net/access.h"
#include "net/activate.h"
#include "net/conns.h"
#include "net/vars.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/proc.h"
#include "sys/sig.h"
#include "sys/sock.h"

extern char **environ;

enum {
	ACCEPTS = 64, /* on one socket, before others have their turn */
	PAUSE_MS = 200,
	STATUS_MS = 2000, /* between two status lines */
	QUIET_MS = 60000, /* between two lines that say the same */
	LINES = 50, /* in a second, of clients that were refused */
};

/* What is said once a minute at most. */
enum quiet { QUIET_WARN, QUIET_FULL, QUIET_SYSTEM, QUIET_ACCESS, QUIETS };

struct server {
	const struct server_conf *conf;
	struct sockets *sockets;
	struct conns *conns;
	struct access *access;
	struct vars vars;
	int signals;
	bool ending;
	int64_t pause_by; /* the sockets are left alone until then; or 0 */
	int64_t said[QUIETS];
	int64_t status_by; /* the next status line; or 0: nothing new */
	uint64_t refused;
	int64_t lines_by; /* the end of a second with so many lines */
	unsigned lines;
};

/* One line of the log; of a client, or with p NULL of none. */
__attribute__((format(printf, 3, 4))) static void
note(const char *level, const struct peer *p, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof text, format, ap); /* cut is fine */
	va_end(ap);
	if (activate_has_journal())
		activate_log(level, text, p ? p->ip : "", p ? p->port : "");
	else
		log_line(level, "%s", text);
}

/* Whether it is time to say it again. */
static bool
may_say(struct server *s, enum quiet what)
{
	int64_t now = clock_mono_ms();

	if (s->said[what] != 0 && now < s->said[what] + QUIET_MS)
		return false;
	s->said[what] = now;
	return true;
}

/* Who is refused comes again at once, and must not fill the log with it. */
static bool
may_tell(struct server *s)
{
	int64_t now = clock_mono_ms();

	if (now >= s->lines_by) {
		s->lines_by = now + 1000;
		s->lines = 0;
	}
	return s->lines++ < LINES;
}

static void
changed(struct server *s)
{
	if (s->status_by == 0)
		s->status_by = clock_mono_ms() + STATUS_MS;
}

static void
tell_status(struct server *s, const char *first)
{
	char text[160];

	(void)snprintf(text, sizeof text,
	    "%sSTATUS=%u of %u connections, %llu refused", first,
	    (unsigned)conns_total(s->conns), (unsigned)s->conf->total,
	    (unsigned long long)s->refused);
	activate_tell(text);
	s->status_by = 0;
}

static void
pause_for(struct server *s, const char *what)
{
	int saved = errno;

	s->pause_by = clock_mono_ms() + PAUSE_MS;
	if (may_say(s, QUIET_SYSTEM))
		note("ERR", NULL, "%s: %s", what, strerror(saved));
}

/* --- rules ---------------------------------------------------------------- */

/* What a rule says; MAXCPERIP is *limit as well. */
static bool
apply(struct server *s, struct span rule, uint32_t *limit)
{
	struct span name, value, number;
	bool allow = true;
	uint32_t n;

	/* couriertcpd lets everybody in whom it is not told to refuse */
	if (!p_rule_verdict(&rule, &allow) && may_say(s, QUIET_ACCESS))
		note("WARN", NULL, "%s: a rule without allow or deny",
		    s->conf->access);
	while (allow && p_rule_item(&rule, &name, &value)) {
		if (!vars_set(&s->vars, name, value) &&
		    may_say(s, QUIET_ACCESS))
			note("WARN", NULL, "%s: too many variables",
			    s->conf->access);
		number = value;
		if (span_is(name, "MAXCPERIP") && num_u32(&number, &n))
			*limit = n;
	}
	return allow;
}

static bool
look_up(struct server *s, char keys[RULE_KEYS][RULE_KEY_LEN], size_t n,
    uint32_t *limit)
{
	struct span value;

	return !access_find(s->access, keys, n, &value) ||
	       apply(s, value, limit);
}

/* Whether the access file lets p in; sets what it says for p. */
static bool
is_allowed(struct server *s, const struct peer *p, uint32_t *limit)
{
	char keys[RULE_KEYS][RULE_KEY_LEN];
	struct cidr c;

	if (s->access == NULL)
		return true;
	if (cidr_parse(span_str(p->ip), &c) &&
	    !look_up(s, keys, rule_keys(&c, keys), limit))
		return false;
	return !s->conf->local || !cidr_parse(span_str(p->local_ip), &c) ||
	       look_up(
		   s, keys, rule_local_keys(&c, p->local_port, keys), limit);
}

static int
read_access(struct server *s)
{
	struct access *a;

	if (s->conf->access == NULL)
		return 0;
	if ((a = access_open(s->conf->access)) == NULL) {
		note("ERR", NULL, "%s: %s%s", s->conf->access, strerror(errno),
		    s->access == NULL ? "" : "; the old rules stay");
		return -1;
	}
	access_close(s->access);
	s->access = a;
	return 0;
}

/* --- connections ---------------------------------------------------------- */

static bool
set_peer(struct server *s, const struct peer *p, uint32_t number)
{
	char text[16];

	if (p->ip[0] == '\0')
		return vars_put(&s->vars, "PROTO", "UNIX");
	(void)snprintf(text, sizeof text, "%u", (unsigned)number);
	return vars_put(&s->vars, "PROTO", "TCP") &&
	       vars_put(&s->vars, "TCPREMOTEIP", p->ip) &&
	       vars_put(&s->vars, "TCPREMOTEPORT", p->port) &&
	       vars_put(&s->vars, "TCPLOCALIP", p->local_ip) &&
	       vars_put(&s->vars, "TCPLOCALPORT", p->local_port) &&
	       vars_put(&s->vars, "TCPCONNNUM", text);
}

/* Whether there is room for one more from there, said if not. */
static bool
has_room(struct server *s, const struct peer *p, const struct cidr *c,
    uint32_t limit)
{
	uint32_t most = s->conf->per_network;
	struct cidr network;
	char text[CIDR_LEN];

	if (limit > 0 && conns_from(s->conns, c) >= limit) {
		(void)snprintf(text, sizeof text, "%s", p->ip);
	} else if (most > 0 && conns_near(s->conns, c) >= most) {
		network = cidr_network(c, CONNS_FOUR, CONNS_SIX);
		cidr_text(&network, text);
	} else {
		return true;
	}
	if (may_tell(s))
		note("ALERT", p, "Maximum connection limit reached for %s",
		    text);
	return false;
}

static void
start_chain(struct server *s, int conn, const struct cidr *c)
{
	const struct proc_fd fds[] = { { conn, 0 }, { conn, 1 } };
	pid_t pid = proc_start_env(
	    PROC_CONNECTION, s->conf->chain, s->vars.v, fds, NELEM(fds));

	if (pid == -1)
		pause_for(s, s->conf->chain[0]);
	else
		(void)conns_add(s->conns, pid, c); /* below the total */
}

static void
admit(struct server *s, int conn, const struct peer *p)
{
	uint32_t limit = s->conf->per_address;
	struct cidr c, *from = NULL;

	if (cidr_parse(span_str(p->ip), &c))
		from = &c;
	vars_reset(&s->vars);
	changed(s);
	if (!is_allowed(s, p, &limit)) {
		if (may_tell(s))
			note("INFO", p, "refused, ip=[%s], port=[%s]", p->ip,
			    p->port);
		s->refused++;
	} else if (from != NULL && !has_room(s, p, from, limit)) {
		s->refused++;
	} else if (!set_peer(s, p, from ? conns_from(s->conns, from) + 1 : 0)) {
		note("ERR", p, "no room for variables, ip=[%s]", p->ip);
		s->refused++;
	} else {
		start_chain(s, conn, from);
	}
}

/* No more, for the moment. */
static bool
is_full(struct server *s)
{
	uint32_t n = conns_total(s->conns), all = s->conf->total;

	if (n >= all && may_say(s, QUIET_FULL))
		note("ALERT", NULL, "%u maximum active connections.",
		    (unsigned)n);
	else if (n < all && n > all - all / 10 && may_say(s, QUIET_WARN))
		note("WARN", NULL, "%u active connections.", (unsigned)n);
	return n >= all;
}

static void
accept_some(struct server *s, int fd)
{
	struct peer p;
	int conn = -1;

	for (int i = 0; i < ACCEPTS; i++) {
		if (s->pause_by != 0 || is_full(s))
			return;
		if ((conn = sock_accept(fd, &p)) == -1)
			break;
		admit(s, conn, &p);
		(void)close(conn); /* the chain has its own */
	}
	if (conn == -1 && (errno == EMFILE || errno == ENFILE ||
			      errno == ENOBUFS || errno == ENOMEM))
		pause_for(s, "accept");
}

/* --- the loop ------------------------------------------------------------- */

static void
reap(struct server *s)
{
	char text[CIDR_LEN];
	struct cidr c;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (!conns_end(s->conns, pid, &c))
			continue;
		changed(s);
		if (!WIFSIGNALED(status) || WTERMSIG(status) == SIGTERM)
			continue;
		text[0] = '\0';
		if (c.bits > 0)
			cidr_text(&c, text);
		note("WARN", NULL, "signal %d ended pid %ld, ip=[%s]",
		    WTERMSIG(status), (long)pid, text);
	}
}

static void
take_signals(struct server *s)
{
	int sig;

	while ((sig = sig_next(s->signals)) != 0) {
		switch (sig) {
		case SIGCHLD:
			reap(s);
			break;
		case SIGHUP:
			activate_reloading();
			(void)read_access(s);
			tell_status(s, "READY=1\n");
			break;
		default:
			s->ending = true;
			break;
		}
	}
}

/* What there is to wait for: signals, and sockets if one may be served. */
static void
serve_once(struct server *s)
{
	struct pollfd fds[SOCKETS_MAX + 1];
	int64_t now = clock_mono_ms(), by = s->status_by;
	nfds_t n = 1;
	int ms = -1;

	if (s->pause_by != 0 && now >= s->pause_by)
		s->pause_by = 0;
	if (s->pause_by != 0 && (by == 0 || s->pause_by < by))
		by = s->pause_by;
	if (by != 0)
		ms = by > now ? (int)(by - now) : 0;
	fds[0] = (struct pollfd){ .fd = s->signals, .events = POLLIN };
	for (size_t i = 0; i < s->sockets->n && s->pause_by == 0 && !is_full(s);
	     i++)
		fds[n++] = (struct pollfd){ .fd = s->sockets->fds[i],
			.events = POLLIN };
	if (poll(fds, n, ms) > 0) {
		if (fds[0].revents != 0)
			take_signals(s);
		for (nfds_t i = 1; i < n && !s->ending; i++)
			if (fds[i].revents != 0)
				accept_some(s, fds[i].fd);
	}
	if (s->status_by != 0 && clock_mono_ms() >= s->status_by)
		tell_status(s, "");
}

int
server_run(struct server_conf *conf)
{
	/* clang-format off */
	static const char *const drop[] = {
		"PROTO", "TCPREMOTEIP", "TCPREMOTEPORT", "TCPLOCALIP",
		"TCPLOCALPORT", "TCPREMOTEHOST", "TCPREMOTEINFO",
		"TCPLOCALHOST", "TCPCONNNUM", "REMOTE_ADDR", "REMOTE_PORT",
		"REMOTE_HOST", "NOTIFY_SOCKET", "WATCHDOG_PID",
		"WATCHDOG_USEC", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES",
		"MAINPID", NULL
	};
	/* clang-format on */
	static struct server s;

	s.conf = conf;
	s.sockets = &conf->sockets;
	s.conns = conns_open(conf->total);
	s.signals = sig_open();
	if (s.conns == NULL || s.signals == -1 ||
	    vars_init(&s.vars, environ, drop) == -1) {
		note("ERR", NULL, "cannot begin: %s", strerror(errno));
		return 111;
	}
	if (read_access(&s) == -1)
		return 111;
	tell_status(&s, "READY=1\n");
	if (conf->print)
		sockets_print(s.sockets);
	while (!s.ending)
		serve_once(&s);
	sockets_close(s.sockets);
	activate_tell("STOPPING=1");
	return 0;
}
