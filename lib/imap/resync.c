/* resync.c: SELECT with QRESYNC (RFC 7162 section 3.2.5). */
#include "imap/resync.h"

#include "imap/modseq.h"
#include "imap/out.h"
#include "imap/vanished.h"

/*
 * Of the len numbers from number on and the UIDs from uid on the last pair
 * that is right, as its UID; 0: none is.  UIDs rise by at least one for each
 * number, so that the difference can be searched.
 */
static uint32_t
last_match(struct session *s, uint32_t number, uint32_t uid, uint32_t len)
{
	uint32_t lo = 0, hi, mid, is;

	if (number > s->exists)
		return 0;
	if (len > s->exists - number + 1)
		len = s->exists - number + 1;
	for (hi = len; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		is = mailbox_message(s->mbox, number + mid).uid;
		if (is <= uid + mid)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return 0;
	is = mailbox_message(s->mbox, number + lo - 1).uid;
	return is == uid + lo - 1 ? is : 0;
}

/*
 * Up to and including which UID the client knows what there is
 * (section 3.2.5.2): the two sets side by side, as many numbers at a time as
 * are in one range of each.
 */
static uint32_t
known_up_to(struct session *s, const struct select_qresync *k)
{
	size_t i = 0, j = 0;
	uint32_t at = 0, of = 0, found = 0, left, one, match;

	while (i < k->numbers.n && j < k->uids.n) {
		struct seqrange n = k->numbers.r[i], u = k->uids.r[j];

		left = n.b - n.a - at;
		one = u.b - u.a - of;
		left = left < one ? left : one; /* numbers but one */
		match = last_match(s, n.a + at, u.a + of,
		    left == UINT32_MAX ? left : left + 1);
		found = match != 0 ? match : found;
		at += left;
		of += left;
		if (at++ == n.b - n.a) {
			at = 0;
			i++;
		}
		if (of++ == u.b - u.a) {
			of = 0;
			j++;
		}
	}
	return found;
}

static void
put_changed(struct session *s, uint64_t since, const struct seqset *known)
{
	for (uint32_t seq = 1; seq <= s->exists; seq++) {
		struct message m = mailbox_message(s->mbox, seq);

		if (m.modseq > since &&
		    (known == NULL || seqset_has(known, m.uid)))
			out_fetch_flags(s, seq, true);
	}
}

void
resync(struct session *s, const struct select_qresync *known)
{
	const struct mailbox_state *st = mailbox_state(s->mbox);
	const struct seqset *set = known->has_known ? &known->known : NULL;
	uint64_t since = known->modseq;

	if (!modseq_is_on(s) || known->uidvalidity != st->uidvalidity ||
	    since == st->highestmodseq)
		return;
	vanished_earlier(s, since, set, known_up_to(s, known));
	put_changed(s, since > st->highestmodseq ? 0 : since, set);
}
