/* options.h: what listen is told, by arguments and by the environment. */
#ifndef NET_OPTIONS_H
#define NET_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "net/server.h"

struct options {
	struct server_conf server;
	uint32_t backlog;
	const char *list; /* ports; NULL: those that systemd passes */
	const char *address; /* of ports without one */
	const char *user;
	const char *group;
};

extern const char options_usage[];

/*
 * Arguments, and for what they leave open MAXDAEMONS, MAXPERIP, MAXPERC,
 * PORT, ADDRESS and IMAPACCESSFILE; false for what nobody understands.
 */
bool options_read(struct options *o, int argc, char **argv);

/*
 * Open o->server.sockets: those of systemd, or those of the list.  0; or -1
 * with errno, and then *bad is what could not be had; EINVAL: it is none.
 */
int options_sockets(struct options *o, const char **bad);

#endif
