/*
 * dropuids.c: no UIDL for two messages.
 *
 * We write no such list.  Courier does when the counter in its header is
 * behind the entries, and so may whoever made one by hand.  A client takes
 * the second message for one that it has, and never loads it.
 */
#include <stdlib.h>

#include "base/oom.h"
#include "store/drop.h"

struct uid_key {
	uint64_t uid; /* behind its euidv */
	uint32_t i;
};

static uint64_t
key(const struct drop_message *m)
{
	return (uint64_t)m->euidv << 32 | m->uid;
}

static bool
has_uid(const struct drop_message *m)
{
	return m->listed && m->uid != 0;
}

/* As it is in nearly every list. */
static bool
is_rising(const struct maildrop *d)
{
	uint64_t last = 0;

	for (size_t i = 0; i < d->n; i++) {
		if (!has_uid(&d->msgs[i]))
			continue;
		if (key(&d->msgs[i]) <= last)
			return false;
		last = key(&d->msgs[i]);
	}
	return true;
}

static int
cmp(const void *a, const void *b)
{
	const struct uid_key *x = a, *y = b;

	if (x->uid != y->uid)
		return x->uid < y->uid ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

static void
part_numbers(struct maildrop *d)
{
	struct uid_key *keys = calloc(d->n, sizeof *keys);
	size_t n = 0;

	if (keys == NULL)
		oom();
	for (size_t i = 0; i < d->n; i++)
		if (has_uid(&d->msgs[i]))
			keys[n++] =
			    (struct uid_key){ key(&d->msgs[i]), (uint32_t)i };
	qsort(keys, n, sizeof *keys, cmp);
	for (size_t k = 1; k < n; k++)
		if (keys[k].uid == keys[k - 1].uid)
			d->msgs[keys[k].i].listed = false;
	free(keys);
}

/* With info and without: neighbours, whose UIDL is their base. */
static void
part_bases(struct maildrop *d)
{
	struct drop_message *m = d->msgs;

	for (size_t i = 1; i < d->n; i++)
		if (m[i].listed && m[i].uid == 0 && m[i - 1].listed &&
		    m[i - 1].uid == 0 &&
		    maildir_cmp(span_str(drop_name(d, i - 1)),
			span_str(drop_name(d, i))) == 0)
			m[i].listed = false;
}

void
dropuids_part(struct maildrop *d)
{
	part_bases(d);
	if (!is_rising(d))
		part_numbers(d);
}
