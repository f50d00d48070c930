/* facts.c: satchel-cache, whole, damaged in every way, and shared. */
#include "store/box.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include "scratch.h"
#include "store/box.h"

enum { N = 5, UIDVALIDITY = 77 };

static struct store_conf conf;
static struct account *a;
static int dir = -1, tmp = -1;
static int64_t offsets[100];
static unsigned found;

static void
fresh(void)
{
	account_close(a);
	fs_remove_tree(scratch_fd, "M");
	scratch_maildir("M");
	if (account_open("M", &conf, &a) == -1)
		exit(111);
	if (dir != -1) {
		close(dir);
		close(tmp);
	}
	dir = fs_open_dir(scratch_fd, "M");
	tmp = fs_open_dir(dir, "tmp");
}

/* The record of UID i: its blob is i times 100 bytes. */
static struct facts_record
record(unsigned i)
{
	static char blob[10000], name[100];

	memset(blob, (int)('a' + i), i * 100);
	return (struct facts_record){ .uid = i,
		.base = facts_base(span_of(name, i)),
		.size = i * 1000,
		.octets = i == 2 ? FACTS_UNKNOWN : i * 1001,
		.date = -(int64_t)i,
		.blob = span_of(blob, i * 100) };
}

static void
take(void *arg, int64_t offset, const struct facts_record *r)
{
	(void)arg;
	found++;
	if (r->uid < 100)
		offsets[r->uid] = offset;
}

/* How many records there are to find. */
static unsigned
look(struct facts *f)
{
	found = 0;
	facts_each(f, take, NULL);
	return found;
}

static bool
has(struct facts *f, unsigned i)
{
	struct facts_record want = record(i), got;

	return facts_get(f, offsets[i], &got) && got.uid == want.uid &&
	       got.base == want.base && got.size == want.size &&
	       got.octets == want.octets && got.date == want.date &&
	       span_eq(got.blob, want.blob);
}

static void
write_records(struct facts *f, unsigned from, unsigned to)
{
	for (unsigned i = from; i <= to; i++) {
		struct facts_record r = record(i);

		facts_add(f, a, &r);
	}
	facts_flush(f, take, NULL);
}

static void
test_whole(void)
{
	struct facts f, other;
	struct facts_record r;

	fresh();
	facts_open(&f, dir, tmp, UIDVALIDITY);
	ok(look(&f) == 0 && !scratch_has("M/satchel-cache"), "none yet");
	facts_open(&other, dir, tmp, UIDVALIDITY);
	write_records(&f, 1, N);
	ok(has(&f, 1) && has(&f, N), "those just written");
	ok(look(&f) == 0, "need not be looked for");
	ok(!facts_get(&f, 0, &r) && !facts_get(&f, -1, &r) &&
		!facts_get(&f, offsets[1] + 1, &r) &&
		!facts_get(&f, INT64_MAX, &r),
	    "no record there");
	facts_close(&other);
	facts_open(&other, dir, tmp, UIDVALIDITY);
	memset(offsets, 0, sizeof offsets);
	ok(look(&other) == N && has(&other, 1) && has(&other, N),
	    "another session");
	write_records(&other, 6, 6);
	ok(facts_look(&f) && look(&f) == 1 && has(&f, 6), "sees the other's");
	facts_rest(&f);
	ok(has(&f, 3), "after a rest");
	facts_close(&f);
	facts_open(&f, dir, tmp, UIDVALIDITY + 1);
	ok(look(&f) == 0, "of another UIDVALIDITY");
	write_records(&f, 1, 1);
	ok(!facts_look(&other) && look(&other) == 0,
	    "which is a file of its own");
	facts_close(&f);
	facts_close(&other);
	ok(scratch_count("M/tmp") == 0, "nothing is left in tmp");
}

/* Somebody removes it between two records of one command. */
static void
test_removed(void)
{
	struct facts f;
	struct facts_record r = { 0 };

	fresh();
	facts_open(&f, dir, tmp, UIDVALIDITY);
	write_records(&f, 1, 4);
	ok(facts_get(&f, offsets[3], &r), "a blob is held");
	scratch_unlink("M/satchel-cache");
	found = 0;
	write_records(&f, 5, 5);
	ok(found == 0 && span_eq(r.blob, record(3).blob),
	    "and can be read when what is written has no place");
	ok(!facts_look(&f) && look(&f) == 0, "noticed by the next command");
	write_records(&f, 5, 5);
	ok(has(&f, 5), "which makes a new one");
	facts_close(&f);
}

static void
test_rewrite(void)
{
	struct facts f, other;
	int64_t keep[3];

	fresh();
	facts_open(&f, dir, tmp, UIDVALIDITY);
	facts_open(&other, dir, tmp, UIDVALIDITY);
	write_records(&f, 1, N);
	keep[0] = offsets[2];
	keep[1] = offsets[4];
	keep[2] = offsets[4] + 1; /* none */
	facts_rewrite(&f, a, keep, 3);
	ok(!facts_look(&f) && look(&f) == 2 && has(&f, 2) && has(&f, 4),
	    "what is alive");
	write_records(&f, 1, 1);
	facts_close(&other);
	facts_open(&other, dir, tmp, UIDVALIDITY);
	ok(look(&other) == 3 && has(&other, 1), "appended to the new one");
	facts_close(&f);
	facts_close(&other);
}

/* Records found, all of which must be right; whichever they are. */
static bool
all_right(unsigned *n)
{
	bool good = true;
	struct facts f;

	memset(offsets, 0, sizeof offsets);
	facts_open(&f, dir, tmp, UIDVALIDITY);
	*n = look(&f);
	for (unsigned i = 1; i <= N; i++) {
		struct facts_record r;

		if (offsets[i] != 0 && facts_get(&f, offsets[i], &r))
			good = good && has(&f, i);
	}
	facts_close(&f);
	return good;
}

static void
put_file(const char *p, size_t len)
{
	int fd =
	    openat(dir, "satchel-cache", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || fs_write(fd, span_of(p, len)) == -1)
		exit(111);
	close(fd);
}

static void
test_damage(void)
{
	struct strbuf whole = { 0 }, b = { 0 };
	bool good = true, all = true;
	struct facts f;
	unsigned n;

	fresh();
	facts_open(&f, dir, tmp, UIDVALIDITY);
	write_records(&f, 1, N);
	facts_close(&f);
	(void)fs_slurp(dir, "satchel-cache", 1 << 20, &whole);
	for (size_t len = 0; len < whole.len; len++) {
		put_file(whole.p, len);
		good = good && all_right(&n) && n < N;
	}
	ok(good, "cut at every length");
	for (size_t i = 0; i < whole.len; i++) {
		whole.p[i] ^= 0x10;
		put_file(whole.p, whole.len);
		good = good && all_right(&n);
		whole.p[i] ^= 0x10;
	}
	ok(good, "a wrong byte everywhere");
	/* a write that was cut, then a good one */
	for (size_t cut = 1; cut < 150; cut++) {
		strbuf_reset(&b);
		strbuf_cat(&b, span_of(whole.p, whole.len - cut));
		strbuf_cat(&b, span_of(whole.p + offsets[1],
				   (size_t)(offsets[3] - offsets[1])));
		put_file(b.p, b.len);
		good = good && all_right(&n);
		all = all && n >= N - 1 && offsets[1] > offsets[4];
		put_file(whole.p, whole.len);
		(void)all_right(&n);
	}
	ok(good && all, "what comes behind a torn record is found");
	strbuf_clear(&whole);
	strbuf_clear(&b);
}

/* The file shrinks while it is open and mapped. */
static void
test_shrinking(void)
{
	struct facts_record r;
	struct facts f;

	fresh();
	facts_open(&f, dir, tmp, UIDVALIDITY);
	write_records(&f, 1, 99);
	ok(has(&f, 99), "mapped");
	ok(truncate("M/satchel-cache", 100) == 0 &&
		!facts_get(&f, offsets[99], &r),
	    "missing, once it is gone");
	ok(!facts_look(&f), "and noticed");
	write_records(&f, 1, 2);
	ok(has(&f, 2), "goes on");
	facts_close(&f);
}

static void
test_refusals(void)
{
	struct rlimit no_more = { 500, RLIM_INFINITY }, old;
	struct facts f;

	fresh();
	facts_open(&f, dir, tmp, UIDVALIDITY);
	write_records(&f, 1, N);
	facts_close(&f);
	chmod("M/satchel-cache", 0666);
	facts_open(&f, dir, tmp, UIDVALIDITY);
	ok(look(&f) == 0, "others may write to it");
	write_records(&f, 1, 1);
	ok(f.off, "so it is left alone");
	facts_close(&f);
	unlink("M/satchel-cache");
	scratch_link("/etc/passwd", "M/satchel-cache");
	facts_open(&f, dir, tmp, UIDVALIDITY);
	write_records(&f, 1, 1);
	ok(f.off && f.fd == -1, "a link is left alone");
	facts_close(&f);
	unlink("M/satchel-cache");
	facts_open(&f, dir, tmp, UIDVALIDITY);
	getrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &no_more);
	memset(offsets, 0, sizeof offsets);
	write_records(&f, 9, 9);
	write_records(&f, 9, 9);
	setrlimit(RLIMIT_FSIZE, &old);
	ok(f.off && !has(&f, 9), "no space: off");
	facts_close(&f);
	facts_open(&f, dir, tmp, UIDVALIDITY);
	ok(look(&f) == 0, "a record that was cut is none");
	write_records(&f, 1, 2);
	ok(has(&f, 1) && has(&f, 2), "others follow it");
	facts_close(&f);
	facts_close(&f);
}

/* --- the same through a mailbox ------------------------------------------ */

static struct mailbox *
open_box(void)
{
	struct mailbox *m = NULL;

	if (mailbox_open(a, span_str(""), false, &m) == -1)
		exit(111);
	return m;
}

static void
keep(struct mailbox *m, uint32_t seq, const char *blob)
{
	struct stat st;

	if (mailbox_stat_message(m, seq, &st) == 0)
		mailbox_keep_facts(m, seq, &st, span_str(blob));
}

static void
keep_all(struct mailbox *m, uint32_t seq, uint64_t octets, const char *blob)
{
	struct stat st;

	if (mailbox_stat_message(m, seq, &st) == 0)
		mailbox_keep_octets(m, seq, &st, octets);
	keep(m, seq, blob);
}

static bool
knows(struct mailbox *m, uint32_t seq, const char *blob)
{
	return span_is(mailbox_facts(m, seq), blob);
}

static void
test_rest(struct mailbox *m)
{
	ok(mailbox_is_large(m), "memory is kept for the next command");
	mailbox_rest(m);
	ok(!mailbox_is_large(m) && knows(m, 2, "two"), "or given back");
	mailbox_facts_end(m);
}

static void
test_mailbox(void)
{
	struct mailbox *m, *other;
	struct stat st;
	uint64_t octets;
	int64_t date;
	int fd;

	fresh();
	scratch_put("M/cur/1.a:2,", "A: b\n\nx\n");
	scratch_put("M/cur/2.b:2,", "A: b\n\nxx\n");
	scratch_put("M/cur/3.c:2,", "A: b\n\nxxx\n");
	m = open_box();
	ok(knows(m, 1, "") && !mailbox_octets(m, 1, &octets), "nothing yet");
	ok(mailbox_stat_message(m, 2, &st) == 0, "stat");
	mailbox_keep_octets(m, 2, &st, 12);
	keep(m, 1, "one");
	keep(m, 2, "two");
	keep(m, 3, "three");
	mailbox_facts_end(m);
	ok(knows(m, 1, "one") && knows(m, 3, "three"), "kept");
	mailbox_close(m);

	m = open_box();
	ok(knows(m, 2, "two") && mailbox_octets(m, 2, &octets) &&
		octets == 12 && mailbox_date(m, 3, &date),
	    "and in the next session");
	mailbox_facts_end(m);
	test_rest(m);
	scratch_unlink("M/cur/1.a:2,");
	scratch_move("M/cur/2.b:2,", "M/cur/2.b:2,S");
	scratch_sleep_ms(30);
	mailbox_sync(m);
	mailbox_forget(m, 3, NULL, NULL);
	ok(mailbox_state(m)->count == 2 && knows(m, 1, "two") &&
		knows(m, 2, "three"),
	    "numbers move, facts with them");
	scratch_put("M/cur/2.b:2,S", "A: b\n\nanother\n");
	fd = mailbox_open_message(m, 1, NULL);
	close(fd);
	ok(knows(m, 1, "") && !mailbox_octets(m, 1, &octets) &&
		knows(m, 2, "three"),
	    "a file of another size has other facts");
	keep(m, 1, "new");
	mailbox_facts_end(m);
	ok(knows(m, 1, "new"), "the last record counts");
	mailbox_facts_end(m);
	unlink("M/satchel-cache");
	ok(knows(m, 1, "") && knows(m, 2, ""), "taken away");
	keep(m, 2, "again");
	mailbox_facts_end(m);
	mailbox_close(m);
	m = open_box();
	ok(knows(m, 1, "") && knows(m, 2, "again"), "begun again");
	mailbox_close(m);
	other = m = open_box();
	mailbox_close(other);
}

/* Rows say where the facts are; without them they are sought. */
static void
test_rows(void)
{
	struct mailbox *m, *other;
	struct index_state s;
	struct stat st;
	uint64_t octets;
	int64_t date;

	fresh();
	scratch_put("M/cur/1.a:2,", "A: b\n\nx\n");
	scratch_put("M/cur/2.b:2,", "A: b\n\nxx\n");
	m = open_box();
	other = open_box();
	keep_all(m, 1, 11, "one");
	mailbox_facts_end(m);
	keep_all(other, 2, 12, "two");
	mailbox_facts_end(other);
	ok(index_peek(m->md.dir, &s) == 0 && s.unsized == 0 && s.octets == 23 &&
		s.facts_id == other->known.facts.id,
	    "two sessions: the index has the sums");
	ok(mailbox_sync(m) == 0 && knows(m, 2, "two") && knows(m, 1, "one"),
	    "one knows what the other found");
	mailbox_facts_end(m);
	mailbox_close(other);
	mailbox_close(m);

	unlink("M/satchel-cache");
	m = open_box();
	ok(mailbox_octets(m, 2, &octets) && octets == 12 &&
		mailbox_date(m, 1, &date) && knows(m, 1, ""),
	    "octets and dates without satchel-cache");
	keep_all(m, 1, 11, "new");
	mailbox_facts_end(m);
	mailbox_close(m);
	unlink("M/satchel-index");
	m = open_box();
	ok(knows(m, 1, "new") && !mailbox_octets(m, 2, &octets) &&
		mailbox_octets(m, 1, &octets) && octets == 11,
	    "and satchel-cache without an index");
	mailbox_facts_end(m);
	ok(index_peek(m->md.dir, &s) == 0 && s.unsized == 1 && s.octets == 11,
	    "which is filled");
	keep_all(m, 2, 12, "two");
	scratch_unlink("M/cur/1.a:2,");
	ok(mailbox_stat_message(m, 1, &st) == -1, "gone");
	mailbox_facts_end(m);
	ok(index_peek(m->md.dir, &s) == 0 && s.unsized == 0 && s.octets == 12 &&
		s.messages == 1,
	    "what is gone is in no sum");
	mailbox_close(m);
}

/* What is dead is dropped once it is more than what is alive. */
static void
test_shrink(void)
{
	static char blob[40000];
	struct mailbox *m;
	struct stat st;

	fresh();
	scratch_put("M/cur/1.a:2,", "A: b\n\nx\n");
	scratch_put("M/cur/2.b:2,", "A: b\n\nxx\n");
	m = open_box();
	memset(blob, 'x', sizeof blob - 1);
	keep(m, 2, "two");
	for (int i = 0; i < 60; i++) {
		blob[0] = (char)('A' + i % 20);
		keep(m, 1, blob);
		mailbox_facts_end(m);
	}
	ok(stat("M/satchel-cache", &st) == 0 && st.st_size < 1200 * 1024 &&
		st.st_size > 40000,
	    "it does not grow for ever");
	ok(knows(m, 1, blob) && knows(m, 2, "two"), "all is there");
	mailbox_close(m);
}

/* More than may be kept: the oldest go, and do not come back. */
static void
test_full(void)
{
	enum { MESSAGES = 300 };
	static char blob[60000], name[64];
	struct mailbox *m;
	struct stat st;

	fresh();
	for (int i = 1; i <= MESSAGES; i++) {
		snprintf(name, sizeof name, "M/cur/%d.a:2,", 1000 + i);
		scratch_put(name, "A: b\n\nx\n");
	}
	m = open_box();
	memset(blob, 'x', sizeof blob - 1);
	for (uint32_t i = 1; i <= MESSAGES; i++)
		keep(m, i, blob);
	mailbox_facts_end(m);
	ok(stat("M/satchel-cache", &st) == 0 && st.st_size < 12 << 20 &&
		st.st_size > 11 << 20,
	    "three quarters of what may be");
	ok(knows(m, 1, "") && knows(m, MESSAGES, blob), "the oldest go");
	keep(m, 1, blob);
	mailbox_facts_end(m);
	ok(knows(m, 1, "") && stat("M/satchel-cache", &st) == 0 &&
		st.st_size < 12 << 20,
	    "and stay away");
	mailbox_close(m);
}

int
main(void)
{
	scratch_make();
	conf = scratch_conf();
	test_whole();
	test_removed();
	test_rewrite();
	test_damage();
	test_shrinking();
	test_refusals();
	test_mailbox();
	test_rows();
	test_shrink();
	test_full();
	account_close(a);
	return done_testing();
}
