/* memo.c: one file's tree, and marks along it. */
#include "imap/memo.h"

#include <string.h>

#include "msg/stream.h"
#include "sys/fs.h"

static bool
is_of(const struct memo *m, const struct stat *st)
{
	return m->dev == st->st_dev && m->ino == st->st_ino &&
	       m->size == st->st_size &&
	       m->mtime.tv_sec == st->st_mtim.tv_sec &&
	       m->mtime.tv_nsec == st->st_mtim.tv_nsec;
}

void
memo_use(struct memo *m, const struct stat *st)
{
	if (is_of(m, st))
		return;
	memo_clear(m);
	m->dev = st->st_dev;
	m->ino = st->st_ino;
	m->size = st->st_size;
	m->mtime = st->st_mtim;
}

int
memo_tree(struct memo *m, int fd, const struct structure_lines *lines,
    const struct part **root, bool *fresh)
{
	*fresh = m->root == NULL;
	if (*fresh &&
	    structure_read_lines(&m->arena, fd, lines, &m->root) == -1) {
		m->root = NULL;
		return -1;
	}
	*root = m->root;
	return 0;
}

void
memo_trim(struct memo *m)
{
	unsigned n = 0;

	for (const struct part *p = m->root; p != NULL; p = structure_next(p))
		n++;
	if (n <= MEMO_PARTS)
		return;
	m->root = NULL;
	arena_clear(&m->arena);
}

/*
 * A place for a mark, at or a little behind offset: never between a CR and
 * its LF, since the count begins anew there.  -1 with errno.
 */
static int64_t
place(int fd, int64_t offset, int64_t to)
{
	ssize_t n = 1;
	char c = '\r';

	for (offset--; offset < to && n == 1 && c == '\r'; offset++)
		n = fs_pread(fd, &c, 1, offset);
	return n == -1 ? -1 : offset;
}

static int
make_marks(struct memo *m, int fd, int64_t from, int64_t to)
{
	struct memo_mark mark = { .offset = from };
	int64_t next, n;

	strbuf_reset(&m->marks);
	m->from = from;
	m->to = to;
	while (mark.offset < to) {
		strbuf_add(&m->marks, &mark, sizeof mark);
		next = to;
		if (to - mark.offset > MEMO_STEP)
			next = place(fd, mark.offset + MEMO_STEP, to);
		n = next == -1 ? -1 : stream_crlf_len(fd, mark.offset, next);
		if (n == -1) {
			strbuf_reset(&m->marks);
			return -1;
		}
		mark.offset = next;
		mark.octets += (uint64_t)n;
	}
	m->total = mark.octets;
	return 0;
}

int
memo_range(struct memo *m, int fd, int64_t from, int64_t to)
{
	if (m->marks.len > 0 && m->from == from && m->to == to)
		return 0;
	return make_marks(m, fd, from, to);
}

struct memo_mark
memo_seek(const struct memo *m, uint64_t skip)
{
	struct memo_mark found = { .offset = m->from }, mark;

	for (size_t i = 0; i < m->marks.len; i += sizeof mark) {
		memcpy(&mark, m->marks.p + i, sizeof mark);
		if (mark.octets > skip)
			break;
		found = mark;
	}
	return found;
}

void
memo_clear(struct memo *m)
{
	arena_clear(&m->arena);
	strbuf_clear(&m->marks);
	*m = (struct memo){ 0 };
}
