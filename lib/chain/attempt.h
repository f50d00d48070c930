/* attempt.h: one try of a name and a password. */
#ifndef CHAIN_ATTEMPT_H
#define CHAIN_ATTEMPT_H

#include <stdint.h>
#include <sys/types.h>

#include "base/span.h"

enum attempt_end {
	ATTEMPT_SESSION, /* there was one, and it is over: say nothing more */
	ATTEMPT_REFUSED,
	ATTEMPT_FAILED, /* nobody knows: the chain is out of order */
	ATTEMPT_STUCK /* likewise: it took too long, and was ended */
};

struct attempt {
	char *const *chain;
	pid_t pid;
	int ready; /* the end of the pipe that a session tells by */
};

/*
 * Start the authenticator chain[0] with the arguments chain and give it name
 * and password on descriptor 3.  SATCHEL_READYFD names a pipe on which a
 * session says that it runs.  0, and the chain owns the connection until
 * attempt_finish(); or -1 with errno: EMSGSIZE and EINVAL mean that no
 * account can have such a name and password.
 */
int attempt_start(char *const chain[], struct span name, struct span password,
    struct attempt *a);

/* The session runs. */
typedef void attempt_told(void *arg);

/*
 * Wait for the end of the chain and, with it, of the session it became; told
 * is called when that begins, as far as anybody can know.  After seconds (0:
 * never) an authenticator that is still itself, and has no child, is ended.
 * *status is the exit status to pass on after ATTEMPT_SESSION.  Only after
 * another result may this process use the connection again.
 */
enum attempt_end attempt_finish(struct attempt *a, uint32_t seconds,
    attempt_told *told, void *arg, int *status);

#endif
