/* conf.h: the settings of a POP3 session (satchel-settings(7)). */
#ifndef POP3_CONF_H
#define POP3_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "store/account.h"
#include "store/maildrop.h"
#include "sys/wr.h"

/* Read from the environment once; strings live as long as that. */
struct pop3_conf {
	const char *user; /* for the log: AUTHADDR, else the login name */
	const char *ip;
	const char *port;
	const char *options; /* of the account (auth/options.h) */
	const char *lang; /* tag that was agreed upon before login, or NULL */
	bool login; /* somebody has logged in; false: started by hand */
	bool tls;
	bool utf8; /* agreed upon before login (RFC 6856) */
	bool log_deletions; /* POP3_LOG_DELETIONS */
	bool to_trash; /* POP3_MOVE_DELETED_TO_TRASH */
	enum maildrop_uidl uidl; /* SATCHEL_POP3_UIDL */
	uint32_t login_delay; /* seconds; 0: none */
	const char *unicode_type; /* MIME_UNICODE_MESSAGE_TYPE */
	struct store_conf store;
};

void pop3_conf_read(struct pop3_conf *c);

/* "NAME=value" and where the value is from, a line each (-n). */
void pop3_conf_print(struct wr *w);

#endif
