/* outbox.c: one message, down a pipe to sendmail. */
#include "imap/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/nelem.h"
#include "sys/fs.h"
#include "sys/proc.h"

bool
outbox_is(const struct session *s, struct span folder)
{
	return s->conf->outbox != NULL && span_is(folder, s->conf->outbox);
}

/* sendmail with to as its input and nothing to write to. */
static pid_t
start(const struct session *s, int from)
{
	/* execvp() takes no const, and changes nothing */
	union {
		const char *const in[8];
		char *const out[8];
	} argv = { { s->conf->sendmail, "-oi", "-t", "-f", s->conf->sender } };
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct proc_fd fds[] = { { from, 0 }, { null, 1 }, { null, 2 } };
	pid_t pid;

	if (null == -1)
		return -1;
	pid = proc_start(PROC_HELPER, argv.out, fds, NELEM(fds));
	fs_close(null);
	return pid;
}

/* "X-IMAP-Sender: alice@example.com" in front of the piped copy alone. */
static int
put_header(const struct session *s, int to)
{
	struct strbuf b = { 0 };
	int r;

	if (s->conf->header_from == NULL)
		return 0;
	strbuf_puts(&b, s->conf->header_from);
	strbuf_puts(&b, ": ");
	strbuf_puts(&b, s->conf->sender);
	strbuf_putc(&b, '\n');
	r = fs_write(to, strbuf_span(&b));
	strbuf_clear(&b);
	return r;
}

static int
put_message(int to, int fd)
{
	char block[16384];
	int64_t at = 0;
	ssize_t n;

	while ((n = fs_pread(fd, block, sizeof block, at)) > 0) {
		if (fs_write(to, span_of(block, (size_t)n)) == -1)
			return -1;
		at += n;
	}
	return n == 0 ? 0 : -1;
}

/* One message, whose bytes fd has. */
static int
send_one(const struct session *s, int fd)
{
	int fds[2], sent, status;
	pid_t pid;

	if (proc_pipe(fds) == -1)
		return -1;
	pid = start(s, fds[0]);
	fs_close(fds[0]);
	if (pid == -1) {
		fs_close(fds[1]);
		return -1;
	}
	sent = put_header(s, fds[1]) == 0 ? put_message(fds[1], fd) : -1;
	fs_close(fds[1]);
	status = proc_wait(pid, -1);
	return sent == 0 && status != -1 && WIFEXITED(status) &&
		       WEXITSTATUS(status) == 0
		   ? 0
		   : -1;
}

static bool
is_one(struct append *ap)
{
	int second = append_reopen(ap, 1);

	fs_close(second);
	return second == -1;
}

int
outbox_send(struct session *s, struct append *ap)
{
	int fd, r = 0;

	if (append_check(ap) == -1)
		return -1;
	if (!s->conf->outbox_multiple && !is_one(ap)) {
		errno = EMSGSIZE;
		return -1;
	}
	for (size_t i = 0; r == 0 && (fd = append_reopen(ap, i)) != -1; i++) {
		r = send_one(s, fd);
		fs_close(fd);
	}
	if (r == 0 && errno == ENOENT)
		return 0;
	errno = ECONNABORTED;
	return -1;
}
