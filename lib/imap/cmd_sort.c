/* cmd_sort.c: SORT and UID SORT (RFC 5256, RFC 5267, RFC 5957). */
#include "imap/commands.h"
#include "imap/gather.h"
#include "imap/searching.h"
#include "imap/sort_parse.h"
#include "store/sorted.h"
#include "sys/clock.h"

static void
sort(struct session *s, const struct sort_args *args, struct search_result *r)
{
	struct gather g = { .sort = true };
	struct sortfacts f = { .m = s->mbox, .make = gather_search, .arg = &g };

	sorted_put(&s->arena, &f, &args->order, r->v, r->n);
	sortfacts_end(&f);
	gather_clear(&g);
}

/* Of what is sorted, the first and the last as they are wanted. */
static void
take_ends(unsigned want, struct search_result *r)
{
	size_t n = 0;

	if (r->n == 0)
		return;
	if ((want & RETURN_MIN) != 0)
		n = 1;
	if ((want & RETURN_MAX) != 0 && (n == 0 || r->n > 1))
		r->v[n++] = r->v[r->n - 1];
	r->n = n;
}

/* "$" has no order (RFC 5182 section 2.1). */
static void
save_ends(struct session *s, const struct search_result *r)
{
	struct search_result both = *r;
	uint32_t v[2];

	if (r->n == 2 && r->v[0] > r->v[1]) {
		v[0] = r->v[1];
		v[1] = r->v[0];
		both.v = v;
	}
	searching_save(s, &both);
}

enum verdict
cmd_sort(struct session *s, struct span args)
{
	struct sort_args a;
	struct search_result r = { 0 };
	bool ends, save;
	enum verdict v;

	if (!p_sort_args(&s->arena, &args, clock_now(), &a))
		return session_bad(s);
	if (!searching_may_sort(s, &a.search, &v))
		return v;
	if ((v = searching_begin(s, &a.search)) != V_OK)
		return v;
	ends = searching_is_for_ends(&a.search);
	save = (a.search.want & RETURN_SAVE) != 0;
	s->sorts = true;
	searching_run(s, &a.search, false, &r);
	if (save && !ends)
		searching_save(s, &r);
	if (a.search.want != RETURN_SAVE)
		sort(s, &a, &r);
	if (ends)
		take_ends(a.search.want, &r);
	if (save && ends)
		save_ends(s, &r);
	if (a.search.modseq)
		searching_modseq(s, &r);
	if (s->uid)
		searching_uids(s, &r);
	if (!a.search.extended)
		searching_put_list(s->out, "SORT", &r);
	else if (a.search.want != RETURN_SAVE)
		searching_put(s, a.search.want, &r);
	return session_say(s, V_OK, NULL, "SORT done.");
}
