/* drop.c: the files of the INBOX against courierpop3dsizelist. */
#include "store/drop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "msg/octets.h"
#include "store/droplist.h"
#include "store/flags.h"
#include "store/lock.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"
#include "text/bytes.h"

/* Behind a longer base there is no room for flags. */
enum { BASE_LEN = NAME_LEN - (sizeof ":2,DFRST" - 1) };

enum { PASSES = 7, RACY_NS = 20 * 1000 * 1000 };

static const char list_name[] = "courierpop3dsizelist";
static const size_t max_len = (size_t)1 << 30;

const char *
drop_name(const struct maildrop *d, size_t i)
{
	if (d->msgs[i].in_list)
		return droplist_name(d, i);
	return d->names.p + d->msgs[i].name;
}

static bool
has_info(struct span name)
{
	return span_find(name, ':') != NULL;
}

/* Courier's rule: with info and without are two messages. */
static uint32_t
of_twins(const struct maildrop *d, uint32_t i, struct span name)
{
	while (i != TABLE_NONE &&
	       has_info(name) != has_info(span_str(drop_name(d, i))))
		i = d->msgs[i].twin;
	return i;
}

uint32_t
drop_find(const struct maildrop *d, struct span name)
{
	return of_twins(d, table_find(&d->table, flags_base(name)), name);
}

static uint32_t
add_name(struct maildrop *d, struct span name)
{
	size_t at = d->names.len;

	if (at > UINT32_MAX / 2)
		oom();
	strbuf_cat(&d->names, name);
	strbuf_putc(&d->names, '\0');
	return (uint32_t)at;
}

/* The message whose file's name stands at offset name of the heap. */
static struct drop_message *
add_at(struct maildrop *d, uint32_t name, uint32_t twin)
{
	struct drop_message *m;

	if (d->n == d->max) {
		d->max = d->max > 0 ? d->max * 2 : 64;
		if ((m = realloc(d->msgs, d->max * sizeof *m)) == NULL)
			oom();
		d->msgs = m;
	}
	m = &d->msgs[d->n];
	*m = (struct drop_message){ .name = name, .twin = twin };
	table_put(&d->table, name, (uint32_t)d->n);
	d->n++;
	return m;
}

static struct drop_message *
add(struct maildrop *d, struct span name)
{
	uint32_t twin = table_find(&d->table, flags_base(name));

	return add_at(d, add_name(d, name), twin);
}

void
drop_reset(struct maildrop *d)
{
	droplist_close(d);
	table_clear(&d->table);
	table_init(&d->table, &d->names, 0);
	strbuf_reset(&d->names);
	d->n = 0;
	d->pass = 0;
	d->dropped = false;
	d->list = (struct sizelist){ 0 };
	d->list_st = (struct stat){ 0 };
}

/* --- the list -------------------------------------------------------- */

/* The text of the list is where the names stay: each gets its NUL there. */
static void
take_entry(void *arg, const struct sizelist_entry *e)
{
	struct maildrop *d = arg;
	size_t at = (size_t)(e->name.p - d->names.p);
	struct drop_message *m;
	uint32_t first, known;

	if (span_len(e->name) > NAME_LEN)
		return;
	first = table_find(&d->table, flags_base(e->name));
	known = of_twins(d, first, e->name);
	if (known != TABLE_NONE) {
		m = &d->msgs[known]; /* the last counts, as with Courier */
		d->dropped = true;
	} else {
		d->names.p[at + span_len(e->name)] = '\0';
		m = add_at(d, (uint32_t)at, first);
	}
	m->uid = e->uid;
	m->euidv = e->euidv;
	m->octets = e->octets;
	m->utf8 = e->utf8;
	m->exact = e->exact;
	m->listed = true;
}

/* So that nothing has to grow while it is filled. */
static void
make_room(struct maildrop *d, size_t n)
{
	table_clear(&d->table);
	table_init(&d->table, &d->names, n);
	if (n <= d->max)
		return;
	free(d->msgs); /* it is empty */
	if ((d->msgs = malloc(n * sizeof *d->msgs)) == NULL)
		oom();
	d->max = n;
}

static int
read_list(struct maildrop *d)
{
	struct span text;
	struct stat st;
	ssize_t n;
	int fd = fs_open_file(d->md.dir, list_name, &st);

	if (fd == -1) /* what is no file is replaced like none */
		return errno == ENOENT || errno == ELOOP || errno == EINVAL ||
			       errno == EISDIR
			   ? 0
			   : -1;
	if ((size_t)st.st_size > max_len) {
		errno = EFBIG;
		n = -1;
	} else {
		n = fs_pread(fd, strbuf_room(&d->names, (size_t)st.st_size),
		    (size_t)st.st_size, 0);
	}
	fs_close(fd);
	if (n == -1)
		return -1;
	d->names.len = (size_t)n;
	d->names.p[n] = '\0';
	d->list_st = st;
	text = strbuf_span(&d->names);
	make_room(d, bytes_count(text, '\n') + 1);
	sizelist_parse(text, &d->list, take_entry, d);
	return 0;
}

/* --- new and cur ----------------------------------------------------- */

struct move {
	struct maildrop *d;
	struct strbuf names; /* each with its NUL */
};

static int
gather(void *arg, const char *name, unsigned char type)
{
	struct move *mv = arg;

	if (name[0] != '.' && maildir_is_file(mv->d->md.new, name, type))
		strbuf_add(&mv->names, name, strlen(name) + 1);
	return 0;
}

/* Info that is not ours ("1,...") is replaced (satchel-maildir(7)). */
static void
put_name(struct span name, struct strbuf *to)
{
	struct span info = name;

	info.p += span_len(flags_base(name));
	if (span_len(info) >= 3 && memcmp(info.p, ":2,", 3) == 0) {
		strbuf_cat(to, name);
	} else {
		strbuf_cat(to, flags_base(name));
		strbuf_puts(to, ":2,");
	}
}

/* To cur, with a base of ours and no flags. */
static int
rename_afresh(struct maildrop *d, int dir, const char *name, struct strbuf *to)
{
	return maildir_rename_afresh(d->a, dir, name, d->md.cur, to);
}

/* One that cannot be moved must not keep the others from being seen. */
static void
move_one(struct maildrop *d, const char *name)
{
	struct strbuf to = { 0 };
	int r = -1;

	put_name(span_str(name), &to);
	errno = EEXIST;
	if (span_len(flags_base(span_str(name))) <= BASE_LEN &&
	    !maildir_is_odd(name))
		r = fs_rename_new(d->md.new, name, d->md.cur, to.p);
	if (r == -1 && errno == EEXIST)
		(void)rename_afresh(d, d->md.new, name, &to);
	strbuf_clear(&to);
}

int
drop_take_new(struct maildrop *d)
{
	struct move mv = { .d = d };
	int r = fs_walk(d->md.new, gather, &mv);

	for (size_t at = 0; r == 0 && at < mv.names.len;
	     at += strlen(mv.names.p + at) + 1)
		move_one(d, mv.names.p + at);
	strbuf_clear(&mv.names);
	return r;
}

void
drop_rename(struct maildrop *d, size_t i, struct span name)
{
	struct drop_message *m = &d->msgs[i];

	/* where the list's file has it is no place in memory */
	if (!m->in_list && span_len(name) <= strlen(d->names.p + m->name))
		memcpy(d->names.p + m->name, name.p, span_len(name) + 1);
	else
		m->name = add_name(d, name);
	m->in_list = false;
}

static void
see_again(struct maildrop *d, uint32_t i, struct span name)
{
	bool same = span_is(name, drop_name(d, i));

	if (d->msgs[i].seen == d->pass) {
		if (!same)
			strbuf_add(&d->twins, name.p, span_len(name) + 1);
		return;
	}
	d->msgs[i].seen = d->pass;
	if (!same)
		drop_rename(d, i, name);
}

static int
see(void *arg, const char *entry, unsigned char type)
{
	struct maildrop *d = arg;
	struct span name = span_str(entry);
	uint32_t i;

	if (entry[0] == '.' || !maildir_is_file(d->md.cur, entry, type))
		return 0;
	if (maildir_is_odd(entry)) {
		strbuf_add(&d->twins, entry, strlen(entry) + 1);
		return 0;
	}
	if ((i = drop_find(d, name)) == TABLE_NONE)
		add(d, name)->seen = d->pass;
	else
		see_again(d, i, name);
	return 0;
}

static int
see_known(void *arg, const char *entry, unsigned char type)
{
	struct maildrop *d = arg;
	uint32_t i = drop_find(d, span_str(entry));

	(void)type;
	if (entry[0] != '.' && i != TABLE_NONE)
		see_again(d, i, span_str(entry));
	return 0;
}

static bool
all_seen(const struct maildrop *d, uint8_t unseen)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->msgs[i].seen == unseen)
			return false;
	return true;
}

struct walk {
	fs_each *each;
	struct stat before;
	bool same; /* cur had not been touched when it had been read */
	bool quiet; /* nor just before that */
};

static int
walk_cur(struct maildrop *d, struct walk *w)
{
	struct stat after;

	d->pass++;
	strbuf_reset(&d->twins);
	if (fstat(d->md.cur, &w->before) == -1 ||
	    fs_walk(d->md.cur, w->each, d) == -1 ||
	    fstat(d->md.cur, &after) == -1)
		return -1;
	w->same = clock_ns(w->before.st_mtim) == clock_ns(after.st_mtim);
	w->quiet = w->same &&
		   clock_now_us() * 1000 - clock_ns(after.st_mtim) > RACY_NS;
	return 0;
}

/* Those that are gone already are not waited for. */
int
drop_look(struct maildrop *d)
{
	struct walk w = { .each = see_known };

	droplist_load_names(d);
	for (size_t i = 0; i < d->n; i++)
		d->msgs[i].seen = d->msgs[i].seen != 0;
	d->pass = 1;
	do {
		if (walk_cur(d, &w) == -1)
			return -1;
	} while (d->pass < PASSES && !w.quiet && !all_seen(d, 1));
	strbuf_reset(&d->twins);
	for (size_t i = 0; i < d->n; i++)
		if (d->msgs[i].seen == 1)
			d->msgs[i].seen = 0;
	return 0;
}

/*
 * A file that is renamed while a directory is read may not be seen at all,
 * and must not lose its UID for that: so cur is read until all are there, or
 * nobody has touched it.
 */
static int
read_cur(struct maildrop *d)
{
	struct walk w = { .each = see };

	do {
		if (walk_cur(d, &w) == -1)
			return -1;
	} while (d->pass < PASSES && !w.quiet && !all_seen(d, 0));
	d->cur_st = w.before;
	d->same = w.same;
	return 0;
}

/* --- two files of one base ------------------------------------------- */

static void
part_twin(struct maildrop *d, const char *twin)
{
	uint32_t i = drop_find(d, span_str(twin));
	struct strbuf fresh = { 0 };
	int r = -1;

	if (maildir_is_odd(twin))
		r = rename_afresh(d, d->md.cur, twin, &fresh);
	else if (i != TABLE_NONE)
		r = maildir_part(
		    d->a, d->md.cur, drop_name(d, i), twin, &fresh);
	if (r == 0)
		add(d, strbuf_span(&fresh))->seen = d->pass;
	strbuf_clear(&fresh);
}

/* Else one of them would be hidden until the other is gone. */
static void
part_twins(struct maildrop *d)
{
	struct lock l;

	if (d->twins.len == 0)
		return;
	if (!d->locked && lock_take(d->a, d->md.tmp, &l) == -1)
		return;
	for (size_t at = 0; at < d->twins.len;
	     at += strlen(d->twins.p + at) + 1)
		part_twin(d, d->twins.p + at);
	strbuf_reset(&d->twins);
	if (!d->locked)
		lock_drop(&l);
}

/* --- octets ---------------------------------------------------------- */

/*
 * What cannot be read keeps what the list says, and its number: RETR will say
 * what is wrong.
 */
static void
count_all(struct maildrop *d)
{
	struct drop_message *m;
	struct octets o;
	struct stat st;
	int fd;

	for (size_t i = 0; i < d->n; i++) {
		m = &d->msgs[i];
		if (m->exact || m->seen == 0)
			continue;
		fd = fs_open_file(d->md.cur, drop_name(d, i), &st);
		if (fd == -1 && errno == ENOENT && drop_look(d) == 0)
			fd = fs_open_file(d->md.cur, drop_name(d, i), &st);
		if (fd == -1)
			continue;
		if (octets_count(fd, st.st_size, &o) == 0) {
			m->octets = o.n;
			m->utf8 = o.utf8;
			m->exact = true;
			m->recounted = m->listed;
		}
		fs_close(fd);
	}
}

/* --- numbers --------------------------------------------------------- */

/* Those whose file is there, at the front, as they stand. */
static void
drop_unseen(struct maildrop *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		if (d->msgs[i].seen != 0)
			d->msgs[n++] = d->msgs[i];
		else if (d->msgs[i].listed)
			d->dropped = true;
	d->n = n;
}

/* Most names are told apart by the number at their front. */
struct sort_key {
	uint64_t number;
	const char *name;
	uint32_t i;
};

static struct sort_key
key_of(const struct maildrop *d, size_t i)
{
	const char *name = drop_name(d, i);

	return (struct sort_key){ maildir_number(span_str(name)), name,
		(uint32_t)i };
}

static int
cmp(const void *a, const void *b)
{
	const struct sort_key *x = a, *y = b;
	int r;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	r = maildir_cmp(span_str(x->name), span_str(y->name));
	return r != 0 ? r : strcmp(x->name, y->name);
}

static bool
in_order(const struct maildrop *d)
{
	struct sort_key last = { 0 }, key;

	for (size_t i = 0; i < d->n; i++, last = key) {
		key = key_of(d, i);
		if (i > 0 && cmp(&last, &key) > 0)
			return false;
	}
	return true;
}

static void
sort(struct maildrop *d)
{
	struct sort_key *keys = calloc(d->n, sizeof *keys);
	struct drop_message *sorted = calloc(d->n, sizeof *sorted);

	if (keys == NULL || sorted == NULL)
		oom();
	for (size_t i = 0; i < d->n; i++)
		keys[i] = key_of(d, i);
	qsort(keys, d->n, sizeof *keys, cmp);
	for (size_t i = 0; i < d->n; i++)
		sorted[i] = d->msgs[keys[i].i];
	memcpy(d->msgs, sorted, d->n * sizeof *sorted);
	free(sorted);
	free(keys);
}

void
drop_index(struct maildrop *d)
{
	table_clear(&d->table);
	table_init(&d->table, &d->names, d->n);
	for (size_t i = 0; i < d->n; i++) {
		struct span base = flags_base(span_str(drop_name(d, i)));

		d->msgs[i].twin = table_find(&d->table, base);
		table_put(&d->table, d->msgs[i].name, (uint32_t)i);
	}
}

int
drop_scan(struct maildrop *d)
{
	bool moved;
	size_t n;

	/* names can have other flags than the files then: drop_look() */
	if (droplist_take(d))
		return 0;
	d->since = clock_now_us() / 1000;
	if (read_list(d) == -1 || read_cur(d) == -1)
		return -1;
	part_twins(d);
	count_all(d);
	n = d->n;
	drop_unseen(d);
	moved = !in_order(d);
	if (moved)
		sort(d);
	dropuids_part(d);
	if (moved || d->n < n)
		drop_index(d);
	return 0;
}
