/* box.c: a mailbox from the inside. */
#include "store/box.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
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

/* --- a file that has been renamed ------------------------------------------------ */

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
	flags = flags_parse(span_str(box_name(m, i))) |
	    (msg->flags & FLAG_RECENT);
	if (flags != msg->flags) {
		msg->flags = (uint16_t)flags;
		msg->state |= MSG_CHANGED;
		msg->modseq = box_modseq(m);
		m->state.changed = true;
	}
	return 0;
}

struct mailbox *
box_of(const struct account *a, struct span folder)
{
	struct mailbox *m = a->boxes;

	while (m != NULL && !span_eq(strbuf_span(&m->folder), folder))
		m = m->next;
	return m;
}
