/* limits.h: every bound that a client can push against. */
#ifndef POP3_LIMITS_H
#define POP3_LIMITS_H

enum {
	/* A command, without its CRLF (RFC 2449 section 4: 255 with it). */
	LIMIT_LINE = 253,
	/* Autologout (RFC 1939 section 3: at least 10 minutes). */
	LIMIT_IDLE_SECONDS = 10 * 60,
	/* A client that takes nothing. */
	LIMIT_WRITE_SECONDS = 60,
};

#endif
