/* map.c: mmap(), and the one handler of SIGBUS. */
#include "sys/map.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

/*
 * The handler needs to know what is ours.  The list changes only by whole
 * pointers, and a mapping is in it before it is used.
 */
static struct map *maps;
static size_t page_len;

static int
prot_of(const struct map *m)
{
	return m->kind == MAP_OWN ? PROT_READ | PROT_WRITE : PROT_READ;
}

static size_t
whole_pages(size_t len)
{
	return (len + page_len - 1) / page_len * page_len;
}

/*
 * Zeros for the page at addr.  Those behind it may have been covered before,
 * and written to since: they stay.
 */
static bool
cover(struct map *m, char *addr)
{
	if (m->p == NULL || addr < m->p || addr >= m->p + whole_pages(m->len))
		return false;
	m->torn = 1;
	return mmap(addr - (size_t)(addr - m->p) % page_len, page_len,
		   prot_of(m), MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1,
		   0) != MAP_FAILED;
}

/* mmap() is a bare system call here: safe in a handler of Linux. */
static void
on_bus(int sig, siginfo_t *info, void *context)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	int saved = errno;
	struct map *m = maps;

	(void)context;
	while (m != NULL && !cover(m, info->si_addr))
		m = m->next;
	if (m == NULL) {
		/* a fault of our own: it is repeated, and ends the process */
		(void)sigaction(sig, &dfl, NULL);
		(void)raise(sig);
	}
	errno = saved;
}

static void
handle_bus(void)
{
	struct sigaction sa = { .sa_sigaction = on_bus,
		.sa_flags = SA_SIGINFO };

	if (page_len != 0)
		return;
	page_len = (size_t)sysconf(_SC_PAGESIZE);
	(void)sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGBUS, &sa, NULL); /* fails for bad numbers only */
}

int
map_open(struct map *m, int fd, size_t len, size_t room, enum map_kind kind)
{
	int flags = kind == MAP_OWN ? MAP_PRIVATE : MAP_SHARED;
	char *p;

	handle_bus();
	*m = (struct map){ .len = len, .kind = kind };
	m->room = room > len ? whole_pages(room) : whole_pages(len);
	if (m->room < len || m->room == 0 || (len == 0 && fd != -1)) {
		errno = EINVAL;
		return -1;
	}
	/* all of it at first, so that nobody else gets what is behind */
	p = mmap(NULL, m->room, prot_of(m),
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return -1;
	if (len > 0 &&
	    mmap(p, len, prot_of(m), flags | MAP_FIXED, fd, 0) == MAP_FAILED) {
		int saved = errno;

		(void)munmap(p, m->room);
		errno = saved;
		return -1;
	}
	m->p = p;
	m->next = maps;
	maps = m;
	return 0;
}

/* A file and the memory behind it do not move together: copied, once. */
int
map_grow(struct map *m, size_t room)
{
	char *p;

	room = whole_pages(room);
	if (room <= m->room)
		return 0;
	p = m->len == 0
		? mremap(m->p, m->room, room, MREMAP_MAYMOVE)
		: mmap(NULL, room, prot_of(m),
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return -1;
	if (m->len > 0) {
		memcpy(p, m->p, m->room);
		(void)munmap(m->p, m->room);
	}
	m->p = p;
	m->len = 0;
	m->room = room;
	return 0;
}

/* Linux before 5.14 has no such advice, and faults them in. */
void
map_ahead(const struct map *m, size_t from, size_t len)
{
	size_t start = from - from % page_len;

	if (m->p == NULL || from >= m->len)
		return;
	if (len > m->len - from)
		len = m->len - from;
	(void)madvise(m->p + start, from - start + len, MADV_POPULATE_READ);
}

void
map_rest(const struct map *m)
{
	if (m->p != NULL && m->kind == MAP_READING)
		(void)madvise(m->p, whole_pages(m->len), MADV_DONTNEED);
}

void
map_close(struct map *m)
{
	struct map **at = &maps;

	if (m->p == NULL)
		return;
	while (*at != NULL && *at != m)
		at = &(*at)->next;
	if (*at == m)
		*at = m->next;
	(void)munmap(m->p, m->room);
	*m = (struct map){ 0 };
}

void
map_rest_heap(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0); /* there may be none */
#endif
}
