/*
 * mkcharset.c: the tables of charset_table.c, made while the product is built
 * by asking the C library of this machine: mkcharset LIST >charsets.inc
 *
 * A charset is a tree of pages (charset_page.h): a page says what a byte is,
 * or which page tells what follows it.  The library is asked with each byte
 * alone; where it wants more, or holds back what it has (a letter that an
 * accent may follow), with each byte behind that, and so on.  Pages that are
 * the same are written once, whichever charsets have them.
 */
#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/charset_page.h"

enum {
	MAX_SEQUENCE = 4, /* bytes that are one character */
	MAX_PAGES = 1 << 20, /* words in all */
	MAX_EXTRAS = 1 << 17,
	MAX_CHARSETS = 512,
	MAX_NAMES = 2048,
	MAX_WORD = 64,
	MAX_WORDS = 64,
	BUCKETS = 1 << 12,
	PER_LINE = 12,
};

enum answer { WRONG, CUT, GOOD };

/* What the library makes of a sequence. */
struct result {
	enum answer answer;
	bool held; /* it would look at what follows */
	size_t n; /* of cp */
	uint32_t cp[8];
};

/* A page that is being made. */
struct draft {
	uint16_t own;
	uint32_t entry[256]; /* as an extra; or ENTRY_NONE */
};

/* A page that was made, in a chain of those that have the same hash. */
struct kept {
	uint32_t page;
	uint32_t extras; /* how many it has */
	struct kept *next;
};

/* A charset of the list: the words of a line and of those that go on. */
struct entry {
	char word[MAX_WORDS][MAX_WORD];
	size_t n;
};

struct charset {
	char engine[MAX_WORD]; /* who makes it */
	uint32_t root;
	int ascii;
};

struct name {
	char text[MAX_WORD];
	size_t charset;
};

static uint16_t pages[MAX_PAGES];
static uint32_t extras[MAX_EXTRAS];
static uint32_t page_count, extra_count;
static struct kept *buckets[BUCKETS];
static struct charset charsets[MAX_CHARSETS];
static size_t charset_count, missing;
static struct name names[MAX_NAMES];
static size_t name_count;

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "mkcharset: %s: %s\n", what, why);
	exit(1);
}

/* --- the library ---------------------------------------------------------- */

static void
ask(iconv_t cd, const unsigned char *sequence, size_t len, struct result *r)
{
	char from[MAX_SEQUENCE], *in = from;
	unsigned char to[sizeof r->cp], *p = to;
	char *out = (char *)to;
	size_t left = len, room = sizeof to, before;

	memcpy(from, sequence, len);
	*r = (struct result){ .answer = WRONG };
	(void)iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &in, &left, &out, &room) == (size_t)-1) {
		if (errno == EINVAL)
			r->answer = CUT;
		return;
	}
	before = room;
	if (left > 0 || iconv(cd, NULL, NULL, &out, &room) == (size_t)-1)
		return;
	r->held = room < before;
	for (; p < (unsigned char *)out; p += 4)
		r->cp[r->n++] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
				(uint32_t)p[2] << 8 | p[3];
	r->answer = r->n > 0 ? GOOD : WRONG;
}

/* As an entry; ENTRY_NONE also for what has no room in one. */
static uint32_t
entry_of(const struct result *r)
{
	if (r->answer != GOOD || r->n > 2)
		return ENTRY_NONE;
	if (r->n == 1)
		return r->cp[0];
	if (r->cp[0] > 0x7fff || r->cp[1] > 0xffff)
		return ENTRY_NONE;
	return ENTRY_PAIR | r->cp[0] << 16 | r->cp[1];
}

/* Whether r is a and then b, which a table need not know. */
static bool
is_both(const struct result *r, const struct result *a, const struct result *b)
{
	return r->n == a->n + b->n &&
	       memcmp(r->cp, a->cp, a->n * sizeof *r->cp) == 0 &&
	       memcmp(r->cp + a->n, b->cp, b->n * sizeof *r->cp) == 0;
}

/* --- pages ---------------------------------------------------------------- */

static bool
fits_word(uint32_t entry)
{
	return entry < PAGE_NONE && (entry & PAGE_EXTRA_MASK) != PAGE_EXTRA;
}

/* All but the place of the extras. */
static bool
is_same(const struct kept *k, const uint16_t *page, size_t len,
    const uint32_t *more)
{
	const uint16_t *p = pages + k->page;

	return p[0] == page[0] && p[1] == page[1] &&
	       memcmp(p + PAGE_HEAD, page + PAGE_HEAD,
		   (len - PAGE_HEAD) * sizeof *p) == 0 &&
	       memcmp(extras + page_extras(p), more,
		   k->extras * sizeof *more) == 0;
}

/* Where the page is, which is new or not. */
static uint32_t
keep_page(const uint16_t *page, size_t len, const uint32_t *more, size_t n)
{
	uint32_t hash = 5381;
	struct kept *k, **bucket;

	for (size_t i = 0; i < len; i++)
		hash = hash * 33 + page[i];
	bucket = &buckets[(hash ^ hash >> 16) % BUCKETS];
	for (k = *bucket; k != NULL; k = k->next)
		if (k->extras == n && is_same(k, page, len, more))
			return k->page;
	k = malloc(sizeof *k);
	if (k == NULL || len > MAX_PAGES - page_count ||
	    n > MAX_EXTRAS - extra_count)
		die("tables", "there is no room for so many");
	*k = (struct kept){ page_count, (uint32_t)n, *bucket };
	*bucket = k;
	memcpy(pages + page_count, page, len * sizeof *page);
	pages[page_count + 2] = (uint16_t)(extra_count & 0xffff);
	pages[page_count + 3] = (uint16_t)(extra_count >> 16);
	memcpy(extras + extra_count, more, n * sizeof *more);
	page_count += (uint32_t)len;
	extra_count += (uint32_t)n;
	return k->page;
}

static uint32_t
put_page(const struct draft *d)
{
	uint16_t page[PAGE_HEAD + 256] = { 0 };
	uint32_t more[256];
	size_t lo = 0, hi = 255, n = 0, len = PAGE_HEAD;

	while (lo < 255 && d->entry[lo] == ENTRY_NONE)
		lo++;
	while (hi > lo && d->entry[hi] == ENTRY_NONE)
		hi--;
	page[0] = (uint16_t)(lo | (hi - lo) << 8);
	page[1] = d->own;
	for (size_t i = lo; i <= hi; i++) {
		uint32_t e = d->entry[i];

		if (e == ENTRY_NONE) {
			e = PAGE_NONE;
		} else if (!fits_word(e)) {
			more[n] = e;
			e = PAGE_EXTRA | (uint32_t)n++;
		}
		page[len++] = (uint16_t)e;
	}
	return keep_page(page, len, more, n);
}

/* GB18030 above plane 0 is reckoned (charset_table.c), not looked up. */
static bool
is_reckoned(const char *charset, const unsigned char *sequence, size_t len)
{
	return strcmp(charset, "gb18030") == 0 && len == 2 &&
	       sequence[0] > 0x84 && sequence[1] <= '9';
}

struct source {
	const char *name;
	iconv_t cd;
	unsigned char sequence[MAX_SEQUENCE];
};

/*
 * A page for what follows the first len bytes of the sequence, which are own
 * if they may end there.  False if nothing can follow.
 */
static bool
make_page(
    struct source *s, size_t len, const struct result *own, uint32_t *page)
{
	struct draft d = { own ? (uint16_t)entry_of(own) : PAGE_NONE, { 0 } };
	struct result r, alone;
	bool any = false;
	uint32_t under;

	for (unsigned c = 0; c < 256; c++) {
		uint32_t e;

		d.entry[c] = ENTRY_NONE;
		s->sequence[len] = (unsigned char)c;
		ask(s->cd, s->sequence, len + 1, &r);
		if (own != NULL) {
			ask(s->cd, s->sequence + len, 1, &alone);
			if (r.answer != GOOD || is_both(&r, own, &alone))
				continue;
		}
		e = entry_of(&r);
		if ((r.answer == CUT || (r.held && fits_word(e))) &&
		    len + 1 < MAX_SEQUENCE &&
		    !is_reckoned(s->name, s->sequence, len + 1) &&
		    make_page(s, len + 1, r.held ? &r : NULL, &under))
			e = ENTRY_PAGE | under;
		d.entry[c] = e;
		any = any || e != ENTRY_NONE;
	}
	if (any)
		*page = put_page(&d);
	return any;
}

/* How far bytes below 0x80 can be copied: see charset_table.h. */
static int
ascii_of(const uint16_t *page)
{
	bool loose = false;

	for (unsigned c = 0; c < 0x80; c++) {
		unsigned lo = page[0] & 0xff, entry;
		const uint16_t *under;

		if (c < lo || c - lo > page[0] >> 8)
			return 0;
		entry = page[PAGE_HEAD + c - lo];
		if (entry == c)
			continue;
		if ((entry & PAGE_EXTRA_MASK) != PAGE_EXTRA)
			return 0;
		under =
		    pages + (extras[page_extras(page) + (entry ^ PAGE_EXTRA)] ^
				ENTRY_PAGE);
		if (under[1] != c || (under[0] & 0xff) < 0x80)
			return 0;
		loose = true;
	}
	return loose ? 1 : 2;
}

/* --- the list ------------------------------------------------------------- */

/* NAME, for an identifier. */
static void
put_identifier(const char *name, char *to)
{
	for (; *name != '\0'; name++) {
		char c = *name;

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		*to++ = (char)(c == '-' || c == '.' || c == ':' ? '_' : c);
	}
	*to = '\0';
}

static void
add_name(const char *name)
{
	struct name *n = &names[name_count++];

	if (name_count == MAX_NAMES)
		die(name, "one name too many");
	memcpy(n->text, name, strlen(name) + 1);
	n->charset = charset_count;
}

/* The charset that the library knows by one of these names. */
static bool
make_table(const struct entry *e, uint32_t *root)
{
	struct source s = { e->word[0], (iconv_t)-1, { 0 } };
	bool made;

	for (size_t i = 0; i < e->n && s.cd == (iconv_t)-1; i++)
		s.cd = iconv_open("UTF-32BE", e->word[i]);
	if (s.cd == (iconv_t)-1)
		return false;
	made = make_page(&s, 0, NULL, root);
	(void)iconv_close(s.cd); /* frees memory only */
	return made;
}

static void
add_charset(struct entry *e)
{
	struct charset *c = &charsets[charset_count];
	char id[MAX_WORD], *first = e->word[0];
	bool is_code = *first == '=', is_known = true;

	if (charset_count == MAX_CHARSETS)
		die(first, "one charset too many");
	if (is_code)
		memmove(first, first + 1, strlen(first));
	put_identifier(first, id);
	memcpy(c->engine, "TABLE", 6);
	if (is_code) {
		memcpy(c->engine, id, sizeof id);
	} else if (make_table(e, &c->root)) {
		c->ascii = ascii_of(pages + c->root);
		printf("#define ROOT_%s %uu\n", id, (unsigned)c->root);
	} else {
		missing++;
		printf("#define ROOT_%s 0u\n", id);
		is_known = false;
	}
	for (size_t i = 0; i < e->n && is_known; i++)
		add_name(e->word[i]);
	charset_count += is_known;
}

static void
read_list(FILE *list)
{
	static struct entry e;
	char line[256];

	while (fgets(line, sizeof line, list) != NULL) {
		if (strchr(line, '\n') == NULL)
			die(line, "too long a line");
		if (*line != '\t' && e.n > 0) {
			add_charset(&e);
			e.n = 0;
		}
		for (char *p = line; *line != '#' && *p != '\n';) {
			size_t len = strcspn(p, " \t\n");

			if (len >= MAX_WORD || e.n == MAX_WORDS)
				die(line, "too much in an entry");
			memcpy(e.word[e.n], p, len);
			e.word[e.n][len] = '\0';
			e.n += len > 0;
			p += len + (p[len] != '\n');
		}
	}
	if (e.n > 0)
		add_charset(&e);
}

/* --- what is written ------------------------------------------------------ */

/*
 * Apart from other constants: what lies around a page that is looked at is
 * mapped with it, and would count as the memory of every session.
 */
static void
begin_array(const char *what)
{
	printf("static const %s\n"
	       "    __attribute__((section(\".rodata_charset\"))) =",
	    what);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(
	    ((const struct name *)a)->text, ((const struct name *)b)->text);
}

static void
put_names(void)
{
	size_t at = 0;

	qsort(names, name_count, sizeof *names, by_text);
	begin_array("char name_texts[]");
	for (size_t i = 0; i < name_count; i++)
		printf("\n\"%s\\0\"", names[i].text);
	printf(";\n");
	begin_array("struct charset_name names[]");
	printf(" {\n");
	for (size_t i = 0; i < name_count; i++) {
		if (i > 0 && strcmp(names[i].text, names[i - 1].text) == 0)
			die(names[i].text, "two charsets of this name");
		if (at > UINT16_MAX)
			die(names[i].text, "names too long in all");
		printf("{ %zu, %zu },\n", at, names[i].charset);
		at += strlen(names[i].text) + 1;
	}
	printf("};\n");
}

static void
put_tables(void)
{
	begin_array("uint16_t pages[]");
	printf(" {");
	for (uint32_t i = 0; i < page_count; i++)
		printf("%s%u,", i % PER_LINE == 0 ? "\n" : " ", pages[i]);
	printf("\n};\n");
	begin_array("uint32_t extras[]");
	printf(" {");
	for (uint32_t i = 0; i < extra_count; i++)
		printf("%s%uu,", i % PER_LINE == 0 ? "\n" : " ",
		    (unsigned)extras[i]);
	printf("\n};\n");
	begin_array("struct charset_row rows[]");
	printf(" {\n");
	for (size_t i = 0; i < charset_count; i++)
		printf("{ ENGINE_%s, %d, %u },\n", charsets[i].engine,
		    charsets[i].ascii, (unsigned)charsets[i].root);
	printf("};\n");
}

int
main(int argc, char **argv)
{
	static struct draft nothing = { .own = PAGE_NONE };
	FILE *list;

	if (argc != 2)
		die("usage", "mkcharset LIST");
	list = fopen(argv[1], "r");
	if (list == NULL)
		die(argv[1], strerror(errno));
	printf("/* written by mkcharset */\n");
	memset(nothing.entry, 0xff, sizeof nothing.entry);
	(void)put_page(&nothing); /* at 0, for tables that are not there */
	read_list(list);
	printf("#ifdef CHARSET_TABLES\n");
	put_names();
	put_tables();
	printf("#endif\n");
	if (missing > 0)
		fprintf(stderr, "mkcharset: %zu charsets are unknown here\n",
		    missing);
	if (ferror(list) || fflush(stdout) != 0)
		die("list or tables", "read or write error");
	return 0;
}
