/* bytes.c: line ends cut at every place, against a byte-by-byte twin. */
#include "text/bytes.h"

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *in;
	size_t len;
	const char *out;
} lines[] = {
	/* clang-format off */
	{ "", 0, "" },
	{ "\n", 1, "\r\n" },
	{ "\r\n", 2, "\r\n" },
	{ "\r", 1, "\r" },
	{ "\r\r\n\n", 4, "\r\r\n\r\n" },
	{ "a\nb\r\nc\rd", 8, "a\r\nb\r\nc\rd" },
	{ "\n\n\n", 3, "\r\n\r\n\r\n" },
	{ "\xff\n\xff", 3, "\xff\r\n\xff" },
	{ "a\0\nb\0", 5, "a\x80\r\nb\x80" },
	{ "line one of some length, so that steps are taken\nline two\r\n"
	    "a third line\n", 72,
	    "line one of some length, so that steps are taken\r\nline two\r\n"
	    "a third line\r\n" },
	/* clang-format on */
};

static uint32_t seed = 1;

static unsigned
next_random(unsigned below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % below;
}

/* The contract, one byte after the other. */
static void
slowly(struct span in, bool *cr, bool nul80, struct strbuf *out)
{
	for (; in.p < in.end; in.p++) {
		if (*in.p == '\n' && !*cr)
			strbuf_putc(out, '\r');
		strbuf_putc(out, *in.p == '\0' && nul80 ? '\x80' : *in.p);
		*cr = *in.p == '\r';
	}
}

static void
test_lines(void)
{
	for (size_t i = 0; i < NELEM(lines); i++) {
		bool good = true;

		for (size_t cut = 0; cut <= lines[i].len; cut++) {
			struct span a = tap_exact(lines[i].in, cut);
			struct span b =
			    tap_exact(lines[i].in + cut, lines[i].len - cut);
			struct strbuf out = { 0 };
			bool cr = false, cr2 = false;
			size_t len = bytes_crlf_len(a, &cr2);

			len += bytes_crlf_len(b, &cr2);
			bytes_crlf(a, &cr, true, &out);
			bytes_crlf(b, &cr, true, &out);
			good = good && cr == cr2 && len == out.len &&
			       span_is(strbuf_span(&out), lines[i].out);
			strbuf_clear(&out);
		}
		ok(good, "line ends %u, cut anywhere", (unsigned)i);
	}
}

static void
test_random(void)
{
	static const char alphabet[] = "\n\0abc\n\n\r";
	static char text[9000];
	struct strbuf slow = { 0 }, fast = { 0 };
	bool good = true;

	for (unsigned round = 0; round < 300 && good; round++) {
		size_t len = next_random(round < 250 ? 100 : sizeof text);
		bool nul80 = next_random(2) == 0, cr = next_random(2) == 0;
		bool cr2 = cr, cr3 = cr;
		unsigned some = sizeof alphabet - 1 - next_random(2);
		size_t lfs = 0, want;
		bool high;

		for (size_t i = 0; i < len; i++) {
			text[i] = alphabet[next_random(some)];
			if (round % 4 >= 2 && next_random(20) > 0)
				text[i] = 'x'; /* long lines */
			lfs += text[i] == '\n';
		}
		struct span s = tap_exact(text, len);
		strbuf_reset(&slow);
		strbuf_reset(&fast);
		slowly(s, &cr, nul80, &slow);
		bytes_crlf(s, &cr2, nul80, &fast);
		want = bytes_crlf_len(s, &cr3);
		good = cr == cr2 && cr == cr3 && want == slow.len &&
		       span_eq(strbuf_span(&slow), strbuf_span(&fast)) &&
		       bytes_count(s, '\n') == lfs;
		(void)bytes_octets(s, &cr3, &high);
		good = good && !high;
		if (len == 0)
			continue;
		text[next_random((unsigned)len)] = '\x80';
		(void)bytes_octets(tap_exact(text, len), &cr3, &high);
		good = good && high;
	}
	ok(good, "random line ends as the slow way has them");
	strbuf_clear(&slow);
	strbuf_clear(&fast);
}

static void
test_count(void)
{
	static char many[10000];

	memset(many, '\xff', sizeof many);
	ok(bytes_count(tap_exact(many, sizeof many), '\xff') == sizeof many,
	    "no lane overflows");
	memset(many, '\n', sizeof many);
	bool cr = false;
	ok(bytes_crlf_len(tap_exact(many, sizeof many), &cr) == 2 * sizeof many,
	    "nor with line ends");
	ok(bytes_count(span_of("", 0), 'a') == 0, "nothing in nothing");
	ok(bytes_count(span_of("a\0b\0", 4), '\0') == 2, "NULs");
}

static void
test_find(void)
{
	struct span s = tap_exact("abcabd\0abe", 10);

	ok(bytes_find(s, span_of("", 0)) == s.p, "the empty needle");
	ok(bytes_find(s, span_str("abd")) == s.p + 3, "in the middle");
	ok(bytes_find(s, span_str("abe")) == s.p + 7, "past a NUL");
	ok(bytes_find(s, span_str("abf")) == NULL, "not there");
	ok(bytes_find(s, span_str("abcabd.abe.")) == NULL, "too long");
	ok(bytes_find(span_of("", 0), span_str("a")) == NULL, "in nothing");
}

/* The first place where needle is, looked for at each. */
static const char *
find_slowly(struct span s, struct span needle)
{
	for (; span_len(s) >= span_len(needle); s.p++)
		if (memcmp(s.p, needle.p, span_len(needle)) == 0)
			return s.p;
	return NULL;
}

static void
test_find_random(void)
{
	char text[200];
	bool good = true;

	for (unsigned round = 0; round < 3000 && good; round++) {
		size_t len = next_random(sizeof text), at, n;
		struct span s, needle;

		for (size_t i = 0; i < len; i++)
			text[i] = (char)('a' + next_random(1 + round % 4));
		s = tap_exact(text, len);
		n = 1 + next_random(20);
		at = next_random(sizeof text - 20);
		needle = span_of(text + at, n);
		good = bytes_find(s, needle) == find_slowly(s, needle);
	}
	ok(good, "random needles");
}

/* Places that almost fit, so many that each cannot be looked at. */
static void
test_find_cost(void)
{
	size_t len = 8 << 20, n = 4 << 20;
	char *text = malloc(len), *needle = malloc(n);

	memset(text, 'a', len);
	memset(needle, 'a', n);
	needle[n / 2] = 'b';
	ok(bytes_find(span_of(text, len), span_of(needle, n)) == NULL,
	    "a needle of 4 MiB that almost fits everywhere");
	text[len - n + n / 2] = 'b';
	ok(bytes_find(span_of(text, len), span_of(needle, n)) == text + len - n,
	    "and fits at the end");
	free(text);
	free(needle);
}

/* Line by line, what bytes_lines() should say. */
static bool
check_lines(struct span s, bool dashes)
{
	size_t lfs = 0, bare = 0, got_lfs, got_bare;
	const char *p = s.p, *got;

	while (p < s.end) {
		const char *lf = memchr(p, '\n', (size_t)(s.end - p));

		if (lf == NULL ||
		    (dashes && s.end - p > 1 && p[0] == '-' && p[1] == '-'))
			break;
		lfs++;
		bare += lf == s.p || lf[-1] != '\r';
		p = lf + 1;
	}
	got = bytes_lines(s, dashes, &got_lfs, &got_bare);
	return got == p && got_lfs == lfs && got_bare == bare;
}

static void
test_whole_lines(void)
{
	static const char from[] = "\n\r-ab-\n-";
	char text[600];
	bool good = true;

	for (int round = 0; round < 60; round++) {
		/* few of the rare ones in some rounds, many in others */
		unsigned rare = 2 + (unsigned)round % 40;

		for (size_t i = 0; i < sizeof text; i++) {
			seed = seed * 1103515245 + 12345;
			text[i] = (seed >> 16) % rare == 0
				      ? from[(seed >> 8) % (sizeof from - 1)]
				      : 'x';
		}
		for (size_t len = 0; len < sizeof text; len += 1 + len / 40) {
			struct span s = tap_exact(text, len);

			good = good && check_lines(s, true) &&
			       check_lines(s, false);
		}
	}
	ok(good, "whole lines up to dashes");
}

/* Many more than a lane can count. */
static void
test_long_lines(void)
{
	static char text[40000];
	bool good = true;

	for (unsigned every = 1; every < 200; every += every / 2 + 1) {
		for (size_t i = 0; i < sizeof text; i++)
			text[i] = i % every == 0 ? '\n' : 'x';
		good = good && check_lines(span_of(text, sizeof text), true);
		text[20000] = '\r';
		text[20001] = '\n';
		good = good && check_lines(span_of(text, sizeof text), true);
		text[31000] = '\n';
		text[31001] = text[31002] = '-';
		good = good && check_lines(span_of(text, sizeof text), true) &&
		       check_lines(span_of(text, sizeof text), false);
	}
	ok(good, "many lines");
}

static void
test_plain(void)
{
	char text[40];
	bool good = true;

	for (size_t len = 0; len < sizeof text; len++)
		for (int c = 0; c < 256; c++) {
			bool plain =
			    c >= ' ' && c < 0x7f && c != '"' && c != '\\';

			memset(text, 'a', sizeof text);
			good = good && bytes_is_plain(tap_exact(text, len));
			if (len == 0)
				continue;
			text[(size_t)c * 7 % len] = (char)c;
			good =
			    good && bytes_is_plain(span_of(text, len)) == plain;
		}
	ok(good, "what can be quoted as it is");
	ok(bytes_is_plain((struct span){ NULL, NULL }), "and nothing at all");
}

/* The same for what is no ASCII. */
static void
test_ascii(void)
{
	char text[70];
	unsigned bad = 0;

	for (size_t len = 0; len < sizeof text; len++)
		for (size_t at = 0; at <= len; at++) {
			struct span s;

			memset(text, '\x7f', sizeof text);
			if (at < len)
				text[at] = at % 2 ? '\x80' : '\xff';
			s = tap_exact(text, len);
			bad += bytes_ascii_end(s) != s.p + at;
		}
	ok(bad == 0, "where ASCII ends");
}

/* Of each length, at each place. */
static void
test_either(void)
{
	char text[70];
	unsigned bad = 0;

	for (size_t len = 0; len < sizeof text; len++) {
		struct span s;

		memset(text, 'x', sizeof text);
		s = tap_exact(text, len);
		bad += bytes_has_either(s, '/', '\0');
		for (size_t at = 0; at < len; at++) {
			text[at] = at % 2 ? '/' : '\0';
			s = tap_exact(text, len);
			bad += !bytes_has_either(s, '/', '\0');
			bad += bytes_has_either(s, '.', '\xff');
			text[at] = 'x';
		}
	}
	ok(bad == 0, "either of two");
}

static void
test_names(void)
{
	char text[40];
	bool good = true;

	for (size_t len = 0; len < sizeof text; len++) {
		memset(text, '~', sizeof text);
		good = good && bytes_name_len(tap_exact(text, len)) == len;
		for (int c = 0; c < 256 && len > 0; c++) {
			bool in = c > ' ' && c < 0x7f && c != ':';
			size_t at = (size_t)c * 7 % len;

			memset(text, '~', sizeof text);
			text[at] = (char)c;
			good = good && bytes_name_len(span_of(text, len)) ==
					   (in ? len : at);
		}
	}
	ok(good, "what a field's name is made of");
}

int
main(void)
{
	test_lines();
	test_random();
	test_count();
	test_find();
	test_find_random();
	test_find_cost();
	test_whole_lines();
	test_long_lines();
	test_plain();
	test_either();
	test_ascii();
	test_names();
	return done_testing();
}
