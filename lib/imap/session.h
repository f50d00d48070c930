/* session.h: one client's IMAP session, from greeting to BYE. */
#ifndef IMAP_SESSION_H
#define IMAP_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/strbuf.h"
#include "imap/conf.h"
#include "imap/input.h"
#include "imap/memo.h"
#include "imap/seqset.h"
#include "store/account.h"
#include "store/mailbox.h"
#include "sys/rd.h"
#include "sys/wr.h"

/* How a command ends; the dispatcher writes the tagged line. */
enum verdict { V_OK, V_NO, V_BAD, V_BYE };

enum session_state { STATE_AUTH = 1, STATE_SELECTED = 2, STATE_LOGOUT = 4 };

struct session {
	struct rd *in;
	struct wr *out;
	const struct imap_conf *conf;
	struct account *account;
	int sendmail; /* of outbox_start() */
	enum session_state state;

	/* this command */
	struct arena arena;
	struct input input;
	struct span tag; /* view into input.text or tag_buf */
	bool uid; /* UID came before the command's name */
	struct strbuf code; /* response code of the tagged line, no brackets */
	const char *text; /* text of the tagged line; NULL: the usual one */
	bool by_number; /* it names messages by number: no EXPUNGE now */
	bool told_gone; /* EXPUNGE or VANISHED was sent */
	bool told_modseq; /* MODSEQ was */

	/* the client */
	bool utf8; /* UTF8=ACCEPT or IMAP4rev2 enabled */
	bool rev2; /* IMAP4rev2 enabled */
	bool condstore; /* it knows of mod-sequences (RFC 7162 section 3.1) */
	bool sorts; /* it uses SORT or THREAD */
	bool qresync; /* enabled: VANISHED instead of EXPUNGE */

	/* the selected mailbox */
	struct mailbox *mbox;
	uint32_t exists; /* messages that the client knows of */
	uint32_t recent; /* of these, the recent ones that it was told of */
	uint32_t keywords; /* keywords that FLAGS announced */
	struct memo memo; /* for FETCH of a message by pieces */
	struct seqset saved; /* "$", UIDs, resolved; r is malloc'ed */

	/* for the log line at the end */
	uint64_t header_octets;
	uint64_t body_octets;
	unsigned bad; /* bad commands in a row */
	int64_t started;

	uint64_t rested; /* octets sent before the last session_rest() */
};

/* Serve until the client leaves.  The exit status of the program. */
int session_run(struct session *s);

/* --- for command handlers ------------------------------------------------ */

/*
 * A handler gets what follows the command's name (" INBOX", or nothing), and
 * the states in which it may be called have been checked.
 */
typedef enum verdict cmd_run(struct session *s, struct span args);

/* Set what the tagged line says, and return v. code may be NULL. */
enum verdict session_say(
    struct session *s, enum verdict v, const char *code, const char *text);

/* BAD with the usual text for a syntax error. */
enum verdict session_bad(struct session *s);

/* NO for the errno of a store function: the one table is in reply.c. */
enum verdict session_errno(struct session *s);

/* The same when messages were to go to folder, which may be gone by now. */
enum verdict session_errno_to(struct session *s, struct span folder);

/* Set the tagged line's code and text from errno, without a verdict. */
void reply_errno(int err, const char **code, const char **text);

/*
 * The messages that a sequence set names, resolved against what the client
 * knows: seqs (or with s->uid the seqs of those UIDs), ascending.
 * False: a sequence number is out of range (BAD).  "$" is looked up.
 */
bool session_seqs(
    struct session *s, struct seqset *set, uint32_t **seqs, size_t *n);

/* What "$" becomes (RFC 5182): a resolved set of UIDs is copied. */
void session_save(struct session *s, const struct seqset *uids);

/* Give back what memory earlier answers took: before waiting for long. */
void session_rest(struct session *s);

/* Close the selected mailbox without telling anything. */
void session_deselect(struct session *s);

#endif
