/*
 * rule.c: addresses as keys, and what stands under them.
 *
 *	192.0.2.7	allow,NAME="value",MAXCPERIP=5
 *	192.0.2		deny
 *	:2001:0db8	deny
 *	*		allow
 *
 * A block is a key when it ends where a number of the address ends; others
 * are several keys.
 */
#include "net/rule.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/num.h"

enum { FOUR_BITS = 96, EXPAND_MAX = 1 << 16 };

/* The first n numbers of c: bytes in decimal, or pairs of them in hex. */
static void
print_key(const struct cidr *c, unsigned n, char key[RULE_KEY_LEN])
{
	bool four = cidr_is_four(c);
	const unsigned char *b = four ? c->b + 12 : c->b;
	size_t len = 0;

	for (unsigned i = 0; i < n; i++)
		len +=
		    (size_t)(four ? snprintf(key + len, RULE_KEY_LEN - len,
					i == 0 ? "%u" : ".%u", b[i])
				  : snprintf(key + len, RULE_KEY_LEN - len,
					":%02x%02x", b[2 * i], b[2 * i + 1]));
}

size_t
rule_keys(const struct cidr *c, char keys[RULE_KEYS][RULE_KEY_LEN])
{
	size_t n = 0;

	for (unsigned i = cidr_is_four(c) ? 4 : 8; i > 0; i--)
		print_key(c, i, keys[n++]);
	memcpy(keys[n++], "*", 2);
	return n;
}

size_t
rule_local_keys(
    const struct cidr *c, const char *port, char keys[RULE_KEYS][RULE_KEY_LEN])
{
	unsigned n = cidr_is_four(c) ? 4 : 8;
	char ip[RULE_KEY_LEN];

	print_key(c, n, ip);
	/* 39 bytes of an address and 5 of a port: all of them fit */
	(void)snprintf(keys[0], RULE_KEY_LEN, "%.40s.%.6s", ip, port);
	(void)snprintf(keys[1], RULE_KEY_LEN, "%s", ip);
	(void)snprintf(keys[2], RULE_KEY_LEN, "*.%.6s", port);
	return 3;
}

bool
p_rule_verdict(struct span *in, bool *allow)
{
	struct span s = *in;
	bool yes = span_len(s) >= 5 && memcmp(s.p, "allow", 5) == 0;

	if (!yes && (span_len(s) < 4 || memcmp(s.p, "deny", 4) != 0))
		return false;
	s.p += yes ? 5 : 4;
	if (s.p < s.end && *s.p != ',')
		return false;
	*in = s;
	*allow = yes;
	return true;
}

static bool
is_name(struct span s)
{
	if (s.p == s.end || ascii_isdigit((unsigned char)*s.p))
		return false;
	for (; s.p < s.end; s.p++) {
		unsigned char c = (unsigned char)*s.p;

		if (!ascii_isalpha(c) && !ascii_isdigit(c) && c != '_')
			return false;
	}
	return true;
}

bool
p_rule_item(struct span *in, struct span *name, struct span *value)
{
	struct span s = *in, key, text;
	const char *p, *end;

	if (!span_eat(&s, ','))
		return false;
	for (p = s.p; p < s.end && *p != ',' && *p != '='; p++)
		;
	key = (struct span){ s.p, p };
	s.p = p;
	text = (struct span){ p, p };
	if (span_eat(&s, '=')) {
		char quote = s.p < s.end ? *s.p : '\0';
		bool quoted = quote == '"' || quote == '\'';

		s.p += quoted;
		end = span_find(s, quoted ? quote : ',');
		if (end == NULL && quoted)
			return false;
		text = (struct span){ s.p, end == NULL ? s.end : end };
		s.p = text.end + quoted;
	}
	if (!is_name(key) || span_find(text, '\0') != NULL ||
	    (s.p < s.end && *s.p != ','))
		return false;
	*name = key;
	*value = text;
	*in = s;
	return true;
}

/* --- text to keys --------------------------------------------------------- */

static bool
is_value(struct span s)
{
	struct span name, value;
	bool allow;

	if (!p_rule_verdict(&s, &allow) || (!allow && s.p < s.end))
		return false;
	while (s.p < s.end)
		if (!p_rule_item(&s, &name, &value))
			return false;
	return true;
}

/* The next block of the same length as c; false behind the last one. */
static bool
next_block(struct cidr *c)
{
	for (unsigned bit = c->bits; bit > 0; bit--) {
		unsigned char mask = (unsigned char)(0x80 >> (bit - 1) % 8);
		unsigned char *b = &c->b[(bit - 1) / 8];

		*b ^= mask;
		if (*b & mask)
			return true;
	}
	return false;
}

/* Every key of the block. */
static int
expand(const struct cidr *block, rule_each *each, void *arg, struct span value)
{
	bool four = cidr_is_four(block);
	unsigned base = four ? FOUR_BITS : 0, step = four ? 8 : 16;
	unsigned n = (block->bits - base + step - 1) / step;
	struct cidr c = *block;
	char key[RULE_KEY_LEN];
	int r = 0;

	if (n == 0) /* all of one kind is more than "*" may say */
		return -1;
	c.bits = base + n * step;
	for (long i = 0; i < EXPAND_MAX && cidr_within(&c, block); i++) {
		print_key(&c, n, key);
		if ((r = each(arg, key, value)) != 0 || !next_block(&c))
			return r;
	}
	return 0;
}

/* "192.0.2" and "192.0.2.", of one to three numbers. */
static bool
p_prefix_four(struct span s, struct cidr *c)
{
	static const struct cidr zero = { .b = { [10] = 0xff, [11] = 0xff } };
	unsigned n = 0;
	uint32_t byte;

	*c = zero;
	do {
		if (n == 3 || !num_u32(&s, &byte) || byte > 255)
			return false;
		c->b[12 + n++] = (unsigned char)byte;
	} while (span_eat(&s, '.') && s.p < s.end);
	c->bits = FOUR_BITS + 8 * n;
	return s.p == s.end;
}

/* ":2001:0db8", up to eight numbers of up to four digits. */
static bool
p_prefix_six(struct span s, struct cidr *c)
{
	static const struct cidr zero;
	unsigned n = 0;

	*c = zero;
	while (n < 8 && span_eat(&s, ':')) {
		unsigned word = 0, digits = 0;

		for (; s.p < s.end && digits < 4; s.p++, digits++) {
			int x = ascii_hex((unsigned char)*s.p);

			if (x == -1)
				break;
			word = word * 16 + (unsigned)x;
		}
		if (digits == 0)
			return false;
		c->b[2 * n] = (unsigned char)(word >> 8);
		c->b[2 * n + 1] = (unsigned char)word;
		n++;
	}
	c->bits = 16 * n;
	return n > 0 && s.p == s.end;
}

/* "192.0.2.7.143", "*.143": the address that is connected to. */
static bool
is_local(struct span s)
{
	const char *dot = NULL;
	struct span ip, port;
	struct cidr c;
	uint32_t n;

	for (const char *p = s.p; p < s.end; p++)
		if (*p == '.')
			dot = p;
	if (dot == NULL || s.end - s.p >= RULE_KEY_LEN)
		return false;
	ip = (struct span){ s.p, dot };
	port = (struct span){ dot + 1, s.end };
	if (!num_u32(&port, &n) || port.p < port.end || n == 0 || n > 65535)
		return false;
	return span_is(ip, "*") || (cidr_parse(ip, &c) && c.bits == 128) ||
	       (p_prefix_six(ip, &c) && c.bits == 128);
}

/* A key that is used as it stands. */
static int
once(struct span s, rule_each *each, void *arg, struct span value)
{
	char key[RULE_KEY_LEN];

	memcpy(key, s.p, span_len(s));
	key[span_len(s)] = '\0';
	return each(arg, key, value);
}

int
rule_line(struct span line, rule_each *each, void *arg)
{
	struct span s = span_trim(line), key = s;
	struct cidr block;

	if (s.p == s.end || *s.p == '#')
		return 0;
	while (s.p < s.end && !ascii_isspace((unsigned char)*s.p))
		s.p++;
	key.end = s.p;
	s = span_trim(s);
	if (!is_value(s))
		return -1;
	if (span_is(key, "*"))
		return once(key, each, arg, s);
	if (cidr_parse(key, &block) || p_prefix_four(key, &block) ||
	    p_prefix_six(key, &block))
		return expand(&block, each, arg, s);
	return is_local(key) ? once(key, each, arg, s) : -1;
}
