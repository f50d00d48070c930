/* outbox.c: one message, by way of a helper, down a pipe to sendmail. */
#include "imap/outbox.h"

#include <errno.h>

#include "sys/fs.h"
#include "sys/helper.h"

bool
outbox_is(const struct session *s, struct span folder)
{
	return s->conf->outbox != NULL && span_is(folder, s->conf->outbox);
}

int
outbox_start(const struct imap_conf *c)
{
	/* execvp() takes no const, and changes nothing */
	union {
		const char *const in[8];
		char *const out[8];
	} argv = { { c->sendmail, "-oi", "-t", "-f", c->sender } };

	return c->outbox == NULL ? -1 : helper_start(argv.out);
}

/* "X-IMAP-Sender: alice@example.com" in front of the piped copy alone. */
static int
put_header(const struct session *s)
{
	struct strbuf b = { 0 };
	int r;

	if (s->conf->header_from == NULL)
		return 0;
	strbuf_puts(&b, s->conf->header_from);
	strbuf_puts(&b, ": ");
	strbuf_puts(&b, s->conf->sender);
	strbuf_putc(&b, '\n');
	r = helper_put(s->sendmail, strbuf_span(&b));
	strbuf_clear(&b);
	return r;
}

static int
put_message(const struct session *s, int fd)
{
	char block[16384];
	int64_t at = 0;
	ssize_t n;

	while ((n = fs_pread(fd, block, sizeof block, at)) > 0) {
		if (helper_put(s->sendmail, span_of(block, (size_t)n)) == -1)
			return -1;
		at += n;
	}
	return n == 0 ? 0 : -1;
}

/* One message, whose bytes fd has: half of it is never sent. */
static int
send_one(const struct session *s, int fd)
{
	bool whole = put_header(s) == 0 && put_message(s, fd) == 0;

	return helper_end(s->sendmail, whole) == 0 && whole ? 0 : -1;
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
