/* proxyhdr.c: headers of both versions, at each length. */
#include "chain/proxyhdr.h"

#include "base/nelem.h"
#include "tap.h"

#define SIG	 "\r\n\r\n\0\r\nQUIT\n"
#define BYTES(s) s, sizeof(s) - 1
#define FOUR	 "\xc0\0\2\7\xc0\0\2\1\x12\x67\0\x8f"
#define SIX                                                                    \
	"\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7"                               \
	"\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x12\x67\0\x8f"
#define UNIX_PATHS                                                             \
	"123456789012345678901234567890123456789012345678901234"               \
	"123456789012345678901234567890123456789012345678901234"               \
	"123456789012345678901234567890123456789012345678901234"               \
	"123456789012345678901234567890123456789012345678901234"
#define LONG56 "12345678901234567890123456789012345678901234567890123456"

static const struct {
	const char *what;
	const char *in;
	size_t len;
	const char *out; /* "BAD", or the four fields */
} cases[] = {
	/* clang-format off */
	{ "v1 IPv4", BYTES("PROXY TCP4 192.0.2.7 192.0.2.1 4711 143\r\n"),
	    "192.0.2.7 4711 192.0.2.1 143" },
	{ "v1 IPv6", BYTES("PROXY TCP6 2001:DB8::7 2001:db8::1 65535 0\r\n"),
	    "2001:db8::7 65535 2001:db8::1 0" },
	{ "v1 IPv4 as IPv6", BYTES("PROXY TCP6 ::ffff:192.0.2.7 "
	    "::ffff:192.0.2.1 4711 143\r\n"), "192.0.2.7 4711 192.0.2.1 143" },
	{ "v1 the longest IPv6", BYTES("PROXY TCP6 "
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 "
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535" },
	{ "v1 unknown", BYTES("PROXY UNKNOWN\r\n"), "   " },
	{ "v1 unknown, the longest", BYTES("PROXY UNKNOWN " LONG56
	    "12345678901234567890123456789012345\r\n"), "   " },
	{ "v1 one byte too long", BYTES("PROXY UNKNOWN " LONG56
	    "123456789012345678901234567890123456\r\n"), "BAD" },
	{ "v1 without an end", BYTES("PROXY UNKNOWN" LONG56 LONG56), "BAD" },
	{ "v1 LF alone", BYTES("PROXY TCP4 192.0.2.7 192.0.2.1 4711 143\n"),
	    "BAD" },
	{ "v1 CR within", BYTES("PROXY TCP4 192.0.2.7 192.0.2.1 1\r 143\r\n"),
	    "BAD" },
	{ "v1 two spaces", BYTES("PROXY TCP4  192.0.2.7 192.0.2.1 1 1\r\n"),
	    "BAD" },
	{ "v1 a space at the end",
	    BYTES("PROXY TCP4 192.0.2.7 192.0.2.1 1 1 \r\n"), "BAD" },
	{ "v1 a fifth field",
	    BYTES("PROXY TCP4 192.0.2.7 192.0.2.1 1 1 1\r\n"), "BAD" },
	{ "v1 three fields", BYTES("PROXY TCP4 192.0.2.7 192.0.2.1 1\r\n"),
	    "BAD" },
	{ "v1 nothing", BYTES("PROXY \r\n"), "BAD" },
	{ "v1 less than nothing", BYTES("PROXY\r\n"), "BAD" },
	{ "v1 in small letters",
	    BYTES("proxy TCP4 192.0.2.7 192.0.2.1 1 1\r\n"), "BAD" },
	{ "v1 UDP", BYTES("PROXY UDP4 192.0.2.7 192.0.2.1 1 1\r\n"), "BAD" },
	{ "v1 IPv6 as TCP4", BYTES("PROXY TCP4 ::1 ::1 1 1\r\n"), "BAD" },
	{ "v1 IPv4 as TCP6", BYTES("PROXY TCP6 192.0.2.7 ::1 1 1\r\n"),
	    "BAD" },
	{ "v1 a zone", BYTES("PROXY TCP6 fe80::1%lo fe80::1 1 1\r\n"), "BAD" },
	{ "v1 a name", BYTES("PROXY TCP4 localhost 192.0.2.1 1 1\r\n"),
	    "BAD" },
	{ "v1 a large port", BYTES("PROXY TCP4 192.0.2.7 192.0.2.1 65536 1\r\n"),
	    "BAD" },
	{ "v1 leading zeros", BYTES("PROXY TCP4 192.0.2.7 192.0.2.1 01 1\r\n"),
	    "BAD" },
	{ "v1 a sign", BYTES("PROXY TCP4 192.0.2.7 192.0.2.1 +1 1\r\n"),
	    "BAD" },
	{ "v1 a NUL", BYTES("PROXY TCP4 192.0.2.7\0 192.0.2.1 1 1\r\n"),
	    "BAD" },
	{ "v2 IPv4", BYTES(SIG "\x21\x11\0\x0c" FOUR),
	    "192.0.2.7 4711 192.0.2.1 143" },
	{ "v2 IPv6", BYTES(SIG "\x21\x21\0\x24" SIX),
	    "2001:db8::7 4711 2001:db8::1 143" },
	{ "v2 a local socket", BYTES(SIG "\x21\x31\0\xd8" UNIX_PATHS), "   " },
	{ "v2 LOCAL", BYTES(SIG "\x20\0\0\0"), "   " },
	{ "v2 LOCAL with addresses", BYTES(SIG "\x20\x11\0\x0c" FOUR), "   " },
	{ "v2 LOCAL of any family", BYTES(SIG "\x20\xff\0\1x"), "   " },
	{ "v2 unspecified", BYTES(SIG "\x21\0\0\0"), "   " },
	{ "v2 unspecified with bytes", BYTES(SIG "\x21\0\0\3abc"), "   " },
	{ "v2 TLVs", BYTES(SIG "\x21\x11\0\x17" FOUR "\4\0\0\x20\0\5\1\0\0\0\0"),
	    "192.0.2.7 4711 192.0.2.1 143" },
	{ "v2 a checksum", BYTES(SIG "\x21\x11\0\x13" FOUR
	    "\3\0\4\xc0\xbc\x9c\2"), "192.0.2.7 4711 192.0.2.1 143" },
	{ "v2 a wrong checksum", BYTES(SIG "\x21\x11\0\x13" FOUR
	    "\3\0\4\0\0\0\0"), "BAD" },
	{ "v2 a short checksum", BYTES(SIG "\x21\x11\0\x12" FOUR
	    "\3\0\3\0\0\0"), "BAD" },
	{ "v2 a TLV without a length", BYTES(SIG "\x21\x11\0\x0e" FOUR "\4\0"),
	    "BAD" },
	{ "v2 a TLV beyond the end",
	    BYTES(SIG "\x21\x11\0\x10" FOUR "\4\0\2x"), "BAD" },
	{ "v2 too short for IPv4", BYTES(SIG "\x21\x11\0\x0b" FOUR), "BAD" },
	{ "v2 too short for IPv6", BYTES(SIG "\x21\x21\0\x0c" FOUR), "BAD" },
	{ "v2 datagrams", BYTES(SIG "\x21\x12\0\x0c" FOUR), "BAD" },
	{ "v2 a family of none", BYTES(SIG "\x21\x41\0\x0c" FOUR), "BAD" },
	{ "v2 a command of none", BYTES(SIG "\x22\x11\0\x0c" FOUR), "BAD" },
	{ "v2 version 1", BYTES(SIG "\x11\x11\0\x0c" FOUR), "BAD" },
	{ "v2 larger than our bound", BYTES(SIG "\x21\x11\x0f\xf1" FOUR),
	    "BAD" },
	{ "IMAP", BYTES("a LOGIN fred secret\r\n"), "BAD" },
	{ "TLS", BYTES("\x16\x03\x01\x02\0"), "BAD" },
	{ "HTTP", BYTES("GET / HTTP/1.1\r\n"), "BAD" },
	{ "a NUL", BYTES("\0"), "BAD" },
	/* clang-format on */
};

/* "BAD", "MORE", or what was told; len is what was used of it. */
static const char *
parse(struct span in, size_t *len)
{
	static char text[300];
	struct peer p;

	switch (proxyhdr_parse(in, &p, len)) {
	case PROXYHDR_OK:
		snprintf(text, sizeof text, "%s %s %s %s", p.ip, p.port,
		    p.local_ip, p.local_port);
		return text;
	case PROXYHDR_MORE:
		return "MORE";
	default:
		return "BAD";
	}
}

/* Each prefix of a good header asks for more. */
static bool
prefixes_want_more(size_t i, size_t used)
{
	size_t n;

	for (size_t len = 0; len < used; len++) {
		struct span in = tap_exact(cases[i].in, len);

		if (strcmp(parse(in, &n), "MORE") != 0)
			return false;
	}
	return true;
}

int
main(void)
{
	for (size_t i = 0; i < NELEM(cases); i++) {
		struct span in = tap_exact(cases[i].in, cases[i].len);
		size_t used = 0;
		const char *got = parse(in, &used);

		ok(strcmp(got, cases[i].out) == 0, "%s: %s", cases[i].what,
		    got);
		if (strcmp(got, "BAD") == 0)
			continue;
		ok(used == cases[i].len, "%zu of %zu bytes", used,
		    cases[i].len);
		ok(prefixes_want_more(i, used), "and no byte less");
	}
	return done_testing();
}
