/* cmd_search.c: SEARCH and UID SEARCH (RFC 9051 section 6.4.4, RFC 7162). */
#include "imap/commands.h"
#include "imap/searching.h"
#include "sys/clock.h"

static void
answer(
    struct session *s, const struct search_args *args, struct search_result *r)
{
	if (args->modseq)
		searching_modseq(s, r);
	if (s->uid)
		searching_uids(s, r);
	if (!args->extended && !s->rev2)
		searching_put_list(s->out, "SEARCH", r);
	else if (args->want != RETURN_SAVE)
		searching_put(s, args->want, r);
}

enum verdict
cmd_search(struct session *s, struct span args)
{
	struct search_args a;
	struct search_result r = { 0 };
	enum verdict v;

	if (!p_search_args(&s->arena, &args, clock_now(), &a))
		return session_bad(s);
	if ((v = searching_begin(s, &a)) != V_OK)
		return v;
	searching_run(s, &a, searching_is_for_ends(&a), &r);
	if ((a.want & RETURN_SAVE) != 0)
		searching_save(s, &r);
	answer(s, &a, &r);
	return session_say(s, V_OK, NULL, "SEARCH done.");
}
