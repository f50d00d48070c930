/* base64.c: the vectors of RFC 4648, what SASL refuses, what MIME bears. */
#include "text/base64.h"

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *plain;
	size_t len;
	const char *coded;
} both[] = {
	/* clang-format off */
	{ "", 0, "" },
	{ "f", 1, "Zg==" },
	{ "fo", 2, "Zm8=" },
	{ "foo", 3, "Zm9v" },
	{ "foob", 4, "Zm9vYg==" },
	{ "fooba", 5, "Zm9vYmE=" },
	{ "foobar", 6, "Zm9vYmFy" },
	{ "\0user\0pass", 10, "AHVzZXIAcGFzcw==" },
	{ "\xff\xfe\xfd", 3, "//79" },
	{ "\xfb\xef\xbe", 3, "++++" },
	/* clang-format on */
};

static const char *const refused[] = {
	/* clang-format off */
	"Z", "Zg", "Zg=", "Zg===", "=", "====", "=g==", "Z===", "Zg=g",
	"Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm9v====", "Zg==Zg==", "Zm9-",
	"Zm9_", "Zm\377v", "*", "Zm9vZg=v",
	/* clang-format on */
};

static const struct {
	const char *in;
	const char *out;
	bool damaged;
} lenient[] = {
	/* clang-format off */
	{ "", "", false },
	{ "Zm9v\r\nYmFy\r\n", "foobar", false },
	{ " Z m\t9\nv", "foo", false },
	{ "Zg==", "f", false },
	{ "Zg==Zm8=", "ffo", false },
	{ "Zg==\nZm9v", "ffoo", false },
	{ "Zg", "f", true },
	{ "Zm8", "fo", true },
	{ "Z", "", true },
	{ "Zm9vZ", "foo", true },
	{ "Z=Zm9v", "foo", true },
	{ "Zm!9v", "foo", true },
	{ "Zm9v--\xff", "foo", true },
	{ "====", "", false },
	/* clang-format on */
};

static void
test_strict(void)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; i < NELEM(both); i++) {
		struct span plain = tap_exact(both[i].plain, both[i].len);

		strbuf_reset(&b);
		base64_encode(plain, &b);
		ok(span_is(strbuf_span(&b), both[i].coded), "to %s",
		    both[i].coded);
		strbuf_reset(&b);
		ok(base64_decode(
		       tap_exact(both[i].coded, strlen(both[i].coded)), &b) &&
			span_eq(strbuf_span(&b), plain),
		    "from %s", both[i].coded);
	}
	strbuf_reset(&b);
	strbuf_puts(&b, "kept");
	for (size_t i = 0; i < NELEM(refused); i++)
		ok(!base64_decode(
		       tap_exact(refused[i], strlen(refused[i])), &b) &&
			span_is(strbuf_span(&b), "kept") && b.p[4] == '\0',
		    "refused: %s", refused[i]);
	ok(!base64_decode(tap_exact("Zm\0v", 4), &b), "refused: NUL");
	ok(!base64_decode(span_str("Zm9vZm9vZm9!"), &b) && b.len == 4 &&
		memcmp(b.p + 4, "\0\0\0\0\0\0\0\0\0", 9) == 0,
	    "nothing is left of what was refused");
	strbuf_clear(&b);
}

static void
test_lenient(void)
{
	for (size_t i = 0; i < NELEM(lenient); i++) {
		size_t len = strlen(lenient[i].in);
		bool good = true;

		for (size_t cut = 0; cut <= len; cut++) {
			struct base64_dec d = { 0 };
			struct strbuf b = { 0 };

			base64_dec_add(&d, tap_exact(lenient[i].in, cut), &b);
			base64_dec_add(
			    &d, tap_exact(lenient[i].in + cut, len - cut), &b);
			base64_dec_end(&d, &b);
			good = good && d.damaged == lenient[i].damaged &&
			       span_is(strbuf_span(&b), lenient[i].out);
			strbuf_clear(&b);
		}
		ok(good, "in two pieces: %s", lenient[i].in);
	}
}

int
main(void)
{
	struct strbuf a = { 0 }, b = { 0 };
	struct base64_dec d = { 0 };
	static char every[256 * 3];

	test_strict();
	test_lenient();
	for (size_t i = 0; i < sizeof every; i++)
		every[i] = (char)(i * 7);
	base64_encode(span_of(every, sizeof every), &a);
	base64_dec_add(&d, strbuf_span(&a), &b);
	base64_dec_end(&d, &b);
	ok(!d.damaged && span_eq(strbuf_span(&b), span_of(every, sizeof every)),
	    "every byte there and back");
	strbuf_clear(&a);
	strbuf_clear(&b);
	return done_testing();
}
