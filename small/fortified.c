/*
 * fortified.c: what archives that were compiled for glibc want of it.
 *
 * libgdbm, libcrypt and libnettle use nothing else that musl has not: the
 * variants of some functions that -D_FORTIFY_SOURCE puts in their place, and
 * one that came to glibc lately.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

void __explicit_bzero_chk(void *p, size_t len, size_t max);
int __fprintf_chk(FILE *f, int flag, const char *format, ...);
/* of which compilers know six parameters, and we allow five */
int checked_snprintf(char *to, size_t len, int flag, size_t max, ...) __asm__(
    "__snprintf_chk");
int __open_2(const char *path, int flags);
char *__realpath_chk(const char *path, char *to, size_t max);
void arc4random_buf(void *p, size_t len);

void
__explicit_bzero_chk(void *p, size_t len, size_t max)
{
	if (len > max)
		abort();
	explicit_bzero(p, len);
}

__attribute__((format(printf, 3, 4))) int
__fprintf_chk(FILE *f, int flag, const char *format, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, format);
	n = vfprintf(f, format, ap);
	va_end(ap);
	return n;
}

/* The format is the first of the rest: where it is passed is the same. */
int
checked_snprintf(char *to, size_t len, int flag, size_t max, ...)
{
	const char *format;
	va_list ap;
	int n;

	(void)flag;
	if (len > max)
		abort();
	va_start(ap, max);
	format = va_arg(ap, const char *);
	n = vsnprintf(to, len, format, ap);
	va_end(ap);
	return n;
}

int
__open_2(const char *path, int flags)
{
	return open(path, flags);
}

char *
__realpath_chk(const char *path, char *to, size_t max)
{
	(void)max; /* PATH_MAX, or it would not have been compiled */
	return realpath(path, to);
}

void
arc4random_buf(void *p, size_t len)
{
	unsigned char *to = p;
	ssize_t n;

	while (len > 0) {
		n = getrandom(to, len, 0);
		if (n <= 0)
			abort();
		to += n;
		len -= (size_t)n;
	}
}
