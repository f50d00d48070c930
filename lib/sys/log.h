/* log.h: one line for an event that an operator can act on. */
#ifndef SYS_LOG_H
#define SYS_LOG_H

/*
 * Lines go to descriptor 2 as "LEVEL: text", or as "<priority>text" when
 * that is the journal (JOURNAL_STREAM); when it is the client's connection
 * (inetd, xinetd) or closed, as "text" to syslog.  program is the name there.
 * Call it before anything is written, and before a sandbox.
 * SATCHEL_LOG=syslog asks for syslog in any case; it is set when that is
 * used, since programs further down the chain cannot tell any more.
 */
void log_open(const char *program);

/* level is "ALERT", "INFO", "NOTICE", "WARN", "ERR" or "DEBUG". */
__attribute__((format(printf, 2, 3))) void log_line(
    const char *level, const char *format, ...);

#endif
