/* num.c: decimal numbers with their bounds. */
#include "base/num.h"

#include <string.h>

#include "base/ascii.h"
#include "base/ckd.h"

bool
num_u64(struct span *in, uint64_t *out)
{
	const char *p = in->p;
	uint64_t n = 0;

	for (; p < in->end && ascii_isdigit((unsigned char)*p); p++)
		if (ckd_mul(&n, n, 10) || ckd_add(&n, n, *p - '0'))
			return false;
	if (p == in->p)
		return false;
	in->p = p;
	*out = n;
	return true;
}

bool
num_u32(struct span *in, uint32_t *out)
{
	struct span s = *in;
	uint64_t n;

	if (!num_u64(&s, &n) || n > UINT32_MAX)
		return false;
	*in = s;
	*out = (uint32_t)n;
	return true;
}

bool
num_fixed(struct span *in, unsigned n, uint32_t *out)
{
	struct span s = *in;
	uint32_t v = 0;

	for (; n > 0; n--, s.p++) {
		if (!span_isdigit(&s))
			return false;
		v = v * 10 + (uint32_t)(*s.p - '0');
	}
	*in = s;
	*out = v;
	return true;
}

/* How many digits n has: from how many bits, which tell it but for one. */
static unsigned
digits_of(uint64_t n)
{
	/* clang-format off */
	static const uint64_t powers[NUM_LEN] = {
		0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
		1000000000, 10000000000, 100000000000, 1000000000000,
		10000000000000, 100000000000000, 1000000000000000,
		10000000000000000, 100000000000000000, 1000000000000000000,
		10000000000000000000U
	};
	/* clang-format on */
	unsigned bits = 64 - (unsigned)__builtin_clzll(n | 1);
	unsigned most = bits * 1233 >> 12; /* times log10(2) */

	return most + (n >= powers[most]);
}

/* Two digits at a time: half as many divisions. */
char *
num_put(char *to, uint64_t n)
{
	static const char pairs[] = "00010203040506070809"
				    "10111213141516171819"
				    "20212223242526272829"
				    "30313233343536373839"
				    "40414243444546474849"
				    "50515253545556575859"
				    "60616263646566676869"
				    "70717273747576777879"
				    "80818283848586878889"
				    "90919293949596979899";
	char *end = to + digits_of(n), *p = end;

	for (; n >= 100; n /= 100)
		memcpy(p -= 2, &pairs[2 * (n % 100)], 2);
	if (n >= 10)
		memcpy(to, &pairs[2 * n], 2);
	else
		*to = (char)('0' + n);
	return end;
}

/* Digits that were written just now would be waited for, were they copied. */
char *
num_put_next(struct num_last *last, uint64_t n, char *to)
{
	const char *end;

	if (n - last->n >= last->left) {
		end = num_put(last->digits, n);
		last->len = (unsigned)(end - last->digits);
		/* the last digit alone changes up to a 9, but for UINT64_MAX */
		last->left = n > UINT64_MAX - 10 ? 1 : 1U + '9' - end[-1];
		last->n = n;
	}
	memcpy(to, last->digits, NUM_LEN); /* a fixed length is no call */
	to += last->len;
	to[-1] = (char)(to[-1] + (char)(n - last->n));
	return to;
}
