/* maildrop_end.c: what QUIT does (RFC 1939 section 6). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "store/drop.h"
#include "store/flags.h"
#include "store/quota.h"
#include "store/root.h"
#include "store/trash.h"
#include "sys/fs.h"

enum { TRIES = 8 };

struct ending {
	struct maildrop *d;
	struct maildrop_end *e;
	struct maildir trash;
	int has_quota; /* -1: nobody has looked */
	int64_t bytes, messages; /* that counted for the quota and are gone */
};

/* Once, whatever its name is just now. */
static int
remove_once(struct ending *end, size_t i, struct strbuf *to)
{
	struct maildrop *d = end->d;

	if (end->e->to_trash)
		return trash_put(
		    d->a, d->md.cur, drop_name(d, i), &end->trash, to);
	return unlinkat(d->md.cur, drop_name(d, i), 0);
}

/* What a file weighs for the quota, which its name need not say. */
static int64_t
weight(const struct maildrop *d, size_t i)
{
	struct span name = span_str(drop_name(d, i));
	struct stat st;
	uint64_t size;

	if (maildir_size(name, &size))
		return size > INT64_MAX ? INT64_MAX : (int64_t)size;
	if (fstatat(d->md.cur, name.p, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return 0;
	return st.st_size;
}

/* Whether it does at all, which is to be known before it goes. */
static bool
counts(struct ending *end, size_t i)
{
	const struct account *a = end->d->a;

	if (end->has_quota == -1)
		end->has_quota = a->conf->quota != NULL || quota_is_kept(a);
	return end->has_quota &&
	       !(flags_parse(span_str(drop_name(end->d, i))) & FLAG_DELETED);
}

static int
remove_one(struct ending *end, size_t i)
{
	struct maildrop *d = end->d;
	struct strbuf to = { 0 };
	int64_t bytes;
	bool counted;
	int r = -1;

	for (int tries = 0; tries < TRIES && r == -1; tries++) {
		counted = counts(end, i);
		bytes = counted ? weight(d, i) : 0;
		strbuf_reset(&to);
		if ((r = remove_once(end, i, &to)) == 0) {
			end->bytes += bytes;
			end->messages += counted;
			if (end->e->on_remove != NULL)
				end->e->on_remove(end->e->arg, drop_name(d, i));
		} else if (errno == ENOENT && d->msgs[i].seen == 0) {
			r = 0; /* gone: somebody else has removed it */
		} else if (errno != ENOENT || drop_look(d) == -1) {
			break;
		}
	}
	strbuf_clear(&to);
	return r;
}

static bool
can_remove(struct ending *end)
{
	return !end->e->to_trash || end->trash.dir != -1 ||
	       trash_open(end->d->a, &end->trash) == 0;
}

static void
record_quota(const struct ending *end)
{
	struct account *a = end->d->a;

	if (end->messages == 0)
		return;
	if (end->e->to_trash && quota_counts(a, span_str(a->conf->trash)))
		return;
	quota_record(a, -end->bytes, -end->messages);
}

int
maildrop_update(struct maildrop *d, struct maildrop_end *e)
{
	struct ending end = {
		.d = d, .e = e, .trash = { -1, -1, -1, -1 }, .has_quota = -1
	};
	int error = 0;

	e->failed = 0;
	for (size_t i = 0; i < d->n; i++) {
		if (!d->msgs[i].deleted)
			continue;
		if (can_remove(&end) && remove_one(&end, i) == 0) {
			d->msgs[i].deleted = false;
		} else {
			error = error == 0 ? errno : error;
			e->failed++;
		}
	}
	/* what is not here any more must be on disk there */
	if (end.trash.dir != -1 && fs_sync_dir(end.trash.cur) == -1)
		error = error == 0 ? errno : error;
	maildir_close(&end.trash);
	record_quota(&end);
	if (error == 0)
		return 0;
	errno = error;
	return -1;
}
