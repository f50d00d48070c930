/* cidr.c: addresses and blocks, both kinds. */
#include "sys/cidr.h"

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *in, *out; /* "": refused */
} texts[] = {
	/* clang-format off */
	{ "192.0.2.7", "192.0.2.7" },
	{ "192.0.2.7/32", "192.0.2.7" },
	{ "192.0.2.7/24", "192.0.2.0/24" },
	{ "192.0.2.255/25", "192.0.2.128/25" },
	{ "255.255.255.255/1", "128.0.0.0/1" },
	{ "192.0.2.7/0", "0.0.0.0/0" },
	{ "::ffff:192.0.2.7", "192.0.2.7" },
	{ "::FFFF:c000:0207", "192.0.2.7" },
	{ "::ffff:192.0.2.7/120", "192.0.2.0/24" },
	{ "2001:db8::7", "2001:db8::7" },
	{ "2001:DB8:0:0:1:2:3:4/64", "2001:db8::/64" },
	{ "2001:db8:ffff::/33", "2001:db8:8000::/33" },
	{ "::/0", "::/0" }, { "::1", "::1" }, { "::1/128", "::1" },
	{ "", "" }, { "192.0.2", "" }, { "192.0.2.7/33", "" },
	{ "192.0.2.7/", "" }, { "192.0.2.7/-1", "" }, { "/24", "" },
	{ "192.0.2.7/24 ", "" }, { " 192.0.2.7", "" }, { "::1/129", "" },
	{ "fe80::1%eth0", "" }, { "192.0.2.256", "" }, { "192.0.02.7", "" },
	{ "192.0.2.7/4294967296", "" }, { "192.0.2.7/24/24", "" },
	{ "0000:0000:0000:0000:0000:ffff:192.168.100.2000", "" },
	/* clang-format on */
};

static const struct {
	const char *ip, *list;
	bool in;
} lists[] = {
	/* clang-format off */
	{ "192.0.2.7", "192.0.2.7", true },
	{ "192.0.2.7", "192.0.2.0/24", true },
	{ "192.0.3.7", "192.0.2.0/24", false },
	{ "192.0.2.7", "::1, 192.0.2.8,192.0.2.6/31", true },
	{ "::ffff:192.0.2.7", "192.0.2.0/24", true },
	{ "192.0.2.7", "0.0.0.0/0", true },
	{ "2001:db8::1", "0.0.0.0/0", false },
	{ "2001:db8::1", "::/0", true },
	{ "192.0.2.7", "::/0", true },
	{ "2001:db8::1", "2001:db8::/32", true },
	{ "2001:db9::1", "2001:db8::/32", false },
	{ "192.0.2.7", "", false }, { "192.0.2.7", " , ,", false },
	{ "192.0.2.7", "host 192.0.2.7/99 192.0.2", false },
	{ "192.0.2.7", "host\t192.0.2.7", true },
	/* clang-format on */
};

int
main(void)
{
	struct cidr c, n;
	char text[CIDR_LEN];

	for (size_t i = 0; i < NELEM(texts); i++) {
		const char *in = texts[i].in;

		text[0] = '\0';
		if (cidr_parse(tap_exact(in, strlen(in)), &c))
			cidr_text(&c, text);
		ok(strcmp(text, texts[i].out) == 0, "\"%s\": \"%s\"", in, text);
	}
	ok(!cidr_parse(span_of("192.0.2.7\0", 10), &c), "a NUL");
	for (size_t i = 0; i < NELEM(lists); i++) {
		const char *list = lists[i].list;

		if (!cidr_parse(span_str(lists[i].ip), &c))
			return 111;
		ok(cidr_listed(&c, tap_exact(list, strlen(list))) ==
			lists[i].in,
		    "%s %sin \"%s\"", lists[i].ip, lists[i].in ? "" : "not ",
		    list);
	}
	(void)cidr_parse(span_str("192.0.2.7"), &c);
	n = cidr_network(&c, 24, 64);
	cidr_text(&n, text);
	ok(strcmp(text, "192.0.2.0/24") == 0, "the network of IPv4: %s", text);
	ok(cidr_within(&c, &n) && !cidr_within(&n, &c) && !cidr_equal(&c, &n) &&
		cidr_equal(&n, &n),
	    "an address is in its network");
	(void)cidr_parse(span_str("2001:db8::7"), &c);
	n = cidr_network(&c, 24, 64);
	cidr_text(&n, text);
	ok(strcmp(text, "2001:db8::/64") == 0, "the network of IPv6: %s", text);
	return done_testing();
}
