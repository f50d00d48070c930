/* dialogue.h: what the dialogues before login have in common. */
#ifndef CHAIN_DIALOGUE_H
#define CHAIN_DIALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "chain/front.h"
#include "chain/talk.h"
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
	NEXT_SESSION /* somebody else speaks now: not a word more */
};

struct dialogue {
	const struct front *f;
	int keeper; /* talk.h */
	struct rd in;
	struct wr out;
	struct strbuf line; /* a command, then its responses: secrets */
	struct strbuf decoded; /* of base64: secrets */
	struct talk_ask ask; /* name and password: secrets */
};

/*
 * *d is zero.  line will never be moved as long as it holds no more than a
 * response and room bytes: a copy of a secret would be left behind.  From
 * here on the process is in its jail.
 */
void dialogue_open(
    struct dialogue *d, const struct front *f, int keeper, size_t room);

/* Forget what was read and may be a secret; the memory stays where it is. */
void dialogue_forget(struct dialogue *d);

/* Send text and CRLF. */
void dialogue_say(struct dialogue *d, const char *text);

/* What there is to be said after an attempt. */
enum dialogue_end {
	DIALOGUE_SESSION, /* not a word more */
	DIALOGUE_REFUSED,
	DIALOGUE_REFUSED_LAST, /* and good-bye */
	DIALOGUE_UNAVAILABLE /* and good-bye */
};

/*
 * Have the name and password in d->ask tried by the method; or have something
 * that breaks the method's rules refused in the same way.  All output is
 * flushed before, and nothing is left in *d.
 */
enum dialogue_end dialogue_try(struct dialogue *d, enum talk_method method);
enum dialogue_end dialogue_refuse(struct dialogue *d, enum talk_method method);

/* Have it logged; d->ask may hold more. */
void dialogue_event(struct dialogue *d, enum talk_event event);

/*
 * STARTTLS: the client has said nothing behind it, so ok is sent, and all of
 * this ends.  False, and logged, when it has: nothing may be sent.
 */
bool dialogue_start_tls(struct dialogue *d, struct span ok);

enum dialogue_auth {
	AUTH_READY, /* name and password are in d->ask: dialogue_try() */
	AUTH_BAD, /* not by the mechanism's rules: dialogue_refuse() */
	AUTH_UNKNOWN, /* no such mechanism */
	AUTH_CANCELLED,
	AUTH_DAMAGED, /* not base64 */
	AUTH_UNREAD /* a response could not be read */
};

struct dialogue_sasl {
	struct span mechanism;
	struct span initial; /* base64 or "="; p NULL: none.  A view of line */
	enum talk_method method; /* set for AUTH_READY and AUTH_BAD */
	enum rd_result got; /* set for AUTH_UNREAD */
};

/* The challenges and responses of a SASL exchange. */
enum dialogue_auth dialogue_sasl(struct dialogue *d, struct dialogue_sasl *s);

/* Whether a first line is that of HTTP, SMTP, SSH or TLS: a lured client. */
bool dialogue_is_foreign(struct span line);

/* Read and answer command number i, from 0, and forget it. */
typedef enum next dialogue_command(void *arg, unsigned i);

/* One command after the other, up to the end. */
void dialogue_run(struct dialogue *d, dialogue_command *command, void *arg);

#endif
