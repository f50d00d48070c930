/* commands.c: the table of commands. */
#include "pop3/commands.h"

#include "base/nelem.h"

static const struct command commands[] = {
	/* clang-format off */
	{ "CAPA",	ARGS_NONE,	cmd_capa },
	{ "DELE",	ARGS_MSG,	cmd_dele },
	{ "LANG",	ARGS_OPT_WORD,	cmd_lang },
	{ "LIST",	ARGS_OPT_MSG,	cmd_list },
	{ "NOOP",	ARGS_NONE,	cmd_noop },
	{ "QUIT",	ARGS_NONE,	cmd_quit },
	{ "RETR",	ARGS_MSG,	cmd_retr },
	{ "RSET",	ARGS_NONE,	cmd_rset },
	{ "STAT",	ARGS_NONE,	cmd_stat },
	{ "TOP",	ARGS_MSG_LINES,	cmd_top },
	{ "UIDL",	ARGS_OPT_MSG,	cmd_uidl },
	{ "UTF8",	ARGS_NONE,	cmd_utf8 },
	/* clang-format on */
};

const struct command *
command_find(struct span name)
{
	for (size_t i = 0; i < NELEM(commands); i++)
		if (span_case_is(name, commands[i].name))
			return &commands[i];
	return NULL;
}
