/* cmd_fetch.c: FETCH and UID FETCH (RFC 9051 sections 6.4.5 and 6.4.9). */
#include <errno.h>

#include "imap/commands.h"
#include "imap/fetch_parse.h"
#include "imap/fetch_send.h"
#include "imap/token.h"

/*
 * What the tagged line says.  A message that another session has expunged is
 * left out (RFC 2180 section 4.1.3); by number its absence is an error that
 * the client learns to read from the code of RFC 5530, by UID it is what
 * RFC 9051 section 6.4.9 says of UIDs that do not exist.
 */
static enum verdict
verdict(const struct fetch *f)
{
	struct session *s = f->s;

	if (f->unknown_cte)
		return session_say(s, V_NO, "UNKNOWN-CTE",
		    "A part has an unknown transfer encoding.");
	if (f->error != 0) {
		errno = f->error;
		return session_errno(s);
	}
	if (f->gone && !s->uid)
		return session_say(
		    s, V_NO, "EXPUNGEISSUED", "Some messages were expunged.");
	return session_say(s, V_OK, NULL, "FETCH completed.");
}

enum verdict
cmd_fetch(struct session *s, struct span args)
{
	struct seqset set;
	struct fetch_items items;
	struct fetch f;
	uint32_t *seqs;
	size_t n;
	enum verdict v;

	if (!p_sp(&args) || !p_sequence_set(&s->arena, &args, &set) ||
	    !p_sp(&args) || !p_fetch_items(&s->arena, &args, &items) ||
	    !p_end(&args))
		return session_bad(s);
	if (!session_seqs(s, &set, &seqs, &n))
		return session_say(
		    s, V_BAD, NULL, "No message has that number.");
	fetch_init(&f, s, &items);
	for (size_t i = 0; i < n && !s->out->failed; i++)
		fetch_message(&f, seqs[i]);
	v = verdict(&f);
	fetch_clear(&f);
	return v;
}
