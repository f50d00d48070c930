/* session.c: the dispatcher, and the only tagged line. */
#include "imap/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/nelem.h"
#include "base/oom.h"
#include "base/spare.h"
#include "imap/commands.h"
#include "imap/limits.h"
#include "imap/modseq.h"
#include "imap/update.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/map.h"

/* Answers that have left much of the heap behind, unused. */
enum { LARGE = 64 * 1024 };

void
session_deselect(struct session *s)
{
	mailbox_close(s->mbox);
	s->mbox = NULL;
	s->exists = s->recent = s->keywords = 0;
	s->saved.n = 0;
	if (s->state == STATE_SELECTED)
		s->state = STATE_AUTH;
}

/* --- sets ---------------------------------------------------------------- */

void
session_save(struct session *s, const struct seqset *uids)
{
	size_t len = uids->n * sizeof *uids->r; /* it is in memory already */

	s->saved.n = 0;
	if (len == 0)
		return;
	if ((s->saved.r = realloc(s->saved.r, len)) == NULL)
		oom();
	memcpy(s->saved.r, uids->r, len);
	s->saved.n = uids->n;
}

/* Add seqs a..b to the list. */
static void
add_seqs(
    struct session *s, struct seqrange r, uint32_t **v, size_t *n, size_t *max)
{
	uint64_t seq = r.a;

	while (seq <= r.b) {
		*v = arena_grow(&s->arena, *v, *n, max, sizeof **v);
		for (; seq <= r.b && *n < *max; seq++)
			(*v)[(*n)++] = (uint32_t)seq;
	}
}

/* The seqs of the UIDs a..b that the client knows of. */
static struct seqrange
uid_range(struct session *s, struct seqrange uids)
{
	struct seqrange seqs;

	seqs.a = mailbox_seq(s->mbox, uids.a);
	seqs.b = uids.b == UINT32_MAX ? mailbox_state(s->mbox)->count
				      : mailbox_seq(s->mbox, uids.b + 1) - 1;
	if (seqs.b > s->exists)
		seqs.b = s->exists;
	return seqs;
}

bool
session_seqs(struct session *s, struct seqset *set, uint32_t **seqs, size_t *n)
{
	const struct seqset *in = set->saved ? &s->saved : set;
	bool by_uid = s->uid || set->saved;
	uint32_t *v = NULL;
	size_t count = 0, max = 0;

	if (!set->saved && by_uid)
		seqset_resolve(set,
		    s->exists == 0 ? 0
				   : mailbox_message(s->mbox, s->exists).uid);
	else if (!set->saved)
		seqset_resolve(set, s->exists);
	for (size_t i = 0; i < in->n; i++) {
		if (!by_uid && (in->r[i].a == 0 || in->r[i].b > s->exists))
			return false;
		if (in->r[i].b == 0)
			continue; /* "*" of an empty mailbox */
		add_seqs(s, by_uid ? uid_range(s, in->r[i]) : in->r[i], &v,
		    &count, &max);
	}
	*seqs = v;
	*n = count;
	return true;
}

/* --- commands ------------------------------------------------------------ */

static const char *const verdicts[] = {
	[V_OK] = "OK ",
	[V_NO] = "NO ",
	[V_BAD] = "BAD ",
};

static void
tagged(struct session *s, enum verdict v, const struct command *c)
{
	if (s->tag.p == s->tag.end)
		wr_putc(s->out, '*');
	else
		wr_span(s->out, s->tag);
	wr_putc(s->out, ' ');
	wr_span(s->out, span_str(verdicts[v]));
	if (s->code.len > 0) {
		wr_putc(s->out, '[');
		wr_span(s->out, strbuf_span(&s->code));
		wr_lit(s->out, "] ");
	}
	if (s->text != NULL) {
		wr_span(s->out, span_str(s->text));
	} else {
		wr_span(s->out, span_str(c->name));
		wr_lit(s->out, " completed.");
	}
	wr_lit(s->out, "\r\n");
}

static void
bye(struct session *s, const char *text)
{
	wr_lit(s->out, "* BYE ");
	wr_span(s->out, span_str(text));
	wr_lit(s->out, "\r\n");
	wr_flush(s->out);
	s->state = STATE_LOGOUT;
}

/* tag SP ["UID" SP] command; *args is what follows. */
static const struct command *
parse_name(struct session *s, struct span line, struct span *args)
{
	const struct command *c;
	struct span name;

	s->uid = false;
	if (!p_atom(&line, &name))
		return NULL;
	if (span_case_is(name, "UID")) {
		s->uid = true;
		if (!p_sp(&line) || !p_atom(&line, &name))
			return NULL;
	}
	*args = line;
	c = command_find(name);
	return c != NULL && s->uid && !(c->flags & F_UID) ? NULL : c;
}

/* Whether the literal at the end of line is a message (see input.h). */
static bool
is_append(void *arg, struct span line)
{
	struct session *s = arg;
	const struct command *c;
	struct span word;

	if (!p_tag(&line, &word) || !p_sp(&line))
		return false;
	c = parse_name(s, line, &line);
	return c != NULL && c->run == cmd_append && p_sp(&line) &&
	       p_astring(&s->arena, &line, &word) && p_sp(&line);
}

static enum verdict
run(struct session *s, const struct command *c, struct span args)
{
	enum verdict v;

	if (!(c->states & s->state))
		return session_say(s, V_BAD, NULL,
		    s->state == STATE_AUTH ? "No mailbox selected"
					   : "Not in this state");
	if ((c->flags & F_WRITES) && mailbox_is_readonly(s->mbox))
		return session_say(s, V_NO, "NOPERM", "Mailbox is read-only.");
	if (s->mbox != NULL)
		mailbox_resume(s->mbox);
	if (s->mbox != NULL && c->run != cmd_store)
		mailbox_release(s->mbox);
	s->by_number = (c->flags & F_SEQ) && !s->uid;
	s->told_gone = s->told_modseq = false;
	v = c->run(s, args);
	if (s->mbox != NULL && mailbox_state(s->mbox)->damaged)
		return session_say(
		    s, V_BYE, NULL, "The folder's index is damaged, sorry.");
	if (s->mbox != NULL && !(c->flags & F_QUIET) && v != V_BYE)
		update_report(s, !s->by_number);
	if (v != V_BYE)
		modseq_end(s, v);
	return v;
}

/* A client that says nothing but nonsense is no client. */
static void
count_bad(struct session *s, enum verdict v)
{
	s->bad = v == V_BAD ? s->bad + 1 : 0;
	if (s->bad >= LIMIT_BAD && s->state != STATE_LOGOUT)
		bye(s, "[ALERT] Too many consecutive protocol violations");
}

/* One command line, whole but for the message of an APPEND. */
static void
dispatch(struct session *s)
{
	struct span line = strbuf_span(&s->input.text), args;
	const struct command *c = NULL;
	enum verdict v = V_BAD;
	struct span tag;

	s->tag = span_of("", 0);
	(void)session_bad(s); /* unless something better comes */
	if (p_tag(&line, &tag) && p_sp(&line)) {
		s->tag = arena_span(&s->arena, tag);
		c = parse_name(s, line, &args);
	}
	if (c != NULL) {
		(void)session_say(s, V_OK, NULL, NULL);
		v = run(s, c, args);
	}
	if (v == V_BYE)
		bye(s, s->text);
	else if (!s->out->failed)
		tagged(s, v, c);
	count_bad(s, v);
}

/* --- the session --------------------------------------------------------- */

static void
greet(struct session *s)
{
	if (s->conf->login_tag == NULL) {
		wr_lit(s->out, "* PREAUTH [CAPABILITY ");
		command_capabilities(s);
		wr_lit(s->out, "] satchel ready.\r\n");
		return;
	}
	wr_span(s->out, span_str(s->conf->login_tag));
	wr_lit(s->out, " OK [CAPABILITY ");
	command_capabilities(s);
	wr_lit(s->out, "] LOGIN Ok.\r\n");
}

/* How it ended: LOGOUT and the rest, with Courier's fields. */
static void
log_end(struct session *s, const char *level, const char *what)
{
	const struct log_field fields[] = {
		{ "user", s->conf->user, 0 },
		{ "ip", s->conf->ip, 0 },
		{ "port", s->conf->port, 0 },
		{ "headers", NULL, s->header_octets },
		{ "body", NULL, s->body_octets },
		{ "rcvd", NULL, s->in->total },
		{ "sent", NULL, s->out->total },
		{ "time", NULL,
		    (uint64_t)(clock_mono_ms() - s->started) / 1000 },
		{ s->conf->tls ? "starttls" : NULL, NULL, 1 },
	};

	log_event(level, what, fields, NELEM(fields));
}

/* What is left to do when no command came. */
static void
end_input(struct session *s, enum input_result r)
{
	switch (r) {
	case INPUT_BYE:
		bye(s, s->input.why);
		log_end(s, "INFO", "DISCONNECTED");
		break;
	case INPUT_LATE:
		bye(s, "Disconnected for inactivity.");
		log_end(s, "INFO", "TIMEOUT");
		break;
	case INPUT_SIGNAL:
		bye(s, "satchel server shut down by signal.");
		log_end(s, "NOTICE", "Disconnected during shutdown by signal");
		break;
	default:
		log_end(s, "INFO", "DISCONNECTED");
		break;
	}
	s->state = STATE_LOGOUT;
}

static void
refused(struct session *s)
{
	struct span line = strbuf_span(&s->input.text), tag;

	s->tag = p_tag(&line, &tag) && p_sp(&line) ? tag : span_of("", 0);
	(void)session_say(s, V_BAD, NULL, s->input.why);
	tagged(s, V_BAD, NULL);
	count_bad(s, V_BAD);
}

static void
log_login(const struct session *s)
{
	const struct log_field fields[] = {
		{ "user", s->conf->user, 0 },
		{ "ip", s->conf->ip, 0 },
		{ "port", s->conf->port, 0 },
		{ "protocol", "IMAP", 0 },
		{ s->conf->tls ? "starttls" : NULL, NULL, 1 },
	};

	log_event("INFO", "LOGIN", fields, NELEM(fields));
}

static bool
has_sent_much(const struct session *s)
{
	return s->out->total - s->rested > LARGE;
}

/* When there is something to do though no command comes; 0: never. */
static int64_t
quiet_by(const struct session *s)
{
	const struct mailbox_state *st =
	    s->mbox != NULL ? mailbox_state(s->mbox) : NULL;

	if (st != NULL && st->held)
		return clock_mono_ms() + MAILBOX_HELD_MS;
	if (st != NULL && (st->owed || mailbox_is_large(s->mbox)))
		return clock_mono_ms() + MAILBOX_OWED_MS;
	if (spare_kept() || wr_is_large(s->out) || has_sent_much(s))
		return clock_mono_ms() + MAILBOX_OWED_MS;
	return 0;
}

void
session_rest(struct session *s)
{
	if (s->mbox != NULL)
		mailbox_rest(s->mbox);
	spare_free();
	wr_rest(s->out);
	if (has_sent_much(s))
		map_rest_heap();
	s->rested = s->out->total;
}

/*
 * Between commands nobody waits: what a look at the disk owes is paid then,
 * so that the client's next one need not (store/sync.c); and the memory that
 * a large answer has taken is given back.
 */
static void
be_quiet(void *arg)
{
	struct session *s = arg;

	if (s->mbox != NULL && mailbox_state(s->mbox)->held) {
		mailbox_release(s->mbox);
		s->in->quiet_by = quiet_by(s);
		return;
	}
	if (s->mbox != NULL && mailbox_state(s->mbox)->owed)
		(void)mailbox_try_sync(s->mbox);
	session_rest(s);
}

/* What is no change at all must not keep the folder locked either. */
static void
hold(struct session *s)
{
	if (s->mbox != NULL && mailbox_state(s->mbox)->held)
		mailbox_hold(s->mbox);
}

/* A client that does not read must not keep others out of its folder. */
static void
release(void *arg)
{
	struct session *s = arg;

	if (s->mbox != NULL)
		mailbox_release(s->mbox);
}

int
session_run(struct session *s)
{
	enum input_result r;

	s->started = clock_mono_ms();
	s->state = STATE_AUTH;
	s->input.in = s->in;
	s->input.out = s->out;
	s->in->quiet = be_quiet;
	s->in->quiet_arg = s;
	s->out->waits = release;
	s->out->waits_arg = s;
	greet(s);
	log_login(s);
	while (s->state != STATE_LOGOUT && !s->out->failed) {
		arena_reset(&s->arena);
		s->in->by = clock_mono_ms() + LIMIT_IDLE_SECONDS * 1000;
		hold(s);
		s->in->quiet_by = quiet_by(s);
		r = input_command(&s->input, is_append, s);
		s->in->quiet_by = 0;
		if (r == INPUT_OK || r == INPUT_LITERAL)
			dispatch(s);
		else if (r == INPUT_BAD)
			refused(s);
		else
			end_input(s, r);
		if (r <= INPUT_LITERAL && s->state == STATE_LOGOUT)
			log_end(s, "INFO", "LOGOUT");
	}
	if (s->out->failed && s->state != STATE_LOGOUT)
		log_end(s, "INFO", "DISCONNECTED");
	wr_flush(s->out);
	session_deselect(s);
	return 0;
}
