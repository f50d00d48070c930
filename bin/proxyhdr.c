/* proxyhdr.c: take the address of the client from a proxy that may tell it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/oom.h"
#include "chain/proxyhdr.h"
#include "sys/cidr.h"
#include "sys/clock.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/peer.h"
#include "sys/proc.h"

enum { SECONDS = 10, SECONDS_MAX = 3600 };

void
oom(void)
{
	_exit(111);
}

static int
usage(void)
{
	fputs("usage: proxyhdr [-t seconds] program [argument ...]\n", stderr);
	return 100;
}

static bool
may_tell(const struct peer *p)
{
	struct span list = span_str(env_str("SATCHEL_PROXY_FROM", ""));
	struct cidr c;

	return cidr_parse(span_str(p->ip), &c) && cidr_listed(&c, list);
}

/* Whether the header is there and told. */
static bool
take_header(const struct peer *proxy, uint32_t seconds)
{
	int64_t by = clock_mono_ms() + (int64_t)seconds * 1000;
	const char *why = "";
	struct peer p;

	switch (proxyhdr_read(0, by, &p)) {
	case PROXYHDR_OK:
		if (p.ip[0] == '\0' || proxyhdr_export(&p) == 0)
			return true;
		why = strerror(errno);
		break;
	case PROXYHDR_MORE:
	case PROXYHDR_BAD:
		why = "malformed";
		break;
	case PROXYHDR_EOF:
		why = "connection closed";
		break;
	case PROXYHDR_LATE:
		why = "none in time";
		break;
	case PROXYHDR_ERR:
		why = strerror(errno);
		break;
	}
	log_line("WARN", "PROXY header: %s, ip=[%s], port=[%s]", why, proxy->ip,
	    proxy->port);
	return false;
}

int
main(int argc, char **argv)
{
	uint32_t seconds = SECONDS;
	struct peer p;
	struct span in;
	int c;

	while ((c = getopt(argc, argv, "+t:")) != -1) {
		in = span_str(c == 't' ? optarg : "");
		if (c != 't' || !num_u32(&in, &seconds) || in.p < in.end ||
		    seconds == 0 || seconds > SECONDS_MAX)
			return usage();
	}
	if (optind == argc)
		return usage();
	if (fcntl(0, F_GETFD) == -1 || fcntl(1, F_GETFD) == -1)
		return 111;
	(void)peer_find(&p);
	log_open("proxyhdr");
	if (proc_path(argv[0]) == -1) {
		log_line("ERR", "cannot find %s: %s", argv[0], strerror(errno));
		return 111;
	}
	if (may_tell(&p) && !take_header(&p, seconds))
		return 0;
	(void)execvp(argv[optind], argv + optind);
	log_line("ERR", "cannot run %s: %s", argv[optind], strerror(errno));
	return 111;
}
