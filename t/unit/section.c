/* section.c: what each section of some messages holds, to the octet. */
#include "imap/section.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/nelem.h"
#include "tap.h"

/* RFC 9051 6.4.5.1's complex message, made small. */
static const char nested[] =
    "Subject: top\nFrom: a@b\nContent-Type: multipart/mixed; boundary=b\n"
    "\n"
    "--b\n"
    "\n"
    "one\n"
    "--b\n"
    "Content-Type: message/rfc822\n"
    "\n"
    "Subject: in\nContent-Type: multipart/mixed; boundary=c\n"
    "\n"
    "--c\n"
    "Content-Type: text/html\n"
    "\n"
    "two\n"
    "--c\n"
    "Content-Type: message/rfc822\n"
    "\n"
    "Subject: deep\n"
    "\n"
    "three\n"
    "--c--\n"
    "--b\n"
    "Content-Type: application/octet-stream\n"
    "Content-Transfer-Encoding: base64\n"
    "\n"
    "AAECAw==\n"
    "--b\n"
    "Content-Transfer-Encoding: quoted-printable\n"
    "\n"
    "caf=C3=A9=\n"
    "!\n"
    "x\n"
    "--b\n"
    "Content-Transfer-Encoding: x-mine\n"
    "\n"
    "?\n"
    "--b--\n";

static const char plain[] = "Subject: s\nX: y\n z\n\nhello\nworld\n";
static const char bare[] = "Subject: no body\n";

static const struct {
	const char *message;
	const char *item;
	const char *out;
} cases[] = {
	/* clang-format off */
	{ plain, "BODY[]",
	    "{38}\r\nSubject: s\r\nX: y\r\n z\r\n\r\nhello\r\nworld\r\n" },
	{ plain, "RFC822",
	    "{38}\r\nSubject: s\r\nX: y\r\n z\r\n\r\nhello\r\nworld\r\n" },
	{ plain, "BODY[HEADER]", "{24}\r\nSubject: s\r\nX: y\r\n z\r\n\r\n" },
	{ plain, "RFC822.HEADER", "{24}\r\nSubject: s\r\nX: y\r\n z\r\n\r\n" },
	{ plain, "BODY[TEXT]", "{14}\r\nhello\r\nworld\r\n" },
	{ plain, "RFC822.TEXT", "{14}\r\nhello\r\nworld\r\n" },
	{ plain, "BODY[1]", "{14}\r\nhello\r\nworld\r\n" },
	{ plain, "BODY[1.MIME]", "{24}\r\nSubject: s\r\nX: y\r\n z\r\n\r\n" },
	{ plain, "BODY[1.1]", "{0}\r\n" },
	{ plain, "BODY[2]", "{0}\r\n" },
	{ plain, "BODY[1.HEADER]", "{0}\r\n" },
	{ plain, "BODY[1.TEXT]", "{0}\r\n" },
	{ plain, "BODY[HEADER.FIELDS (x)]", "{12}\r\nX: y\r\n z\r\n\r\n" },
	{ plain, "BODY[HEADER.FIELDS (none)]", "{2}\r\n\r\n" },
	{ plain, "BODY[HEADER.FIELDS.NOT (x)]",
	    "{14}\r\nSubject: s\r\n\r\n" },
	{ plain, "BODY[HEADER.FIELDS (x)]<3.4>", "{4}\r\ny\r\n " },
	{ plain, "BODY[HEADER.FIELDS (x)]<10.9>", "{2}\r\n\r\n" },
	{ plain, "BODY[HEADER.FIELDS (x)]<12.9>", "{0}\r\n" },
	{ plain, "BODY[]<0.5>", "{5}\r\nSubje" },
	{ plain, "BODY[]<36.5>", "{2}\r\n\r\n" },
	{ plain, "BODY[]<37.1>", "{1}\r\n\n" },
	{ plain, "BODY[]<38.1>", "{0}\r\n" },
	{ plain, "BODY[]<9223372036854775807.9223372036854775807>",
	    "{0}\r\n" },
	{ plain, "BODY[TEXT]<5.2>", "{2}\r\n\r\n" },
	{ plain, "BODY[1]<7.100>", "{7}\r\nworld\r\n" },
	{ plain, "BINARY[]",
	    "{38}\r\nSubject: s\r\nX: y\r\n z\r\n\r\nhello\r\nworld\r\n" },
	{ plain, "BINARY[1]", "{14}\r\nhello\r\nworld\r\n" },
	{ plain, "BINARY[1]<7.2>", "{2}\r\nwo" },
	{ plain, "BINARY[2]", "{0}\r\n" },
	{ bare, "BODY[]", "{18}\r\nSubject: no body\r\n" },
	{ bare, "BODY[HEADER]", "{18}\r\nSubject: no body\r\n" },
	{ bare, "BODY[HEADER.FIELDS (Subject)]",
	    "{18}\r\nSubject: no body\r\n" },
	{ bare, "BODY[HEADER.FIELDS (To)]", "{0}\r\n" },
	{ bare, "BODY[TEXT]", "{0}\r\n" },
	{ bare, "BODY[1]", "{0}\r\n" },
	{ "", "BODY[]", "{0}\r\n" },
	{ "", "BODY[HEADER]", "{0}\r\n" },
	{ "", "BODY[TEXT]", "{0}\r\n" },
	{ "", "BODY[1]", "{0}\r\n" },
	{ "\nbody\n", "BODY[HEADER]", "{2}\r\n\r\n" },
	{ "\nbody\n", "BODY[TEXT]", "{6}\r\nbody\r\n" },
	{ "A: b\r\n\r\nc\r\n", "BODY[]", "{11}\r\nA: b\r\n\r\nc\r\n" },
	{ nested, "BODY[1]", "{3}\r\none" },
	{ nested, "BODY[1.MIME]", "{2}\r\n\r\n" },
	{ nested, "BODY[1.1]", "{0}\r\n" },
	{ nested, "BODY[2.MIME]",
	    "{32}\r\nContent-Type: message/rfc822\r\n\r\n" },
	{ nested, "BODY[2.HEADER.FIELDS (Subject)]",
	    "{15}\r\nSubject: in\r\n\r\n" },
	{ nested, "BODY[2.1]", "{3}\r\ntwo" },
	{ nested, "BODY[2.1.MIME]", "{27}\r\nContent-Type: text/html\r\n\r\n" },
	{ nested, "BODY[2.2]", "{22}\r\nSubject: deep\r\n\r\nthree" },
	{ nested, "BODY[2.2.HEADER]", "{17}\r\nSubject: deep\r\n\r\n" },
	{ nested, "BODY[2.2.TEXT]", "{5}\r\nthree" },
	{ nested, "BODY[2.2.1]", "{5}\r\nthree" },
	{ nested, "BODY[2.2.1.MIME]", "{17}\r\nSubject: deep\r\n\r\n" },
	{ nested, "BODY[2.2.1.1]", "{0}\r\n" },
	{ nested, "BODY[2.3]", "{0}\r\n" },
	{ nested, "BODY[3]", "{8}\r\nAAECAw==" },
	{ nested, "BINARY[3]", "~{4}\r\n<00><01><02><03>" },
	{ nested, "BINARY[3]<1.2>", "~{2}\r\n<01><02>" },
	{ nested, "BINARY[4]", "{9}\r\ncaf\xc3\xa9!\r\nx" },
	{ nested, "BINARY[1]", "{3}\r\none" },
	{ nested, "BINARY[2.2]", "{22}\r\nSubject: deep\r\n\r\nthree" },
	{ nested, "BINARY[5]", "unknown" },
	{ nested, "BODY[5]", "{1}\r\n?" },
	{ nested, "BINARY.SIZE[3]", "4" },
	{ nested, "BINARY.SIZE[4]", "9" },
	{ nested, "BINARY.SIZE[5]", "unknown" },
	{ nested, "BINARY.SIZE[9]", "0" },
	/* clang-format on */
};

static struct wr w;

static int
file_of(const char *s)
{
	FILE *f = tmpfile();

	if (f == NULL || fputs(s, f) == EOF || fflush(f) == EOF)
		exit(111);
	return dup(fileno(f));
}

static void
open_section(struct arena *a, struct section_file *f, const char *message,
    const struct fetch_item *item)
{
	struct structure_lines lines = { .size = INT64_MAX };
	struct part *root = NULL;
	int r = 0;

	*f = (struct section_file){ .fd = file_of(message),
		.size = (int64_t)strlen(message) };
	if (section_need(item) == NEED_HEADER)
		r = structure_read_header_lines(a, f->fd, &lines, &root);
	else if (section_need(item) == NEED_TREE)
		r = structure_read(a, f->fd, &root);
	f->root = root;
	f->whole = section_need(item) == NEED_TREE;
	if (r == -1)
		exit(111);
}

/* The answer, with controls that stand in no text spelled out. */
static void
answer(const struct section_file *f, const struct fetch_item *item,
    struct strbuf *out)
{
	uint64_t octets = 99;
	const char *head;

	wr_init(&w, -1, 0);
	if (section_unknown_cte(f, item)) {
		strbuf_puts(out, "unknown");
		return;
	}
	if (item->kind == FETCH_BINARY_SIZE) {
		strbuf_num(out, (uint64_t)section_binary_size(f, item));
		return;
	}
	if (section_put(&w, f, item, &octets) == -1)
		strbuf_puts(out, "failed ");
	for (size_t i = 0; i < w.len; i++) {
		unsigned char c = (unsigned char)w.buf[i];

		if (c < 8) {
			strbuf_puts(out, "<0");
			strbuf_putc(out, (char)('0' + c));
			strbuf_putc(out, '>');
		} else {
			strbuf_putc(out, (char)c);
		}
	}
	head = span_find(span_of(w.buf, w.len), '\n');
	if (head == NULL || w.buf + w.len - (head + 1) != (int64_t)octets)
		strbuf_puts(out, " but not that long");
}

static void
check(struct arena *a, size_t i)
{
	struct span s = span_str(cases[i].item);
	struct fetch_items items;
	struct section_file f;
	struct strbuf b = { 0 };

	if (!p_fetch_items(a, &s, &items))
		exit(111);
	open_section(a, &f, cases[i].message, &items.v[0]);
	answer(&f, &items.v[0], &b);
	close(f.fd);
	if (!ok(span_is(strbuf_span(&b), cases[i].out), "%.9s: %s",
		cases[i].message, cases[i].item))
		printf("# %s\n", b.p);
	strbuf_clear(&b);
}

/* A file that was cut after it had been measured. */
static void
check_shrunken(struct arena *a)
{
	struct span s = span_str("BODY[1]");
	struct fetch_items items;
	struct section_file f;
	uint64_t octets;

	if (!p_fetch_items(a, &s, &items))
		exit(111);
	open_section(a, &f, plain, &items.v[0]);
	if (ftruncate(f.fd, 25) == -1)
		exit(111);
	wr_init(&w, -1, 0);
	errno = 0;
	ok(section_put(&w, &f, &items.v[0], &octets) == -1 && errno == EPIPE,
	    "a file that has shrunk is noticed");
	close(f.fd);
}

/* A file of all sorts of line ends, some of them where a mark would be. */
static int
file_of_line_ends(struct stat *st)
{
	static char bytes[3 * MEMO_STEP + 1234];
	static const char alphabet[] = "a\n\r\nb\r";
	FILE *f = tmpfile();
	unsigned r = 1;
	int fd;

	for (size_t i = 0; i < sizeof bytes; i++) {
		r = r * 1103515245 + 12345;
		bytes[i] = alphabet[(r >> 16) % 6];
	}
	memcpy(bytes + MEMO_STEP - 1, "\r\n", 2);
	memcpy(bytes + 2 * MEMO_STEP - 2, "\r\r\r\n", 4);
	if (f == NULL || fwrite(bytes, 1, sizeof bytes, f) != sizeof bytes ||
	    fflush(f) == EOF || (fd = dup(fileno(f))) == -1 ||
	    fstat(fd, st) == -1)
		exit(111);
	return fd;
}

/* Pieces of a large file are the same with a memo as without. */
static void
check_memo(void)
{
	struct fetch_item item = { .kind = FETCH_CONTENT, .partial = true };
	struct section_file f = { 0 };
	struct memo memo = { 0 };
	static struct wr other;
	struct stat st;
	uint64_t a, b;
	bool same = true;

	f.fd = file_of_line_ends(&st);
	f.size = (int64_t)st.st_size;
	memo_use(&memo, &st);
	for (unsigned i = 0; i < 400 && same; i++) {
		item.from = i * UINT64_C(7919) % 2400000;
		item.max = 1 + i * 37 % 999;
		f.memo = NULL;
		wr_init(&other, -1, 0);
		same = section_put(&other, &f, &item, &a) == 0;
		f.memo = &memo;
		wr_init(&w, -1, 0);
		same = same && section_put(&w, &f, &item, &b) == 0 && a == b &&
		       span_eq(span_of(w.buf, w.len),
			   span_of(other.buf, other.len));
	}
	ok(same, "pieces of a large file");
	ok(memo.marks.len >= 4 * sizeof(struct memo_mark), "it had marks");
	st.st_size++;
	memo_use(&memo, &st);
	ok(memo.marks.len == 0, "another file has none");
	memo_clear(&memo);
	close(f.fd);
}

int
main(void)
{
	struct arena a = { 0 };

	for (size_t i = 0; i < NELEM(cases); i++)
		check(&a, i);
	check_shrunken(&a);
	check_memo();
	arena_clear(&a);
	return done_testing();
}
