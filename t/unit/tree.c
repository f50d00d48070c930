/* tree.c: folders that several sessions make, remove and rename at once. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry.h"
#include "scratch.h"
#include "store/folder.h"
#include "store/lock.h"
#include "store/maildir.h"
#include "store/mailbox.h"
#include "store/objectid.h"
#include "sys/sig.h"

enum { ID = MAILBOX_OBJECTID_LEN + 1 };

static struct store_conf conf;
static struct account *a;

static void
fresh(void)
{
	if (a != NULL)
		account_close(a);
	fs_remove_tree(scratch_fd, "M");
	scratch_maildir("M");
	if (account_open("M", &conf, &a) == -1)
		exit(111);
}

static bool
make(const char *name)
{
	return folder_create(a, span_str(name), 0) == 0;
}

static bool
drop(const char *name)
{
	return folder_delete(a, span_str(name)) == 0;
}

static bool
move(const char *from, const char *to)
{
	return folder_rename(a, span_str(from), span_str(to)) == 0;
}

/* The UIDVALIDITY and the identifier of a folder. */
static uint32_t
look(const char *name, char id[ID])
{
	struct mailbox *m;
	uint32_t v;

	if (mailbox_open(a, span_str(name), false, &m) == -1)
		exit(111);
	v = mailbox_state(m)->uidvalidity;
	if (mailbox_id(a, span_str(name), v, id) == -1)
		exit(111);
	mailbox_close(m);
	return v;
}

/* --- another session ------------------------------------------------- */

struct other {
	const char *locks; /* a folder, for as long as it works */
	const char *awaits; /* a file that tells that we wait, or NULL */
	bool (*works)(void);
};

static void
wait_for(const char *file)
{
	if (file == NULL)
		scratch_sleep_ms(200);
	else
		while (!scratch_has(file))
			scratch_sleep_ms(5);
}

/* Begins it, and returns when it has its lock. */
static pid_t
begin(const struct other *o)
{
	struct maildir md;
	struct lock lock;
	int ready[2];
	bool well;
	char c;
	pid_t pid;

	if (pipe(ready) == -1 || (pid = fork()) == -1)
		exit(111);
	if (pid != 0) {
		close(ready[1]);
		(void)!read(ready[0], &c, 1); /* its end, or a byte */
		close(ready[0]);
		return pid;
	}
	if (maildir_open(a, span_str(o->locks), &md) == -1 ||
	    lock_take(a, md.tmp, &lock) == -1 || write(ready[1], "", 1) != 1)
		_exit(1);
	wait_for(o->awaits);
	well = o->works();
	lock_drop(&lock);
	_exit(well ? 0 : 1);
}

/* --- RENAME that fails ------------------------------------------------ */

static bool
block_second(void)
{
	scratch_dir("M/.B.k");
	return true;
}

static bool
use_first(void)
{
	return make("A") && drop("A") && block_second();
}

/* The very UIDVALIDITY that A had is no proof that it is A. */
static bool
replace_first(void)
{
	if (!move("B", "D") || !make("B") ||
	    registry_note(a, span_str("A"), registry_had(a, "B")) == -1)
		return false;
	return block_second();
}

static const struct other blocks = { "A.k", "M/.B/cur", block_second },
			  uses = { "A.k", "M/.B/cur", use_first },
			  replaces = { "A.k", "M/.B/cur", replace_first };

/* RENAME A B, whose second step fails; what A was before. */
static bool
fail_second(const struct other *o, uint32_t *v, char id[ID])
{
	pid_t pid;

	fresh();
	if (!make("A") || !make("A.k"))
		exit(111);
	*v = look("A", id);
	pid = begin(o);
	return !move("A", "B") && errno == EEXIST && scratch_ended_well(pid) &&
	       scratch_has("M/.A/cur") && scratch_has("M/.A.k/cur") &&
	       !scratch_has("M/.B");
}

static void
test_undo(void)
{
	char before[ID], id[ID];
	uint32_t v, now;

	ok(fail_second(&blocks, &v, before),
	    "undone where it cannot be done as a whole");
	ok(look("A", id) == v && strcmp(id, before) == 0,
	    "nobody had the name meanwhile: all is as it was");
	ok(fail_second(&uses, &v, before),
	    "undone when the name had been used again");
	now = look("A", id);
	ok(now > v + 1 && now == registry_had(a, "A") &&
		strcmp(id, before) == 0,
	    "the same folder, with a UIDVALIDITY above what that one had");
	ok(!fail_second(&replaces, &v, before) && scratch_has("M/.A.k/cur") &&
		!scratch_has("M/.A") && scratch_has("M/.B/cur"),
	    "what another has made there meanwhile stays");
}

/* --- RENAME while the old name is used again -------------------------- */

static unsigned
uses_of(const char *name)
{
	struct arena ar = { 0 };
	struct folder_info *v;
	unsigned found = 0;
	size_t n;

	if (folder_list(a, &ar, &v, &n) == -1)
		exit(111);
	for (size_t i = 0; i < n; i++)
		if (span_is(v[i].name, name))
			found = v[i].uses;
	arena_clear(&ar);
	return found;
}

static bool
take_first(void)
{
	return move("C", "A");
}

static void
test_moved_along(void)
{
	static const struct other takes = { "A.k", "M/.B/cur", take_first };
	char first[ID], third[ID], id[ID];
	pid_t pid;

	fresh();
	if (folder_create(a, span_str("A"), USE_ARCHIVE) == -1 || !make("A.k"))
		exit(111);
	(void)registry_note(a, span_str("C"), 2000000000);
	if (folder_create(a, span_str("C"), USE_MEMOS) == -1)
		exit(111);
	(void)look("A", first);
	(void)look("C", third);
	pid = begin(&takes);
	ok(move("A", "B") && scratch_ended_well(pid),
	    "two folders on their way");
	(void)look("B", id);
	ok(strcmp(id, first) == 0 && uses_of("B") == USE_ARCHIVE,
	    "the first took its identifier and its use along");
	(void)look("A", id);
	ok(strcmp(id, third) == 0 && uses_of("A") == USE_MEMOS,
	    "and nothing of the one that has its name now");
}

/* What is in the way is found before anything is changed. */
static bool
make_target(void)
{
	return make("T");
}

static void
test_target(void)
{
	static const struct other makes = { "A", NULL, make_target };
	char before[ID], id[ID];
	uint32_t v, noted;
	pid_t pid;

	fresh();
	if (!make("A"))
		exit(111);
	(void)registry_note(a, span_str("T"), 2000000000);
	v = look("A", before);
	pid = begin(&makes);
	ok(!move("A", "T") && errno == EEXIST && scratch_ended_well(pid),
	    "another was quicker");
	noted = registry_had(a, "T");
	ok(look("A", id) == v && strcmp(id, before) == 0 &&
		look("T", id) == noted,
	    "nothing has changed");
}

/* Others keep satchel-folders locked, and a signal says to end. */
static void
test_end(void)
{
	pid_t pid;

	fresh();
	if ((pid = fork()) == -1)
		exit(111);
	if (pid == 0) {
		int fd = openat(scratch_fd, "M", O_RDONLY);

		(void)alarm(10); /* which is not waited for */
		sig_init();
		if (flock(fd, LOCK_EX) == -1 || raise(SIGTERM) != 0)
			_exit(2);
		_exit(!make("A") && errno == EINTR ? 0 : 1);
	}
	ok(scratch_ended_well(pid) && !scratch_has("M/.A") &&
		scratch_count("M/tmp") == 0,
	    "a wait ends by a signal");
}

int
main(void)
{
	conf = scratch_conf();
	scratch_make();
	test_undo();
	test_moved_along();
	test_target();
	test_end();
	return done_testing();
}
