/* cmd_append.c: APPEND (RFC 9051 6.3.12, RFC 3502, RFC 3516, RFC 9755). */
#include <errno.h>

#include "imap/commands.h"
#include "imap/limits.h"
#include "imap/name.h"
#include "imap/out.h"
#include "imap/outbox.h"
#include "imap/update.h"
#include "store/append.h"
#include "store/folder.h"
#include "sys/clock.h"

/* What stands before the literal of one message. */
struct message_args {
	struct flag_list flags;
	int64_t date;
	bool utf8_item; /* "UTF8 (" of RFC 6855; RFC 9755 dropped it */
	struct literal literal;
};

/*
 * append-message = [SP flag-list] [SP date-time] SP append-data
 * append-data = literal / literal8 / append-data-ext
 * The span ends with the literal's head.
 */
static bool
p_append_message(struct arena *a, struct span in, struct message_args *out)
{
	struct message_args m = { .date = INT64_MIN };

	if (!p_sp(&in))
		return false;
	if (span_at(&in, '(') && (!p_flag_list(a, &in, &m.flags) || !p_sp(&in)))
		return false;
	if (span_at(&in, '"') && (!p_date_time(&in, &m.date) || !p_sp(&in)))
		return false;
	if (p_word(&in, "UTF8")) {
		if (!p_sp(&in) || !span_eat(&in, '('))
			return false;
		m.utf8_item = true;
	}
	if (!p_literal_head(&in, &m.literal) || in.p != in.end ||
	    (m.utf8_item && !m.literal.binary))
		return false;
	/* names are views into the text, which the next line overwrites */
	for (size_t i = 0; i < m.flags.nkeywords; i++)
		m.flags.keywords[i] = arena_span(a, m.flags.keywords[i]);
	*out = m;
	return true;
}

struct appending {
	struct session *s;
	struct append *ap;
	struct span folder; /* in the arena, as the command's text moves on */
	unsigned messages;
};

static bool
always(void *arg, struct span line)
{
	(void)arg;
	(void)line;
	return true;
}

/* End the session without more words: the client is gone or broken. */
static enum verdict
gone(struct session *s, enum input_result r)
{
	if (r == INPUT_LATE)
		return session_say(
		    s, V_BYE, NULL, "Disconnected for inactivity.");
	if (r == INPUT_SIGNAL)
		return session_say(
		    s, V_BYE, NULL, "satchel server shut down by signal.");
	if (r == INPUT_BYE)
		return session_say(s, V_BYE, NULL, s->input.why);
	s->out->failed = true;
	return session_say(s, V_BYE, NULL, "Client is gone");
}

/* Refuse the literal that is due, and answer as *code says. */
static enum verdict
refuse(struct session *s, enum verdict v)
{
	enum input_result r = input_refuse(&s->input);

	return r == INPUT_OK ? v : gone(s, r);
}

/*
 * A message failed when its literal had been taken: what follows it is still
 * to be read, and further messages to be refused.
 */
static enum verdict
finish(struct session *s, enum verdict v)
{
	enum input_result r = input_rest(&s->input, always, NULL);

	if (r == INPUT_LITERAL)
		r = input_refuse(&s->input);
	return r == INPUT_OK || r == INPUT_BAD ? v : gone(s, r);
}

/* The literal's bytes, to the file. */
static enum input_result
stream(struct appending *x, uint64_t len)
{
	struct session *s = x->s;
	enum rd_result got;
	struct span bytes;

	while (len > 0) {
		s->in->by = clock_mono_ms() + LIMIT_LITERAL_SECONDS * 1000;
		got =
		    rd_some(s->in, len > RD_LEN ? RD_LEN : (size_t)len, &bytes);
		if (got != RD_OK)
			return got == RD_LATE	  ? INPUT_LATE
			       : got == RD_SIGNAL ? INPUT_SIGNAL
						  : INPUT_GONE;
		append_write(x->ap, bytes);
		len -= span_len(bytes);
	}
	return INPUT_OK;
}

static enum verdict
end_message(struct appending *x)
{
	struct session *s = x->s;
	bool high;

	if (append_end(x->ap, &high) == -1)
		return session_errno_to(s, x->folder);
	if (high && s->conf->strict_8bit && !s->utf8)
		return session_say(
		    s, V_NO, "CANNOT", "8-bit header fields need UTF8=ACCEPT.");
	return V_OK;
}

/* One message whose arguments were good; V_BYE when the client is gone. */
static enum verdict
take_message(struct appending *x, const struct message_args *m)
{
	struct append_info info = { m->flags.flags, m->flags.keywords,
		m->flags.nkeywords, m->date, m->literal.len };
	struct session *s = x->s;
	enum input_result r;
	enum verdict v;

	if (m->literal.len == 0) /* RFC 3502 section 6.3.11: it cancels */
		return refuse(s, session_say(s, V_NO, NULL,
				     "An empty message cancels the command."));
	if (s->conf->append_limit > 0 && m->literal.len > s->conf->append_limit)
		return refuse(
		    s, session_say(s, V_NO, "TOOBIG", "Message too large."));
	if (x->messages++ == LIMIT_APPEND_MESSAGES)
		return refuse(s, session_say(s, V_NO, "LIMIT",
				     "Too many messages in one command."));
	if (append_message(x->ap, &info, m->literal.binary) == -1)
		return refuse(s, session_errno_to(s, x->folder));
	input_continue(&s->input);
	if ((r = stream(x, m->literal.len)) != INPUT_OK)
		return gone(s, r);
	v = end_message(x);
	return v == V_OK ? V_OK : finish(s, v);
}

/*
 * The rest of the line behind a message: another message's arguments, or
 * the end.  *more tells which; *m is filled in for the first.
 */
static enum verdict
next_message(struct appending *x, struct message_args *m, bool *more)
{
	struct session *s = x->s;
	enum input_result r;
	struct span rest;
	bool item = m->utf8_item;

	strbuf_reset(&s->input.text);
	r = input_rest(&s->input, always, NULL);
	*more = r == INPUT_LITERAL;
	if (r == INPUT_BAD)
		return session_say(s, V_BAD, NULL, s->input.why);
	if (r != INPUT_OK && r != INPUT_LITERAL)
		return gone(s, r);
	rest = strbuf_span(&s->input.text);
	if (item && !span_eat(&rest, ')'))
		return *more ? refuse(s, session_bad(s)) : session_bad(s);
	if (!*more)
		return p_end(&rest) ? V_OK : session_bad(s);
	if (!p_append_message(&s->arena, rest, m))
		return refuse(s, session_bad(s));
	return V_OK;
}

static enum verdict
take_all(struct appending *x, struct message_args *m)
{
	enum verdict v = V_OK;
	bool more = true;

	while (v == V_OK && more) {
		v = take_message(x, m);
		if (v == V_OK)
			v = next_message(x, m, &more);
	}
	return v;
}

/* "APPENDUID 795289312 7:9" (RFC 4315 section 3) */
static enum verdict
commit(struct appending *x)
{
	uint32_t uidvalidity;
	const uint32_t *uids;
	size_t n;

	if (outbox_is(x->s, x->folder) && outbox_send(x->s, x->ap) == -1)
		return session_errno(x->s);
	if (append_commit(x->ap, &uidvalidity, &uids, &n) == -1)
		return session_errno_to(x->s, x->folder);
	strbuf_puts(&x->s->code, "APPENDUID ");
	strbuf_num(&x->s->code, uidvalidity);
	strbuf_putc(&x->s->code, ' ');
	out_put_set(&x->s->code, uids, n);
	return V_OK;
}

/* SP mailbox append-message, and the folder opened for it. */
static enum verdict
begin(struct appending *x, struct span args, struct message_args *m)
{
	struct session *s = x->s;
	struct span name;

	if (!p_sp(&args) || !p_astring(&s->arena, &args, &name) ||
	    !p_append_message(&s->arena, args, m))
		return session_bad(s);
	if (!name_to_folder(s, name, &x->folder))
		return session_say(s, V_NO, "CANNOT", "Invalid mailbox name.");
	x->folder = arena_span(&s->arena, x->folder);
	if (append_begin(s->account, x->folder, &x->ap) == 0)
		return V_OK;
	if (errno == ENOENT)
		return session_say(
		    s, V_NO, "TRYCREATE", "Must create mailbox before append");
	return session_errno(s);
}

enum verdict
cmd_append(struct session *s, struct span args)
{
	struct appending x = { .s = s };
	struct message_args m;
	enum verdict v;

	if (!s->input.pending)
		return session_bad(s); /* the line ended before a message */
	if ((v = begin(&x, args, &m)) != V_OK)
		return refuse(s, v);
	v = take_all(&x, &m);
	if (v == V_OK)
		v = commit(&x);
	append_free(x.ap);
	if (v == V_OK && s->mbox != NULL &&
	    span_eq(x.folder, mailbox_folder(s->mbox)))
		update_sync(s, true);
	return v;
}
