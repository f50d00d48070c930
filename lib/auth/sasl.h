/* sasl.h: the server's side of the mechanisms. */
#ifndef AUTH_SASL_H
#define AUTH_SASL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

enum { SASL_FIELD_LEN = 512 };

/* What a mechanism asks for, decoded; secrets: sasl_clear(). */
struct sasl {
	const struct sasl_mechanism *mechanism;
	unsigned step; /* responses taken so far */
	size_t user_len;
	size_t password_len;
	char user[SASL_FIELD_LEN];
	char password[SASL_FIELD_LEN];
};

enum sasl_result {
	SASL_MORE, /* send the next challenge */
	SASL_DONE, /* user and password are there; empty with EXTERNAL */
	SASL_BAD /* not what the mechanism's grammar allows, or too long */
};

/*
 * The names of the mechanisms that anybody may use, in the order to announce
 * them; NULL past it.  EXTERNAL, which needs a certificate, is not among them.
 */
const char *sasl_name(size_t i);

/* The mechanism that was begun. */
const char *sasl_mechanism(const struct sasl *s);

/* Begin the mechanism name, in any case; false when there is none such. */
bool sasl_start(struct sasl *s, struct span name);

/* What to send, before base64, in front of the next response. */
struct span sasl_challenge(const struct sasl *s);

/*
 * Take a response, decoded from base64; an initial response (RFC 4959) is
 * the first.  After SASL_BAD only sasl_clear() is left to do.
 */
enum sasl_result sasl_response(struct sasl *s, struct span in);

/* Views of what was sent. */
struct span sasl_user(const struct sasl *s);
struct span sasl_password(const struct sasl *s);

void sasl_clear(struct sasl *s);

#endif
