/*
 * stamp.c: whether a file or directory has changed since it was read.
 *
 * A time stamp moves in steps (a tick of some milliseconds, or a second on
 * old file systems).  Two changes within a step cannot be told apart, so
 * what is read within a step of its last change is read again next time.
 */
#include "store/stamp.h"

#include <stddef.h>

#include "sys/clock.h"

enum {
	QUIET_MS = 25, /* after our own changes, before they are looked at */
	OWED_MS = 2000 /* but no longer than this */
};

static const int64_t second = 1000000000;
static const int64_t window_fine = 20000000;
static const int64_t window_coarse = 2000000000;

static void
set(struct stamp *s, const struct stat *st)
{
	s->ino = st == NULL ? 0 : st->st_ino;
	s->size = st == NULL ? 0 : st->st_size;
	s->modified = st == NULL ? 0 : clock_ns(st->st_mtim);
	s->changed = st == NULL ? 0 : clock_ns(st->st_ctim);
}

bool
stamp_has_moved(const struct stamp *s, const struct stat *st)
{
	struct stamp now;

	if (s->state == STAMP_NONE || s->state == STAMP_RACY)
		return true;
	set(&now, st);
	return now.ino != s->ino || now.size != s->size ||
	       now.modified != s->modified || now.changed != s->changed;
}

bool
stamp_is_other(const struct stamp *s, const struct stat *st)
{
	struct stamp seen = *s;

	if (s->state != STAMP_NONE)
		seen.state = STAMP_CLEAN;
	return stamp_has_moved(&seen, st);
}

bool
stamp_is_due(const struct stamp *s, const struct stat *st)
{
	int64_t ms;

	if (stamp_has_moved(s, st))
		return true;
	if (s->state == STAMP_CLEAN)
		return false;
	ms = clock_now_us() / 1000;
	return ms - s->own_ms >= QUIET_MS || ms - s->owed_ms >= OWED_MS ||
	       ms < s->own_ms; /* the clock was set back */
}

bool
stamp_is_open(const struct stamp *s)
{
	return s->state == STAMP_RACY || s->state == STAMP_OWED;
}

void
stamp_read(struct stamp *s, const struct stat *st, int64_t now)
{
	int64_t last, window;

	set(s, st);
	s->state = STAMP_CLEAN;
	if (s->ino == 0)
		return;
	last = s->modified > s->changed ? s->modified : s->changed;
	window = last % second == 0 ? window_coarse : window_fine;
	if (now == 0) {
		/* our own clock may differ from the file system's */
		now = clock_now_us() * 1000;
		window = window_coarse;
	}
	if (now - last < window)
		s->state = STAMP_RACY;
}

void
stamp_own(struct stamp *s, const struct stat *st)
{
	if (s->state == STAMP_NONE)
		return;
	set(s, st);
	s->own_ms = clock_now_us() / 1000;
	if (s->state != STAMP_OWED)
		s->owed_ms = s->own_ms;
	s->state = STAMP_OWED;
}

void
stamp_forget(struct stamp *s)
{
	s->state = STAMP_NONE;
}
