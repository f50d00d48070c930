/* drop.c: the files of the INBOX against courierpop3dsizelist. */
#include "store/drop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "msg/octets.h"
#include "store/flags.h"
#include "store/lock.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"
#include "text/bytes.h"

enum { PASSES = 7, RACY_NS = 20 * 1000 * 1000 };

static const char list_name[] = "courierpop3dsizelist";
static const size_t max_len = (size_t)1 << 30;

const char *
drop_name(const struct maildrop *d, size_t i)
{
	return d->names.p + d->msgs[i].name;
}

static bool
has_info(struct span name)
{
	return span_find(name, ':') != NULL;
}

/* Courier's rule: with info and without are two messages (maildir.md 12). */
uint32_t
drop_find(const struct maildrop *d, struct span name)
{
	uint32_t i = table_find(&d->table, flags_base(name));

	while (i != TABLE_NONE &&
	       has_info(name) != has_info(span_str(drop_name(d, i))))
		i = d->msgs[i].twin;
	return i;
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

static struct drop_message *
add(struct maildrop *d, struct span name)
{
	struct drop_message *m;

	if (d->n == d->max) {
		d->max = d->max > 0 ? d->max * 2 : 64;
		if ((m = realloc(d->msgs, d->max * sizeof *m)) == NULL)
			oom();
		d->msgs = m;
	}
	m = &d->msgs[d->n];
	*m = (struct drop_message){ .name = add_name(d, name),
		.twin = table_find(&d->table, flags_base(name)) };
	table_put(&d->table, m->name, (uint32_t)d->n);
	d->n++;
	return m;
}

void
drop_reset(struct maildrop *d)
{
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

static void
take_entry(void *arg, const struct sizelist_entry *e)
{
	struct maildrop *d = arg;
	struct drop_message *m;

	if (span_len(e->name) > NAME_LEN || drop_find(d, e->name) != TABLE_NONE)
		return;
	m = add(d, e->name);
	m->uid = e->uid;
	m->euidv = e->euidv;
	m->octets = e->octets;
	m->utf8 = e->utf8;
	m->exact = e->exact;
	m->listed = true;
}

/* So that nothing has to grow while it is filled. */
static void
make_room(struct maildrop *d, struct span list)
{
	size_t n = bytes_count(list, '\n');

	table_clear(&d->table);
	table_init(&d->table, &d->names, n);
	(void)strbuf_room(&d->names, span_len(list));
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
	struct strbuf text = { 0 };
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
		n = fs_pread(fd, strbuf_room(&text, (size_t)st.st_size),
		    (size_t)st.st_size, 0);
	}
	fs_close(fd);
	if (n >= 0) {
		d->list_st = st;
		make_room(d, span_of(text.p, (size_t)n));
		sizelist_parse(
		    span_of(text.p, (size_t)n), &d->list, take_entry, d);
	}
	strbuf_clear(&text);
	return n < 0 ? -1 : 0;
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

/* Info that is not ours ("1,...") is replaced (maildir.md 4). */
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

static int
move_one(struct maildrop *d, const char *name)
{
	struct strbuf to = { 0 };
	struct stat st = { 0 };
	int r;

	put_name(span_str(name), &to);
	r = fs_rename_new(d->md.new, name, d->md.cur, to.p);
	if (r == -1 && errno == EEXIST) {
		strbuf_reset(&to);
		(void)fstatat(d->md.new, name, &st, AT_SYMLINK_NOFOLLOW);
		maildir_base(d->a, &st, (uint64_t)st.st_size, &to);
		strbuf_puts(&to, ":2,");
		r = fs_rename_new(d->md.new, name, d->md.cur, to.p);
	}
	strbuf_clear(&to);
	return r == -1 && errno == ENOENT ? 0 : r;
}

int
drop_take_new(struct maildrop *d)
{
	struct move mv = { .d = d };
	int r = fs_walk(d->md.new, gather, &mv);

	/* what cannot be moved is not shown, as with Courier */
	for (size_t at = 0; r == 0 && at < mv.names.len;
	     at += strlen(mv.names.p + at) + 1)
		if (move_one(d, mv.names.p + at) == -1)
			break;
	strbuf_clear(&mv.names);
	return r;
}

void
drop_rename(struct maildrop *d, size_t i, struct span name)
{
	char *at = d->names.p + d->msgs[i].name;

	if (span_len(name) <= strlen(at))
		memcpy(at, name.p, span_len(name) + 1);
	else
		d->msgs[i].name = add_name(d, name);
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

int
drop_look(struct maildrop *d)
{
	int r;

	d->pass = d->pass < UINT8_MAX ? d->pass + 1 : 1;
	r = fs_walk(d->md.cur, see_known, d);
	strbuf_reset(&d->twins);
	return r;
}

static bool
all_seen(const struct maildrop *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->msgs[i].seen == 0)
			return false;
	return true;
}

static int64_t
mtime_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -1;
	return (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

/*
 * A file that is renamed while a directory is read may not be seen at all, and
 * must not lose its UID for that: so cur is read until all are there, or
 * nobody has touched it.
 */
static int
read_cur(struct maildrop *d)
{
	int64_t before, after;
	bool quiet = false;

	while (d->pass < PASSES && !quiet) {
		d->pass++;
		strbuf_reset(&d->twins);
		before = mtime_of(d->md.cur);
		if (fs_walk(d->md.cur, see, d) == -1)
			return -1;
		after = mtime_of(d->md.cur);
		quiet =
		    all_seen(d) || (before == after &&
				       clock_now_us() * 1000 - after > RACY_NS);
	}
	return 0;
}

/* --- two files of one base ------------------------------------------- */

static void
part_twin(struct maildrop *d, const char *twin)
{
	uint32_t i = drop_find(d, span_str(twin));
	struct strbuf fresh = { 0 };

	if (i != TABLE_NONE &&
	    maildir_part(d->a, d->md.cur, drop_name(d, i), twin, &fresh) == 0)
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
	int fd;

	for (size_t i = 0; i < d->n; i++) {
		m = &d->msgs[i];
		if (m->exact || m->seen == 0)
			continue;
		fd = fs_open_file(d->md.cur, drop_name(d, i), NULL);
		if (fd == -1 && errno == ENOENT && drop_look(d) == 0)
			fd = fs_open_file(d->md.cur, drop_name(d, i), NULL);
		if (fd == -1) {
			if (errno == ENOENT)
				m->seen = 0;
			continue;
		}
		if (octets_count(fd, &o) == 0) {
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

struct sort_key {
	const char *name;
	uint32_t i;
};

static int
cmp(const void *a, const void *b)
{
	const struct sort_key *x = a, *y = b;
	int r = maildir_cmp(span_str(x->name), span_str(y->name));

	return r != 0 ? r : strcmp(x->name, y->name);
}

/* Whether they had to be moved. */
static bool
sort(struct maildrop *d)
{
	struct sort_key *keys = calloc(d->n + 1, sizeof *keys);
	struct drop_message *sorted;
	bool in_order = true;

	if (keys == NULL)
		oom();
	for (size_t i = 0; i < d->n; i++) {
		keys[i] = (struct sort_key){ drop_name(d, i), (uint32_t)i };
		if (i > 0 && cmp(&keys[i - 1], &keys[i]) > 0)
			in_order = false;
	}
	if (!in_order) {
		if ((sorted = calloc(d->n, sizeof *sorted)) == NULL)
			oom();
		qsort(keys, d->n, sizeof *keys, cmp);
		for (size_t i = 0; i < d->n; i++)
			sorted[i] = d->msgs[keys[i].i];
		memcpy(d->msgs, sorted, d->n * sizeof *sorted);
		free(sorted);
	}
	free(keys);
	return !in_order;
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
	size_t n;

	if (read_list(d) == -1 || read_cur(d) == -1)
		return -1;
	part_twins(d);
	count_all(d);
	n = d->n;
	drop_unseen(d);
	if (sort(d) || d->n < n)
		drop_index(d);
	return 0;
}
