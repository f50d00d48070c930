/* cmd_list.c: LIST, LSUB, NAMESPACE. */
#include <stdlib.h>
#include <string.h>

#include "imap/commands.h"
#include "imap/list_parse.h"
#include "imap/name.h"
#include "imap/out.h"
#include "imap/pattern.h"
#include "imap/status.h"
#include "imap/use.h"
#include "store/folder.h"
#include "store/subs.h"
#include "text/mutf7.h"

/* A name that may be listed: a folder, a subscription, or a level above. */
struct row {
	struct span folder;
	bool listed; /* it is a folder, or above one */
	bool exists;
	bool children;
	bool subscribed;
	unsigned uses;
	bool selected; /* the selection options hold for it */
	bool child_selected; /* or for something below it */
};

struct rows {
	struct row *v;
	size_t n;
	size_t max;
};

static void
add_row(struct session *s, struct rows *rows, struct row row)
{
	if (!name_exists(s, row.folder))
		return;
	rows->v = arena_grow(
	    &s->arena, rows->v, rows->n, &rows->max, sizeof *rows->v);
	rows->v[rows->n++] = row;
}

static int
by_folder(const void *x, const void *y)
{
	const struct row *a = x, *b = y;

	return span_cmp(a->folder, b->folder);
}

/* One row of a name: of the rows with the same name, all that they say. */
static void
merge(struct rows *rows)
{
	struct row *last;
	size_t n = 0;

	qsort(rows->v, rows->n, sizeof *rows->v, by_folder);
	for (size_t i = 0; i < rows->n; i++) {
		last = n == 0 ? NULL : &rows->v[n - 1];
		if (last == NULL || !span_eq(last->folder, rows->v[i].folder)) {
			rows->v[n++] = rows->v[i];
			continue;
		}
		last->listed |= rows->v[i].listed;
		last->exists |= rows->v[i].exists;
		last->children |= rows->v[i].children;
		last->subscribed |= rows->v[i].subscribed;
		last->uses |= rows->v[i].uses;
	}
	rows->n = n;
}

/* Subscribed names, and the levels above them, existing or not. */
static int
add_subscriptions(struct session *s, struct rows *rows)
{
	struct row row = { .subscribed = true };
	struct row above = { .children = true };
	struct span *names;
	size_t n;

	if (subs_list(s->account, &s->arena, &names, &n) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		row.folder = above.folder = names[i];
		add_row(s, rows, row);
		while (above.folder.end > above.folder.p)
			if (*--above.folder.end == '.')
				add_row(s, rows, above);
	}
	return 0;
}

static int
add_folders(struct session *s, struct rows *rows)
{
	struct folder_info *info;
	struct row row = { .listed = true };
	size_t n;

	if (folder_list(s->account, &s->arena, &info, &n) == -1)
		return -1;
	rows->v = arena_array(&s->arena, n, sizeof *rows->v);
	rows->max = n;
	for (size_t i = 0; i < n; i++) {
		row.folder = info[i].name;
		row.exists = info[i].exists;
		row.children = info[i].children;
		row.uses = info[i].uses;
		add_row(s, rows, row);
	}
	return 0;
}

static bool
is_below(struct span name, struct span top)
{
	return span_len(name) > span_len(top) &&
	       memcmp(name.p, top.p, span_len(top)) == 0 &&
	       name.p[span_len(top)] == '.';
}

static struct row *
find_row(struct rows *rows, struct span folder)
{
	struct row key = { .folder = folder };

	return rows->n == 0
		   ? NULL
		   : bsearch(&key, rows->v, rows->n, sizeof key, by_folder);
}

/*
 * Rows are in byte order of names, in which what is below a name need not
 * follow it at once ("a-b" stands before "a.b"), so each row is told of by
 * those below: as many steps as levels.
 */
static void
tell_above(struct session *s, struct rows *rows, struct row *row)
{
	struct span up = row->folder;
	struct row *above;

	while (up.end > up.p) {
		if (*--up.end != '.' && up.end != up.p)
			continue;
		above = up.end == up.p && !s->conf->inbox_prefix
			    ? NULL
			    : find_row(rows, up);
		if (above != NULL && row->selected)
			above->child_selected = true;
	}
}

/* Fill in what depends on the options and on other rows. */
static void
choose(struct session *s, struct rows *rows, unsigned options)
{
	for (size_t i = 0; i < rows->n; i++) {
		struct row *row = &rows->v[i];

		row->selected =
		    (!(options & LIST_SUBSCRIBED) || row->subscribed) &&
		    (!(options & LIST_SPECIAL_USE) || row->uses != 0) &&
		    ((options & LIST_SUBSCRIBED) || row->listed);
		/* Without its prefix the INBOX has no children of others. */
		if (row->folder.p == row->folder.end && !s->conf->inbox_prefix)
			row->children = false;
	}
	if (options & (LIST_RECURSIVE | LIST_SUBSCRIBED))
		for (size_t i = 0; i < rows->n; i++)
			tell_above(s, rows, &rows->v[i]);
	if (!s->conf->inbox_prefix && rows->n > 0)
		for (size_t i = 1; i < rows->n; i++)
			rows->v[0].children |=
			    rows->v[0].folder.p == rows->v[0].folder.end &&
			    is_below(rows->v[i].folder, span_str("INBOX"));
}

/* --- patterns ------------------------------------------------------------ */

/* "inbox" in any case stands for INBOX, as a whole word (RFC 9051 5.1). */
static void
raise_inbox(struct strbuf *b)
{
	struct span rest = strbuf_span(b);

	if (!span_eat_word(&rest, "INBOX"))
		return;
	if (rest.p == rest.end || *rest.p == '.' || *rest.p == '*' ||
	    *rest.p == '%')
		memcpy(b->p, "INBOX", 5);
}

/* The reference and one pattern, joined, as a pattern on UTF-8 names. */
static bool
full_pattern(struct session *s, struct span reference, struct span pattern,
    struct strbuf *out)
{
	struct strbuf wire = { 0 }, utf8 = { 0 };
	bool good;

	strbuf_cat(&wire, reference);
	if (wire.len > 0 && wire.p[wire.len - 1] != '.' &&
	    !span_at(&pattern, '.'))
		strbuf_putc(&wire, '.');
	strbuf_cat(&wire, pattern);
	if (wire.len > 1 && wire.p[wire.len - 1] == '.')
		strbuf_cut(&wire, wire.len - 1);
	good = !s->utf8 && mutf7_decode(strbuf_span(&wire), &utf8);
	good = pattern_simplify(strbuf_span(good ? &utf8 : &wire), out);
	raise_inbox(out);
	strbuf_clear(&wire);
	strbuf_clear(&utf8);
	return good;
}

/* --- output -------------------------------------------------------------- */

static inline void
attribute(struct session *s, const char **sep, const char *name)
{
	if (**sep != '\0')
		wr_putc(s->out, ' ');
	wr_short(s->out, name, strlen(name));
	*sep = " ";
}

/* For old clients \Noinferiors stands for "no children" (satchel-imap(7)). */
static void
put_children(struct session *s, const struct row *row, const char **sep)
{
	if (!s->conf->obsolete_client)
		row->children ? attribute(s, sep, "\\HasChildren")
			      : attribute(s, sep, "\\HasNoChildren");
	else if (!row->children)
		attribute(s, sep, "\\Noinferiors");
}

static void
put_attributes(struct session *s, const struct row *row, unsigned options)
{
	bool inbox = row->folder.p == row->folder.end;
	const char *sep = "";

	if (!row->exists) /* \NonExistent says \Noselect as well */
		attribute(s, &sep,
		    s->rev2 || (options & LIST_EXTENDED) ? "\\NonExistent"
							 : "\\Noselect");
	else if (inbox || s->conf->check_all)
		attribute(s, &sep,
		    folder_marked(s->account, row->folder) ? "\\Marked"
							   : "\\Unmarked");
	put_children(s, row, &sep);
	use_put(s->out, row->uses, &sep);
	if (row->subscribed && (options & LIST_EXTENDED) &&
	    (options & (LIST_RETURN_SUBSCRIBED | LIST_SUBSCRIBED)))
		attribute(s, &sep, "\\Subscribed");
}

static void
put_row(struct session *s, const struct row *row, const char *what,
    const struct list_args *args)
{
	wr_lit(s->out, "* ");
	wr_span(s->out, span_str(what));
	wr_lit(s->out, " (");
	put_attributes(s, row, args->options);
	wr_lit(s->out, ") \".\" ");
	out_mailbox(s, row->folder);
	if ((args->options & LIST_RECURSIVE) && row->child_selected) {
		wr_lit(s->out, " (\"CHILDINFO\" (");
		if (args->options & LIST_SUBSCRIBED)
			wr_lit(s->out, "\"SUBSCRIBED\"");
		else
			wr_lit(s->out, "\"SPECIAL-USE\"");
		wr_lit(s->out, "))");
	}
	wr_lit(s->out, "\r\n");
	if ((args->options & LIST_RETURN_STATUS) && row->exists)
		(void)status_send(s, row->folder, args->status);
}

static bool
matches(const struct strbuf *patterns, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++)
		if (pattern_match(strbuf_span(&patterns[i]), name))
			return true;
	return false;
}

/* Whether the only pattern is "*", which most clients ask for. */
static bool
is_all(const struct strbuf *patterns, size_t n)
{
	return n == 1 && patterns[0].len == 1 && patterns[0].p[0] == '*';
}

/*
 * LSUB also shows, as \Noselect, a level that is not subscribed but has
 * something below it that is, where the pattern stops short of it
 * (RFC 3501 6.3.9): with "%" at its end.
 */
static bool
lsub_level(const struct strbuf *pattern, struct row *row)
{
	if (row->selected || !row->child_selected || pattern->len == 0 ||
	    pattern->p[pattern->len - 1] != '%')
		return false;
	row->exists = false;
	return true;
}

/*
 * The patterns of args, joined with the reference; an empty one, which only
 * the extended syntax can have here, matches nothing (RFC 9051 6.3.9).  False
 * when one has too many wildcards.
 */
static bool
full_patterns(
    struct session *s, const struct list_args *args, struct strbuf *out)
{
	bool good = true;

	for (size_t i = 0; i < args->npatterns && good; i++)
		if (args->patterns[i].p < args->patterns[i].end)
			good = full_pattern(
			    s, args->reference, args->patterns[i], &out[i]);
	return good;
}

static void
put_rows(struct session *s, struct rows *rows, const char *what,
    const struct list_args *args, const struct strbuf *patterns)
{
	bool lsub = strcmp(what, "LSUB") == 0;
	bool all = is_all(patterns, args->npatterns);
	bool status = (args->options & LIST_RETURN_STATUS) != 0;
	struct strbuf name = { 0 };
	struct row *row;

	if (status)
		mailbox_status_begin(s->account);
	for (size_t i = 0; i < rows->n; i++) {
		row = &rows->v[i];
		strbuf_reset(&name);
		if (!all)
			name_put_utf8(s, row->folder, &name);
		if (!all &&
		    !matches(patterns, args->npatterns, strbuf_span(&name)))
			continue;
		if (row->selected ||
		    ((args->options & LIST_RECURSIVE) && row->child_selected) ||
		    (lsub && lsub_level(&patterns[0], row)))
			put_row(s, row, what, args);
	}
	if (status)
		mailbox_status_end(s->account);
	strbuf_clear(&name);
}

/* LIST ref "": the delimiter, and the root of the reference. */
static void
put_root(struct session *s, const char *what, struct span reference)
{
	wr_lit(s->out, "* ");
	wr_span(s->out, span_str(what));
	wr_lit(s->out, " (\\Noselect) \".\" ");
	if (s->conf->inbox_prefix && span_eat_word(&reference, "INBOX."))
		wr_lit(s->out, "\"INBOX.\"\r\n");
	else
		wr_lit(s->out, "\"\"\r\n");
}

/* The rows that the patterns match. */
static enum verdict
list_matching(struct session *s, const char *what, const struct list_args *args,
    const struct strbuf *patterns)
{
	const unsigned subscribed = LIST_SUBSCRIBED | LIST_RETURN_SUBSCRIBED;
	struct rows rows = { 0 };

	if (add_folders(s, &rows) == -1)
		return session_errno(s);
	if (args->options & subscribed) {
		if (add_subscriptions(s, &rows) == -1)
			return session_errno(s);
		merge(&rows); /* folders alone are in order, each once */
	}
	choose(s, &rows, args->options);
	put_rows(s, &rows, what, args, patterns);
	return V_OK;
}

static enum verdict
list(struct session *s, const char *what, const struct list_args *args)
{
	struct strbuf *patterns =
	    arena_array(&s->arena, args->npatterns, sizeof *patterns);
	enum verdict v;

	if (!(args->options & LIST_EXTENDED) &&
	    args->patterns[0].p == args->patterns[0].end) {
		put_root(s, what, args->reference);
		return V_OK;
	}
	if (full_patterns(s, args, patterns))
		v = list_matching(s, what, args, patterns);
	else
		v = session_say(s, V_NO, "LIMIT", "Too many wildcards.");
	for (size_t i = 0; i < args->npatterns; i++)
		strbuf_clear(&patterns[i]);
	return v;
}

enum verdict
cmd_list(struct session *s, struct span args)
{
	struct list_args l;

	if (!p_list(&s->arena, args, &l))
		return session_bad(s);
	return list(s, "LIST", &l);
}

enum verdict
cmd_lsub(struct session *s, struct span args)
{
	struct list_args l;

	if (!p_lsub(&s->arena, args, &l))
		return session_bad(s);
	return list(s, "LSUB", &l);
}

enum verdict
cmd_namespace(struct session *s, struct span args)
{
	if (!p_end(&args))
		return session_bad(s);
	if (s->conf->inbox_prefix)
		wr_lit(s->out, "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n");
	else
		wr_lit(s->out, "* NAMESPACE ((\"\" \".\")) NIL NIL\r\n");
	return V_OK;
}
