/* cmd_thread.c: THREAD and UID THREAD (RFC 5256). */
#include "imap/commands.h"
#include "imap/gather.h"
#include "imap/searching.h"
#include "imap/sort_parse.h"
#include "store/sortfacts.h"
#include "store/threads.h"
#include "sys/clock.h"

/* Alone it goes on the list of its parent, else it has one of its own. */
static bool
has_list(const struct threads *t, uint32_t i)
{
	uint32_t up = t->node[i].parent;

	return up == THREADS_NONE || t->node[up].child != i ||
	       t->node[i].next != THREADS_NONE;
}

static void
put_begin(struct wr *w, const struct threads *t, uint32_t i)
{
	const struct thread_node *node = &t->node[i];

	if (has_list(t, i))
		wr_putc(w, '(');
	if (node->number == 0)
		return;
	wr_num(w, node->number);
	if (node->child != THREADS_NONE)
		wr_putc(w, ' ');
}

/*
 * thread-list = "(" (thread-members / thread-nested) ")"
 * thread-members = nz-number *(SP nz-number) [SP thread-nested]
 * thread-nested = 2*thread-list
 * Up and down the tree by its links: it may be as deep as there are messages.
 */
static void
put_threads(struct wr *w, const struct threads *t)
{
	uint32_t i = t->first;

	while (i != THREADS_NONE) {
		put_begin(w, t, i);
		if (t->node[i].child != THREADS_NONE) {
			i = t->node[i].child;
			continue;
		}
		while (i != THREADS_NONE) {
			if (has_list(t, i))
				wr_putc(w, ')');
			if (t->node[i].next != THREADS_NONE)
				break;
			i = t->node[i].parent;
		}
		if (i != THREADS_NONE)
			i = t->node[i].next;
	}
}

/* Read what is compared of all that matched. */
static void
add_all(struct session *s, struct threads *t, const struct search_result *r)
{
	struct gather g = { .sort = true };
	struct sortfacts f = { .m = s->mbox, .make = gather_search, .arg = &g };
	struct sortkeys k;

	for (size_t i = 0; i < r->n; i++) {
		sortfacts_get(&f, r->v[i], &k);
		threads_add(t,
		    s->uid ? mailbox_message(s->mbox, r->v[i]).uid : r->v[i],
		    &k);
	}
	sortfacts_end(&f);
	gather_clear(&g);
}

enum verdict
cmd_thread(struct session *s, struct span args)
{
	struct threads t = { .a = &s->arena };
	struct thread_args a;
	struct search_result r = { 0 };
	enum verdict v;

	if (!p_thread_args(&s->arena, &args, clock_now(), &a))
		return session_bad(s);
	if (a.alg == THREAD_UNKNOWN)
		return session_say(
		    s, V_BAD, NULL, "There is no such way to make threads.");
	if (!searching_may_sort(s, &a.search, &v))
		return v;
	if ((v = searching_begin(s, &a.search)) != V_OK)
		return v;
	s->sorts = true;
	searching_run(s, &a.search, false, &r);
	add_all(s, &t, &r);
	if (a.alg == THREAD_REFERENCES)
		threads_by_references(&t);
	else
		threads_by_subject(&t);
	wr_lit(s->out, "* THREAD");
	if (r.n > 0)
		wr_putc(s->out, ' ');
	put_threads(s->out, &t);
	wr_lit(s->out, "\r\n");
	return session_say(s, V_OK, NULL, "THREAD done.");
}
