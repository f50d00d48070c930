/*
 * race.c: several sessions, a delivery agent and a client of another server
 * on one folder at the same time.  A UID means one message for ever.
 * RACE_MS=n in the environment makes it longer.
 */
#include <dirent.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "scratch.h"
#include "store/append.h"
#include "store/folder.h"
#include "sys/clock.h"
#include "sys/env.h"

enum { UIDS = 1 << 20, TOKENS = 1 << 20, FOLDERS = 2 };

/* Seen by all processes. */
struct shared {
	uint32_t next_token;
	uint32_t errors;
	uint32_t changes; /* how much was done */
	uint32_t uidvalidity[FOLDERS];
	uint32_t token[FOLDERS][UIDS]; /* of the message with that UID */
	uint32_t lost; /* messages that should be there and are not */
	uint8_t made[TOKENS], ended[TOKENS];
};

static struct shared *shared;
static struct store_conf conf;
static int64_t until;
static const char *const names[FOLDERS] = { "", "Work" };
static uint32_t seed;

static uint32_t
chance(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static void
fail(const char *what, uint32_t uid)
{
	if (__atomic_fetch_add(&shared->errors, 1, __ATOMIC_SEQ_CST) < 20)
		fprintf(stderr, "# %d: %s, uid %u (%s)\n", (int)getpid(), what,
		    uid, strerror(errno));
}

/* Whoever says first what it means is right. */
static void
claim(int folder, uint32_t v, uint32_t uid, uint32_t token)
{
	uint32_t none = 0;

	if (!__atomic_compare_exchange_n(&shared->uidvalidity[folder], &none, v,
		false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) &&
	    none != v)
		fail("another UIDVALIDITY", v);
	none = 0;
	if (uid >= UIDS)
		fail("UIDs run away", uid);
	else if (!__atomic_compare_exchange_n(&shared->token[folder][uid],
		     &none, token, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) &&
		 none != token)
		fail("another message", uid);
}

static uint32_t
new_token(char *text)
{
	uint32_t t =
	    __atomic_add_fetch(&shared->next_token, 1, __ATOMIC_SEQ_CST);

	snprintf(text, 32, "%u\n", t);
	if (t < TOKENS)
		shared->made[t] = 1;
	return t;
}

/* 0: it has gone. */
static uint32_t
read_token(struct mailbox *m, uint32_t seq)
{
	int fd = mailbox_open_message(m, seq, NULL);
	char text[32] = "";

	if (fd == -1)
		return 0;
	if (read(fd, text, sizeof text - 1) <= 0)
		fail("empty", mailbox_message(m, seq).uid);
	close(fd);
	return (uint32_t)strtoul(text, NULL, 10);
}

static void
check_all(struct mailbox *m, int folder)
{
	struct mailbox_state *st = mailbox_state(m);
	uint32_t last = 0, token;

	if (!st->sticky)
		fail("UIDs of the session only", 0);
	for (uint32_t i = 1; i <= st->count; i++) {
		uint32_t uid = mailbox_message(m, i).uid;

		if (uid <= last || uid >= st->uidnext)
			fail("order", uid);
		last = uid;
		if ((token = read_token(m, i)) != 0)
			claim(folder, st->uidvalidity, uid, token);
	}
}

static void
append_one(struct account *a, int folder)
{
	struct append_info info = { .date = INT64_MIN };
	struct append *ap;
	const uint32_t *uids;
	uint32_t v, tokens[2];
	char text[32];
	size_t n;

	if (append_begin(a, span_str(names[folder]), &ap) == -1) {
		fail("append_begin", 0);
		return;
	}
	for (int i = 0; i < 2; i++) {
		tokens[i] = new_token(text);
		(void)append_message(ap, &info, false);
		append_write(ap, span_str(text));
		if (append_end(ap, NULL) == -1)
			fail("append_end", 0);
	}
	if (append_commit(ap, &v, &uids, &n) == -1)
		fail("append_commit", 0);
	else
		for (size_t i = 0; i < n; i++)
			claim(folder, v, uids[i], tokens[i]);
	append_free(ap);
}

static void
copy_or_move(struct account *a, struct mailbox *m, uint32_t seq, int to)
{
	uint32_t token = read_token(m, seq), v, uid;
	struct append_moved moved = { .uids = &uid };
	struct append *ap;
	const uint32_t *uids;
	size_t n;

	if (token == 0)
		return;
	if (chance(2)) {
		if (append_move(m, &seq, 1, span_str(names[to]), &moved) == -1)
			fail("append_move", 0);
		else if (uid != 0)
			claim(to, moved.uidvalidity, uid, token);
		return;
	}
	if (append_begin(a, span_str(names[to]), &ap) == -1) {
		fail("append_begin", 0);
		return;
	}
	if (append_copy(ap, m, seq) == 0) {
		if (append_commit(ap, &v, &uids, &n) == -1)
			fail("append_commit", 0);
		else
			claim(to, v, uids[0], token);
	}
	append_free(ap);
}

static void
store_some(struct mailbox *m, uint32_t seq)
{
	struct flag_change c = { .op = chance(2) ? FLAG_ADD : FLAG_REMOVE,
		.flags = FLAG_SEEN | FLAG_FLAGGED };
	uint32_t k;
	bool changed;

	if (chance(3) == 0 && mailbox_keyword_find(m,
				  span_str(chance(2) ? "a" : "b"), true, &k)) {
		c.keywords = &k;
		c.nkeywords = 1;
	}
	if (mailbox_store(m, seq, &c, &changed) == -1 && errno != ESTALE)
		fail("store", mailbox_message(m, seq).uid);
}

static void
remove_one(struct mailbox *m, uint32_t seq)
{
	struct flag_change c = { .op = FLAG_ADD, .flags = FLAG_DELETED };
	uint32_t token = read_token(m, seq);
	bool changed;

	if (token == 0 || mailbox_store(m, seq, &c, &changed) == -1)
		return;
	if (token < TOKENS)
		shared->ended[token] = 1;
	if (mailbox_expunge(m, seq) == -1)
		fail("expunge", mailbox_message(m, seq).uid);
	mailbox_expunge_end(m);
}

static void
act(struct account *a, struct mailbox *m, int folder)
{
	uint32_t n = mailbox_state(m)->count;
	uint32_t seq = n > 0 ? 1 + chance(n) : 0;

	__atomic_add_fetch(&shared->changes, 1, __ATOMIC_SEQ_CST);
	if (n < 10 || chance(6) == 0)
		append_one(a, (int)chance(FOLDERS));
	else if (chance(4) == 0)
		copy_or_move(a, m, seq, 1 - folder);
	else if (chance(3) == 0 || n > 60)
		remove_one(m, seq);
	else
		store_some(m, seq);
}

static void
session(void)
{
	struct account *a;
	struct mailbox *m;

	if (account_open("M", &conf, &a) == -1)
		_exit(1);
	while (clock_mono_ms() < until) {
		int folder = (int)chance(FOLDERS);

		if (mailbox_open(a, span_str(names[folder]), false, &m) == -1) {
			fail("open", 0);
			continue;
		}
		check_all(m, folder);
		for (int i = 0; i < 20; i++) {
			act(a, m, folder);
			if (chance(3) != 0)
				continue;
			if (mailbox_sync(m) == -1)
				fail("sync", 0);
			if (chance(2))
				(void)mailbox_forget(
				    m, mailbox_state(m)->count, NULL, NULL);
		}
		check_all(m, folder);
		mailbox_close(m);
	}
	account_close(a);
	_exit(0);
}

/* As qmail-local does. */
static void
deliver(void)
{
	char text[32], tmp[64], new[64];

	for (int i = 0; clock_mono_ms() < until; i++) {
		(void)new_token(text);
		snprintf(tmp, sizeof tmp, "M/%stmp/%ld.%d_%d.h",
		    chance(2) ? "" : ".Work/", (long)time(NULL), (int)getpid(),
		    i);
		snprintf(new, sizeof new, "%s", tmp);
		memcpy(strstr(new, "tmp"), "new", 3);
		scratch_put(tmp, text);
		scratch_move(tmp, new);
		scratch_sleep_ms(5);
	}
	_exit(0);
}

struct flip {
	int dir;
};

/* As a POP3 server does: S at the end, without any lock. */
static int
flip_one(void *arg, const char *name, unsigned char type)
{
	const struct flip *f = arg;
	const char *info = strstr(name, ":2,");
	char to[300];

	(void)type;
	if (info == NULL || chance(4) != 0)
		return 0;
	if (strchr(info, 'S') == NULL)
		snprintf(to, sizeof to, "%sS", name);
	else
		snprintf(to, sizeof to, "%.*s:2,", (int)(info - name), name);
	(void)renameat(f->dir, name, f->dir, to);
	return 0;
}

static void
flip(void)
{
	struct flip f = { fs_open_dir(scratch_fd, "M/cur") };

	while (clock_mono_ms() < until) {
		(void)fs_walk(f.dir, flip_one, &f);
		scratch_sleep_ms(3);
	}
	_exit(0);
}

/* Everything that was made and not removed is in one of the folders. */
static void
look_for_lost(void)
{
	struct account *a;
	struct mailbox *m;

	if (account_open("M", &conf, &a) == -1)
		exit(111);
	for (int folder = 0; folder < FOLDERS; folder++) {
		if (mailbox_open(a, span_str(names[folder]), false, &m) == -1)
			exit(111);
		check_all(m, folder);
		for (uint32_t i = 1; i <= mailbox_state(m)->count; i++) {
			uint32_t t = read_token(m, i);

			if (t < TOKENS)
				shared->ended[t] = 1;
		}
		mailbox_close(m);
	}
	account_close(a);
	for (uint32_t t = 1; t <= shared->next_token && t < TOKENS; t++)
		shared->lost += shared->made[t] && !shared->ended[t];
}

static void
run(void (*what)(void), uint32_t number)
{
	pid_t pid = fork();

	if (pid == -1)
		exit(111);
	if (pid != 0)
		return;
	seed = number * 7919 + (uint32_t)time(NULL);
	what();
}

int
main(void)
{
	int status, bad = 0;

	conf = scratch_conf();
	scratch_make();
	scratch_maildir("M");
	scratch_maildir("M/.Work");
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 111;
	until = clock_mono_ms() + env_num("RACE_MS", 1500);
	for (uint32_t i = 0; i < 3; i++)
		run(session, i);
	run(deliver, 8);
	run(flip, 9);
	for (int i = 0; i < 5; i++) {
		wait(&status);
		bad += status != 0;
	}
	look_for_lost();
	ok(bad == 0 && shared->errors == 0, "%u changes, %u errors",
	    shared->changes, shared->errors);
	ok(shared->lost == 0, "%u of %u messages lost", shared->lost,
	    shared->next_token);
	ok(scratch_count("M/tmp") == 0 && scratch_count("M/.Work/tmp") == 0,
	    "nothing left in tmp");
	return done_testing();
}
