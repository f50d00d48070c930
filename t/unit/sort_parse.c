/* sort_parse.c: what stands before the search keys of SORT and THREAD. */
#include "imap/sort_parse.h"

#include "base/nelem.h"
#include "imap/limits.h"
#include "tap.h"

static struct arena arena;

static const struct {
	const char *in;
	const char *keys; /* NULL: must be refused; a sign and a number each */
	unsigned want;
} sorts[] = {
	/* clang-format off */
	{ " (DATE) UTF-8 ALL", "+2", RETURN_ALL },
	{ " (REVERSE date SUBJECT) US-ASCII 1", "-2+7", RETURN_ALL },
	{ " (DATE REVERSE DATE) UTF-8 ALL", "+2", RETURN_ALL },
	{ " (ARRIVAL CC DATE DISPLAYFROM DISPLAYTO FROM SIZE SUBJECT TO) x ALL",
	    "+0+1+2+3+4+5+6+7+8", RETURN_ALL },
	{ " RETURN () (TO) UTF-8 ALL", "+8", RETURN_ALL },
	{ " RETURN (SAVE MIN) (TO) UTF-8 ALL", "+8", RETURN_SAVE | RETURN_MIN },
	{ " RETURN (SAVE) (TO) \"UTF-8\" ALL SEEN", "+8", RETURN_SAVE },
	{ "", NULL, 0 },
	{ "(DATE) UTF-8 ALL", NULL, 0 },
	{ " (DATE) UTF-8", NULL, 0 },
	{ " (DATE) UTF-8 ", NULL, 0 },
	{ " (DATE)UTF-8 ALL", NULL, 0 },
	{ " (DATE) CHARSET UTF-8 ALL", NULL, 0 },
	{ " () UTF-8 ALL", NULL, 0 },
	{ " (DATE ) UTF-8 ALL", NULL, 0 },
	{ " ( DATE) UTF-8 ALL", NULL, 0 },
	{ " (DATE  TO) UTF-8 ALL", NULL, 0 },
	{ " (REVERSE) UTF-8 ALL", NULL, 0 },
	{ " (REVERSEDATE) UTF-8 ALL", NULL, 0 },
	{ " (REVERSE REVERSE DATE) UTF-8 ALL", NULL, 0 },
	{ " (DATES) UTF-8 ALL", NULL, 0 },
	{ " (DATE) UTF-8 ALL x", NULL, 0 },
	{ " (DATE) UTF-8 NONSENSE", NULL, 0 },
	{ " (DATE", NULL, 0 },
	{ " RETURN () UTF-8 ALL", NULL, 0 },
	{ " (DATE) RETURN () UTF-8 ALL", NULL, 0 },
	/* clang-format on */
};

static const struct {
	const char *in;
	int alg; /* -1: must be refused */
} threads[] = {
	/* clang-format off */
	{ " REFERENCES UTF-8 ALL", THREAD_REFERENCES },
	{ " orderedsubject US-ASCII 1 SEEN", THREAD_ORDEREDSUBJECT },
	{ " REFS UTF-8 ALL", THREAD_UNKNOWN },
	{ "", -1 },
	{ " ", -1 },
	{ " REFERENCES", -1 },
	{ " REFERENCES UTF-8", -1 },
	{ " (REFERENCES) UTF-8 ALL", -1 },
	{ " RETURN () REFERENCES UTF-8 ALL", -1 },
	{ " REFERENCES UTF-8 ALL x", -1 },
	/* clang-format on */
};

static void
check_sort(size_t i)
{
	struct span in = tap_exact(sorts[i].in, strlen(sorts[i].in)), s = in;
	struct strbuf said = { 0 };
	struct sort_args args;

	if (!p_sort_args(&arena, &s, 1000, &args)) {
		ok(sorts[i].keys == NULL && s.p == in.p, "%s", sorts[i].in);
		return;
	}
	for (size_t k = 0; k < args.order.n; k++) {
		strbuf_putc(&said, args.order.by[k].reverse ? '-' : '+');
		strbuf_num(&said, args.order.by[k].key);
	}
	ok(sorts[i].keys != NULL &&
		span_is(strbuf_span(&said), sorts[i].keys) &&
		args.search.want == sorts[i].want && s.p == s.end,
	    "%s: %s", sorts[i].in, said.p);
	strbuf_clear(&said);
}

static void
check_thread(size_t i)
{
	struct span in = tap_exact(threads[i].in, strlen(threads[i].in));
	struct span s = in;
	struct thread_args args;
	bool good = p_thread_args(&arena, &s, 1000, &args);

	ok((good ? (int)args.alg : -1) == threads[i].alg &&
		s.p == (good ? in.end : in.p),
	    "%s", threads[i].in);
}

int
main(void)
{
	for (size_t i = 0; i < NELEM(sorts); i++)
		check_sort(i);
	for (size_t i = 0; i < NELEM(threads); i++)
		check_thread(i);
	arena_clear(&arena);
	return done_testing();
}
