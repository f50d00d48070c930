/*
 * dropstamp.c: satchel-pop3-stamp, which saves reading cur.
 *
 * It is a cache of one line.  Times of the kernel stand still for some
 * milliseconds, on old file systems for a second; so only what had been quiet
 * for longer when it began to be read is noted, and any later change has a
 * later time.  The list is known by its inode and size as well, cur by its
 * inode: a copy or a backup of the Maildir has others.
 */
#include "store/dropstamp.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "store/maildir.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"

static const char file_name[] = "satchel-pop3-stamp";

enum { QUIET_MS = 2000, LEN = 256 };

static void
put(const struct dropstamp *s, char *out)
{
	(void)snprintf(out, LEN,
	    "1 list %llu %lld %lld.%09ld cur %llu %lld.%09ld\n",
	    (unsigned long long)s->list.st_ino, (long long)s->list.st_size,
	    (long long)s->list.st_mtim.tv_sec, s->list.st_mtim.tv_nsec,
	    (unsigned long long)s->cur.st_ino, (long long)s->cur.st_mtim.tv_sec,
	    s->cur.st_mtim.tv_nsec);
}

bool
dropstamp_holds(int dir, const struct dropstamp *s)
{
	struct strbuf is = { 0 };
	char want[LEN];
	bool same;

	put(s, want);
	same = fs_slurp(dir, file_name, LEN, &is) == 0 &&
	       span_is(strbuf_span(&is), want);
	strbuf_clear(&is);
	return same;
}

static bool
is_quiet(const struct stat *st, int64_t since)
{
	return since - clock_ns(st->st_mtim) / 1000000 > QUIET_MS;
}

void
dropstamp_write(struct account *a, int tmp, const struct dropstamp *s)
{
	struct strbuf name = { 0 };
	char text[LEN];
	int fd;

	if (!is_quiet(&s->list, s->since) || !is_quiet(&s->cur, s->since))
		return;
	put(s, text);
	maildir_tmp_name(a, "pop3", &name);
	if ((fd = fs_create(tmp, name.p, MODE_FILE)) != -1) {
		if (fs_write(fd, span_str(text)) == -1 ||
		    renameat(tmp, name.p, a->fd, file_name) == -1)
			(void)unlinkat(tmp, name.p, 0);
		fs_close(fd);
	}
	strbuf_clear(&name);
}
