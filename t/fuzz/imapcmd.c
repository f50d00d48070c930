/* imapcmd.c: any bytes as a command before login. */
#include <stdlib.h>
#include <unistd.h>

#include "base/oom.h"
#include "chain/imapcmd.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct span in = span_of(p, len);
	struct imapcmd c;
	char buf[512];
	uint32_t n;
	size_t l;

	if (imapcmd_parse(in, &c) != IMAPCMD_DONE)
		c.verb = IMAPCMD_OTHER;
	if (c.verb == IMAPCMD_ID && imapcmd_id(&c, buf, 64) > 63)
		abort();
	if (c.verb == IMAPCMD_LOGIN) {
		(void)imapcmd_copy(c.user, buf, sizeof buf, &l);
		(void)imapcmd_copy(c.password, buf, sizeof buf, &l);
		if (c.password.s.end > in.end || c.user.s.p < in.p)
			abort();
	}
	(void)imapcmd_ends_nonsync(in, &n);
	return 0;
}
