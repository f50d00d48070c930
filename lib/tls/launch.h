/* launch.h: start tlsd-engine, and serve it until it needs nothing more. */
#ifndef TLS_LAUNCH_H
#define TLS_LAUNCH_H

#include "sys/peer.h"
#include "tls/conf.h"

/* What tlsd-engine finds at its start, beside 0, 1 and 2. */
enum { ENGINE_CLEAR = 3, ENGINE_REPORT = 4, ENGINE_OPENER = 5 };

/*
 * Run tlsd-engine, found by PATH, on the network at 0 and 1, with its clear
 * text on the descriptor clear and the list to be written to report, or -1.
 * Both are numbered 10 or more and stay open here.  It has the ids of conf
 * when this is root, and of the environment only what it reads; it is nobody's
 * child.  Returns a socket for opener.h, or -1 with errno.
 */
int launch_engine(const struct tls_conf *conf, const struct peer *peer,
    int clear, int report);

/*
 * Give the engine what it may have and close sock: at once when it is gone,
 * at the latest some seconds after its own time is over.
 */
void launch_serve(int sock, const struct tls_conf *conf, const char *local_ip);

/* Until when (clock.h) an engine that starts now must have finished. */
int64_t launch_deadline(const struct tls_conf *conf);

#endif
