/* commands.c: every command after login, and where it is allowed. */
#include "imap/commands.h"

#include "base/nelem.h"

enum {
	ANY = STATE_AUTH | STATE_SELECTED,
	SELECTED = STATE_SELECTED,
};

/* clang-format off */
static const struct command commands[] = {
	{ "APPEND",		ANY,		0,				cmd_append },
	{ "CAPABILITY",		ANY,		0,				cmd_capability },
	{ "CHECK",		SELECTED,	F_QUIET,			cmd_check },
	{ "CLOSE",		SELECTED,	F_QUIET,			cmd_close },
	{ "COPY",		SELECTED,	F_UID | F_SEQ,			cmd_copy },
	{ "CREATE",		ANY,		0,				cmd_create },
	{ "DELETE",		ANY,		0,				cmd_delete },
	{ "ENABLE",		ANY,		0,				cmd_enable },
	{ "EXAMINE",		ANY,		F_QUIET,			cmd_examine },
	{ "EXPUNGE",		SELECTED,	F_UID | F_WRITES | F_QUIET,	cmd_expunge },
	{ "FETCH",		SELECTED,	F_UID | F_SEQ,			cmd_fetch },
	{ "GETQUOTA",		ANY,		0,				cmd_getquota },
	{ "GETQUOTAROOT",	ANY,		0,				cmd_getquotaroot },
	{ "ID",			ANY,		0,				cmd_id },
	{ "IDLE",		ANY,		F_QUIET,			cmd_idle },
	{ "LIST",		ANY,		0,				cmd_list },
	{ "LOGOUT",		ANY,		F_QUIET,			cmd_logout },
	{ "LSUB",		ANY,		0,				cmd_lsub },
	{ "MOVE",		SELECTED,	F_UID | F_WRITES,		cmd_move },
	{ "NAMESPACE",		ANY,		0,				cmd_namespace },
	{ "NOOP",		ANY,		F_QUIET,			cmd_noop },
	{ "RENAME",		ANY,		0,				cmd_rename },
	{ "SEARCH",		SELECTED,	F_UID | F_SEQ,			cmd_search },
	{ "SELECT",		ANY,		F_QUIET,			cmd_select },
	{ "SETQUOTA",		ANY,		0,				cmd_setquota },
	{ "SORT",		SELECTED,	F_UID | F_SEQ,			cmd_sort },
	{ "STATUS",		ANY,		0,				cmd_status },
	{ "STORE",		SELECTED,	F_UID | F_WRITES | F_SEQ,	cmd_store },
	{ "SUBSCRIBE",		ANY,		0,				cmd_subscribe },
	{ "THREAD",		SELECTED,	F_UID | F_SEQ,			cmd_thread },
	{ "UNSELECT",		SELECTED,	F_QUIET,			cmd_unselect },
	{ "UNSUBSCRIBE",	ANY,		0,				cmd_unsubscribe },
};
/* clang-format on */

const struct command *
command_find(struct span name)
{
	for (size_t i = 0; i < NELEM(commands); i++)
		if (span_case_is(name, commands[i].name))
			return &commands[i];
	return NULL;
}

/* What the commands above and their arguments offer, RFC by RFC. */
static const char capabilities[] =
    "IMAP4rev1 IMAP4rev2 LITERAL+ ENABLE ID IDLE NAMESPACE CHILDREN "
    "UIDPLUS MOVE UNSELECT SPECIAL-USE CREATE-SPECIAL-USE LIST-EXTENDED "
    "LIST-STATUS STATUS=SIZE ESEARCH SEARCHRES WITHIN BINARY MULTIAPPEND "
    "CONDSTORE QRESYNC OBJECTID SAVEDATE PREVIEW SORT SORT=DISPLAY ESORT "
    "THREAD=ORDEREDSUBJECT THREAD=REFERENCES I18NLEVEL=1 "
    "UTF8=ACCEPT QUOTA QUOTA=RES-STORAGE QUOTA=RES-MESSAGE APPENDLIMIT";

void
command_capabilities(const struct session *s)
{
	wr_bytes(s->out, capabilities, sizeof capabilities - 1);
	if (s->conf->append_limit > 0) {
		wr_putc(s->out, '=');
		wr_num(s->out, s->conf->append_limit);
	}
	if (s->conf->outbox != NULL) {
		wr_lit(s->out, " XCOURIEROUTBOX=");
		if (s->conf->inbox_prefix)
			wr_lit(s->out, "INBOX.");
		wr_span(s->out, span_str(s->conf->outbox));
	}
	if (s->conf->magic_trash)
		wr_lit(s->out, " XMAGICTRASH");
}
