/* peer.c: each starter's way of telling who is there. */
#include "sys/peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/nelem.h"
#include "sys/clock.h"
#include "tap.h"

static const struct {
	const char *in, *out;
} addresses[] = {
	/* clang-format off */
	{ "192.0.2.7", "192.0.2.7" },
	{ "::ffff:192.0.2.7", "192.0.2.7" },
	{ "::FFFF:c000:207", "192.0.2.7" },
	{ "0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7" },
	{ "::1", "::1" },
	{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
	{ "", "" }, { "192.0.2", "" }, { "192.0.2.7 ", "" }, { "x", "" },
	{ "fe80::1%eth0", "" }, { "192.0.2.7\n", "" }, { "[::1]", "" },
	/* clang-format on */
};

/* Pairs of name and value, a NULL at the end. */
static const struct {
	const char *what;
	const char *env[12];
	const char *ip, *port, *local_ip, *local_port;
} cases[] = {
	/* clang-format off */
	{ "nothing", { NULL }, "", "", "", "" },
	{ "tcpserver",
	    { "PROTO", "TCP", "TCPREMOTEIP", "192.0.2.7", "TCPREMOTEPORT",
	    "4711", "TCPLOCALIP", "192.0.2.1", "TCPLOCALPORT", "143", NULL },
	    "192.0.2.7", "4711", "192.0.2.1", "143" },
	{ "couriertcpd",
	    { "TCPREMOTEIP", "::ffff:192.0.2.7", "TCPREMOTEPORT", "4711",
	    "TCPLOCALIP", "::ffff:192.0.2.1", "TCPLOCALPORT", "143", NULL },
	    "192.0.2.7", "4711", "192.0.2.1", "143" },
	{ "sslserver",
	    { "PROTO", "SSL", "SSLREMOTEIP", "2001:db8::7", "SSLREMOTEPORT",
	    "1", "TCPREMOTEIP", "192.0.2.9", NULL },
	    "2001:db8::7", "1", "", "" },
	{ "a local socket", { "PROTO", "UNIX", "UNIXREMOTEPATH", "/x", NULL },
	    "", "", "", "" },
	{ "systemd",
	    { "REMOTE_ADDR", "192.0.2.7", "REMOTE_PORT", "4711", NULL },
	    "192.0.2.7", "4711", "", "" },
	{ "xinetd", { "REMOTE_HOST", "192.0.2.7", NULL },
	    "192.0.2.7", "", "", "" },
	{ "a zone", { "TCPREMOTEIP", "fe80::1%eth0", NULL },
	    "fe80::1", "", "", "" },
	{ "a zone alone", { "TCPREMOTEIP", "%eth0", NULL }, "", "", "", "" },
	{ "nonsense",
	    { "TCPREMOTEIP", "a\nb", "TCPREMOTEPORT", "x", "REMOTE_HOST",
	    "example.com", "REMOTE_PORT", "65536", NULL },
	    "", "", "", "" },
	/* clang-format on */
};

static void
forget(void)
{
	static const char *const names[] = { "PROTO", "TCPREMOTEIP",
		"TCPREMOTEPORT", "TCPLOCALIP", "TCPLOCALPORT", "SSLREMOTEIP",
		"SSLREMOTEPORT", "UNIXREMOTEPATH", "REMOTE_ADDR", "REMOTE_PORT",
		"REMOTE_HOST", "LISTEN_FDS", "LISTEN_PID" };

	for (size_t i = 0; i < NELEM(names); i++)
		(void)unsetenv(names[i]);
}

static void
test_env(void)
{
	struct peer p;

	for (size_t i = 0; i < NELEM(cases); i++) {
		bool found;

		forget();
		for (const char *const *e = cases[i].env; *e != NULL; e += 2)
			(void)setenv(e[0], e[1], 1);
		found = peer_find(&p);
		ok(found == (cases[i].ip[0] != '\0') &&
			strcmp(p.ip, cases[i].ip) == 0 &&
			strcmp(p.port, cases[i].port) == 0 &&
			strcmp(p.local_ip, cases[i].local_ip) == 0 &&
			strcmp(p.local_port, cases[i].local_port) == 0,
		    "%s", cases[i].what);
	}
}

/* A connection on loopback, over IPv6 where there is that. */
static int
connection(uint16_t *port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int listener = socket(AF_INET6, SOCK_STREAM, 0);
	int client = socket(AF_INET6, SOCK_STREAM, 0), fd;
	socklen_t len = sizeof six;

	if (bind(listener, (struct sockaddr *)&six, len) == -1 ||
	    listen(listener, 1) == -1 ||
	    getsockname(listener, (struct sockaddr *)&six, &len) == -1 ||
	    connect(client, (struct sockaddr *)&six, len) == -1)
		return -1;
	fd = accept(listener, NULL, NULL);
	*port = ntohs(six.sin6_port);
	(void)close(listener);
	return fd;
}

static void
test_socket(void)
{
	char pid[16], local[16];
	int saved = fcntl(1, F_DUPFD, 10), fd;
	uint16_t port = 0;
	struct peer p;
	bool found;

	forget();
	if ((fd = connection(&port)) == -1) {
		ok(true, "# SKIP no IPv6 loopback");
		return;
	}
	(void)snprintf(local, sizeof local, "%u", (unsigned)port);
	(void)dup2(fd, 3); /* as systemd has it */
	(void)setenv("LISTEN_FDS", "1", 1);
	(void)setenv("LISTEN_PID", "1", 1);
	found = peer_find(&p);
	ok(!found && getenv("LISTEN_FDS") == NULL, "LISTEN_PID of another");
	(void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
	(void)setenv("LISTEN_FDS", "1", 1);
	(void)setenv("LISTEN_PID", pid, 1);
	(void)fflush(stdout);
	found = peer_find(&p);
	(void)dup2(saved, 1);
	ok(found && strcmp(p.ip, "::1") == 0 && p.port[0] != '\0' &&
		strcmp(p.local_ip, "::1") == 0 &&
		strcmp(p.local_port, local) == 0,
	    "descriptor 3 of systemd");
	ok(close(3) == -1, "which is moved");
}

static void
test_waits(void)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1)
		return;
	(void)!write(fd[1], "x", 1);
	ok(peer_waits(fd[0], clock_mono_ms() + 20), "who has said something");
	(void)shutdown(fd[1], SHUT_WR);
	ok(!peer_waits(fd[0], clock_mono_ms() + 60000), "who says no more");
	(void)close(fd[1]);
	ok(!peer_waits(fd[0], clock_mono_ms() + 60000), "who has gone");
	(void)close(fd[0]);
}

int
main(void)
{
	char out[PEER_IP_LEN];

	for (size_t i = 0; i < NELEM(addresses); i++)
		ok(peer_normal(addresses[i].in, out) ==
			    (addresses[i].out[0] != '\0') &&
			strcmp(out, addresses[i].out) == 0,
		    "%s", addresses[i].in);
	(void)close(0); /* whatever the test is run by */
	test_env();
	test_socket();
	test_waits();
	return done_testing();
}
