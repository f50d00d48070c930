/* cmd_quota.c: GETQUOTA, GETQUOTAROOT, SETQUOTA (RFC 9208). */
#include "imap/commands.h"
#include "imap/name.h"
#include "imap/out.h"
#include "store/folder.h"
#include "store/quota.h"

/* The one root, named as Courier names it. */
static const char root[] = "ROOT";

static void
resource(struct session *s, const char *name, uint64_t used, uint64_t limit)
{
	wr_span(s->out, span_str(name));
	wr_num(s->out, used);
	wr_putc(s->out, ' ');
	wr_num(s->out, limit);
}

/* STORAGE counts units of 1024 octets, rounded up. */
static uint64_t
units(uint64_t bytes)
{
	return bytes / 1024 + (bytes % 1024 != 0);
}

static enum verdict
put_quota(struct session *s)
{
	struct quota q;

	if (quota_get(s->account, &q) == -1)
		return session_errno(s);
	wr_lit(s->out, "* QUOTA \"ROOT\" (");
	if (q.has_bytes)
		resource(s, "STORAGE ", units(q.bytes), units(q.bytes_limit));
	if (q.has_messages)
		resource(s, q.has_bytes ? " MESSAGE " : "MESSAGE ", q.messages,
		    q.messages_limit);
	wr_lit(s->out, ")\r\n");
	return V_OK;
}

enum verdict
cmd_getquota(struct session *s, struct span args)
{
	struct span name;

	if (!p_sp(&args) || !p_astring(&s->arena, &args, &name) ||
	    !p_end(&args))
		return session_bad(s);
	if (!span_is(name, root))
		return session_say(
		    s, V_NO, "NONEXISTENT", "No such quota root.");
	return put_quota(s);
}

enum verdict
cmd_getquotaroot(struct session *s, struct span args)
{
	struct span name, folder;

	if (!p_sp(&args) || !p_astring(&s->arena, &args, &name) ||
	    !p_end(&args))
		return session_bad(s);
	if (!name_to_folder(s, name, &folder))
		return session_say(
		    s, V_NO, "NONEXISTENT", "Invalid mailbox name.");
	if (folder_exists(s->account, folder) == -1)
		return session_errno(s);
	wr_lit(s->out, "* QUOTAROOT ");
	out_mailbox(s, folder);
	wr_lit(s->out, " \"ROOT\"\r\n");
	return put_quota(s);
}

enum verdict
cmd_setquota(struct session *s, struct span args)
{
	(void)args;
	return session_say(s, V_NO, "NOPERM", "SETQUOTA No permission.");
}
