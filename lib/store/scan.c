/* scan.c: which files a folder has, against what is known. */
#include "store/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"

enum {
	PASSES = 7,
	RACY_NS = 20 * 1000 * 1000,
	ENTRY_LEN = 64, /* of a directory, about */
	EXPECTED_MAX = 64 * 1024
};

static void *
zeroed(size_t n, size_t size)
{
	void *p = calloc(n > 0 ? n : 1, size);

	if (p == NULL)
		oom();
	return p;
}

struct span
scan_base(const struct scan *s, const struct found *f)
{
	return span_of(s->names.p + f->name, f->len);
}

static bool
has_base(const void *arg, uint32_t number, struct span base)
{
	const struct scan *s = arg;

	if (number >= s->count)
		return span_eq(
		    scan_base(s, &s->found[number - s->count]), base);
	if (span_eq(image_base(&s->m->im, number), base))
		return true;
	/* the same hash, as of no two in millions: it may be garbage */
	(void)box_row(s->m, number);
	return span_eq(box_base(s->m, number), base);
}

/* A name, and where its base is in the table, or belongs. */
struct spot {
	struct span name, base;
	uint32_t hash;
	struct bases_cell *cell; /* until the next is put */
};

/* Rows know the hash of their bases. */
static struct spot
spot_of(struct scan *s, struct span name, struct span base)
{
	struct spot at = { .name = name, .base = base };

	if (s->whole && !s->entered)
		scan_enter_messages(s);
	at.hash = image_hash(&s->m->im, base);
	at.cell = bases_find(&s->table, at.hash, base, has_base, s);
	return at;
}

uint32_t
scan_find(struct scan *s, struct span base)
{
	return spot_of(s, base, base).cell->number;
}

/* Of two with one base the older has the file. */
static void
enter(struct scan *s, uint32_t i, uint32_t hash, struct span base)
{
	struct bases_cell *c = bases_find(&s->table, hash, base, has_base, s);

	if (c->number > i)
		bases_put(&s->table, c, hash, i);
}

/* Without a look at the rows; how many have places. */
static uint32_t
enter_placed(struct scan *s)
{
	struct image *im = &s->m->im;
	const struct place *p = image_places(im);
	uint32_t n = p != NULL ? im->nplaces : 0;
	size_t at = 0;

	for (uint32_t k = 0; k < n; at += p[k++].namelen)
		if (p[k].row < n && (!image_is_touched(im, p[k].row) ||
					box_is_live(s->m, p[k].row)))
			enter(s, p[k].row, p[k].hash,
			    image_placed_base(im, at, &p[k]));
	return n;
}

void
scan_enter_messages(struct scan *s)
{
	struct mailbox *m = s->m;
	uint32_t n = m->im.n;

	s->entered = true;
	bases_clear(&s->table);
	bases_init(&s->table, n > s->max ? n : s->max);
	s->count = n;
	for (uint32_t i = enter_placed(s); i < n; i++)
		if (box_is_live(m, i))
			enter(s, i, box_row(m, i)->hash, box_base(m, i));
}

/*
 * Nothing is known yet: room for what a directory of that length may have, so
 * that what is found is not moved again and again.  It need not be right.
 */
static void
expect(struct scan *s)
{
	struct stat st;
	size_t n;

	if (fstat(s->m->md.cur, &st) == -1)
		return;
	n = (size_t)st.st_size / ENTRY_LEN;
	s->max = n < EXPECTED_MAX ? n : EXPECTED_MAX;
	s->found = zeroed(s->max, sizeof *s->found);
	(void)strbuf_room(&s->names, s->max * ENTRY_LEN);
}

void
scan_init(struct scan *s, struct mailbox *m, bool whole, int64_t now)
{
	*s = (struct scan){ .m = m, .whole = whole, .now = now };
	s->may_write = now != 0;
	s->count = m->im.n;
	if (now == 0)
		s->now = clock_now_us() * 1000;
	s->seen = zeroed(s->count, sizeof *s->seen);
	s->stored = zeroed(s->count, sizeof *s->stored);
	if (whole && s->count == 0)
		expect(s);
	if (!whole)
		bases_init(&s->table, 0);
}

void
scan_clear(struct scan *s)
{
	bases_clear(&s->table);
	order_clear(&s->order);
	strbuf_clear(&s->twins);
	strbuf_clear(&s->names);
	free(s->found);
	free(s->seen);
	free(s->stored);
}

static void
keep_name(struct scan *s, struct found *f, struct span name)
{
	size_t at = s->names.len;

	if (at > UINT32_MAX - NAME_LEN - 1)
		oom();
	strbuf_cat(&s->names, name);
	strbuf_putc(&s->names, '\0');
	f->name = (uint32_t)at;
	f->flags = (uint16_t)image_flags(name, f->len);
	f->kept = f->flags & ROW_ODD ? (uint8_t)span_len(name) : f->len;
}

static struct found *
add_at(struct scan *s, const struct spot *at)
{
	struct found *f;

	if (s->n == s->max) {
		s->max = s->max > 0 ? s->max * 2 : 64;
		if ((f = realloc(s->found, s->max * sizeof *f)) == NULL)
			oom();
		s->found = f;
	}
	f = &s->found[s->n];
	*f = (struct found){ .hash = at->hash,
		.len = (uint8_t)span_len(at->base) };
	keep_name(s, f, at->name);
	bases_put(&s->table, at->cell, at->hash, s->count + (uint32_t)s->n);
	s->n++;
	return f;
}

struct found *
scan_add(struct scan *s, struct span name)
{
	struct spot at = spot_of(s, name, flags_base(name));

	return add_at(s, &at);
}

/* --- courierimapuiddb against what is known -------------------------- */

/*
 * The message has another UID there.  The higher counts: an UID is never
 * lowered, and the other entry is left out of the file when it is written.
 */
static void
entry_of_message(struct scan *s, uint32_t i, uint32_t uid, struct span base)
{
	uint32_t known = box_row(s->m, i)->uid;
	struct found *f;

	if (known == uid) {
		s->stored[i] = true;
		return;
	}
	s->messy = s->odd = true;
	if (uid < known)
		return;
	box_set_gone(s->m, i);
	f = scan_add(s, base);
	f->uid = uid;
}

void
scan_entry(void *arg, uint32_t uid, struct span base)
{
	struct scan *s = arg;
	struct spot at;
	uint32_t number;
	struct found *f;

	if (span_len(base) > NAME_LEN || span_at(&base, '.'))
		return; /* no message has such a name */
	at = spot_of(s, base, base);
	number = at.cell->number;
	if (number != BASES_NONE && number < s->count) {
		entry_of_message(s, number, uid, base);
		return;
	}
	if (number == BASES_NONE) {
		f = add_at(s, &at);
	} else {
		f = &s->found[number - s->count];
		if (f->uid != 0)
			s->messy = true;
		if (f->uid > uid)
			return;
	}
	f->uid = uid;
	f->order = (uint32_t)s->n;
}

/* --- cur ------------------------------------------------------------- */

static void
set_name(struct mailbox *m, uint32_t i, struct span name)
{
	struct row *r = box_edit(m, i);

	box_edited(m, i, box_put_name(m, r, i, name));
}

static void
see_message(struct scan *s, uint32_t i, struct span name)
{
	/* checked when it was entered */
	const struct row *r = &s->m->im.rows[i];
	bool same = image_is_named(&s->m->im, i, name);

	if (s->seen[i] == s->pass && !same) {
		strbuf_add(&s->twins, name.p, span_len(name) + 1);
		return;
	}
	s->seen[i] = s->pass;
	if (!same || r->state & MSG_IN_NEW)
		set_name(s->m, i, name);
}

static void
see_found(struct scan *s, struct found *f, struct span name)
{
	bool same = span_is(name, s->names.p + f->name);

	if (f->seen == s->pass && !same) {
		strbuf_add(&s->twins, name.p, span_len(name) + 1);
		return;
	}
	f->seen = s->pass > 0 ? s->pass : 1;
	if (!same)
		keep_name(s, f, name);
}

static void
see_name(struct scan *s, struct span name)
{
	struct spot at = spot_of(s, name, flags_base(name));
	uint32_t number = at.cell->number;
	struct found *f;

	if (number < s->count) {
		see_message(s, number, name);
		numbers_add(&s->order.listed, number);
		return;
	}
	if (number == BASES_NONE) {
		f = add_at(s, &at);
		f->seen = s->pass;
	} else {
		f = &s->found[number - s->count];
		see_found(s, f, name);
	}
	numbers_add(&s->order.listed, ORDER_NONE); /* until it has a row */
	f->place = (uint32_t)s->order.listed.n;
}

/* A name that would be two lines of courierimapuiddb is changed, or hidden. */
static void
see_odd(struct scan *s, const char *entry)
{
	struct maildir *md = &s->m->md;
	struct strbuf to = { 0 };

	if (s->may_write &&
	    maildir_rename_afresh(s->m->a, md->cur, entry, md->cur, &to) == 0)
		see_name(s, strbuf_span(&to));
	strbuf_clear(&to);
}

static int
see(void *arg, const char *entry, unsigned char type)
{
	struct scan *s = arg;
	struct span name;
	uint32_t number;

	if (entry[0] == '.' || !maildir_is_file(s->m->md.cur, entry, type))
		return 0;
	name = span_str(entry);
	number = order_next(&s->order, &s->m->im, name);
	if (number != ORDER_NONE) {
		s->seen[number] = s->pass;
		numbers_add(&s->order.listed, number);
	} else if (maildir_is_odd(entry)) {
		see_odd(s, entry);
	} else {
		see_name(s, name);
	}
	return 0;
}

static bool
all_seen(const struct scan *s)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (s->seen[i] == 0 && box_is_live(s->m, i) &&
		    !(s->m->im.rows[i].state & MSG_IN_NEW))
			return false;
	for (size_t i = 0; i < s->n; i++)
		if (s->found[i].seen == 0)
			return false;
	return true;
}

static int64_t
mtime_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -1;
	return clock_ns(st.st_mtim);
}

/* --- two files of one base ------------------------------------------- */

static void
part_twin(struct scan *s, const char *twin)
{
	uint32_t number = scan_find(s, flags_base(span_str(twin)));
	struct strbuf fresh = { 0 };
	const char *known;

	if (number == BASES_NONE || !s->may_write)
		return;
	known = number < s->count
		    ? box_name(s->m, number)
		    : s->names.p + s->found[number - s->count].name;
	if (maildir_part(s->m->a, s->m->md.cur, known, twin, &fresh) == 0)
		scan_add(s, strbuf_span(&fresh))->seen = s->pass;
	strbuf_clear(&fresh);
}

static void
part_twins(struct scan *s)
{
	for (size_t at = 0; at < s->twins.len;
	     at += strlen(s->twins.p + at) + 1)
		part_twin(s, s->twins.p + at);
	strbuf_reset(&s->twins);
}

int
scan_cur(struct scan *s)
{
	int64_t start = clock_mono_ms(), before, after, now;
	bool quiet = false;

	while (s->pass < PASSES && !quiet) {
		s->pass++;
		order_begin(
		    &s->order, &s->m->im, s->count > 0 ? s->count : s->max);
		strbuf_reset(&s->twins);
		before = mtime_of(s->m->md.cur);
		if (fs_walk(s->m->md.cur, see, s) == -1)
			return -1;
		after = mtime_of(s->m->md.cur);
		now = s->now + (clock_mono_ms() - start) * 1000000;
		quiet =
		    all_seen(s) || (before == after && now - after > RACY_NS);
	}
	part_twins(s);
	for (uint32_t i = 0; i < s->count; i++)
		if (s->seen[i] == 0 && !(s->m->im.rows[i].state & MSG_IN_NEW))
			box_set_gone(s->m, i);
	return 0;
}

/* --- new ------------------------------------------------------------- */

struct names {
	int dir;
	struct strbuf text; /* each with its NUL */
};

static int
gather(void *arg, const char *name, unsigned char type)
{
	struct names *n = arg;

	if (name[0] != '.' && maildir_is_file(n->dir, name, type))
		strbuf_add(&n->text, name, strlen(name) + 1);
	return 0;
}

/* Whether a file in cur has this base, as far as is known. */
static bool
is_taken(const struct scan *s, uint32_t number)
{
	if (number == BASES_NONE)
		return false;
	return number < s->count || s->found[number - s->count].seen != 0;
}

/* It is in cur now. */
static void
see_moved(struct scan *s, struct span name)
{
	uint32_t number = scan_find(s, flags_base(name));

	if (number == BASES_NONE || is_taken(s, number))
		scan_add(s, name)->seen = 1;
	else
		see_found(s, &s->found[number - s->count], name);
}

/* A base so long that flags cannot be set behind it is of no use here. */
static bool
is_too_long(struct span base)
{
	return span_len(base) > NAME_LEN - (sizeof ":2,DFRST" - 1);
}

/* One that cannot be moved must not keep the others from being seen. */
static void
move_one(struct scan *s, const char *name)
{
	struct mailbox *m = s->m;
	struct span base = flags_base(span_str(name));
	struct strbuf to = { 0 };
	int r;

	if (maildir_is_odd(name)) {
		r = maildir_rename_afresh(
		    m->a, m->md.new, name, m->md.cur, &to);
	} else {
		if (is_too_long(base) || is_taken(s, scan_find(s, base)))
			maildir_fresh_name(m->a, m->md.new, name, &to);
		else
			strbuf_puts(&to, name);
		if (span_find(strbuf_span(&to), ':') == NULL)
			strbuf_puts(&to, ":2,");
		r = fs_rename_new(m->md.new, name, m->md.cur, to.p);
	}
	if (r == -1 && errno == EEXIST) {
		strbuf_reset(&to);
		maildir_fresh_name(m->a, m->md.new, name, &to);
		r = fs_rename_new(m->md.new, name, m->md.cur, to.p);
	}
	if (r == 0) {
		see_moved(s, strbuf_span(&to));
		s->moved = true;
	} else if (errno != ENOENT) { /* or somebody else has moved it */
		s->left = true;
	}
	strbuf_clear(&to);
}

/* A tree that cannot be written: they stay, and are shown all the same. */
static void
show_one(struct scan *s, const char *name)
{
	uint32_t number = scan_find(s, flags_base(span_str(name)));
	struct found *f;

	if (number != BASES_NONE && number < s->count) {
		s->seen[number] = 1;
		return;
	}
	f = number == BASES_NONE ? scan_add(s, span_str(name))
				 : &s->found[number - s->count];
	if (f->seen != 0)
		return; /* the same base in cur */
	f->seen = 1;
	f->in_new = true;
}

/* Those that were shown in new and have left it. */
static void
miss_shown(struct scan *s)
{
	for (uint32_t i = 0; i < s->count && s->whole; i++)
		if (s->seen[i] == 0 && s->m->im.rows[i].state & MSG_IN_NEW)
			box_set_gone(s->m, i);
}

int
scan_new(struct scan *s)
{
	struct names n = { .dir = s->m->md.new };

	if (fs_walk(n.dir, gather, &n) == -1) {
		strbuf_clear(&n.text);
		return -1;
	}
	for (size_t at = 0; at < n.text.len; at += strlen(n.text.p + at) + 1) {
		if (s->may_write)
			move_one(s, n.text.p + at);
		else if (s->m->cannot_write)
			show_one(s, n.text.p + at);
	}
	strbuf_clear(&n.text);
	miss_shown(s);
	return 0;
}
