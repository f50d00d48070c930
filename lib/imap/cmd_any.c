/* cmd_any.c: CAPABILITY, NOOP, CHECK, LOGOUT, ID, ENABLE. */
#include <sys/utsname.h>

#include "base/nelem.h"
#include "base/version.h"
#include "imap/commands.h"
#include "imap/limits.h"
#include "imap/modseq.h"
#include "imap/out.h"
#include "imap/update.h"
#include "sys/log.h"

enum verdict
cmd_capability(struct session *s, struct span args)
{
	if (!p_end(&args))
		return session_bad(s);
	wr_lit(s->out, "* CAPABILITY ");
	command_capabilities(s);
	wr_lit(s->out, "\r\n");
	return V_OK;
}

enum verdict
cmd_noop(struct session *s, struct span args)
{
	if (!p_end(&args))
		return session_bad(s);
	if (s->mbox != NULL)
		update_sync(s, true);
	return V_OK;
}

enum verdict
cmd_check(struct session *s, struct span args)
{
	return cmd_noop(s, args);
}

enum verdict
cmd_logout(struct session *s, struct span args)
{
	if (!p_end(&args))
		return session_bad(s);
	wr_lit(s->out, "* BYE satchel server shutting down\r\n");
	s->state = STATE_LOGOUT;
	return V_OK;
}

/* --- ID (RFC 2971) ------------------------------------------------------- */

static void
id_pair(struct session *s, const char *name, const char *value)
{
	wr_putc(s->out, ' ');
	out_string(s->out, span_str(name), false);
	wr_putc(s->out, ' ');
	out_string(s->out, span_str(value), false);
}

/* IMAP_ID_FIELDS: 1 version, 2 system, 4 its release (satchel-imap(7)). */
static void
id_answer(struct session *s)
{
	int fields = s->conf->id_fields < 0 ? 0 : s->conf->id_fields;
	struct utsname un;

	wr_lit(s->out, "* ID (\"name\" \"satchel\"");
	if (fields & 1)
		id_pair(s, "version", SATCHEL_VERSION);
	if ((fields & 6) && uname(&un) == 0) {
		if (fields & 2)
			id_pair(s, "os", un.sysname);
		if (fields & 4)
			id_pair(s, "os-version", un.release);
	}
	wr_lit(s->out, ")\r\n");
}

/* string SP nstring; appended to what is logged */
static bool
p_id_pair(struct session *s, struct span *in, struct strbuf *log)
{
	struct span name, value;

	if (!p_string(&s->arena, in, &name) || !p_sp(in) ||
	    !p_nstring(&s->arena, in, &value))
		return false;
	if (span_len(name) > 30 || span_len(value) > LIMIT_ID_VALUE)
		return false;
	strbuf_puts(log, ", ");
	strbuf_cat(log, name);
	strbuf_putc(log, '=');
	if (value.p != NULL)
		strbuf_cat(log, value);
	else
		strbuf_puts(log, "(nil)");
	return true;
}

/* id-params-list = "(" *(string SP nstring) ")" / nil */
static bool
p_id(struct session *s, struct span *in, struct strbuf *log)
{
	if (p_word(in, "NIL"))
		return true;
	if (!span_eat(in, '('))
		return false;
	for (unsigned n = 0; !span_eat(in, ')'); n++)
		if (n == LIMIT_ID_PAIRS || (n > 0 && !p_sp(in)) ||
		    !p_id_pair(s, in, log))
			return false;
	return true;
}

enum verdict
cmd_id(struct session *s, struct span args)
{
	struct strbuf log = { 0 };
	bool good = p_sp(&args) && p_id(s, &args, &log) && p_end(&args);

	if (good && log.len > 0)
		log_line("INFO", "ID, user=%s, ip=[%s], port=[%s]%s",
		    s->conf->user, s->conf->ip, s->conf->port, log.p);
	strbuf_clear(&log);
	if (!good)
		return session_bad(s);
	id_answer(s);
	return V_OK;
}

/* --- ENABLE (RFC 5161) --------------------------------------------------- */

enum {
	ENABLE_UTF8 = 1 << 0,
	ENABLE_REV2 = 1 << 1,
	ENABLE_CONDSTORE = 1 << 2,
	ENABLE_QRESYNC = 1 << 3,
};

static const char *const extensions[] = { "UTF8=ACCEPT", "IMAP4rev2",
	"CONDSTORE", "QRESYNC" };

static unsigned
extension(struct span word)
{
	for (unsigned i = 0; i < NELEM(extensions); i++)
		if (span_case_is(word, extensions[i]))
			return 1U << i;
	return 0; /* ignored (RFC 5161 section 3.1) */
}

enum verdict
cmd_enable(struct session *s, struct span args)
{
	unsigned asked = 0, n;
	struct span word;

	for (n = 0; p_sp(&args) && p_atom(&args, &word); n++)
		asked |= extension(word);
	if (n == 0 || !p_end(&args))
		return session_bad(s);
	wr_lit(s->out, "* ENABLED");
	for (unsigned i = 0; i < NELEM(extensions); i++) {
		if (!(asked & 1U << i))
			continue;
		wr_putc(s->out, ' ');
		wr_span(s->out, span_str(extensions[i]));
	}
	wr_lit(s->out, "\r\n");
	s->utf8 |= (asked & (ENABLE_UTF8 | ENABLE_REV2)) != 0;
	s->rev2 |= (asked & ENABLE_REV2) != 0;
	s->qresync |= (asked & ENABLE_QRESYNC) != 0;
	if (asked & (ENABLE_CONDSTORE | ENABLE_QRESYNC))
		modseq_enable(s);
	return session_say(s, V_OK, NULL, "Options enabled");
}
