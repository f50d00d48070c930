/* dialogue.h: what the dialogues before login have in common. */
#ifndef CHAIN_DIALOGUE_H
#define CHAIN_DIALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "chain/front.h"
#include "chain/login.h"
#include "sys/rd.h"
#include "sys/wr.h"

enum {
	DIALOGUE_COMMANDS = 32, /* before login; a client needs four */
	/* of SASL, in base64; RFC 4422 sets no bound */
	DIALOGUE_RESPONSE = 65536
};

/* What is to be done next. */
enum next {
	NEXT_COMMAND,
	NEXT_END, /* all is said */
	NEXT_GONE, /* the client is, or is to be treated so */
	NEXT_SESSION /* there was one: not a word more */
};

struct dialogue {
	const struct front *f;
	struct login login;
	struct rd in;
	struct wr out;
	struct strbuf line; /* a command, then its responses: secrets */
	struct strbuf decoded; /* of base64 */
	int64_t begun; /* ms */
};

/*
 * *d is zero.  line will never be moved as long as it holds no more than a
 * response and room bytes: a copy of a secret would be left behind.
 */
void dialogue_open(struct dialogue *d, const struct front *f,
    char *const chain[], size_t room);

/* Forget what may be a secret; the memory stays where it is. */
void dialogue_forget(struct dialogue *d);

/* Send text and CRLF. */
void dialogue_say(struct dialogue *d, const char *text);

/* login_try() and login_refuse(), with nothing left in *d. */
enum login_end dialogue_try(struct dialogue *d);
enum login_end dialogue_refuse(struct dialogue *d, const char *method);

enum dialogue_auth {
	AUTH_READY, /* name and password are in d->login: dialogue_try() */
	AUTH_BAD, /* not by the mechanism's rules: dialogue_refuse() */
	AUTH_UNKNOWN, /* no such mechanism */
	AUTH_CANCELLED,
	AUTH_DAMAGED, /* not base64 */
	AUTH_UNREAD /* a response could not be read */
};

struct dialogue_sasl {
	struct span mechanism;
	struct span initial; /* base64 or "="; p NULL: none.  A view of line */
	const char *method; /* set for AUTH_BAD */
	enum rd_result got; /* set for AUTH_UNREAD */
};

/* The challenges and responses of a SASL exchange. */
enum dialogue_auth dialogue_sasl(struct dialogue *d, struct dialogue_sasl *s);

/* Whether a first line is that of HTTP, SMTP, SSH or TLS: a lured client. */
bool dialogue_is_foreign(struct span line);

/* Read and answer command number i, from 0, and forget it. */
typedef enum next dialogue_command(void *arg, unsigned i);

/*
 * One command after the other, up to the end.  Returns the status to exit
 * with: that of the session, 0 when there was none, 111 when there could be
 * none.
 */
int dialogue_run(struct dialogue *d, dialogue_command *command, void *arg);

#endif
