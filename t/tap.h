/* tap.h: TAP from C, and memory whose end is guarded. */
#ifndef T_TAP_H
#define T_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/oom.h"
#include "base/span.h"

static int tap_count, tap_failed;

/* One test; the name is printf-like.  Returns what it was given. */
__attribute__((format(printf, 2, 3))) static inline bool
ok(bool good, const char *format, ...)
{
	char name[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(name, sizeof name, format, ap);
	va_end(ap);
	for (char *s = name; *s; s++)
		if (*s == '\n' || *s == '\r' || *s == '#')
			*s = '.';
	tap_failed += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", ++tap_count, name);
	return good;
}

static inline int
done_testing(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

/*
 * A copy of len bytes that ends where an unreadable page begins: reading one
 * byte too many crashes.  Never freed.
 */
static inline struct span
tap_exact(const void *p, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t pages = (len + page - 1) / page * page;
	char *m = mmap(NULL, pages + page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (m == MAP_FAILED || mprotect(m + pages, page, PROT_NONE) == -1)
		exit(111);
	if (len > 0)
		memcpy(m + pages - len, p, len);
	return span_of(m + pages - len, len);
}

/* Make template one for mkdtemp() or mkstemp(), below $TMPDIR. */
static inline void
tap_template(char *template, size_t max, const char *name)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(template, max, "%s/%s-XXXXXX",
	    tmp != NULL && *tmp != '\0' ? tmp : "/tmp", name);
}

void
oom(void)
{
	puts("Bail out! out of memory");
	exit(111);
}

#endif
