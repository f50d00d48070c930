/*
 * addr.c: addresses, good and bad.
 *
 * An address is read in two steps.  The first only finds where its pieces
 * are: words are passed over up to a "<", "@", ":", "," or ";", which tells
 * what they were.  The second (clean()) makes text of a piece, without
 * comments, quotes and superfluous white space.  Each byte is looked at a
 * fixed number of times.
 *
 * What is not in the grammar but in mail: display names with dots, brackets
 * or an address in them; a "<" that is never closed; no comma between two
 * addresses; ";" for a comma.
 */
#include "msg/addr.h"

#include <string.h>

#include "base/ascii.h"
#include "base/byteset.h"
#include "msg/lex.h"

/* Words in a row. */
struct words {
	struct span all;
	struct span last; /* the last of them: "a.b", "a . b", "a"."b" */
	bool quoted; /* one is a quoted string */
	size_t runs; /* how many as last is one */
};

/*
 * What words are made of: all but white space, quotes, comments, and what
 * else ends them there.
 */
/* clang-format off */
#define NO_WORD (BYTE(' ') | BYTE('\t') | BYTE('\r') | BYTE('\n') | \
	BYTE('"') | BYTE('('))
#define WORD(low, high) \
	{ { ~(NO_WORD | (low)), ~(high), UINT64_MAX, UINT64_MAX } }
/* clang-format on */

static const struct byteset any = WORD(UINT64_C(0), UINT64_C(0));
static const struct byteset in_list =
    WORD(BYTE('<') | BYTE(':') | BYTE(',') | BYTE(';'), BYTE('@'));
static const struct byteset in_group_list =
    WORD(BYTE('<') | BYTE(',') | BYTE(';'), BYTE('@'));
static const struct byteset in_angle = WORD(BYTE('>') | BYTE(','), BYTE('@'));
static const struct byteset in_usual =
    WORD(BYTE('<') | BYTE('>') | BYTE(','), BYTE('@'));
static const struct byteset in_route =
    WORD(BYTE(',') | BYTE(':') | BYTE('<') | BYTE('>') | BYTE(';'), BYTE('@'));
static const struct byteset in_domain =
    WORD(BYTE('<') | BYTE('>') | BYTE(':') | BYTE(',') | BYTE(';') | BYTE(')'),
	BYTE('@'));

/* One word, an atom or a quoted string; neither is ever empty. */
static bool
p_word(struct span *in, const struct byteset *words, struct words *w)
{
	struct span inside;

	if (span_at(in, '"')) {
		(void)lex_quoted(in, &inside);
		w->quoted = true;
		return true;
	}
	inside.p = in->p;
	byteset_skip(words, in);
	return in->p > inside.p;
}

/*
 * One run of words, and the white space after it.  Words with a dot between
 * them are one run: an obsolete local part or domain (RFC 5322 4.4).
 */
static bool
p_run(struct span *in, const struct byteset *words, struct span *comment,
    struct words *w)
{
	w->last.p = w->last.end = in->p;
	while (p_word(in, words, w)) {
		w->last.end = in->p;
		lex_cfws(in, comment);
		if (w->last.end[-1] != '.' && !span_at(in, '.'))
			break;
	}
	return w->last.p < w->last.end;
}

/* All words of these bytes. */
static struct words
p_words(struct span *in, const struct byteset *words, struct span *comment)
{
	struct words w = { 0 }, next;

	lex_cfws(in, comment);
	w.all.p = w.all.end = w.last.p = w.last.end = in->p;
	for (next = w; p_run(in, words, comment, &next); next = w) {
		next.all.end = next.last.end;
		next.runs++;
		w = next;
	}
	return w;
}

/* Whether clean() would change nothing. */
static bool
is_clean(struct span s)
{
	const char *p = s.p;

	while (p < s.end && *p != '"' && *p != '(' &&
	       (!ascii_isspace((unsigned char)*p) ||
		   (*p == ' ' && s.end - p > 1 && p[1] != ' ')))
		p++;
	return p == s.end;
}

static char *
put(char *to, struct span s, bool unquote)
{
	for (; s.p < s.end; s.p++) {
		if (unquote && *s.p == '\\' && s.end - s.p > 1)
			s.p++;
		*to++ = *s.p;
	}
	return to;
}

/* The next word as text, *gap when white space is before it. */
static bool
clean_word(struct span *in, struct span *word, bool *quoted, bool *gap)
{
	const char *start = in->p;

	lex_cfws(in, NULL);
	*gap = in->p > start;
	*quoted = span_at(in, '"');
	word->p = in->p;
	if (*quoted) {
		(void)lex_quoted(in, word);
		return true;
	}
	byteset_skip(&any, in);
	word->end = in->p;
	return word->p < word->end;
}

/*
 * The text of words, one space between two.  With dots (local parts and
 * domains) a space only where there was white space, and none beside a dot.
 * p NULL when there is no text.
 */
static struct span
clean(struct arena *a, struct span s, bool dots)
{
	struct span none = { NULL, NULL }, word, out;
	bool quoted, gap;
	char *to;

	if (!dots && is_clean(s))
		return s.p < s.end ? s : none;
	/* a space where there was none is paid for by a pair of quotes */
	out.p = to = arena_alloc(a, span_len(s) + 1);
	while (clean_word(&s, &word, &quoted, &gap)) {
		if (dots && to > out.p)
			gap = gap && to[-1] != '.' && !span_at(&word, '.');
		if ((gap || !dots) && to > out.p && span_len(word) > 0)
			*to++ = ' ';
		to = put(to, word, quoted);
	}
	out.end = to;
	return out.p < out.end ? out : none;
}

/* clean() for a local part or a domain. */
static struct span
clean_addr(struct arena *a, struct span s)
{
	for (const char *p = s.p; p < s.end; p++)
		if (*p == '"' || *p == '(' || ascii_isspace((unsigned char)*p))
			return clean(a, s, true);
	if (s.p == s.end)
		s.p = s.end = NULL;
	return s;
}

/* dot-atom / domain-literal; what is read when it is neither */
static struct span
p_domain(struct span *in, const struct byteset *words, struct span *comment)
{
	struct words w = { 0 };
	struct span s;

	lex_cfws(in, comment);
	if (!span_at(in, '[')) {
		(void)p_run(in, words, comment, &w);
		return w.last;
	}
	s.p = in->p;
	while (in->p < in->end && *in->p != ']')
		in->p += *in->p == '\\' && in->end - in->p > 1 ? 2 : 1;
	(void)span_eat(in, ']');
	s.end = in->p;
	lex_cfws(in, comment);
	return s;
}

/* "@a,@b:" when there is such a thing; in begins with "@" */
static bool
p_route(struct span *in, struct span *route)
{
	struct span s = *in, all = *in;

	while (span_eat(&s, '@') || span_eat(&s, ',')) {
		(void)p_domain(&s, &in_route, NULL);
	}
	all.end = s.p;
	if (!span_eat(&s, ':'))
		return false;
	*route = all;
	*in = s;
	return true;
}

/* angle-addr, from behind the "<"; the ">" may be missing */
static void
p_angle(struct arena *a, struct span *in, struct addr *out)
{
	lex_cfws(in, NULL);
	while (span_eat(in, '<'))
		lex_cfws(in, NULL);
	if (span_at(in, '@') && p_route(in, &out->route))
		out->route = clean_addr(a, out->route);
	out->local = clean_addr(a, p_words(in, &in_angle, NULL).all);
	if (span_eat(in, '@'))
		out->domain = clean_addr(a, p_domain(in, &in_angle, NULL));
	/* "<a@b c>": what follows is passed over */
	while (in->p < in->end && *in->p != '>' && *in->p != ',')
		in->p++;
	(void)span_eat(in, '>');
}

/* addr-spec, from the "@" behind w; an angle-addr may still come */
static void
p_at(struct arena *a, struct span *in, struct words w, struct span comment,
    struct addr *out)
{
	struct span name = { w.all.p, w.last.p }, domain;

	in->p++;
	domain = p_domain(in, &in_domain, &comment);
	if (span_eat(in, '<')) { /* a@b <c@d>: the former is a display name */
		w.all.end = domain.end > w.all.end ? domain.end : w.all.end;
		out->name = clean(a, w.all, false);
		p_angle(a, in, out);
		return;
	}
	out->local = clean_addr(a, w.last);
	out->domain = clean_addr(a, domain);
	out->name = clean(a, name, false);
	if (out->name.p == NULL && span_len(comment) > 0)
		out->name = lex_unquote(a, comment);
}

/* Words that no "@" or "<" follows: a local part, or a display name. */
static void
only_words(
    struct arena *a, struct words w, struct span comment, struct addr *out)
{
	if (w.runs != 1 || w.quoted) {
		out->name = clean(a, w.all, false);
		return;
	}
	out->local = clean_addr(a, w.all);
	if (span_len(comment) > 0)
		out->name = lex_unquote(a, comment);
}

/*
 * Behind an address: pass over what is none, up to and with the comma; but
 * stop before an address that the comma is missing of.
 */
static void
skip_junk(struct span *in, bool in_group)
{
	struct span s;
	struct words w;

	for (;;) {
		lex_cfws(in, NULL);
		s = *in;
		while (span_eat(&s, ':') || span_eat(&s, '>'))
			lex_cfws(&s, NULL);
		*in = s;
		w = p_words(&s, &in_group_list, NULL);
		if (span_at(&s, '<') || (span_at(&s, '@') && w.runs > 0))
			return;
		*in = s;
		if (s.p == s.end || (in_group && *s.p == ';'))
			return;
		in->p++;
		if (*s.p != '@')
			return;
	}
}

/* A quoted string, or words with one space between two; there may be none. */
static bool
p_usual_name(struct span *in, struct span *name)
{
	const char *word;

	if (span_at(in, '"')) {
		if (!lex_quoted(in, name) || name->p == name->end ||
		    span_find(*name, '\\') != NULL)
			return false;
		while (span_eat(in, ' '))
			;
		return true;
	}
	name->p = name->end = in->p;
	do {
		word = in->p;
		byteset_skip(&in_list, in);
		if (in->p > word)
			name->end = in->p;
	} while (span_eat(in, ' ') && !span_at(in, ' '));
	if (name->p == name->end)
		name->p = name->end = NULL;
	return true;
}

/*
 * What most addresses are, with the comma behind it: [name] "<" local "@"
 * domain ">", and nothing in it that is not as it is written.  Of any other
 * nothing is taken.
 */
static bool
p_usual(struct span *in, struct addr *out)
{
	struct span s = *in, name, local, domain;

	while (span_eat(&s, ' '))
		;
	if (!p_usual_name(&s, &name) || !span_eat(&s, '<'))
		return false;
	local.p = s.p;
	byteset_skip(&in_usual, &s);
	local.end = s.p;
	if (local.p == local.end || !span_eat(&s, '@') || span_at(&s, '['))
		return false;
	domain.p = s.p;
	byteset_skip(&in_usual, &s);
	domain.end = s.p;
	if (domain.p == domain.end || !span_eat(&s, '>'))
		return false;
	while (span_eat(&s, ' '))
		;
	if (s.p < s.end && !span_eat(&s, ','))
		return false;
	*in = s;
	out->name = name;
	out->local = local;
	out->domain = domain;
	return true;
}

static bool
group_end(bool *in_group, struct addr *out)
{
	bool was = *in_group;

	*in_group = false;
	out->kind = ADDR_GROUP_END;
	return was;
}

bool
addr_next(struct arena *a, struct span *in, bool *in_group, struct addr *out)
{
	struct span comment = { NULL, NULL };
	struct words w;

	memset(out, 0, sizeof *out);
	if (!*in_group && p_usual(in, out))
		return true;
	for (;;) {
		comment.p = comment.end = NULL;
		w = p_words(
		    in, *in_group ? &in_group_list : &in_list, &comment);
		if (in->p == in->end && w.runs == 0)
			return group_end(in_group, out);
		if (w.runs > 0 || (*in->p != ',' && *in->p != ';'))
			break;
		/* an empty element of the list (RFC 5322 4.4) */
		if (*in->p++ == ';' && *in_group) {
			(void)group_end(in_group, out);
			skip_junk(in, false);
			return true;
		}
	}
	if (span_eat(in, ':')) {
		out->kind = ADDR_GROUP;
		out->name = clean(a, w.all, false);
		if (out->name.p == NULL)
			out->name = span_str("");
		*in_group = true;
		return true;
	}
	if (span_eat(in, '<')) {
		out->name = clean(a, w.all, false);
		p_angle(a, in, out);
	} else if (span_at(in, '@')) {
		p_at(a, in, w, comment, out);
	} else {
		only_words(a, w, comment, out);
	}
	skip_junk(in, *in_group);
	return true;
}
