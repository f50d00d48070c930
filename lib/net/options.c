/* options.c: arguments before settings, settings before defaults. */
#include "net/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/strbuf.h"
#include "net/activate.h"
#include "sys/env.h"

/*
 * couriertcpd's 40 and 4 keep out sites behind one address, and clients that
 * open a connection for each folder.
 */
enum { TOTAL = 1000, PER_ADDRESS = 100, NUMBER_MAX = 1000000, BACKLOG = 511 };

const char options_usage[] =
    "usage: listen [-1L] [-b backlog] [-C per-address] [-c total] [-g group]\n"
    "\t[-l ports] [-N per-network] [-u user] [-x access]\n"
    "\tprogram [argument ...]\n";

static bool
number(const char *text, uint32_t min, uint32_t *n)
{
	struct span in = span_str(text);

	return num_u32(&in, n) && in.p == in.end && *n >= min &&
	       *n <= NUMBER_MAX;
}

/* As Courier's scripts: it is used when it has been made. */
static const char *
imap_access(void)
{
	const char *prefix = env_str("IMAPACCESSFILE", NULL);
	struct strbuf path = { 0 };

	if (prefix == NULL)
		return NULL;
	strbuf_puts(&path, prefix);
	strbuf_puts(&path, ".dat");
	return access(path.p, F_OK) == 0 ? path.p : NULL; /* kept for good */
}

static uint32_t
setting(const char *name, uint32_t def)
{
	uint32_t n = env_num(name, def);

	return n > NUMBER_MAX ? NUMBER_MAX : n;
}

static void
read_settings(struct options *o)
{
	o->backlog = BACKLOG;
	o->list = env_str("PORT", NULL);
	o->address = env_str("ADDRESS", "");
	o->server.total = setting("MAXDAEMONS", TOTAL);
	if (o->server.total == 0)
		o->server.total = TOTAL;
	o->server.per_address = setting("MAXPERIP", PER_ADDRESS);
	o->server.per_network = setting("MAXPERC", 0);
	o->server.access = imap_access();
}

static bool
take(struct options *o, int c)
{
	switch (c) {
	case '1':
		o->server.print = true;
		return true;
	case 'L':
		o->server.local = true;
		return true;
	case 'b':
		return number(optarg, 1, &o->backlog);
	case 'C':
		return number(optarg, 0, &o->server.per_address);
	case 'c':
		return number(optarg, 1, &o->server.total);
	case 'N':
		return number(optarg, 0, &o->server.per_network);
	case 'g':
		o->group = optarg;
		return true;
	case 'l':
		o->list = optarg;
		return true;
	case 'u':
		o->user = optarg;
		return true;
	case 'x':
		o->server.access = *optarg == '\0' ? NULL : optarg;
		return true;
	default:
		return false;
	}
}

bool
options_read(struct options *o, int argc, char **argv)
{
	int c;

	read_settings(o);
	while ((c = getopt(argc, argv, "+1Lb:C:c:g:l:N:u:x:")) != -1)
		if (!take(o, c))
			return false;
	if (optind == argc)
		return false;
	o->server.chain = argv + optind;
	return true;
}

int
options_sockets(struct options *o, const char **bad)
{
	struct sockets *s = &o->server.sockets;
	struct span item;
	int first = 0, n = activate_sockets(&first);
	static char text[80];

	*bad = "systemd's sockets";
	if (n == -1 || (n > 0 && sockets_adopt(s, first, n) == -1))
		return -1;
	*bad = "no port";
	errno = EINVAL;
	if (n == 0 && o->list == NULL)
		return -1;
	if (n == 0 && sockets_bind(s, span_str(o->list), o->address,
			  (int)o->backlog, &item) == -1) {
		(void)snprintf(
		    text, sizeof text, "%.*s", (int)span_len(item), item.p);
		*bad = text;
		return -1;
	}
	return s->n == 0 ? -1 : 0;
}
