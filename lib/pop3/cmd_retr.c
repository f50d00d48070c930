/* cmd_retr.c: RETR and TOP: the messages themselves. */
#include "pop3/commands.h"
#include "pop3/send.h"
#include "pop3/wrap.h"
#include "sys/fs.h"

enum { BLOCK = 32 * 1024 };

struct file {
	int fd;
	struct stat st;
};

/*
 * All of the file, which had st.st_size bytes when it was opened.  False when
 * it has fewer now or cannot be read: what was sent is no message.
 */
static bool
send_file(struct session *s, struct send *out, const struct file *f)
{
	int64_t at = 0, left = f->st.st_size;
	char *p = strbuf_room(&s->block, BLOCK);
	ssize_t n;

	while (left > 0 && !out->done && !out->out->failed) {
		n = fs_pread(f->fd, p, left < BLOCK ? (size_t)left : BLOCK, at);
		if (n <= 0)
			break;
		send_put(out, span_of(p, (size_t)n));
		at += n;
		left -= n;
	}
	return left == 0 || out->done;
}

static bool
send_message(struct session *s, const struct drop_message *m, struct send *out,
    const struct file *f)
{
	bool wrapped = session_wraps(s, m), whole;
	struct strbuf text = { 0 };

	if (wrapped) {
		wrap_head(m, s->conf->unicode_type, f->st.st_mtime, &text);
		send_put(out, strbuf_span(&text));
	}
	whole = send_file(s, out, f);
	if (wrapped && whole) {
		strbuf_reset(&text);
		/* both, or a lone CR at the end would be taken for half */
		if (f->st.st_size > 0 && out->last != '\n')
			strbuf_puts(&text, "\r\n");
		wrap_tail(m, &text);
		send_put(out, strbuf_span(&text));
	}
	strbuf_clear(&text);
	send_end(out);
	if (whole)
		wr_lit(s->out, ".\r\n");
	return whole;
}

static int
open_message(struct session *s, const struct request_values *v, struct file *f)
{
	f->fd = maildrop_open_message(s->drop, v->msg, &f->st);
	return f->fd == -1 ? -1 : 0;
}

enum verdict
cmd_retr(struct session *s, const struct request_values *v)
{
	struct drop_message *m = maildrop_message(s->drop, v->msg);
	struct send out;
	struct file f;
	bool whole;

	if (open_message(s, v, &f) == -1)
		return session_errno(s);
	strbuf_num(&s->data, session_octets(s, m));
	session_begin(s, "octets follow.");
	send_begin(&out, s->out);
	whole = send_message(s, m, &out, &f);
	fs_close(f.fd);
	s->retr_bytes += out.bytes;
	if (!whole)
		return V_CUT;
	maildrop_set_seen(s->drop, v->msg);
	return V_SENT;
}

enum verdict
cmd_top(struct session *s, const struct request_values *v)
{
	struct drop_message *m = maildrop_message(s->drop, v->msg);
	struct send out;
	struct file f;
	bool whole;

	if (open_message(s, v, &f) == -1)
		return session_errno(s);
	session_begin(s, "headers follow.");
	send_begin_top(&out, s->out, v->lines);
	whole = send_message(s, m, &out, &f);
	fs_close(f.fd);
	s->top_bytes += out.bytes;
	return whole ? V_SENT : V_CUT;
}
