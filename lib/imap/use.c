/* use.c: the table of special uses. */
#include "imap/use.h"

#include "base/nelem.h"
#include "imap/token.h"
#include "store/folder.h"

static const struct {
	const char *name;
	unsigned use;
} uses_table[] = {
	{ "All", USE_ALL },
	{ "Archive", USE_ARCHIVE },
	{ "Drafts", USE_DRAFTS },
	{ "Flagged", USE_FLAGGED },
	{ "Junk", USE_JUNK },
	{ "Sent", USE_SENT },
	{ "Trash", USE_TRASH },
	{ "Important", USE_IMPORTANT },
	{ "Snoozed", USE_SNOOZED },
	{ "Scheduled", USE_SCHEDULED },
	{ "Memos", USE_MEMOS },
};

bool
p_use(struct span *in, unsigned *use)
{
	struct span s = *in, name;

	if (!span_eat(&s, '\\') || !p_atom(&s, &name))
		return false;
	*use = 0;
	for (size_t i = 0; i < NELEM(uses_table); i++)
		if (span_case_is(name, uses_table[i].name))
			*use = uses_table[i].use;
	*in = s;
	return true;
}

void
use_put(struct wr *w, unsigned uses, const char **sep)
{
	for (size_t i = 0; uses != 0 && i < NELEM(uses_table); i++) {
		if (!(uses & uses_table[i].use))
			continue;
		wr_span(w, span_str(*sep));
		wr_putc(w, '\\');
		wr_span(w, span_str(uses_table[i].name));
		*sep = " ";
	}
}
