/*
 * history.c: what went from a mailbox, and when the rest of it came.
 *
 * Mod-sequences and this history live as long as the session: a client that
 * comes back with a mod-sequence of an earlier one is told that all may have
 * changed, which is always true (mailbox.h).
 */
#include "store/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "store/box.h"
#include "sys/clock.h"

enum { GONE_MAX = 20000 }; /* then the older half is forgotten */

struct gone {
	uint64_t modseq;
	uint32_t uid;
};

struct saved {
	int64_t time;
	uint32_t uid;
};

void
history_begin(struct mailbox *m)
{
	if (m->state.highestmodseq == 0)
		(void)box_modseq(m); /* RFC 7162 section 7: it is positive */
	m->history.since = m->state.highestmodseq;
}

void
history_clear(struct mailbox *m)
{
	strbuf_clear(&m->history.gone);
	strbuf_clear(&m->history.saved);
}

static void
forget_half(struct history *h)
{
	size_t half =
	    h->gone.len / sizeof(struct gone) / 2 * sizeof(struct gone);
	struct gone last;

	memcpy(&last, h->gone.p + half - sizeof last, sizeof last);
	h->since = last.modseq;
	memmove(h->gone.p, h->gone.p + half, h->gone.len - half);
	strbuf_cut(&h->gone, h->gone.len - half);
}

void
history_gone(struct mailbox *m, uint32_t uid, uint64_t modseq)
{
	struct history *h = &m->history;
	struct gone g = { modseq, uid };

	if (h->since == 0)
		return;
	if (h->gone.len >= GONE_MAX * sizeof g)
		forget_half(h);
	strbuf_add(&h->gone, &g, sizeof g);
}

void
history_came(struct mailbox *m, uint32_t uid)
{
	struct saved s = { clock_now(), uid };

	if (m->history.since != 0)
		strbuf_add(&m->history.saved, &s, sizeof s);
}

static int
by_uid(const void *x, const void *y)
{
	const uint32_t *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

/* The UIDs v[0..n-1], in ranges. */
static void
give_ranges(uint32_t *v, size_t n, mailbox_uids *each, void *arg)
{
	size_t from = 0;

	qsort(v, n, sizeof *v, by_uid);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && v[i] - v[i - 1] <= 1)
			continue;
		each(arg, v[from], v[i - 1]);
		from = i;
	}
}

bool
mailbox_vanished(
    struct mailbox *m, uint64_t since, mailbox_uids *each, void *arg)
{
	const struct history *h = &m->history;
	size_t max = h->gone.len / sizeof(struct gone), n = 0;
	struct gone g;
	uint32_t *v;

	if (since < h->since || since > m->state.highestmodseq)
		return false;
	if ((v = malloc((max + 1) * sizeof *v)) == NULL)
		oom();
	for (size_t i = 0; i < max; i++) {
		memcpy(&g, h->gone.p + i * sizeof g, sizeof g);
		if (g.modseq > since)
			v[n++] = g.uid;
	}
	if (n > 0)
		give_ranges(v, n, each, arg);
	free(v);
	return true;
}

int64_t
mailbox_saved(struct mailbox *m, uint32_t seq)
{
	size_t lo = 0, hi = m->history.saved.len / sizeof(struct saved);
	uint32_t uid = mailbox_message(m, seq).uid;
	struct saved s;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		memcpy(&s, m->history.saved.p + mid * sizeof s, sizeof s);
		if (s.uid == uid)
			return s.time;
		if (s.uid < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return -1;
}
