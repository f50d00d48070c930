/* look.c: the least that answers all items of a FETCH for one message. */
#include "imap/look.h"

#include <errno.h>
#include <unistd.h>

#include "msg/excerpt.h"
#include "msg/preview.h"
#include "sys/fs.h"

enum {
	SMALL = 8 * 1024, /* is in memory once the header has been read */
	LAZY_MAX = 64 * 1024, /* a larger one has no preview at hand */
	FIELDS_MAX = WR_LEN / 2 /* no piece is as long: there is room for it */
};

static const struct look nothing = { .file = { .fd = -1 } };

struct span
look_text(const struct look *l, enum brief_kind kind, bool utf8)
{
	struct span other = l->brief.piece[kind + 1];

	return utf8 && other.p != NULL ? other : l->brief.piece[kind];
}

static bool
is_top_fields(const struct fetch_item *item)
{
	return item->kind == FETCH_CONTENT && item->section.npath == 0 &&
	       item->section.text == SECTION_FIELDS;
}

/* The pieces of a brief that an item may be answered by. */
static unsigned
kinds_of(const struct fetch_item *item)
{
	switch (item->kind) {
	case FETCH_ENVELOPE:
		return 1 << BRIEF_ENVELOPE | 1 << BRIEF_ENVELOPE_UTF8;
	case FETCH_BODY:
		return 1 << BRIEF_BODY | 1 << BRIEF_BODY_UTF8;
	case FETCH_BODYSTRUCTURE:
		return 1 << BRIEF_BODYSTRUCTURE | 1 << BRIEF_BODYSTRUCTURE_UTF8;
	case FETCH_PREVIEW:
		return 1 << BRIEF_PREVIEW;
	default:
		return is_top_fields(item) ? 1 << BRIEF_FIELDS : 0;
	}
}

/* Whether its row or its pieces alone may have all of an item. */
static bool
is_printed(const struct fetch_item *item)
{
	return section_need(item) <= NEED_STAT || item->kind == FETCH_SIZE ||
	       (kinds_of(item) != 0 && item->kind != FETCH_PREVIEW);
}

/* Whole messages come out of their files, whatever is known of them. */
static bool
wants_brief(const struct fetch *f)
{
	return f->need > NEED_FILE || f->kinds != 0;
}

void
look_begin(struct fetch *f)
{
	struct arena *a = &f->s->arena;

	f->look = arena_alloc(a, sizeof *f->look);
	*f->look = nothing;
	f->fields = arena_array(a, f->items->n, sizeof *f->fields);
	f->printed = true;
	for (size_t i = 0; i < f->items->n; i++) {
		const struct section *section = &f->items->v[i].section;
		struct header_want want = { .names = section->names,
			.n = section->nnames,
			.except = section->except };

		unsigned kinds = kinds_of(&f->items->v[i]);

		f->kinds |= kinds;
		f->must |= kinds & -kinds; /* the other form may be missing */
		f->printed &= is_printed(&f->items->v[i]);
		if (!is_top_fields(&f->items->v[i]))
			continue;
		/* what it cannot answer is read */
		(void)excerpt_ask(&want,
		    arena_array(a, want.n, sizeof(struct excerpt_name)),
		    &f->fields[i].ask);
	}
}

/* Whether the brief has the fields of item i. */
static bool
look_up_fields(struct fetch *f, const struct look *l, size_t i)
{
	struct span piece = l->brief.piece[BRIEF_FIELDS];
	struct fetch_fields *fields = &f->fields[i];

	fields->told =
	    span_len(piece) <= FIELDS_MAX && excerpt_tells(piece, &fields->ask);
	return fields->told;
}

/* section_need(), with what the brief knows. */
static enum section_need
content_need(struct fetch *f, struct look *l, size_t i)
{
	const struct fetch_item *item = &f->items->v[i];
	enum section_need need = section_need(item);

	if (is_top_fields(item) && look_up_fields(f, l, i))
		return NEED_MEMORY;
	if (l->brief.piece[BRIEF_PARTS].p != NULL)
		return NEED_FILE;
	if (need == NEED_HEADER && l->brief.piece[BRIEF_HEAD].p != NULL)
		return NEED_FILE;
	/* it is read in any case: be it kept */
	if (is_top_fields(item) && !item->section.except)
		return NEED_HEADER;
	return need;
}

/* Mostly the row has them, which is at hand. */
static bool
has_date(const struct fetch *f, struct look *l)
{
	l->date = f->message.date;
	return l->date != MESSAGE_NO_DATE ||
	       mailbox_date(f->s->mbox, l->seq, &l->date);
}

static bool
has_octets(const struct fetch *f, struct look *l)
{
	l->octets = f->message.octets;
	l->has_octets = l->octets != MESSAGE_NO_OCTETS ||
			mailbox_octets(f->s->mbox, l->seq, &l->octets);
	return l->has_octets;
}

static enum section_need
need_now(struct fetch *f, struct look *l, size_t i)
{
	const struct fetch_item *item = &f->items->v[i];
	enum brief_kind kind = BRIEF_ENVELOPE;

	switch (item->kind) {
	case FETCH_UID:
	case FETCH_FLAGS:
	case FETCH_MODSEQ:
	case FETCH_EMAILID:
	case FETCH_THREADID:
	case FETCH_SAVEDATE:
		return NEED_MEMORY;
	case FETCH_PREVIEW:
		if (l->brief.piece[BRIEF_PREVIEW].p != NULL)
			return NEED_MEMORY;
		/* only if it is at hand: RFC 8970 section 4.1 */
		return l->brief.piece[BRIEF_PARTS].p != NULL
			   ? NEED_FILE
			   : section_need(item);
	case FETCH_INTERNALDATE:
		return has_date(f, l) ? NEED_MEMORY : NEED_STAT;
	case FETCH_SIZE:
		return has_octets(f, l) ? NEED_MEMORY : NEED_FILE;
	case FETCH_BODY:
		kind = BRIEF_BODY;
		break;
	case FETCH_BODYSTRUCTURE:
		kind = BRIEF_BODYSTRUCTURE;
		break;
	case FETCH_ENVELOPE:
		break;
	case FETCH_CONTENT:
	case FETCH_BINARY:
	case FETCH_BINARY_SIZE:
		return content_need(f, l, i);
	}
	return l->brief.piece[kind].p != NULL ? NEED_MEMORY
					      : section_need(item);
}

/* What all items together need. */
static enum section_need
need_all(struct fetch *f, struct look *l)
{
	enum section_need most = NEED_MEMORY, need;
	bool counts = false;

	for (size_t i = 0; i < f->items->n; i++) {
		need = need_now(f, l, i);
		counts |=
		    f->items->v[i].kind == FETCH_SIZE && need != NEED_MEMORY;
		if (need > most)
			most = need;
	}
	/* what is parsed is parsed for all items: they share one tree */
	if (most >= NEED_HEADER && f->need > most)
		most = f->need;
	/* every byte is read in any case */
	return most == NEED_HEADER && counts ? NEED_TREE : most;
}

/* Where the parts are, from the brief.  Whether that is known. */
static bool
restore(struct fetch *f, struct look *l)
{
	struct span parts = l->brief.piece[BRIEF_PARTS];
	struct brief_head head;
	struct part *root = NULL;

	l->file.whole = false;
	if (f->need < NEED_HEADER && !f->preview)
		return true;
	if (parts.p != NULL)
		root = brief_tree(&f->arena, parts);
	if (root != NULL) {
		l->file.whole = true;
	} else if (f->need == NEED_HEADER &&
		   brief_head(l->brief.piece[BRIEF_HEAD], &head)) {
		root = arena_alloc(&f->arena, sizeof *root);
		root->body = head.body;
		root->header_octets = head.octets;
	}
	l->file.root = root;
	return root != NULL || f->need < NEED_HEADER;
}

static bool
lacks_preview(const struct fetch *f, const struct look *l)
{
	return f->preview && l->brief.piece[BRIEF_PREVIEW].p == NULL;
}

/* Make one, and keep it with all else that is known. */
static void
add_preview(struct fetch *f, struct look *l)
{
	struct strbuf *b = &f->held;

	strbuf_reset(b);
	preview_make(l->file.fd, l->file.root, b);
	l->brief.piece[BRIEF_PREVIEW] = arena_span(&f->arena, strbuf_span(b));
	strbuf_reset(b);
	brief_put(&l->brief, b);
	if (l->brief.piece[BRIEF_HEAD].p != NULL)
		mailbox_keep_facts(f->s->mbox, l->seq, &l->st, strbuf_span(b));
}

/* What was found is kept, and used at once. */
static void
keep(struct fetch *f, struct look *l)
{
	struct span facts =
	    gather_put(&f->gather, &f->arena, l->file.root, l->file.whole);

	/* some piece of the whole was too long to be kept: it stays so */
	if (l->brief.piece[BRIEF_PARTS].p != NULL && !l->file.whole)
		return;
	/* no matter if it is too large; made just now, it is not checked */
	(void)brief_parse(facts, 0, &l->brief);
	if (!f->preview || !l->file.whole)
		mailbox_keep_facts(f->s->mbox, l->seq, &l->st, facts);
	for (size_t i = 0; i < f->items->n; i++)
		if (is_top_fields(&f->items->v[i]))
			(void)look_up_fields(f, l, i);
}

/* Parse as far as needed. */
static int
parse(struct fetch *f, struct look *l)
{
	struct gather_file file = { .fd = l->file.fd,
		.size = l->file.size,
		.whole = l->file.whole,
		.memo = l->file.memo };
	const struct part *root;
	bool fresh;

	f->gather.sort = f->s->sorts;
	f->gather.sorted = l->brief.piece[BRIEF_SORT];
	if (gather_read(&f->gather, &f->arena, &file, &root, &fresh) == -1)
		return -1;
	l->file.root = root;
	if (file.whole) {
		l->octets = root->header_octets + root->body_octets;
		l->has_octets = true;
		l->file.octets = (int64_t)l->octets;
		mailbox_keep_octets(f->s->mbox, l->seq, &l->st, l->octets);
	}
	if (fresh)
		keep(f, l);
	return 0;
}

static int
open_message(struct fetch *f, struct look *l)
{
	struct section_file *file = &l->file;

	file->fd = mailbox_open_message(f->s->mbox, l->seq, &l->st);
	if (file->fd == -1)
		return -1;
	l->date = (int64_t)l->st.st_mtime;
	file->size = (int64_t)l->st.st_size;
	if (file->size >= MEMO_MIN) {
		file->memo = &f->s->memo;
		memo_use(file->memo, &l->st);
	}
	return 0;
}

/* The message is open. */
static int
look_inside(struct fetch *f, struct look *l, enum section_need need)
{
	bool known = l->brief.piece[BRIEF_HEAD].p != NULL;

	/* of another file, or a piece is damaged that was not asked for */
	if (wants_brief(f) &&
	    !brief_parse(
		mailbox_facts(f->s->mbox, l->seq), BRIEF_ALL, &l->brief) &&
	    known)
		need = need_all(f, l);
	l->has_octets = mailbox_octets(f->s->mbox, l->seq, &l->octets);
	l->file.octets = l->has_octets ? (int64_t)l->octets : 0;
	if (need == NEED_FILE && lacks_preview(f, l) &&
	    l->brief.piece[BRIEF_PARTS].p == NULL && l->file.size <= LAZY_MAX)
		need = NEED_TREE;
	if (need != NEED_FILE || !restore(f, l)) {
		need = need == NEED_FILE ? f->need : need;
		l->file.whole = need == NEED_TREE || l->file.size <= SMALL;
		if (parse(f, l) == -1)
			return -1;
	}
	if (lacks_preview(f, l) && l->file.whole)
		add_preview(f, l);
	return 0;
}

/* Whether rows and printed pieces have it all. */
static bool
look_quickly(struct fetch *f, struct look *l, struct span facts)
{
	unsigned found = brief_pick(facts, f->kinds, &l->brief);

	if ((f->must & ~found) != 0 || (f->dated && !has_date(f, l)) ||
	    (f->size && !has_octets(f, l)))
		return false;
	for (size_t i = 0; (found & 1 << BRIEF_FIELDS) != 0 && i < f->items->n;
	     i++)
		if (is_top_fields(&f->items->v[i]) && !look_up_fields(f, l, i))
			return false;
	return true;
}

/* What is wanted of the brief, and with that of the file. */
static enum section_need
look_up(struct fetch *f, struct look *l)
{
	struct span facts = { NULL, NULL };

	if (wants_brief(f))
		facts = mailbox_facts(f->s->mbox, l->seq);
	if (f->printed && look_quickly(f, l, facts))
		return NEED_MEMORY;
	(void)brief_parse(facts, f->kinds, &l->brief);
	return need_all(f, l);
}

/* There is something that only the file tells. */
static int
look_further(struct fetch *f, struct look *l, enum section_need need)
{
	struct mailbox *mbox = f->s->mbox;

	l->used = true;
	if (need == NEED_STAT) {
		if (mailbox_stat_message(mbox, l->seq, &l->st) == -1)
			return -1;
		l->date = (int64_t)l->st.st_mtime;
		f->message = mailbox_message(mbox, l->seq);
		return 0;
	}
	if (open_message(f, l) == -1)
		return -1;
	/* it may have been renamed */
	f->message = mailbox_message(mbox, l->seq);
	return look_inside(f, l, need);
}

int
look_at(struct fetch *f, uint32_t seq)
{
	struct look *l = f->look;
	enum section_need need;

	l->seq = seq;
	if ((f->message.state & MSG_GONE) != 0) {
		errno = ESTALE; /* also where its facts are known */
		return -1;
	}
	need = look_up(f, l);
	if (need == NEED_MEMORY)
		return 0;
	return look_further(f, l, need);
}

void
look_close(struct fetch *f)
{
	struct look *l = f->look;

	if (!l->used)
		return;
	if (l->file.fd != -1)
		(void)close(l->file.fd); /* only read from */
	if (l->file.memo != NULL)
		memo_trim(l->file.memo);
	*l = nothing;
	arena_reset(&f->arena);
}
