/*
 * proxyhdr.c: where a connection came from, by the word of a proxy.
 *
 *	PROXY TCP4 192.0.2.7 192.0.2.1 4711 143 CRLF		version 1
 *	signature, 0x21, 0x11, length, addresses, TLVs		version 2
 *
 * What follows the header is the next program's.  A prefix of a header holds
 * nothing else, so what was looked at and found incomplete is taken at once:
 * then poll() waits for more, and nobody spins on bytes that stay.
 */
#include "chain/proxyhdr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/nelem.h"
#include "base/num.h"
#include "sys/env.h"
#include "sys/sig.h"

/* version 2: the fixed part, and what its bytes mean */
enum {
	FIXED_LEN = 16,
	COMMAND = 12,
	FAMILY = 13,
	LENGTH = 14,
	COMMAND_LOCAL = 0x20,
	COMMAND_PROXY = 0x21,
	TLV_CRC32C = 3,
};

static const char signature[12] = "\r\n\r\n\0\r\nQUIT\n";
static const char word[6] = "PROXY ";

/* What version 2 says of the connection; ip: how long each address is. */
static const struct family {
	unsigned char value;
	int af;
	size_t ip;
	size_t len;
} families[] = {
	{ 0x00, AF_UNSPEC, 0, 0 },
	{ 0x11, AF_INET, 4, 12 },
	{ 0x21, AF_INET6, 16, 36 },
	{ 0x31, AF_UNIX, 0, 216 },
};

/* --- version 1 ------------------------------------------------------------ */

/* An address of the kind af, in the form that it is compared in. */
static bool
take_ip(struct span s, int af, char out[PEER_IP_LEN])
{
	char text[PEER_IP_LEN];
	unsigned char addr[16];

	if (span_len(s) >= sizeof text || span_find(s, '\0') != NULL)
		return false;
	memcpy(text, s.p, span_len(s));
	text[span_len(s)] = '\0';
	return inet_pton(af, text, addr) == 1 && peer_normal(text, out);
}

/* No leading zeros. */
static bool
take_port(struct span s, char out[PEER_PORT_LEN])
{
	bool zero = span_at(&s, '0') && span_len(s) > 1;
	uint32_t n;

	if (zero || !num_u32(&s, &n) || s.p < s.end || n > 65535)
		return false;
	(void)snprintf(out, PEER_PORT_LEN, "%u", (unsigned)n);
	return true;
}

/* What stands between "PROXY " and the CRLF. */
static bool
parse_line(struct span s, struct peer *p)
{
	struct span kind = span_cut(&s, ' '), field[4];
	int af = span_is(kind, "TCP4") ? AF_INET : AF_INET6;

	if (span_is(kind, "UNKNOWN"))
		return true; /* whatever follows */
	if (af == AF_INET6 && !span_is(kind, "TCP6"))
		return false;
	for (size_t i = 0; i < NELEM(field); i++)
		field[i] = span_cut(&s, ' ');
	/* a space behind the last one would be an empty fifth */
	return s.p == s.end && field[3].end == s.end &&
	       take_ip(field[0], af, p->ip) &&
	       take_ip(field[1], af, p->local_ip) &&
	       take_port(field[2], p->port) &&
	       take_port(field[3], p->local_port);
}

static enum proxyhdr_result
parse_v1(struct span in, struct peer *p, size_t *len)
{
	size_t max =
	    span_len(in) < PROXYHDR_V1_LEN ? span_len(in) : PROXYHDR_V1_LEN;
	struct span s = span_of(in.p, max);
	const char *lf = span_find(s, '\n');

	if (lf == NULL)
		return max < PROXYHDR_V1_LEN ? PROXYHDR_MORE : PROXYHDR_BAD;
	if (lf[-1] != '\r')
		return PROXYHDR_BAD;
	s.p += sizeof word;
	s.end = lf - 1;
	if (s.end < s.p || !parse_line(s, p))
		return PROXYHDR_BAD;
	*len = (size_t)(lf + 1 - in.p);
	return PROXYHDR_OK;
}

/* --- version 2 ------------------------------------------------------------ */

static size_t
two_bytes(const char *s)
{
	return (size_t)(unsigned char)s[0] << 8 | (unsigned char)s[1];
}

/* CRC-32C (Castagnoli) of the header, its own four bytes being 0. */
static uint32_t
crc32c(struct span header, const char *own)
{
	uint32_t crc = 0xffffffff;

	for (const char *s = header.p; s < header.end; s++) {
		crc ^= s >= own && s < own + 4 ? 0 : (unsigned char)*s;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

/* TLVs fill what is left exactly; of all kinds the checksum alone counts. */
static bool
check_tlvs(struct span header, struct span s)
{
	uint32_t crc;
	size_t len;

	while (s.p < s.end) {
		if (span_len(s) < 3)
			return false;
		len = two_bytes(s.p + 1);
		if (span_len(s) - 3 < len)
			return false;
		if (*s.p == TLV_CRC32C) {
			if (len != 4)
				return false;
			memcpy(&crc, s.p + 3, 4);
			if (ntohl(crc) != crc32c(header, s.p + 3))
				return false;
		}
		s.p += 3 + len;
	}
	return true;
}

static bool
take_addresses(const struct family *f, const char *s, struct peer *p)
{
	const char *ports = s + 2 * f->ip;

	if (inet_ntop(f->af, s, p->ip, sizeof p->ip) == NULL ||
	    inet_ntop(f->af, s + f->ip, p->local_ip, sizeof p->local_ip) ==
		NULL)
		return false;
	(void)snprintf(
	    p->port, sizeof p->port, "%u", (unsigned)two_bytes(ports));
	(void)snprintf(p->local_port, sizeof p->local_port, "%u",
	    (unsigned)two_bytes(ports + 2));
	return peer_normal(p->ip, p->ip) &&
	       peer_normal(p->local_ip, p->local_ip);
}

/* A whole header whose length is right. */
static bool
parse_body(struct span header, struct peer *p)
{
	struct span s = { header.p + FIXED_LEN, header.end };

	if (header.p[COMMAND] == COMMAND_LOCAL)
		return true; /* a health check; what follows has no meaning */
	for (size_t i = 0; i < NELEM(families); i++) {
		const struct family *f = &families[i];

		if ((unsigned char)header.p[FAMILY] != f->value)
			continue;
		if (span_len(s) < f->len)
			return false;
		if (f->ip > 0 && !take_addresses(f, s.p, p))
			return false;
		s.p += f->len;
		/* of an unspecified family nobody knows how TLVs begin */
		return f->af == AF_UNSPEC || check_tlvs(header, s);
	}
	return false;
}

static enum proxyhdr_result
parse_v2(struct span in, struct peer *p, size_t *len)
{
	size_t have = span_len(in), whole;

	if (have > COMMAND && in.p[COMMAND] != COMMAND_LOCAL &&
	    in.p[COMMAND] != COMMAND_PROXY)
		return PROXYHDR_BAD;
	if (have < FIXED_LEN)
		return PROXYHDR_MORE;
	whole = FIXED_LEN + two_bytes(in.p + LENGTH);
	if (whole > PROXYHDR_LEN)
		return PROXYHDR_BAD;
	if (have < whole)
		return PROXYHDR_MORE;
	if (!parse_body(span_of(in.p, whole), p))
		return PROXYHDR_BAD;
	*len = whole;
	return PROXYHDR_OK;
}

/* Whether in and the n bytes at s are the same as far as both go. */
static bool
begins(struct span in, const char *s, size_t n)
{
	return memcmp(in.p, s, span_len(in) < n ? span_len(in) : n) == 0;
}

enum proxyhdr_result
proxyhdr_parse(struct span in, struct peer *p, size_t *len)
{
	enum proxyhdr_result r = PROXYHDR_BAD;
	struct peer found = { 0 };

	if (in.p == in.end)
		return PROXYHDR_MORE;
	if (begins(in, word, sizeof word))
		r = span_len(in) < sizeof word ? PROXYHDR_MORE
					       : parse_v1(in, &found, len);
	else if (begins(in, signature, sizeof signature))
		r = parse_v2(in, &found, len);
	if (r == PROXYHDR_OK)
		*p = found;
	return r;
}

/* --- off the connection --------------------------------------------------- */

/* Look at up to max bytes that are there, or take one where one cannot look. */
static ssize_t
look(int fd, char *to, size_t max, bool *taken)
{
	ssize_t n = recv(fd, to, max, MSG_PEEK);

	*taken = n == -1 && errno == ENOTSOCK;
	return *taken ? read(fd, to, 1) : n;
}

/* Take the n bytes that were looked at. */
static bool
take(int fd, char *at, size_t n)
{
	ssize_t got;

	while (n > 0) {
		got = read(fd, at, n);
		if (got == 0 || (got == -1 && errno != EINTR))
			return false;
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
	return true;
}

static enum proxyhdr_result
wait_for(int fd, int64_t by)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	switch (sig_poll(&pfd, 1, by)) {
	case -1:
		return PROXYHDR_ERR;
	case 0:
		return PROXYHDR_LATE;
	default:
		return PROXYHDR_OK;
	}
}

enum proxyhdr_result
proxyhdr_read(int fd, int64_t by, struct peer *p)
{
	char buf[PROXYHDR_LEN];
	enum proxyhdr_result r = PROXYHDR_MORE;
	size_t have = 0, len = 0;
	bool taken;
	ssize_t n;

	while (r == PROXYHDR_MORE) {
		if ((r = wait_for(fd, by)) != PROXYHDR_OK)
			return r;
		n = look(fd, buf + have, sizeof buf - have, &taken);
		if (n == -1 && (errno == EINTR || errno == EAGAIN)) {
			r = PROXYHDR_MORE;
			continue;
		}
		if (n <= 0)
			return n == 0 ? PROXYHDR_EOF : PROXYHDR_ERR;
		r = proxyhdr_parse(span_of(buf, have + (size_t)n), p, &len);
		if (r == PROXYHDR_MORE)
			len = have + (size_t)n;
		if (r != PROXYHDR_BAD && !taken &&
		    !take(fd, buf + have, len - have))
			return PROXYHDR_ERR;
		have = len;
	}
	return r;
}

static int
tell(const char *proto, const char *what, const char *value)
{
	char name[32];

	(void)snprintf(name, sizeof name, "%s%s", proto, what);
	return setenv(name, value, 1);
}

int
proxyhdr_export(const struct peer *p)
{
	/* clang-format off */
	static const char *const wrong[] = {
		"TCPREMOTEHOST", "TCPREMOTEINFO", "TCPLOCALHOST", "TCPCONNNUM",
		"SSLREMOTEHOST", "SSLREMOTEINFO", "SSLLOCALHOST",
		"REMOTE_ADDR", "REMOTE_PORT", "REMOTE_HOST",
		"TCPREMOTEIP", "TCPREMOTEPORT", "TCPLOCALIP", "TCPLOCALPORT"
	};
	/* clang-format on */
	/* where TLS was there before, PROTO says so to the login */
	bool ssl = strcmp(env_str("PROTO", ""), "SSL") == 0;
	const char *proto = ssl ? "SSL" : "TCP";

	for (size_t i = 0; i < NELEM(wrong); i++)
		(void)unsetenv(wrong[i]); /* fails for bad names only */
	if (setenv("PROTO", proto, 1) == -1 ||
	    tell(proto, "REMOTEIP", p->ip) == -1 ||
	    tell(proto, "REMOTEPORT", p->port) == -1 ||
	    tell(proto, "LOCALIP", p->local_ip) == -1 ||
	    tell(proto, "LOCALPORT", p->local_port) == -1)
		return -1;
	return 0;
}
