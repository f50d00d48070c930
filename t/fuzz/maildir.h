/* maildir.h: a small Maildir for fuzzers of whole sessions, and no log. */
#ifndef T_FUZZ_MAILDIR_H
#define T_FUZZ_MAILDIR_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fs.h"
#include "sys/log.h"

enum { FRESH = 500 }; /* inputs that share one Maildir */

static char dir[256];

/* In place of lib/sys/log.c: a line for each session would be too much. */
void
log_open(const char *program)
{
	(void)program;
}

void
log_line(const char *level, const char *format, ...)
{
	(void)level;
	(void)format;
}

void
log_event(const char *level, const char *event, const struct log_field *fields,
    size_t n)
{
	(void)level;
	(void)event;
	(void)fields;
	(void)n;
}

static void
remove_maildir(void)
{
	(void)fs_remove_tree(AT_FDCWD, dir);
}

static void
put_message(int at, const char *name, const char *text)
{
	int fd = fs_create(at, name, 0600);

	if (fd == -1 || fs_write(fd, span_str(text)) == -1)
		abort();
	fs_close(fd);
}

static void
make_maildir(void)
{
	static const char *const dirs[] = { "cur", "new", "tmp", ".a", ".a/cur",
		".a/new", ".a/tmp" };
	int at;

	remove_maildir();
	if (mkdir(dir, 0700) == -1 || (at = fs_open_dir(AT_FDCWD, dir)) == -1)
		abort();
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		if (mkdirat(at, dirs[i], 0700) == -1)
			abort();
	put_message(at, "cur/1.a:2,S", "From: <a@b>\nSubject: x\n\nhello\n");
	put_message(at, "new/2.b",
	    "Content-Type: multipart/mixed; "
	    "boundary=b\nTo: \"c\" <c@d>\n\n--b\n\nhello\n--b\n"
	    "Content-Type: message/rfc822\n\nDate: x\n\ny\n--b--\n");
	fs_close(at);
}

/* The Maildir for input number count: a new one from time to time. */
static const char *
maildir_for(unsigned count)
{
	if (count == 0) {
		snprintf(dir, sizeof dir, "%s/satchel-fuzz-XXXXXX",
		    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
		if (mkdtemp(dir) == NULL || atexit(remove_maildir) != 0)
			abort();
	}
	if (count % FRESH == 0)
		make_maildir();
	return dir;
}

#endif
