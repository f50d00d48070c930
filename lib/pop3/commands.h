/* commands.h: the table of commands. */
#ifndef POP3_COMMANDS_H
#define POP3_COMMANDS_H

#include "pop3/session.h"

struct command {
	const char *name;
	enum request_args args;
	cmd_run *run;
};

/* The command of this name, in any case, or NULL. */
const struct command *command_find(struct span name);

cmd_run cmd_capa;
cmd_run cmd_dele;
cmd_run cmd_lang;
cmd_run cmd_list;
cmd_run cmd_noop;
cmd_run cmd_quit;
cmd_run cmd_retr;
cmd_run cmd_rset;
cmd_run cmd_stat;
cmd_run cmd_top;
cmd_run cmd_uidl;
cmd_run cmd_utf8;

#endif
