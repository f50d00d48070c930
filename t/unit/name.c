/* name.c: no folder name leads anywhere but to its own directory. */
#include "store/name.h"

#include "base/nelem.h"
#include "scratch.h"
#include "store/folder.h"

static const struct {
	const char *name;
	const char *utf8, *mutf7; /* directories; NULL: refused */
} both[] = {
	/* clang-format off */
	{ "", ".", "." },
	{ "Work", ".Work", ".Work" },
	{ "a.b", ".a.b", ".a.b" },
	{ "Na\xc3\xafve", ".Na\xc3\xafve", ".Na&AO8-ve" },
	{ "R&D", ".R&D", ".R&-D" },
	{ "R&-D", ".R&-D", ".R&--D" },
	{ "tilde~t", ".tilde~t", ".tilde~t" },
	{ "col:on", ".col:on", ".col:on" },
	{ "A\\056B", ".A\\056B", ".A\\056B" },
	{ "back\\slash", ".back\\slash", ".back\\slash" },
	{ "cur", ".cur", ".cur" },
	{ "new", ".new", ".new" },
	{ "tmp", ".tmp", ".tmp" },
	{ "courierimapkeywords", ".courierimapkeywords",
	    ".courierimapkeywords" },
	{ "maildirfolder", ".maildirfolder", ".maildirfolder" },
	{ "inbox", ".inbox", ".inbox" },
	{ " ", ". ", ". " },
	{ "%*\"(", ".%*\"(", ".%*\"(" },
	{ "\xf0\x9f\x98\x80", ".\xf0\x9f\x98\x80", ".&2D3eAA-" },
	{ ".", NULL, NULL },
	{ "..", NULL, NULL },
	{ "...", NULL, NULL },
	{ ".a", NULL, NULL },
	{ "a.", NULL, NULL },
	{ "a..b", NULL, NULL },
	{ "/", NULL, NULL },
	{ "a/b", NULL, NULL },
	{ "../etc", NULL, NULL },
	{ "a/../b", NULL, NULL },
	{ "a\nb", NULL, NULL },
	{ "a\rb", NULL, NULL },
	{ "\t", NULL, NULL },
	{ "\x7f", NULL, NULL },
	{ "\xc2\x80", NULL, NULL }, /* U+0080 */
	{ "\xe2\x80\xa8", NULL, NULL }, /* U+2028 */
	{ "\xe2\x80\xa9", NULL, NULL },
	{ "\xff", NULL, NULL },
	{ "\xc0\xaf", NULL, NULL }, /* "/", overlong */
	{ "\xc0\xae\xc0\xae", NULL, NULL },
	{ "\xed\xa0\x80", NULL, NULL }, /* half a pair */
	{ "a\xc3", NULL, NULL },
	/* clang-format on */
};

/* What may stand in a Maildir and is no folder of ours. */
static const char *const no_folders[] = {
	".",
	"..",
	"...",
	".a.",
	"..a",
	".a..b",
	".\xff",
	".a\nb",
	"a",
	"",
	"./a",
};

static void
test_both(struct account *a, size_t i, const char *dir)
{
	struct span name = tap_exact(both[i].name, strlen(both[i].name));
	struct strbuf out = { 0 }, back = { 0 };
	bool good = name_to_dir(a, name, &out);

	if (dir == NULL) {
		ok(!good && out.len == 0, "refused: \"%s\"", both[i].name);
	} else {
		good = good && strcmp(out.p, dir) == 0;
		ok(good, "\"%s\" is %s", both[i].name, dir);
	}
	ok(folder_name_valid(a, name) == (dir != NULL), "and so says valid");
	if (dir != NULL && name.p != name.end)
		ok(name_from_dir(a, strbuf_span(&out), &back) &&
			span_eq(strbuf_span(&back), name),
		    "and back");
	strbuf_clear(&out);
	strbuf_clear(&back);
}

static void
test_lengths(struct account *a)
{
	struct strbuf name = { 0 }, dir = { 0 };

	for (int i = 0; i < 254; i++)
		strbuf_putc(&name, 'x');
	ok(name_to_dir(a, strbuf_span(&name), &dir) && dir.len == 255,
	    "254 bytes fit");
	strbuf_putc(&name, 'x');
	ok(!name_to_dir(a, strbuf_span(&name), &dir), "255 do not");
	while (name.len < 4096)
		strbuf_putc(&name, 'x');
	ok(!folder_name_valid(a, strbuf_span(&name)), "4096 do not");
	ok(!name_to_dir(a, span_of("a\0b", 3), &dir), "a NUL");
	ok(!name_to_dir(a, span_of("\0", 1), &dir), "only a NUL");
	strbuf_clear(&name);
	strbuf_clear(&dir);
}

static const struct {
	const char *dirs[3];
	const char *name, *dir; /* how the name R&D and the like then stand */
} guesses[] = {
	/* clang-format off */
	{ { "Work", NULL }, "R&D", ".R&D" },
	{ { "na&AO8-ve", NULL }, "R&D", ".R&-D" },
	{ { "na&AO8-ve", "R&D", NULL }, "\xc3\xa9", ".\xc3\xa9" },
	{ { "na&AO8-ve", "\xc3\xa9", NULL }, "R&D", ".R&D" },
	{ { "R&-D", NULL }, "\xc3\xa9", ".&AOk-" },
	{ { "R&D", NULL }, "\xc3\xa9", ".\xc3\xa9" },
	/* clang-format on */
};

static void
test_guess(size_t i)
{
	struct store_conf conf = scratch_conf();
	struct strbuf out = { 0 };
	char path[256];
	struct account *a;

	fs_remove_tree(scratch_fd, "G");
	scratch_maildir("G");
	for (int k = 0; guesses[i].dirs[k] != NULL; k++) {
		snprintf(path, sizeof path, "G/.%s", guesses[i].dirs[k]);
		scratch_maildir(path);
	}
	if (account_open("G", &conf, &a) == -1)
		exit(111);
	(void)name_to_dir(a, span_str(guesses[i].name), &out);
	ok(strcmp(out.p, guesses[i].dir) == 0, "tree %zu: %s", i, out.p);
	strbuf_clear(&out);
	account_close(a);
}

int
main(void)
{
	struct store_conf conf = scratch_conf();
	struct strbuf out = { 0 };
	struct account *a;

	scratch_make();
	scratch_maildir("M");
	conf.encoding = FOLDER_UTF8;
	if (account_open("M", &conf, &a) == -1)
		return 111;
	for (size_t i = 0; i < NELEM(both); i++)
		test_both(a, i, both[i].utf8);
	test_lengths(a);
	for (size_t i = 0; i < NELEM(no_folders); i++)
		ok(!name_from_dir(a, span_str(no_folders[i]), &out) &&
			out.len == 0,
		    "no folder: \"%s\"", no_folders[i]);
	account_close(a);
	conf.encoding = FOLDER_MUTF7;
	if (account_open("M", &conf, &a) == -1)
		return 111;
	for (size_t i = 0; i < NELEM(both); i++)
		test_both(a, i, both[i].mutf7);
	ok(!name_from_dir(a, span_str(".R&D"), &out), "no modified UTF-7");
	account_close(a);
	for (size_t i = 0; i < NELEM(guesses); i++)
		test_guess(i);
	ok(name_is_below(span_str("a.b"), span_str("a")) &&
		!name_is_below(span_str("ab"), span_str("a")) &&
		name_is_below(span_str("a"), span_str("a")),
	    "below");
	return done_testing();
}
