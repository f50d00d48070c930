/* gather.c: what is kept of every message in t/mail. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "gather.h"
#include "memfile.h"
#include "sys/fs.h"
#include "tap.h"

static int
check_file(void *arg, const char *name, unsigned char type)
{
	int *dir = arg, fd;
	struct stat st;

	if (type != DT_REG && type != DT_UNKNOWN)
		return 0;
	fd = openat(*dir, name, O_RDONLY | O_CLOEXEC);
	ok(fd != -1 && fstat(fd, &st) == 0 &&
		gather_check(fd, (int64_t)st.st_size),
	    "%s", name);
	close(fd);
	return 0;
}

/* Fields at the bounds of what is kept. */
static void
check_long(size_t field, unsigned fields, const char *what)
{
	struct strbuf b = { 0 };
	int fd;

	for (unsigned i = 0; i < fields; i++) {
		strbuf_puts(&b, i % 2 ? "List-Id: " : "Subject: ");
		for (size_t n = 0; n < field; n++)
			strbuf_puts(&b, n % 60 == 59 ? "\n x" : "y");
		strbuf_puts(&b, "\n");
	}
	strbuf_puts(&b, "X-Nul: a\nTo: a\n\nbody\n");
	b.p[b.len - 18] = '\0';
	fd = memfile(b.p, b.len);
	ok(gather_check(fd, (int64_t)b.len), "%s", what);
	close(fd);
	strbuf_clear(&b);
}

static void
check_names(void)
{
	struct strbuf b = { 0 };
	int fd;

	for (unsigned i = 0; i < 500; i++) {
		strbuf_puts(&b, "X-Field-");
		strbuf_num(&b, i);
		strbuf_puts(&b, ": value\n");
	}
	fd = memfile(b.p, b.len);
	ok(gather_check(fd, (int64_t)b.len), "many names");
	close(fd);
	strbuf_clear(&b);
}

/* Each byte of it in turn: the piece is missed by who asks for it only. */
static void
check_damage(void)
{
	struct brief b = { 0 }, got;
	struct strbuf bytes = { 0 };
	unsigned bad = 0, both = 1 << BRIEF_ENVELOPE | 1 << BRIEF_PREVIEW;
	size_t front;

	b.piece[BRIEF_ENVELOPE] = span_str("(NIL)");
	b.piece[BRIEF_PREVIEW] = span_str("a few words");
	brief_put(&b, &bytes);
	front = brief_front(strbuf_span(&bytes));
	ok(front == bytes.len - strlen("(NIL)a few words"), "the front");
	for (size_t i = front; i < bytes.len; i++) {
		bool first = i < front + strlen("(NIL)");

		bytes.p[i] ^= 1;
		bad += !brief_parse(strbuf_span(&bytes), 0, &got);
		bad += brief_parse(strbuf_span(&bytes), 1 << BRIEF_ENVELOPE,
			   &got) == first;
		bad += brief_parse(strbuf_span(&bytes), 1 << BRIEF_PREVIEW,
			   &got) != first;
		bad += brief_parse(strbuf_span(&bytes), BRIEF_ALL, &got) ||
		       got.piece[BRIEF_ENVELOPE].p != NULL;
		bad += (brief_pick(strbuf_span(&bytes), 1 << BRIEF_ENVELOPE,
			    &got) == 0) != first;
		bad += (got.piece[BRIEF_ENVELOPE].p == NULL) != first;
		bad += brief_pick(strbuf_span(&bytes), both, &got) != 0 ||
		       got.piece[BRIEF_ENVELOPE].p != NULL ||
		       got.piece[BRIEF_PREVIEW].p != NULL;
		bytes.p[i] ^= 1;
	}
	ok(bad == 0, "damaged pieces: %u wrong", bad);
	ok(brief_parse(strbuf_span(&bytes), BRIEF_ALL, &got) &&
		span_is(got.piece[BRIEF_ENVELOPE], "(NIL)"),
	    "whole again");
	got.piece[BRIEF_BODY] = got.piece[BRIEF_PARTS] = span_str("kept");
	ok(brief_pick(strbuf_span(&bytes), both | 1 << BRIEF_PARTS, &got) ==
		    both &&
		span_is(got.piece[BRIEF_ENVELOPE], "(NIL)") &&
		span_is(got.piece[BRIEF_PREVIEW], "a few words") &&
		got.piece[BRIEF_PARTS].p == NULL &&
		span_is(got.piece[BRIEF_BODY], "kept"),
	    "pieces that are picked");
	strbuf_clear(&bytes);
}

int
main(void)
{
	int dir = open("t/mail", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir == -1)
		exit(111);
	(void)fs_walk(dir, check_file, &dir);
	for (size_t len = 1990; len < 2060; len += 5)
		check_long(len, 1, "a long field");
	check_long(1500, 9, "many fields");
	check_long(100000, 2, "very long fields");
	check_names();
	check_damage();
	return done_testing();
}
