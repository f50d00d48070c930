/* objectid.c: identifiers that last: of folders renamed, messages copied. */
#include "store/objectid.h"

#include "scratch.h"
#include "store/folder.h"
#include "store/mailbox.h"
#include "store/registry.h"

enum { ID = MAILBOX_OBJECTID_LEN + 1 };

static struct store_conf conf;
static struct account *a;

static bool
message_is(const char *name, const char *id)
{
	char got[OBJECTID_LEN];

	objectid_message(span_str(name), got);
	return strcmp(got, id) == 0;
}

static void
test_names(void)
{
	char id[OBJECTID_LEN], other[OBJECTID_LEN];
	struct strbuf copy = { 0 };

	objectid_digest(span_str("abc"), id);
	ok(strcmp(id, "q9w1dfwf077ymga183f5vbh2") == 0, "a digest: %s", id);
	objectid_message(span_str("1.a,S=3:2,FS"), id);
	objectid_message(span_str("1.a,S=3:2,"), other);
	ok(strcmp(id, other) == 0, "flags are no part of it");
	objectid_message(span_str("1.b,S=3:2,"), other);
	ok(strcmp(id, other) != 0, "the base is");
	strbuf_puts(&copy, "2.c,S=3");
	objectid_keep(span_str("1.a,S=3:2,"), &copy);
	ok(message_is(copy.p, id), "a copy has the original's: %s", copy.p);
	strbuf_puts(&copy, ",W=9:2,S");
	ok(message_is(copy.p, id), "whatever others add");
	strbuf_reset(&copy);
	strbuf_puts(&copy, "3.d");
	objectid_keep(span_str("2.c,S=3,E=0123456789abcdefghjkmnpq:2,"), &copy);
	ok(strcmp(copy.p, "3.d,E=0123456789abcdefghjkmnpq") == 0,
	    "a copy of a copy: %s", copy.p);
	ok(!message_is(
	       "2.c,E=0123456789abcdefghjkmnpi", "0123456789abcdefghjkmnpi") &&
		!message_is("2.c,E=0123", "0123") && !message_is(",E=", "") &&
		!message_is("", ""),
	    "what is no identifier is none");
	strbuf_clear(&copy);
}

static void
get(const char *folder, char id[ID])
{
	struct mailbox *m;

	if (mailbox_open(a, span_str(folder), false, &m) == -1 ||
	    mailbox_id(
		a, span_str(folder), mailbox_state(m)->uidvalidity, id) == -1)
		exit(111);
	mailbox_close(m);
}

static bool
rename_folder(const char *from, const char *to)
{
	return folder_rename(a, span_str(from), span_str(to)) == 0;
}

static void
test_folders(void)
{
	char inbox[ID], one[ID], two[ID], id[ID];

	scratch_maildir("M");
	if (account_open("M", &conf, &a) == -1 ||
	    folder_create(a, span_str("One"), 0) == -1 ||
	    folder_create(a, span_str("One.Two"), 0) == -1)
		exit(111);
	get("", inbox);
	get("One", one);
	get("One.Two", two);
	ok(strcmp(inbox, one) != 0 && strcmp(one, two) != 0 &&
		strlen(one) == MAILBOX_OBJECTID_LEN && one[0] == 'F',
	    "each has its own: %s", one);
	ok(scratch_get("M/satchel-folders") != NULL &&
		strstr(scratch_get("M/satchel-folders"), "mailboxid") == NULL,
	    "none is written down");
	ok(rename_folder("One", "Three"), "RENAME");
	get("Three", id);
	ok(strcmp(id, one) == 0, "it keeps it");
	get("Three.Two", id);
	ok(strcmp(id, two) == 0, "so does what is below");
	ok(folder_create(a, span_str("One"), 0) == 0, "the old name again");
	get("One", id);
	ok(strcmp(id, one) != 0, "has another one");
	ok(rename_folder("Three", "Four") && rename_folder("Four", "Three"),
	    "there and back");
	get("Three", id);
	ok(strcmp(id, one) == 0, "is still the same");
	ok(folder_delete(a, span_str("Three")) == 0 &&
		folder_create(a, span_str("Three"), 0) == 0,
	    "DELETE and CREATE");
	get("Three", id);
	ok(strcmp(id, one) != 0, "make another");
	ok(rename_folder("", "Old"), "RENAME of the INBOX");
	get("", id);
	ok(strcmp(id, inbox) == 0, "which keeps its own");
	get("Old", id);
	ok(strcmp(id, inbox) != 0, "and makes a new mailbox");
	account_close(a);
}

int
main(void)
{
	conf = scratch_conf();
	scratch_make();
	test_names();
	test_folders();
	return done_testing();
}
