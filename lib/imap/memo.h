/* memo.h: what is remembered of the last large message, between commands. */
#ifndef IMAP_MEMO_H
#define IMAP_MEMO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "msg/structure.h"

/*
 * Clients fetch a large message in pieces, BODY[2]<0.65536>, <65536.65536>
 * and so on: without this each would read it from its first byte, and the
 * whole would be quadratic.  It belongs to a file (by its inode) and is
 * right for as long as that is not written to; a Maildir's never are.
 */
enum {
	MEMO_MIN = 256 * 1024, /* smaller files are read again */
	MEMO_PARTS = 200, /* larger trees are not kept */
	MEMO_STEP = 512 * 1024, /* bytes between two marks */
};

/* All zero is an empty one. */
struct memo {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;

	struct arena arena; /* of root */
	struct part *root; /* the whole tree, or NULL */

	/* where octets of the bytes from..to are */
	int64_t from;
	int64_t to;
	struct strbuf marks; /* struct memo_mark, ascending; empty: none */
	uint64_t total; /* octets in all */

	/* the decoded length of the part whose body begins there */
	int64_t body; /* 0: none */
	int64_t decoded;
	bool has_nul;
};

/* The byte at offset gives the octet number octets of the range. */
struct memo_mark {
	int64_t offset;
	uint64_t octets;
};

/* Keep what belongs to that file, forget all else. */
void memo_use(struct memo *m, const struct stat *st);

/*
 * The tree: remembered, or read now with the header's lines for line; *fresh
 * tells.  -1 with errno.
 */
int memo_tree(struct memo *m, int fd, const struct structure_lines *lines,
    const struct part **root, bool *fresh);

/* Give the tree back if it is too large to be kept. */
void memo_trim(struct memo *m);

/*
 * Have marks for the bytes from..to, and m->total of their octets.  -1 with
 * errno.
 */
int memo_range(struct memo *m, int fd, int64_t from, int64_t to);

/* The last mark of that range that is not behind the octet skip. */
struct memo_mark memo_seek(const struct memo *m, uint64_t skip);

void memo_clear(struct memo *m);

#endif
