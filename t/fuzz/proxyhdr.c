/* proxyhdr.c: any bytes as a header of the PROXY protocol. */
#include "chain/proxyhdr.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sys/cidr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool good)
{
	if (!good)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span in = span_of(data, len);
	struct peer p, again;
	struct cidr c;
	size_t used = 0, n = 0;

	memset(&p, 'x', sizeof p);
	switch (proxyhdr_parse(in, &p, &used)) {
	case PROXYHDR_OK:
		must(used > 0 && used <= len && used <= PROXYHDR_LEN);
		must(p.ip[0] == '\0' || cidr_parse(span_str(p.ip), &c));
		/* what follows changes nothing, and no prefix is enough */
		must(proxyhdr_parse(span_of(data, used), &again, &n) ==
			 PROXYHDR_OK &&
		     n == used && strcmp(p.ip, again.ip) == 0);
		for (size_t i = 0; i < used; i++)
			must(proxyhdr_parse(span_of(data, i), &again, &n) ==
			     PROXYHDR_MORE);
		break;
	case PROXYHDR_MORE:
		must(len < PROXYHDR_LEN && p.ip[0] == 'x');
		break;
	case PROXYHDR_BAD:
		must(p.ip[0] == 'x' && used == 0);
		break;
	default:
		abort();
	}
	return 0;
}
