/* conf.c: Courier's settings, and a few of our own. */
#include "pop3/conf.h"

#include "base/nelem.h"
#include "sys/env.h"
#include "sys/setting.h"

enum setting_name {
	S_EMPTYTRASH,
	S_TRASHFOLDERNAME,
	S_USELOCKS,
	S_UNICODE_TYPE,
	S_AUTH,
	S_AUTH_TLS,
	S_LOG_DELETIONS,
	S_MOVE_TO_TRASH,
	S_FOLDER_ENCODING,
	S_LANG,
	S_LANG_DIR,
	S_INDEX,
	S_INDEX_ROOT,
	S_EXPIRE,
	S_LOGIN_DELAY,
	S_UIDL,
	SETTINGS
};

static const struct setting settings[SETTINGS] = {
	[S_EMPTYTRASH] = { "IMAP_EMPTYTRASH", NULL },
	[S_TRASHFOLDERNAME] = { "IMAP_TRASHFOLDERNAME", "Trash" },
	[S_USELOCKS] = { "IMAP_USELOCKS", "1" },
	[S_UNICODE_TYPE] = { "MIME_UNICODE_MESSAGE_TYPE", "message/global" },
	[S_AUTH] = { "POP3AUTH", NULL },
	[S_AUTH_TLS] = { "POP3AUTH_TLS", NULL },
	[S_LOG_DELETIONS] = { "POP3_LOG_DELETIONS", "0" },
	[S_MOVE_TO_TRASH] = { "POP3_MOVE_DELETED_TO_TRASH", "0" },
	[S_FOLDER_ENCODING] = { "SATCHEL_FOLDER_ENCODING", "auto" },
	[S_LANG] = { "SATCHEL_LANG", "en" },
	[S_LANG_DIR] = { "SATCHEL_LANG_DIR", NULL },
	[S_INDEX] = { "SATCHEL_INDEX", "1" },
	[S_INDEX_ROOT] = { "SATCHEL_INDEX_ROOT", NULL },
	[S_EXPIRE] = { "SATCHEL_POP3_EXPIRE", NULL },
	[S_LOGIN_DELAY] = { "SATCHEL_POP3_LOGIN_DELAY", "0" },
	[S_UIDL] = { "SATCHEL_POP3_UIDL", "courier" },
};

static const char *
value(enum setting_name s)
{
	return setting_value(&settings[s]);
}

static struct span
text(enum setting_name s)
{
	return setting_text(&settings[s]);
}

static enum maildrop_uidl
uidl(void)
{
	if (span_case_is(text(S_UIDL), "dovecot"))
		return UIDL_DOVECOT;
	if (span_case_is(text(S_UIDL), "name"))
		return UIDL_NAME;
	return UIDL_COURIER;
}

/* A media type goes into a header, so it has to look like one. */
static const char *
unicode_type(void)
{
	struct span s = text(S_UNICODE_TYPE);

	for (; s.p < s.end; s.p++)
		if (*s.p <= ' ' || *s.p > '~' || *s.p == ';')
			return settings[S_UNICODE_TYPE].def;
	return value(S_UNICODE_TYPE);
}

static void
read_store(struct store_conf *c)
{
	c->hostname = env_str("HOSTNAME", NULL);
	c->trash = value(S_TRASHFOLDERNAME);
	c->emptytrash = value(S_EMPTYTRASH);
	c->keywords = 1;
	c->use_locks = *value(S_USELOCKS) == '1';
	c->encoding = account_encoding(text(S_FOLDER_ENCODING));
	c->quota = env_str("MAILDIRQUOTA", NULL);
	c->no_index = !env_bool(settings[S_INDEX].name, true);
	c->index_root = env_str("SATCHEL_INDEX_ROOT", NULL);
}

void
pop3_conf_read(struct pop3_conf *c)
{
	const char *who = env_str("AUTHENTICATED", NULL);

	c->ip = env_str("TCPREMOTEIP", "127.0.0.1");
	c->port = env_str("TCPREMOTEPORT", "0");
	/* checkpassword programs tell USER; only then is that who logged in */
	c->login = who != NULL || env_str("TCPREMOTEIP", NULL) != NULL;
	if (who == NULL && c->login)
		who = env_str("VPOPUSER", env_str("USER", NULL));
	c->user = env_str("AUTHADDR", who != NULL ? who : "nobody");
	c->options = env_str("OPTIONS", "");
	c->lang = env_str("SATCHEL_LANGTAG", NULL);
	c->tls = env_bool("POP3_TLS", false);
	c->utf8 = env_bool("UTF8", true);
	c->log_deletions = *value(S_LOG_DELETIONS) != '0';
	c->to_trash = env_bool(settings[S_MOVE_TO_TRASH].name, false);
	c->uidl = uidl();
	c->login_delay = env_num(settings[S_LOGIN_DELAY].name, 0);
	c->unicode_type = unicode_type();
	read_store(&c->store);
}

void
pop3_conf_print(struct wr *w)
{
	setting_print(w, settings, NELEM(settings));
}
