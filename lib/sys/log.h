/* log.h: one line for an event that an operator can act on. */
#ifndef SYS_LOG_H
#define SYS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Lines go to descriptor 2 as "LEVEL: text", or as "<priority>text" when
 * that is the journal (JOURNAL_STREAM); when it is the client's connection
 * (inetd, xinetd) or closed, as "text" to syslog.  program is the name there.
 * Call it before anything is written, and before a sandbox.
 * Under systemd lines go to its journal by the socket that it has for that
 * (SATCHEL_JOURNAL, /run/systemd/journal/socket), with the fields of
 * log_event() as fields of the journal, when that can be reached.
 * SATCHEL_LOG=syslog asks for syslog in any case; it is set when that is
 * used, since programs further down the chain cannot tell any more.
 */
void log_open(const char *program);

/*
 * Whether descriptor 2 is the journal, as systemd tells (JOURNAL_STREAM): a
 * line there may begin with "<6>".
 */
bool log_is_journal(void);

/*
 * What an event has to tell.  Without a text it is the number; without a name
 * there is none.
 */
struct log_field {
	const char *name;
	const char *text;
	uint64_t number;
};

/*
 * The line "event, name=text, name=number", where "ip" and "port" have
 * brackets around them, as Courier's lines have.  In the journal, besides:
 * SATCHEL_EVENT, and a field SATCHEL_NAME for each.
 */
void log_event(const char *level, const char *event,
    const struct log_field *fields, size_t n);

/* level is "ALERT", "INFO", "NOTICE", "WARN", "ERR" or "DEBUG". */
__attribute__((format(printf, 2, 3))) void log_line(
    const char *level, const char *format, ...);

#endif
