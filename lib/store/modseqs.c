/* modseqs.c: mod-sequences that begin anew. */
#include "store/modseqs.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "store/root.h"
#include "sys/clock.h"

enum { SLACK_US = 2 * 1000 * 1000 }; /* of clocks that disagree */

static void
raise_to(uint64_t *us, const struct timespec *t)
{
	int64_t v = (int64_t)t->tv_sec * 1000000 + t->tv_nsec / 1000;

	if (v > 0 && (uint64_t)v < INDEX_MODSEQ_MAX && (uint64_t)v > *us)
		*us = (uint64_t)v;
}

static void
raise_to_entry(const struct mailbox *m, const char *name, uint64_t *us)
{
	struct stat st;

	if (fstatat(m->md.dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return;
	raise_to(us, &st.st_mtim);
	raise_to(us, &st.st_ctim);
}

void
modseqs_begin(struct mailbox *m)
{
	uint64_t now = (uint64_t)clock_now_us(), us = now;
	struct index_state s;

	raise_to_entry(m, ".", &us);
	raise_to_entry(m, "cur", &us);
	raise_to_entry(m, "new", &us);
	raise_to_entry(m, "courierimapuiddb", &us);
	raise_to_entry(m, "courierimapkeywords", &us);
	/* the clock was set back, or is another than the file system's */
	if (us > now)
		us += SLACK_US;
	if (index_peek(m->link.dir, &s) == 0 && us <= s.highestmodseq)
		us = s.highestmodseq + 1;
	if (us <= m->state.highestmodseq)
		us = m->state.highestmodseq + 1;
	m->state.highestmodseq = m->counts.cut = us;
}
