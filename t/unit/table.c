/* table.c: bases found among many, whatever stands behind them. */
#include "store/table.h"

#include <stdio.h>

#include "tap.h"

static struct strbuf names;

static uint32_t
add(struct table *t, const char *name, uint32_t number)
{
	uint32_t at = (uint32_t)names.len;

	strbuf_add(&names, name, strlen(name) + 1);
	table_put(t, at, number);
	return at;
}

static uint32_t
find(const struct table *t, const char *base)
{
	return table_find(t, tap_exact(base, strlen(base)));
}

int
main(void)
{
	struct table t;
	char s[64];
	bool good = true;

	table_init(&t, &names, 0);
	ok(find(&t, "x") == TABLE_NONE, "empty");
	add(&t, "1.a:2,S", 5);
	add(&t, "1.ab", 6);
	add(&t, "", 7);
	ok(find(&t, "1.a") == 5 && find(&t, "1.ab") == 6 && find(&t, "") == 7,
	    "with info and without");
	ok(find(&t, "1.") == TABLE_NONE && find(&t, "1.abc") == TABLE_NONE &&
		find(&t, "1.a:2,S") == TABLE_NONE,
	    "neither less nor more");
	ok(table_find(&t, tap_exact("1.a\0b", 5)) == TABLE_NONE, "a NUL");
	add(&t, "1.a:2,F", 8);
	ok(find(&t, "1.a") == 8 && t.n == 3, "another number");
	for (uint32_t i = 0; i < 50000; i++) {
		snprintf(s, sizeof s, "17%08u.M%uP1.host,S=%u:2,", i, i, i % 7);
		add(&t, s, i + 10);
	}
	for (uint32_t i = 0; i < 50000; i++) {
		snprintf(s, sizeof s, "17%08u.M%uP1.host,S=%u", i, i, i % 7);
		good &= table_find(&t, span_str(s)) == i + 10;
	}
	ok(good && t.n == 50003, "50000");
	table_clear(&t);
	return done_testing();
}
