/*
 * ucspitls.c: one byte there, a list back.
 *
 * The list comes from a program of ours or of the site's, but names, subjects
 * and protocols in it are the client's: nothing of them becomes the name of a
 * variable that means more than what TLS has seen.
 */
#include "chain/ucspitls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/nelem.h"
#include "base/num.h"
#include "sys/env.h"
#include "sys/fs.h"
#include "sys/sig.h"
#include "sys/tlslist.h"

/* The open descriptor that the variable name tells, or -1. */
static int
find(const char *name)
{
	struct span in = span_str(env_str(name, ""));
	uint32_t fd;

	if (!num_u32(&in, &fd) || in.p < in.end || fd < 3 || fd > INT_MAX ||
	    fcntl((int)fd, F_SETFD, FD_CLOEXEC) == -1)
		return -1;
	return (int)fd;
}

bool
ucspitls_find(struct ucspitls *u)
{
	static const char *const names[] = { "SSLCTLFD", "SSLREADFD",
		"SSLWRITEFD" };

	u->control = find(names[0]);
	u->in = find(names[1]);
	u->out = find(names[2]);
	for (size_t i = 0; i < NELEM(names); i++)
		(void)unsetenv(names[i]); /* fails for bad names only */
	if (u->control != -1 && u->in != -1 && u->out != -1)
		return true;
	ucspitls_close(u);
	return false;
}

void
ucspitls_close(struct ucspitls *u)
{
	if (u->in != -1 && u->in != u->control)
		fs_close(u->in);
	if (u->out != -1 && u->out != u->in && u->out != u->control)
		fs_close(u->out);
	if (u->control != -1)
		fs_close(u->control);
	u->control = u->in = u->out = -1;
}

/* The list, up to its two NULs, after each of which text is ended. */
static int
read_list(int fd, int64_t by, char *buf, size_t *len)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	for (*len = 0; *len < TLSLIST_MAX; *len += (size_t)n) {
		int ready = sig_poll(&p, 1, by);

		if (ready == 0)
			errno = ETIMEDOUT;
		if (ready <= 0)
			return -1;
		n = read(fd, buf + *len, TLSLIST_MAX - *len);
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			break;
		if (*len + (size_t)n >= 2 && buf[*len + (size_t)n - 1] == 0 &&
		    buf[*len + (size_t)n - 2] == 0) {
			*len += (size_t)n;
			return 0;
		}
	}
	errno = EPROTO;
	return -1;
}

static int
start(const struct ucspitls *u, int64_t by)
{
	char list[TLSLIST_MAX];
	size_t len;

	if (fs_write(u->control, span_str("Y")) == -1 || dup2(u->in, 0) == -1 ||
	    dup2(u->out, 1) == -1 ||
	    read_list(u->control, by, list, &len) == -1)
		return -1;
	return tlslist_apply(span_of(list, len));
}

int
ucspitls_start(struct ucspitls *u, int64_t by)
{
	int r = start(u, by);

	ucspitls_close(u);
	return r;
}
