/* cmd_list.c: STAT, LIST, UIDL, DELE, RSET: numbers and no mail. */
#include "base/num.h"
#include "pop3/commands.h"
#include "pop3/wrap.h"

uint64_t
session_octets(const struct session *s, const struct drop_message *m)
{
	uint64_t n = m->octets;

	if (session_wraps(s, m))
		n += wrap_octets(m, s->conf->unicode_type);
	return n;
}

bool
session_wraps(const struct session *s, const struct drop_message *m)
{
	return m->utf8 && !s->utf8;
}

enum verdict
cmd_stat(struct session *s, const struct request_values *v)
{
	uint32_t there = 0;
	uint64_t sum = 0;

	(void)v;
	for (uint32_t n = 1; n <= maildrop_count(s->drop); n++) {
		const struct drop_message *m = maildrop_message(s->drop, n);

		if (m->deleted)
			continue;
		there++;
		sum += session_octets(s, m);
	}
	strbuf_num(&s->data, there);
	strbuf_putc(&s->data, ' ');
	strbuf_num(&s->data, sum);
	return session_say(s, V_OK, NULL);
}

enum { SOME = 8192 }; /* bytes of lines that go out together */

/* Append the line of message n, without its end. */
typedef void put_line(struct session *s, uint32_t n, struct strbuf *out);

static void
put_octets(struct session *s, uint32_t n, struct strbuf *out)
{
	const struct drop_message *m = maildrop_message(s->drop, n);
	char *p = num_put(strbuf_room(out, (size_t)(2 * NUM_LEN + 1)), n);

	*p++ = ' ';
	p = num_put(p, session_octets(s, m));
	*p = '\0';
	out->len = (size_t)(p - out->p);
}

static void
put_uidl(struct session *s, uint32_t n, struct strbuf *out)
{
	strbuf_num(out, n);
	strbuf_putc(out, ' ');
	maildrop_put_uidl(s->drop, n, out);
}

/* One line, or the lines of all that are not deleted. */
static enum verdict
listing(struct session *s, const struct request_values *v, const char *text,
    put_line *put)
{
	struct strbuf *lines = &s->data;

	if (v->has_msg) {
		put(s, v->msg, lines);
		return session_say(s, V_OK, NULL);
	}
	session_begin(s, text);
	for (uint32_t n = 1; n <= maildrop_count(s->drop); n++) {
		if (maildrop_message(s->drop, n)->deleted)
			continue;
		if (lines->len > SOME) {
			wr_span(s->out, strbuf_span(lines));
			strbuf_reset(lines);
		}
		put(s, n, lines);
		strbuf_add(lines, "\r\n", 2);
	}
	wr_span(s->out, strbuf_span(lines));
	wr_lit(s->out, ".\r\n");
	return V_SENT;
}

enum verdict
cmd_list(struct session *s, const struct request_values *v)
{
	return listing(s, v,
	    "POP3 clients that break here, they violate STD53.", put_octets);
}

enum verdict
cmd_uidl(struct session *s, const struct request_values *v)
{
	return listing(s, v, NULL, put_uidl);
}

enum verdict
cmd_dele(struct session *s, const struct request_values *v)
{
	maildrop_message(s->drop, v->msg)->deleted = true;
	return session_say(s, V_OK, "Deleted.");
}

enum verdict
cmd_rset(struct session *s, const struct request_values *v)
{
	(void)v;
	for (uint32_t n = 1; n <= maildrop_count(s->drop); n++)
		maildrop_message(s->drop, n)->deleted = false;
	return session_say(s, V_OK, "Resurrected.");
}
