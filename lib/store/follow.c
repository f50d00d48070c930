/* follow.c: a mailbox and its index on disk. */
#include "store/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "store/adopt.h"
#include "store/modseqs.h"
#include "store/rebase.h"
#include "store/replay.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"

enum {
	LOG_MIN = 256 * 1024, /* shorter ones stay */
	KEPT_MAX = 64 * 1024, /* memory for the next one */
	NOTED_MAX = 256,
	BASE_PART = 16, /* and those shorter than this part of the base */
	RETRY_MS = 60 * 1000,
	SLACK_US = 2 * 1000 * 1000 /* that writing may take */
};

/* --- the link -------------------------------------------------------- */

/* There is no file any more that has what we know. */
static void
lose_link(struct mailbox *m)
{
	if (m->link.fd != -1)
		fs_close(m->link.fd);
	m->link.fd = -1;
	m->link.rewrite = true;
	m->link.other = true;
	/* its history is lost, and nothing of ours stands in for it */
	m->counts.cut = m->state.highestmodseq;
	strbuf_reset(&m->history);
}

/* Nor is this one such; not to be tried again as long as it is the same. */
static void
ignore_file(struct mailbox *m, const struct stat *st)
{
	lose_link(m);
	modseqs_begin(m);
	m->link.ino = st->st_ino;
	m->link.end = st->st_size;
	m->link.changed = clock_ns(st->st_ctim);
}

static void
take_link(struct mailbox *m, struct replay *r)
{
	bool off = m->link.off;

	if (m->link.fd != -1)
		fs_close(m->link.fd);
	m->link = r->link;
	m->link.off = off;
	m->rescan |= !m->link.at_end; /* what stands there is to be seen */
	m->link.at_end = false;
	replay_take_state(m, &r->state);
	strbuf_clear(&m->history);
}

/* --- opening --------------------------------------------------------- */

/* Whether courierimapuiddb can be the one that the index was made with. */
static bool
fits_db(const struct mailbox *m, const struct index_state *s)
{
	struct uiddb db;
	struct stat st;

	if (fstatat(m->md.dir, "courierimapuiddb", &st, AT_SYMLINK_NOFOLLOW) ==
	    -1)
		return false;
	if (!stamp_has_moved(&s->db, &st))
		return true;
	return uiddb_head(m->md.dir, &db) == 0 &&
	       db.uidvalidity == s->uidvalidity && db.uidnext >= s->db_uidnext;
}

static void
start_empty(struct mailbox *m)
{
	image_init(&m->im);
	m->link.fd = -1;
	m->link.rewrite = true;
	m->link.other = true;
	modseqs_begin(m);
	m->counts.first_unseen = UINT32_MAX;
}

int
follow_open_known(struct mailbox *m)
{
	struct replay r;

	m->first = true;
	m->link = (struct index_link){ .dir = m->caches, .fd = -1 };
	m->link.off = m->a->conf->no_index || m->caches == -1;
	if (m->link.off)
		return -1;
	if (replay_load(m, &r) == -1) {
		kwset_clear(&m->keywords);
		return -1;
	}
	if (!fits_db(m, &r.state)) {
		fs_close(r.link.fd);
		image_clear(&r.im);
		kwset_clear(&m->keywords);
		return -1;
	}
	m->im = r.im;
	take_link(m, &r);
	adopt_number_sets(m);
	m->names_logged = m->keywords.nnames;
	m->state.uidvalidity = r.state.uidvalidity;
	m->state.count = m->im.n - (uint32_t)m->im.holes.n;
	return 0;
}

void
follow_open(struct mailbox *m)
{
	if (follow_open_known(m) == -1)
		start_empty(m);
}

void
follow_open_again(struct mailbox *m)
{
	if (m->link.off || m->link.refused)
		return;
	if (m->link.fd != -1) {
		follow_look(m);
		return;
	}
	image_clear(&m->im);
	follow_open(m);
}

void
follow_reset(struct mailbox *m)
{
	if (m->link.fd != -1)
		fs_close(m->link.fd);
	image_clear(&m->im);
	kwset_clear(&m->keywords);
	m->set_numbers.n = m->gone.n = m->unlogged.n = 0;
	m->touched.n = m->noted.n = m->recent.n = 0;
	m->nchanged = 0;
	m->counts = (struct index_state){ .cut = 0 };
	m->db = (struct uiddb){ .uidvalidity = 0 };
	m->keywords_found = (struct keywords_found){ .step = 0 };
	m->maxuid = 0;
	m->state.count = m->state.uidvalidity = m->state.uidnext = 0;
	m->state.changed = false;
	m->state.keywords_new = false;
	stamp_forget(&m->cur_stamp);
	stamp_forget(&m->new_stamp);
	stamp_forget(&m->db_stamp);
	stamp_forget(&m->keywords_stamp);
	strbuf_reset(&m->log);
	m->names_logged = 0;
	m->link.off = m->a->conf->no_index || m->caches == -1;
	m->link.refused = true;
	start_empty(m);
}

void
follow_detach(struct mailbox *m)
{
	if (m->link.off)
		return;
	lose_link(m);
	m->link.off = true;
	m->link.retry_ms = clock_mono_ms() + RETRY_MS;
}

void
follow_close(struct mailbox *m)
{
	if (m->link.fd != -1)
		fs_close(m->link.fd);
	m->link.fd = -1;
	image_clear(&m->im);
	strbuf_clear(&m->log);
	strbuf_clear(&m->history);
	strbuf_clear(&m->name);
	numbers_clear(&m->set_numbers);
	numbers_clear(&m->gone);
	numbers_clear(&m->unlogged);
	numbers_clear(&m->touched);
	numbers_clear(&m->edited);
	numbers_clear(&m->noted);
	numbers_clear(&m->listed);
	numbers_clear(&m->recent);
}

/* --- looking --------------------------------------------------------- */

static void
adopt(struct mailbox *m, const struct stat *st)
{
	struct replay r;
	bool agree;

	if (replay_load(m, &r) == -1) {
		ignore_file(m, st);
		return;
	}
	/* one that was cut, or put back, tells of a time before */
	if (r.state.uidvalidity != m->state.uidvalidity ||
	    r.state.highestmodseq < m->written.highestmodseq ||
	    !image_is_good(&r.im)) {
		fs_close(r.link.fd);
		ignore_file(m, st);
		m->rescan = true;
	} else {
		agree = adopt_changes(m, &r.im, r.state.maxuid);
		take_link(m, &r);
		m->link.other = true;
		if (agree && adopt_rows(m, &r.im))
			return;
		if (!agree)
			adopt_refuse(m);
	}
	image_clear(&r.im);
}

/* Switched off by an error: whether it may have passed. */
static bool
is_off(struct mailbox *m)
{
	if (!m->link.off)
		return false;
	if (m->locked == 0 || m->link.retry_ms == 0 ||
	    clock_mono_ms() < m->link.retry_ms)
		return true;
	m->link.off = false;
	m->link.rewrite = true;
	return false;
}

/* What was read last may have been cut off, and as much been written since. */
static bool
is_as_read(const struct mailbox *m)
{
	const struct index_link *l = &m->link;
	uint64_t check; /* of the state that ends it */

	if (l->fd == -1 || l->end == l->log_at)
		return true;
	return fs_pread(l->fd, &check, sizeof check,
		   l->end - (int64_t)sizeof check) == sizeof check &&
	       check == m->written.check;
}

void
follow_look(struct mailbox *m)
{
	struct index_link *l = &m->link;
	struct stat st;

	l->at_end = false;
	m->im.sound = 0; /* what was seen long ago may be garbage now */
	if (!m->state.sticky || m->state.uidvalidity == 0 || is_off(m))
		return;
	if (fstatat(l->dir, index_name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
		/* what we know is still right, and the rest is there */
		if (l->fd != -1 && fstat(l->fd, &st) == 0 &&
		    st.st_size > l->end)
			(void)replay_tail(m, st.st_size);
		l->rewrite = true;
		l->ino = 0;
		return;
	}
	if (st.st_ino == l->ino && st.st_size >= l->end &&
	    ((l->changed == clock_ns(st.st_ctim) && st.st_size == l->end) ||
		((st.st_size > l->end || l->changed == 0) && is_as_read(m)))) {
		if (st.st_size > l->end && l->fd != -1)
			(void)replay_tail(m, st.st_size);
		l->changed = clock_ns(st.st_ctim);
		l->at_end = l->end == st.st_size;
		return;
	}
	adopt(m, &st);
}

void
follow_catch_up(struct mailbox *m)
{
	struct stat st;

	if (m->link.other && m->link.fd != -1 && m->locked == 0 &&
	    m->gone.n == 0 && m->unlogged.n == 0 && !m->link.off &&
	    !m->link.rewrite && fstat(m->link.fd, &st) == 0)
		adopt(m, &st);
}

/* --- writing --------------------------------------------------------- */

static bool
is_logging(const struct mailbox *m)
{
	return m->locked > 0 && !m->link.off && !m->link.rewrite &&
	       m->link.fd != -1;
}

static struct strbuf *
log_of(struct mailbox *m)
{
	if (m->log.len == 0)
		index_begin(&m->log);
	return &m->log;
}

void
follow_log_row(struct mailbox *m, uint32_t i)
{
	const struct row *r = &m->im.rows[i];
	struct row_change c = { .modseq = r->modseq,
		.keywords = r->keywords,
		.flags = r->flags,
		.namelen = r->namelen };
	struct strbuf name = { 0 };

	if (!is_logging(m))
		return;
	if (r->flags & ROW_ODD)
		image_name(&m->im, i, &name);
	index_put(log_of(m), REC_ROW, r->uid, span_of(&c, sizeof c),
	    strbuf_span(&name));
	strbuf_clear(&name);
}

static void
log_add(struct mailbox *m, uint32_t i)
{
	struct row r = m->im.rows[i];
	struct strbuf name = { 0 };

	r.state = 0;
	image_name(&m->im, i, &name);
	strbuf_cut(&name, r.namelen);
	index_put(log_of(m), REC_ADD, r.uid, span_of(&r, sizeof r),
	    strbuf_span(&name));
	strbuf_clear(&name);
}

void
follow_log_add(struct mailbox *m, uint32_t i)
{
	if (is_logging(m))
		log_add(m, i);
}

void
follow_log_facts(struct mailbox *m, uint32_t i)
{
	const struct row *r = &m->im.rows[i];
	struct row_facts f = { r->date, r->octets, r->facts, r->saved };

	if (is_logging(m))
		index_put(log_of(m), REC_FACTS, r->uid, span_of(&f, sizeof f),
		    span_of("", 0));
}

void
follow_log_set(struct mailbox *m, uint32_t number)
{
	if (is_logging(m))
		rebase_put_set(m, number, log_of(m));
}

/* Expunges get their mod-sequences here. */
static void
log_gone(struct mailbox *m)
{
	uint32_t i = 0;

	for (size_t k = 0; k < m->unlogged.n; k++) {
		struct gone g = { .modseq = box_modseq(m),
			.uid = m->unlogged.v[k] };

		i = box_find_near(m, g.uid, i);

		if (i < m->im.n && m->im.rows[i].uid == g.uid) {
			m->im.rows[i].modseq = g.modseq;
			image_seal(&m->im, i);
		}
		if (is_logging(m))
			index_put(log_of(m), REC_GONE, g.uid,
			    span_of(&g, sizeof g), span_of("", 0));
		/* until it stands in a file */
		strbuf_add(&m->history, &g, sizeof g);
	}
	m->unlogged.n = 0;
}

static void
log_touched(struct mailbox *m)
{
	for (size_t k = 0; k < m->touched.n; k++) {
		uint32_t i = box_find(m, m->touched.v[k]);

		if (i == m->im.n || m->im.rows[i].uid != m->touched.v[k] ||
		    !box_is_live(m, i))
			continue;
		(void)box_edit(m, i);
		box_edited(m, i, true);
	}
	m->touched.n = 0;
}

static void
log_noted(struct mailbox *m)
{
	uint32_t i = 0;

	box_drop_lost(m);
	if (m->noted.n > 0 && m->known.id != 0)
		m->counts.facts_id = m->known.id;
	/* a new base is read faster than so many records, by all sessions */
	if (m->noted.n > NOTED_MAX && m->noted.n > m->im.n / BASE_PART)
		m->link.rewrite = true;
	for (size_t k = 0; k < m->noted.n; k++) {
		i = box_find_near(m, m->noted.v[k], i);
		box_set_state(m, i, MSG_NOTED | MSG_SIZED, 0);
		follow_log_facts(m, i);
	}
	numbers_clear(&m->noted);
}

/*
 * Keywords that no set has are known all the same: a set of the new ones,
 * which no message has, says so.
 */
static void
log_names(struct mailbox *m)
{
	size_t n = m->keywords.nnames;
	struct numbers fresh = { 0 };

	if (m->names_logged >= n)
		return;
	for (size_t k = m->names_logged; k < n; k++)
		numbers_add(&fresh, (uint32_t)k);
	(void)box_set_number(m, kwset_set(&m->keywords, fresh.v, fresh.n));
	numbers_clear(&fresh);
	m->names_logged = n;
}

static void
fill_state(const struct mailbox *m, struct index_state *s)
{
	*s = m->counts;
	s->highestmodseq = m->state.highestmodseq;
	s->time = m->written.time;
	s->uidvalidity = m->state.uidvalidity;
	s->uidnext = m->state.uidnext;
	s->maxuid = m->maxuid;
	s->db_ino = m->db.ino;
	s->db_len = m->db.len;
	s->db_uidnext = m->db.uidnext;
	s->db_entries = m->db.entries;
	s->db_neat = m->db.neat;
	s->orphans = m->keywords_found.orphans;
	s->step = m->keywords_found.step;
	s->cur = m->cur_stamp;
	s->new = m->new_stamp;
	s->db = m->db_stamp;
	s->keywords = m->keywords_stamp;
}

static int
append(struct mailbox *m, struct index_state *s)
{
	struct strbuf *log = log_of(m);

	index_seal_state(s, m->link.id);
	index_put(log, REC_STATE, 0, span_of(s, sizeof *s), span_of("", 0));
	index_seal(log, m->link.id, m->link.end);
	if (fs_pwrite(m->link.fd, strbuf_span(log), m->link.end) == -1)
		return -1;
	m->link.end += (int64_t)log->len;
	m->link.changed = 0;
	m->written = *s;
	strbuf_clear(&m->history);
	return 0;
}

/* Behind what was read stands something that cannot be: who knows what was. */
static bool
has_lost_end(const struct index_link *l)
{
	struct stat st;

	return l->fd != -1 && !l->at_end &&
	       (fstat(l->fd, &st) == -1 || st.st_size != l->end);
}

/* Whether the log may not be appended to, or is long enough. */
static bool
is_rewrite_due(const struct mailbox *m)
{
	const struct index_link *l = &m->link;
	int64_t max = l->log_at / BASE_PART, len;
	struct stat st;

	if (l->rewrite || l->fd == -1)
		return true;
	if (!l->at_end && (fstat(l->fd, &st) == -1 || st.st_nlink == 0))
		return true;
	len = l->end - l->log_at + (int64_t)m->log.len;
	return len > (max > LOG_MIN ? max : LOG_MIN);
}

static int
write_index(struct mailbox *m)
{
	struct index_state s;
	bool lost = has_lost_end(&m->link);
	int64_t start = clock_now_us();
	struct replay r;

	if (lost)
		modseqs_begin(m);
	fill_state(m, &s);
	s.time = start;
	if (!lost && !is_rewrite_due(m))
		return append(m, &s);
	if (rebase_write(m, &s) == -1)
		return -1;
	strbuf_reset(&m->log);
	/* one that took long is not older than its time says */
	if (clock_now_us() - start > SLACK_US / 4) {
		s.time = clock_now_us();
		if (append(m, &s) == -1)
			return -1;
	}
	if (m->gone.n > 0 || replay_load(m, &r) == -1)
		return 0;
	fs_close(r.link.fd);
	if (!adopt_rows(m, &r.im))
		image_clear(&r.im);
	return 0;
}

static bool
is_unchanged(struct mailbox *m)
{
	struct index_state s;

	fill_state(m, &s);
	return m->log.len == 0 && m->link.fd != -1 && !m->link.rewrite &&
	       !has_lost_end(&m->link) &&
	       memcmp(&s, &m->written, offsetof(struct index_state, check)) ==
		   0;
}

void
follow_commit(struct mailbox *m)
{
	m->locked++;
	log_gone(m);
	log_touched(m);
	log_noted(m);
	if (!m->state.sticky || m->state.uidvalidity == 0 || m->link.off)
		goto reset_log;
	log_names(m);
	if (!is_unchanged(m) && write_index(m) == -1) {
		/* it is a cache: others find what they miss by a scan */
		follow_detach(m);
	}
reset_log:
	numbers_clear(&m->listed);
	m->locked--;
	m->link.at_end = false;
	if (m->log.max > KEPT_MAX)
		strbuf_clear(&m->log);
	strbuf_reset(&m->log);
}
