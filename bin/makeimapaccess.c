/* makeimapaccess.c: the access file of listen and couriertcpd, from text. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/oom.h"
#include "base/strbuf.h"
#include "net/compile.h"
#include "sys/env.h"

void
oom(void)
{
	fputs("makeimapaccess: out of memory\n", stderr);
	_exit(111);
}

int
main(int argc, char **argv)
{
	const char *from = env_str("IMAPACCESSFILE", "/etc/courier/imapaccess");
	struct compile_error e;
	struct strbuf to = { 0 };

	if (argc > 3 || (argc > 1 && *argv[1] == '-')) {
		fputs("usage: makeimapaccess [text [database]]\n", stderr);
		return 100;
	}
	if (argc > 1)
		from = argv[1];
	strbuf_puts(&to, argc > 2 ? argv[2] : from);
	if (argc < 3)
		strbuf_puts(&to, ".dat");
	(void)umask(022); /* whoever listen becomes must be able to read it */
	if (compile_access(from, to.p, &e) == 0)
		return 0;
	if (e.line > 0) {
		(void)fprintf(stderr,
		    "makeimapaccess: %s:%zu: no address with allow or deny\n",
		    e.file, e.line);
		return 100;
	}
	(void)fprintf(
	    stderr, "makeimapaccess: %s: %s\n", e.file, strerror(errno));
	return 111;
}
