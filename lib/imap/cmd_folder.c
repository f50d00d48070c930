/* cmd_folder.c: CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE. */
#include <errno.h>

#include "base/nelem.h"
#include "imap/commands.h"
#include "imap/name.h"
#include "imap/out.h"
#include "imap/use.h"
#include "store/folder.h"
#include "store/registry.h"
#include "store/subs.h"

static enum verdict
bad_name(struct session *s)
{
	return session_say(s, V_NO, "CANNOT", "Invalid mailbox name.");
}

/* SP mailbox */
static bool
p_sp_mailbox(struct session *s, struct span *in, struct span *name)
{
	return p_sp(in) && p_astring(&s->arena, in, name);
}

/* The one argument of four commands; false: *v is the answer. */
static bool
one_folder(
    struct session *s, struct span args, struct span *folder, enum verdict *v)
{
	struct span name;

	*v = V_BAD;
	if (!p_sp_mailbox(s, &args, &name) || !p_end(&args)) {
		(void)session_bad(s);
		return false;
	}
	*v = V_NO;
	if (name_to_folder(s, name, folder))
		return true;
	(void)bad_name(s);
	return false;
}

/* --- CREATE -------------------------------------------------------------- */

/*
 * create-param = SP "(" "USE" SP "(" [use-attr *(SP use-attr)] ")" ")"
 * (RFC 6154 section 3).  False is BAD; an unknown use sets *known to false.
 */
static bool
p_create_use(struct span *in, unsigned *uses, bool *known)
{
	unsigned use;

	if (!p_sp(in) || !span_eat(in, '(') || !p_word(in, "USE") ||
	    !p_sp(in) || !span_eat(in, '('))
		return false;
	if (span_eat(in, ')'))
		return span_eat(in, ')');
	do {
		if (!p_use(in, &use))
			return false;
		*known = *known && use != 0;
		*uses |= use;
	} while (p_sp(in));
	return span_eat(in, ')') && span_eat(in, ')');
}

/* What CREATE has to tell (RFC 8474 section 4.1). */
static enum verdict
created(struct session *s, struct span folder)
{
	char id[MAILBOX_OBJECTID_LEN + 1];
	uint32_t uidvalidity;

	(void)session_say(s, V_OK, NULL, "mailbox created.");
	if (registry_uidvalidity(s->account, folder, &uidvalidity) == -1 ||
	    mailbox_id(s->account, folder, uidvalidity, id) == -1)
		return V_OK; /* it is there */
	strbuf_puts(&s->code, "MAILBOXID (");
	strbuf_puts(&s->code, id);
	strbuf_putc(&s->code, ')');
	return V_OK;
}

enum verdict
cmd_create(struct session *s, struct span args)
{
	struct span name, folder;
	unsigned uses = 0;
	bool known = true;

	if (!p_sp_mailbox(s, &args, &name))
		return session_bad(s);
	if (!p_end(&args) &&
	    (!p_create_use(&args, &uses, &known) || !p_end(&args)))
		return session_bad(s);
	if (!known)
		return session_say(
		    s, V_NO, "USEATTR", "Special use not known.");
	/* A trailing delimiter says that children will come (6.3.4). */
	if (name.p < name.end && name.end[-1] == '.')
		name.end--;
	if (!name_to_folder(s, name, &folder))
		return bad_name(s);
	if (folder_create(s->account, folder, uses) == 0)
		return created(s, folder);
	if (errno == EBUSY)
		return session_say(s, V_NO, "USEATTR",
		    "Another mailbox has this special use.");
	return session_errno(s);
}

/* --- DELETE, RENAME ------------------------------------------------------ */

enum verdict
cmd_delete(struct session *s, struct span args)
{
	struct span folder;
	enum verdict v;

	if (!one_folder(s, args, &folder, &v))
		return v;
	if (s->mbox != NULL && span_eq(mailbox_folder(s->mbox), folder))
		return session_say(
		    s, V_NO, "INUSE", "Cannot delete currently-open folder.");
	if (folder_delete(s->account, folder) == -1)
		return session_errno(s);
	return session_say(s, V_OK, NULL, "Folder deleted.");
}

enum verdict
cmd_rename(struct session *s, struct span args)
{
	struct span from_name, to_name, from, to;

	if (!p_sp_mailbox(s, &args, &from_name) ||
	    !p_sp_mailbox(s, &args, &to_name) || !p_end(&args))
		return session_bad(s);
	if (!name_to_folder(s, from_name, &from) ||
	    !name_to_folder(s, to_name, &to))
		return bad_name(s);
	if (folder_rename(s->account, from, to) == -1)
		return session_errno(s);
	return session_say(s, V_OK, NULL, "Folder renamed.");
}

/* --- subscriptions ------------------------------------------------------- */

static enum verdict
subscription(struct session *s, struct span args,
    int (*change)(struct account *a, struct span name), const char *done)
{
	struct span folder;
	enum verdict v;

	if (!one_folder(s, args, &folder, &v))
		return v;
	if (change(s->account, folder) == -1)
		return session_errno(s);
	return session_say(s, V_OK, NULL, done);
}

enum verdict
cmd_subscribe(struct session *s, struct span args)
{
	return subscription(s, args, subs_add, "Folder subscribed.");
}

enum verdict
cmd_unsubscribe(struct session *s, struct span args)
{
	return subscription(s, args, subs_remove, "Folder unsubscribed.");
}
