/* num.c: decimal numbers with their bounds. */
#include "base/num.h"

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
