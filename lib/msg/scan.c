/* scan.c: blocks of a file, cut at line ends. */
#include "msg/scan.h"

#include <errno.h>
#include <string.h>

#include "sys/fs.h"
#include "text/bytes.h"

enum { FIRST = 8 * 1024, BLOCK = 64 * 1024 };

void
scan_open(struct scan *s, int fd, int64_t from, int64_t to, bool head)
{
	memset(s, 0, sizeof *s);
	s->fd = fd;
	s->next = from;
	s->to = to;
	s->block = head ? FIRST : BLOCK;
	(void)strbuf_room(&s->mem, SCAN_HEAD + s->block);
}

void
scan_open_mem(struct scan *s, struct span mem)
{
	memset(s, 0, sizeof *s);
	s->fd = -1;
	s->p = mem.p;
	s->end = mem.end;
	s->eof = true;
}

/* Read a block behind what is left of the last one, which is moved down. */
static void
refill(struct scan *s)
{
	size_t left = (size_t)(s->end - s->p), want = s->block;
	char *to = s->mem.p;
	ssize_t n;

	if (s->to - s->next < (int64_t)want)
		want = s->to > s->next ? (size_t)(s->to - s->next) : 0;
	if (left > 0)
		memmove(to, s->p, left);
	n = want > 0 ? fs_pread(s->fd, to + left, want, s->next) : 0;
	if (n == -1) {
		s->failed = true;
		n = 0;
	}
	s->next += n;
	s->eof = (size_t)n < s->block;
	s->p = to;
	s->end = to + left + n;
}

bool
scan_piece(struct scan *s, struct span *piece)
{
	size_t have = (size_t)(s->end - s->p);
	const char *lf;

	if (have < SCAN_HEAD && !s->eof) {
		refill(s);
		have = (size_t)(s->end - s->p);
	}
	if (have == 0 || s->failed)
		return false;
	piece->p = s->p;
	lf = memchr(s->p, '\n', have);
	if (lf != NULL)
		piece->end = lf + 1;
	else if (!s->eof && s->end[-1] == '\r')
		piece->end = s->end - 1;
	else
		piece->end = s->end;
	s->p = piece->end;
	s->bol = !s->mid;
	s->mid = lf == NULL;
	return true;
}

bool
scan_lines(struct scan *s, bool dashes, struct scan_lines *out)
{
	if (s->mid)
		return false;
	out->all.p = s->p;
	out->all.end = bytes_lines(
	    (struct span){ s->p, s->end }, dashes, &out->n, &out->bare);
	s->p = out->all.end;
	s->bol = s->bol || out->n > 0;
	return out->n > 0;
}

int
scan_close(struct scan *s)
{
	int saved = errno;

	strbuf_clear(&s->mem);
	errno = saved;
	return s->failed ? -1 : 0;
}
