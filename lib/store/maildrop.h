/* maildrop.h: the INBOX as POP3 sees it (RFC 1939 section 4). */
#ifndef STORE_MAILDROP_H
#define STORE_MAILDROP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/span.h"
#include "base/strbuf.h"
#include "store/account.h"

/* How a message is called for ever. */
enum maildrop_uidl {
	UIDL_COURIER, /* UID1-1795288908, by courierpop3dsizelist */
	UIDL_DOVECOT, /* %08Xu%08Xv of courierimapuiddb */
	UIDL_NAME /* the base of its file: qmail-pop3d, vpopmail */
};

/* One that was there when the session began. */
struct drop_message {
	uint64_t octets; /* what RETR sends, CRLF counted, no stuffed dots */
	uint32_t name; /* offset of its file's name, see in_list */
	uint32_t uid; /* of courierpop3dsizelist */
	uint32_t euidv;
	uint32_t imap_uid; /* UIDL_DOVECOT only */
	uint32_t twin; /* another that has the base, but no info, or some */
	uint8_t seen; /* the pass in which its file was seen; 0: it is gone */
	uint8_t name_len; /* with in_list */
	bool
	    in_list : 1; /* the name stands in the list's file, not in memory */
	bool utf8 : 1; /* 8-bit bytes in a header, its own or a part's */
	bool exact : 1; /* octets and utf8 are sure */
	bool recounted : 1; /* they were not, in the list */
	bool listed : 1; /* it is in the list as it stands on disk */
	bool deleted : 1; /* the client has marked it */
};

struct maildrop;

/*
 * Empty new into cur, and number what is there.  Each message's octets are
 * known; those that are not in the list are read for it, and the list is
 * written, under the folder's lock.
 * When that fails *unsaved is set, and with UIDL_COURIER messages that have
 * no UID on disk are hidden; if that would hide all, the first is shown with a
 * UIDL of its own (ENOMEM-...), so that room can be made.
 */
int maildrop_open(struct account *a, enum maildrop_uidl style,
    struct maildrop **out, bool *unsaved);
void maildrop_close(struct maildrop *d);

uint32_t maildrop_count(const struct maildrop *d);

/* All of them, count in number; and one, 1 <= n <= count. */
const struct drop_message *maildrop_messages(const struct maildrop *d);
struct drop_message *maildrop_message(struct maildrop *d, uint32_t n);

/* Put its UIDL at to, MAILDROP_UIDL_LEN bytes at most; returns its end. */
enum { MAILDROP_UIDL_LEN = 3 * 255 };
char *maildrop_put_uidl(struct maildrop *d, uint32_t n, char *to);

/*
 * The file of a message, for reading.  Follows it when it was renamed
 * meanwhile; ESTALE when it is gone.
 */
int maildrop_open_message(struct maildrop *d, uint32_t n, struct stat *st);

/*
 * Give it the flag \Seen; if that cannot be done nobody is told.  A name
 * without info stays as it is, or the message would lose its UIDL.
 */
void maildrop_set_seen(struct maildrop *d, uint32_t n);

/* --- the end ------------------------------------------------------------ */

struct maildrop_end {
	bool to_trash; /* move what is deleted to the Trash folder */
	/* The file was removed or moved: its name, or NULL. */
	void (*on_remove)(void *arg, const char *name);
	void *arg;
	uint32_t failed; /* out: how many are still there */
};

/*
 * Remove what is marked deleted, and take it off the quota.  What has gone
 * already is no failure.  -1 with errno of the first that could not be
 * removed; the others are tried all the same.
 */
int maildrop_update(struct maildrop *d, struct maildrop_end *e);

#endif
