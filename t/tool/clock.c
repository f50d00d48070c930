/*
 * clock.c: preloaded into a program, it sets the clock CLOCK_BACK seconds back.
 * What was written before the program began keeps the time that it has.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tool/shimstat.h"

#if defined(__linux__) && defined(__LP64__)

static time_t back, began;

__attribute__((constructor)) static void
begin(void)
{
	const char *s = getenv("CLOCK_BACK");
	struct timespec ts = { 0 };

	/* a tick of the file system's clock may be older than now */
	(void)syscall(SYS_clock_gettime, CLOCK_REALTIME, &ts);
	began = ts.tv_sec - 1;
	back = s != NULL ? (time_t)strtoll(s, NULL, 10) : 0;
}

/* The kernel's layouts are the C library's on 64 bits. */
int
clock_gettime(clockid_t id, struct timespec *ts)
{
	if (syscall(SYS_clock_gettime, id, ts) == -1)
		return -1;
	if (id == CLOCK_REALTIME)
		ts->tv_sec -= back;
	return 0;
}

time_t
time(time_t *out)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	if (out != NULL)
		*out = ts.tv_sec;
	return ts.tv_sec;
}

static int
done(long r, struct stat *st)
{
	if (r == -1)
		return -1;
	if (st->st_mtim.tv_sec >= began)
		st->st_mtim.tv_sec -= back;
	if (st->st_ctim.tv_sec >= began)
		st->st_ctim.tv_sec -= back;
	return 0;
}

#endif
