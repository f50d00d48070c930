/* structure.c: parts found, their sizes, and messages made to hurt. */
#include "msg/structure.h"

#include <string.h>
#include <time.h>

#include "base/nelem.h"
#include "base/strbuf.h"
#include "memfile.h"
#include "msg/header.h"
#include "msg/stream.h"
#include "tap.h"

#define MIX    "Content-Type: multipart/mixed; boundary=b\n"
#define RFC822 "Content-Type: message/rfc822\n"

/* type/subtype[header octets,body octets,lines]{children} */
static const struct {
	const char *name;
	const char *in;
	const char *out;
} cases[] = {
	/* clang-format off */
	{ "empty file", "", "text/plain[0,0,0]" },
	{ "header only", "Subject: a\n", "text/plain[12,0,0]" },
	{ "header without line end", "Subject: a", "text/plain[10,0,0]" },
	{ "body only", "\nfoo\nbar\n", "text/plain[2,10,2]" },
	{ "junk only", "foo bar\nbaz\n", "text/plain[14,0,0]" },
	{ "mbox line", "From a Thu 00:00\nContent-Type: text/html\n\nx\n",
	  "text/html[45,3,1]" },
	{ "no final line end", "S: x\n\na\nb", "text/plain[8,4,2]" },
	{ "CRLF", "S: x\r\n\r\na\r\nb\r\n", "text/plain[8,6,2]" },
	{ "mixed line ends", "S: x\r\n\na\nb\r\nc\r", "text/plain[8,8,3]" },
	{ "lone CRs", "S: x\ry\n\na\rb\r\r\n", "text/plain[10,6,1]" },
	{ "NULs", "S: \0y\n\na\0b\n", "text/plain[0,0,0]" },
	{ "blank line of a space", "S: x\n \nTo: a\n\nb\n",
	  "text/plain[18,3,1]" },
	{ "no type",  "Content-Type: text\n\nx\n", "text/plain[22,3,1]" },
	{ "two parts", MIX "\npre\n--b\n\nfoo\n--b\n\nbar\nbaz\n\n--b--\nepi\n",
	  "multipart/mixed[45,48,11]{text/plain[2,3,0] text/plain[2,10,2]}" },
	{ "two parts, CRLF", "Content-Type: multipart/mixed; boundary=b\r\n"
	  "\r\n--b\r\n\r\nfoo\r\n--b\r\n\r\nbar\r\n--b--\r\n",
	  "multipart/mixed[45,31,7]{text/plain[2,3,0] text/plain[2,3,0]}" },
	{ "not closed", MIX "\n--b\n\nfoo\n--b\n\nbar\n\n",
	  "multipart/mixed[45,26,7]{text/plain[2,3,0] text/plain[2,7,2]}" },
	{ "no part", MIX "\nfoo\n",
	  "multipart/mixed[45,5,1]{text/plain[0,0,0]}" },
	{ "only the end", MIX "\n--b--\n",
	  "multipart/mixed[45,7,1]{text/plain[0,0,0]}" },
	{ "no boundary", "Content-Type: multipart/mixed\n\n--b\n\nx\n",
	  "multipart/mixed[33,10,3]{text/plain[0,0,0]}" },
	{ "empty boundary",
	  "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nx\n",
	  "multipart/mixed[46,9,3]{text/plain[0,0,0]}" },
	{ "header only", MIX, "multipart/mixed[43,0,0]{text/plain[0,0,0]}" },
	{ "ends in a boundary", MIX "\n--b",
	  "multipart/mixed[45,3,1]{text/plain[0,0,0]}" },
	{ "ends after a boundary", MIX "\n--b\n",
	  "multipart/mixed[45,5,1]{text/plain[0,0,0]}" },
	{ "ends in a part's header", MIX "\n--b\nContent-Type: text/html\n",
	  "multipart/mixed[45,30,2]{text/html[25,0,0]}" },
	{ "boundary in a header", MIX "\n--b\nContent-Type: text/html\n--b\n\n"
	  "x\n--b--\n",
	  "multipart/mixed[45,47,6]{text/html[23,0,0] text/plain[2,1,0]}" },
	{ "boundaries in a row", MIX "\n--b\n\n--b\n--b\n\n\n--b--\n",
	  "multipart/mixed[45,28,7]"
	  "{text/plain[0,0,0] text/plain[0,0,0] text/plain[2,0,0]}" },
	{ "padding", MIX "\n--b \t\n\nfoo\n--b-- \n",
	  "multipart/mixed[45,22,4]{text/plain[2,3,0]}" },
	{ "a boundary is a whole line", MIX "\n--bx\n\n--b\n\nx\n--b--x\n--b--\n",
	  "multipart/mixed[45,33,7]{text/plain[2,9,1]}" },
	{ "a blank in the parameter",
	  "Content-Type: multipart/mixed; boundary=\"b \"\n\n--b\n\nx\n--b --\n",
	  "multipart/mixed[48,18,4]{text/plain[2,1,0]}" },
	{ "one without quotes",
	  "Content-Type: multipart/mixed; boundary=--=_a/b:c?\n\n"
	  "----=_a/b:c?\n\nx\n",
	  "multipart/mixed[54,19,3]{text/plain[2,3,1]}" },
	{ "inner one not closed", MIX "\n--b\n"
	  "Content-Type: multipart/alternative; boundary=c\n\n--c\n\nfoo\n--b\n"
	  "\nbar\n--b--\n",
	  "multipart/mixed[45,87,10]{"
	  "multipart/alternative[51,10,2]{text/plain[2,3,0]} text/plain[2,3,0]}" },
	{ "both the same", MIX "\n--b\n" MIX "\n--b\n\nfoo\n--b--\n\n--b\n\nbar\n"
	  "--b--\n",
	  "multipart/mixed[45,90,12]{"
	  "multipart/mixed[45,19,4]{text/plain[2,3,0]} text/plain[2,3,0]}" },
	{ "inner one begins like the outer", MIX "\n--b\n"
	  "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n\nx\n--bb--\n--b--\n",
	  "multipart/mixed[45,77,8]{"
	  "multipart/mixed[46,17,3]{text/plain[2,1,0]}}" },
	{ "a boundary that ends as one does",
	  "Content-Type: multipart/mixed; boundary=b--\n\n--b--\n\nx\n--b----\n",
	  "multipart/mixed[47,21,4]{text/plain[2,1,0]}" },
	{ "after the end", MIX "\n--b\n\nx\n--b--\n--b\n\ny\n",
	  "multipart/mixed[45,27,7]{text/plain[2,1,0]}" },
	{ "digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\n"
	  "Subject: in\n\nfoo\n--b\nContent-Type: text/plain\n\nbar\n--b--\n",
	  "multipart/digest[46,72,10]{"
	  "message/rfc822[2,18,2]{text/plain[15,3,0]} text/plain[28,3,0]}" },
	{ "message", RFC822 "\nSubject: in\n\nfoo\n",
	  "message/rfc822[32,20,3]{text/plain[15,5,1]}" },
	{ "message/global", "Content-Type: message/global\n\nS: in\n\nfoo\n",
	  "message/global[32,14,3]{text/plain[9,5,1]}" },
	{ "message/partial", "Content-Type: message/partial\n\nS: in\n\nfoo\n",
	  "message/partial[33,14,3]" },
	{ "encoded message",
	  RFC822 "Content-Transfer-Encoding: base64\n\nUzogaW4K\n",
	  "message/rfc822[67,10,1]{text/plain[10,0,0]}" },
	{ "empty message", RFC822 "\n",
	  "message/rfc822[32,0,0]{text/plain[0,0,0]}" },
	{ "multipart in a message", RFC822 "\n" MIX "\n--b\n\nfoo\n--b--\n",
	  "message/rfc822[32,64,6]{"
	  "multipart/mixed[45,19,4]{text/plain[2,3,0]}}" },
	{ "boundary in the header of a message", MIX "\n--b\n" RFC822
	  "\nSubject: x\n--b--\n",
	  "multipart/mixed[45,56,5]{message/rfc822[32,10,0]{text/plain[10,0,0]}}" },
	{ "boundary instead of a message", MIX "\n--b\n" RFC822 "\n--b--\n",
	  "multipart/mixed[45,44,4]{message/rfc822[30,0,0]{text/plain[0,0,0]}}" },
	{ "encoded multipart",
	  MIX "Content-Transfer-Encoding: base64\n\n--b\n\nfoo\n--b--\n",
	  "multipart/mixed[80,19,4]{text/plain[2,3,0]}" },
	{ "boundary of RFC 2231",
	  "Content-Type: multipart/mixed; boundary*1=d; boundary*0=c\n\n"
	  "--cd\n\nx\n--cd--\n",
	  "multipart/mixed[61,19,4]{text/plain[2,1,0]}" },
	{ "first of two types", "Content-Type: text/html\nContent-Type: a/b\n\n",
	  "text/html[46,0,0]" },
	/* clang-format on */
};

static void
render(struct strbuf *b, const struct part *p)
{
	strbuf_cat(b, p->type);
	strbuf_putc(b, '/');
	strbuf_cat(b, p->subtype);
	strbuf_putc(b, '[');
	strbuf_num(b, p->header_octets);
	strbuf_putc(b, ',');
	strbuf_num(b, p->body_octets);
	strbuf_putc(b, ',');
	strbuf_num(b, p->body_lines);
	strbuf_putc(b, ']');
	if (p->child == NULL)
		return;
	strbuf_putc(b, '{');
	for (const struct part *c = p->child; c != NULL; c = c->next) {
		render(b, c);
		strbuf_puts(b, c->next != NULL ? " " : "}");
	}
}

/* What holds for every structure. */
static bool
is_sound(int fd, const struct part *p, size_t depth)
{
	uint32_t n = 0;

	if (p->header < 0 || p->body < p->header || p->end < p->body ||
	    p->type.p == NULL || p->subtype.p == NULL ||
	    p->encoding.p == NULL || depth > 2 * STRUCTURE_DEPTH + 1 ||
	    (p->kind == PART_LEAF) != (p->child == NULL) ||
	    (p->kind == PART_MESSAGE && p->nchildren != 1))
		return false;
	if ((uint64_t)stream_crlf_len(fd, p->header, p->body) !=
		p->header_octets ||
	    (uint64_t)stream_crlf_len(fd, p->body, p->end) != p->body_octets)
		return false;
	for (const struct part *c = p->child; c != NULL; c = c->next, n++)
		if (c->parent != p || !is_sound(fd, c, depth + 1) ||
		    c->header < p->body || c->end > p->end ||
		    (c->envelope != NULL) != (p->kind == PART_MESSAGE))
			return false;
	return n == p->nchildren;
}

/* How long the last one took, in seconds. */
static double took;

enum { IN_MEMORY = 64 * 1024 };

/* Out of a file, and if it is small out of memory. */
static struct part *
read_bytes(struct arena *a, struct span in, bool *sound)
{
	int fd = memfile(in.p, span_len(in));
	struct part *root = NULL;
	clock_t start = clock();

	*sound = structure_read(a, fd, &root) == 0;
	took = (double)(clock() - start) / CLOCKS_PER_SEC;
	*sound = *sound && is_sound(fd, root, 0);
	if (span_len(in) > 0 && span_len(in) < IN_MEMORY) {
		struct structure_lines mem = { .mem = tap_exact(
						   in.p, span_len(in)) };

		*sound = *sound &&
			 structure_read_lines(a, -1, &mem, &root) == 0 &&
			 is_sound(fd, root, 0);
	}
	close(fd);
	return root;
}

static void
test_cases(void)
{
	struct strbuf b = { 0 };
	struct arena a = { 0 };
	bool sound;

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct part *root =
		    read_bytes(&a, span_str(cases[i].in), &sound);

		strbuf_reset(&b);
		render(&b, root);
		if (strcmp(cases[i].name, "NULs") == 0)
			sound = sound && root->kind == PART_LEAF;
		else
			sound = sound && strcmp(b.p, cases[i].out) == 0;
		if (!ok(sound, "%s", cases[i].name))
			printf("# %s\n# %s\n", b.p, cases[i].out);
		arena_reset(&a);
	}
	strbuf_clear(&b);
	arena_clear(&a);
}

/* Cut at each length, and with CRLF: sound, and never shorter. */
static void
test_cuts(void)
{
	struct arena a = { 0 };
	bool good = true, sound;

	for (size_t i = 0; i < NELEM(cases); i++)
		for (size_t n = 0; n < strlen(cases[i].in); n++) {
			(void)read_bytes(&a, span_of(cases[i].in, n), &sound);
			good = good && sound;
			arena_reset(&a);
		}
	ok(good, "all of them cut at each length");
	arena_clear(&a);
}

/* A boundary on each side of, and across, the end of a block. */
static void
test_blocks(void)
{
	static const char head[] = MIX "\n--b\n\n", tail[] =
							"\r\n--b \r\n\r\nx\n"
							"--b--\n";
	enum { BLOCK = 64 * 1024, AROUND = 600 };
	static char big[2 * BLOCK];
	struct arena a = { 0 };
	bool good = true, sound;

	for (size_t i = 0; i < AROUND; i++) {
		size_t fill = BLOCK - sizeof head - AROUND / 2 + i;
		struct part *root, *p;

		memcpy(big, head, sizeof head - 1);
		memset(big + sizeof head - 1, 'y', fill);
		memcpy(big + sizeof head - 1 + fill, tail, sizeof tail);
		root = read_bytes(&a,
		    span_of(big, sizeof head + fill + sizeof tail - 2), &sound);
		p = root->child;
		good = good && sound && root->nchildren == 2 &&
		       p->body_octets == fill && p->body_lines == 0 &&
		       p->next->body_octets == 1;
		arena_reset(&a);
	}
	ok(good, "boundaries at the ends of blocks");
	arena_clear(&a);
}

#define EVERY                                                                  \
	"Content-Type: Text/X-Y; Charset=utf-8\nContent-ID: <i@d> (c)\n"       \
	"Content-Transfer-Encoding: BASE64 (c)\nContent-Description: a\n b\n"  \
	"Content-Disposition: attachment; filename=\"a \\\"b\"\n"              \
	"Content-MD5:\nContent-Language: en, de\nContent-Location : u\n"       \
	"Date: d\nSubject: one\nSubject: two\nFrom: a\nTo: b\nto: c,\n d\n"    \
	"Cc:\nMessage-ID:\n <x>\nIn-Reply-To: r\n\n"

static void
test_fields(void)
{
	struct arena a = { 0 };
	bool sound;
	struct part *p = read_bytes(&a, span_str(EVERY), &sound);
	struct span *e = p->envelope->field;

	ok(sound && span_is(p->type, "Text") && span_is(p->subtype, "X-Y") &&
		span_is(mime_param(&p->params, "charset"), "utf-8"),
	    "type as written");
	ok(span_is(p->encoding, "BASE64") && p->encoded, "encoding");
	ok(span_is(p->id, "<i@d> (c)") && span_is(p->description, "a b") &&
		span_is(p->location, "u") && span_is(p->language, "en, de"),
	    "fields, unfolded");
	ok(p->md5.p != NULL && span_len(p->md5) == 0, "an empty field is one");
	ok(span_is(p->disposition, "attachment") &&
		span_is(
		    mime_param(&p->disposition_params, "filename"), "a \"b"),
	    "disposition");
	ok(span_is(e[ENV_DATE], "d") && span_is(e[ENV_SUBJECT], "two") &&
		span_is(e[ENV_MESSAGE_ID], "<x>") &&
		span_is(e[ENV_IN_REPLY_TO], "r"),
	    "envelope");
	ok(span_is(e[ENV_TO], "b, c, d") && span_len(e[ENV_CC]) == 0 &&
		e[ENV_CC].p != NULL && e[ENV_BCC].p == NULL,
	    "lists of addresses are joined");
	arena_clear(&a);
}

/* A list of addresses that is as long as may be, and goes on in more fields. */
static void
test_long_list(void)
{
	enum { MORE = 5000 };
	bool good = true, sound;

	for (size_t len = HEADER_VALUE_MAX - 4; len <= HEADER_VALUE_MAX;
	     len++) {
		struct arena a = { 0 };
		struct strbuf b = { 0 };
		struct span to;

		strbuf_puts(&b, "To:");
		memset(strbuf_room(&b, len), 'a', len);
		b.len += len;
		for (size_t i = 0; i < MORE; i++)
			strbuf_puts(&b, "\nTo: b");
		strbuf_puts(&b, "\n\n");
		to = read_bytes(&a, strbuf_span(&b), &sound)
			 ->envelope->field[ENV_TO];
		good = good && sound && span_len(to) == HEADER_VALUE_MAX;
		strbuf_clear(&b);
		arena_clear(&a);
	}
	ok(good, "a list has no more than a value may have");
}

static void
test_header_only(void)
{
	struct span in = span_str(RFC822 "Subject: x\n\nSubject: y\n\nz\n");
	int fd = memfile(in.p, span_len(in));
	struct arena a = { 0 };
	struct structure_lines none = { .size = INT64_MAX };
	struct part *p = NULL;

	ok(structure_read_header_lines(&a, fd, &none, &p) == 0 &&
		p->child == NULL && p->kind == PART_MESSAGE &&
		p->header_octets == 44 && p->body == 41 &&
		span_is(p->envelope->field[ENV_SUBJECT], "x"),
	    "the header alone");
	close(fd);
	ok(structure_read(&a, -1, &p) == -1 &&
		structure_read_header_lines(&a, -1, &none, &p) == -1,
	    "a file that cannot be read");
	arena_clear(&a);
}

static const struct {
	uint32_t path[4];
	size_t n;
	const char *found; /* subtype, "" for none */
} paths[] = {
	/* clang-format off */
	{ { 0 }, 0, "mixed" },
	{ { 1 }, 1, "html" },
	{ { 0 }, 1, "" },
	{ { 1, 1 }, 2, "" }, /* no part of a part that has none */
	{ { 2 }, 1, "rfc822" },
	{ { 2, 1 }, 2, "css" },
	{ { 2, 1, 1 }, 3, "" },
	{ { 2, 2 }, 2, "" },
	{ { 3 }, 1, "rfc822" },
	{ { 3, 1 }, 2, "xml" },
	{ { 3, 2 }, 2, "csv" },
	{ { 3, 3 }, 2, "" },
	{ { 4 }, 1, "" },
	{ { UINT32_MAX }, 1, "" },
	/* clang-format on */
};

static void
test_find(void)
{
	static const char in[] =
	    MIX "\n--b\nContent-Type: text/html\n\nx\n--b\n" RFC822
		"\nContent-Type: text/css\n\nx\n--b\n" RFC822
		"\nContent-Type: multipart/digest; boundary=c\n\n"
		"--c\nContent-Type: text/xml\n\nx\n"
		"--c\nContent-Type: text/csv\n\nx\n--c--\n--b--\n";
	struct arena a = { 0 };
	const struct part *root, *p;
	bool sound;

	root = read_bytes(&a, span_str(in), &sound);
	for (size_t i = 0; i < NELEM(paths); i++) {
		p = structure_find(root, paths[i].path, paths[i].n);
		ok(p == NULL ? paths[i].found[0] == '\0'
			     : span_is(p->subtype, paths[i].found),
		    "path %zu: %s", i, paths[i].found);
	}
	root = read_bytes(&a, span_str("S: x\n\ny"), &sound);
	ok(structure_find(root, (uint32_t[]){ 1 }, 1) == root &&
		structure_find(root, (uint32_t[]){ 2 }, 1) == NULL &&
		structure_find(root, (uint32_t[]){ 1, 1 }, 2) == NULL,
	    "a message that is no multipart is its part 1");
	arena_clear(&a);
}

static size_t
count_parts(const struct part *p)
{
	size_t n = 1;

	for (const struct part *c = p->child; c != NULL; c = c->next)
		n += count_parts(c);
	return n;
}

/* n times s, then tail; the text "#" in s is the number of the turn. */
static void
monster(const char *name, const char *s, unsigned n, size_t parts)
{
	struct strbuf b = { 0 };
	struct arena a = { 0 };
	struct part *root;
	bool sound;

	for (unsigned i = 0; i < n; i++)
		for (const char *p = s; *p; p++)
			if (*p == '#')
				strbuf_num(&b, i);
			else
				strbuf_putc(&b, *p);
	root = read_bytes(&a, strbuf_span(&b), &sound);
	ok(sound && took < 5 && count_parts(root) == parts,
	    "%s: %zu parts, %.3f s", name, count_parts(root), took);
	strbuf_clear(&b);
	arena_clear(&a);
}

/* What has hurt other servers (CVE-2020-12100, CVE-2024-23185 and others). */
static void
test_monsters(void)
{
	monster("nested multiparts",
	    "Content-Type: multipart/mixed; boundary=b#\n\n--b#\n", 100000,
	    STRUCTURE_DEPTH + 1);
	monster("nested multiparts with one boundary",
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n", 100000,
	    STRUCTURE_PARTS);
	monster("nested messages", RFC822 "\n", 10000, STRUCTURE_DEPTH + 1);
	monster("a million fields", "X-#: y\n", 1000000, 1);
	monster("a million lists", "To: a#@b\n", 1000000, 1);
	monster("a million types", "Content-Type: text\n", 1000000, 1);
	monster("a million parameters",
	    "Content-Type: a/b; a*#*=x; a*0=y;\n name*#=\"x\";\n", 300000, 1);
	monster("a million lines of dashes", "--#\n\n", 1000000, 1);
}

static void
test_side_by_side(void)
{
	struct strbuf b = { 0 };
	struct arena a = { 0 };
	struct part *root;
	bool sound;

	strbuf_puts(&b, MIX "\n");
	for (unsigned i = 0; i < 100000; i++)
		strbuf_puts(&b, "--b\nContent-Type: text/html\n\nx\n");
	root = read_bytes(&a, strbuf_span(&b), &sound);
	ok(sound && root->nchildren == STRUCTURE_PARTS - 1,
	    "100000 parts side by side: %u", root->nchildren);
	arena_clear(&a);
	strbuf_clear(&b);
}

/* DEPTH open boundaries and a million lines that could be any of them. */
static void
test_dashes(void)
{
	struct strbuf b = { 0 };
	struct arena a = { 0 };
	struct part *root;
	bool sound;

	for (unsigned i = 0; i < STRUCTURE_DEPTH; i++) {
		strbuf_puts(&b, "Content-Type: multipart/mixed; boundary="
				"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
		strbuf_num(&b, i);
		strbuf_puts(
		    &b, "\n\n--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
		strbuf_num(&b, i);
		strbuf_putc(&b, '\n');
	}
	strbuf_putc(&b, '\n');
	for (unsigned i = 0; i < 1000000; i++)
		strbuf_puts(
		    &b, "--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaxx\n");
	root = read_bytes(&a, strbuf_span(&b), &sound);
	ok(sound && took < 5 && count_parts(root) == STRUCTURE_DEPTH + 1,
	    "lines of dashes in %d levels: %.3f s", STRUCTURE_DEPTH, took);
	arena_clear(&a);
	strbuf_clear(&b);
}

/* boundary=xx...x of len bytes; one that is too long is none. */
static void
test_boundary_length(size_t len, size_t parts)
{
	struct strbuf b = { 0 };
	struct arena a = { 0 };
	struct part *root;
	bool sound;

	strbuf_puts(&b, "Content-Type: multipart/mixed; boundary=\"");
	memset(strbuf_room(&b, len), 'x', len);
	b.len += len;
	strbuf_puts(&b, "\"\n\n");
	for (unsigned i = 0; i < 2; i++) {
		strbuf_puts(&b, "--");
		memset(strbuf_room(&b, len), 'x', len);
		b.len += len;
		strbuf_puts(&b, "\n\nfoo\n");
	}
	root = read_bytes(&a, strbuf_span(&b), &sound);
	ok(sound && root->nchildren == parts, "a boundary of %zu bytes", len);
	arena_clear(&a);
	strbuf_clear(&b);
}

int
main(void)
{
	test_cases();
	test_cuts();
	test_blocks();
	test_fields();
	test_long_list();
	test_header_only();
	test_find();
	test_monsters();
	test_side_by_side();
	test_dashes();
	test_boundary_length(70, 2);
	test_boundary_length(256, 2);
	test_boundary_length(70000, 1);
	return done_testing();
}
