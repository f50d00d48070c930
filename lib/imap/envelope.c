/* envelope.c: ten header fields as RFC 9051 section 7.5.2 prints them. */
#include "imap/envelope.h"

#include "imap/headertext.h"
#include "msg/addr.h"

/* What an address has to have, though the header left it out. */
static struct span
present(struct span s)
{
	return s.p == NULL ? span_str("") : s;
}

/*
 * address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"
 * A NIL host would make a group of it, so an address that has no domain
 * gets the empty string there.
 */
static void
put_address(struct wr *w, const struct addr *addr, bool utf8)
{
	switch (addr->kind) {
	case ADDR_MAILBOX:
		wr_lit(w, "(");
		headertext_put(w, addr->name, utf8);
		wr_lit(w, " ");
		headertext_put(w, addr->route, utf8);
		wr_lit(w, " ");
		headertext_put(w, present(addr->local), utf8);
		wr_lit(w, " ");
		headertext_put(w, present(addr->domain), utf8);
		wr_lit(w, ")");
		break;
	case ADDR_GROUP:
		wr_lit(w, "(NIL NIL ");
		headertext_put(w, present(addr->name), utf8);
		wr_lit(w, " NIL)");
		break;
	case ADDR_GROUP_END:
		wr_lit(w, "(NIL NIL NIL NIL)");
		break;
	}
}

/* "(" 1*address ")" / nil.  Whether there was an address in the field. */
static bool
put_addresses(struct wr *w, struct arena *a, struct span field, bool utf8)
{
	struct addr addr;
	bool in_group = false;

	if (field.p == NULL || !addr_next(a, &field, &in_group, &addr))
		return false;
	wr_lit(w, "(");
	do
		put_address(w, &addr, utf8);
	while (addr_next(a, &field, &in_group, &addr));
	wr_lit(w, ")");
	return true;
}

/* "the server sets the corresponding member": as From, printed from..to. */
static bool
put_from(struct wr *w, struct arena *a, const struct envelope *e,
    const uint64_t at[2], bool utf8)
{
	return at[0] < at[1] &&
	       (wr_again(w, at[0], at[1]) ||
		   put_addresses(w, a, e->field[ENV_FROM], utf8));
}

void
envelope_put(struct wr *w, struct arena *a, const struct envelope *e, bool utf8)
{
	uint64_t from[2] = { 0, 0 }; /* where From was printed */
	bool there;

	wr_lit(w, "(");
	for (int i = 0; i < ENV_FIELDS; i++) {
		struct span field = e->field[i];

		if (i > 0)
			wr_lit(w, " ");
		if (i < ENV_FROM || i > ENV_BCC) {
			headertext_put(w, field, utf8);
			continue;
		}
		if (i == ENV_FROM)
			from[0] = from[1] = w->total;
		there = put_addresses(w, a, field, utf8);
		if (i == ENV_FROM)
			from[1] = w->total;
		if (!there && (i == ENV_SENDER || i == ENV_REPLY_TO))
			there = put_from(w, a, e, from, utf8);
		if (!there)
			wr_lit(w, "NIL");
	}
	wr_lit(w, ")");
}
