/* engine.h: one connection's TLS, from its rights to its last octet. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

/*
 * Run on the descriptors of launch.h, which tlsd has arranged.  Returns an
 * exit status: 0 also for a handshake that has failed, of which there is a
 * line in the log.
 */
int engine_run(void);

#endif
