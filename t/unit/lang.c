/* lang.c: ranges, files that are good and files that are not. */
#include "text/lang.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/nelem.h"
#include "sys/fs.h"
#include "tap.h"

static char dir[] = "/tmp/satchel-lang-XXXXXX";

static const struct {
	const char *name;
	const char *text;
} files[] = {
	/* clang-format off */
	{ "de", "# a comment\nEnglish\tDeutsch\nHello\tGr\303\274\303\237 dich\n"
		"Empty\t\nCR\ta\rb\nESC\ta\033b\nTwo\ta\tb\nNo end\tOhne Ende" },
	{ "de-CH", "English\tSchwiizert\303\274\303\274tsch\n" },
	{ "fr", "English\tFran\347ais\n" }, /* not UTF-8 */
	{ "..x", "English\tdots\n" },
	{ "x.bak", "English\tbackup\n" },
	{ "sv", "" },
	/* clang-format on */
};

static const struct {
	const char *range;
	const char *tag; /* NULL: none */
} ranges[] = {
	/* clang-format off */
	{ "en", "en" }, { "EN", "en" }, { "i-default", "i-default" },
	{ "i", "i-default" }, { "de", "de" }, { "DE", "de" },
	{ "de-ch", "de-CH" }, { "de-AT", NULL }, { "d", NULL }, { "", NULL },
	{ "fr", NULL }, { "sv", "sv" }, { "..x", NULL }, { "x", NULL },
	{ "../de", NULL }, { "*", "en" },
	/* clang-format on */
};

static bool
says(const struct lang *l, const char *english, const char *want)
{
	return span_is(lang_text(l, english), want);
}

static void
write_files(void)
{
	int d;

	if (mkdtemp(dir) == NULL || (d = fs_open_dir(AT_FDCWD, dir)) == -1)
		exit(111);
	for (size_t i = 0; i < NELEM(files); i++) {
		int fd = fs_create(d, files[i].name, 0600);

		if (fd == -1 || fs_write(fd, span_str(files[i].text)) == -1)
			exit(111);
		fs_close(fd);
	}
	if (mkdirat(d, "it", 0700) == -1)
		exit(111);
	fs_close(d);
	setenv("SATCHEL_LANG_DIR", dir, 1);
}

static void
test_text(void)
{
	struct lang l;

	lang_init(&l);
	ok(says(&l, "Hello", "Hello"), "English");
	(void)lang_choose(&l, span_str("de"));
	ok(says(&l, "Hello", "Gr\303\274\303\237 dich"), "German");
	ok(says(&l, "hello", "hello"), "not in the file");
	ok(says(&l, "Empty", "Empty"), "an empty one");
	ok(says(&l, "CR", "CR") && says(&l, "ESC", "ESC") &&
		says(&l, "Two", "Two"),
	    "control characters");
	ok(says(&l, "No end", "Ohne Ende"), "a last line without an end");
	ok(!lang_choose(&l, span_str("fr")) && says(&l, "English", "Deutsch"),
	    "none such: as it was");
	ok(lang_choose(&l, span_str("en")) && says(&l, "Hello", "Hello"),
	    "and back");
}

static void
test_list(void)
{
	struct strbuf out = { 0 };

	lang_list(&out);
	ok(span_is(strbuf_span(&out),
	       "en English\r\ni-default Default language\r\nde Deutsch\r\n"
	       "de-CH Schwiizert\303\274\303\274tsch\r\nsv English\r\n"),
	    "the list");
	strbuf_reset(&out);
	setenv("SATCHEL_LANG_DIR", "/nonexistent", 1);
	lang_list(&out);
	ok(span_is(strbuf_span(&out),
	       "en English\r\ni-default Default language\r\n"),
	    "without a directory");
	strbuf_clear(&out);
}

int
main(void)
{
	struct lang l;

	write_files();
	for (size_t i = 0; i < NELEM(ranges); i++) {
		const char *r = ranges[i].range, *tag = ranges[i].tag;
		bool found;

		lang_init(&l);
		found = lang_choose(&l, tap_exact(r, strlen(r)));
		ok(found == (tag != NULL) &&
			strcmp(l.tag, tag == NULL ? "en" : tag) == 0,
		    "range \"%s\"", r);
	}
	setenv("SATCHEL_LANG", "de", 1);
	ok(lang_choose(&l, span_str("*")) && strcmp(l.tag, "de") == 0,
	    "the administrator's");
	setenv("SATCHEL_LANG", "tlh", 1);
	ok(lang_choose(&l, span_str("*")) && strcmp(l.tag, "en") == 0,
	    "one that is not there");
	test_text();
	test_list();
	(void)fs_remove_tree(AT_FDCWD, dir);
	return done_testing();
}
