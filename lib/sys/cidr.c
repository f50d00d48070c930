/* cidr.c: one form for both kinds of addresses. */
#include "sys/cidr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

enum { FOUR_BITS = 96 };

static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

static void
cut(struct cidr *c, unsigned bits)
{
	unsigned whole = bits / 8;

	c->bits = bits;
	if (whole == sizeof c->b)
		return;
	c->b[whole] &= (unsigned char)(0xff00 >> bits % 8);
	memset(c->b + whole + 1, 0, sizeof c->b - whole - 1);
}

/* The address alone; *max is how long its prefix can be. */
static bool
parse_address(struct span s, struct cidr *c, unsigned *max)
{
	char text[INET6_ADDRSTRLEN];
	size_t len = span_len(s);

	if (len == 0 || len >= sizeof text || memchr(s.p, '\0', len) != NULL)
		return false;
	memcpy(text, s.p, len);
	text[len] = '\0';
	memcpy(c->b, mapped, sizeof mapped);
	*max = 32;
	if (inet_pton(AF_INET, text, c->b + 12) == 1)
		return true;
	*max = 128;
	return inet_pton(AF_INET6, text, c->b) == 1;
}

bool
cidr_parse(struct span s, struct cidr *out)
{
	bool block = span_find(s, '/') != NULL;
	struct span ip = span_cut(&s, '/');
	struct cidr c;
	unsigned max;
	uint32_t bits;

	if (!parse_address(ip, &c, &max))
		return false;
	bits = max;
	if (block && (!num_u32(&s, &bits) || s.p < s.end || bits > max))
		return false;
	cut(&c, bits + 128 - max);
	*out = c;
	return true;
}

bool
cidr_is_four(const struct cidr *c)
{
	return c->bits >= FOUR_BITS && memcmp(c->b, mapped, sizeof mapped) == 0;
}

struct cidr
cidr_network(const struct cidr *c, unsigned four, unsigned six)
{
	unsigned bits = cidr_is_four(c) ? FOUR_BITS + four : six;
	struct cidr n = *c;

	if (bits < n.bits)
		cut(&n, bits);
	return n;
}

bool
cidr_within(const struct cidr *c, const struct cidr *block)
{
	struct cidr n = *c;

	if (c->bits < block->bits)
		return false;
	cut(&n, block->bits);
	return memcmp(n.b, block->b, sizeof n.b) == 0;
}

bool
cidr_equal(const struct cidr *a, const struct cidr *b)
{
	return a->bits == b->bits && memcmp(a->b, b->b, sizeof a->b) == 0;
}

bool
cidr_listed(const struct cidr *c, struct span list)
{
	struct cidr block;

	while (list.p < list.end) {
		const char *p = list.p;

		while (p < list.end && strchr(" \t\n,", *p) == NULL)
			p++;
		if (cidr_parse(span_of(list.p, (size_t)(p - list.p)), &block) &&
		    cidr_within(c, &block))
			return true;
		list.p = p < list.end ? p + 1 : p;
	}
	return false;
}

void
cidr_text(const struct cidr *c, char out[CIDR_LEN])
{
	bool four = cidr_is_four(c);
	unsigned bits = four ? c->bits - FOUR_BITS : c->bits;
	size_t len;

	if (four)
		(void)inet_ntop(AF_INET, c->b + 12, out, CIDR_LEN);
	else
		(void)inet_ntop(AF_INET6, c->b, out, CIDR_LEN);
	len = strlen(out);
	if (bits < (four ? 32 : 128))
		(void)snprintf(out + len, CIDR_LEN - len, "/%u", bits);
}
