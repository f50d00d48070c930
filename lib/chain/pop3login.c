/* pop3login.c: greeting, commands, answers. */
#include "chain/pop3login.h"

#include <stdlib.h>
#include <string.h>

#include "auth/pop3capa.h"
#include "auth/sasl.h"
#include "chain/dialogue.h"
#include "chain/pop3cmd.h"
#include "sys/log.h"
#include "text/lang.h"
#include "text/utf8.h"

static const char *const settings[] = {
	/* clang-format off */
	"POP3AUTH", "POP3AUTH_TLS", "SATCHEL_LANG", "SATCHEL_LANG_DIR",
	"SATCHEL_POP3_EXPIRE", "SATCHEL_POP3_LOGIN_DELAY", NULL
	/* clang-format on */
};

const struct front_protocol pop3login_protocol = {
	.name = "POP3",
	.tls = "POP3_TLS",
	.tls_required = "POP3_TLS_REQUIRED",
	.port = "110",
	.settings = settings,
};

struct pop3 {
	struct dialogue d;
	struct lang lang;
	bool user; /* USER was accepted: its argument is in d.login */
	bool utf8; /* UTF8 was said */
};

/* "+OK ", or "-ERR " with a code, and text in the client's language. */
static enum next
reply(struct pop3 *p, const char *status, const char *text)
{
	wr_span(&p->d.out, span_str(status));
	wr_span(&p->d.out, lang_text(&p->lang, text));
	wr_lit(&p->d.out, "\r\n");
	return NEXT_COMMAND;
}

static enum next
ok(struct pop3 *p, const char *text)
{
	return reply(p, "+OK ", text);
}

static enum next
err(struct pop3 *p, const char *text)
{
	return reply(p, "-ERR ", text);
}

static enum next
end(struct pop3 *p, const char *text)
{
	err(p, text);
	return NEXT_END;
}

/*
 * What becomes of the connection when a read did not succeed: a client that
 * has said nothing is told nothing (RFC 1939 section 3).
 */
static enum next
unread(struct pop3 *p, enum rd_result got)
{
	return got == RD_LONG ? end(p, "Line too long.") : NEXT_GONE;
}

static enum next
ended(struct pop3 *p, enum login_end how, const char *refused)
{
	p->user = false;
	switch (how) {
	case LOGIN_SESSION:
		return NEXT_SESSION;
	case LOGIN_REFUSED:
		return reply(p, "-ERR [AUTH] ", refused);
	case LOGIN_REFUSED_LAST:
		reply(p, "-ERR [AUTH] ", refused);
		return NEXT_END;
	case LOGIN_UNAVAILABLE:
		break;
	}
	reply(
	    p, "-ERR [SYS/TEMP] ", "Temporary problem, please try again later");
	return NEXT_END;
}

/* The session says +OK: it is told what was agreed upon before. */
static enum next
try(struct pop3 *p, const char *refused)
{
	if (setenv("UTF8", p->utf8 ? "1" : "0", 1) == -1 ||
	    setenv("SATCHEL_LANGTAG", p->lang.tag, 1) == -1)
		return ended(p, LOGIN_UNAVAILABLE, refused);
	return ended(p, dialogue_try(&p->d), refused);
}

static enum next
cmd_capa(struct pop3 *p)
{
	ok(p, "Here's what I can do:");
	pop3capa_put(&p->d.out, p->d.f->tls, !p->d.f->tls_required);
	dialogue_say(&p->d, ".");
	return NEXT_COMMAND;
}

static enum next
cmd_user(struct pop3 *p, const struct pop3cmd *c)
{
	struct login *l = &p->d.login;

	/* passwords are typed here as well */
	explicit_bzero(l->name, sizeof l->name);
	l->name_len = span_len(c->argument);
	memcpy(l->name, c->argument.p, l->name_len);
	p->user = true;
	return ok(p, "Password required.");
}

/* Both are UTF-8, or no name and no password (RFC 6856 section 2.2). */
static enum next
cmd_pass(struct pop3 *p, const struct pop3cmd *c)
{
	static const char refused[] = "Login failed.";
	struct login *l = &p->d.login;

	if (!p->user)
		return err(p, "USER/PASS required.");
	if (!utf8_valid(span_of(l->name, l->name_len)) ||
	    !utf8_valid(c->argument))
		return ended(p, dialogue_refuse(&p->d, "USER"), refused);
	l->password_len = span_len(c->argument);
	memcpy(l->password, c->argument.p, l->password_len);
	return try(p, refused);
}

static enum next
list_mechanisms(struct pop3 *p)
{
	ok(p, "Mechanisms follow:");
	for (size_t i = 0; sasl_name(i) != NULL; i++)
		if (pop3capa_offers(sasl_name(i), p->d.f->tls))
			dialogue_say(&p->d, sasl_name(i));
	dialogue_say(&p->d, ".");
	return NEXT_COMMAND;
}

/* Whether the client may use what it has asked for. */
static bool
is_offered(const struct pop3 *p, struct span mechanism)
{
	for (size_t i = 0; sasl_name(i) != NULL; i++)
		if (span_case_is(mechanism, sasl_name(i)))
			return pop3capa_offers(sasl_name(i), p->d.f->tls);
	return false;
}

static enum next
cmd_auth(struct pop3 *p, const struct pop3cmd *c)
{
	static const char refused[] = "Authentication failed.";
	struct dialogue_sasl s = {
		.mechanism = c->mechanism,
		.initial = c->initial,
	};

	if (c->mechanism.p == NULL)
		return list_mechanisms(p);
	if (!is_offered(p, c->mechanism))
		return err(p, "Unknown authentication mechanism.");
	p->user = false; /* its place is taken */
	switch (dialogue_sasl(&p->d, &s)) {
	case AUTH_READY:
		return try(p, refused);
	case AUTH_BAD:
		return ended(p, dialogue_refuse(&p->d, s.method), refused);
	case AUTH_UNKNOWN:
	case AUTH_CANCELLED:
	case AUTH_DAMAGED:
		return err(p, "Authentication aborted.");
	case AUTH_UNREAD:
		break;
	}
	return unread(p, s.got);
}

static enum next
list_languages(struct pop3 *p)
{
	struct strbuf list = { 0 };

	ok(p, "Language listing follows:");
	lang_list(&list);
	wr_span(&p->d.out, strbuf_span(&list));
	strbuf_clear(&list);
	dialogue_say(&p->d, ".");
	return NEXT_COMMAND;
}

static enum next
cmd_lang(struct pop3 *p, const struct pop3cmd *c)
{
	if (c->argument.p == NULL)
		return list_languages(p);
	if (!lang_choose(&p->lang, c->argument))
		return err(p, "Language not available.");
	wr_lit(&p->d.out, "+OK ");
	wr_span(&p->d.out, span_str(p->lang.tag));
	return reply(p, " ", "Language changed.");
}

static enum next
cmd_quit(struct pop3 *p)
{
	char peer[128];

	ok(p, "Better luck next time.");
	wr_flush(&p->d.out);
	log_line("INFO", "LOGOUT, %s", login_peer(&p->d.login, peer));
	return NEXT_END;
}

static enum next
run_command(struct pop3 *p, const struct pop3cmd *c)
{
	bool refused = p->d.f->tls_required;

	switch (c->verb) {
	case POP3CMD_CAPA:
		return cmd_capa(p);
	case POP3CMD_USER:
		return refused ? err(p, "TLS required to log in.")
			       : cmd_user(p, c);
	case POP3CMD_PASS:
		return cmd_pass(p, c);
	case POP3CMD_AUTH:
		return refused ? err(p, "TLS required to log in.")
			       : cmd_auth(p, c);
	case POP3CMD_UTF8:
		p->utf8 = true;
		return ok(p, "UTF8 enabled");
	case POP3CMD_LANG:
		return cmd_lang(p, c);
	case POP3CMD_STLS:
		return err(p, "TLS support not available.");
	case POP3CMD_QUIT:
		break;
	}
	return cmd_quit(p);
}

/* A line too long is no reason to go: a client may try it with AUTH. */
static enum next
skip_line(struct pop3 *p)
{
	enum rd_result got = rd_line(&p->d.in, &p->d.line, DIALOGUE_RESPONSE);

	return got == RD_OK ? err(p, "Line too long.") : unread(p, got);
}

static enum next
read_command(struct pop3 *p, bool first)
{
	enum rd_result got = rd_line(&p->d.in, &p->d.line, POP3CMD_LINE);
	struct span line = strbuf_span(&p->d.line);
	struct pop3cmd c;

	if (first && dialogue_is_foreign(line))
		return NEXT_GONE; /* without an answer */
	if (got == RD_LONG)
		return skip_line(p);
	if (got != RD_OK)
		return unread(p, got);
	if (!pop3cmd_parse(line, &c))
		return err(p, "Invalid command.");
	return run_command(p, &c);
}

static enum next
one_command(void *arg, unsigned i)
{
	struct pop3 *p = arg;
	enum next next;

	if (i == DIALOGUE_COMMANDS)
		return end(p, "Too many commands.");
	next = read_command(p, i == 0);
	dialogue_forget(&p->d);
	return next;
}

int
pop3login_run(const struct front *f, char *const chain[])
{
	static struct pop3 p;

	dialogue_open(&p.d, f, chain, POP3CMD_LINE);
	lang_init(&p.lang);
	ok(&p, "satchel ready.");
	return dialogue_run(&p.d, one_command, &p);
}
