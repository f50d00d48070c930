/* maildir.c: names of messages, their order, old files in tmp. */
#include "store/maildir.h"

#include "base/nelem.h"
#include "scratch.h"

static const struct {
	const char *name;
	bool has;
	uint64_t size;
} sizes[] = {
	/* clang-format off */
	{ "1795288809.M244248P27845V000000000000FE00I0000000000A7E8C1.vm,S=88",
	    true, 88 },
	{ "a,S=12:2,S", true, 12 },
	{ "a,S=1,S=22", true, 22 }, /* the last one */
	{ "a,S=12x,W=3", true, 12 },
	{ "a,S=", false, 0 },
	{ "a,S=x", false, 0 },
	{ "a:2,,S=5", false, 0 }, /* behind the colon */
	{ "a,S=99999999999999999999", false, 0 },
	{ "S=5", false, 0 },
	{ "", false, 0 },
	/* clang-format on */
};

/* Each before the next (courierimapuiddb(5)). */
static const char *const ordered[] = {
	"nodigits.host",
	"x.g",
	"1.b",
	"002.a",
	"2.a",
	"1795288000.1234.host",
	"1795288000.1235.host:2,S",
	"4294967295.e",
	"1700000000000.c",
	"99999999999999999999999.d",
};

static void
test_order(void)
{
	for (size_t i = 0; i < NELEM(ordered); i++)
		for (size_t j = 0; j < NELEM(ordered); j++) {
			int c = maildir_cmp(
			    span_str(ordered[i]), span_str(ordered[j]));

			if ((c < 0) != (i < j) || (c > 0) != (i > j))
				ok(false, "%s, %s", ordered[i], ordered[j]);
			/* what stands in for most of it (drop.c) */
			if (i < j && maildir_number(span_str(ordered[i])) >
					 maildir_number(span_str(ordered[j])))
				ok(false, "%s, %s by number", ordered[i],
				    ordered[j]);
		}
	ok(true, "an order of %zu names", NELEM(ordered));
	ok(maildir_cmp(span_str("1.a:2,S"), span_str("1.a:2,F")) == 0,
	    "flags do not matter");
	ok(maildir_cmp(span_str(""), span_str("")) == 0, "empty names");
}

static void
test_names(struct account *a)
{
	struct strbuf one = { 0 }, two = { 0 };
	struct stat st = { .st_dev = 0xfe00, .st_ino = 0xa7e8c1 };

	maildir_base(a, &st, 88, &one);
	maildir_base(a, &st, 88, &two);
	ok(strstr(one.p, "V000000000000FE00I0000000000A7E8C1_") != NULL &&
		strstr(one.p, ".mx\\057\\072,S=88") != NULL,
	    "base %s", one.p);
	ok(strcmp(one.p, two.p) != 0, "no base twice");
	strbuf_reset(&one);
	maildir_tmp_name(a, "x", &one);
	ok(strchr(one.p, '/') == NULL && strstr(one.p, "_x") != NULL,
	    "name in tmp %s", one.p);
	strbuf_clear(&one);
	strbuf_clear(&two);
}

static void
age(const char *name, time_t seconds)
{
	struct timespec t[2] = { { .tv_sec = time(NULL) - seconds } };

	t[1] = t[0];
	utimensat(scratch_fd, name, t, AT_SYMLINK_NOFOLLOW);
}

/* The ctime cannot be set back: only what is new in each way is tested. */
static void
test_clean(void)
{
	int tmp = fs_open_dir(scratch_fd, "M/tmp");

	scratch_put("M/tmp/old", "x");
	scratch_put("M/tmp/.old", "x");
	age("M/tmp/old", 40 * 3600);
	maildir_clean_tmp(tmp);
	ok(scratch_has("M/tmp/old") && scratch_has("M/tmp/.old"),
	    "the newest of the three times counts");
	close(tmp);
}

static void
test_number(void)
{
	ok(maildir_number(span_str("1600000097.M1.h:2,S")) == 1600000097 &&
		maildir_number(span_str("007:2,S")) == 7 &&
		maildir_number(span_str("x1")) == 0 &&
		maildir_number(span_str("")) == 0,
	    "the number in front");
	ok(maildir_number(span_str("9999999999999999999.x")) ==
		    UINT64_C(9999999999999999999) &&
		maildir_number(span_str("10000000000000000000")) ==
		    UINT64_MAX &&
		maildir_number(span_str("018446744073709551617.x")) ==
		    UINT64_MAX,
	    "as far as it fits");
}

int
main(void)
{
	struct store_conf conf = scratch_conf();
	struct account *a;
	uint64_t size;

	scratch_make();
	scratch_maildir("M");
	conf.hostname = "mx/:";
	if (account_open("M", &conf, &a) == -1)
		return 111;
	for (size_t i = 0; i < NELEM(sizes); i++) {
		struct span s = tap_exact(sizes[i].name, strlen(sizes[i].name));
		bool has;

		size = 0;
		has = maildir_size(s, &size);
		ok(has == sizes[i].has && size == sizes[i].size, "\"%s\"",
		    sizes[i].name);
	}
	test_order();
	test_names(a);
	test_clean();
	account_close(a);
	test_number();
	return done_testing();
}
