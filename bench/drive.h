/* drive.h: what the benchmark's clients share. */
#ifndef BENCH_DRIVE_H
#define BENCH_DRIVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What has been seen of the answer to a step; see drive.c. */
struct counts {
	const char *word;
	size_t word_len;
	size_t count, number, words, octets;
};

/*
 * A connection.  buf holds what has been read: bytes from at to end are still
 * to be looked at.  It is as large as the longest line there is (SEARCH of a
 * million messages), of which the kernel gives what is touched.
 */
struct conn {
	int fd;
	pid_t pid;
	uint64_t started; /* as now_ns() */
	unsigned tag;
	char *buf;
	size_t at, end;
	struct counts counts;
};

struct memory {
	size_t pss, own; /* KiB */
	size_t processes;
};

/* Say why, and exit 1. */
void die(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));

/* The monotonic clock, in nanoseconds. */
uint64_t now_ns(void);

/* Take fd; the buffer is allocated, and used again when c was used before. */
void conn_init(struct conn *c, int fd);
/* Count from here on, untagged responses that are word. */
void conn_count(struct conn *c, const char *word);
/* Wait for the line a server begins with. */
void conn_greeting(struct conn *c);
/* Send a command that ends the session, read until the server closes. */
void conn_end(struct conn *c, const char *command);

/*
 * Steps, as drive.c names them.  Any answer that is not OK ends the program,
 * and so does a server that says nothing for two minutes.
 */
void imap_each(struct conn *c, const char *word, const char *text, unsigned n);
void imap_append(
    struct conn *c, const char *size, const char *text, unsigned n);
void imap_multiappend(
    struct conn *c, const char *size, const char *text, unsigned n);
void pop_each(struct conn *c, const char *word, const char *text, unsigned n);
void pop_each_list(
    struct conn *c, const char *word, const char *text, unsigned n);

/* Add the memory of a process and of its children. */
void memory_of(pid_t pid, struct memory *m);

#endif
