/*
 * index.c: any bytes as an index, its checks made right where they guard
 * against accidents only; the folder must be told of as it is.
 */
#include "store/index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/maildir.h"
#include "store/box.h"
#include "store/root.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct store_conf conf = { .hostname = "h", .keywords = 1 };

static struct mailbox *
open_box(struct account *a)
{
	struct mailbox *m;

	if (mailbox_open(a, span_of("", 0), false, &m) == -1)
		abort();
	return m;
}

/* A valid one, then bytes of the input over it: two of place, one of value. */
static void
patch(struct strbuf *b, const uint8_t **p, const uint8_t *end)
{
	while (end - *p >= 3 && (*p)[0] != 0xff) {
		size_t at = (size_t)((*p)[0] << 8 | (*p)[1]);

		if (at < b->len)
			b->p[at] = (char)(*p)[2];
		*p += 3;
	}
	if (*p < end)
		++*p;
}

/* Checks of the header; then a transaction of the rest of the input. */
static void
seal(struct strbuf *b, uint64_t ino, const uint8_t *p, size_t len)
{
	struct strbuf log = { 0 };
	struct index_head h;

	if (b->len < sizeof h)
		return;
	memcpy(&h, b->p, sizeof h);
	h.ino = ino;
	index_seal_head(&h);
	memcpy(b->p, &h, sizeof h);
	if (len == 0)
		return;
	index_begin(&log);
	strbuf_add(&log, p, len);
	while (log.len % 8 != 0)
		strbuf_putc(&log, '\0');
	index_put(&log, REC_STATE, 0, span_of(&h.state, sizeof h.state),
	    span_of("", 0));
	index_seal(&log, h.id, (int64_t)b->len);
	strbuf_cat(b, strbuf_span(&log));
	strbuf_clear(&log);
}

static void
each(void *arg, uint32_t first, uint32_t last)
{
	(void)arg;
	if (first > last)
		abort();
}

/* Numbers, UIDs and names agree with each other, whatever was read. */
static void
use(struct mailbox *m)
{
	struct flag_change c = { .op = FLAG_ADD, .flags = FLAG_FLAGGED };
	uint32_t last = 0;
	bool changed;

	for (uint32_t i = 1; i <= mailbox_state(m)->count; i++) {
		struct message msg = mailbox_message(m, i);
		int fd;

		if (mailbox_state(m)->damaged)
			break;
		if (msg.uid <= last || mailbox_seq(m, msg.uid) != i)
			abort();
		last = msg.uid;
		if ((fd = mailbox_open_message(m, i, NULL)) != -1)
			fs_close(fd);
		(void)mailbox_store(m, i, &c, &changed);
	}
	(void)mailbox_vanished(m, 0, each, NULL);
	(void)mailbox_sync(m);
	(void)mailbox_forget(m, mailbox_state(m)->count, NULL, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static unsigned count;
	const char *maildir = maildir_for(count++ * FRESH);
	const uint8_t *end = data + len;
	struct strbuf b = { 0 };
	struct account *a;
	struct mailbox *m;
	struct stat st;
	int fd;

	if (account_open(maildir, &conf, &a) == -1)
		abort();
	mailbox_close(open_box(a));
	fd = openat(account_fd(a), index_name, O_RDWR | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1 ||
	    fs_slurp(account_fd(a), index_name, 1 << 20, &b) == -1)
		abort();
	patch(&b, &data, end);
	seal(&b, st.st_ino, data, (size_t)(end - data));
	if (ftruncate(fd, 0) == -1 || fs_pwrite(fd, strbuf_span(&b), 0) == -1)
		abort();
	fs_close(fd);
	strbuf_clear(&b);
	m = open_box(a);
	use(m);
	mailbox_close(m);
	account_close(a);
	return 0;
}
