/* session.h: one client's POP3 session, from greeting to QUIT. */
#ifndef POP3_SESSION_H
#define POP3_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "pop3/conf.h"
#include "pop3/request.h"
#include "store/account.h"
#include "store/maildrop.h"
#include "sys/rd.h"
#include "sys/wr.h"
#include "text/lang.h"

/* How a command ends. */
enum verdict {
	V_OK, /* +OK, and what session_say() was given */
	V_ERR, /* -ERR, the same */
	V_SENT, /* the handler has sent all of its answer */
	V_QUIT, /* as V_OK or V_ERR, and then the session is over */
	V_CUT /* the answer cannot be finished: end the connection */
};

enum session_end {
	END_NOT, /* it goes on */
	END_QUIT,
	END_GONE, /* the client closed, or takes nothing */
	END_LATE,
	END_SIGNAL,
	END_CUT
};

struct session {
	struct rd *in;
	struct wr *out;
	const struct pop3_conf *conf;
	struct account *account;
	struct maildrop *drop;
	struct lang lang;
	bool utf8;

	/* this command */
	struct strbuf line;
	struct strbuf data; /* of its first line: numbers, before the text */
	const char *text; /* in English, or NULL */
	bool failed; /* V_QUIT: -ERR */

	struct strbuf
	    block; /* of a file, room for it: kept from RETR to RETR */

	/* for the log line at the end */
	uint64_t top_bytes, retr_bytes;
	int64_t started;
};

/*
 * Serve until the client leaves; *s has in, out, conf and account.  The exit
 * status of the program; what *s holds by then is the caller's.
 */
int session_run(struct session *s);

/*
 * The answer to a login that may not have a session: "-ERR ", why in the
 * language that was agreed upon.
 */
void session_refuse(
    struct wr *out, const struct pop3_conf *conf, const char *why);

/* --- for command handlers ------------------------------------------------ */

/* What was asked for has been parsed, and msg is the number of a message. */
typedef enum verdict cmd_run(struct session *s, const struct request_values *v);

/*
 * Set the text of the answer's first line, and return v.  An English
 * constant: for V_ERR a response code can stand before it, "[SYS/TEMP] ".
 */
enum verdict session_say(struct session *s, enum verdict v, const char *text);

/* V_ERR for the errno of a store function: the table is in reply.c. */
enum verdict session_errno(struct session *s);

/* Send the first line of an answer of several; text may be NULL. */
void session_begin(struct session *s, const char *text);

/*
 * Whether RETR of the message gives another one in its place (wrap.h); how
 * many octets RETR gives.
 */
bool session_wraps(const struct session *s, const struct drop_message *m);
uint64_t session_octets(const struct session *s, const struct drop_message *m);

/* Send "-ERR " or, where good is set, "+OK ", and the text translated. */
void reply_put(
    struct wr *out, const struct lang *l, const char *text, bool good);

/* The text for errno. */
const char *reply_errno(int err);

#endif
