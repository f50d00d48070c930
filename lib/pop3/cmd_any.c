/* cmd_any.c: CAPA, LANG, NOOP, QUIT, UTF8. */
#include <errno.h>
#include <string.h>

#include "auth/pop3capa.h"
#include "pop3/commands.h"
#include "sys/log.h"

enum verdict
cmd_capa(struct session *s, const struct request_values *v)
{
	(void)v;
	session_begin(s, "Here's what I can do:");
	pop3capa_put(s->out,
	    &(struct pop3capa){ .tls = s->conf->tls, .password = true });
	wr_lit(s->out, ".\r\n");
	return V_SENT;
}

/* RFC 6856 section 3.2: the language, then a text in it. */
enum verdict
cmd_lang(struct session *s, const struct request_values *v)
{
	struct strbuf list = { 0 };

	if (v->word.p != NULL) {
		if (!lang_choose(&s->lang, v->word))
			return session_say(s, V_ERR, "Language not available.");
		strbuf_puts(&s->data, s->lang.tag);
		return session_say(s, V_OK, "Language changed.");
	}
	session_begin(s, "Language listing follows:");
	lang_list(&list);
	wr_span(s->out, strbuf_span(&list));
	wr_lit(s->out, ".\r\n");
	strbuf_clear(&list);
	return V_SENT;
}

enum verdict
cmd_noop(struct session *s, const struct request_values *v)
{
	(void)v;
	return session_say(s, V_OK, "Yup.");
}

/* Before login is where it belongs; one client is late with it. */
enum verdict
cmd_utf8(struct session *s, const struct request_values *v)
{
	(void)v;
	s->utf8 = true;
	return session_say(s, V_OK, "UTF8 enabled");
}

/* --- QUIT ---------------------------------------------------------------- */

static void
log_removal(void *arg, const char *name)
{
	const struct session *s = arg;

	log_line("INFO",
	    "DELETED, user=%s, ip=[%s], port=[%s], filename=cur/%s",
	    s->conf->user, s->conf->ip, s->conf->port, name);
}

enum verdict
cmd_quit(struct session *s, const struct request_values *v)
{
	struct maildrop_end end = { .to_trash = s->conf->to_trash,
		.on_remove = s->conf->log_deletions ? log_removal : NULL,
		.arg = s };

	(void)v;
	/* whoever pipelined RETR, DELE and QUIT may be gone */
	wr_flush(s->out);
	if (s->out->failed)
		return V_SENT;
	if (maildrop_update(s->drop, &end) == 0)
		return session_say(s, V_QUIT, "Bye-bye.");
	log_line("ERR", "%u messages not removed: %s, user=%s",
	    (unsigned)end.failed, strerror(errno), s->conf->user);
	s->failed = true;
	return session_say(
	    s, V_QUIT, "[SYS/TEMP] Some deleted messages not removed.");
}
