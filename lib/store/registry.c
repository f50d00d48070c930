/* registry.c: satchel-folders, what is true of folders and not in them. */
#include "store/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/nelem.h"
#include "base/num.h"
#include "store/maildir.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"
#include "sys/sig.h"

static const char file_name[] = "satchel-folders";
static const char first_line[] = "satchel-folders 1";

enum {
	MAX_LEN = 64 << 20,
	WAIT_MS = 60 * 1000, /* for others that change it: then ETIMEDOUT */
	POLL_MS = 3
};

static const struct {
	unsigned use;
	const char *word; /* in the file */
	const char *names[2]; /* folders at the top that clients know it by */
} uses_known[] = {
	/* clang-format off */
	{ USE_ALL, "all", { NULL, NULL } },
	{ USE_ARCHIVE, "archive", { "Archive", NULL } },
	{ USE_DRAFTS, "drafts", { "Drafts", NULL } },
	{ USE_FLAGGED, "flagged", { NULL, NULL } },
	{ USE_JUNK, "junk", { "Junk", "Spam" } },
	{ USE_SENT, "sent", { "Sent", NULL } },
	{ USE_TRASH, "trash", { NULL, NULL } }, /* the setting's */
	{ USE_IMPORTANT, "important", { NULL, NULL } },
	{ USE_SNOOZED, "snoozed", { NULL, NULL } },
	{ USE_SCHEDULED, "scheduled", { NULL, NULL } },
	{ USE_MEMOS, "memos", { NULL, NULL } },
	/* clang-format on */
};

struct record {
	struct span name;
	uint32_t uidvalidity;
	unsigned uses;
	uint32_t id_uidvalidity; /* 0: no identifier is noted */
	char id[OBJECTID_LEN];
	struct span other; /* fields that are kept, each with its TAB */
};

struct registry {
	struct arena ar;
	struct record *v;
	size_t n, max;
};

/* --- reading --------------------------------------------------------- */

static unsigned
parse_uses(struct span s)
{
	unsigned uses = 0;

	while (s.p < s.end) {
		struct span word = span_cut(&s, ',');

		for (size_t i = 0; i < NELEM(uses_known); i++)
			if (span_is(word, uses_known[i].word))
				uses |= uses_known[i].use;
	}
	return uses;
}

/* uidvalidity ":" identifier */
static bool
parse_id(struct span s, struct record *r)
{
	uint32_t uidvalidity;

	if (!num_u32(&s, &uidvalidity) || !span_eat(&s, ':') ||
	    span_len(s) != sizeof r->id - 1)
		return false;
	r->id_uidvalidity = uidvalidity;
	memcpy(r->id, s.p, sizeof r->id - 1);
	return true;
}

static void
parse_field(struct arena *ar, struct span field, struct record *r)
{
	struct span s = field;
	struct strbuf all = { 0 };

	if (span_eat_word(&s, "uidvalidity=") && num_u32(&s, &r->uidvalidity))
		return;
	s = field;
	if (span_eat_word(&s, "mailboxid=") && parse_id(s, r))
		return;
	s = field;
	if (span_eat_word(&s, "uses=")) {
		r->uses = parse_uses(s);
		return;
	}
	strbuf_cat(&all, r->other);
	strbuf_putc(&all, '\t');
	strbuf_cat(&all, field);
	r->other = arena_span(ar, strbuf_span(&all));
	strbuf_clear(&all);
}

static struct record *
add(struct registry *g, struct span name)
{
	struct record *r;

	g->v = arena_grow(&g->ar, g->v, g->n, &g->max, sizeof *g->v);
	r = &g->v[g->n++];
	*r = (struct record){ .name = name, .other = { "", "" } };
	r->other.end = r->other.p;
	return r;
}

static void
parse(struct registry *g, struct span text)
{
	while (text.p < text.end) {
		struct span line = span_cut(&text, '\n');
		struct record *r = add(g, span_cut(&line, '\t'));

		while (line.p < line.end)
			parse_field(&g->ar, span_cut(&line, '\t'), r);
	}
}

/* A file that is missing is empty; one that is not ours stays untouched. */
static int
load(struct account *a, struct registry *g)
{
	struct strbuf text = { 0 };
	struct span s;

	*g = (struct registry){ .n = 0 };
	if (fs_slurp(a->fd, file_name, MAX_LEN, &text) == -1) {
		/* a FIFO, say, or a link: not the folder's name */
		if (errno == EINVAL || errno == ELOOP || errno == EFBIG)
			errno = EBADMSG;
		return errno == ENOENT ? 0 : -1;
	}
	s = arena_span(&g->ar, strbuf_span(&text));
	strbuf_clear(&text);
	if (!span_is(span_cut(&s, '\n'), first_line)) {
		arena_clear(&g->ar);
		errno = EBADMSG;
		return -1;
	}
	parse(g, s);
	return 0;
}

static struct record *
find(struct registry *g, struct span name)
{
	for (size_t i = 0; i < g->n; i++)
		if (span_eq(g->v[i].name, name))
			return &g->v[i];
	return NULL;
}

/* --- writing --------------------------------------------------------- */

static void
put_record(const struct record *r, struct strbuf *out)
{
	const char *sep = "\tuses=";

	if (r->uidvalidity == 0 && r->uses == 0 && r->id_uidvalidity == 0 &&
	    r->other.p == r->other.end)
		return;
	strbuf_cat(out, r->name);
	if (r->uidvalidity != 0) {
		strbuf_puts(out, "\tuidvalidity=");
		strbuf_num(out, r->uidvalidity);
	}
	if (r->id_uidvalidity != 0) {
		strbuf_puts(out, "\tmailboxid=");
		strbuf_num(out, r->id_uidvalidity);
		strbuf_putc(out, ':');
		strbuf_puts(out, r->id);
	}
	for (size_t i = 0; i < NELEM(uses_known); i++) {
		if (!(r->uses & uses_known[i].use))
			continue;
		strbuf_puts(out, sep);
		strbuf_puts(out, uses_known[i].word);
		sep = ",";
	}
	strbuf_cat(out, r->other);
	strbuf_putc(out, '\n');
}

static int
save(struct account *a, const struct registry *g)
{
	struct strbuf text = { 0 };
	int r;

	strbuf_puts(&text, first_line);
	strbuf_putc(&text, '\n');
	for (size_t i = 0; i < g->n; i++)
		put_record(&g->v[i], &text);
	r = maildir_replace(a, file_name, strbuf_span(&text));
	strbuf_clear(&text);
	return r;
}

/*
 * flock() alone would not see a signal (sig.h): so it is asked again and again.
 * Who has it writes a small file, or a few of them in turns.
 */
static int
lock_maildir(int fd)
{
	int64_t by = clock_mono_ms() + WAIT_MS;

	while (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		int64_t now = clock_mono_ms();

		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			break; /* NFS without locks: as good as it gets */
		if (now >= by) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (sig_poll(NULL, 0, now + POLL_MS) == -1)
			return -1;
	}
	return 0;
}

/*
 * Changes are made one at a time.  The Maildir itself is what is locked: its
 * tmp is the INBOX's own lock, which may be held already.
 */
static int
begin(struct account *a, struct registry *g)
{
	int lock = fs_open_dir(a->fd, ".");

	if (lock == -1)
		return -1;
	if (lock_maildir(lock) == 0 && load(a, g) == 0)
		return lock;
	fs_close(lock);
	return -1;
}

static void
end(struct registry *g, int lock)
{
	arena_clear(&g->ar);
	fs_close(lock);
}

static struct record *
find_or_add(struct registry *g, struct span name)
{
	struct record *r = find(g, name);

	return r != NULL ? r : add(g, name);
}

int
registry_uidvalidity(struct account *a, struct span name, uint32_t *uidvalidity)
{
	struct registry g;
	struct record *r;

	*uidvalidity = 0;
	if (load(a, &g) == -1)
		return errno == EBADMSG ? 0 : -1;
	if ((r = find(&g, name)) != NULL)
		*uidvalidity = r->uidvalidity;
	arena_clear(&g.ar);
	return 0;
}

int
registry_id(struct account *a, struct span name, uint32_t uidvalidity,
    char out[OBJECTID_LEN])
{
	struct registry g;
	struct record *r;
	int found = 0;

	if (load(a, &g) == -1) /* a later version's is left alone */
		return errno == EBADMSG ? 0 : -1;
	r = find(&g, name);
	if (r != NULL && r->id_uidvalidity == uidvalidity) {
		memcpy(out, r->id, sizeof r->id);
		found = 1;
	}
	arena_clear(&g.ar);
	return found;
}

/* Whether that is news. */
static bool
put_entry(struct record *r, const struct registry_entry *e)
{
	bool higher = r->uidvalidity < e->uidvalidity;

	if (higher)
		r->uidvalidity = e->uidvalidity;
	if (e->id == NULL)
		return higher;
	r->id_uidvalidity = e->uidvalidity;
	memcpy(r->id, e->id, sizeof r->id);
	return true;
}

int
registry_note(struct account *a, struct span name, uint32_t uidvalidity)
{
	struct registry_entry e = { .name = name, .uidvalidity = uidvalidity };
	struct registry g;
	int lock = begin(a, &g), done = 0;

	if (lock == -1)
		return -1;
	if (put_entry(find_or_add(&g, name), &e))
		done = save(a, &g);
	end(&g, lock);
	return done;
}

/* Whether the folder may become what r tells of. */
static int
check_place(struct account *a, const struct registry_entry *e,
    const struct record *r, const char *to)
{
	struct stat st;

	if (fstatat(a->fd, to, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	if (e->uidvalidity > r->uidvalidity || e->uidvalidity == 0 ||
	    (e->again && e->uidvalidity == r->uidvalidity))
		return 0;
	errno = ERANGE;
	return -1;
}

/* Only one folder that exists has each of these uses. */
static int
take_uses(struct account *a, struct registry *g, const struct registry_entry *e)
{
	for (size_t i = 0; i < g->n; i++) {
		struct record *r = &g->v[i];

		if (!(r->uses & e->uses) || span_eq(r->name, e->name))
			continue;
		if (folder_exists(a, r->name) == 0) {
			errno = EBUSY;
			return -1;
		}
		r->uses &= ~e->uses;
	}
	return 0;
}

/* What is neither UIDVALIDITY nor identifier; whether that is news. */
static bool
move_rest(struct record *from, struct record *to)
{
	bool is_news = from->uses != to->uses ||
		       from->other.p != from->other.end ||
		       to->other.p != to->other.end;

	to->uses = from->uses;
	to->other = from->other;
	from->uses = 0;
	from->other.p = from->other.end;
	return is_news;
}

/*
 * Whether that is news.  from keeps the identifier: it is still there if the
 * rename fails, and no other has that UIDVALIDITY under this name.
 */
static bool
put_place(
    const struct registry_entry *e, struct record *from, struct record *to)
{
	bool is_news = put_entry(to, e);

	if (from == NULL) {
		is_news = is_news || to->uses != e->uses;
		to->uses = e->uses;
		return is_news;
	}
	if (from->uidvalidity < e->uidvalidity) {
		from->uidvalidity = e->uidvalidity;
		is_news = true;
	}
	return move_rest(from, to) || is_news;
}

int
registry_place(struct account *a, const struct registry_entry *e, int dir,
    const char *from, const char *to)
{
	struct registry g;
	struct record *was = NULL, *r;
	int lock = begin(a, &g), done, saved;

	if (lock == -1)
		return -1;
	(void)find_or_add(&g, e->name);
	if (e->was.p != NULL)
		was = find_or_add(&g, e->was);
	r = find(&g, e->name); /* which may have moved */
	done = check_place(a, e, r, to);
	if (done == 0)
		done = take_uses(a, &g, e);
	if (done == 0 && put_place(e, was, r))
		done = save(a, &g);
	if (done == 0 && (done = fs_rename_new(dir, from, a->fd, to)) == -1) {
		saved = errno;
		if (was != NULL && move_rest(r, was))
			(void)save(a, &g);
		errno = saved;
	}
	end(&g, lock);
	return done;
}

/* Whether that is news. */
static bool
forget(struct record *r)
{
	bool is_news = r->uses != 0 || r->id_uidvalidity != 0 ||
		       r->other.p != r->other.end;

	r->uses = 0;
	r->id_uidvalidity = 0;
	r->other.p = r->other.end;
	return is_news;
}

int
registry_remove(struct account *a, const struct registry_entry *e,
    const char *from, int dir, const char *to)
{
	struct registry g;
	struct record *r;
	int lock = begin(a, &g), done = 0;

	if (lock == -1)
		return -1;
	r = find_or_add(&g, e->name);
	if (put_entry(r, e))
		done = save(a, &g);
	if (done == 0)
		done = renameat(a->fd, from, dir, to);
	if (done == 0)
		done = fs_sync_dir(a->fd);
	if (done == 0 && forget(r))
		(void)save(a, &g); /* else it tells of a folder that is none */
	end(&g, lock);
	return done;
}

/* --- special uses ---------------------------------------------------- */

static struct folder_info *
find_folder(struct folder_info *v, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].exists && span_case_eq(v[i].name, name))
			return &v[i];
	return NULL;
}

static void
use_by_name(struct account *a, struct folder_info *v, size_t n, size_t which)
{
	struct folder_info *f = NULL;

	for (size_t i = 0; i < 2 && f == NULL; i++)
		if (uses_known[which].names[i] != NULL)
			f = find_folder(
			    v, n, span_str(uses_known[which].names[i]));
	if (uses_known[which].use == USE_TRASH && a->conf->trash != NULL)
		f = find_folder(v, n, span_str(a->conf->trash));
	if (f != NULL)
		f->uses |= uses_known[which].use;
}

static int
compare_name(const void *name, const void *folder)
{
	const struct folder_info *f = folder;

	return span_cmp(*(const struct span *)name, f->name);
}

/* What a client asked for at CREATE; else the names that everyone uses. */
void
registry_uses(struct account *a, struct folder_info *v, size_t n)
{
	struct registry g = { .n = 0 };
	unsigned given = 0;

	(void)load(a, &g); /* without it there are the names */
	for (size_t i = 0; i < g.n; i++) {
		struct folder_info *f = NULL;

		if (g.v[i].uses != 0)
			f = bsearch(
			    &g.v[i].name, v, n, sizeof *v, compare_name);
		if (f == NULL || !f->exists || f->uses != 0)
			continue;
		f->uses = g.v[i].uses;
		given |= f->uses;
	}
	for (size_t i = 0; i < NELEM(uses_known); i++)
		if (!(given & uses_known[i].use))
			use_by_name(a, v, n, i);
	arena_clear(&g.ar);
}
