/* rule.c: keys, values and lines of the access file. */
#include "net/rule.h"

#include "base/nelem.h"
#include "base/strbuf.h"
#include "tap.h"

static const struct {
	const char *ip, *keys;
} keys[] = {
	/* clang-format off */
	{ "192.0.2.7", "192.0.2.7 192.0.2 192.0 192 *" },
	{ "::ffff:10.0.0.1", "10.0.0.1 10.0.0 10.0 10 *" },
	{ "2001:DB8::7", ":2001:0db8:0000:0000:0000:0000:0000:0007 "
	    ":2001:0db8:0000:0000:0000:0000:0000 "
	    ":2001:0db8:0000:0000:0000:0000 :2001:0db8:0000:0000:0000 "
	    ":2001:0db8:0000:0000 :2001:0db8:0000 :2001:0db8 :2001 *" },
	/* clang-format on */
};

static const struct {
	const char *in, *out;
} values[] = {
	/* clang-format off */
	{ "allow", "allow" }, { "deny", "deny" },
	{ "allow,A", "allow A=<>" },
	{ "allow,A=1,B_2=x y", "allow A=<1> B_2=<x y>" },
	{ "allow,A=\"a, b\",B='\"',C=", "allow A=<a, b> B=<\"> C=<>" },
	{ "allow,A=b=c", "allow A=<b=c>" },
	{ "allow,A=\"\"", "allow A=<>" },
	{ "allow,A=x\"y", "allow A=<x\"y>" },
	{ "", "BAD" }, { "1", "BAD" }, { "Allow", "BAD" },
	{ "allowed", "BAD" }, { "denyx", "BAD" }, { "allow ", "BAD" },
	{ "allow,", "allow BAD" }, { "allow,,A", "allow BAD" },
	{ "allow,=x", "allow BAD" }, { "allow,1=x", "allow BAD" },
	{ "allow,A B=x", "allow BAD" }, { "allow,A=\"x", "allow BAD" },
	{ "allow,A=\"x\"y", "allow BAD" }, { "allow,A-B", "allow BAD" },
	{ "allow,LD_PRELOAD=x", "allow LD_PRELOAD=<x>" },
	/* clang-format on */
};

static const struct {
	const char *in, *out;
} lines[] = {
	/* clang-format off */
	{ "", "" }, { "  ", "" }, { "# 192.0.2.7\tdeny", "" },
	{ "192.0.2.7\tdeny", "192.0.2.7=deny " },
	{ " 192.0.2.7  allow,A=\"x y\" \r", "192.0.2.7=allow,A=\"x y\" " },
	{ "192.0.2\tdeny", "192.0.2=deny " },
	{ "192.0.2.\tdeny", "192.0.2=deny " },
	{ "192\tdeny", "192=deny " },
	{ "*\tdeny", "*=deny " },
	{ "192.0.2.0/24 deny", "192.0.2=deny " },
	{ "192.0.2.7/32 deny", "192.0.2.7=deny " },
	{ "10.6.0.0/15 deny", "10.6=deny 10.7=deny " },
	{ "192.0.2.252/30 deny", "192.0.2.252=deny 192.0.2.253=deny "
	    "192.0.2.254=deny 192.0.2.255=deny " },
	{ "254.0.0.0/7 deny", "254=deny 255=deny " },
	{ "2001:db8::/32 deny", ":2001:0db8=deny " },
	{ "2001:db8::/31 deny", ":2001:0db8=deny :2001:0db9=deny " },
	{ "2001:DB8::1 deny",
	    ":2001:0db8:0000:0000:0000:0000:0000:0001=deny " },
	{ ":2001:0DB8 deny", ":2001:0db8=deny " },
	{ ":2001:db8 deny", ":2001:0db8=deny " },
	{ "192.0.2.1.143 allow,A", "192.0.2.1.143=allow,A " },
	{ "*.143 allow,A", "*.143=allow,A " },
	{ "::ffff:192.0.2.7 deny", "192.0.2.7=deny " },
	{ "192.0.2.7", "BAD" }, { "192.0.2.7 maybe", "BAD" },
	{ "192.0.2.7 deny,A", "BAD" }, { "192.0.2.7 allow A", "BAD" },
	{ "192.0.2.7.143.1 deny", "BAD" }, { "192.0.2.256 deny", "BAD" },
	{ "192.0.2.7/33 deny", "BAD" }, { "0.0.0.0/0 deny", "BAD" },
	{ "::/0 deny", "BAD" }, { "host.example deny", "BAD" },
	{ "192..2 deny", "BAD" }, { "2001:db8 deny", "BAD" },
	{ ":2001::1 deny", "BAD" }, { ":20010 deny", "BAD" },
	{ "*.70000 deny", "BAD" }, { "*.0 deny", "BAD" },
	/* clang-format on */
};

static void
print_value(struct span s, struct strbuf *b)
{
	struct span name, value;
	bool allow;

	if (!p_rule_verdict(&s, &allow)) {
		strbuf_puts(b, "BAD");
		return;
	}
	strbuf_puts(b, allow ? "allow" : "deny");
	while (s.p < s.end) {
		if (!p_rule_item(&s, &name, &value)) {
			strbuf_puts(b, " BAD");
			return;
		}
		strbuf_putc(b, ' ');
		strbuf_cat(b, name);
		strbuf_puts(b, "=<");
		strbuf_cat(b, value);
		strbuf_putc(b, '>');
	}
}

static int
print_rule(void *arg, const char *key, struct span value)
{
	struct strbuf *b = arg;

	strbuf_puts(b, key);
	strbuf_putc(b, '=');
	strbuf_cat(b, value);
	strbuf_putc(b, ' ');
	return 0;
}

static int
count(void *arg, const char *key, struct span value)
{
	size_t *n = arg;

	(void)key;
	(void)value;
	return ++*n == 300 ? 7 : 0;
}

static void
is(struct strbuf *b, const char *want, const char *in)
{
	strbuf_putc(b, '\0');
	ok(strcmp(b->p, want) == 0, "\"%s\": %s", in, b->p);
	strbuf_reset(b);
}

int
main(void)
{
	char k[RULE_KEYS][RULE_KEY_LEN];
	struct strbuf b = { 0 };
	struct cidr c;
	size_t n;

	for (size_t i = 0; i < NELEM(keys); i++) {
		if (!cidr_parse(span_str(keys[i].ip), &c))
			return 111;
		n = rule_keys(&c, k);
		for (size_t j = 0; j < n; j++) {
			strbuf_puts(&b, j > 0 ? " " : "");
			strbuf_puts(&b, k[j]);
		}
		is(&b, keys[i].keys, keys[i].ip);
	}
	n = rule_local_keys(&c, "65535", k);
	ok(n == 3 &&
		strcmp(k[0],
		    ":2001:0db8:0000:0000:0000:0000:0000:0007.65535") == 0 &&
		strcmp(k[2], "*.65535") == 0,
	    "local keys: %s %s %s", k[0], k[1], k[2]);
	for (size_t i = 0; i < NELEM(values); i++) {
		print_value(tap_exact(values[i].in, strlen(values[i].in)), &b);
		is(&b, values[i].out, values[i].in);
	}
	for (size_t i = 0; i < NELEM(lines); i++) {
		if (rule_line(tap_exact(lines[i].in, strlen(lines[i].in)),
			print_rule, &b) == -1)
			strbuf_puts(&b, "BAD");
		is(&b, lines[i].out, lines[i].in);
	}
	n = 0;
	ok(rule_line(span_str("10.0.0.0/9 deny"), count, &n) == 0 && n == 128,
	    "a /9 is 128 keys: %zu", n);
	n = 0;
	ok(rule_line(span_str("2001:db8::/33 deny"), count, &n) == 7 &&
		n == 300,
	    "the callee's word ends it");
	return done_testing();
}
