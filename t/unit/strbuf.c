/* strbuf.c: growth, and the NUL that is always there. */
#include "base/strbuf.h"

#include "tap.h"

static const uint64_t numbers[] = { 0, 1, 9, 10, 4294967295,
	UINT64_C(9223372036854775808), UINT64_MAX };

/* The invariant: once there is memory, p[len] is NUL. */
static bool
sound(const struct strbuf *b)
{
	return b->p == NULL ? b->len == 0 && b->max == 0
			    : b->len < b->max && b->p[b->len] == '\0';
}

static void
test_add(void)
{
	struct strbuf b = { 0 };

	ok(sound(&b) && span_len(strbuf_span(&b)) == 0, "all zero is empty");
	strbuf_reset(&b);
	strbuf_cut(&b, 0);
	ok(sound(&b), "and can be emptied");
	strbuf_add(&b, NULL, 0);
	ok(sound(&b) && b.len == 0, "nothing is added");
	strbuf_puts(&b, "ab");
	strbuf_putc(&b, '\0');
	strbuf_add(&b, "c\0d", 3);
	strbuf_cat(&b, tap_exact("ef", 2));
	strbuf_cat(&b, (struct span){ 0 });
	ok(span_eq(strbuf_span(&b), span_of("ab\0c\0def", 8)) && sound(&b),
	    "bytes of all kinds, in order");
	strbuf_cut(&b, 2);
	ok(strcmp(b.p, "ab") == 0 && sound(&b), "cut");
	strbuf_cut(&b, 100);
	ok(b.len == 2 && sound(&b), "a cut never lengthens");
	strbuf_reset(&b);
	ok(b.len == 0 && b.p != NULL && sound(&b), "reset keeps the memory");
	strbuf_clear(&b);
	strbuf_clear(&b);
	ok(b.p == NULL && sound(&b), "clear does not");
}

static void
test_growth(void)
{
	struct strbuf b = { 0 };
	size_t moves = 0, max = 0;
	bool good = true;

	for (size_t i = 0; i < 100000; i++) {
		strbuf_putc(&b, (char)i);
		moves += b.max != max;
		max = b.max;
		good = good && sound(&b);
	}
	for (size_t i = 0; i < b.len; i++)
		good = good && b.p[i] == (char)i;
	ok(good && moves < 20, "100000 bytes, moved %u times", (unsigned)moves);
	strbuf_clear(&b);
	(void)strbuf_room(&b, 0);
	ok(sound(&b), "room for nothing");
	memset(strbuf_room(&b, 5000), 'x', 5000);
	ok(b.len == 0 && b.max > 5000, "room is not length");
	strbuf_clear(&b);
	(void)strbuf_room(&b, 100);
	ok(sound(&b), "room in a new one leaves the NUL where it is");
	strbuf_clear(&b);
}

static void
test_num(void)
{
	struct strbuf b = { 0 };
	char want[32];

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		snprintf(
		    want, sizeof want, "%llu", (unsigned long long)numbers[i]);
		strbuf_reset(&b);
		strbuf_num(&b, numbers[i]);
		ok(strcmp(b.p, want) == 0, "%s", want);
	}
	strbuf_clear(&b);
}

int
main(void)
{
	test_add();
	test_growth();
	test_num();
	return done_testing();
}
