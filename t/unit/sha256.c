/* sha256.c: the examples of FIPS 180-4, and lengths around a block's end. */
#include "base/sha256.h"

#include <stdio.h>
#include <string.h>

#include "tap.h"

static const char digits[] = "0123456789abcdef";

static void
hex(const char *p, size_t len, char out[2 * SHA256_LEN + 1])
{
	unsigned char d[SHA256_LEN];

	sha256(tap_exact(p, len), d);
	for (size_t i = 0; i < SHA256_LEN; i++) {
		out[2 * i] = digits[d[i] >> 4];
		out[2 * i + 1] = digits[d[i] & 15];
	}
	out[2 * SHA256_LEN] = '\0';
}

static const struct {
	const char *in;
	const char *out;
} strings[] = {
	/* clang-format off */
	{ "",
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc",
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	/* clang-format on */
};

/* So many letters "a". */
static const struct {
	size_t len;
	const char *out;
} runs[] = {
	/* clang-format off */
	{ 55,
	    "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
	{ 56,
	    "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
	{ 63,
	    "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34" },
	{ 64,
	    "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
	{ 65,
	    "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0" },
	{ 119,
	    "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb" },
	{ 120,
	    "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c" },
	{ 1000,
	    "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3" },
	/* clang-format on */
};

int
main(void)
{
	char a[1000], got[2 * SHA256_LEN + 1];

	memset(a, 'a', sizeof a);
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
		hex(strings[i].in, strlen(strings[i].in), got);
		ok(strcmp(got, strings[i].out) == 0, "\"%s\"", strings[i].in);
	}
	for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
		hex(a, runs[i].len, got);
		ok(strcmp(got, runs[i].out) == 0, "%zu letters", runs[i].len);
	}
	return done_testing();
}
