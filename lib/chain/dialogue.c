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
#include "sys/clock.h"
#include "sys/log.h"
#include "text/base64.h"

enum { WRITE_MS = 10000 };

/* The buffers of *d are not touched before they are needed. */
void
dialogue_open(
    struct dialogue *d, const struct front *f, char *const chain[], size_t room)
{
	d->f = f;
	login_init(&d->login, f, chain);
	wr_init(&d->out, 1, WRITE_MS);
	rd_init(&d->in, 0, &d->out, true);
	d->begun = clock_mono_ms();
	if (f->timeout > 0)
		d->in.by = d->begun + (int64_t)f->timeout * 1000;
	(void)strbuf_room(&d->line, DIALOGUE_RESPONSE + room);
	(void)strbuf_room(&d->decoded, DIALOGUE_RESPONSE);
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

enum login_end
dialogue_try(struct dialogue *d)
{
	dialogue_forget(d);
	wr_flush(&d->out);
	return login_try(&d->login);
}

enum login_end
dialogue_refuse(struct dialogue *d, const char *method)
{
	dialogue_forget(d);
	wr_flush(&d->out);
	return login_refuse(&d->login, method);
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

enum dialogue_auth
dialogue_sasl(struct dialogue *d, struct dialogue_sasl *with)
{
	struct login *l = &d->login;
	enum dialogue_auth end;
	struct sasl s;

	if (!sasl_start(&s, with->mechanism))
		return AUTH_UNKNOWN;
	with->method = sasl_mechanism(&s);
	if ((end = converse(d, &s, with)) == AUTH_READY) {
		l->name_len = span_len(sasl_user(&s));
		memcpy(l->name, sasl_user(&s).p, l->name_len);
		l->password_len = span_len(sasl_password(&s));
		memcpy(l->password, sasl_password(&s).p, l->password_len);
	}
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

static void
log_end(const struct dialogue *d, const char *what)
{
	char peer[128];

	if (d->f->debug)
		log_line("DEBUG", "%s, %s, time=%d", what,
		    login_peer(&d->login, peer),
		    (int)((clock_mono_ms() - d->begun) / 1000));
}

int
dialogue_run(struct dialogue *d, dialogue_command *command, void *arg)
{
	enum next next = NEXT_COMMAND;
	char peer[128];

	if (d->f->debug)
		log_line(
		    "DEBUG", "Connection, %s", login_peer(&d->login, peer));
	for (unsigned i = 0; next == NEXT_COMMAND; i++) {
		next = command(arg, i);
		if (d->out.failed && next == NEXT_COMMAND)
			next = NEXT_GONE;
	}
	if (next == NEXT_SESSION)
		return d->login.status;
	wr_flush(&d->out);
	if (next == NEXT_GONE)
		log_end(d, "Disconnected");
	return d->login.status;
}
