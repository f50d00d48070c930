/* tlsname.c: any octets as a host name, as a list, as tickets. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ticketkey.h"
#include "sys/tlslist.h"
#include "tls/servername.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

/* What is a name may be a part of a path. */
static void
look_name(struct span in)
{
	char out[SERVERNAME_LEN];

	if (!servername_take(in, out))
		return;
	if (strlen(out) != span_len(in) || strchr(out, '/') != NULL ||
	    *out == '.' || strstr(out, "..") != NULL)
		abort();
}

static void
look_list(struct span in)
{
	struct span rest = in, name, value;
	struct strbuf again = { 0 };

	while (tlslist_take(&rest, &name, &value)) {
		if (name.p < in.p || name.end > in.end ||
		    span_find(name, '\0') != NULL)
			abort();
		if (tlslist_is_name(name) && span_find(name, '=') != NULL)
			abort();
		if (value.p != NULL)
			tlslist_put(&again, "SSL_X", value);
	}
	tlslist_end(&again);
	if (!tlslist_is_whole(strbuf_span(&again)))
		abort();
	strbuf_clear(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const unsigned char name[TICKET_NAME_LEN] = "0123456789abcdef";
	struct span in = span_of(p, len);

	look_name(in);
	look_list(in);
	(void)ticketkey_is_named(35, p, len, name);
	(void)ticketkey_is_named(41, p, len, name);
	return 0;
}
