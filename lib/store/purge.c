/* purge.c: IMAP_EMPTYTRASH, folders that are emptied by age. */
#include <fcntl.h>
#include <unistd.h>

#include "base/num.h"
#include "store/flags.h"
#include "store/folder.h"
#include "store/lock.h"
#include "store/maildir.h"
#include "store/quota.h"
#include "store/root.h"
#include "sys/clock.h"
#include "sys/fs.h"

enum { DAY_S = 24 * 3600 };

/*
 * rule = folder ":" days / days ; days alone are those of Trash, and below 1
 * they count as 1.  rules = rule *( "," rule )
 */
static bool
p_rule(const struct account *a, struct span in, struct span *folder,
    uint32_t *days)
{
	struct span s = in, name = span_cut(&s, ':');

	if (name.end == in.end) {
		s = in;
		name = span_str(a->conf->trash != NULL ? a->conf->trash : "");
	}
	if (!num_u32(&s, days) || s.p != s.end || name.p == name.end)
		return false;
	(void)span_eat_word(&name, "INBOX.");
	if (*days < 1)
		*days = 1;
	*folder = name;
	return true;
}

bool
account_is_purged(const struct account *a, struct span folder)
{
	struct span rules, name;
	uint32_t days;

	if (a->conf->emptytrash == NULL)
		return false;
	rules = span_str(a->conf->emptytrash);
	while (rules.p < rules.end)
		if (p_rule(a, span_trim(span_cut(&rules, ',')), &name, &days) &&
		    span_eq(name, folder))
			return true;
	return false;
}

struct purge {
	int dir;
	int64_t before;
	int64_t bytes, messages; /* that counted for the quota */
};

static int
purge_one(void *arg, const char *name, unsigned char type)
{
	struct purge *p = arg;
	struct stat st;
	uint64_t size;

	if (name[0] == '.' || !maildir_is_file(p->dir, name, type))
		return 0;
	/* moving a message here has set its ctime */
	if (fstatat(p->dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    st.st_ctim.tv_sec >= p->before)
		return 0;
	if (unlinkat(p->dir, name, 0) == -1 ||
	    flags_parse(span_str(name)) & FLAG_DELETED)
		return 0;
	if (!maildir_size(span_str(name), &size))
		size = (uint64_t)st.st_size;
	p->bytes += (int64_t)size;
	p->messages++;
	return 0;
}

static void
purge_folder(struct account *a, struct span folder, uint32_t days)
{
	struct purge p = { .before = clock_now() - (int64_t)days * DAY_S };
	struct maildir md;

	if (maildir_open(a, folder, &md) == -1)
		return;
	p.dir = md.cur;
	(void)fs_walk(md.cur, purge_one, &p); /* the next login goes on */
	p.dir = md.new;
	(void)fs_walk(md.new, purge_one, &p);
	maildir_close(&md);
	if (p.messages > 0 && quota_counts(a, folder))
		quota_record(a, -p.bytes, -p.messages);
}

void
account_purge(struct account *a)
{
	struct span rules, name;
	uint32_t days;

	lock_end(a);
	if (a->conf->emptytrash == NULL)
		return;
	rules = span_str(a->conf->emptytrash);
	while (rules.p < rules.end)
		if (p_rule(a, span_trim(span_cut(&rules, ',')), &name, &days))
			purge_folder(a, name, days);
}
