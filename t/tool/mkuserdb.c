/*
 * mkuserdb.c: lines "name TAB field|field" from standard input into
 * DIR/userdb.dat and DIR/userdbshadow.dat, as makeuserdb lays them out.
 */
#include <fcntl.h>
#include <gdbm.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/oom.h"
#include "base/span.h"
#include "base/strbuf.h"

void
oom(void)
{
	_exit(111);
}

static void
die(const char *what)
{
	fprintf(stderr, "mkuserdb: cannot write %s\n", what);
	_exit(111);
}

static GDBM_FILE
create(const char *name, int mode)
{
	GDBM_FILE f = gdbm_open(name, 0, GDBM_NEWDB, mode, NULL);

	if (f == NULL)
		die(name);
	return f;
}

static void
put(GDBM_FILE f, struct span name, const struct strbuf *value)
{
	struct strbuf key = { 0 };
	datum k, v = { value->p, (int)value->len };

	strbuf_cat(&key, name);
	k.dptr = key.p;
	k.dsize = (int)key.len;
	if (value->len > 0 && gdbm_store(f, k, v, GDBM_REPLACE) != 0)
		die(key.p);
	strbuf_clear(&key);
}

/* Fields whose name ends in "pw" are secrets. */
static void
put_line(GDBM_FILE dat, GDBM_FILE shadow, struct span line)
{
	struct strbuf open = { 0 }, secret = { 0 }, *to;
	struct span name = span_cut(&line, '\t'), field, key;

	while (line.p < line.end) {
		field = span_cut(&line, '|');
		key = field;
		key = span_cut(&key, '=');
		to = span_len(key) >= 2 && memcmp(key.end - 2, "pw", 2) == 0
			 ? &secret
			 : &open;
		if (to->len > 0)
			strbuf_putc(to, '|');
		strbuf_cat(to, field);
	}
	strbuf_puts(&open, open.len > 0 ? "|_=" : "_=");
	put(dat, name, &open);
	put(shadow, name, &secret);
	strbuf_clear(&open);
	strbuf_clear(&secret);
}

int
main(int argc, char **argv)
{
	GDBM_FILE dat, shadow;
	char line[16384];

	if (argc != 2 || chdir(argv[1]) == -1) {
		fputs("usage: mkuserdb DIR <LINES\n", stderr);
		return 100;
	}
	dat = create("userdb.tmp", 0644);
	shadow = create("userdbshadow.tmp", 0600);
	while (fgets(line, sizeof line, stdin) != NULL) {
		struct span s = span_trim(span_str(line));

		if (s.p < s.end && *s.p != '#')
			put_line(dat, shadow, s);
	}
	gdbm_close(dat);
	gdbm_close(shadow);
	if (rename("userdb.tmp", "userdb.dat") == -1 ||
	    rename("userdbshadow.tmp", "userdbshadow.dat") == -1)
		die("userdb.dat");
	return 0;
}
