/*
 * dialogue.c: attempts, SASL, the loop.
 *
 * Whatever the client sends, this process holds one command of bounded size,
 * runs a bounded number of them, and ends at a deadline.
 */
#include "chain/dialogue.h"

#include <string.h>

#include "auth/sasl.h"
#include "base/nelem.h"
#include "sys/jail.h"
#include "text/base64.h"

enum { WRITE_MS = 10000 };

/* The buffers of *d are not touched before they are needed. */
void
dialogue_open(
    struct dialogue *d, const struct front *f, int keeper, size_t room)
{
	unsigned lacks;

	d->f = f;
	d->keeper = keeper;
	wr_init(&d->out, 1, WRITE_MS);
	rd_init(&d->in, 0, &d->out, true);
	d->in.by = f->by;
	(void)strbuf_room(&d->line, DIALOGUE_RESPONSE + room);
	(void)strbuf_room(&d->decoded, DIALOGUE_RESPONSE);
	if ((lacks = jail_enter(&f->jail)) != 0) {
		d->ask.rcvd = lacks;
		dialogue_event(d, TALK_JAIL);
	}
}

void
dialogue_forget(struct dialogue *d)
{
	explicit_bzero(d->line.p, d->line.len);
	explicit_bzero(d->decoded.p, d->decoded.len);
	rd_forget(&d->in);
	strbuf_reset(&d->line);
	strbuf_reset(&d->decoded);
}

void
dialogue_say(struct dialogue *d, const char *text)
{
	wr_span(&d->out, span_str(text));
	wr_lit(&d->out, "\r\n");
}

static enum dialogue_end
ask(struct dialogue *d, enum talk_kind kind, enum talk_method method)
{
	struct talk_answer a;

	dialogue_forget(d);
	wr_flush(&d->out);
	d->ask.kind = kind;
	d->ask.how = method;
	if (!talk_ask(d->keeper, &d->ask, &a, NULL))
		return DIALOGUE_SESSION;
	switch (a.verdict) {
	case TALK_REFUSED:
		return DIALOGUE_REFUSED;
	case TALK_LAST:
		return DIALOGUE_REFUSED_LAST;
	}
	return DIALOGUE_UNAVAILABLE;
}

enum dialogue_end
dialogue_try(struct dialogue *d, enum talk_method method)
{
	return ask(d, TALK_TRY, method);
}

enum dialogue_end
dialogue_refuse(struct dialogue *d, enum talk_method method)
{
	talk_forget(&d->ask);
	return ask(d, TALK_REFUSE, method);
}

void
dialogue_event(struct dialogue *d, enum talk_event event)
{
	d->ask.kind = TALK_EVENT;
	d->ask.how = event;
	talk_tell(d->keeper, &d->ask);
	talk_forget(&d->ask);
}

/*
 * Whoever is between the client and here may have put commands of his own
 * behind the client's, to be taken for what comes under TLS.  Nothing that
 * was read is kept, since this reads no byte too far; but what arrives before
 * the client can have seen the answer cannot be the client's.
 */
bool
dialogue_start_tls(struct dialogue *d, struct span ok)
{
	wr_flush(&d->out);
	talk_forget(&d->ask);
	if (rd_pending(&d->in)) {
		dialogue_event(d, TALK_INJECTED);
		return false;
	}
	wr_span(&d->out, ok);
	wr_flush(&d->out);
	d->ask.kind = TALK_TLS;
	talk_tell(d->keeper, &d->ask);
	return true;
}

/* Send a challenge, read the response to it into d->line. */
static enum rd_result
challenge(struct dialogue *d, const struct sasl *s)
{
	struct strbuf b = { 0 };

	base64_encode(sasl_challenge(s), &b);
	wr_lit(&d->out, "+ ");
	wr_span(&d->out, strbuf_span(&b));
	wr_lit(&d->out, "\r\n");
	strbuf_clear(&b);
	dialogue_forget(d);
	return rd_line(&d->in, &d->line, DIALOGUE_RESPONSE);
}

/* in is base64, or "=" for an initial response without a byte. */
static bool
decode(struct dialogue *d, struct span in, bool initial)
{
	strbuf_reset(&d->decoded);
	if (initial && span_is(in, "="))
		return true;
	return base64_decode(in, &d->decoded);
}

static enum dialogue_auth
converse(struct dialogue *d, struct sasl *s, struct dialogue_sasl *with)
{
	struct span response = with->initial;
	bool initial = response.p != NULL;
	enum sasl_result r = SASL_MORE;

	while (r == SASL_MORE) {
		if (!initial) {
			if ((with->got = challenge(d, s)) != RD_OK)
				return AUTH_UNREAD;
			response = strbuf_span(&d->line);
			if (span_is(response, "*"))
				return AUTH_CANCELLED;
		}
		if (!decode(d, response, initial))
			return AUTH_DAMAGED;
		r = sasl_response(s, strbuf_span(&d->decoded));
		initial = false;
	}
	return r == SASL_DONE ? AUTH_READY : AUTH_BAD;
}

static enum talk_method
method_of(const struct sasl *s)
{
	uint32_t m = TALK_METHODS;

	while (--m > TALK_USER && strcmp(talk_method(m), sasl_mechanism(s)))
		;
	return m;
}

enum dialogue_auth
dialogue_sasl(struct dialogue *d, struct dialogue_sasl *with)
{
	struct talk_ask *a = &d->ask;
	enum dialogue_auth end;
	struct sasl s;

	if (!sasl_start(&s, with->mechanism))
		return AUTH_UNKNOWN;
	with->method = method_of(&s);
	if (with->method == TALK_EXTERNAL && d->f->external[0] == '\0')
		return AUTH_UNKNOWN;
	end = converse(d, &s, with);
	if (end == AUTH_READY &&
	    (!talk_put(
		 sasl_user(&s), a->name, sizeof a->name - 1, &a->name_len) ||
		!talk_put(sasl_password(&s), a->password,
		    sizeof a->password - 1, &a->password_len)))
		end = AUTH_BAD; /* longer than any account's */
	sasl_clear(&s);
	return end;
}

/* What a browser or a mail client can be made to send here ("ALPACA"). */
bool
dialogue_is_foreign(struct span line)
{
	/* clang-format off */
	static const char *const first[] = {
		"CONNECT ", "DELETE ", "EHLO ", "GET ", "HEAD ", "HELO ",
		"LHLO ", "OPTIONS ", "PATCH ", "POST ", "PRI * ", "PUT ",
		"SSH-", "TRACE ", "\x16\x03"
	};
	/* clang-format on */

	for (size_t i = 0; i < NELEM(first); i++)
		if (span_len(line) >= strlen(first[i]) &&
		    memcmp(line.p, first[i], strlen(first[i])) == 0)
			return true;
	return false;
}

void
dialogue_run(struct dialogue *d, dialogue_command *command, void *arg)
{
	enum next next = NEXT_COMMAND;

	for (unsigned i = 0; next == NEXT_COMMAND; i++) {
		next = command(arg, i);
		if (d->out.failed && next == NEXT_COMMAND)
			next = NEXT_GONE;
	}
	if (next == NEXT_SESSION)
		return;
	wr_flush(&d->out);
	if (next == NEXT_GONE)
		dialogue_event(d, TALK_GONE);
}
