/* sortfacts.c: keys that are known, or read. */
#include "store/sortfacts.h"

#include <unistd.h>

#include "msg/brief.h"
#include "msg/stream.h"

/* The keys of the brief, which has others in it as well, and one more. */
static bool
add_keys(struct sortfacts *f, uint32_t seq, const struct stat *st,
    struct span fresh, struct sortkeys *out)
{
	struct brief known, made;

	if (!brief_parse(fresh, BRIEF_ALL, &made) ||
	    !sortkeys_take(made.piece[BRIEF_SORT], out))
		return false;
	if (brief_parse(mailbox_facts(f->m, seq), BRIEF_ALL, &known) &&
	    known.piece[BRIEF_HEAD].p != NULL) {
		known.piece[BRIEF_SORT] = made.piece[BRIEF_SORT];
		strbuf_reset(&f->out);
		brief_put(&known, &f->out);
		fresh = strbuf_span(&f->out);
	}
	mailbox_keep_facts(f->m, seq, st, fresh);
	return true;
}

static bool
read_keys(struct sortfacts *f, uint32_t seq, struct sortkeys *out)
{
	struct stat st;
	int fd = mailbox_open_message(f->m, seq, &st);
	struct search_file file = { .fd = fd };
	bool good;

	if (fd == -1)
		return false;
	file.size = st.st_size;
	good = add_keys(f, seq, &st, f->make(f->arg, &file, false), out);
	(void)close(fd); /* only read from */
	return good;
}

static bool
known_keys(struct sortfacts *f, uint32_t seq, struct sortkeys *out)
{
	struct brief brief;

	return brief_parse(mailbox_facts(f->m, seq), 1 << BRIEF_SORT, &brief) &&
	       sortkeys_take(brief.piece[BRIEF_SORT], out);
}

void
sortfacts_get(struct sortfacts *f, uint32_t seq, struct sortkeys *out)
{
	if (!known_keys(f, seq, out) && !read_keys(f, seq, out))
		*out = (struct sortkeys){ .dated = false };
	else if (!out->dated)
		out->date = sortfacts_arrival(f, seq);
}

int64_t
sortfacts_arrival(struct sortfacts *f, uint32_t seq)
{
	struct stat st;
	int64_t date;

	if (mailbox_date(f->m, seq, &date))
		return date;
	if (mailbox_stat_message(f->m, seq, &st) == -1)
		return 0;
	return (int64_t)st.st_mtime;
}

uint64_t
sortfacts_size(struct sortfacts *f, uint32_t seq)
{
	struct stat st;
	uint64_t octets;
	int64_t n;
	int fd;

	if (mailbox_octets(f->m, seq, &octets))
		return octets;
	if ((fd = mailbox_open_message(f->m, seq, &st)) == -1)
		return 0;
	n = stream_crlf_len(fd, 0, (int64_t)st.st_size);
	(void)close(fd); /* only read from */
	if (n == -1)
		return 0;
	mailbox_keep_octets(f->m, seq, &st, (uint64_t)n);
	return (uint64_t)n;
}

void
sortfacts_end(struct sortfacts *f)
{
	mailbox_facts_end(f->m);
	strbuf_clear(&f->out);
}
