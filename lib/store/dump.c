/* dump.c: an index in words, for people. */
#include "store/dump.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "store/box.h"
#include "store/replay.h"
#include "sys/fs.h"

struct dump {
	struct wr *out;
	int dir;
	struct mailbox m; /* only what replay_load() needs of it */
	struct replay r;
	int faults;
};

static void
put(struct dump *d, const char *text)
{
	wr_span(d->out, span_str(text));
}

/* "what n" in a line. */
static void
put_number(struct dump *d, const char *what, uint64_t n)
{
	put(d, what);
	put(d, " ");
	wr_num(d->out, n);
	put(d, "\n");
}

static void
fault(struct dump *d, const char *what, uint32_t uid)
{
	d->faults++;
	put(d, "fault: ");
	if (uid != 0) {
		put(d, "UID ");
		wr_num(d->out, uid);
		put(d, ": ");
	}
	put(d, what);
	put(d, "\n");
}

static void
put_stamp(struct dump *d, const char *name, const struct stamp *s)
{
	static const char *const states[] = { "never read", "clean",
		"read too soon", "changed by ourselves" };
	struct stat st;
	bool none = fstatat(d->dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1;

	put(d, name);
	put(d, ": ");
	put(d, s->state <= STAMP_OWED ? states[s->state] : "?");
	put(d, stamp_is_other(s, none ? NULL : &st) ? ", has changed since\n"
						    : ", as it was\n");
}

static void
put_state(struct dump *d)
{
	const struct index_state *s = &d->r.state;

	put_number(d, "uidvalidity", s->uidvalidity);
	put_number(d, "uidnext", s->uidnext);
	put_number(d, "highestmodseq", s->highestmodseq);
	put_number(d, "history after", s->cut);
	put_number(d, "messages", s->messages);
	put_number(d, "unseen", s->unseen);
	put_number(d, "deleted", s->deleted);
	put_number(d, "octets", s->octets);
	put_number(d, "messages of unknown octets", s->unsized);
	put_number(d, "rows", d->r.im.n);
	put_number(
	    d, "octets of log", (uint64_t)(d->r.link.end - d->r.link.log_at));
	put_stamp(d, "cur", &s->cur);
	put_stamp(d, "new", &s->new);
	put_stamp(d, "courierimapuiddb", &s->db);
	put_stamp(d, "courierimapkeywords", &s->keywords);
}

/* UID, mod-sequence, name; what a terminal might obey is not shown. */
static void
put_row(struct dump *d, uint32_t i)
{
	const struct row *r = &d->r.im.rows[i];
	struct strbuf name = { 0 };

	wr_num(d->out, r->uid);
	wr_putc(d->out, ' ');
	wr_num(d->out, r->modseq);
	wr_putc(d->out, ' ');
	image_name(&d->r.im, i, &name);
	for (size_t k = 0; k < name.len; k++)
		wr_putc(d->out,
		    name.p[k] >= ' ' && name.p[k] <= '~' ? name.p[k] : '?');
	wr_putc(d->out, '\n');
	strbuf_clear(&name);
}

/* A row against itself, its neighbours, and the state's counts. */
static void
check_row(struct dump *d, uint32_t i, struct index_state *counted)
{
	const struct image *im = &d->r.im;
	const struct row *r = &im->rows[i];

	if (!image_is_sound(im, i)) {
		fault(d, "the row's check is wrong", r->uid);
		return;
	}
	if (!image_has_base(im, i))
		fault(d, "it has no such name", r->uid);
	if (i > 0 && r->uid <= im->rows[i - 1].uid)
		fault(d, "not above the one before", r->uid);
	if (r->modseq > d->r.state.highestmodseq)
		fault(d, "its mod-sequence is above the highest", r->uid);
	if (r->keywords >= im->sets.n)
		fault(d, "it has no such set of keywords", r->uid);
	if (r->state & MSG_GONE)
		return;
	counted->messages++;
	counted->unseen += !(r->flags & FLAG_SEEN);
	counted->deleted += (r->flags & FLAG_DELETED) != 0;
}

/* Whether the file is there; only where cur is as it was. */
static void
check_file(struct dump *d, uint32_t i)
{
	struct strbuf name = { 0 };
	struct stat st;

	image_name(&d->r.im, i, &name);
	strbuf_putc(&name, '\0');
	if (fstatat(d->m.md.cur, name.p, &st, AT_SYMLINK_NOFOLLOW) == -1)
		fault(d, "its file is not in cur", d->r.im.rows[i].uid);
	strbuf_clear(&name);
}

static void
check_place(struct dump *d, const struct place *p)
{
	const struct image *im = &d->r.im;
	const struct row *r;

	if (p->row >= im->nplaces) {
		fault(d, "a place is no row's", 0);
		return;
	}
	r = &im->rows[p->row];
	if (p->hash != r->hash ||
	    (!image_is_touched(im, p->row) && p->namelen != r->namelen))
		fault(d, "its place is another's", r->uid);
}

/* Zeros in their stead are of a version that knew of none. */
static void
check_places(struct dump *d)
{
	static const char none[sizeof(uint64_t)];
	struct image *im = &d->r.im;
	const char *at = im->map->p + im->places_at;
	bool any = im->places_at != 0 && memcmp(at, none, sizeof none) != 0;
	const struct place *p = image_places(im);

	if (any && p == NULL)
		fault(d, "the check of the places is wrong", 0);
	for (uint32_t k = 0; p != NULL && k < im->nplaces; k++)
		check_place(d, &p[k]);
}

static void
check_all(struct dump *d, bool rows)
{
	const struct index_state *s = &d->r.state;
	struct index_state counted = { .messages = 0 };
	struct stat st;
	bool same =
	    fstat(d->m.md.cur, &st) == 0 && !stamp_has_moved(&s->cur, &st);

	for (uint32_t i = 0; i < d->r.im.n; i++) {
		bool gone = (d->r.im.rows[i].state & MSG_GONE) != 0;

		check_row(d, i, &counted);
		if (rows && !gone)
			put_row(d, i);
		if (same && !gone && image_has_base(&d->r.im, i))
			check_file(d, i);
	}
	check_places(d);
	if (counted.messages != s->messages || counted.unseen != s->unseen ||
	    counted.deleted != s->deleted)
		fault(d, "the counts are not those of the rows", 0);
	if (fstat(d->r.link.fd, &st) == 0 && st.st_size > d->r.link.end)
		fault(d, "the log ends in what is no transaction", 0);
}

int
dump_index(int dir, int index, bool rows, struct wr *out)
{
	struct dump d = { .out = out, .dir = dir };

	d.m.link.dir = index;
	if (replay_load(&d.m, &d.r) == -1) {
		fault(&d,
		    errno == ENOENT ? "there is none"
				    : "it is not to be believed",
		    0);
		return d.faults;
	}
	d.m.md.cur = fs_open_dir(dir, "cur");
	put_state(&d);
	check_all(&d, rows);
	if (d.m.md.cur != -1)
		fs_close(d.m.md.cur);
	fs_close(d.r.link.fd);
	image_clear(&d.r.im);
	kwset_clear(&d.m.keywords);
	return d.faults;
}
