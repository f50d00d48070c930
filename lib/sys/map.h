/* map.h: files mapped into memory, by a program that survives their loss. */
#ifndef SYS_MAP_H
#define SYS_MAP_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * A file that is mapped can shrink: somebody truncates it, a disk fails, a
 * file server goes away.  Touching what is gone would end the process with
 * SIGBUS.  Here it reads as zeros from then on, also what this process had
 * written there, and torn tells: so all that is read from a mapping has a check
 * of its own, and who finds it wrong, or torn set, takes the file for damaged.
 */
enum map_kind {
	MAP_READING, /* shared with all, for reading */
	MAP_OWN, /* may be written to; what is written stays in this process */
};

/* All zero is none. */
struct map {
	char *p; /* page-aligned; NULL: nothing is mapped */
	size_t len; /* of the file */
	size_t room; /* bytes from p on that may be used, len at least */
	volatile sig_atomic_t torn; /* some of it has become zeros */
	enum map_kind kind;
	struct map *next; /* all of the process */
};

/*
 * Map the first len bytes of fd (not 0).  With MAP_OWN, memory behind them,
 * zeros, belongs to it up to room bytes in all; it costs nothing before it is
 * written to; fd -1 with len 0 is such memory alone.  *m must stay where it
 * is.  -1 with errno: nothing is mapped.
 */
int map_open(
    struct map *m, int fd, size_t len, size_t room, enum map_kind kind);

/*
 * Make an own mapping room bytes, which may move it.  What had been a file's
 * is memory then.  -1 with errno: it is as before.
 */
int map_grow(struct map *m, size_t room);

/* Bytes from..from+len-1, as far as there are such, will be read soon. */
void map_ahead(const struct map *m, size_t from, size_t len);

/*
 * Give back the memory that reading has brought in; it is read again from
 * the file when touched.  With MAP_OWN what was written is lost: not for it.
 */
void map_rest(const struct map *m);

void map_close(struct map *m);

/* Give back the pages of the heap that nothing is in. */
void map_rest_heap(void);

#endif
