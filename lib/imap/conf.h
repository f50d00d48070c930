/* conf.h: the settings of an IMAP session (satchel-settings(7)). */
#ifndef IMAP_CONF_H
#define IMAP_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "store/account.h"
#include "sys/wr.h"

/* Read from the environment once; strings live as long as that. */
struct imap_conf {
	const char *user; /* login name */
	const char *sender; /* AUTHADDR, else user: envelope of the Outbox */
	const char *login_tag; /* IMAPLOGINTAG; NULL: PREAUTH */
	const char *ip;
	const char *port;
	const char *options; /* of the account (auth/options.h) */
	bool tls;
	bool inbox_prefix; /* "INBOX." style names; false: prefix-less */
	bool check_all; /* IMAP_CHECK_ALL_FOLDERS */
	bool obsolete_client; /* IMAP_OBSOLETE_CLIENT */
	bool no_sorting; /* IMAP_DISABLETHREADSORT */
	bool sanity_check; /* IMAP_MAILBOX_SANITY_CHECK */
	bool strict_8bit; /* refuse APPEND of raw 8-bit headers */
	bool keywords; /* IMAP_KEYWORDS */
	int id_fields; /* IMAP_ID_FIELDS: -1 unset (name only) */
	uint32_t idle_poll; /* IMAP_IDLE_TIMEOUT, seconds */
	bool idle_notify; /* false: IDLE only polls (IMAP_ENHANCEDIDLE=0) */
	uint64_t append_limit; /* octets of one message; 0: none */
	bool magic_trash; /* IMAP_MOVE_EXPUNGE_TO_TRASH: XMAGICTRASH */
	const char *outbox; /* folder name of the Outbox, or NULL */
	bool outbox_multiple;
	const char *sendmail;
	const char *header_from; /* HEADERFROM, or NULL */
	uint32_t data_kib; /* IMAP_ULIMITD; 0: no limit */
	unsigned umask; /* IMAP_UMASK */
	struct store_conf store;
};

void imap_conf_read(struct imap_conf *c);

/* "NAME=value" and where the value is from, a line each (-n). */
void imap_conf_print(struct wr *w);

#endif
