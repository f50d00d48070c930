/* login.h: what a failed or good login means, in any protocol. */
#ifndef CHAIN_LOGIN_H
#define CHAIN_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "chain/attempt.h"
#include "chain/front.h"
#include "chain/talk.h"
#include "chain/tarpit.h"
#include "sys/log.h"

enum login_end {
	LOGIN_SESSION, /* there was one, and it is over: say nothing more */
	LOGIN_REFUSED, /* say so, and the next command may come */
	LOGIN_REFUSED_LAST, /* say so, and good-bye */
	LOGIN_UNAVAILABLE, /* say so, and good-bye: exit with status */
	LOGIN_GONE /* nobody was there any more when its turn had come */
};

struct login {
	const struct front *f;
	char *const *chain; /* the authenticator and its arguments */
	attempt_told *told; /* a session has begun */
	void *arg; /* of told */
	int status; /* to exit with, after the first and the last of these */
	unsigned failures;
	struct tarpit pit;
	const char *user; /* of the attempt that runs */
};

/*
 * Try what *a holds, which is forgotten before the session; wait first where
 * the tarpit wants it.  The connection is
 * the session's now: nobody else may write to it before this returns.  A
 * refusal returns when the delay of the settings has passed since the start
 * of the authenticator: how long that took cannot be seen.
 */
enum login_end login_try(struct login *l, struct talk_ask *a);

/*
 * The same refusal for what cannot be tried, because it breaks the rules of
 * method or is longer than any account's.
 */
enum login_end login_refuse(struct login *l, const char *method);

/* "ip=[...], port=[...]" for log lines. */
const char *login_peer(const struct front *f, char buf[128]);

/*
 * log_event() with the client's address and port; who stands in front of
 * them, more[0] and more[1] behind.  Each may be NULL, and have no name.
 */
void login_event(const struct front *f, const char *level, const char *event,
    const struct log_field *who, const struct log_field more[2]);

#endif
