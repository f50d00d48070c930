/* pop3login.c: greeting, commands, answers. */
#include "chain/pop3login.h"

#include <string.h>

#include "auth/pop3capa.h"
#include "auth/sasl.h"
#include "chain/dialogue.h"
#include "chain/pop3cmd.h"
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
	.starttls = "POP3_STARTTLS",
	.full = "-ERR [SYS/TEMP] Too many connections from your address.\r\n",
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
ended(struct pop3 *p, enum dialogue_end how, const char *refused)
{
	p->user = false;
	switch (how) {
	case DIALOGUE_SESSION:
		return NEXT_SESSION;
	case DIALOGUE_REFUSED:
		return reply(p, "-ERR [AUTH] ", refused);
	case DIALOGUE_REFUSED_LAST:
		reply(p, "-ERR [AUTH] ", refused);
		return NEXT_END;
	case DIALOGUE_UNAVAILABLE:
		break;
	}
	reply(
	    p, "-ERR [SYS/TEMP] ", "Temporary problem, please try again later");
	return NEXT_END;
}

/* The session says +OK: it is told what was agreed upon before. */
static enum next
try(struct pop3 *p, enum talk_method method, const char *refused)
{
	p->d.ask.utf8 = p->utf8;
	return ended(p, dialogue_try(&p->d, method), refused);
}

static enum next
cmd_capa(struct pop3 *p)
{
	const struct pop3capa c = {
		.tls = p->d.f->tls,
		.stls = front_has_starttls(p->d.f),
		.password = !p->d.f->tls_required,
		.external = p->d.f->external[0] != '\0',
	};

	ok(p, "Here's what I can do:");
	pop3capa_put(&p->d.out, &c);
	dialogue_say(&p->d, ".");
	return NEXT_COMMAND;
}

static enum next
cmd_user(struct pop3 *p, const struct pop3cmd *c)
{
	struct talk_ask *a = &p->d.ask;

	talk_forget(a); /* passwords are typed here as well */
	(void)talk_put(c->argument, a->name, sizeof a->name - 1, &a->name_len);
	p->user = true;
	return ok(p, "Password required.");
}

/* Both are UTF-8, or no name and no password (RFC 6856 section 2.2). */
static enum next
cmd_pass(struct pop3 *p, const struct pop3cmd *c)
{
	static const char refused[] = "Login failed.";
	struct talk_ask *a = &p->d.ask;

	if (!p->user)
		return err(p, "USER/PASS required.");
	if (!utf8_valid(span_of(a->name, a->name_len)) ||
	    !utf8_valid(c->argument))
		return ended(p, dialogue_refuse(&p->d, TALK_USER), refused);
	(void)talk_put(
	    c->argument, a->password, sizeof a->password - 1, &a->password_len);
	return try(p, TALK_USER, refused);
}

static enum next
list_mechanisms(struct pop3 *p)
{
	ok(p, "Mechanisms follow:");
	for (size_t i = 0; sasl_name(i) != NULL; i++)
		if (pop3capa_offers(sasl_name(i), p->d.f->tls))
			dialogue_say(&p->d, sasl_name(i));
	if (p->d.f->external[0] != '\0')
		dialogue_say(&p->d, "EXTERNAL");
	dialogue_say(&p->d, ".");
	return NEXT_COMMAND;
}

/* Whether the client may use what it has asked for. */
static bool
is_offered(const struct pop3 *p, struct span mechanism)
{
	if (span_case_is(mechanism, "EXTERNAL"))
		return p->d.f->external[0] != '\0';
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
	talk_forget(&p->d.ask);
	switch (dialogue_sasl(&p->d, &s)) {
	case AUTH_READY:
		return try(p, s.method, refused);
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

/* The files are the keeper's to read. */
static bool
ask_language(struct pop3 *p, struct span range, struct talk_answer *answer,
    struct strbuf *more)
{
	struct talk_ask a = { .kind = TALK_LANG };

	if (!talk_put(range, a.name, sizeof a.name - 1, &a.name_len))
		return false;
	return talk_ask(p->d.keeper, &a, answer, more);
}

static enum next
list_languages(struct pop3 *p)
{
	struct strbuf list = { 0 };
	struct talk_answer answer;

	if (!ask_language(p, span_str(""), &answer, &list))
		return NEXT_GONE;
	ok(p, "Language listing follows:");
	wr_span(&p->d.out, strbuf_span(&list));
	strbuf_clear(&list);
	dialogue_say(&p->d, ".");
	return NEXT_COMMAND;
}

static enum next
cmd_lang(struct pop3 *p, const struct pop3cmd *c)
{
	struct talk_answer answer;
	struct strbuf text = { 0 };

	if (c->argument.p == NULL)
		return list_languages(p);
	if (!ask_language(p, c->argument, &answer, &text))
		return NEXT_GONE;
	if (answer.verdict != TALK_DONE)
		return err(p, "Language not available.");
	strbuf_clear(&p->lang.text);
	memcpy(p->lang.tag, answer.word, sizeof p->lang.tag - 1);
	p->lang.text = text;
	wr_lit(&p->d.out, "+OK ");
	wr_span(&p->d.out, span_str(p->lang.tag));
	return reply(p, " ", "Language changed.");
}

/*
 * RFC 2595 section 4.  Not after UTF8, RFC 6856 section 2.1: the client that
 * says it is new enough to begin with TLS.
 */
static enum next
cmd_stls(struct pop3 *p)
{
	struct strbuf line = { 0 };

	if (!front_has_starttls(p->d.f))
		return err(p, "TLS support not available.");
	strbuf_puts(&line, "+OK ");
	strbuf_cat(
	    &line, lang_text(&p->lang, "Begin SSL/TLS negotiation now."));
	strbuf_puts(&line, "\r\n");
	if (!dialogue_start_tls(&p->d, strbuf_span(&line)))
		return NEXT_GONE;
	return NEXT_SESSION;
}

static enum next
cmd_quit(struct pop3 *p)
{
	ok(p, "Better luck next time.");
	wr_flush(&p->d.out);
	dialogue_event(&p->d, TALK_LOGOUT);
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
		return cmd_stls(p);
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

void
pop3login_talk(const struct front *f, int keeper)
{
	static struct pop3 p;

	dialogue_open(&p.d, f, keeper, POP3CMD_LINE);
	lang_init(&p.lang);
	if (!f->tls_begun)
		ok(&p, "satchel ready.");
	dialogue_run(&p.d, one_command, &p);
}
