/* reply.c: the one table from errno to response codes (RFC 9051 7.1). */
#include <errno.h>

#include "base/nelem.h"
#include "imap/session.h"
#include "store/folder.h"

static const struct {
	int err;
	const char *code;
	const char *text;
} replies[] = {
	/* clang-format off */
	{ ENOENT, "NONEXISTENT", "Mailbox does not exist." },
	{ EEXIST, "ALREADYEXISTS", "Mailbox exists already." },
	{ EINVAL, "CANNOT", "Invalid mailbox name." },
	{ ENAMETOOLONG, "CANNOT", "Mailbox name too long." },
	{ EACCES, "NOPERM", "Access denied." },
	{ EPERM, "NOPERM", "Not allowed for this mailbox." },
	{ EROFS, "NOPERM", "Mailbox is read-only." },
	{ EDQUOT, "OVERQUOTA", "You exceeded your mail quota." },
	{ ENOSPC, "LIMIT", "No write permission or out of disk space." },
	{ ENOTEMPTY, "HASCHILDREN", "Mailbox has children." },
	{ EBUSY, "INUSE", "Mailbox is in use, try again." },
	{ ETIMEDOUT, "INUSE", "Mailbox is in use, try again." },
	{ ESTALE, "EXPUNGEISSUED", "Message is gone." },
	{ EFBIG, "TOOBIG", "Message too large." },
	{ EBADMSG, "SERVERBUG", "Mailbox is damaged." },
	/* outbox.c: too many; sendmail refused */
	{ EMSGSIZE, "ALERT", "Only one message may be sent at a time." },
	{ ECONNABORTED, "ALERT", "Unable to send E-mail message." },
	{ EMFILE, "LIMIT", "Too many open files." },
	{ ENFILE, "UNAVAILABLE", "Too many open files on the server." },
	/* clang-format on */
};

void
reply_errno(int err, const char **code, const char **text)
{
	for (size_t i = 0; i < NELEM(replies); i++) {
		if (replies[i].err != err)
			continue;
		*code = replies[i].code;
		*text = replies[i].text;
		return;
	}
	*code = "SERVERBUG";
	*text = "Input or output error.";
}

enum verdict
session_say(
    struct session *s, enum verdict v, const char *code, const char *text)
{
	strbuf_reset(&s->code);
	if (code != NULL)
		strbuf_puts(&s->code, code);
	s->text = text;
	return v;
}

enum verdict
session_bad(struct session *s)
{
	return session_say(s, V_BAD, NULL, "Error in IMAP command");
}

enum verdict
session_errno(struct session *s)
{
	const char *code, *text;

	reply_errno(errno, &code, &text);
	return session_say(s, V_NO, code, text);
}

enum verdict
session_errno_to(struct session *s, struct span folder)
{
	int failed = errno;

	if (failed == ENOENT && folder_exists(s->account, folder) == -1 &&
	    errno == ENOENT)
		return session_say(
		    s, V_NO, "TRYCREATE", "Mailbox does not exist.");
	errno = failed;
	return session_errno(s);
}
