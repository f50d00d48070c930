/* rebase.c: an index written anew. */
#include "store/rebase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "base/sum.h"
#include "store/replay.h"
#include "store/root.h"
#include "sys/fs.h"

enum {
	BUFFER = 64 * 1024,
	PAGE = 4096, /* the format's, whatever the machine's */
	HISTORY_MIN = 10000
};

static const char new_name[] = "satchel-index.new";

/* Where a row that stays will be, and where its name: or it has no place. */
struct spot {
	uint32_t row, name;
};

static const uint32_t no_place = UINT32_MAX;

struct out {
	struct mailbox *m;
	int fd;
	int error; /* errno of the first failure */
	uint64_t at; /* bytes put so far */
	struct strbuf buf;
	struct strbuf sets, history, places;
	struct spot *spots; /* of each row that there is */
	struct index_head head;
};

static void
flush(struct out *o)
{
	if (o->error == 0 && fs_write(o->fd, strbuf_span(&o->buf)) == -1)
		o->error = errno;
	strbuf_reset(&o->buf);
}

static void
put(struct out *o, struct span s)
{
	strbuf_cat(&o->buf, s);
	o->at += span_len(s);
	if (o->buf.len >= BUFFER)
		flush(o);
}

static void
put_zeros(struct out *o, uint64_t upto)
{
	static const char zeros[PAGE];

	while (o->at < upto)
		put(o,
		    span_of(zeros,
			(size_t)(upto - o->at < PAGE ? upto - o->at : PAGE)));
}

/* lay_out() has checked the row. */
static bool
stays(const struct mailbox *m, uint32_t i)
{
	return !(m->im.rows[i].state & MSG_GONE);
}

static struct place *
place_of(const struct out *o, uint32_t k)
{
	return (struct place *)(void *)(o->places.p + index_places_len(k));
}

/* What a row's name field points at. */
static struct span
name_of(struct mailbox *m, uint32_t i, struct strbuf *scratch)
{
	if (!(m->im.rows[i].flags & ROW_ODD))
		return image_base(&m->im, i);
	strbuf_reset(scratch);
	image_name(&m->im, i, scratch);
	return strbuf_span(scratch);
}

/* --- parts ----------------------------------------------------------- */

static void
put_names(struct out *o)
{
	struct strbuf scratch = { 0 };

	for (uint32_t k = 0; k < o->head.rows; k++)
		put(o, name_of(o->m, place_of(o, k)->row, &scratch));
	strbuf_clear(&scratch);
}

/* From here on they tell of the rows of the new file. */
static void
put_places(struct out *o)
{
	uint64_t check;
	size_t start = sizeof check;

	for (uint32_t k = 0; k < o->head.rows; k++)
		place_of(o, k)->row = o->spots[place_of(o, k)->row].row;
	check = sum_bytes(
	    o->m->im.id, span_of(o->places.p + start, o->places.len - start));
	memcpy(o->places.p, &check, sizeof check);
	put(o, strbuf_span(&o->places));
}

static void
put_rows(struct out *o)
{
	struct image *im = &o->m->im;
	struct row r;

	for (uint32_t i = 0; i < im->n; i++) {
		if (!stays(o->m, i))
			continue;
		r = im->rows[i];
		if (r.uid == 0) /* by now: the old file was cut */
			o->error = EBADMSG;
		r.state = 0;
		r.name = o->spots[i].name;
		r.check = row_check(&r, im->id);
		put(o, span_of(&r, sizeof r));
	}
}

void
rebase_put_set(const struct mailbox *m, uint32_t number, struct strbuf *log)
{
	struct kwlist l = kwset_list(&m->keywords, m->im.sets.v[number]);
	struct strbuf names = { 0 };

	for (size_t i = 0; i < l.n; i++) {
		strbuf_cat(&names, m->keywords.names[l.v[i]]);
		strbuf_putc(&names, '\n');
	}
	index_put(log, REC_SET, number, strbuf_span(&names), span_of("", 0));
	strbuf_clear(&names);
}

static void
gather_sets(struct out *o)
{
	for (uint32_t k = 1; k < o->m->im.sets.n; k++)
		rebase_put_set(o->m, k, &o->sets);
}

/* The newest are kept; what is dropped raises the cut. */
static void
gather_history(struct out *o)
{
	struct mailbox *m = o->m;
	struct strbuf *all = &o->history;
	size_t max = o->head.rows > HISTORY_MIN ? o->head.rows : HISTORY_MIN;
	size_t n, drop;
	struct gone last;

	if (m->link.fd != -1 && replay_history(&m->link, all) == -1)
		o->head.state.cut = m->written.highestmodseq;
	strbuf_cat(all, strbuf_span(&m->history));
	n = all->len / sizeof last;
	drop = n > max ? n - max : 0;
	if (drop > 0) {
		memcpy(&last, all->p + (drop - 1) * sizeof last, sizeof last);
		if (o->head.state.cut < last.modseq)
			o->head.state.cut = last.modseq;
		memmove(all->p, all->p + drop * sizeof last,
		    (n - drop) * sizeof last);
		strbuf_cut(all, (n - drop) * sizeof last);
	}
	o->head.gone = (uint32_t)(n - drop);
}

/* The next name is that of row i, if it has no place yet. */
static void
order_one(struct out *o, uint32_t i)
{
	struct index_head *h = &o->head;
	struct place p = { .row = i };
	const struct row *r;

	if (i >= o->m->im.n || o->spots[i].name != no_place || !stays(o->m, i))
		return;
	r = &o->m->im.rows[i];
	o->spots[i].name = (uint32_t)h->names_len;
	h->names_len += r->namelen;
	p.hash = r->hash;
	p.flags = r->flags;
	p.namelen = r->namelen;
	strbuf_add(&o->places, &p, sizeof p);
}

/* As cur was listed just now, or else before; then what came since. */
static void
order_names(struct out *o)
{
	struct mailbox *m = o->m;
	const struct place *p = image_places(&m->im);
	uint32_t n = p != NULL ? m->im.nplaces : 0;
	static const char check[sizeof(uint64_t)];

	(void)strbuf_room(&o->places, index_places_len(o->head.rows));
	strbuf_add(&o->places, check, sizeof check);
	for (size_t k = 0; k < m->listed.n; k++)
		order_one(o, m->listed.v[k]);
	for (uint32_t k = 0; k < n; k++)
		order_one(o, p[k].row);
	for (uint32_t i = 0; i < m->im.n; i++)
		order_one(o, i);
}

/* Where everything will stand. */
static void
lay_out(struct out *o)
{
	struct index_head *h = &o->head;
	struct mailbox *m = o->m;

	o->spots = calloc((size_t)m->im.n + 1, sizeof *o->spots);
	if (o->spots == NULL)
		oom();
	for (uint32_t i = 0; i < m->im.n; i++) {
		if (!box_is_live(m, i))
			continue;
		(void)box_base(m, i);
		o->spots[i] = (struct spot){ h->rows++, no_place };
	}
	order_names(o);
	gather_sets(o);
	gather_history(o);
	h->id = m->im.id;
	h->sets_at = (sizeof *h + h->names_len + 7) & ~(uint64_t)7;
	h->sets_len = o->sets.len;
	h->sets_check = sum_bytes(h->id, strbuf_span(&o->sets));
	h->gone_at = h->sets_at + h->sets_len;
	h->gone_check = sum_bytes(h->id, strbuf_span(&o->history));
	h->rows_at = index_places_at(h) + o->places.len;
	h->rows_at = (h->rows_at + PAGE - 1) & ~(uint64_t)(PAGE - 1);
	h->log_at = h->rows_at + h->rows * sizeof(struct row);
}

static int
write_all(struct out *o)
{
	struct stat st;

	if (fstat(o->fd, &st) == -1)
		return -1;
	(void)strbuf_room(&o->buf, BUFFER + PAGE);
	o->head.ino = st.st_ino;
	index_seal_head(&o->head);
	put(o, span_of(&o->head, sizeof o->head));
	put_names(o);
	put_zeros(o, o->head.sets_at);
	put(o, strbuf_span(&o->sets));
	put(o, strbuf_span(&o->history));
	put_places(o);
	put_zeros(o, o->head.rows_at);
	put_rows(o);
	flush(o);
	errno = o->error;
	return o->error == 0 ? 0 : -1;
}

/* Its own place is all that a new file of the same content would change. */
static void
change_link(struct out *o)
{
	struct index_link *l = &o->m->link;

	if (l->fd != -1)
		fs_close(l->fd);
	l->fd = o->fd;
	l->ino = o->head.ino;
	l->id = o->head.id;
	l->changed = 0;
	l->log_at = l->end = (int64_t)o->head.log_at;
	l->rewrite = false;
	l->other = true;
	o->m->counts.cut = o->head.state.cut;
	strbuf_clear(&o->m->history);
}

static int
make_file(struct out *o)
{
	int dir = o->m->link.dir;

	o->fd = fs_create(dir, new_name, MODE_FILE);
	if (o->fd == -1 && errno == EEXIST) {
		(void)unlinkat(dir, new_name, 0); /* of one who was killed */
		o->fd = fs_create(dir, new_name, MODE_FILE);
	}
	return o->fd == -1 ? -1 : 0;
}

int
rebase_write(struct mailbox *m, const struct index_state *state)
{
	struct out o = { .m = m, .fd = -1 };
	int saved, r = -1;

	o.head.state = *state;
	lay_out(&o);
	/* a row was garbage: none of those that were counted is there */
	if (m->state.damaged) {
		errno = EBADMSG;
		goto clear_parts;
	}
	if (make_file(&o) == -1)
		goto clear_parts;
	if (write_all(&o) == -1 ||
	    renameat(m->link.dir, new_name, m->link.dir, index_name) == -1) {
		saved = errno;
		fs_close(o.fd);
		(void)unlinkat(m->link.dir, new_name, 0);
		errno = saved;
		goto clear_parts;
	}
	m->written = o.head.state;
	change_link(&o);
	r = 0;
clear_parts:
	saved = errno;
	strbuf_clear(&o.buf);
	strbuf_clear(&o.sets);
	strbuf_clear(&o.history);
	strbuf_clear(&o.places);
	free(o.spots);
	errno = saved;
	return r;
}
