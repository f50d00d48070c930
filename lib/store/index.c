/*
 * index.c: the file satchel-index, its parts and its checks.
 *
 * A cache beside the messages that makes opening a folder cost nothing, be it
 * of ten messages or of a million.  What makes this hard, and the answers.
 *
 * 1. Readers must not wait, and must never see half a change.
 *   The file is a base that is never changed, and behind it a log.  A change
 *   is one pwrite() of a transaction at the end, under the folder's lock, with
 *   a checksum that covers all of it and the place where it stands.  A reader
 *   who meets half of it stops before it, and sees it whole next time.  When
 *   the log has grown, or what stands at its end is no transaction, the next
 *   writer makes a new file and renames it.  Nothing is cut, nothing is
 *   overwritten: who has the old file mapped keeps what he sees.
 *
 * 2. Opening must not touch every message.
 *   The last record of each transaction, and the header, have the whole state:
 *   counts, UIDNEXT, HIGHESTMODSEQ, the stamps of what a scan had read.  The
 *   rows are mapped and looked at when they are asked for.  Rows have fixed
 *   size and the order of UIDs, so a number is a place and a UID a binary
 *   search.
 *
 * 3. Sessions change what they see in their own time.
 *   The mapping is private memory (map.h).  Records of the log are applied to
 *   it by UID, and only the pages with changed rows become the session's own;
 *   new rows follow the old ones in memory of the session.  A message that is
 *   gone keeps its row, with a bit, until its client has been told; the
 *   numbers are then places less the holes before them.  A new base is mapped
 *   when the session has no hole that its client does not know of.
 *
 * 4. Is the folder still as the index says?
 *   The stamps are those of stamp.c, shared by all sessions through the state:
 *   what one has scanned none has to scan again, and what one owes is paid
 *   once, by whoever looks next when it has been quiet for long enough.
 *
 * 5. Is the index older than what clients were told (a backup, a copy)?
 *   Then mod-sequences in it were given again to something else.  So the
 *   header has the file's own inode number, and the state the time of its
 *   writing: a file that was made by somebody else, or changed after its last
 *   transaction, is not believed.  Where courierimapuiddb has changed its
 *   entries must be those of the rows, or the index is dropped.
 *   A file that has lost its end under its sessions is as right as it is old:
 *   who has read more believes neither its state nor what one who has not went
 *   on to write, and writes it anew from what his client knows (adopt.c).
 *
 * 6. Lost or not believed
 *   is as if everything had changed and all history been forgotten: every
 *   message gets one new mod-sequence, two seconds above the clock and above
 *   every time stamp of the folder, and `cut' says that no older client can
 *   be told what has vanished.
 *
 * 7. Garbage under a living session.
 *   Every row has a checksum, every name is found by a hash; what does not
 *   fit is made anew from courierimapuiddb and cur (recover.c).  Numbers that
 *   are used as places are compared with the bounds each time.
 *
 * 8. It cannot be written (read-only, full, over quota, switched off).
 *   The same rows stand in anonymous memory, and nothing is written.
 *
 * Rejected: rows changed in place in a shared mapping (a reader sees half of
 * a change, NFS has no such mapping, and one wild write is everybody's); a
 * data base (a library in every session, a lock for readers, and no row at a
 * fixed place); SQL-like pages with copies (a B-tree's work for what is an
 * array); a log of UIDs and base apart in two files (two renames are not
 * one); fsync (it is a cache: the checks above find what a crash left).
 */
#include "store/index.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/ckd.h"
#include "base/sum.h"
#include "base/sum_now.h"
#include "sys/fs.h"

const char index_name[] = "satchel-index";

static const char magic[8] = { 's', 'a', 't', 'c', 'h', 'e', 'l', '\n' };

enum { ORDER = 0x01020304, TXN_MAGIC = 0x6e787431 };

struct transaction {
	uint32_t magic;
	uint32_t len; /* with this header */
	uint64_t check; /* of what follows */
};

struct record_head {
	uint16_t type;
	uint16_t words; /* eight bytes each, with this header */
	uint32_t uid;
};

_Static_assert(sizeof(struct row) == 64, "the format");
_Static_assert(sizeof(struct stamp) == 56, "the format");
_Static_assert(sizeof(struct index_state) == 344, "the format");
_Static_assert(sizeof(struct index_head) == 456, "the format");
_Static_assert(sizeof(struct place) == 12, "the format");

/* --- checks ---------------------------------------------------------- */

uint32_t
row_check(const struct row *r, uint64_t id)
{
	return (uint32_t)sum_now(id, span_of(r, ROW_CHECKED));
}

static uint64_t
state_check(const struct index_state *s, uint64_t id)
{
	return sum_bytes(id, span_of(s, offsetof(struct index_state, check)));
}

static uint64_t
head_check(const struct index_head *h)
{
	return sum_bytes(h->id, span_of(h, offsetof(struct index_head, check)));
}

void
index_seal_state(struct index_state *s, uint64_t id)
{
	s->check = state_check(s, id);
}

static bool
is_good_state(const struct index_state *s, uint64_t id)
{
	return s->check == state_check(s, id) && s->uidvalidity != 0 &&
	       s->highestmodseq < INDEX_MODSEQ_MAX &&
	       s->cut <= s->highestmodseq;
}

void
index_seal_head(struct index_head *h)
{
	memcpy(h->magic, magic, sizeof magic);
	h->version = INDEX_VERSION;
	h->order = ORDER;
	index_seal_state(&h->state, h->id);
	h->check = head_check(h);
}

/* Whether n things of size bytes fit between at and end. */
static bool
fits(uint64_t at, uint64_t n, uint64_t size, uint64_t end)
{
	uint64_t len;

	return at <= end && !ckd_mul(&len, n, size) && len <= end - at;
}

static bool
is_good_head(const struct index_head *h, const struct stat *st)
{
	if (memcmp(h->magic, magic, sizeof magic) != 0 ||
	    h->version != INDEX_VERSION || h->order != ORDER ||
	    h->check != head_check(h) || h->ino != st->st_ino ||
	    !is_good_state(&h->state, h->id))
		return false;
	return fits(sizeof *h, h->names_len, 1, h->sets_at) &&
	       fits(h->sets_at, h->sets_len, 1, h->gone_at) &&
	       fits(h->gone_at, h->gone, sizeof(struct gone), h->rows_at) &&
	       fits(h->rows_at, h->rows, sizeof(struct row), h->log_at) &&
	       h->rows_at % 4096 == 0 && h->log_at % 8 == 0 &&
	       h->log_at <= (uint64_t)st->st_size &&
	       h->log_at == (size_t)h->log_at; /* it can be mapped */
}

uint64_t
index_places_at(const struct index_head *h)
{
	return h->gone_at + h->gone * sizeof(struct gone);
}

size_t
index_places_len(uint32_t rows)
{
	return sizeof(uint64_t) + rows * sizeof(struct place);
}

int
index_read_head(int fd, const struct stat *st, struct index_head *out)
{
	struct index_head h;
	ssize_t n;

	if (!S_ISREG(st->st_mode) || (n = fs_pread(fd, &h, sizeof h, 0)) == -1)
		return -1;
	if (n != sizeof h || !is_good_head(&h, st)) {
		errno = EBADMSG;
		return -1;
	}
	*out = h;
	return 0;
}

/* --- the log --------------------------------------------------------- */

static void
pad(struct strbuf *log)
{
	while (log->len % 8 != 0)
		strbuf_putc(log, '\0');
}

void
index_put(struct strbuf *log, enum record_type type, uint32_t uid,
    struct span fixed, struct span tail)
{
	struct record_head h = { .type = (uint16_t)type, .uid = uid };
	size_t at = log->len, words;

	strbuf_add(log, &h, sizeof h);
	strbuf_cat(log, fixed);
	strbuf_cat(log, tail);
	pad(log);
	words = (log->len - at) / 8;
	if (words > UINT16_MAX) {
		strbuf_cut(log, at); /* keywords without end: not kept */
		return;
	}
	h.words = (uint16_t)words;
	memcpy(log->p + at, &h, sizeof h);
}

bool
index_record(struct span *in, struct record *out)
{
	struct record_head h;
	size_t len;

	if (span_len(*in) < sizeof h)
		return false;
	memcpy(&h, in->p, sizeof h);
	len = (size_t)h.words * 8;
	if (len < sizeof h || len > span_len(*in))
		return false;
	out->type = (enum record_type)h.type;
	out->uid = h.uid;
	out->body = span_of(in->p + sizeof h, len - sizeof h);
	in->p += len;
	return true;
}

void
index_begin(struct strbuf *log)
{
	struct transaction t = { .magic = TXN_MAGIC };

	strbuf_reset(log);
	strbuf_add(log, &t, sizeof t);
}

void
index_seal(struct strbuf *log, uint64_t id, int64_t at)
{
	struct transaction t = { .magic = TXN_MAGIC };

	t.len = (uint32_t)log->len;
	t.check = sum_bytes(
	    id ^ (uint64_t)at, span_of(log->p + sizeof t, log->len - sizeof t));
	memcpy(log->p, &t, sizeof t);
}

bool
index_transaction(
    struct span *in, uint64_t id, int64_t at, struct span *records)
{
	struct transaction t;

	if (span_len(*in) < sizeof t)
		return false;
	memcpy(&t, in->p, sizeof t);
	if (t.magic != TXN_MAGIC || t.len < sizeof t || t.len % 8 != 0 ||
	    t.len > span_len(*in))
		return false;
	if (t.check != sum_bytes(id ^ (uint64_t)at,
			   span_of(in->p + sizeof t, t.len - sizeof t)))
		return false;
	*records = span_of(in->p + sizeof t, t.len - sizeof t);
	in->p += t.len;
	return true;
}

/* --- STATUS ---------------------------------------------------------- */

/* The last record of the file is a state that is whole. */
static int
last_state(int fd, const struct stat *st, const struct index_head *h,
    struct index_state *out)
{
	struct index_state s;
	int64_t at = st->st_size - (int64_t)sizeof s;

	if (at < (int64_t)h->log_at || fs_pread(fd, &s, sizeof s, at) == -1 ||
	    !is_good_state(&s, h->id)) {
		errno = EBADMSG;
		return -1;
	}
	*out = s;
	return 0;
}

int
index_peek(int dir, struct index_state *out)
{
	struct index_head h;
	struct stat st;
	int fd = fs_open_file(dir, index_name, &st), r;

	if (fd == -1)
		return -1;
	r = index_read_head(fd, &st, &h);
	if (r == 0 && (uint64_t)st.st_size == h.log_at)
		*out = h.state;
	else if (r == 0)
		r = last_state(fd, &st, &h, out);
	fs_close(fd);
	return r;
}
