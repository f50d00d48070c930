/* keywords.c: :list, pending and aged files (courierimapkeywords(5)). */
#include "store/keywords.h"

#include "base/nelem.h"
#include "scratch.h"

/* courierimapkeywords(5), recorded. */
#define REC_1                                                                  \
	"1795288830.M463302P403V000000000000FE00I0000000000A7E96B_1."          \
	"mx.example.com,S=88"
#define REC_2                                                                  \
	"1795288830.M463376P403V000000000000FE00I0000000000A7E96D_2."          \
	"mx.example.com,S=88"
static const char recorded[] =
    "Work\nbeta\ngamma\nalpha\n\n" REC_1 ":3 1\n" REC_2 ":0 2\n";

static const struct {
	const char *list;
	const char *want; /* base=keyword,keyword; in the order of numbers */
} lists[] = {
	/* clang-format off */
	{ recorded, REC_1 "=beta,alpha;" REC_2 "=Work,gamma;" },
	{ "", "" },
	{ "\n", "" }, /* how the newer Courier says "none" */
	{ "a\nb\n", "" }, /* no empty line */
	{ "a\n\nx:0\ny:1\n", "x=a;" }, /* out of range */
	{ "a\n\nx:0 1 0 9999999999 -1\n", "x=a;" },
	{ "a\nA\n\nx:0 1\n", "x=a;" }, /* one, without case */
	{ "a\n\nx:0", "x=a;" },
	{ "a\n\n:0\n", "" },
	{ "a\n\nx\n", "" },
	{ "a b(c)\n\nx:0\n", "x=a_b_c_;" },
	{ "\xc3\xa9\n\nx:0:0\n", "x=\xc3\xa9;" },
	/* clang-format on */
};

static struct kwset set;
static struct strbuf out;

static void
put_set(uint32_t id)
{
	struct kwlist l = kwset_list(&set, id);

	for (size_t i = 0; i < l.n; i++) {
		strbuf_puts(&out, i > 0 ? "," : "");
		strbuf_cat(&out, set.names[l.v[i]]);
	}
	strbuf_putc(&out, ';');
}

static void
note(void *arg, struct span base, uint32_t id)
{
	(void)arg;
	strbuf_cat(&out, base);
	strbuf_putc(&out, '=');
	put_set(id);
}

static void
test_list(size_t i)
{
	struct span text = tap_exact(lists[i].list, strlen(lists[i].list));

	kwset_clear(&set);
	strbuf_reset(&out);
	keywords_parse_list(text, &set, note, NULL);
	strbuf_putc(&out, '\0');
	ok(strcmp(out.p, lists[i].want) == 0, "list %zu: %s", i, out.p);
	for (size_t n = 0; n < strlen(lists[i].list); n++)
		keywords_parse_list(
		    tap_exact(lists[i].list, n), &set, note, NULL);
}

static void
test_file(void)
{
	kwset_clear(&set);
	strbuf_reset(&out);
	put_set(keywords_parse_file(span_str("$Label1\nWork\n"), &set));
	put_set(keywords_parse_file(span_str("\nwork\n\n$label1"), &set));
	put_set(keywords_parse_file(span_str(""), &set));
	strbuf_putc(&out, '\0');
	ok(strcmp(out.p, "$Label1,Work;$Label1,Work;;") == 0, "files: %s",
	    out.p);
	ok(keywords_parse_file(span_of("a\0b\n\xff\n", 6), &set) != 0,
	    "NUL and 0xff");
}

/* --- loading --------------------------------------------------------- */

static struct maildir md;
static struct account *account;
static const char *const messages[] = { "1.a", "2.b,S=3", "3.c" };
static uint32_t sets[NELEM(messages)];

static uint32_t
find(void *arg, struct span base)
{
	(void)arg;
	for (uint32_t i = 0; i < NELEM(messages); i++)
		if (span_is(base, messages[i]))
			return i;
	return NELEM(messages);
}

static struct span
base_of(void *arg, uint32_t i)
{
	(void)arg;
	return span_str(messages[i]);
}

static struct keywords_found found;

/* What a load finds, as "a,b;;c;". */
static const char *
load(bool may_write)
{
	struct keywords_load l = { account, &md, &set, may_write, find, base_of,
		NULL, NELEM(messages) };

	strbuf_reset(&out);
	if (keywords_load(&l, sets, &found) == -1)
		return "(error)";
	for (size_t i = 0; i < NELEM(messages); i++)
		put_set(sets[i]);
	strbuf_putc(&out, '\0');
	return out.p;
}

static bool
is(const char *want, bool may_write, bool want_orphans)
{
	const char *got;

	found.orphans = !want_orphans;
	got = load(may_write);
	return ok(strcmp(got, want) == 0 && found.orphans == want_orphans,
	    "%s (%s, %d)", want, got, found.orphans);
}

static const char *
aged(const char *base, int step)
{
	static char name[128];

	snprintf(name, sizeof name, "M/courierimapkeywords/.%lld.%s",
	    (long long)time(NULL) / 300 + step, base);
	return name;
}

static void
age(const char *name, time_t seconds)
{
	struct timespec t[2] = { { .tv_sec = time(NULL) - seconds } };

	t[1] = t[0];
	utimensat(scratch_fd, name, t, 0);
}

static void
test_load(void)
{
	kwset_clear(&set);
	is(";;;", true, false); /* no directory */
	scratch_dir("M/courierimapkeywords");
	is(";;;", true, false);
	scratch_put(
	    "M/courierimapkeywords/:list", "x\ny\n\n1.a:0 1\n2.b,S=3:0\n");
	is("x,y;x;;", true, false);
	scratch_put("M/courierimapkeywords/2.b,S=3", "");
	scratch_put("M/courierimapkeywords/3.c", "z\n");
	is("x,y;;z;", false, true);
	ok(scratch_has("M/courierimapkeywords/3.c"), "not consolidated");
	is("x,y;;z;", true, false);
	ok(!scratch_has("M/courierimapkeywords/3.c") &&
		scratch_has(aged("3.c", 1)) &&
		scratch_has(aged("2.b,S=3", 1)) &&
		strcmp(scratch_get("M/courierimapkeywords/:list"),
		    "x\ny\nz\n\n1.a:0 1\n3.c:2\n") == 0,
	    "consolidated, and kept for a while");
	ok(scratch_count("M/tmp") == 0, "nothing left in tmp");
}

static void
test_aged(void)
{
	scratch_put("M/courierimapkeywords/:list", "x\n\n1.a:0\n3.c:0\n");
	is("x;;z;", true, false); /* it overrides */
	scratch_put(aged("3.c", 2), "y\n");
	is("x;;y;", true, false);
	ok(!scratch_has(aged("3.c", 1)) && scratch_has(aged("3.c", 2)),
	    "only the largest N stays");
	scratch_put("M/courierimapkeywords/3.c", "x\n");
	is("x;;x;", true, false);
	ok(scratch_has(aged("3.c", 2)) &&
		strcmp(scratch_get(aged("3.c", 2)), "x\n") == 0,
	    "N is never lower than one before");
	scratch_put(aged("1.a", -9), "z\n");
	age(aged("1.a", -9), 2000);
	is("z;;x;", true, false);
	ok(!scratch_has(aged("1.a", -9)) &&
		strstr(scratch_get("M/courierimapkeywords/:list"), "1.a:2") !=
		    NULL,
	    "an old one is taken over and goes");
}

static void
test_orphans(void)
{
	scratch_put("M/courierimapkeywords/:list", "x\n\n1.a:0\n9.z:0\n");
	scratch_put("M/courierimapkeywords/8.y", "x\n");
	scratch_put("M/courierimapkeywords/7.w", "x\n");
	scratch_put("M/courierimapkeywords/.tmp.17950000001.x", "x\n");
	scratch_put("M/courierimapkeywords/.foo", "x\n");
	age("M/courierimapkeywords/7.w", 1000);
	age("M/courierimapkeywords/.tmp.17950000001.x", 1000);
	is("x;;x;", true, true);
	ok(scratch_has("M/courierimapkeywords/8.y") &&
		!scratch_has("M/courierimapkeywords/7.w") &&
		!scratch_has("M/courierimapkeywords/.tmp.17950000001.x") &&
		scratch_has("M/courierimapkeywords/.foo") &&
		strstr(scratch_get("M/courierimapkeywords/:list"), "9.z") ==
		    NULL,
	    "what belongs to no message goes, in time");
	scratch_unlink("M/courierimapkeywords/8.y");
	scratch_link("/etc/passwd", "M/courierimapkeywords/2.b,S=3");
	is("x;;x;", true, false);
	scratch_unlink("M/courierimapkeywords/2.b,S=3");
	scratch_fifo("M/courierimapkeywords/2.b,S=3");
	is("x;;x;", true, false);
	scratch_unlink("M/courierimapkeywords/2.b,S=3");
}

static uint32_t
named(const char *a, const char *b)
{
	uint32_t v[2];

	kwset_name(&set, span_str(a), true, &v[0], NULL);
	kwset_name(&set, span_str(b), true, &v[1], NULL);
	return kwset_set(&set, v, 2);
}

static void
test_write(void)
{
	struct keywords_update u = { account, &md, &set, span_str("2.b,S=3"),
		0 };
	uint32_t id = 0;

	ok(keywords_write(&u, named("x", "q")) == 0 &&
		strcmp(scratch_get("M/courierimapkeywords/2.b,S=3"),
		    "x\nq\n") == 0,
	    "a change");
	ok(keywords_write(&u, 0) == -1 && errno == EEXIST,
	    "another is pending");
	ok(keywords_pending(&u, &id) == 0 && id == named("q", "x") &&
		scratch_has(aged("2.b,S=3", 1)),
	    "it is taken out of the way");
	is("x;x,q;x;", false, false);
	ok(keywords_write(&u, 0) == 0 &&
		strcmp(scratch_get("M/courierimapkeywords/2.b,S=3"), "") == 0,
	    "then ours");
	is("x;;x;", true, false);
	ok(keywords_pending(&u, &id) == -1 && errno == ENOENT,
	    "consolidated meanwhile");
	/* a clock that was ahead once */
	fs_remove_tree(scratch_fd, "M/courierimapkeywords");
	scratch_dir("M/courierimapkeywords");
	scratch_put(aged("2.b,S=3", 9), "x\n");
	is(";x;;", true, false);
	u.step = found.step;
	ok(keywords_write(&u, named("x", "q")) == 0 &&
		keywords_pending(&u, &id) == 0,
	    "a change is set aside");
	is(";x,q;;", true, false);
	fs_remove_tree(scratch_fd, "M/courierimapkeywords");
	ok(keywords_write(&u, named("x", "q")) == 0, "the directory is made");
	ok(scratch_count("M/tmp") == 0, "nothing left in tmp");
}

/* What is no directory and no list is as if it were not there. */
static void
test_none(void)
{
	fs_remove_tree(scratch_fd, "M/courierimapkeywords");
	scratch_link("/etc", "M/courierimapkeywords");
	is(";;;", true, false);
	scratch_unlink("M/courierimapkeywords");
	scratch_put("M/courierimapkeywords", "x");
	is(";;;", true, false);
	scratch_unlink("M/courierimapkeywords");
	scratch_dir("M/courierimapkeywords");
	scratch_dir("M/courierimapkeywords/:list");
	is(";;;", true, false);
	fs_remove_tree(scratch_fd, "M/courierimapkeywords/:list");
	scratch_fifo("M/courierimapkeywords/:list");
	scratch_put("M/courierimapkeywords/2.b,S=3", "x\n");
	is(";x;;", true, false);
	ok(strstr(scratch_get("M/courierimapkeywords/:list"), "2.b,S=3:") !=
		NULL,
	    "a list takes its place");
}

int
main(void)
{
	struct store_conf conf = scratch_conf();

	scratch_make();
	scratch_maildir("M");
	if (account_open("M", &conf, &account) == -1 ||
	    maildir_open(account, span_str(""), &md) == -1)
		return 111;
	for (size_t i = 0; i < NELEM(lists); i++)
		test_list(i);
	test_file();
	test_load();
	test_aged();
	test_orphans();
	test_write();
	test_none();
	return done_testing();
}
