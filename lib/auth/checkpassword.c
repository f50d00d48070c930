/* checkpassword.c: three fields on descriptor 3, and an exit status back. */
#include "auth/checkpassword.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/nelem.h"
#include "sys/fs.h"

/* Up to the end of fd; at most max bytes, else EMSGSIZE. */
static ssize_t
read_all(int fd, char *buf, size_t max)
{
	size_t len = 0;
	char more;
	ssize_t n;

	for (;;) {
		if (len < max)
			n = read(fd, buf + len, max - len);
		else
			n = read(fd, &more, 1);
		if (n == 0)
			return (ssize_t)len;
		if (n == -1 && errno != EINTR)
			return -1;
		if (n > 0 && len == max) {
			errno = EMSGSIZE;
			return -1;
		}
		if (n > 0)
			len += (size_t)n;
	}
}

int
checkpassword_read(int fd, struct checkpassword *c)
{
	ssize_t n = read_all(fd, c->buf, CHECKPASSWORD_LEN);
	struct span in, field[3];

	fs_close(fd);
	if (n == -1)
		goto forget;
	in = span_of(c->buf, (size_t)n);
	for (size_t i = 0; i < NELEM(field); i++) {
		if (i < 2 && span_find(in, '\0') == NULL) {
			errno = EBADMSG;
			goto forget;
		}
		field[i] = span_cut(&in, '\0');
	}
	c->buf[n] = '\0'; /* ends a timestamp that has no NUL */
	c->name = field[0].p;
	c->password = field[1].p;
	c->timestamp = field[2].p;
	return 0;
forget:
	explicit_bzero(c->buf, sizeof c->buf);
	return -1;
}

void
checkpassword_clear(struct checkpassword *c)
{
	explicit_bzero(c, sizeof *c);
}

int
checkpassword_write(
    int fd, struct span name, struct span password, struct span timestamp)
{
	const struct span field[] = { name, password, timestamp };
	char buf[CHECKPASSWORD_LEN];
	size_t used = 0, len;
	int r;

	for (size_t i = 0; i < NELEM(field); i++) {
		len = span_len(field[i]);
		errno = 0;
		if (span_find(field[i], '\0') != NULL)
			errno = EINVAL;
		else if (len >= sizeof buf - used)
			errno = EMSGSIZE;
		if (errno != 0) {
			explicit_bzero(buf, sizeof buf);
			return -1;
		}
		if (len > 0)
			memcpy(buf + used, field[i].p, len);
		buf[used + len] = '\0';
		used += len + 1;
	}
	r = fs_write(fd, span_of(buf, used));
	explicit_bzero(buf, sizeof buf);
	return r;
}

/*
 * 1 is the classic refusal; the others are vchkpw's: unknown user or bad
 * password, empty password, no such directory, illegal characters, and what
 * else it says about the account rather than about itself.
 */
enum checkpassword_end
checkpassword_verdict(int status)
{
	/* clang-format off */
	static const unsigned char refused[] = {
		1, 3, 12, 13, 15, 20, 21, 22, 23
	};
	/* clang-format on */

	if (!WIFEXITED(status))
		return CHECKPASSWORD_FAILED;
	if (WEXITSTATUS(status) == 0)
		return CHECKPASSWORD_OVER;
	for (size_t i = 0; i < NELEM(refused); i++)
		if (WEXITSTATUS(status) == refused[i])
			return CHECKPASSWORD_REFUSED;
	return CHECKPASSWORD_FAILED;
}
