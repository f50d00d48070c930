/* pop3cmd.h: the part of the POP3 grammar that is needed before login. */
#ifndef CHAIN_POP3CMD_H
#define CHAIN_POP3CMD_H

#include <stdbool.h>

#include "base/span.h"

/*
 * One line, without its CRLF: twice what RFC 2449 section 4 lets a client
 * send, for what users take for a name and a password.
 */
enum { POP3CMD_LINE = 510 };

enum pop3cmd_verb {
	POP3CMD_AUTH,
	POP3CMD_CAPA,
	POP3CMD_LANG,
	POP3CMD_PASS,
	POP3CMD_QUIT,
	POP3CMD_STLS,
	POP3CMD_USER,
	POP3CMD_UTF8
};

/* Views of the line that was parsed. */
struct pop3cmd {
	enum pop3cmd_verb verb;
	/* USER, PASS: the rest of the line; LANG: a range, or p NULL: none */
	struct span argument;
	struct span mechanism; /* AUTH; p NULL: none */
	struct span initial; /* base64, or p NULL: no initial response */
};

/* Parse in, a line without its CRLF.  False: none of these commands. */
bool pop3cmd_parse(struct span in, struct pop3cmd *c);

#endif
