/*
 * search_text.c: all words that are sought go over a message together.
 *
 * A part is decoded and folded piece by piece into a window, which keeps as
 * much of the piece before as the longest word could begin in.  So a word is
 * found across pieces, and nothing is held whole.
 */
#include "store/search_text.h"

#include <string.h>

#include "msg/decode.h"
#include "msg/excerpt.h"
#include "msg/field.h"
#include "msg/header.h"
#include "sys/fs.h"
#include "text/bytes.h"
#include "text/encword.h"

/* As large as a block of scan.h: most messages are smaller. */
enum { HELD_MAX = 64 * 1024 };

static bool
is_open(const struct search_text *t, size_t i, enum search_kind kind)
{
	return t->leaf[i]->kind == kind && t->answer[i] == ANSWER_UNKNOWN;
}

/* Look for what is in the window.  Whether nothing is left to look for. */
static bool
look(struct search_text *t, bool body)
{
	struct span window = strbuf_span(&t->window);
	bool done = true;

	for (size_t i = 0; i < t->n; i++) {
		if (!is_open(t, i, SEARCH_TEXT) && !is_open(t, i, SEARCH_BODY))
			continue;
		if (!body && t->leaf[i]->kind == SEARCH_BODY)
			done = false;
		else if (bytes_find(window, t->leaf[i]->needle) != NULL)
			t->answer[i] = ANSWER_YES;
		else
			done = false;
	}
	return done;
}

/* The value of a field, decoded and folded, in t->window after prefix. */
static void
fold_value(struct search_text *t, struct span prefix, struct span value)
{
	strbuf_reset(&t->decoded);
	strbuf_reset(&t->window);
	if (prefix.p != NULL) {
		strbuf_cat(&t->decoded, prefix);
		strbuf_puts(&t->decoded, ": ");
	}
	encword_decode(value, &t->decoded);
	searchfold_more(&t->memo, strbuf_span(&t->decoded), &t->window);
}

static enum answer
answer_of(bool yes)
{
	return yes ? ANSWER_YES : ANSWER_NO;
}

static enum answer
compare_day(const struct search_key *key, struct date_day day)
{
	int c = date_day_cmp(day, key->day);

	switch (key->kind) {
	case SEARCH_SENTBEFORE:
		return answer_of(c < 0);
	case SEARCH_SENTON:
		return answer_of(c == 0);
	default:
		return answer_of(c >= 0);
	}
}

/* The first Date field decides, its time zone disregarded. */
static void
look_at_date(struct search_text *t, struct span value)
{
	struct date_day day;
	int64_t time;

	if (t->dated)
		return;
	t->dated = true;
	if (!date_parse_rfc5322(value, &time, &day))
		return;
	for (size_t i = 0; i < t->n; i++)
		if (is_open(t, i, SEARCH_SENTBEFORE) ||
		    is_open(t, i, SEARCH_SENTON) ||
		    is_open(t, i, SEARCH_SENTSINCE))
			t->answer[i] = compare_day(t->leaf[i], day);
}

/* header_each: a field of the message's own header. */
static int
top_field(void *arg, struct span name, struct span value)
{
	struct search_text *t = arg;
	bool folded = false, text = false;

	if (span_case_is(name, "Date"))
		look_at_date(t, value);
	for (size_t i = 0; i < t->n; i++) {
		text |= is_open(t, i, SEARCH_TEXT);
		if (!is_open(t, i, SEARCH_HEADER) ||
		    !span_case_eq(t->leaf[i]->field, name))
			continue;
		if (!folded)
			fold_value(t, (struct span){ NULL, NULL }, value);
		folded = true;
		if (bytes_find(strbuf_span(&t->window), t->leaf[i]->needle))
			t->answer[i] = ANSWER_YES;
	}
	if (text) {
		fold_value(t, name, value);
		(void)look(t, false); /* the walk goes on for other keys */
	}
	return 0;
}

/* The bytes from..to-1, if they are at hand, or p NULL. */
static struct span
held(const struct search_text *t, int64_t from, int64_t to)
{
	const char *p = t->held.p;

	if (t->held.len == 0 || from < t->held_at || to < from ||
	    to - t->held_at > (int64_t)t->held.len)
		return (struct span){ NULL, NULL };
	return (struct span){ p + (from - t->held_at), p + (to - t->held_at) };
}

struct span
search_text_hold(struct search_text *t, int fd, int64_t from, int64_t to)
{
	ssize_t n = -1;

	if (to - from > 0 && to - from <= HELD_MAX &&
	    held(t, from, to).p == NULL) {
		strbuf_reset(&t->held);
		n = fs_pread(fd, strbuf_room(&t->held, (size_t)(to - from)),
		    (size_t)(to - from), from);
		t->held.len = n > 0 ? (size_t)n : 0;
		t->held.p[t->held.len] = '\0';
		t->held_at = from;
	}
	return held(t, from, to);
}

void
search_text_drop(struct search_text *t)
{
	strbuf_reset(&t->held);
}

/* header_walk(), in memory if that can be. */
static int
walk(struct search_text *t, int fd, int64_t from, int64_t to, header_each *each)
{
	struct span s = held(t, from, to);

	return s.p != NULL ? header_walk_mem(s, each, t)
			   : header_walk(fd, from, to, each, t);
}

void
search_text_header(struct search_text *t, int fd, int64_t size)
{
	t->dated = false;
	/* a header that cannot be read holds nothing */
	(void)walk(t, fd, 0, size, top_field);
	for (size_t i = 0; i < t->n; i++)
		if (t->answer[i] == ANSWER_UNKNOWN &&
		    t->leaf[i]->kind >= SEARCH_SENTBEFORE &&
		    t->leaf[i]->kind <= SEARCH_HEADER)
			t->answer[i] = ANSWER_NO;
}

/* Look for leaf i in fields of its name, as they are sent. */
static void
look_at_fields(struct search_text *t, size_t i, struct span fields)
{
	struct span none = { NULL, NULL }, line, name, value;
	struct strbuf b = { 0 };

	t->answer[i] = ANSWER_NO;
	while (fields.p < fields.end && t->answer[i] == ANSWER_NO) {
		const char *lf = span_find(fields, '\n');

		line = fields;
		line.end = lf == NULL ? fields.end : lf + 1;
		fields.p = line.end;
		if (field_name(line, &name, &value) && !field_folded(line)) {
			strbuf_reset(&b);
			line = value;
		}
		field_unfold(&b, line);
		if (field_folded(fields))
			continue;
		fold_value(t, none, span_trim(strbuf_span(&b)));
		if (bytes_find(strbuf_span(&t->window), t->leaf[i]->needle))
			t->answer[i] = ANSWER_YES;
	}
	strbuf_clear(&b);
}

static void
ask_fields(struct search_text *t, size_t i, const struct brief *b)
{
	struct header_want want = { .names = &t->leaf[i]->field, .n = 1 };
	struct excerpt_name name;
	struct excerpt_ask ask;
	struct strbuf fields = { 0 };
	struct span s;

	(void)excerpt_ask(&want, &name, &ask); /* nothing is good then */
	if (excerpt_fields(b->piece[BRIEF_FIELDS], &ask, &fields)) {
		s = strbuf_span(&fields);
		/* the empty line at the end is no field */
		if (span_len(s) >= 2 && (span_len(s) == 2 || s.end[-3] == '\n'))
			s.end -= 2;
		look_at_fields(t, i, s);
	}
	strbuf_clear(&fields);
}

void
search_text_brief(struct search_text *t, const struct brief *b)
{
	struct span keys = b->piece[BRIEF_KEYS];
	struct excerpt_date date = { 0 };
	bool dated = excerpt_date(keys, &date);

	for (size_t i = 0; i < t->n; i++) {
		const struct search_key *key = t->leaf[i];
		int found;

		if (t->answer[i] != ANSWER_UNKNOWN)
			continue;
		if (key->kind >= SEARCH_SENTBEFORE &&
		    key->kind <= SEARCH_SENTSINCE && dated)
			t->answer[i] =
			    date.good ? compare_day(key, date.day) : ANSWER_NO;
		if (key->kind != SEARCH_HEADER)
			continue;
		found = excerpt_find(keys, key->field, key->needle);
		if (found != -1)
			t->answer[i] = answer_of(found == 1);
		else
			ask_fields(t, i, b);
	}
}

/* header_each: a field of a part, or of a message inside. */
static int
inner_field(void *arg, struct span name, struct span value)
{
	struct search_text *t = arg;

	fold_value(t, name, value);
	return look(t, t->in_body);
}

/* decode_each: more of a part's text. */
static int
more_text(void *arg, struct span utf8)
{
	struct search_text *t = arg;
	size_t drop;

	searchfold_more(&t->memo, utf8, &t->window);
	if (look(t, true))
		return 1;
	if (t->window.len >= t->tail) {
		drop = t->window.len - t->tail;
		memmove(t->window.p, t->window.p + drop, t->tail);
		strbuf_cut(&t->window, t->tail);
	}
	return 0;
}

/* Whether there are words for its header: BODY has only those of messages. */
static bool
has_header(const struct search_text *t, const struct part *p)
{
	if (p->parent == NULL)
		return false;
	for (size_t i = 0; i < t->n; i++)
		if (is_open(t, i, SEARCH_TEXT) ||
		    (p->parent->kind == PART_MESSAGE &&
			is_open(t, i, SEARCH_BODY)))
			return true;
	return false;
}

/* "MAY exclude ... types other than TEXT and MESSAGE" */
static bool
has_text(const struct part *p)
{
	return p->kind == PART_LEAF && (span_case_is(p->type, "text") ||
					   span_case_is(p->type, "message"));
}

/* Whether nothing is left to look for. */
static bool
look_at_part(struct search_text *t, int fd, const struct part *p)
{
	struct span body;

	if (has_header(t, p)) {
		t->in_body = p->parent->kind == PART_MESSAGE;
		if (walk(t, fd, p->header, p->body, inner_field) > 0)
			return true;
	}
	if (!has_text(p))
		return false;
	strbuf_reset(&t->window);
	body = held(t, p->body, p->end);
	return (body.p != NULL ? decode_text_mem(body, p, more_text, t)
			       : decode_text(fd, p, more_text, t)) > 0;
}

/* Read all that parts will be looked for in at once, if it is not much. */
static void
hold_parts(struct search_text *t, int fd, const struct part *root)
{
	int64_t from = INT64_MAX, to = 0;

	for (const struct part *p = root; p != NULL; p = structure_next(p)) {
		bool header = has_header(t, p), text = has_text(p);
		int64_t start = header ? p->header : p->body;

		if (!header && !text)
			continue;
		from = start < from ? start : from;
		to = text ? p->end : p->body > to ? p->body : to;
	}
	if (from < to)
		(void)search_text_hold(t, fd, from, to);
}

void
search_text_body(struct search_text *t, int fd, const struct part *root)
{
	hold_parts(t, fd, root);
	for (const struct part *p = root; p != NULL; p = structure_next(p))
		if (look_at_part(t, fd, p))
			break;
	for (size_t i = 0; i < t->n; i++)
		if (t->answer[i] == ANSWER_UNKNOWN)
			t->answer[i] = ANSWER_NO;
}

void
search_text_clear(struct search_text *t)
{
	strbuf_clear(&t->held);
	strbuf_clear(&t->decoded);
	strbuf_clear(&t->window);
}
