/* octets.c: line ends and 8-bit bytes are counted, nothing is converted. */
#include "msg/octets.h"

#include "base/arena.h"
#include "base/strbuf.h"
#include "msg/structure.h"
#include "sys/fs.h"
#include "text/bytes.h"

enum { BLOCK = 64 * 1024, HEAD = 4096 };

/* Whether there is an 8-bit byte in from..to-1. */
static bool
is_8bit(int fd, int64_t from, int64_t to)
{
	char buf[HEAD];
	ssize_t n;

	for (; from < to; from += n) {
		n = fs_pread(fd, buf,
		    to - from < HEAD ? (size_t)(to - from) : HEAD, from);
		if (n <= 0)
			break;
		if (bytes_has_8bit(span_of(buf, (size_t)n)))
			return true;
	}
	return false;
}

/* The part that comes behind p in the file; NULL past the last. */
static const struct part *
next_part(const struct part *p)
{
	if (p->child != NULL)
		return p->child;
	while (p != NULL && p->next == NULL)
		p = p->parent;
	return p == NULL ? NULL : p->next;
}

static int
look_at_headers(int fd, bool *utf8)
{
	struct arena a = { 0 };
	struct part *root;
	int r = structure_read(&a, fd, &root);

	if (r == 0)
		for (const struct part *p = root; p != NULL && !*utf8;
		     p = next_part(p))
			*utf8 = is_8bit(fd, p->header, p->body);
	arena_clear(&a);
	return r;
}

int
octets_count(int fd, int64_t size, struct octets *out)
{
	struct strbuf buf = { 0 };
	char *p = strbuf_room(&buf, BLOCK), last = '\n';
	struct octets o = { 0 };
	bool cr = false, high = false, found;
	ssize_t n = 0;

	for (int64_t at = 0; at < size; at += n) {
		n = fs_pread(
		    fd, p, size - at < BLOCK ? (size_t)(size - at) : BLOCK, at);
		if (n <= 0)
			break;
		o.n += bytes_octets(span_of(p, (size_t)n), &cr, &found);
		high |= found;
		last = p[n - 1];
	}
	strbuf_clear(&buf);
	if (n == -1 || (high && look_at_headers(fd, &o.utf8) == -1))
		return -1;
	if (last != '\n')
		o.n += 2;
	*out = o;
	return 0;
}
