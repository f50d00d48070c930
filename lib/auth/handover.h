/* handover.h: what the programs of a chain tell each other. */
#ifndef AUTH_HANDOVER_H
#define AUTH_HANDOVER_H

#include <stdbool.h>

/* An account, as an authenticator has found it.  NULL: not to be told. */
struct handover {
	const char *user; /* USER */
	const char *authenticated; /* AUTHENTICATED: the canonical login name */
	const char *home; /* HOME */
	const char *shell; /* SHELL */
	const char *maildir; /* MAILDIR: in place of the session's argument */
	const char *quota; /* MAILDIRQUOTA */
	const char *options; /* OPTIONS: always set, "" for NULL */
};

/*
 * The front: remove from the environment what only the programs of this
 * chain may set.  With keep_tls (TLS was there before this process) SSL_*,
 * TLS_SUBJECT_* and TLS_CONNECTED_PROTOCOL stay.
 */
void handover_forget(bool keep_tls);

/* The authenticator: set the variables above, remove those that are NULL. */
int handover_export(const struct handover *h);

/*
 * Whether a session was started by hand, on a pipe or a terminal or by ssh:
 * no login has been here (AUTHENTICATED, IMAPLOGINTAG, SATCHEL_READYFD), and
 * no network (sys/peer.h).  Ask before handover_ready().
 */
bool handover_by_hand(void);

/*
 * The authenticator: whether the front knows the user already, by his
 * certificate, and wants the account without a password: AUTHORIZED is 1 and
 * none was sent.  handover_confirm() says that it was understood.
 */
bool handover_is_lookup(const char *password);
int handover_confirm(void);

/*
 * The session: whether it may begin.  It may not after a lookup that nobody
 * has confirmed: the authenticator does not know of lookups, and has accepted
 * an empty password.  The variable is removed.
 */
bool handover_is_confirmed(void);

/*
 * The session, before its first byte of output: tell the front by the pipe
 * SATCHEL_READYFD that it runs, close that and remove the variable.  Does
 * nothing without one.
 */
void handover_ready(void);

#endif
