/* subs.c: courierimapsubscribed. */
#include "store/subs.h"

#include <errno.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "store/lock.h"
#include "store/maildir.h"
#include "store/name.h"
#include "store/root.h"
#include "sys/fs.h"

static const char file_name[] = "courierimapsubscribed";

enum { MAX_LEN = 64 << 20 };

/*
 * A line is "INBOX" in any case and the directory's name, so that the folder
 * Work is "INBOX.Work" (courierimapsubscribed(5)).
 */
static bool
p_line(struct account *a, struct span line, struct strbuf *name)
{
	if (!span_eat_word(&line, "INBOX"))
		return false;
	return line.p == line.end || name_from_dir(a, line, name);
}

static bool
put_line(struct account *a, struct span name, struct strbuf *out)
{
	size_t start = out->len;

	strbuf_puts(out, "INBOX");
	if (name.p != name.end && !name_to_dir(a, name, out)) {
		strbuf_cut(out, start);
		return false;
	}
	strbuf_putc(out, '\n');
	return true;
}

static int
load(struct account *a, struct strbuf *text)
{
	if (fs_slurp(a->fd, file_name, MAX_LEN, text) == 0)
		return 0;
	if (errno == ENOENT)
		return 0;
	if (errno == EINVAL) /* a FIFO, say: not the folder's name */
		errno = EBADMSG;
	return -1;
}

static int
compare(const void *va, const void *vb)
{
	const struct span *a = va, *b = vb;

	return span_cmp(*a, *b);
}

int
subs_list(struct account *a, struct arena *ar, struct span **out, size_t *n)
{
	struct strbuf text = { 0 }, name = { 0 };
	struct span s, *v = NULL;
	size_t found = 0, max = 0, kept = 0;

	if (load(a, &text) == -1)
		return -1;
	for (s = strbuf_span(&text); s.p < s.end;) {
		strbuf_reset(&name);
		if (!p_line(a, span_cut(&s, '\n'), &name))
			continue;
		v = arena_grow(ar, v, found, &max, sizeof *v);
		v[found++] = arena_span(ar, strbuf_span(&name));
	}
	strbuf_clear(&text);
	strbuf_clear(&name);
	if (found > 1)
		qsort(v, found, sizeof *v, compare);
	for (size_t i = 0; i < found; i++)
		if (kept == 0 || !span_eq(v[kept - 1], v[i]))
			v[kept++] = v[i];
	*out = v;
	*n = kept;
	return 0;
}

/* Copy the lines that are not name's; whether there was one that is. */
static bool
filter(
    struct account *a, struct span text, struct span name, struct strbuf *out)
{
	struct strbuf one = { 0 };
	bool there = false;

	while (text.p < text.end) {
		struct span line = span_cut(&text, '\n');

		strbuf_reset(&one);
		if (p_line(a, line, &one) && span_eq(strbuf_span(&one), name)) {
			there = true;
			continue;
		}
		strbuf_cat(out, line);
		strbuf_putc(out, '\n');
	}
	strbuf_clear(&one);
	return there;
}

/*
 * Courier locks nothing here, and can lose a change that is made at the same
 * time; ours are made one after the other.
 */
static int
change(struct account *a, struct span name, bool add)
{
	struct strbuf text = { 0 }, new = { 0 };
	struct lock lock;
	int tmp = fs_open_dir(a->fd, "tmp"), r = -1;

	if (tmp == -1)
		return -1;
	if (lock_take(a, tmp, &lock) == -1)
		goto close_tmp;
	if (load(a, &text) == -1)
		goto drop_lock;
	if (filter(a, strbuf_span(&text), name, &new) == add) {
		r = 0;
		goto drop_lock;
	}
	if (add && !put_line(a, name, &new)) {
		errno = EINVAL;
		goto drop_lock;
	}
	r = maildir_replace(a, file_name, strbuf_span(&new));
drop_lock:
	lock_drop(&lock);
close_tmp:
	fs_close(tmp);
	strbuf_clear(&text);
	strbuf_clear(&new);
	return r;
}

int
subs_add(struct account *a, struct span name)
{
	return change(a, name, true);
}

int
subs_remove(struct account *a, struct span name)
{
	return change(a, name, false);
}
