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
	const struct drop_message *all = maildrop_messages(s->drop);
	uint32_t count = maildrop_count(s->drop), there = 0;
	uint64_t sum = 0;

	(void)v;
	for (uint32_t i = 0; i < count; i++) {
		if (all[i].deleted)
			continue;
		there++;
		sum += session_octets(s, &all[i]);
	}
	strbuf_num(&s->data, there);
	strbuf_putc(&s->data, ' ');
	strbuf_num(&s->data, sum);
	return session_say(s, V_OK, NULL);
}

enum { LINE_LEN = NUM_LEN + 1 + MAILDROP_UIDL_LEN + 2 };

/* Put what is told of message n; returns where it ends. */
typedef char *put_about(struct session *s, uint32_t n, char *to);

static char *
put_octets(struct session *s, uint32_t n, char *to)
{
	return num_put(to, session_octets(s, maildrop_message(s->drop, n)));
}

static char *
put_uidl(struct session *s, uint32_t n, char *to)
{
	return maildrop_put_uidl(s->drop, n, to);
}

/* One line, or the lines of all that are not deleted. */
static enum verdict
listing(struct session *s, const struct request_values *v, const char *text,
    put_about *put)
{
	const struct drop_message *all = maildrop_messages(s->drop);
	uint32_t count = maildrop_count(s->drop);
	struct num_last last = { .left = 0 };
	char line[LINE_LEN], *end;

	if (v->has_msg) {
		end = num_put(line, v->msg);
		*end++ = ' ';
		end = put(s, v->msg, end);
		strbuf_add(&s->data, line, (size_t)(end - line));
		return session_say(s, V_OK, NULL);
	}
	session_begin(s, text);
	for (uint32_t n = 1; n <= count; n++) {
		if (all[n - 1].deleted)
			continue;
		end = num_put_next(&last, n, wr_room(s->out, LINE_LEN));
		*end++ = ' ';
		end = put(s, n, end);
		*end++ = '\r';
		*end++ = '\n';
		wr_put_to(s->out, end);
	}
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
