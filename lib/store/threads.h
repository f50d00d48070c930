/* threads.h: messages and the answers to them (RFC 5256 section 3, THREAD). */
#ifndef STORE_THREADS_H
#define STORE_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/radix.h"
#include "msg/sortkeys.h"

/* No node. */
#define THREADS_NONE UINT32_MAX

/* A message, or at the top of a thread what stands for one that is missing. */
struct thread_node {
	uint32_t number; /* 0: a dummy, which has two children at least */
	uint32_t parent;
	uint32_t child; /* the first */
	uint32_t next; /* sibling */
};

/* What is compared of a message. */
struct thread_message {
	uint64_t id;
	uint64_t subject;
	int64_t date;
	size_t refs; /* where they begin */
	bool reply;
};

/* All memory is from the arena, which is set first; the rest is zero. */
struct threads {
	struct arena *a;

	/* the result: indices into node */
	struct thread_node *node;
	uint32_t first; /* thread, the others are its siblings */

	/* message i becomes node i */
	struct thread_message *message;
	uint32_t *number;
	size_t n, max_messages, max_numbers;
	uint64_t *ref;
	size_t nrefs, max_refs;
};

/* One more message; they come in the order of their numbers. */
void threads_add(struct threads *t, uint32_t number, const struct sortkeys *k);

/*
 * Make threads of all.  Siblings are in the order of their dates, those of one
 * date in that of their numbers.  Time and memory are linear in messages and
 * references, whatever these say, and nothing recurses.
 */
void threads_by_subject(struct threads *t); /* ORDEREDSUBJECT */
void threads_by_references(struct threads *t); /* REFERENCES */

#endif
