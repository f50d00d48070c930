/*
 * objectid.c: identifiers of mailboxes and messages (RFC 8474).
 *
 * An identifier must be the same for ever, and nothing that is kept in a cache
 * is.  So they are derived from what is truth already, and written down only
 * where that changes and they may not:
 *
 *	EMAILID		from the base, which is unique for ever.  A copy has
 *			a base of its own: there the original's identifier is
 *			a field of the base itself, ",E=...".  Other programs
 *			keep what stands in a base, so it comes along wherever
 *			they move the file.
 *	MAILBOXID	from the folder's name and UIDVALIDITY, which come
 *			together once only (satchel-folders(5)).  RENAME notes
 *			the one of before there.
 *
 * Rejected: to note each MAILBOXID when it is first asked for: every first
 * SELECT and a STATUS of each of a thousand folders would write and sync that
 * file, and a tree that cannot be written would have none.  An identifier of
 * the message's bytes: every message would have to be read.
 */
#include "store/objectid.h"

#include <string.h>

#include "base/sha256.h"
#include "store/box.h"
#include "store/flags.h"
#include "store/registry.h"

enum { DIGITS = OBJECTID_LEN - 1, FIELD = 3 };

static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

void
objectid_digest(struct span s, char out[OBJECTID_LEN])
{
	unsigned char d[SHA256_LEN];
	size_t at = 0;

	sha256(s, d);
	for (size_t i = 0; i < DIGITS; i += 8, at += 5) {
		uint64_t bits = 0;

		for (size_t j = 0; j < 5; j++)
			bits = bits << 8 | d[at + j];
		for (size_t j = 0; j < 8; j++)
			out[i + j] = digits[bits >> (35 - 5 * j) & 31];
	}
	out[DIGITS] = '\0';
}

/* What stands behind the last ",E=" of base, if it is an identifier. */
static bool
find_field(struct span base, char out[OBJECTID_LEN])
{
	for (size_t i = span_len(base); i >= FIELD; i--) {
		struct span id = { base.p + i, base.end };
		const char *comma;

		if (memcmp(id.p - FIELD, ",E=", FIELD) != 0)
			continue;
		if ((comma = span_find(id, ',')) != NULL)
			id.end = comma;
		if (span_len(id) != DIGITS)
			return false;
		memcpy(out, id.p, DIGITS);
		out[DIGITS] = '\0';
		return strspn(out, digits) == DIGITS;
	}
	return false;
}

void
objectid_message(struct span filename, char out[OBJECTID_LEN])
{
	struct span base = flags_base(filename);

	if (!find_field(base, out))
		objectid_digest(base, out);
}

void
objectid_keep(struct span source, struct strbuf *base)
{
	char id[OBJECTID_LEN];

	objectid_message(source, id);
	strbuf_puts(base, ",E=");
	strbuf_puts(base, id);
}

void
mailbox_emailid(
    struct mailbox *m, uint32_t seq, char out[MAILBOX_OBJECTID_LEN + 1])
{
	out[0] = 'M';
	objectid_message(span_str(box_name(m, box_place(m, seq))), out + 1);
}

int
mailbox_id(struct account *a, struct span folder, uint32_t uidvalidity,
    char out[MAILBOX_OBJECTID_LEN + 1])
{
	struct strbuf key = { 0 };
	char id[OBJECTID_LEN];
	int r = registry_id(a, folder, uidvalidity, id);

	if (r == -1)
		return -1;
	if (r == 0) {
		strbuf_cat(&key, folder);
		strbuf_putc(&key, '/'); /* is in no name */
		strbuf_num(&key, uidvalidity);
		objectid_digest(strbuf_span(&key), id);
		strbuf_clear(&key);
	}
	out[0] = 'F';
	memcpy(out + 1, id, sizeof id);
	return 0;
}
