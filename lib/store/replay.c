/* replay.c: an index read into memory. */
#include "store/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/sum.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"

enum {
	SLACK_US = 2 * 1000 * 1000, /* clocks of two machines, one tick */
	SETS_MAX = 16 * 1024 * 1024,
	LOG_MAX = 1 << 30
};

/* --- records --------------------------------------------------------- */

/* Copy the fixed part of a record; false when it is shorter. */
static bool
take(struct span *body, void *to, size_t len)
{
	if (span_len(*body) < len)
		return false;
	memcpy(to, body->p, len);
	body->p += len;
	return true;
}

static void
apply_add(struct mailbox *m, struct image *im, const struct record *rec)
{
	struct span body = rec->body;
	struct row r;
	uint32_t i;

	if (!take(&body, &r, sizeof r) || r.namelen > span_len(body) ||
	    (im->n > 0 && im->rows[im->n - 1].uid >= r.uid))
		return;
	i = image_add(im, r.uid);
	body.end = body.p + r.namelen;
	r.name = (uint32_t)(im->heap_len + im->names.len);
	strbuf_cat(&im->names, body);
	r.state = 0;
	im->rows[i] = r;
	/* the file's id, of which the hash is, need not be this image's */
	im->rows[i].hash = image_hash(im, image_base(im, i));
	image_seal(im, i);
	if (im == &m->im) {
		m->state.count++;
		m->maxuid = r.uid;
	}
}

static uint32_t
find(struct mailbox *m, const struct image *im, uint32_t uid)
{
	return im == &m->im ? box_find(m, uid) : image_find(im, uid);
}

/* The flags in a file are taken as they stand; the name is made of them. */
static void
apply_row(struct mailbox *m, struct image *im, const struct record *rec)
{
	struct span body = rec->body;
	struct row_change c;
	struct row *r;
	uint32_t i = find(m, im, rec->uid);
	bool differs;

	if (!take(&body, &c, sizeof c) || i == im->n ||
	    im->rows[i].uid != rec->uid)
		return;
	r = &im->rows[i];
	differs = ((r->flags ^ c.flags) & FLAGS_STORED) != 0 ||
		  r->keywords != c.keywords;
	if (c.flags & ROW_ODD && c.namelen <= span_len(body)) {
		r->name = (uint32_t)(im->heap_len + im->names.len);
		strbuf_cat(&im->names, span_of(body.p, c.namelen));
	}
	r->namelen = c.namelen;
	r->modseq = c.modseq;
	r->flags = c.flags;
	r->keywords = c.keywords;
	image_seal(im, i);
	if (im == &m->im && differs && !(r->state & MSG_GONE))
		box_mark_changed(m, i);
}

static void
drop_unlogged(struct mailbox *m, uint32_t uid)
{
	struct numbers *u = &m->unlogged;
	size_t kept = 0;

	for (size_t i = 0; i < u->n; i++)
		if (u->v[i] != uid)
			u->v[kept++] = u->v[i];
	u->n = kept;
}

static void
apply_gone(struct mailbox *m, struct image *im, const struct record *rec)
{
	uint32_t i = find(m, im, rec->uid);
	struct span body = rec->body;
	struct gone g;

	if (!take(&body, &g, sizeof g) || i == im->n ||
	    im->rows[i].uid != rec->uid)
		return;
	if (im == &m->im) {
		box_mark_gone(m, i);
		im->rows[i].modseq = g.modseq;
		image_seal(im, i);
		if (m->unlogged.n > 0)
			drop_unlogged(m, rec->uid);
	} else if (!(im->rows[i].state & MSG_GONE)) {
		im->rows[i].state = MSG_GONE | MSG_FORGOTTEN;
		image_seal(im, i);
		numbers_add(&im->holes, i);
	}
}

static void
apply_set(struct mailbox *m, struct image *im, const struct record *rec)
{
	struct span s = rec->body, name;
	struct numbers v = { 0 };
	size_t names = m->keywords.nnames;
	uint32_t k, id;

	while (s.p < s.end) {
		name = span_cut(&s, '\n');
		if (name.p < name.end && *name.p != '\0' &&
		    kwset_name(&m->keywords, name, true, &k, NULL))
			numbers_add(&v, k);
	}
	id = kwset_set(&m->keywords, v.v, v.n);
	numbers_clear(&v);
	if (rec->uid != im->sets.n) /* or it is known already */
		return;
	numbers_add(&im->sets, id);
	if (im != &m->im)
		return;
	while (m->set_numbers.n <= id)
		numbers_add(&m->set_numbers, 0);
	m->set_numbers.v[id] = rec->uid;
	m->state.keywords_new |= m->keywords.nnames > names;
}

static void
apply_facts(struct mailbox *m, struct image *im, const struct record *rec)
{
	struct span body = rec->body;
	uint32_t i = find(m, im, rec->uid);
	struct row_facts f;

	if (!take(&body, &f, sizeof f) || i == im->n ||
	    im->rows[i].uid != rec->uid)
		return;
	if (im == &m->im) {
		box_merge_facts(m, i, &f);
		return;
	}
	im->rows[i].date = f.date;
	im->rows[i].octets = f.octets;
	im->rows[i].facts = f.facts;
	im->rows[i].saved = (uint32_t)f.saved;
	image_seal(im, i);
}

/* The state that ends it, if there is one. */
static bool
apply(struct mailbox *m, struct image *im, struct span records,
    struct index_state *state)
{
	struct record rec;
	bool ended = false;

	while (index_record(&records, &rec)) {
		ended = false;
		switch (rec.type) {
		case REC_ADD:
			apply_add(m, im, &rec);
			break;
		case REC_ROW:
			apply_row(m, im, &rec);
			break;
		case REC_GONE:
			apply_gone(m, im, &rec);
			break;
		case REC_SET:
			apply_set(m, im, &rec);
			break;
		case REC_FACTS:
			apply_facts(m, im, &rec);
			break;
		case REC_STATE:
			ended = take(&rec.body, state, sizeof *state);
			break;
		}
	}
	return ended;
}

/* --- the log --------------------------------------------------------- */

static int
read_log(const struct index_link *at, int64_t size, struct strbuf *out)
{
	int64_t len = size - at->end;
	ssize_t n;

	if (len > LOG_MAX) {
		errno = EFBIG;
		return -1;
	}
	n = fs_pread(
	    at->fd, strbuf_room(out, (size_t)len), (size_t)len, at->end);
	if (n == -1)
		return -1;
	out->len = (size_t)n;
	return 0;
}

/* Apply all that is whole; at->end is behind it then. */
static int
replay_log(struct mailbox *m, struct image *im, struct index_link *at,
    int64_t size, struct index_state *state)
{
	struct strbuf log = { 0 };
	struct span in, records;
	int r = read_log(at, size, &log);

	in = strbuf_span(&log);
	while (r == 0 && in.p < in.end) {
		const char *start = in.p;

		if (!index_transaction(&in, at->id, at->end, &records) ||
		    !apply(m, im, records, state)) {
			errno = EBADMSG;
			r = -1;
			break;
		}
		at->end += in.p - start;
	}
	strbuf_clear(&log);
	return r;
}

static void
uncount(struct mailbox *m, uint32_t i)
{
	struct row r;

	if (i == m->im.n)
		return;
	r = m->im.rows[i];
	r.state = 0;
	box_count(m, &r, -1);
}

/* Those have octets here, which the index does not know yet. */
static void
count_sized(struct mailbox *m)
{
	for (size_t k = 0; k < m->noted.n; k++) {
		uint32_t i = box_find(m, m->noted.v[k]);

		if (i == m->im.n || m->im.rows[i].uid != m->noted.v[k] ||
		    !(m->im.rows[i].state & MSG_SIZED))
			continue;
		if (m->counts.unsized > 0)
			m->counts.unsized--;
		m->counts.octets += m->im.rows[i].octets;
	}
}

void
replay_take_state(struct mailbox *m, const struct index_state *s)
{
	m->counts = *s;
	if (m->state.highestmodseq < s->highestmodseq)
		m->state.highestmodseq = s->highestmodseq;
	if (m->state.uidnext < s->uidnext)
		m->state.uidnext = s->uidnext;
	if (m->maxuid < s->maxuid)
		m->maxuid = s->maxuid;
	m->cur_stamp = s->cur;
	m->new_stamp = s->new;
	m->db_stamp = s->db;
	m->keywords_stamp = s->keywords;
	m->db = (struct uiddb){ .uidvalidity = s->uidvalidity,
		.uidnext = s->db_uidnext,
		.entries = s->db_entries,
		.neat = s->db_neat != 0,
		.ino = s->db_ino,
		.len = s->db_len };
	m->keywords_found.orphans = s->orphans != 0;
	m->keywords_found.step = s->step;
	m->written = *s;
	count_sized(m);
	/* those are gone here, which the index does not know yet */
	for (size_t k = 0; k < m->unlogged.n; k++)
		uncount(m, box_find(m, m->unlogged.v[k]));
}

int
replay_tail(struct mailbox *m, int64_t size)
{
	struct index_state state;
	int64_t end = m->link.end;
	int r = replay_log(m, &m->im, &m->link, size, &state);

	if (m->link.end > end)
		replay_take_state(m, &state);
	return r;
}

/* --- history --------------------------------------------------------- */

static void
gather_gone(struct span records, struct strbuf *out)
{
	struct record rec;

	while (index_record(&records, &rec))
		if (rec.type == REC_GONE &&
		    span_len(rec.body) == sizeof(struct gone))
			strbuf_cat(out, rec.body);
}

static int
base_history(int fd, struct strbuf *out)
{
	struct index_head h;
	struct stat st;
	size_t len;
	ssize_t n;

	if (fstat(fd, &st) == -1 || index_read_head(fd, &st, &h) == -1)
		return -1;
	len = h.gone * sizeof(struct gone);
	n = fs_pread(fd, strbuf_room(out, len), len, (int64_t)h.gone_at);
	if (n == -1)
		return -1;
	if ((size_t)n != len ||
	    sum_bytes(h.id, span_of(out->p + out->len, len)) != h.gone_check) {
		errno = EBADMSG;
		return -1;
	}
	out->len += len;
	return 0;
}

int
replay_history(const struct index_link *link, struct strbuf *out)
{
	struct index_link at = *link;
	struct strbuf log = { 0 };
	struct span in, records;
	size_t was = out->len;
	int r;

	at.end = at.log_at;
	r = base_history(at.fd, out);
	if (r == 0)
		r = read_log(&at, link->end, &log);
	in = strbuf_span(&log);
	while (r == 0 && in.p < in.end) {
		const char *start = in.p;

		if (!index_transaction(&in, at.id, at.end, &records)) {
			errno = EBADMSG;
			r = -1;
			break;
		}
		gather_gone(records, out);
		at.end += in.p - start;
	}
	strbuf_clear(&log);
	if (r == -1)
		strbuf_cut(out, was);
	return r;
}

/* --- a whole file ---------------------------------------------------- */

static int
load_sets(
    struct mailbox *m, struct image *im, int fd, const struct index_head *h)
{
	size_t len = (size_t)h->sets_len;
	struct strbuf text = { 0 };
	struct index_state none;
	ssize_t n;

	if (h->sets_len > SETS_MAX)
		return -1;
	n = fs_pread(fd, strbuf_room(&text, len), len, (int64_t)h->sets_at);
	if (n == -1 || (size_t)n != len ||
	    sum_bytes(h->id, span_of(text.p, len)) != h->sets_check) {
		strbuf_clear(&text);
		return -1;
	}
	(void)apply(m, im, span_of(text.p, len), &none);
	strbuf_clear(&text);
	return 0;
}

static int
open_index(int dir, struct stat *st)
{
	int fd = openat(dir, index_name,
	    O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd == -1 && box_is_unwritable(errno))
		return fs_open_file(dir, index_name, st);
	if (fd != -1 && fstat(fd, st) == -1) {
		fs_close(fd);
		return -1;
	}
	return fd;
}

/*
 * A log that ends in nonsense is believed up to there.  A file that was
 * changed after its last transaction is not: it is somebody's old copy.
 */
static int
load(struct mailbox *m, struct replay *r, const struct stat *st)
{
	struct index_head h;

	if (index_read_head(r->link.fd, st, &h) == -1 ||
	    image_open(&r->im, r->link.fd, &h) == -1)
		return -1;
	r->state = h.state;
	r->link.ino = st->st_ino;
	r->link.id = h.id;
	r->link.changed = clock_ns(st->st_ctim);
	r->link.log_at = r->link.end = (int64_t)h.log_at;
	if (load_sets(m, &r->im, r->link.fd, &h) == -1)
		return -1;
	/* what stops it is half a transaction, or the next writer's business */
	(void)replay_log(m, &r->im, &r->link, st->st_size, &r->state);
	r->link.at_end = r->link.end == st->st_size;
	numbers_sort(&r->im.holes);
	errno = EBADMSG;
	if (r->im.n - r->im.holes.n != r->state.messages)
		return -1;
	return clock_ns(st->st_ctim) / 1000 - r->state.time > SLACK_US ? -1 : 0;
}

int
replay_load(struct mailbox *m, struct replay *r)
{
	struct stat st;

	*r = (struct replay){ .link = { .dir = m->link.dir } };
	r->link.fd = open_index(m->link.dir, &st);
	if (r->link.fd == -1)
		return -1;
	if (load(m, r, &st) == 0)
		return 0;
	fs_close(r->link.fd);
	image_clear(&r->im);
	r->link.fd = -1;
	return -1;
}
