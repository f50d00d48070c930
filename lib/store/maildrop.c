/*
 * maildrop.c: the INBOX as POP3 sees it.
 *
 * Nothing here is locked while a session lasts: two sessions may see and
 * delete the same messages, deliveries and other protocols go on.  What must
 * not happen is that a UIDL is given twice, to two messages or to one, since
 * a client that leaves mail on the server would miss one of them, or load it
 * again.  So the list is written under the folder's lock, and who finds,
 * once he has it, that the list is no longer the one that he has read, looks
 * at everything again.  (Courier takes no lock; against it nothing helps.)
 * A session that finds nothing new writes nothing and takes no lock.
 */
#include "store/maildrop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/oom.h"
#include "store/box.h"
#include "store/drop.h"
#include "store/droplist.h"
#include "store/dropstamp.h"
#include "store/flags.h"
#include "store/lock.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"

static const char list_name[] = "courierpop3dsizelist";

enum { TRIES = 4 }; /* against others who rename the same file */

/* --- the list -------------------------------------------------------- */

/* Whether the list says something else than the maildrop. */
static bool
is_stale(const struct maildrop *d)
{
	if (droplist_is_open(d))
		return false;
	if (d->dropped || (!d->list.neat && d->n > 0))
		return true;
	for (size_t i = 0; i < d->n; i++)
		if (!d->msgs[i].listed || d->msgs[i].recounted)
			return true;
	return false;
}

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Look again if somebody else has written the list since it was read. */
static int
refresh(struct maildrop *d)
{
	struct stat st;

	if (fstatat(d->md.dir, list_name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		st = (struct stat){ 0 };
	else if (!S_ISREG(st.st_mode))
		st = (struct stat){ 0 };
	if (is_same_file(&st, &d->list_st))
		return 0;
	drop_reset(d);
	return drop_scan(d);
}

static void
give_uids(struct maildrop *d)
{
	struct sizelist *l = &d->list;

	if (l->uidv == 0)
		l->uidv = (uint32_t)clock_now();
	if (l->nextuid == 0)
		l->nextuid = 1;
	for (size_t i = 0; i < d->n; i++) {
		if (d->msgs[i].listed)
			continue;
		if (l->nextuid == UINT32_MAX) { /* begin anew */
			l->nextuid = 1;
			l->uidv = (uint32_t)clock_now();
		}
		d->msgs[i].uid = l->nextuid++;
		d->msgs[i].euidv = l->uidv;
	}
}

static int
write_list(struct maildrop *d)
{
	struct strbuf text = { 0 };
	int r;

	sizelist_put_head(&text, &d->list);
	for (size_t i = 0; i < d->n; i++) {
		const struct drop_message *m = &d->msgs[i];
		struct sizelist_entry e = { .name = span_str(drop_name(d, i)),
			.octets = m->octets,
			.uid = m->uid,
			.euidv = m->euidv,
			.utf8 = m->utf8,
			.exact = m->exact };

		sizelist_put(&text, &e);
	}
	r = maildir_replace(d->a, list_name, strbuf_span(&text));
	strbuf_clear(&text);
	return r;
}

/* -1: the maildrop cannot be read any more. */
static int
save(struct maildrop *d, bool *unsaved)
{
	struct lock l;
	int r;

	*unsaved = true;
	if (lock_take(d->a, d->md.tmp, &l) == -1)
		return 0;
	d->locked = true;
	r = refresh(d);
	d->locked = false;
	if (r == 0 && is_stale(d)) {
		give_uids(d);
		*unsaved = write_list(d) == -1;
	}
	lock_drop(&l);
	return r;
}

/* Hide what the list has not; if that is all, show the first. */
static void
hide_unlisted(struct maildrop *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		if (d->msgs[i].listed)
			d->msgs[n++] = d->msgs[i];
	if (n == 0 && d->n > 0) {
		d->emergency = true;
		n = 1;
	}
	d->n = n;
	drop_index(d);
}

/* --- UIDs of IMAP ---------------------------------------------------- */

static int
take_imap_uids(struct maildrop *d)
{
	struct mailbox *m;
	size_t n = 0;
	uint32_t i;

	if (mailbox_open(d->a, span_of("", 0), false, &m) == -1)
		return -1;
	droplist_load_names(d);
	d->uidvalidity = m->state.uidvalidity;
	for (uint32_t k = 0; k < m->im.n; k++) {
		i = drop_find(d, span_str(box_name(m, k)));
		if (i != TABLE_NONE && box_is_live(m, k))
			d->msgs[i].imap_uid = box_row(m, k)->uid;
	}
	mailbox_close(m);
	for (i = 0; i < d->n; i++)
		if (d->msgs[i].imap_uid != 0)
			d->msgs[n++] = d->msgs[i];
	d->n = n;
	drop_index(d);
	return 0;
}

/* The list says what is in cur, as far as that was read. */
static void
stamp(struct maildrop *d)
{
	struct dropstamp s = { d->list_st, d->cur_st, d->since };

	if (d->same && d->n > 0 && d->twins.len == 0)
		dropstamp_write(d->a, d->md.tmp, &s);
}

/* --- open and close -------------------------------------------------- */

int
maildrop_open(struct account *a, enum maildrop_uidl style,
    struct maildrop **out, bool *unsaved)
{
	struct maildrop *d = calloc(1, sizeof *d);
	bool failed = false;

	if (d == NULL)
		oom();
	d->a = a;
	d->style = style;
	table_init(&d->table, &d->names, 0);
	if (maildir_open(a, span_of("", 0), &d->md) == -1) {
		d->md = (struct maildir){ -1, -1, -1, -1 };
		goto close_all;
	}
	maildir_clean_tmp(d->md.tmp);
	if (drop_take_new(d) == -1 || drop_scan(d) == -1)
		goto close_all;
	if (!is_stale(d))
		stamp(d);
	else if (save(d, &failed) == -1)
		goto close_all;
	if (failed && style == UIDL_COURIER)
		hide_unlisted(d);
	if (style == UIDL_DOVECOT && take_imap_uids(d) == -1)
		goto close_all;
	*unsaved = failed;
	*out = d;
	return 0;
close_all:
	maildrop_close(d);
	return -1;
}

void
maildrop_close(struct maildrop *d)
{
	int saved = errno;

	if (d == NULL)
		return;
	maildir_close(&d->md);
	droplist_close(d);
	free(d->name);
	table_clear(&d->table);
	strbuf_clear(&d->names);
	strbuf_clear(&d->twins);
	free(d->msgs);
	free(d);
	errno = saved;
}

/* --- messages -------------------------------------------------------- */

uint32_t
maildrop_count(const struct maildrop *d)
{
	return (uint32_t)d->n;
}

const struct drop_message *
maildrop_messages(const struct maildrop *d)
{
	return d->msgs;
}

struct drop_message *
maildrop_message(struct maildrop *d, uint32_t n)
{
	return &d->msgs[n - 1];
}

/*
 * The base, with what a UIDL cannot have as "+HH"; Courier hides quotes and
 * "+" as well (courierpop3dsizelist(5)).
 */
static char *
put_base(struct span base, const char *hidden, char *to)
{
	static const char hex[] = "0123456789ABCDEF";

	assert(span_len(base) <= MAILDROP_UIDL_LEN / 3);
	for (; base.p < base.end; base.p++) {
		unsigned char c = (unsigned char)*base.p;

		if (c > 0x20 && c < 0x7f && strchr(hidden, c) == NULL) {
			*to++ = *base.p;
			continue;
		}
		*to++ = '+';
		*to++ = hex[c >> 4];
		*to++ = hex[c & 0xf];
	}
	return to;
}

static char *
put_emergency(struct maildrop *d, char *to)
{
	struct stat st = { 0 };

	(void)fstatat(d->md.cur, drop_name(d, 0), &st, AT_SYMLINK_NOFOLLOW);
	return to + snprintf(to, MAILDROP_UIDL_LEN, "ENOMEM-%llx-%llx-%llx",
			(unsigned long long)st.st_mtime,
			(unsigned long long)st.st_dev,
			(unsigned long long)st.st_ino);
}

static char *
put_numbers(struct maildrop *d, const struct drop_message *m, char *to)
{
	memcpy(to, "UID", 3);
	to = num_put_next(&d->last_uid, m->uid, to + 3);
	if (m->euidv != 0) {
		*to++ = '-';
		to = num_put_next(&d->last_euidv, m->euidv, to);
	}
	return to;
}

char *
maildrop_put_uidl(struct maildrop *d, uint32_t n, char *to)
{
	const struct drop_message *m = &d->msgs[n - 1];

	if (d->emergency)
		return put_emergency(d, to);
	if (d->style == UIDL_DOVECOT)
		return to + snprintf(to, MAILDROP_UIDL_LEN, "%08x%08x",
				(unsigned)m->imap_uid,
				(unsigned)d->uidvalidity);
	if (d->style == UIDL_NAME || m->uid == 0)
		return put_base(flags_base(span_str(drop_name(d, n - 1))),
		    d->style == UIDL_NAME ? "" : "'\"+", to);
	return put_numbers(d, m, to);
}

int
maildrop_open_message(struct maildrop *d, uint32_t n, struct stat *st)
{
	int fd;

	for (int tries = 0; tries < TRIES; tries++) {
		fd = fs_open_file(d->md.cur, drop_name(d, n - 1), st);
		if (fd != -1 || errno != ENOENT)
			return fd;
		/* looking again for each one that is gone would be quadratic */
		if (d->msgs[n - 1].seen == 0)
			break;
		if (drop_look(d) == -1)
			return -1;
	}
	errno = ESTALE;
	return -1;
}

void
maildrop_set_seen(struct maildrop *d, uint32_t n)
{
	struct span name = span_str(drop_name(d, n - 1));
	struct strbuf to = { 0 };
	unsigned flags = flags_parse(name);

	/* with an info it would be another message to the list (drop.c) */
	if (flags & FLAG_SEEN || span_find(name, ':') == NULL)
		return;
	flags_name(name, flags | FLAG_SEEN, &to);
	if (fs_rename_new(d->md.cur, name.p, d->md.cur, to.p) == 0)
		drop_rename(d, n - 1, strbuf_span(&to));
	strbuf_clear(&to);
}
