/* box.c: a mailbox from the inside. */
#include "store/box.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "store/quota.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"

/*
 * The heap of names: before each stands a byte with the room it has, so that
 * a flag can be set in place.
 */
enum { NAME_ROOM = 8 }; /* ":2,DFRST" */

const char *
box_name(const struct mailbox *m, size_t i)
{
	return m->names.p + m->msgs[i].name;
}

uint32_t
box_add_name(struct mailbox *m, struct span name)
{
	size_t len = span_len(name), room = len + NAME_ROOM;
	char *to;

	if (len > NAME_LEN)
		len = NAME_LEN; /* no file has such a name */
	if (room > NAME_LEN)
		room = NAME_LEN;
	to = strbuf_room(&m->names, room + 2);
	if (m->names.len + room + 2 > UINT32_MAX)
		oom();
	*to = (char)(unsigned char)room;
	memcpy(to + 1, name.p, len);
	memset(to + 1 + len, 0, room + 1 - len);
	m->names.len += room + 2;
	return (uint32_t)(m->names.len - room - 1);
}

void
box_set_name(struct mailbox *m, size_t i, struct span name)
{
	char *at = m->names.p + m->msgs[i].name;
	size_t room = (unsigned char)at[-1], len = span_len(name);

	if (len > room) {
		m->dead_names += room + 2;
		m->msgs[i].name = box_add_name(m, name);
		return;
	}
	memcpy(at, name.p, len);
	memset(at + len, 0, room + 1 - len);
}

bool
box_is_live(const struct mailbox *m, size_t i)
{
	return !(m->msgs[i].state & MSG_GONE);
}

uint64_t
box_modseq(struct mailbox *m)
{
	uint64_t now = (uint64_t)clock_now_us();
	uint64_t *last = &m->state.highestmodseq;

	*last = now > *last ? now : *last + 1;
	return *last;
}

void
box_set_gone(struct mailbox *m, size_t i)
{
	if (!box_is_live(m, i))
		return;
	m->msgs[i].state |= MSG_GONE;
	m->msgs[i].modseq = box_modseq(m);
	m->state.changed = true;
	history_gone(m, m->msgs[i].uid, m->msgs[i].modseq);
}

bool
box_is_unwritable(int error)
{
	return error == EROFS || error == EACCES || error == EPERM;
}

void
box_own_cur(struct mailbox *m)
{
	struct stat st;

	if (fstat(m->md.cur, &st) == 0)
		stamp_own(&m->cur_stamp, &st);
	m->state.owed = true;
}

void
box_own_keywords(struct mailbox *m)
{
	struct stat st;

	if (fstatat(m->md.dir, "courierimapkeywords", &st,
		AT_SYMLINK_NOFOLLOW) == 0)
		stamp_own(&m->keywords_stamp, &st);
	m->state.owed = true;
}

/* --- a file that has been renamed ------------------------------------ */

struct search {
	struct mailbox *m;
	size_t i;
	struct span base;
};

static bool
same_base(struct span base, const char *name)
{
	size_t len = span_len(base);

	return strncmp(name, base.p, len) == 0 &&
	       (name[len] == '\0' || name[len] == ':');
}

static int
match(void *arg, const char *name, unsigned char type)
{
	struct search *s = arg;

	if (!same_base(s->base, name) ||
	    !maildir_is_file(s->m->md.cur, name, type))
		return 0;
	box_set_name(s->m, s->i, span_str(name));
	return 1;
}

/*
 * The new flags are told of as if a scan had found them.  A second look is
 * for a file that was renamed during the first.
 */
int
box_relocate(struct mailbox *m, size_t i)
{
	struct strbuf base = { 0 };
	struct search s = { .m = m, .i = i };
	struct message *msg = &m->msgs[i];
	unsigned flags;
	int r = 0;

	if (!box_is_live(m, i)) {
		errno = ESTALE;
		return -1;
	}
	strbuf_cat(&base, flags_base(span_str(box_name(m, i))));
	s.base = strbuf_span(&base);
	for (int look = 0; look < 2 && r == 0; look++)
		r = fs_walk(m->md.cur, match, &s);
	strbuf_clear(&base);
	if (r == -1)
		return -1;
	if (r == 0) {
		box_set_gone(m, i);
		errno = ESTALE;
		return -1;
	}
	msg->state &= (uint16_t)~MSG_IN_NEW;
	flags =
	    flags_parse(span_str(box_name(m, i))) | (msg->flags & FLAG_RECENT);
	if (flags != msg->flags) {
		msg->flags = (uint16_t)flags;
		msg->state |= MSG_CHANGED;
		msg->modseq = box_modseq(m);
		m->state.changed = true;
	}
	return 0;
}

void
box_record_quota(struct mailbox *m)
{
	if (m->quota_bytes != 0 || m->quota_messages != 0)
		quota_record(m->a, m->quota_bytes, m->quota_messages);
	m->quota_bytes = m->quota_messages = 0;
}

struct mailbox *
box_of(const struct account *a, struct span folder)
{
	struct mailbox *m = a->boxes;

	while (m != NULL && !span_eq(strbuf_span(&m->folder), folder))
		m = m->next;
	return m;
}

void
box_make_room(struct mailbox *m, size_t n)
{
	size_t want = m->state.count + n;
	struct message *v;

	if (want <= m->max)
		return;
	want += want / 8 + 16;
	if ((v = realloc(m->msgs, want * sizeof *v)) == NULL)
		oom();
	m->msgs = v;
	m->max = want;
}

/* A set of another kwset in ours. */
static uint32_t
translate(struct mailbox *m, const struct kwset *kw, struct kwlist l)
{
	uint32_t *v, id;
	bool added = false;

	if (l.n == 0)
		return 0;
	if ((v = malloc(l.n * sizeof *v)) == NULL)
		oom();
	for (size_t i = 0; i < l.n; i++)
		(void)kwset_name(
		    &m->keywords, kw->names[l.v[i]], true, &v[i], &added);
	id = kwset_set(&m->keywords, v, l.n);
	free(v);
	m->state.keywords_new |= added;
	return id;
}

static void
arrive(struct mailbox *m, const struct box_arrival *a, uint64_t modseq)
{
	struct message *msg = &m->msgs[m->state.count++];

	*msg = (struct message){ .uid = a->uid, .modseq = modseq };
	msg->name = box_add_name(m, a->name);
	msg->flags = (uint16_t)(flags_parse(a->name) | FLAG_RECENT);
	msg->keywords = translate(m, a->kw, a->keywords);
	m->maxuid = a->uid;
	history_came(m, a->uid);
}

void
box_arrive(struct mailbox *m, const struct box_arrival *v, size_t n,
    const struct uiddb *was, const struct uiddb *now)
{
	bool keywords = false;
	struct stat st;
	uint64_t modseq;

	if (n == 0)
		return;
	if (m->own_last == 0 || m->own_last + 1 != v[0].uid)
		m->own_first = v[0].uid;
	m->own_last = v[n - 1].uid;
	if (!m->state.sticky || !was->neat || !m->db.neat ||
	    was->uidvalidity != m->state.uidvalidity || was->ino != m->db.ino ||
	    was->len != m->db.len || m->db_stamp.state != STAMP_CLEAN ||
	    v[0].uid <= m->maxuid)
		return;
	modseq = box_modseq(m);
	box_make_room(m, n);
	for (size_t i = 0; i < n; i++) {
		arrive(m, &v[i], modseq);
		keywords |= v[i].keywords.n > 0;
	}
	m->db.len = now->len;
	m->db.uidnext = now->uidnext;
	m->db.entries += (uint32_t)n;
	if (m->state.uidnext < now->uidnext)
		m->state.uidnext = now->uidnext;
	if (fstatat(m->md.dir, "courierimapuiddb", &st, AT_SYMLINK_NOFOLLOW) ==
	    0)
		stamp_read(&m->db_stamp, &st, INT64_MAX);
	box_own_cur(m);
	if (keywords)
		box_own_keywords(m);
}
