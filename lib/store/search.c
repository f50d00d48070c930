/*
 * search.c: a program is evaluated with what is known so far.
 *
 * Each leaf is yes, no or not known yet, and so is the program.  As long as
 * it is not known, the next source is looked at, from the cheapest on: what
 * is in memory, the inode, the header, all octets (for an exact size), the
 * parsed body.  Every source answers all leaves that it can.
 */
#include "store/search.h"

#include <unistd.h>

#include "msg/stream.h"
#include "store/search_text.h"
#include "text/searchfold.h"

struct search {
	struct mailbox *mbox;
	struct search_key *root;
	struct search_text text; /* all leaves */
	bool all; /* whatever is there matches */
	search_make *make;
	void *arg;
	struct arena arena; /* for the message at hand */
};

/* The message at hand, as far as it was looked at. */
struct found {
	uint32_t seq;
	int fd; /* -1: not open */
	struct stat st;
	struct brief brief; /* its facts, as far as there are any */
};

static size_t
count_leaves(const struct search_key *key)
{
	size_t n = 0;

	if (key->kind != SEARCH_AND && key->kind != SEARCH_OR)
		return 1;
	for (key = key->child; key != NULL; key = key->next)
		n += count_leaves(key);
	return n;
}

static void
prepare_leaf(struct search *x, struct arena *a, struct search_key *key)
{
	struct search_text *t = &x->text;
	struct strbuf b = { 0 };

	if (key->kind == SEARCH_KEYWORD)
		key->has_keyword = mailbox_keyword_find(
		    x->mbox, key->text, false, &key->keyword);
	/* a greater one has been lost: all may have changed since */
	if (key->kind == SEARCH_MODSEQ &&
	    key->number > mailbox_state(x->mbox)->highestmodseq + 1)
		key->number = 0;
	if (key->kind >= SEARCH_HEADER) {
		searchfold(key->text, &b);
		key->needle = arena_span(a, strbuf_span(&b));
		strbuf_clear(&b);
		if (span_len(key->needle) > t->tail)
			t->tail = span_len(key->needle);
	}
	key->leaf = t->n;
	t->leaf[t->n++] = key;
}

static void
prepare(struct search *x, struct arena *a, struct search_key *key)
{
	if (key->kind != SEARCH_AND && key->kind != SEARCH_OR) {
		prepare_leaf(x, a, key);
		return;
	}
	for (key = key->child; key != NULL; key = key->next)
		prepare(x, a, key);
}

/* What SORT and THREAD are mostly asked for. */
static bool
is_all(const struct search_key *key)
{
	if (key->kind != SEARCH_AND || key->negate)
		return false;
	for (key = key->child; key != NULL; key = key->next)
		if (key->kind != SEARCH_ALL || key->negate)
			return false;
	return true;
}

struct search *
search_open(struct arena *a, struct mailbox *m, struct search_key *root)
{
	struct search *x = arena_alloc(a, sizeof *x);
	size_t n = count_leaves(root);

	x->mbox = m;
	x->root = root;
	x->all = is_all(root);
	x->text.leaf = arena_array(a, n, sizeof *x->text.leaf);
	x->text.answer = arena_array(a, n, sizeof *x->text.answer);
	prepare(x, a, root);
	return x;
}

void
search_by(struct search *x, search_make *make, void *arg)
{
	x->make = make;
	x->arg = arg;
}

void
search_close(struct search *x)
{
	if (x == NULL)
		return;
	mailbox_facts_end(x->mbox);
	search_text_clear(&x->text);
	arena_clear(&x->arena);
}

static bool
set_has(const struct search_key *key, uint32_t n)
{
	size_t lo = 0, hi = key->nset;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (n > key->set[mid].hi)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < key->nset && n >= key->set[lo].lo;
}

static bool
has_keyword(const struct search *x, const struct search_key *key,
    const struct message *m)
{
	const uint32_t *v;
	size_t n;

	if (!key->has_keyword)
		return false;
	v = mailbox_keyword_set(x->mbox, m->keywords, &n);
	for (size_t i = 0; i < n; i++)
		if (v[i] == key->keyword)
			return true;
	return false;
}

static bool
has_emailid(const struct search *x, const struct search_key *key, uint32_t seq)
{
	char id[MAILBOX_OBJECTID_LEN + 1];

	mailbox_emailid(x->mbox, seq, id);
	return span_is(key->text, id);
}

static enum answer
answer_of(bool yes)
{
	return yes ? ANSWER_YES : ANSWER_NO;
}

/* The local day of t against that of a key for days. */
static enum answer
compare_day(const struct search_key *key, int64_t t)
{
	int c = date_day_cmp(date_local_day(t), key->day);

	switch (key->kind) {
	case SEARCH_BEFORE:
	case SEARCH_SAVEDBEFORE:
		return answer_of(c < 0);
	case SEARCH_ON:
	case SEARCH_SAVEDON:
		return answer_of(c == 0);
	default:
		return answer_of(c >= 0);
	}
}

/* The day it was put here, if that is known. */
static enum answer
compare_saved(
    const struct search *x, const struct search_key *key, uint32_t seq)
{
	int64_t t = mailbox_saved(x->mbox, seq);

	return t == -1 ? ANSWER_UNKNOWN : compare_day(key, t);
}

/* What memory tells. */
static void
ask_memory(struct search *x, uint32_t seq)
{
	struct message m = mailbox_message(x->mbox, seq);

	for (size_t i = 0; i < x->text.n; i++) {
		const struct search_key *key = x->text.leaf[i];
		enum answer *answer = &x->text.answer[i];

		switch (key->kind) {
		case SEARCH_ALL:
			*answer = ANSWER_YES;
			break;
		case SEARCH_SEQS:
			*answer = answer_of(set_has(key, seq));
			break;
		case SEARCH_UIDS:
			*answer = answer_of(set_has(key, m.uid));
			break;
		case SEARCH_FLAGS:
			*answer =
			    answer_of((m.flags & key->mask) == key->flags);
			break;
		case SEARCH_KEYWORD:
			*answer = answer_of(has_keyword(x, key, &m));
			break;
		case SEARCH_MODSEQ:
			*answer = answer_of(m.modseq >= key->number);
			break;
		case SEARCH_EMAILID:
			*answer = answer_of(has_emailid(x, key, seq));
			break;
		case SEARCH_SAVEDBEFORE:
		case SEARCH_SAVEDON:
		case SEARCH_SAVEDSINCE:
			*answer = compare_saved(x, key, seq);
			break;
		case SEARCH_BODY:
		case SEARCH_TEXT:
			/* the empty string is in every text */
			*answer = span_len(key->needle) == 0 ? ANSWER_YES
							     : ANSWER_UNKNOWN;
			break;
		default:
			*answer = ANSWER_UNKNOWN;
			break;
		}
	}
}

/*
 * A size in octets lies between that of the file and twice that: only what
 * is between has to be counted.
 */
static enum answer
guess_size(const struct search_key *key, uint64_t size)
{
	bool larger = key->kind == SEARCH_LARGER;

	if (size > key->number || (!larger && size == key->number))
		return answer_of(larger);
	if (size < key->number / 2 || (larger && size <= key->number / 2))
		return answer_of(!larger);
	return ANSWER_UNKNOWN;
}

/* What the time of arrival tells. */
static void
ask_date(struct search *x, int64_t t)
{
	for (size_t i = 0; i < x->text.n; i++) {
		const struct search_key *key = x->text.leaf[i];
		enum answer *answer = &x->text.answer[i];

		switch (key->kind) {
		case SEARCH_BEFORE:
		case SEARCH_ON:
		case SEARCH_SINCE:
			*answer = compare_day(key, t);
			break;
		case SEARCH_SAVEDBEFORE:
		case SEARCH_SAVEDON:
		case SEARCH_SAVEDSINCE:
			if (*answer == ANSWER_UNKNOWN)
				*answer = compare_day(key, t);
			break;
		case SEARCH_YOUNGER:
			*answer = answer_of(t >= (int64_t)key->number);
			break;
		case SEARCH_OLDER:
			*answer = answer_of(t <= (int64_t)key->number);
			break;
		default:
			break;
		}
	}
}

/* What the inode tells. */
static void
ask_inode(struct search *x, const struct found *f)
{
	ask_date(x, (int64_t)f->st.st_mtime);
	for (size_t i = 0; i < x->text.n; i++) {
		const struct search_key *key = x->text.leaf[i];

		if (x->text.answer[i] == ANSWER_UNKNOWN &&
		    (key->kind == SEARCH_LARGER || key->kind == SEARCH_SMALLER))
			x->text.answer[i] =
			    guess_size(key, (uint64_t)f->st.st_size);
	}
}

/* Where all octets were counted. */
static void
ask_size(struct search *x, uint64_t octets)
{
	for (size_t i = 0; i < x->text.n; i++) {
		const struct search_key *key = x->text.leaf[i];

		if (key->kind == SEARCH_LARGER)
			x->text.answer[i] = answer_of(octets > key->number);
		if (key->kind == SEARCH_SMALLER)
			x->text.answer[i] = answer_of(octets < key->number);
	}
}

/* The program with what is known. */
static enum answer
evaluate(const struct search *x, const struct search_key *key)
{
	bool is_or = key->kind == SEARCH_OR;
	enum answer all = answer_of(!is_or), one;
	const struct search_key *c;

	if (!is_or && key->kind != SEARCH_AND)
		all = x->text.answer[key->leaf];
	for (c = key->child; c != NULL; c = c->next) {
		one = evaluate(x, c);
		if (one == answer_of(is_or)) {
			all = one;
			break;
		}
		if (one == ANSWER_UNKNOWN)
			all = one;
	}
	if (all == ANSWER_UNKNOWN || !key->negate)
		return all;
	return answer_of(all == ANSWER_NO);
}

/* Whether some leaf of a kind from lo to hi is not known yet. */
static bool
is_pending(const struct search *x, enum search_kind lo, enum search_kind hi)
{
	for (size_t i = 0; i < x->text.n; i++)
		if (x->text.answer[i] == ANSWER_UNKNOWN &&
		    x->text.leaf[i]->kind >= lo && x->text.leaf[i]->kind <= hi)
			return true;
	return false;
}

/* 0, or -1 when there is no message any more. */
static int
open_file(struct search *x, struct found *f)
{
	f->fd = mailbox_open_message(x->mbox, f->seq, &f->st);
	if (f->fd == -1)
		return -1;
	/* another file than the one whose facts are known */
	if (mailbox_facts(x->mbox, f->seq).p == NULL)
		f->brief = (struct brief){ 0 };
	search_text_drop(&x->text);
	return 0;
}

/* What there is of it is asked already, or missing: read, and keep it. */
static void
make_brief(struct search *x, struct found *f)
{
	bool whole = is_pending(x, SEARCH_BODY, SEARCH_TEXT);
	struct search_file file = { .fd = f->fd,
		.size = (int64_t)f->st.st_size };
	struct brief known;
	struct span facts;

	if (x->make == NULL || (whole ? f->brief.piece[BRIEF_PARTS].p != NULL
				      : f->brief.piece[BRIEF_HEAD].p != NULL))
		return;
	if (whole)
		file.mem = search_text_hold(&x->text, f->fd, 0, file.size);
	(void)brief_pick(
	    mailbox_facts(x->mbox, f->seq), 1 << BRIEF_SORT, &known);
	file.sorted = known.piece[BRIEF_SORT];
	facts = x->make(x->arg, &file, whole);
	if (!brief_parse(facts, 0, &f->brief)) /* made just now */
		return;
	mailbox_keep_facts(x->mbox, f->seq, &f->st, facts);
	search_text_brief(&x->text, &f->brief);
}

/* All octets are counted.  -1 with errno. */
static int
count_octets(struct search *x, const struct found *f)
{
	int64_t n = stream_crlf_len(f->fd, 0, (int64_t)f->st.st_size);

	if (n == -1)
		return -1;
	mailbox_keep_octets(x->mbox, f->seq, &f->st, (uint64_t)n);
	ask_size(x, (uint64_t)n);
	return 0;
}

/* The tree, from the facts or the file; NULL when that cannot be read. */
static const struct part *
tree(struct search *x, const struct found *f)
{
	struct part *root = NULL;

	if (f->brief.piece[BRIEF_PARTS].p != NULL)
		root = brief_tree(&x->arena, f->brief.piece[BRIEF_PARTS]);
	if (root == NULL && structure_read(&x->arena, f->fd, &root) == -1)
		return NULL;
	return root;
}

/* What is in the file.  The message is open. */
static enum answer
look_inside(struct search *x, struct found *f)
{
	const struct part *root;
	enum answer known;

	make_brief(x, f);
	if ((known = evaluate(x, x->root)) != ANSWER_UNKNOWN)
		return known;
	if (is_pending(x, SEARCH_SENTBEFORE, SEARCH_HEADER) ||
	    is_pending(x, SEARCH_TEXT, SEARCH_TEXT)) {
		search_text_header(&x->text, f->fd, (int64_t)f->st.st_size);
		if ((known = evaluate(x, x->root)) != ANSWER_UNKNOWN)
			return known;
	}
	if (is_pending(x, SEARCH_LARGER, SEARCH_SMALLER)) {
		if (count_octets(x, f) == -1)
			return ANSWER_NO;
		if ((known = evaluate(x, x->root)) != ANSWER_UNKNOWN)
			return known;
	}
	if ((root = tree(x, f)) == NULL)
		return ANSWER_NO;
	search_text_body(&x->text, f->fd, root);
	return evaluate(x, x->root);
}

/* Those that words are sought in, and what leads to the others. */
static const unsigned asked_kinds =
    1 << BRIEF_HEAD | 1 << BRIEF_FIELDS | 1 << BRIEF_KEYS | 1 << BRIEF_PARTS;

/* What is known without a look at the file. */
static enum answer
ask_facts(struct search *x, struct found *f)
{
	uint64_t octets;
	int64_t date;

	if (is_pending(x, SEARCH_BEFORE, SEARCH_OLDER) &&
	    mailbox_date(x->mbox, f->seq, &date))
		ask_date(x, date);
	if (is_pending(x, SEARCH_LARGER, SEARCH_SMALLER) &&
	    mailbox_octets(x->mbox, f->seq, &octets))
		ask_size(x, octets);
	if (is_pending(x, SEARCH_SENTBEFORE, SEARCH_TEXT)) {
		(void)brief_parse(
		    mailbox_facts(x->mbox, f->seq), asked_kinds, &f->brief);
		search_text_brief(&x->text, &f->brief);
	}
	return evaluate(x, x->root);
}

static enum answer
look(struct search *x, struct found *f)
{
	enum answer known = ask_facts(x, f);

	if (known != ANSWER_UNKNOWN)
		return known;
	if (!is_pending(x, SEARCH_SENTBEFORE, SEARCH_TEXT)) {
		if (mailbox_stat_message(x->mbox, f->seq, &f->st) == -1)
			return ANSWER_NO;
		ask_inode(x, f);
		if ((known = evaluate(x, x->root)) != ANSWER_UNKNOWN)
			return known;
	}
	if (open_file(x, f) == -1)
		return ANSWER_NO;
	ask_inode(x, f);
	if ((known = evaluate(x, x->root)) != ANSWER_UNKNOWN)
		return known;
	return look_inside(x, f);
}

bool
search_match(struct search *x, uint32_t seq)
{
	struct found f = { .seq = seq, .fd = -1 };
	enum answer known;

	if ((mailbox_message(x->mbox, seq).state & MSG_GONE) != 0)
		return false;
	if (x->all)
		return true;
	ask_memory(x, seq);
	known = evaluate(x, x->root);
	if (known == ANSWER_UNKNOWN)
		known = look(x, &f);
	if (f.fd != -1)
		(void)close(f.fd); /* only read from */
	arena_reset(&x->arena);
	return known == ANSWER_YES;
}
