/*
 * threads.c: threads as RFC 5256 makes them.
 *
 * A model does what the RFC says, word by word and slowly, and must agree on
 * mailboxes made at random; where these have loops, only what must be so in
 * any case is asked: each message once, dummies where they may be.
 */
#include "store/threads.h"

#include "base/nelem.h"
#include "base/strbuf.h"
#include "msg/msgid.h"
#include "tap.h"

static struct arena arena;
static uint64_t seed = 1;

static uint32_t
below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(seed >> 33) % n;
}

/* --- as on the wire ------------------------------------------------------ */

static void
print(const struct threads *t, uint32_t i, bool list, struct strbuf *out)
{
	uint32_t c = t->node[i].child;
	bool many = c != THREADS_NONE && t->node[c].next != THREADS_NONE;

	if (list)
		strbuf_putc(out, '(');
	if (t->node[i].number != 0)
		strbuf_num(out, t->node[i].number);
	if (t->node[i].number != 0 && c != THREADS_NONE)
		strbuf_putc(out, ' ');
	for (; c != THREADS_NONE; c = t->node[c].next)
		print(t, c, many, out);
	if (list)
		strbuf_putc(out, ')');
}

static void
print_all(const struct threads *t, struct strbuf *out)
{
	for (uint32_t i = t->first; i != THREADS_NONE; i = t->node[i].next)
		print(t, i, true, out);
}

/* --- what is written down ------------------------------------------------- */

/* Identifiers and references are letters; a subject in capitals is a reply. */
struct mail {
	char id;
	const char *refs;
	char subject; /* ' ': none */
	int date;
};

static void
add_mail(struct threads *t, uint32_t number, const struct mail *m)
{
	uint64_t refs[20];
	size_t n = strlen(m->refs);
	struct sortkeys k = { .date = m->date };

	for (size_t i = 0; i < n; i++)
		refs[i] =
		    (unsigned char)m->refs[i] * UINT64_C(0x9e3779b97f4a7c15);
	k.id = (unsigned char)m->id * UINT64_C(0x9e3779b97f4a7c15);
	k.refs = span_of(refs, n * sizeof *refs);
	k.reply = m->subject >= 'A' && m->subject <= 'Z';
	k.subject = m->subject == ' ' ? 0 : (unsigned char)(m->subject | 0x20);
	threads_add(t, number, &k);
}

static const struct {
	const char *what;
	struct mail mail[8]; /* up to one with date 0 */
	const char *references, *subject;
} cases[] = {
	/* clang-format off */
	{ "nothing", { { 0 } }, "", "" },
	{ "one", { { 'a', "", 'x', 1 } }, "(1)", "(1)" },
	{ "no subject", { { 'a', "", ' ', 1 }, { 'b', "", ' ', 2 } },
	    "(1)(2)", "(1 2)" },
	{ "by date", { { 'a', "", 'x', 2 }, { 'b', "", 'y', 1 } },
	    "(2)(1)", "(2)(1)" },
	{ "before 1970", { { 'a', "", 'x', 1 }, { 'b', "", 'y', -1 } },
	    "(2)(1)", "(2)(1)" },
	{ "a reply", { { 'a', "", 'x', 1 }, { 'b', "a", 'X', 2 } },
	    "(1 2)", "(1 2)" },
	{ "a reply that is older", { { 'a', "", 'x', 2 }, { 'b', "a", 'X', 1 } },
	    "(1 2)", "(2 1)" },
	{ "a chain, backwards",
	    { { 'c', "ab", 'X', 3 }, { 'b', "a", 'X', 2 }, { 'a', "", 'x', 1 } },
	    "(3 2 1)", "(3 (2)(1))" },
	{ "children by date",
	    { { 'a', "", 'x', 1 }, { 'b', "a", 'x', 3 }, { 'c', "a", 'x', 2 },
	      { 'd', "ab", 'x', 4 } },
	    "(1 (3)(2 4))", "(1 (3)(2)(4))" },
	{ "a parent that is missing, two children",
	    { { 'b', "a", 'x', 2 }, { 'c', "a", 'y', 1 } },
	    "((2)(1))", "(2)(1)" },
	{ "a parent that is missing, one child",
	    { { 'b', "a", 'x', 1 } }, "(1)", "(1)" },
	{ "two that are missing",
	    { { 'c', "ab", 'x', 1 }, { 'd', "ae", 'x', 2 } },
	    "((1)(2))", "(1 2)" },
	{ "one in the middle that is missing",
	    { { 'a', "", 'x', 1 }, { 'c', "ab", 'x', 2 } }, "(1 2)", "(1 2)" },
	{ "two with one identifier",
	    { { 'a', "", 'x', 1 }, { 'a', "", 'y', 2 }, { 'b', "a", 'z', 3 } },
	    "(1 3)(2)", "(1)(2)(3)" },
	{ "no identifier",
	    { { 0, "", 'x', 1 }, { 0, "", 'y', 2 } }, "(1)(2)", "(1)(2)" },
	{ "itself", { { 'a', "a", 'x', 1 } }, "(1)", "(1)" },
	{ "each other",
	    { { 'a', "b", 'x', 1 }, { 'b', "a", 'y', 2 } },
	    "(2 1)", "(1)(2)" },
	{ "a list that was cut does not take a parent away",
	    { { 'a', "", 'x', 1 }, { 'b', "a", 'x', 2 },
	      { 'c', "xb", 'x', 3 } },
	    "(1 2 3)", "(1 (2)(3))" },
	{ "a message's own list counts",
	    { { 'c', "ab", 'x', 3 }, { 'b', "", 'y', 2 }, { 'a', "", 'z', 1 } },
	    "(3)(2 1)", "(3)(2)(1)" },
	/* step 5 */
	{ "two with one subject",
	    { { 'a', "", 'x', 1 }, { 'b', "", 'x', 2 } }, "((1)(2))", "(1 2)" },
	{ "a reply by its subject",
	    { { 'a', "", 'x', 1 }, { 'b', "", 'X', 2 } }, "(1 2)", "(1 2)" },
	{ "and before it",
	    { { 'a', "", 'X', 1 }, { 'b', "", 'x', 2 } }, "(2 1)", "(1 2)" },
	{ "two replies to nothing",
	    { { 'a', "", 'X', 1 }, { 'b', "", 'X', 2 } }, "((1)(2))", "(1 2)" },
	{ "replies first, then another that is none",
	    { { 'a', "", 'x', 1 }, { 'b', "", 'X', 2 }, { 'c', "", 'x', 3 },
	      { 'd', "", 'X', 4 } },
	    "((1 2)(3)(4))", "(1 (2)(3)(4))" },
	{ "a dummy and one that is none",
	    { { 'b', "a", 'x', 1 }, { 'c', "a", 'y', 2 }, { 'd', "", 'x', 3 } },
	    "((1)(2)(3))", "(1 3)(2)" },
	{ "two dummies",
	    { { 'b', "a", 'x', 1 }, { 'c', "a", 'y', 4 }, { 'e', "d", 'x', 2 },
	      { 'f', "d", 'z', 3 } },
	    "((1)(3)(4)(2))", "(1 3)(4)(2)" },
	{ "a dummy's subject is that of its oldest",
	    { { 'b', "a", 'x', 2 }, { 'c', "a", 'y', 1 }, { 'd', "", 'Y', 3 } },
	    "((2)(1)(3))", "(2 3)(1)" },
	/* clang-format on */
};

static void
check_case(size_t n)
{
	struct threads t = { .a = &arena };
	struct threads u = { .a = &arena };
	struct strbuf r = { 0 }, s = { 0 };

	for (uint32_t i = 0; cases[n].mail[i].date != 0; i++) {
		add_mail(&t, i + 1, &cases[n].mail[i]);
		add_mail(&u, i + 1, &cases[n].mail[i]);
	}
	threads_by_references(&t);
	threads_by_subject(&u);
	print_all(&t, &r);
	print_all(&u, &s);
	ok(span_is(strbuf_span(&r), cases[n].references), "%s: %s",
	    cases[n].what, r.len > 0 ? r.p : "");
	ok(span_is(strbuf_span(&s), cases[n].subject), "%s, by subject: %s",
	    cases[n].what, s.len > 0 ? s.p : "");
	strbuf_clear(&r);
	strbuf_clear(&s);
	arena_reset(&arena);
}

/* --- the model ------------------------------------------------------------ */

enum { MAILS = 12, BOXES = 3 * MAILS + 30, LETTERS = 16 };

struct model {
	const struct mail *mail;
	int n;
	struct box {
		int parent; /* -1: none */
		int child[BOXES];
		int children;
	} box[BOXES + 1];
	int root; /* the dummy above all */
	int boxes;
	int of[256]; /* a letter's box */
};

static bool
is_dummy(const struct model *m, int i)
{
	return i >= m->n;
}

static void
cut_link(struct model *m, int i)
{
	struct box *up = &m->box[m->box[i].parent];
	int at = 0;

	while (up->child[at] != i)
		at++;
	for (up->children--; at < up->children; at++)
		up->child[at] = up->child[at + 1];
	m->box[i].parent = -1;
}

static void
add_link(struct model *m, int up, int i)
{
	m->box[up].child[m->box[up].children++] = i;
	m->box[i].parent = up;
}

static bool
is_below(const struct model *m, int i, int top)
{
	while (i != top && i != -1)
		i = m->box[i].parent;
	return i == top;
}

static int
new_box(struct model *m)
{
	m->box[m->boxes].parent = -1;
	m->box[m->boxes].children = 0;
	return m->boxes++;
}

static int
box_of(struct model *m, char letter)
{
	int *at = &m->of[(unsigned char)letter];

	for (int i = 0; i < m->n && *at == -1; i++)
		if (m->mail[i].id == letter)
			*at = i;
	if (*at == -1)
		*at = new_box(m);
	return *at;
}

static void
step_1(struct model *m, int i)
{
	const char *refs = m->mail[i].refs;
	int up = -1, at;

	for (; *refs != '\0'; refs++, up = at) {
		at = box_of(m, *refs);
		if (up != -1 && m->box[at].parent == -1 && !is_below(m, up, at))
			add_link(m, up, at);
	}
	if (m->box[i].parent != -1)
		cut_link(m, i);
	if (up != -1 && !is_below(m, up, i))
		add_link(m, up, i);
}

static void
step_3(struct model *m, int i)
{
	struct box *b = &m->box[i];

	for (int c = b->children - 1; c >= 0; c--)
		step_3(m, b->child[c]);
	if (!is_dummy(m, i) || i == m->root ||
	    (b->parent == m->root && b->children > 1))
		return;
	while (b->children > 0) {
		int c = b->child[0], up = b->parent;

		cut_link(m, c);
		add_link(m, up, c);
	}
	cut_link(m, i);
}

static const struct mail *
mail_of(const struct model *m, int i)
{
	return &m->mail[is_dummy(m, i) ? m->box[i].child[0] : i];
}

static void
sort_children(struct model *m, int i)
{
	struct box *b = &m->box[i];

	for (int x = 1; x < b->children; x++)
		for (int y = x; y > 0; y--) {
			const struct mail *one = mail_of(m, b->child[y - 1]);
			const struct mail *two = mail_of(m, b->child[y]);
			int c = b->child[y];

			if (one->date < two->date ||
			    (one->date == two->date && one < two))
				break;
			b->child[y] = b->child[y - 1];
			b->child[y - 1] = c;
		}
}

static void
step_4(struct model *m)
{
	struct box *root = &m->box[m->root];

	for (int i = 0; i < root->children; i++)
		if (is_dummy(m, root->child[i]))
			sort_children(m, root->child[i]);
	sort_children(m, m->root);
}

static bool
is_reply(const struct model *m, int i)
{
	return m->mail[i].subject >= 'A' && m->mail[i].subject <= 'Z';
}

static void
merge(struct model *m, int *table, int at)
{
	if (is_dummy(m, *table) && is_dummy(m, at)) {
		while (m->box[at].children > 0) {
			int c = m->box[at].child[0];

			cut_link(m, c);
			add_link(m, *table, c);
		}
		cut_link(m, at);
	} else if (is_dummy(m, *table) ||
		   (is_reply(m, at) && !is_reply(m, *table))) {
		cut_link(m, at);
		add_link(m, *table, at);
	} else {
		int both = new_box(m);

		cut_link(m, at);
		cut_link(m, *table);
		add_link(m, m->root, both);
		add_link(m, both, at);
		add_link(m, both, *table);
		*table = both;
	}
}

static void
step_5(struct model *m)
{
	struct box roots = m->box[m->root];
	int table[256], subject[BOXES];

	for (int i = 0; i < 256; i++)
		table[i] = -1;
	for (int i = 0; i < roots.children; i++) {
		int at = roots.child[i], *in;

		subject[i] = mail_of(m, at)->subject | 0x20;
		in = &table[subject[i]];
		if (*in == -1 ||
		    (!is_dummy(m, *in) &&
			(is_dummy(m, at) ||
			    (is_reply(m, *in) && !is_reply(m, at)))))
			*in = at;
	}
	for (int i = 0; i < roots.children; i++) {
		int at = roots.child[i];

		if (subject[i] != ' ' && table[subject[i]] != at)
			merge(m, &table[subject[i]], at);
	}
}

static void
step_6(struct model *m, int i)
{
	for (int c = 0; c < m->box[i].children; c++)
		step_6(m, m->box[i].child[c]);
	sort_children(m, i);
}

static void
print_model(const struct model *m, int i, bool list, struct strbuf *out)
{
	const struct box *b = &m->box[i];

	if (list)
		strbuf_putc(out, '(');
	if (!is_dummy(m, i))
		strbuf_num(out, (uint64_t)i + 1);
	if (!is_dummy(m, i) && b->children > 0)
		strbuf_putc(out, ' ');
	for (int c = 0; c < b->children; c++)
		print_model(
		    m, b->child[c], i == m->root || b->children > 1, out);
	if (list)
		strbuf_putc(out, ')');
}

static void
run_model(const struct mail *mail, int n, struct strbuf *out)
{
	static struct model m;

	m = (struct model){ .mail = mail, .n = n };
	for (int i = 0; i < 256; i++)
		m.of[i] = -1;
	for (int i = 0; i < n; i++)
		(void)new_box(&m);
	for (int i = 0; i < n; i++)
		step_1(&m, i);
	m.root = new_box(&m);
	for (int i = 0; i < m.root; i++)
		if (m.box[i].parent == -1)
			add_link(&m, m.root, i);
	step_3(&m, m.root);
	step_4(&m);
	step_5(&m);
	step_6(&m, m.root);
	print_model(&m, m.root, false, out);
}

/* --- at random ------------------------------------------------------------ */

/* Where references only go up in the alphabet there is no loop. */
static void
make_mail(struct mail *m, char refs[8], bool loops)
{
	static const char subjects[] = "xxXXyYz ";
	unsigned n = below(5);
	size_t len = 0;
	char top;

	m->id = below(8) == 0 ? '\0' : (char)('a' + below(LETTERS));
	top = m->id == '\0' || loops ? (char)('a' + LETTERS) : m->id;
	for (char c = 'a'; len < n && c < top; c++)
		if (loops)
			refs[len++] = (char)('a' + below(LETTERS));
		else if (below(4) == 0)
			refs[len++] = c;
	refs[len] = '\0';
	m->refs = refs;
	m->subject = subjects[below(sizeof subjects - 1)];
	m->date = 1 + (int)below(6);
}

/* Whether each number is there once, in parentheses that make sense. */
static bool
is_sane(const struct strbuf *said, uint32_t n)
{
	uint32_t seen = 0, number = 0;
	int depth = 0;

	for (size_t i = 0; i < said->len; i++) {
		char c = said->p[i];

		if (c >= '0' && c <= '9') {
			number = number * 10 + (uint32_t)(c - '0');
			continue;
		}
		if (number > 0)
			seen += number;
		number = 0;
		depth += c == '(' ? 1 : c == ')' ? -1 : 0;
		if (depth < 0)
			return false;
	}
	return depth == 0 && seen == n * (n + 1) / 2;
}

static bool
check_random(bool loops)
{
	struct mail mail[MAILS];
	char refs[MAILS][8];
	uint32_t n = 1 + below(MAILS);
	struct threads t = { .a = &arena };
	struct strbuf said = { 0 }, want = { 0 };
	bool good;

	for (uint32_t i = 0; i < n; i++) {
		make_mail(&mail[i], refs[i], loops);
		add_mail(&t, i + 1, &mail[i]);
	}
	threads_by_references(&t);
	print_all(&t, &said);
	run_model(mail, (int)n, &want);
	good = is_sane(&said, n) &&
	       (loops || span_eq(strbuf_span(&said), strbuf_span(&want)));
	for (uint32_t i = 0; i < n && !good; i++)
		printf("# %c %s '%c' %d\n", mail[i].id ? mail[i].id : '-',
		    refs[i], mail[i].subject, mail[i].date);
	if (!good)
		printf("# %s, not %s\n", said.p, want.p);
	strbuf_clear(&said);
	strbuf_clear(&want);
	arena_reset(&arena);
	return good;
}

/* Slow, or out of stack, if it were not linear. */
static void
check_long(void)
{
	enum { N = 100000 };
	struct threads t = { .a = &arena };
	uint32_t depth = 0;

	for (uint32_t i = 0; i < N; i++) {
		/* 1, 50001, 2, ...: links to what is in the middle */
		uint64_t id = i % 2 == 0 ? i / 2 + 1 : N / 2 + 1 + i / 2;
		uint64_t refs[] = { id - 1, N + 1 - id, id - 1 };
		struct sortkeys k = { .id = id };

		k.refs = span_of(refs + (i % 7 != 0), i % 7 == 0 ? 24 : 16);
		if (id == 1)
			k.refs.end = k.refs.p;
		threads_add(&t, i + 1, &k);
	}
	threads_by_references(&t);
	for (uint32_t i = t.first; i != THREADS_NONE; i = t.node[i].child)
		depth++;
	ok(depth > 0, "100,000 with loops: depth %u", depth);
	arena_reset(&arena);
	t = (struct threads){ .a = &arena };
	for (uint32_t i = 0; i < N; i++) {
		uint64_t ref = N - i - 1;
		struct sortkeys k = { .id = N - i };

		k.refs = span_of(&ref, i == N - 1 ? 0 : sizeof ref);
		threads_add(&t, i + 1, &k);
	}
	threads_by_references(&t);
	depth = 0;
	for (uint32_t i = t.first; i != THREADS_NONE; i = t.node[i].child)
		depth++;
	ok(depth == N, "a chain of 100,000");
}

int
main(void)
{
	unsigned bad = 0;

	for (size_t i = 0; i < NELEM(cases); i++)
		check_case(i);
	for (int i = 0; i < 20000 && bad < 3; i++)
		bad += !check_random(false);
	ok(bad == 0, "as in the model");
	for (int i = 0; i < 20000 && bad < 3; i++)
		bad += !check_random(true);
	ok(bad == 0, "with loops");
	check_long();
	arena_clear(&arena);
	return done_testing();
}
