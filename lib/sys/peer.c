/* peer.c: one place that decides, in one order. */
#include "sys/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/num.h"
#include "sys/env.h"
#include "sys/sig.h"

enum { LISTEN_FD = 3, PROTO_LEN = 16 };

bool
peer_normal(const char *ip, char out[PEER_IP_LEN])
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, ip, &four) == 1)
		return inet_ntop(AF_INET, &four, out, PEER_IP_LEN) != NULL;
	if (inet_pton(AF_INET6, ip, &six) == 1) {
		if (!IN6_IS_ADDR_V4MAPPED(&six))
			return inet_ntop(AF_INET6, &six, out, PEER_IP_LEN);
		memcpy(&four, six.s6_addr + 12, sizeof four);
		return inet_ntop(AF_INET, &four, out, PEER_IP_LEN) != NULL;
	}
	out[0] = '\0';
	return false;
}

/* A zone ("fe80::1%eth0") is no part of an address that can be counted. */
static void
take_ip(const char *ip, char out[PEER_IP_LEN])
{
	char text[PEER_IP_LEN];
	size_t len = strcspn(ip, "%");

	if (len >= sizeof text)
		len = 0; /* "" is as good an answer */
	memcpy(text, ip, len);
	text[len] = '\0';
	(void)peer_normal(text, out);
}

static void
take_port(const char *port, char out[PEER_PORT_LEN])
{
	struct span in = span_str(port);
	uint32_t n;

	out[0] = '\0';
	if (num_u32(&in, &n) && span_len(in) == 0 && n <= 65535)
		(void)snprintf(out, PEER_PORT_LEN, "%u", (unsigned)n);
}

/* proto's four variables, as UCSPI names them. */
static bool
from_ucspi(const char *proto, struct peer *p)
{
	char name[PROTO_LEN + 16];

	if (strlen(proto) > PROTO_LEN)
		return false;
	(void)snprintf(name, sizeof name, "%sREMOTEIP", proto);
	take_ip(env_str(name, ""), p->ip);
	(void)snprintf(name, sizeof name, "%sREMOTEPORT", proto);
	take_port(env_str(name, ""), p->port);
	(void)snprintf(name, sizeof name, "%sLOCALIP", proto);
	take_ip(env_str(name, ""), p->local_ip);
	(void)snprintf(name, sizeof name, "%sLOCALPORT", proto);
	take_port(env_str(name, ""), p->local_port);
	return p->ip[0] != '\0';
}

/* systemd's native socket activation: the connection is descriptor 3. */
static void
take_listen_fd(void)
{
	if (env_num("LISTEN_FDS", 0) != 1 ||
	    env_num("LISTEN_PID", 0) != (uint32_t)getpid())
		return;
	if (dup2(LISTEN_FD, 0) == 0 && dup2(LISTEN_FD, 1) == 1)
		(void)close(LISTEN_FD); /* two copies are left */
}

static void
forget_listen(void)
{
	(void)unsetenv("LISTEN_FDS"); /* fails for bad names only */
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDNAMES");
}

bool
peer_address(const struct sockaddr_storage *ss, char ip[PEER_IP_LEN],
    char port[PEER_PORT_LEN])
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;
	uint16_t n;

	if (ss->ss_family == AF_INET) {
		memcpy(&four, ss, sizeof four);
		(void)inet_ntop(AF_INET, &four.sin_addr, ip, PEER_IP_LEN);
		n = ntohs(four.sin_port);
	} else if (ss->ss_family == AF_INET6) {
		memcpy(&six, ss, sizeof six);
		(void)inet_ntop(AF_INET6, &six.sin6_addr, ip, PEER_IP_LEN);
		take_ip(ip, ip);
		n = ntohs(six.sin6_port);
	} else {
		return false;
	}
	(void)snprintf(port, PEER_PORT_LEN, "%u", (unsigned)n);
	return true;
}

static void
local_from_socket(int fd, struct peer *p)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof ss;

	if (getsockname(fd, (struct sockaddr *)&ss, &len) == 0)
		(void)peer_address(&ss, p->local_ip, p->local_port);
}

static bool
from_socket(int fd, struct peer *p)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof ss;

	return getpeername(fd, (struct sockaddr *)&ss, &len) == 0 &&
	       peer_address(&ss, p->ip, p->port);
}

bool
peer_find(struct peer *p)
{
	const char *proto = env_str("PROTO", NULL);
	bool found;

	memset(p, 0, sizeof *p);
	if (proto != NULL)
		found = from_ucspi(proto, p);
	else
		found = from_ucspi("TCP", p);
	if (proto == NULL && !found) {
		take_listen_fd();
		found = from_socket(0, p);
	}
	if (proto == NULL && !found) {
		take_ip(
		    env_str("REMOTE_ADDR", env_str("REMOTE_HOST", "")), p->ip);
		take_port(env_str("REMOTE_PORT", ""), p->port);
		found = p->ip[0] != '\0';
	}
	forget_listen();
	if (p->local_port[0] ==
	    '\0') /* s6-tcpserver tells of the client only */
		local_from_socket(0, p);
	return found;
}

bool
peer_waits(int fd, int64_t by)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	return sig_poll(&p, 1, by) <= 0;
}
