/* tarpit.h: those who guess have to wait, whatever connection they come by. */
#ifndef CHAIN_TARPIT_H
#define CHAIN_TARPIT_H

#include <stdbool.h>
#include <stdint.h>

struct tarpit {
	int dir; /* -1: nobody waits */
	uint64_t key[2];
};

/*
 * The directory dir, which is made when only its last component is missing.
 * Where it is not, or is not this user's alone, nobody waits: 0, or -1 with
 * errno when that is not just because there is none.
 */
int tarpit_open(struct tarpit *t, const char *dir);
void tarpit_close(struct tarpit *t);

/*
 * For an attempt of user from the address ip ("" is nobody's: no wait), in
 * milliseconds, at most max.  Whoever waits does so before the attempt, so
 * that a good password cannot be told from a bad one by the time.
 */
uint32_t tarpit_delay(
    const struct tarpit *t, const char *ip, const char *user, uint32_t max);

/* How it ended. */
void tarpit_failed(const struct tarpit *t, const char *ip, const char *user);
void tarpit_succeeded(const struct tarpit *t, const char *ip, const char *user);

#endif
