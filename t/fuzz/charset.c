/* charset.c: any bytes in any charset make UTF-8, and not much of it. */
#include "text/charset.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/nelem.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Each decoder there is, and each kind of table. */
static const char *const names[] = { "us-ascii", "utf-8", "iso-8859-1", "utf-7",
	"utf-16", "utf-16be", "utf-16le", "unicode", "ucs-2", "ucs-2be",
	"utf-32", "utf-32be", "utf-32le", "iso-2022-jp", "iso-2022-jp-1",
	"iso-2022-jp-2", "iso-2022-jp-3", "iso-2022-jp-ms", "iso-2022-kr",
	"iso-2022-cn", "iso-2022-cn-ext", "hz-gb-2312", "iso-8859-7",
	"windows-1255", "windows-1258", "iso_6937", "ibm037", "shift_jis",
	"shift_jisx0213", "euc-jp", "euc-jisx0213", "euc-kr", "euc-tw", "gbk",
	"gb18030", "big5-hkscs", "johab" };

/* The first byte says which charset; the rest is in it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct strbuf out = { 0 };
	struct span name, in;

	if (len == 0)
		return 0;
	name = span_str(names[data[0] % NELEM(names)]);
	in = span_of(data + 1, len - 1);
	strbuf_puts(&out, "x");
	if (!charset_to_utf8(name, in, &out) || out.p[0] != 'x' ||
	    out.p[out.len] != '\0' || !utf8_valid(strbuf_span(&out)) ||
	    out.len > 1 + 8 * len)
		abort();
	strbuf_clear(&out);
	return 0;
}
