/*
 * quota.c: maildirsize, the Maildir++ quota.
 *
 * A first line with the limits, then one line for each change; the sum is
 * what is used.  Nobody locks it: a line is one write() at the end, and who
 * finds the file too long, or the sum impossible, counts everything again
 * and puts a new file in its place (maildirsize(5)).
 */
#include "store/quota.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ckd.h"
#include "base/num.h"
#include "store/flags.h"
#include "store/maildir.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"

static const char file_name[] = "maildirsize";

enum {
	FULL = 5120, /* then the amounts are not believed */
	FRESH_S = 15 * 60,
	TRIES = 5
};

struct usage {
	struct quota q; /* the limits */
	int64_t bytes, messages;
	uint32_t lines; /* of usage */
	bool wrong; /* to be counted again */
	int64_t mtime;
};

/* --- the file -------------------------------------------------------- */

/* limit *( "," limit ), limit = 1*DIGIT ( "S" / "C" ); 0 is none. */
static void
parse_limits(struct span s, struct quota *q)
{
	uint64_t n;

	while (s.p < s.end) {
		if (!span_isdigit(&s)) {
			s.p++;
			continue;
		}
		if (!num_u64(&s, &n)) {
			s.p++;
			continue;
		}
		if (span_eat(&s, 'S')) {
			q->has_bytes = n > 0;
			q->bytes_limit = n;
		} else if (span_eat(&s, 'C')) {
			q->has_messages = n > 0;
			q->messages_limit = n;
		}
	}
}

static bool
p_int(struct span *in, int64_t *out)
{
	struct span s = *in;
	bool minus;
	uint64_t n;

	while (span_at(&s, ' ') || span_at(&s, '\t'))
		s.p++;
	minus = span_eat(&s, '-');
	if (!num_u64(&s, &n) || n > INT64_MAX)
		return false;
	*out = minus ? -(int64_t)n : (int64_t)n;
	*in = s;
	return true;
}

static void
parse_usage(struct span line, struct usage *u)
{
	int64_t bytes, messages;

	u->lines++;
	if (!p_int(&line, &bytes) || !p_int(&line, &messages))
		return; /* a line all the same */
	if (ckd_add(&u->bytes, u->bytes, bytes) ||
	    ckd_add(&u->messages, u->messages, messages))
		u->wrong = true;
}

static void
parse(struct span text, struct usage *u)
{
	parse_limits(span_cut(&text, '\n'), &u->q);
	if (u->wrong)
		return;
	while (text.p < text.end)
		parse_usage(span_cut(&text, '\n'), u);
	if (u->bytes < 0 || u->messages < 0)
		u->wrong = true;
}

static int
open_file(struct account *a, struct stat *st)
{
	int fd = openat(a->fd, file_name,
	    O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd == -1)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	fs_close(fd);
	errno = EINVAL;
	return -1;
}

/* -1: there is no quota to be kept. */
static int
load(struct account *a, struct usage *u)
{
	char buf[FULL];
	struct stat st;
	ssize_t n;
	int fd = open_file(a, &st);

	*u = (struct usage){ .lines = 0 };
	if (fd == -1)
		return -1;
	n = fs_pread(fd, buf, sizeof buf, 0);
	fs_close(fd);
	if (n == -1)
		return -1;
	u->mtime = st.st_mtim.tv_sec;
	u->wrong = n == FULL;
	parse(span_of(buf, (size_t)n), u);
	return 0;
}

/* --- counting -------------------------------------------------------- */

struct count {
	int dir;
	int64_t bytes, messages;
	int64_t newest; /* mtime of the directories, ns */
	bool only_times;
};

static int
count_one(void *arg, const char *name, unsigned char type)
{
	struct count *c = arg;
	struct stat st;
	uint64_t size;

	(void)type; /* whatever it is, it counts (maildirsize(5)) */
	if (name[0] == '.' || flags_parse(span_str(name)) & FLAG_DELETED)
		return 0;
	if (!maildir_size(span_str(name), &size)) {
		if (fstatat(c->dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			return 0;
		size = (uint64_t)st.st_size;
	}
	if (size > INT64_MAX || ckd_add(&c->bytes, c->bytes, (int64_t)size))
		c->bytes = INT64_MAX; /* a name can say anything */
	c->messages++;
	return 0;
}

static int
count_dir(struct count *c, int folder, const char *name)
{
	int fd = fs_open_dir(folder, name), r = 0;
	struct stat st;
	int64_t mtime;

	if (fd == -1) /* or what is there is none */
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
			   ? 0
			   : -1;
	if (fstat(fd, &st) == 0) {
		mtime = clock_ns(st.st_mtim);
		if (c->newest < mtime)
			c->newest = mtime;
	}
	c->dir = fd;
	if (!c->only_times)
		r = fs_walk(fd, count_one, c);
	fs_close(fd);
	return r;
}

struct count_all {
	struct count c;
	int root;
};

static int
count_folder(void *arg, const char *name, unsigned char type)
{
	struct count_all *all = arg;
	int fd, r = -1;

	if (name[0] != '.' || (type != DT_DIR && type != DT_UNKNOWN) ||
	    strcmp(name, ".Trash") == 0)
		return 0;
	if ((fd = fs_open_dir(all->root, name)) == -1)
		return 0;
	if (count_dir(&all->c, fd, "new") == 0 &&
	    count_dir(&all->c, fd, "cur") == 0)
		r = 0;
	fs_close(fd);
	return r;
}

static int
count_all(struct account *a, struct count_all *all)
{
	all->root = a->fd;
	if (count_dir(&all->c, a->fd, "new") == -1 ||
	    count_dir(&all->c, a->fd, "cur") == -1)
		return -1;
	return fs_walk(a->fd, count_folder, all);
}

static void
put_line(struct strbuf *out, int64_t bytes, int64_t messages)
{
	char line[64];

	(void)snprintf(line, sizeof line, "%12" PRId64 " %12" PRId64 "\n",
	    bytes, messages);
	strbuf_puts(out, line);
}

/* [ limit "S" ] [ "," limit "C" ], without those that are none. */
static void
put_limits(struct strbuf *out, const struct quota *q)
{
	if (q->has_bytes) {
		strbuf_num(out, q->bytes_limit);
		strbuf_putc(out, 'S');
	}
	if (q->has_messages) {
		if (q->has_bytes)
			strbuf_putc(out, ',');
		strbuf_num(out, q->messages_limit);
		strbuf_putc(out, 'C');
	}
	strbuf_putc(out, '\n');
}

/* The name is what others look for in tmp (maildirsize(5)). */
static int
write_file(struct account *a, struct span text)
{
	struct strbuf name = { 0 };
	int tmp = fs_open_dir(a->fd, "tmp"), fd, r = -1;

	if (tmp == -1)
		return -1;
	strbuf_num(&name, (uint64_t)clock_now());
	strbuf_putc(&name, '.');
	strbuf_num(&name, (uint64_t)getpid());
	strbuf_puts(&name, "_NeWmAiLdIrSiZe.");
	strbuf_puts(&name, a->host);
	(void)unlinkat(tmp, name.p, 0); /* of this process and second */
	if ((fd = fs_create(tmp, name.p, 0644)) == -1)
		goto close_tmp;
	r = fs_write(fd, text);
	fs_close(fd);
	if (r == 0)
		r = renameat(tmp, name.p, a->fd, file_name);
	if (r == -1) {
		fd = errno;
		(void)unlinkat(tmp, name.p, 0);
		errno = fd;
	}
close_tmp:
	fs_close(tmp);
	strbuf_clear(&name);
	return r;
}

/*
 * Count everything, with the limits of *u.  EAGAIN when something changed
 * meanwhile; *u has the figures all the same.
 */
static int
recalculate(struct account *a, struct usage *u)
{
	struct count_all first = { .c = { .bytes = 0 } };
	struct count_all second = { .c = { .only_times = true } };
	struct strbuf text = { 0 };
	int r;

	if (count_all(a, &first) == -1)
		return -1;
	put_limits(&text, &u->q);
	put_line(&text, first.c.bytes, first.c.messages);
	r = write_file(a, strbuf_span(&text));
	strbuf_clear(&text);
	if (r == -1 || count_all(a, &second) == -1)
		return -1;
	u->bytes = first.c.bytes;
	u->messages = first.c.messages;
	u->lines = 1;
	u->wrong = false;
	if (second.c.newest == first.c.newest)
		return 0;
	errno = EAGAIN;
	return -1;
}

/* --- MAILDIRQUOTA ---------------------------------------------------- */

static bool
same_limits(const struct quota *a, const struct quota *b)
{
	return a->has_bytes == b->has_bytes &&
	       a->has_messages == b->has_messages &&
	       (!a->has_bytes || a->bytes_limit == b->bytes_limit) &&
	       (!a->has_messages || a->messages_limit == b->messages_limit);
}

/* load(), after line 1 was made what the environment says. */
static int
load_in_force(struct account *a, struct usage *u)
{
	struct quota wanted = { 0 };
	int r = load(a, u);

	if (a->conf->quota == NULL)
		return r;
	parse_limits(span_str(a->conf->quota), &wanted);
	if (!wanted.has_bytes && !wanted.has_messages)
		return r;
	if (r == 0 && same_limits(&wanted, &u->q))
		return 0;
	u->q = wanted;
	if (recalculate(a, u) == -1 && errno != EAGAIN)
		return r;
	return 0;
}

/* --- what the layer uses --------------------------------------------- */

static bool
fits_one(int64_t used, int64_t more, bool has_limit, uint64_t limit)
{
	int64_t sum;

	if (!has_limit)
		return true;
	if (ckd_add(&sum, used, more))
		return false;
	return sum <= 0 || (uint64_t)sum <= limit;
}

static bool
fits(const struct usage *u, int64_t bytes, int64_t messages)
{
	return fits_one(u->bytes, bytes, u->q.has_bytes, u->q.bytes_limit) &&
	       fits_one(u->messages, messages, u->q.has_messages,
		   u->q.messages_limit);
}

int
quota_check(struct account *a, int64_t bytes, int64_t messages)
{
	struct usage u;

	if (load_in_force(a, &u) == -1)
		return 0;
	if (!u.wrong && fits(&u, bytes, messages))
		return 0;
	if (!u.wrong && u.lines == 1 && clock_now() - u.mtime < FRESH_S) {
		errno = EDQUOT;
		return -1;
	}
	for (int i = 0; i < TRIES; i++) {
		if (recalculate(a, &u) == 0) {
			if (fits(&u, bytes, messages))
				return 0;
			errno = EDQUOT;
			return -1;
		}
		if (errno != EAGAIN)
			return -1;
	}
	return 0; /* so busy that nobody can tell */
}

void
quota_record(struct account *a, int64_t bytes, int64_t messages)
{
	struct strbuf line = { 0 };
	struct usage u;
	struct stat st;
	int fd;

	/*
	 * A removal is the chance to repair what is wrong.  It is done
	 * already, so counting takes it into account.
	 */
	if (bytes < 0 && load_in_force(a, &u) == 0 && u.wrong &&
	    (recalculate(a, &u) == 0 || errno == EAGAIN))
		return;
	if ((fd = open_file(a, &st)) == -1)
		return;
	put_line(&line, bytes, messages);
	(void)fs_write(fd, strbuf_span(&line)); /* else counting repairs it */
	fs_close(fd);
	strbuf_clear(&line);
}

int
quota_get(struct account *a, struct quota *out)
{
	struct usage u;

	if (load_in_force(a, &u) == -1) {
		*out = (struct quota){ .bytes = 0 };
		return 0;
	}
	if (u.wrong && recalculate(a, &u) == -1 && errno != EAGAIN)
		return -1;
	u.q.bytes = u.bytes > 0 ? (uint64_t)u.bytes : 0;
	u.q.messages = u.messages > 0 ? (uint64_t)u.messages : 0;
	*out = u.q;
	return 0;
}

bool
quota_is_kept(const struct account *a)
{
	struct stat st;

	return fstatat(a->fd, file_name, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	       errno != ENOENT;
}

/* The name is fixed; IMAP_TRASHFOLDERNAME does not change it. */
bool
quota_counts(const struct account *a, struct span folder)
{
	(void)a;
	return !span_is(folder, "Trash");
}

void
quota_recalculate(struct account *a)
{
	struct usage u;

	if (load(a, &u) == -1)
		return;
	for (int i = 0; i < TRIES; i++)
		if (recalculate(a, &u) == 0 || errno != EAGAIN)
			return;
}
