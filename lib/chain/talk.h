/* talk.h: what the two halves of a login front say to each other. */
#ifndef CHAIN_TALK_H
#define CHAIN_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/checkpassword.h"
#include "base/span.h"
#include "base/strbuf.h"

/*
 * The talker reads what the client sends, in a jail (sys/jail.h).  The keeper
 * has the rights, and reads nothing of the client's but these messages, which
 * the talker may have been made to write: each is one packet of one size, and
 * lengths and NULs are all that is looked at.  The talker asks, and waits for
 * the answer before it reads on; the end of the socket is an answer as well:
 * there is a session now, or nothing more to be done.
 */
enum talk_kind {
	TALK_TRY = 1, /* name and password, by the method */
	TALK_REFUSE, /* the same refusal for what breaks the method's rules */
	TALK_TLS, /* "OK, begin" has been sent: no answer, the talker ends */
	TALK_LANG, /* name: a range; without one: a list of all */
	TALK_EVENT /* to be logged */
};

enum talk_method {
	TALK_USER, /* LOGIN of IMAP, USER and PASS of POP3 */
	TALK_PLAIN,
	TALK_LOGIN,
	TALK_EXTERNAL, /* name and password are empty: TLS has told */
	TALK_METHODS
};

enum talk_event {
	TALK_LOGOUT,
	TALK_GONE, /* the end of a connection without a login */
	TALK_ID, /* name: "NAME=VALUE, NAME=VALUE" */
	TALK_INJECTED, /* there was something behind STARTTLS */
	TALK_JAIL, /* rcvd: what is lacking of the jail */
	TALK_EVENTS
};

enum { TALK_TAG_LEN = 512 };

struct talk_ask {
	uint32_t kind; /* enum talk_kind */
	uint32_t how; /* enum talk_method or enum talk_event */
	uint32_t utf8; /* POP3: whether UTF8 was said */
	uint32_t name_len;
	uint32_t password_len;
	uint32_t tag_len;
	uint64_t rcvd; /* events: octets */
	uint64_t sent;
	char name[CHECKPASSWORD_LEN];
	char password[CHECKPASSWORD_LEN];
	char tag[TALK_TAG_LEN]; /* IMAP: of the command that logs in */
};

enum talk_verdict {
	TALK_DONE = 1,
	TALK_REFUSED, /* say so, and the next command may come */
	TALK_LAST, /* refused: say so, and good-bye */
	TALK_UNAVAILABLE, /* say so, and good-bye */
	TALK_UNKNOWN /* no such language */
};

enum { TALK_WORD_LEN = 40, TALK_MORE_LEN = 65536 };

struct talk_answer {
	uint32_t verdict;
	uint32_t more_len; /* of a second packet; 0: there is none */
	char word[TALK_WORD_LEN]; /* the tag of a language */
};

/* The name of a method, as it stands in log lines. */
const char *talk_method(uint32_t how);

/*
 * Whether the len bytes of *a are a message: the kind is one of the above,
 * the method or event too, no length is beyond its array, and there is no
 * NUL in the texts.  They are ended by a NUL afterwards if there is room.
 */
bool talk_valid(struct talk_ask *a, size_t len);

/* Copy s; false, with *len untouched, when that is more than max bytes. */
bool talk_put(struct span s, char *to, size_t max, uint32_t *len);

/* Overwrite all of it. */
void talk_forget(struct talk_ask *a);

/*
 * The talker's: ask, forget *a, and wait.  False when there is no answer and
 * will be none.  more is appended to; NULL where there can be none.
 */
bool talk_ask(int fd, struct talk_ask *a, struct talk_answer *answer,
    struct strbuf *more);

/* A message without an answer. */
void talk_tell(int fd, const struct talk_ask *a);

/*
 * The keeper's: take a message that is there, or answer one.  take returns 1,
 * 0 at the end, or -1 with errno: EBADMSG for what is none, EAGAIN when there
 * is none yet.  answer returns 0 or -1: it never waits for a talker that does
 * not read, and an honest one has room, since it has read the answer before.
 */
int talk_take(int fd, struct talk_ask *a);
int talk_answer(int fd, const struct talk_answer *answer, struct span more);

#endif
