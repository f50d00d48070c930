/* imaplogin.c: greeting, commands, answers. */
#include "chain/imaplogin.h"

#include "auth/sasl.h"
#include "chain/dialogue.h"
#include "chain/imapcmd.h"
#include "sys/env.h"

enum { DROPS = 8 }; /* lines read to get past one refused command */

static const char *const settings[] = {
	/* clang-format off */
	"IMAP_CAPABILITY", "IMAP_CAPABILITY_TLS", NULL
	/* clang-format on */
};

const struct front_protocol imaplogin_protocol = {
	.name = "IMAP",
	.tls = "IMAP_TLS",
	.tls_required = "IMAP_TLS_REQUIRED",
	.starttls = "IMAP_STARTTLS",
	.starttls_also = "IMAPDSTARTTLS",
	.full = "* BYE [LIMIT] Too many connections from your address.\r\n",
	.tagged = true,
	.port = "143",
	.settings = settings,
};

struct imap {
	struct dialogue d;
	size_t last; /* where in d.line the last line of the command begins */
	struct strbuf tag; /* what tagged replies begin with */
	bool id_told;
};

/*
 * Whether Courier's list of capabilities, where there is one, has AUTH=name.
 * It says what is announced; what is not may be used nevertheless, as LOGIN
 * may, which sends the same.
 */
static bool
is_announced(const struct front *f, const char *name)
{
	const char *set = f->tls ? env_str("IMAP_CAPABILITY_TLS", NULL) : NULL;
	struct span in, word;

	if (set == NULL && (set = env_str("IMAP_CAPABILITY", NULL)) == NULL)
		return true;
	for (in = span_str(set); in.p < in.end;) {
		word = span_cut(&in, ' ');
		if (span_eat_word(&word, "AUTH") && span_eat(&word, '=') &&
		    span_case_is(word, name))
			return true;
	}
	return false;
}

static void
put_capabilities(struct imap *m)
{
	const struct front *f = m->d.f;

	wr_lit(&m->d.out, "CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL- SASL-IR ID "
			  "ENABLE");
	if (front_has_starttls(f))
		wr_lit(&m->d.out, " STARTTLS");
	if (f->tls_required) {
		wr_lit(&m->d.out, " LOGINDISABLED");
		return;
	}
	for (size_t i = 0; sasl_name(i) != NULL; i++) {
		if (!is_announced(f, sasl_name(i)))
			continue;
		wr_lit(&m->d.out, " AUTH=");
		wr_span(&m->d.out, span_str(sasl_name(i)));
	}
	if (f->external[0] != '\0')
		wr_lit(&m->d.out, " AUTH=EXTERNAL");
}

/* A tagged line, or an untagged one to a command whose tag is none. */
static enum next
reply(struct imap *m, const char *text)
{
	if (m->tag.len > 0)
		wr_span(&m->d.out, strbuf_span(&m->tag));
	else
		wr_lit(&m->d.out, "*");
	wr_lit(&m->d.out, " ");
	dialogue_say(&m->d, text);
	return NEXT_COMMAND;
}

static enum next
bye(struct imap *m, const char *text)
{
	wr_lit(&m->d.out, "* BYE ");
	dialogue_say(&m->d, text);
	return NEXT_END;
}

static void
forget(struct imap *m)
{
	dialogue_forget(&m->d);
	m->last = 0;
}

/* What becomes of the connection when a read did not succeed. */
static enum next
unread(struct imap *m, enum rd_result got)
{
	switch (got) {
	case RD_LATE:
		return bye(m, "Login takes too long.");
	case RD_LONG:
		return bye(m, "Line too long.");
	case RD_SIGNAL:
		return bye(m, "Server shutting down.");
	case RD_OK:
	case RD_EOF:
	case RD_ERR:
		break;
	}
	return NEXT_GONE;
}

/* Whether the last line, and no literal before it, promises len bytes. */
static bool
promises(const struct imap *m, uint32_t *len)
{
	const char *from = m->d.line.p + m->last;

	return imapcmd_ends_nonsync(
	    span_of(from, m->d.line.len - m->last), len);
}

/*
 * Get past a refused command whose last line in m->d.line promised a literal
 * without waiting for leave (RFC 7888 section 4): read on or hang up.
 */
static enum next
drop(struct imap *m)
{
	enum rd_result got = RD_OK;
	uint32_t len;

	for (unsigned i = 0; i < DROPS; i++) {
		if (!promises(m, &len))
			return NEXT_COMMAND;
		if (len > IMAPCMD_LITERAL)
			break;
		forget(m);
		if ((got = rd_bytes(&m->d.in, &m->d.line, len)) != RD_OK)
			return unread(m, got);
		forget(m);
		if ((got = rd_line(&m->d.in, &m->d.line, IMAPCMD_LINE)) !=
		    RD_OK)
			return unread(m, got);
	}
	return bye(m, "Literal too long.");
}

static void
take_tag(struct imap *m, struct span tag)
{
	strbuf_reset(&m->tag);
	strbuf_cat(&m->tag, tag);
}

/* The literal that c wants, and the line after it, to the end of m->d.line. */
static enum rd_result
read_literal(struct imap *m, const struct imapcmd *c)
{
	enum rd_result got;

	if (!c->nonsync)
		dialogue_say(&m->d, "+ Ready for literal");
	strbuf_puts(&m->d.line, "\r\n");
	if ((got = rd_bytes(&m->d.in, &m->d.line, c->literal)) != RD_OK)
		return got;
	m->last = m->d.line.len;
	return rd_line(&m->d.in, &m->d.line, IMAPCMD_LINE);
}

/* A whole command into m->d.line and *c; it was answered when *bad. */
static enum next
read_command(struct imap *m, struct imapcmd *c, bool *bad)
{
	enum rd_result got = rd_line(&m->d.in, &m->d.line, IMAPCMD_LINE);
	enum imapcmd_result parsed = IMAPCMD_BAD;
	size_t room;

	*bad = false;
	for (unsigned i = 0; got == RD_OK; i++) {
		parsed = imapcmd_parse(strbuf_span(&m->d.line), c);
		if (parsed != IMAPCMD_WANTS)
			break;
		room = IMAPCMD_LEN - IMAPCMD_LINE;
		if (i == IMAPCMD_LITERALS || c->literal > IMAPCMD_LITERAL ||
		    m->d.line.len > room)
			break;
		got = read_literal(m, c);
	}
	if (got != RD_OK)
		return unread(m, got);
	take_tag(m, c->tag);
	if (parsed == IMAPCMD_DONE && c->verb != IMAPCMD_OTHER)
		return NEXT_COMMAND;
	*bad = true;
	if (parsed == IMAPCMD_DONE)
		reply(m, "BAD Unknown command, or not before login.");
	else if (parsed == IMAPCMD_WANTS)
		reply(m, "BAD Literal too long.");
	else
		reply(m, "BAD Syntax error.");
	return drop(m);
}

static enum next
ended(struct imap *m, enum dialogue_end end)
{
	static const char refused[] = "NO [AUTHENTICATIONFAILED] Login failed.";

	switch (end) {
	case DIALOGUE_SESSION:
		return NEXT_SESSION;
	case DIALOGUE_REFUSED:
		return reply(m, refused);
	case DIALOGUE_REFUSED_LAST:
		reply(m, refused);
		return bye(m, "Too many failures.");
	case DIALOGUE_UNAVAILABLE:
		break;
	}
	reply(m, "NO [UNAVAILABLE] Temporary problem, please try again later");
	return bye(m, "Temporary problem, please try again later");
}

/* The session says the tagged OK: it is told the tag. */
static enum next
try(struct imap *m, enum talk_method method)
{
	struct talk_ask *a = &m->d.ask;

	if (!talk_put(
		strbuf_span(&m->tag), a->tag, sizeof a->tag - 1, &a->tag_len)) {
		talk_forget(a);
		return reply(m, "BAD Tag too long.");
	}
	return ended(m, dialogue_try(&m->d, method));
}

/* The bytes of s, as an account could have them. */
static bool
keep(struct imapcmd_string s, char *to, size_t size, uint32_t *len)
{
	size_t n;

	if (!imapcmd_copy(s, to, size - 1, &n))
		return false;
	*len = (uint32_t)n;
	return true;
}

static enum next
cmd_login(struct imap *m, const struct imapcmd *c)
{
	struct talk_ask *a = &m->d.ask;

	if (keep(c->user, a->name, sizeof a->name, &a->name_len) &&
	    keep(
		c->password, a->password, sizeof a->password, &a->password_len))
		return try(m, TALK_USER);
	return ended(m, dialogue_refuse(&m->d, TALK_USER));
}

static enum next
cmd_authenticate(struct imap *m, const struct imapcmd *c)
{
	struct dialogue_sasl s = {
		.mechanism = c->mechanism,
		.initial = c->initial,
	};

	switch (dialogue_sasl(&m->d, &s)) {
	case AUTH_READY:
		return try(m, s.method);
	case AUTH_BAD:
		return ended(m, dialogue_refuse(&m->d, s.method));
	case AUTH_UNKNOWN:
		return reply(m, "NO Unknown authentication mechanism.");
	case AUTH_CANCELLED:
		return reply(m, "BAD Cancelled.");
	case AUTH_DAMAGED:
		return reply(m, "BAD Not base64.");
	case AUTH_UNREAD:
		break;
	}
	return unread(m, s.got);
}

/* RFC 9051 section 6.2.1 */
static enum next
cmd_starttls(struct imap *m)
{
	struct strbuf ok = { 0 };

	if (!front_has_starttls(m->d.f))
		return reply(m, m->d.f->tls ? "BAD TLS is there already."
					    : "BAD There is no TLS here.");
	strbuf_cat(&ok, strbuf_span(&m->tag));
	strbuf_puts(&ok, " OK Begin SSL/TLS negotiation now.\r\n");
	if (!dialogue_start_tls(&m->d, strbuf_span(&ok)))
		return NEXT_GONE;
	return NEXT_SESSION;
}

static enum next
cmd_logout(struct imap *m)
{
	wr_lit(&m->d.out, "* BYE satchel logging out\r\n");
	reply(m, "OK LOGOUT completed");
	wr_flush(&m->d.out);
	m->d.ask.rcvd = m->d.in.total;
	m->d.ask.sent = m->d.out.total;
	dialogue_event(&m->d, TALK_LOGOUT);
	return NEXT_END;
}

/* What the client calls itself, once, and as far as a line has room. */
static enum next
cmd_id(struct imap *m, const struct imapcmd *c)
{
	struct talk_ask *a = &m->d.ask;

	if (c->id_len > 0 && !m->id_told) {
		a->name_len = (uint32_t)imapcmd_id(c, a->name, sizeof a->name);
		dialogue_event(&m->d, TALK_ID);
		m->id_told = true;
	}
	wr_lit(&m->d.out, "* ID (\"name\" \"satchel\")\r\n");
	return reply(m, "OK ID completed");
}

static enum next
run_command(struct imap *m, const struct imapcmd *c)
{
	switch (c->verb) {
	case IMAPCMD_CAPABILITY:
		wr_lit(&m->d.out, "* ");
		put_capabilities(m);
		wr_lit(&m->d.out, "\r\n");
		return reply(m, "OK CAPABILITY completed");
	case IMAPCMD_NOOP:
		return reply(m, "OK NOOP completed");
	case IMAPCMD_ID:
		return cmd_id(m, c);
	case IMAPCMD_STARTTLS:
		return cmd_starttls(m);
	case IMAPCMD_LOGOUT:
		return cmd_logout(m);
	case IMAPCMD_LOGIN:
	case IMAPCMD_AUTHENTICATE:
		if (m->d.f->tls_required)
			return reply(m, "NO [PRIVACYREQUIRED] TLS required");
		return c->verb == IMAPCMD_LOGIN ? cmd_login(m, c)
						: cmd_authenticate(m, c);
	case IMAPCMD_OTHER:
		break;
	}
	return reply(m, "BAD Unknown command, or not before login.");
}

static enum next
one_command(void *arg, unsigned i)
{
	struct imap *m = arg;
	struct imapcmd c;
	enum next next;
	bool bad;

	if (i == DIALOGUE_COMMANDS)
		return bye(m, "Too many commands.");
	next = read_command(m, &c, &bad);
	if (i == 0 && dialogue_is_foreign(strbuf_span(&m->d.line))) {
		m->d.out.len = 0; /* it gets no answer */
		next = NEXT_GONE;
	}
	if (next == NEXT_COMMAND && !bad)
		next = run_command(m, &c);
	forget(m);
	return next;
}

void
imaplogin_talk(const struct front *f, int keeper)
{
	static struct imap m;

	dialogue_open(&m.d, f, keeper, IMAPCMD_LEN);
	if (!f->tls_begun) { /* RFC 9051 section 6.2.1: no second greeting */
		wr_lit(&m.d.out, "* OK [");
		put_capabilities(&m);
		wr_lit(&m.d.out, "] satchel ready.\r\n");
	}
	dialogue_run(&m.d, one_command, &m);
}
