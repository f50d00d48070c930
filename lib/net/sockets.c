/* sockets.c: lists of ports and addresses. */
#include "net/sockets.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/sock.h"
#include "sys/wr.h"

static int
copy(struct span s, char *to, size_t max)
{
	if (span_len(s) >= max || span_find(s, '\0') != NULL) {
		errno = EINVAL;
		return -1;
	}
	memcpy(to, s.p, span_len(s));
	to[span_len(s)] = '\0';
	return 0;
}

/* Behind the "]:" or the last dot is the port. */
static void
split(struct span s, struct span *ip, struct span *port)
{
	const char *at = NULL;

	*ip = (struct span){ s.p, s.p };
	*port = s;
	for (const char *p = s.p; p < s.end; p++)
		if (*p == '.' || (*p == ':' && p > s.p && p[-1] == ']'))
			at = p;
	if (at == NULL)
		return;
	*ip = (struct span){ s.p, at };
	*port = (struct span){ at + 1, s.end };
	if (span_at(ip, '[') && ip->end[-1] == ']') {
		ip->p++;
		ip->end--;
	}
}

static int
bind_one(struct sockets *s, struct span item, const char *ip, int backlog)
{
	char address[PEER_IP_LEN], number[PEER_PORT_LEN];
	struct span left, right;
	int fd;

	split(item, &left, &right);
	if (copy(left, address, sizeof address) == -1 ||
	    copy(right, number, sizeof number) == -1)
		return -1;
	if (s->n == SOCKETS_MAX) {
		errno = EMFILE;
		return -1;
	}
	fd = sock_listen(left.p < left.end ? address : ip, number, backlog);
	if (fd == -1)
		return -1;
	s->fds[s->n++] = fd;
	return 0;
}

int
sockets_bind(struct sockets *s, struct span list, const char *ip, int backlog,
    struct span *bad)
{
	struct span item;

	while (list.p < list.end) {
		item = span_trim(span_cut(&list, ','));
		if (bind_one(s, item, ip, backlog) == -1) {
			*bad = item;
			return -1;
		}
	}
	return 0;
}

int
sockets_adopt(struct sockets *s, int first, int n)
{
	for (int fd = first; fd < first + n; fd++) {
		if (s->n == SOCKETS_MAX || !sock_adopt(fd)) {
			errno = EINVAL;
			return -1;
		}
		s->fds[s->n++] = fd;
	}
	return 0;
}

void
sockets_print(const struct sockets *s)
{
	static struct wr out;

	wr_init(&out, 1, 0);
	for (size_t i = 0; i < s->n; i++) {
		struct sockaddr_storage ss = { 0 };
		socklen_t len = sizeof ss;
		char ip[PEER_IP_LEN], port[PEER_PORT_LEN];

		if (getsockname(s->fds[i], (struct sockaddr *)&ss, &len) == 0 &&
		    peer_address(&ss, ip, port)) {
			wr_span(&out, span_str(port));
			wr_putc(&out, '\n');
		}
	}
	wr_flush(&out);
	(void)dup2(0, 1); /* nothing more is written there */
}

void
sockets_close(struct sockets *s)
{
	while (s->n > 0)
		(void)close(s->fds[--s->n]);
}
