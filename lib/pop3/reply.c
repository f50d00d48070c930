/* reply.c: errno to response codes (RFC 3206); texts in their language. */
#include <errno.h>
#include <string.h>

#include "base/nelem.h"
#include "pop3/session.h"

static const struct {
	int err;
	const char *text;
} replies[] = {
	/* clang-format off */
	{ ESTALE, "Can't open the message file - it's gone!" },
	{ EACCES, "[SYS/PERM] Access denied." },
	{ EPERM, "[SYS/PERM] Access denied." },
	{ EROFS, "[SYS/PERM] Mailbox is read-only." },
	{ EBUSY, "[IN-USE] Mailbox is in use, try again." },
	{ ENOSPC, "[SYS/TEMP] No space left." },
	{ EDQUOT, "[SYS/TEMP] No space left." },
	/* clang-format on */
};

const char *
reply_errno(int err)
{
	for (size_t i = 0; i < NELEM(replies); i++)
		if (replies[i].err == err)
			return replies[i].text;
	return "[SYS/TEMP] Input or output error.";
}

/* A response code is for programs: it stays as it is. */
void
reply_put(struct wr *out, const struct lang *l, const char *text, bool good)
{
	const char *end = *text == '[' ? strstr(text, "] ") : NULL;

	wr_span(out, span_str(good ? "+OK " : "-ERR "));
	if (end != NULL) {
		wr_bytes(out, text, (size_t)(end + 2 - text));
		text = end + 2;
	}
	wr_span(out, lang_text(l, text));
	wr_lit(out, "\r\n");
}

enum verdict
session_say(struct session *s, enum verdict v, const char *text)
{
	s->text = text;
	return v;
}

enum verdict
session_errno(struct session *s)
{
	return session_say(s, V_ERR, reply_errno(errno));
}
