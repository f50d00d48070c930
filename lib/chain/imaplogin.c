/*
 * imaplogin.c: greeting, commands, attempts.
 *
 * Whatever the client sends, this process holds one command of bounded size,
 * runs a bounded number of them, and ends at a deadline.
 */
#include "chain/imaplogin.h"

#include <stdlib.h>
#include <string.h>

#include "auth/sasl.h"
#include "chain/imapcmd.h"
#include "chain/login.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/rd.h"
#include "sys/wr.h"
#include "text/base64.h"

enum {
	COMMANDS = 32, /* before login; a client needs four */
	RESPONSE_LEN = 65536, /* of SASL, in base64; RFC 4422 sets no bound */
	DROPS = 8, /* lines read to get past one refused command */
	WRITE_MS = 10000
};

const struct front_protocol imaplogin_protocol = {
	.name = "IMAP",
	.tls = "IMAP_TLS",
	.tls_required = "IMAP_TLS_REQUIRED",
	.port = "143",
};

/* What is to be done next. */
enum next {
	NEXT_COMMAND,
	NEXT_END, /* all is said */
	NEXT_GONE, /* the client is, or is to be treated so */
	NEXT_SESSION /* there was one: not a word more */
};

struct dialogue {
	const struct front *f;
	struct login login;
	struct rd in;
	struct wr out;
	struct strbuf line; /* a command, then its responses: secrets */
	size_t last; /* where in line the last line of the command begins */
	struct strbuf decoded; /* of base64 */
	struct strbuf tag; /* what tagged replies begin with */
	int64_t begun; /* ms */
};

static void
put_capabilities(struct dialogue *d)
{
	wr_lit(&d->out, "CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL- SASL-IR ID "
			"ENABLE");
	if (d->f->tls_required) {
		wr_lit(&d->out, " LOGINDISABLED");
		return;
	}
	for (size_t i = 0; sasl_name(i) != NULL; i++) {
		wr_lit(&d->out, " AUTH=");
		wr_span(&d->out, span_str(sasl_name(i)));
	}
}

static void
say(struct dialogue *d, const char *text)
{
	wr_span(&d->out, span_str(text));
	wr_lit(&d->out, "\r\n");
}

/* A tagged line, or an untagged one to a command whose tag is none. */
static enum next
reply(struct dialogue *d, const char *text)
{
	if (d->tag.len > 0)
		wr_span(&d->out, strbuf_span(&d->tag));
	else
		wr_lit(&d->out, "*");
	wr_lit(&d->out, " ");
	say(d, text);
	return NEXT_COMMAND;
}

static enum next
bye(struct dialogue *d, const char *text)
{
	wr_lit(&d->out, "* BYE ");
	say(d, text);
	return NEXT_END;
}

/* Forget what may be a secret; the memory stays where it is. */
static void
forget(struct dialogue *d)
{
	explicit_bzero(d->line.p, d->line.len);
	explicit_bzero(d->decoded.p, d->decoded.len);
	rd_forget(&d->in);
	strbuf_reset(&d->line);
	strbuf_reset(&d->decoded);
	d->last = 0;
}

/* What becomes of the connection when a read did not succeed. */
static enum next
unread(struct dialogue *d, enum rd_result got)
{
	switch (got) {
	case RD_LATE:
		return bye(d, "Login takes too long.");
	case RD_LONG:
		return bye(d, "Line too long.");
	case RD_SIGNAL:
		return bye(d, "Server shutting down.");
	case RD_OK:
	case RD_EOF:
	case RD_ERR:
		break;
	}
	return NEXT_GONE;
}

/* Whether the last line, and no literal before it, promises len bytes. */
static bool
promises(const struct dialogue *d, uint32_t *len)
{
	const char *from = d->line.p + d->last;

	return imapcmd_ends_nonsync(span_of(from, d->line.len - d->last), len);
}

/*
 * Get past a refused command whose last line in d->line promised a literal
 * without waiting for leave (RFC 7888 section 4): read on or hang up.
 */
static enum next
drop(struct dialogue *d)
{
	enum rd_result got = RD_OK;
	uint32_t len;

	for (unsigned i = 0; i < DROPS; i++) {
		if (!promises(d, &len))
			return NEXT_COMMAND;
		if (len > IMAPCMD_LITERAL)
			break;
		forget(d);
		if ((got = rd_bytes(&d->in, &d->line, len)) != RD_OK)
			return unread(d, got);
		forget(d);
		if ((got = rd_line(&d->in, &d->line, IMAPCMD_LINE)) != RD_OK)
			return unread(d, got);
	}
	return bye(d, "Literal too long.");
}

static void
take_tag(struct dialogue *d, struct span tag)
{
	strbuf_reset(&d->tag);
	strbuf_cat(&d->tag, tag);
}

/* The literal that c wants, and the line after it, to the end of d->line. */
static enum rd_result
read_literal(struct dialogue *d, const struct imapcmd *c)
{
	enum rd_result got;

	if (!c->nonsync)
		say(d, "+ Ready for literal");
	strbuf_puts(&d->line, "\r\n");
	if ((got = rd_bytes(&d->in, &d->line, c->literal)) != RD_OK)
		return got;
	d->last = d->line.len;
	return rd_line(&d->in, &d->line, IMAPCMD_LINE);
}

/* A whole command into d->line and *c; it was answered when *bad. */
static enum next
read_command(struct dialogue *d, struct imapcmd *c, bool *bad)
{
	enum rd_result got = rd_line(&d->in, &d->line, IMAPCMD_LINE);
	enum imapcmd_result parsed = IMAPCMD_BAD;
	size_t room;

	*bad = false;
	for (unsigned i = 0; got == RD_OK; i++) {
		parsed = imapcmd_parse(strbuf_span(&d->line), c);
		if (parsed != IMAPCMD_WANTS)
			break;
		room = IMAPCMD_LEN - IMAPCMD_LINE;
		if (i == IMAPCMD_LITERALS || c->literal > IMAPCMD_LITERAL ||
		    d->line.len > room)
			break;
		got = read_literal(d, c);
	}
	if (got != RD_OK)
		return unread(d, got);
	take_tag(d, c->tag);
	if (parsed == IMAPCMD_DONE && c->verb != IMAPCMD_OTHER)
		return NEXT_COMMAND;
	*bad = true;
	if (parsed == IMAPCMD_DONE)
		reply(d, "BAD Unknown command, or not before login.");
	else if (parsed == IMAPCMD_WANTS)
		reply(d, "BAD Literal too long.");
	else
		reply(d, "BAD Syntax error.");
	return drop(d);
}

static enum next
ended(struct dialogue *d, enum login_end end)
{
	static const char refused[] = "NO [AUTHENTICATIONFAILED] Login failed.";

	switch (end) {
	case LOGIN_SESSION:
		return NEXT_SESSION;
	case LOGIN_REFUSED:
		return reply(d, refused);
	case LOGIN_REFUSED_LAST:
		reply(d, refused);
		return bye(d, "Too many failures.");
	case LOGIN_UNAVAILABLE:
		break;
	}
	reply(d, "NO [UNAVAILABLE] Temporary problem, please try again later");
	return bye(d, "Temporary problem, please try again later");
}

/* The session says the tagged OK: it is told the tag. */
static enum next
try(struct dialogue *d)
{
	forget(d);
	wr_flush(&d->out);
	if (setenv("IMAPLOGINTAG", d->tag.p, 1) == -1)
		return ended(d, LOGIN_UNAVAILABLE);
	return ended(d, login_try(&d->login));
}

static enum next
refuse(struct dialogue *d, const char *method)
{
	forget(d);
	wr_flush(&d->out);
	return ended(d, login_refuse(&d->login, method));
}

static enum next
cmd_login(struct dialogue *d, const struct imapcmd *c)
{
	struct login *l = &d->login;

	if (imapcmd_copy(c->user, l->name, sizeof l->name, &l->name_len) &&
	    imapcmd_copy(
		c->password, l->password, sizeof l->password, &l->password_len))
		return try(d);
	return refuse(d, "LOGIN");
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
	forget(d);
	return rd_line(&d->in, &d->line, RESPONSE_LEN);
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

static enum next
sasl_dialogue(struct dialogue *d, struct sasl *s, struct span initial)
{
	enum sasl_result r = SASL_MORE;
	struct span response = initial;
	enum rd_result got;

	while (r == SASL_MORE) {
		if (response.p == NULL) {
			if ((got = challenge(d, s)) != RD_OK)
				return unread(d, got);
			response = strbuf_span(&d->line);
			if (span_is(response, "*"))
				return reply(d, "BAD Cancelled.");
		}
		if (!decode(d, response, initial.p != NULL))
			return reply(d, "BAD Not base64.");
		r = sasl_response(s, strbuf_span(&d->decoded));
		initial.p = response.p = NULL;
	}
	if (r == SASL_BAD)
		return refuse(d, sasl_mechanism(s));
	d->login.name_len = span_len(sasl_user(s));
	memcpy(d->login.name, sasl_user(s).p, d->login.name_len);
	d->login.password_len = span_len(sasl_password(s));
	memcpy(d->login.password, sasl_password(s).p, d->login.password_len);
	sasl_clear(s);
	return try(d);
}

static enum next
cmd_authenticate(struct dialogue *d, const struct imapcmd *c)
{
	struct sasl s;
	enum next next;

	if (!sasl_start(&s, c->mechanism))
		return reply(d, "NO Unknown authentication mechanism.");
	next = sasl_dialogue(d, &s, c->initial);
	sasl_clear(&s);
	return next;
}

static enum next
cmd_logout(struct dialogue *d)
{
	char peer[128];

	wr_lit(&d->out, "* BYE satchel logging out\r\n");
	reply(d, "OK LOGOUT completed");
	wr_flush(&d->out);
	log_line("INFO", "LOGOUT, %s, rcvd=%llu, sent=%llu",
	    login_peer(&d->login, peer), (unsigned long long)d->in.total,
	    (unsigned long long)d->out.total);
	return NEXT_END;
}

static enum next
run_command(struct dialogue *d, const struct imapcmd *c)
{
	switch (c->verb) {
	case IMAPCMD_CAPABILITY:
		wr_lit(&d->out, "* ");
		put_capabilities(d);
		wr_lit(&d->out, "\r\n");
		return reply(d, "OK CAPABILITY completed");
	case IMAPCMD_NOOP:
		return reply(d, "OK NOOP completed");
	case IMAPCMD_ID:
		wr_lit(&d->out, "* ID (\"name\" \"satchel\")\r\n");
		return reply(d, "OK ID completed");
	case IMAPCMD_LOGOUT:
		return cmd_logout(d);
	case IMAPCMD_LOGIN:
	case IMAPCMD_AUTHENTICATE:
		if (d->f->tls_required)
			return reply(d, "NO [PRIVACYREQUIRED] TLS required");
		return c->verb == IMAPCMD_LOGIN ? cmd_login(d, c)
						: cmd_authenticate(d, c);
	case IMAPCMD_OTHER:
		break;
	}
	return reply(d, "BAD Unknown command, or not before login.");
}

/* *d is zero; its buffers are not touched before they are needed. */
static void
open_dialogue(struct dialogue *d, const struct front *f, char *const chain[])
{
	d->f = f;
	login_init(&d->login, f, chain);
	wr_init(&d->out, 1, WRITE_MS);
	rd_init(&d->in, 0, &d->out, true);
	d->begun = clock_mono_ms();
	if (f->timeout > 0)
		d->in.by = d->begun + (int64_t)f->timeout * 1000;
	/* never moved again, so that no copies of secrets are left behind */
	(void)strbuf_room(&d->line, RESPONSE_LEN + IMAPCMD_LEN);
	(void)strbuf_room(&d->decoded, RESPONSE_LEN);
	wr_lit(&d->out, "* OK [");
	put_capabilities(d);
	wr_lit(&d->out, "] satchel ready.\r\n");
}

static enum next
one_command(struct dialogue *d, bool first)
{
	struct imapcmd c;
	enum next next;
	bool bad;

	next = read_command(d, &c, &bad);
	if (first && imapcmd_is_foreign(strbuf_span(&d->line))) {
		wr_init(&d->out, 1, WRITE_MS); /* it gets no answer */
		next = NEXT_GONE;
	}
	if (next == NEXT_COMMAND && !bad)
		next = run_command(d, &c);
	forget(d);
	return d->out.failed && next == NEXT_COMMAND ? NEXT_GONE : next;
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
imaplogin_run(const struct front *f, char *const chain[])
{
	static struct dialogue d;
	enum next next = NEXT_COMMAND;
	char peer[128];

	open_dialogue(&d, f, chain);
	if (f->debug)
		log_line("DEBUG", "Connection, %s", login_peer(&d.login, peer));
	for (unsigned i = 0; next == NEXT_COMMAND; i++)
		next = i < COMMANDS ? one_command(&d, i == 0)
				    : bye(&d, "Too many commands.");
	if (next == NEXT_SESSION)
		return d.login.status;
	wr_flush(&d.out);
	if (next == NEXT_GONE)
		log_end(&d, "Disconnected");
	return d.login.status;
}
