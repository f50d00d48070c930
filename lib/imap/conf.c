/* conf.c: Courier's settings, and a few of our own. */
#include "imap/conf.h"

#include "base/nelem.h"
#include "sys/env.h"
#include "sys/setting.h"

enum setting_name {
	S_NAMESPACE,
	S_FOLDER_ENCODING,
	S_INDEX,
	S_INDEX_ROOT,
	S_STRICT_8BIT,
	S_APPENDLIMIT,
	S_CHECK_ALL_FOLDERS,
	S_DISABLETHREADSORT,
	S_EMPTYTRASH,
	S_ENHANCEDIDLE,
	S_ID_FIELDS,
	S_IDLE_TIMEOUT,
	S_KEYWORDS,
	S_LOG_DELETIONS,
	S_SANITY_CHECK,
	S_MOVE_TO_TRASH,
	S_OBSOLETE_CLIENT,
	S_TRASHFOLDERNAME,
	S_ULIMITD,
	S_UMASK,
	S_USELOCKS,
	S_OUTBOX,
	S_OUTBOX_MULTIPLE,
	S_SENDMAIL,
	S_HEADERFROM,
	SETTINGS
};

static const struct setting settings[SETTINGS] = {
	[S_NAMESPACE] = { "SATCHEL_NAMESPACE", "INBOX." },
	[S_FOLDER_ENCODING] = { "SATCHEL_FOLDER_ENCODING", "auto" },
	[S_INDEX] = { "SATCHEL_INDEX", "1" },
	[S_INDEX_ROOT] = { "SATCHEL_INDEX_ROOT", NULL },
	[S_STRICT_8BIT] = { "SATCHEL_STRICT_8BIT", "0" },
	[S_APPENDLIMIT] = { "SATCHEL_APPENDLIMIT", "0" },
	[S_CHECK_ALL_FOLDERS] = { "IMAP_CHECK_ALL_FOLDERS", "0" },
	[S_DISABLETHREADSORT] = { "IMAP_DISABLETHREADSORT", "0" },
	[S_EMPTYTRASH] = { "IMAP_EMPTYTRASH", NULL },
	[S_ENHANCEDIDLE] = { "IMAP_ENHANCEDIDLE", "1" },
	[S_ID_FIELDS] = { "IMAP_ID_FIELDS", NULL },
	[S_IDLE_TIMEOUT] = { "IMAP_IDLE_TIMEOUT", "60" },
	[S_KEYWORDS] = { "IMAP_KEYWORDS", "1" },
	[S_LOG_DELETIONS] = { "IMAP_LOG_DELETIONS", "0" },
	[S_SANITY_CHECK] = { "IMAP_MAILBOX_SANITY_CHECK", "1" },
	[S_MOVE_TO_TRASH] = { "IMAP_MOVE_EXPUNGE_TO_TRASH", "0" },
	[S_OBSOLETE_CLIENT] = { "IMAP_OBSOLETE_CLIENT", "0" },
	[S_TRASHFOLDERNAME] = { "IMAP_TRASHFOLDERNAME", "Trash" },
	[S_ULIMITD] = { "IMAP_ULIMITD", NULL },
	[S_UMASK] = { "IMAP_UMASK", "022" },
	[S_USELOCKS] = { "IMAP_USELOCKS", "1" },
	[S_OUTBOX] = { "OUTBOX", NULL },
	[S_OUTBOX_MULTIPLE] = { "OUTBOX_MULTIPLE_SEND", "0" },
	[S_SENDMAIL] = { "SENDMAIL", "/usr/sbin/sendmail" },
	[S_HEADERFROM] = { "HEADERFROM", "X-IMAP-Sender" },
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

static bool
on(enum setting_name s)
{
	const char *def = settings[s].def;

	return env_bool(settings[s].name, def != NULL && *def != '0');
}

/* "022" */
static unsigned
octal(struct span in)
{
	unsigned n = 0;

	for (; in.p < in.end && *in.p >= '0' && *in.p <= '7'; in.p++)
		n = (n << 3 | (unsigned)(*in.p - '0')) & 0777;
	return n;
}

/* HEADERFROM is set but empty: no header at all. */
static const char *
header_from(void)
{
	return env_is_empty("HEADERFROM") ? NULL : value(S_HEADERFROM);
}

static void
read_store(struct store_conf *c)
{
	c->hostname = env_str("HOSTNAME", NULL);
	c->trash = value(S_TRASHFOLDERNAME);
	c->expunge_to_trash = on(S_MOVE_TO_TRASH);
	c->emptytrash = value(S_EMPTYTRASH);
	c->keywords = on(S_KEYWORDS);
	c->use_locks = *value(S_USELOCKS) == '1';
	c->log_deletions = *value(S_LOG_DELETIONS) != '0';
	c->encoding = account_encoding(text(S_FOLDER_ENCODING));
	c->quota = env_str("MAILDIRQUOTA", NULL);
	c->no_index = !on(S_INDEX);
	c->index_root = env_str("SATCHEL_INDEX_ROOT", NULL);
}

void
imap_conf_read(struct imap_conf *c)
{
	const char *outbox = value(S_OUTBOX);

	c->user = env_str(
	    "AUTHENTICATED", env_str("VPOPUSER", env_str("USER", "unknown")));
	c->sender = env_str("AUTHADDR", c->user);
	c->login_tag = env_str("IMAPLOGINTAG", NULL);
	c->ip = env_str("TCPREMOTEIP", "127.0.0.1");
	c->port = env_str("TCPREMOTEPORT", "0");
	c->options = env_str("OPTIONS", "");
	c->tls = env_bool("IMAP_TLS", false);
	c->inbox_prefix = !span_case_is(text(S_NAMESPACE), "none");
	c->check_all = on(S_CHECK_ALL_FOLDERS);
	c->obsolete_client = on(S_OBSOLETE_CLIENT);
	c->no_sorting = on(S_DISABLETHREADSORT);
	c->sanity_check = on(S_SANITY_CHECK);
	c->strict_8bit = on(S_STRICT_8BIT);
	c->keywords = on(S_KEYWORDS);
	c->id_fields = value(S_ID_FIELDS) == NULL
			   ? -1
			   : (int)(env_num(settings[S_ID_FIELDS].name, 0) & 7);
	c->idle_poll = env_num(settings[S_IDLE_TIMEOUT].name, 60);
	if (c->idle_poll == 0)
		c->idle_poll = 1;
	c->idle_notify = on(S_ENHANCEDIDLE);
	c->append_limit = env_num(settings[S_APPENDLIMIT].name, 0);
	c->magic_trash = on(S_MOVE_TO_TRASH);
	c->outbox = outbox != NULL && *outbox == '.' ? outbox + 1 : outbox;
	c->outbox_multiple = on(S_OUTBOX_MULTIPLE);
	c->sendmail = value(S_SENDMAIL);
	c->header_from = header_from();
	c->data_kib = env_num(settings[S_ULIMITD].name, 0);
	c->umask = octal(text(S_UMASK));
	read_store(&c->store);
}

void
imap_conf_print(struct wr *w)
{
	setting_print(w, settings, NELEM(settings));
}
