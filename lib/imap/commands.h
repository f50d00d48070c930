/* commands.h: the table of commands, and their handlers. */
#ifndef IMAP_COMMANDS_H
#define IMAP_COMMANDS_H

#include "imap/session.h"

enum {
	F_UID = 1 << 0, /* UID may precede it */
	F_UID_ONLY = 1 << 1, /* besides, exists only with UID: see EXPUNGE */
	F_WRITES = 1 << 2, /* refused in a mailbox opened by EXAMINE */
	F_SEQ =
	    1 << 3, /* without UID no EXPUNGE may be sent (RFC 9051 7.5.1) */
	F_QUIET = 1 << 4, /* reports changes itself, or must not */
};

struct command {
	const char *name;
	unsigned states; /* of enum session_state */
	unsigned flags;
	cmd_run *run;
};

/* NULL when there is no such command. */
const struct command *command_find(struct span name);

/* The capabilities, without "CAPABILITY". */
void command_capabilities(const struct session *s);

/* cmd_any.c */
cmd_run cmd_capability, cmd_noop, cmd_check, cmd_logout, cmd_id, cmd_enable;
/* cmd_select.c */
cmd_run cmd_select, cmd_examine, cmd_close, cmd_unselect, cmd_expunge;
/* cmd_folder.c */
cmd_run cmd_create, cmd_delete, cmd_rename, cmd_subscribe, cmd_unsubscribe;
/* cmd_list.c */
cmd_run cmd_list, cmd_lsub, cmd_namespace;
/* cmd_status.c, cmd_quota.c */
cmd_run cmd_status, cmd_getquota, cmd_getquotaroot, cmd_setquota;
/* cmd_append.c, cmd_copy.c, cmd_store.c, cmd_idle.c */
cmd_run cmd_append, cmd_copy, cmd_move, cmd_store, cmd_idle;
/* cmd_fetch.c, cmd_search.c, cmd_sort.c, cmd_thread.c */
cmd_run cmd_fetch, cmd_search, cmd_sort, cmd_thread;

#endif
