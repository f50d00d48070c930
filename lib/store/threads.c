/*
 * threads.c: RFC 5256's REFERENCES and ORDEREDSUBJECT, in linear time.
 *
 * As it is written the algorithm walks up the ancestors for each link, to see
 * that it makes no loop, and down the tree for all else.  A thread of 100,000
 * messages, which anybody can send, costs then the square of that, or the
 * stack.  So:
 *
 * 1. Identifiers become numbers of nodes by sorting them: equal ones are
 *    neighbours.  No table of hashes could be flooded.
 * 2. Step 1.A may link a message that comes later, to a parent which 1.B takes
 *    away at that message's turn.  Such a link is not made at all: it matters
 *    to nobody but to the search for loops, and there it refused links that
 *    are good in the end.  So no link is ever taken away, who gets a parent is
 *    the root of a tree until then, and whether a link makes a loop is whether
 *    both ends are in one tree: union-find tells.
 *    (Without loops in what the messages say, it is the same tree.)
 * 3. Sorted by date once, all lists of siblings that are made in that order are
 *    sorted, and so are the threads: a dummy's place is that of the child that
 *    is met first.
 * 4. Dummies with a real ancestor vanish (step 3), so a message's parent is the
 *    nearest real one, or the topmost dummy; a path that was walked is made
 *    short.
 */
#include "store/threads.h"

#include <string.h>

/* Nodes have 32 bits; nobody has the memory for so many. */
enum { REFS_MAX = 1 << 30 };

/* While REFERENCES are followed. */
struct work {
	struct threads *t;
	uint32_t n; /* messages: nodes below are real */
	uint32_t nodes; /* and dummies */
	uint32_t *node_of; /* of each reference */
	uint32_t *parent;
	uint32_t *set; /* union-find: a node nearer to the one that stands for
	                  its tree */
	struct radix *order; /* the messages by date: value is the node */
	/* of dummies at the top: */
	uint32_t *count; /* of real children */
	uint32_t *head; /* the first of them */
	uint32_t *into; /* the dummy that it was merged with */
};

void
threads_add(struct threads *t, uint32_t number, const struct sortkeys *k)
{
	struct span refs = k->refs;
	uint64_t ref;

	t->message = arena_grow(
	    t->a, t->message, t->n, &t->max_messages, sizeof *t->message);
	t->number = arena_grow(
	    t->a, t->number, t->n, &t->max_numbers, sizeof *t->number);
	t->message[t->n] = (struct thread_message){ .id = k->id,
		.subject = k->subject,
		.date = k->date,
		.refs = t->nrefs,
		.reply = k->reply };
	t->number[t->n++] = number;
	while (t->nrefs < REFS_MAX && (ref = sortkeys_ref(&refs)) != 0) {
		t->ref = arena_grow(
		    t->a, t->ref, t->nrefs, &t->max_refs, sizeof *t->ref);
		t->ref[t->nrefs++] = ref;
	}
}

/* Numbers for each node, all of them none. */
static uint32_t *
none_of(struct threads *t, size_t n)
{
	uint32_t *v = arena_array(t->a, n, sizeof *v);

	memset(v, 0xff, n * sizeof *v);
	return v;
}

/* The messages by their dates. */
static struct radix *
by_date(struct threads *t)
{
	struct radix *v = arena_array(t->a, t->n, sizeof *v);

	for (size_t i = 0; i < t->n; i++) {
		v[i].key = (uint64_t)t->message[i].date ^ (uint64_t)1 << 63;
		v[i].value = (uint32_t)i;
	}
	radix_sort(v, t->n);
	return v;
}

/* --- the result ---------------------------------------------------------- */

struct lists {
	struct threads *t;
	uint32_t *last; /* child of each node */
	uint32_t last_root;
};

static void
append(struct lists *l, uint32_t parent, uint32_t i)
{
	struct thread_node *node = l->t->node;
	uint32_t *last =
	    parent == THREADS_NONE ? &l->last_root : &l->last[parent];

	node[i].parent = parent;
	if (*last != THREADS_NONE)
		node[*last].next = i;
	else if (parent == THREADS_NONE)
		l->t->first = i;
	else
		node[parent].child = i;
	*last = i;
}

/*
 * Lists of children in the order of dates.  Parents from n on are dummies, and
 * come where their first child would.
 */
static void
make_lists(struct threads *t, const struct radix *order, const uint32_t *parent,
    size_t nodes)
{
	struct lists l = { .t = t, .last_root = THREADS_NONE };

	l.last = none_of(t, nodes);
	t->first = THREADS_NONE;
	t->node = arena_array(t->a, nodes, sizeof *t->node);
	for (size_t i = 0; i < nodes; i++)
		t->node[i] = (struct thread_node){ i < t->n ? t->number[i] : 0,
			THREADS_NONE, THREADS_NONE, THREADS_NONE };
	for (size_t i = 0; i < t->n; i++) {
		uint32_t at = order[i].value, up = parent[at];

		if (up != THREADS_NONE && up >= t->n &&
		    l.last[up] == THREADS_NONE)
			append(&l, THREADS_NONE, up);
		append(&l, up, at);
	}
}

/* --- ORDEREDSUBJECT ------------------------------------------------------ */

void
threads_by_subject(struct threads *t)
{
	struct radix *order = by_date(t);
	struct radix *v = arena_array(t->a, t->n, sizeof *v);
	uint32_t *parent = none_of(t, t->n);
	uint32_t first = 0;

	for (size_t i = 0; i < t->n; i++)
		v[i] = (struct radix){ t->message[order[i].value].subject,
			order[i].value };
	radix_sort(v, t->n);
	for (size_t i = 0; i < t->n; i++) {
		if (i == 0 || v[i].key != v[i - 1].key)
			first = v[i].value;
		else
			parent[v[i].value] = first;
	}
	make_lists(t, order, parent, t->n);
}

/* --- REFERENCES: links --------------------------------------------------- */

static size_t
refs_end(const struct threads *t, size_t i)
{
	return i + 1 < t->n ? t->message[i + 1].refs : t->nrefs;
}

/*
 * Give each reference its node: the first message with that identifier, or a
 * dummy.  Other messages with it have one of their own (step 1.A).
 */
static void
find_nodes(struct work *w)
{
	struct threads *t = w->t;
	size_t n = 0;
	struct radix *v = arena_array(t->a, t->n + t->nrefs, sizeof *v);
	uint32_t node = THREADS_NONE;

	for (size_t i = 0; i < t->n; i++)
		if (t->message[i].id != 0)
			v[n++] =
			    (struct radix){ t->message[i].id, (uint32_t)i };
	for (size_t i = 0; i < t->nrefs; i++)
		v[n++] = (struct radix){ t->ref[i], (uint32_t)(t->n + i) };
	radix_sort(v, n); /* the messages stay in front of the references */
	for (size_t i = 0; i < n; i++) {
		bool is_new = i == 0 || v[i].key != v[i - 1].key;

		if (v[i].value < w->n) {
			if (is_new)
				node = v[i].value;
			continue;
		}
		if (is_new)
			node = w->nodes++;
		w->node_of[v[i].value - w->n] = node;
	}
}

/* What stands for the tree that node i is in. */
static uint32_t
find_set(uint32_t *set, uint32_t i)
{
	while (set[i] != i)
		i = set[i] = set[set[i]];
	return i;
}

/* b has no parent, and gets one if that makes no loop. */
static void
link_nodes(struct work *w, uint32_t a, uint32_t b)
{
	uint32_t up = find_set(w->set, a), down = find_set(w->set, b);

	if (up == down)
		return;
	w->parent[b] = a;
	w->set[down] = up;
}

/* Step 1 for message i. */
static void
link_message(struct work *w, uint32_t i)
{
	size_t from = w->t->message[i].refs, end = refs_end(w->t, i);

	for (size_t r = from + 1; r < end; r++) {
		uint32_t b = w->node_of[r];

		/* those who come later, and this one, get theirs from 1.B */
		if (w->parent[b] == THREADS_NONE && (b < i || b >= w->n))
			link_nodes(w, w->node_of[r - 1], b);
	}
	if (end > from)
		link_nodes(w, w->node_of[end - 1], i);
}

/* --- REFERENCES: dummies ------------------------------------------------- */

/* The nearest real ancestor of a dummy, or itself or a dummy at the top. */
static uint32_t
real_ancestor(struct work *w, uint32_t d)
{
	uint32_t top = d, next;

	while (top >= w->n && w->parent[top] != THREADS_NONE)
		top = w->parent[top];
	while (d != top) {
		next = w->parent[d];
		w->parent[d] = top;
		d = next;
	}
	return top;
}

/* Steps 2 and 3. */
static void
prune(struct work *w)
{
	for (uint32_t i = 0; i < w->n; i++) {
		uint32_t up = w->parent[i];

		if (up == THREADS_NONE || up < w->n)
			continue;
		up = real_ancestor(w, up);
		w->parent[i] = up;
		if (up >= w->n)
			w->count[up]++;
	}
	/* a dummy for one message is none */
	for (uint32_t i = 0; i < w->n; i++)
		if (w->parent[i] != THREADS_NONE && w->parent[i] >= w->n &&
		    w->count[w->parent[i]] == 1)
			w->parent[i] = THREADS_NONE;
}

/* --- REFERENCES: subjects ------------------------------------------------ */

/* Of a root: a message, or a dummy's first child. */
static const struct thread_message *
message_of(const struct work *w, uint32_t root)
{
	return &w->t->message[root < w->n ? root : w->head[root]];
}

/* Step 4, and 5.B (i) and (ii): the roots that have a subject, by date. */
static size_t
find_roots(struct work *w, struct radix *v)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++) {
		uint32_t at = w->order[i].value, up = w->parent[at];

		if (up != THREADS_NONE &&
		    (up < w->n || w->head[up] != THREADS_NONE))
			continue; /* no root, or it is not the dummy's first */
		if (up != THREADS_NONE)
			w->head[up] = at;
		if (w->t->message[at].subject != 0)
			v[n++] = (struct radix){ w->t->message[at].subject,
				up == THREADS_NONE ? at : up };
	}
	return n;
}

/* Step 5.B (iv): which of the roots with one subject is in the table. */
static uint32_t
choose(const struct work *w, const struct radix *v, size_t n)
{
	uint32_t in = v[0].value;

	for (size_t i = 1; i < n && in < w->n; i++) {
		uint32_t at = v[i].value;

		if (at >= w->n ||
		    (message_of(w, in)->reply && !message_of(w, at)->reply))
			in = at;
	}
	return in;
}

/* Step 5.C for those. */
static void
merge(struct work *w, const struct radix *v, size_t n)
{
	uint32_t chosen = choose(w, v, n), in = chosen;

	for (size_t i = 0; i < n; i++) {
		uint32_t at = v[i].value;

		if (at == chosen)
			continue;
		if (at >= w->n) { /* and so is the one in the table */
			w->into[at] = in;
			continue;
		}
		if (in < w->n &&
		    (!w->t->message[at].reply || w->t->message[in].reply)) {
			w->parent[in] = w->nodes;
			in = w->nodes++;
		}
		w->parent[at] = in;
	}
}

/* Step 5. */
static void
gather_subjects(struct work *w)
{
	struct radix *v = arena_array(w->t->a, w->n, sizeof *v);
	size_t n = find_roots(w, v), from, to;

	radix_sort(v, n);
	for (from = 0; from < n; from = to) {
		for (to = from + 1; to < n && v[to].key == v[from].key; to++)
			;
		if (to - from > 1)
			merge(w, v + from, to - from);
	}
	for (uint32_t i = 0; i < w->n; i++) {
		uint32_t up = w->parent[i];

		if (up != THREADS_NONE && up >= w->n &&
		    w->into[up] != THREADS_NONE)
			w->parent[i] = w->into[up];
	}
}

void
threads_by_references(struct threads *t)
{
	struct work w = { .t = t,
		.n = (uint32_t)t->n,
		.nodes = (uint32_t)t->n,
		.order = by_date(t) };
	size_t most;

	w.node_of = arena_array(t->a, t->nrefs, sizeof *w.node_of);
	find_nodes(&w);
	most = w.nodes + t->n / 2; /* each dummy of step 5 takes two roots */
	w.parent = none_of(t, most);
	w.set = arena_array(t->a, most, sizeof *w.set);
	w.count = arena_array(t->a, most, sizeof *w.count);
	w.head = none_of(t, most);
	w.into = none_of(t, most);
	for (uint32_t i = 0; i < most; i++)
		w.set[i] = i;
	for (uint32_t i = 0; i < w.n; i++)
		link_message(&w, i);
	prune(&w);
	gather_subjects(&w);
	make_lists(t, w.order, w.parent, w.nodes);
}
