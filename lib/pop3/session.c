/* session.c: the dispatcher, and the first line of every answer. */
#include "pop3/session.h"

#include <errno.h>
#include <string.h>

#include "base/nelem.h"
#include "base/spare.h"
#include "pop3/commands.h"
#include "pop3/limits.h"
#include "sys/clock.h"
#include "sys/log.h"

enum { QUIET_MS = 30 };

static const char bad_command[] = "Invalid command.";

/* --- commands ------------------------------------------------------------ */

static void
first_line(struct session *s, bool good)
{
	if (s->data.len == 0 && s->text != NULL) {
		reply_put(s->out, &s->lang, s->text, good);
		return;
	}
	wr_span(s->out, span_str(good ? "+OK" : "-ERR"));
	if (s->data.len > 0)
		wr_putc(s->out, ' ');
	wr_span(s->out, strbuf_span(&s->data));
	if (s->text != NULL) {
		wr_putc(s->out, ' ');
		wr_span(s->out, lang_text(&s->lang, s->text));
	}
	wr_lit(s->out, "\r\n");
}

void
session_begin(struct session *s, const char *text)
{
	s->text = text;
	first_line(s, true);
}

/* A message that is there, and not marked. */
static bool
is_message(const struct session *s, const struct request_values *v)
{
	return !v->has_msg ||
	       (v->msg >= 1 && v->msg <= maildrop_count(s->drop) &&
		   !maildrop_message(s->drop, v->msg)->deleted);
}

static enum verdict
run(struct session *s)
{
	struct request_values v;
	const struct command *c;
	struct request r;

	if (!request_parse(strbuf_span(&s->line), &r) ||
	    (c = command_find(r.word)) == NULL ||
	    !request_args(r.args, c->args, &v))
		return session_say(s, V_ERR, bad_command);
	if (!is_message(s, &v))
		return session_say(s, V_ERR, "Invalid message number.");
	return c->run(s, &v);
}

static enum session_end
dispatch(struct session *s)
{
	enum verdict v;

	strbuf_reset(&s->data);
	s->text = NULL;
	v = run(s);
	if (v == V_OK || v == V_ERR || v == V_QUIT)
		first_line(s, v == V_OK || (v == V_QUIT && !s->failed));
	if (v == V_QUIT)
		return END_QUIT;
	if (v == V_CUT)
		return END_CUT;
	return s->out->failed ? END_GONE : END_NOT;
}

/* --- the session --------------------------------------------------------- */

/* Too long: the rest of the line is no command of its own. */
static enum session_end
refuse_line(struct session *s, enum rd_result *got)
{
	if ((*got = rd_skip_line(s->in)) != RD_OK)
		return END_NOT;
	reply_put(s->out, &s->lang, bad_command, false);
	return s->out->failed ? END_GONE : END_NOT;
}

static enum session_end
next_command(struct session *s)
{
	enum session_end end = END_NOT;
	enum rd_result got;

	strbuf_reset(&s->line);
	s->in->by = clock_mono_ms() + LIMIT_IDLE_SECONDS * 1000;
	got = rd_line(s->in, &s->line, LIMIT_LINE + 2);
	if (got == RD_OK && s->line.len <= LIMIT_LINE)
		return dispatch(s);
	if (got == RD_OK)
		reply_put(s->out, &s->lang, bad_command, false);
	if (got == RD_LONG)
		end = refuse_line(s, &got);
	switch (got) {
	case RD_OK:
		return end;
	case RD_LATE:
		return END_LATE;
	case RD_SIGNAL:
		return END_SIGNAL;
	default:
		return END_GONE;
	}
}

static const struct {
	const char *level;
	const char *what;
} ends[] = {
	[END_QUIT] = { "INFO", "LOGOUT" },
	[END_GONE] = { "INFO", "DISCONNECTED" },
	[END_LATE] = { "INFO", "TIMEOUT" },
	[END_SIGNAL] = { "NOTICE", "Disconnected during shutdown by signal" },
	[END_CUT] = { "INFO", "I/O error disconnect" },
};

/* How it ended, with Courier's fields. */
static void
log_end(struct session *s, enum session_end end)
{
	const struct log_field fields[] = {
		{ "user", s->conf->user, 0 },
		{ "ip", s->conf->ip, 0 },
		{ "port", s->conf->port, 0 },
		{ "top", NULL, s->top_bytes },
		{ "retr", NULL, s->retr_bytes },
		{ "rcvd", NULL, s->in->total },
		{ "sent", NULL, s->out->total },
		{ "time", NULL,
		    (uint64_t)(clock_mono_ms() - s->started) / 1000 },
		{ s->conf->tls ? "stls" : NULL, NULL, 1 },
	};

	log_event(ends[end].level, ends[end].what, fields, NELEM(fields));
}

static void
choose_lang(struct lang *l, const struct pop3_conf *c)
{
	lang_init(l);
	if (c->lang != NULL)
		(void)lang_choose(l, span_str(c->lang));
}

void
session_refuse(struct wr *out, const struct pop3_conf *conf, const char *why)
{
	struct lang l;

	choose_lang(&l, conf);
	reply_put(out, &l, why, false);
	wr_flush(out);
}

static int
open_drop(struct session *s)
{
	bool unsaved = false;
	int saved;

	if (maildrop_open(s->account, s->conf->uidl, &s->drop, &unsaved) ==
	    -1) {
		saved = errno;
		log_line("ERR", "maildrop: %s, user=%s", strerror(saved),
		    s->conf->user);
		reply_put(s->out, &s->lang, reply_errno(saved), false);
		wr_flush(s->out);
		return -1;
	}
	if (unsaved)
		log_line("ERR",
		    "Error while saving courierpop3dsizelist, user=%s",
		    s->conf->user);
	return 0;
}

static void
log_login(const struct session *s)
{
	const struct log_field fields[] = {
		{ "user", s->conf->user, 0 },
		{ "ip", s->conf->ip, 0 },
		{ "port", s->conf->port, 0 },
		{ s->conf->tls ? "stls" : NULL, NULL, 1 },
	};

	log_event("INFO", "LOGIN", fields, NELEM(fields));
}

/* What sending took is no use to a session that waits. */
static void
give_back(void *out)
{
	spare_free();
	wr_rest(out);
}

int
session_run(struct session *s)
{
	enum session_end end = END_NOT;

	s->started = clock_mono_ms();
	s->utf8 = s->conf->utf8;
	choose_lang(&s->lang, s->conf);
	log_login(s);
	if (open_drop(s) == -1)
		return 111;
	reply_put(s->out, &s->lang, "logged in.", true);
	s->in->quiet = give_back;
	s->in->quiet_arg = s->out;
	while (end == END_NOT) {
		bool rest = spare_kept() || wr_is_large(s->out);

		s->in->quiet_by = rest ? clock_mono_ms() + QUIET_MS : 0;
		end = next_command(s);
	}
	wr_flush(s->out);
	log_end(s, end);
	return 0;
}
