/* map.c: files that shrink while they are mapped. */
#include "sys/map.h"

#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "memfile.h"
#include "tap.h"

static size_t page;

/* n pages, each full of its number. */
static int
file_of(size_t n)
{
	char *p = malloc(n * page);
	int fd;

	for (size_t i = 0; i < n * page; i++)
		p[i] = (char)('a' + i / page);
	fd = memfile(p, n * page);
	free(p);
	return fd;
}

static void
test_reading(void)
{
	int fd = file_of(4);
	struct map m, other;

	ok(map_open(&m, fd, 4 * page - 1, 0, MAP_READING) == 0 &&
		map_open(&other, fd, page, 0, MAP_READING) == 0,
	    "two mappings");
	ok(m.p[0] == 'a' && m.p[4 * page - 2] == 'd' && !m.torn, "read");
	map_rest(&m);
	ok(m.p[page] == 'b', "read again after a rest");
	ok(ftruncate(fd, (off_t)page) == 0 && m.p[2 * page] == 0 && m.torn,
	    "zeros where the file has shrunk");
	ok(m.p[0] == 'a' && m.p[3 * page] == 0, "before and behind");
	ok(!other.torn && other.p[page - 1] == 'a', "others are whole");
	map_close(&m);
	ok(ftruncate(fd, 0) == 0 && other.p[0] == 0 && other.torn,
	    "shrunk to nothing");
	map_close(&other);
	map_close(&other);
	ok(other.p == NULL, "closed twice");
	close(fd);
}

static void
test_own(void)
{
	int fd = file_of(3);
	struct map m;
	char c;

	ok(map_open(&m, fd, 3 * page, 100 * page, MAP_OWN) == 0, "with room");
	m.p[0] = 'x';
	m.p[3 * page] = 'y';
	m.p[100 * page - 1] = 'z';
	ok(pread(fd, &c, 1, 0) == 1 && c == 'a', "writes stay here");
	ok(m.p[page] == 'b' && m.p[4 * page] == 0, "file, then zeros");
	ok(ftruncate(fd, 10) == 0 && m.p[2 * page] == 0 && m.torn,
	    "zeros where the file has shrunk");
	m.p[2 * page] = 'w';
	ok(m.p[page] == 0 && m.p[2 * page] == 'w',
	    "no more of them than what is asked for");
	ok(m.p[0] == 'x' && m.p[3 * page] == 'y', "what is around stays");
	map_close(&m);
	close(fd);
}

static void
test_growing(void)
{
	int fd = file_of(2);
	struct map m, none;

	ok(map_open(&none, -1, 0, page, MAP_OWN) == 0 && none.p[0] == 0,
	    "memory without a file");
	none.p[1] = 'x';
	ok(map_grow(&none, 9 * page) == 0 && none.room == 9 * page &&
		none.p[1] == 'x' && none.p[9 * page - 1] == 0,
	    "grown");
	map_close(&none);
	ok(map_open(&m, fd, 2 * page, 3 * page, MAP_OWN) == 0, "a file");
	m.p[2 * page] = 'y';
	ok(map_grow(&m, page) == 0 && m.room == 3 * page, "large enough");
	ok(map_grow(&m, 5 * page) == 0 && m.p[0] == 'a' && m.p[page] == 'b' &&
		m.p[2 * page] == 'y' && m.p[5 * page - 1] == 0,
	    "grown with what it had");
	ok(ftruncate(fd, 0) == 0 && m.p[page] == 'b' && !m.torn,
	    "the file is not looked at any more");
	map_close(&m);
	close(fd);
}

static void
test_errors(void)
{
	struct map m;

	ok(map_open(&m, -1, page, 0, MAP_READING) == -1 && m.p == NULL,
	    "no file");
	map_close(&m);
	ok(map_open(&m, 0, 0, 0, MAP_OWN) == -1, "nothing to map");
	ok(map_open(&m, 0, SIZE_MAX, 0, MAP_OWN) == -1, "too much to map");
}

/* What is not ours ends the process as ever. */
static void
test_foreign(void)
{
	int fd = file_of(1), status = 0;
	char *p = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);
	struct rlimit no_core = { 0, 0 };
	pid_t pid = fork();

	if (pid == 0 && setrlimit(RLIMIT_CORE, &no_core) == 0)
		_exit(ftruncate(fd, 0) == 0 && *(volatile char *)p);
	(void)waitpid(pid, &status, 0);
	ok(!WIFEXITED(status) || WEXITSTATUS(status) != 0,
	    "a foreign mapping is no business of it");
	close(fd);
}

int
main(void)
{
	page = (size_t)sysconf(_SC_PAGESIZE);
	test_reading();
	test_own();
	test_growing();
	test_errors();
	test_foreign();
	return done_testing();
}
