/*
 * seccomp.c: a table of calls, as a program of the kernel's filter.
 *
 * What becomes of a call that is not in the table?
 *
 * 1. End the process, always.  The safest, until the C library is upgraded
 *    and its malloc() or qsort() makes a call that the table has not: then
 *    nobody can read mail until satchel is upgraded as well.
 * 2. EPERM, always.  C libraries try the older call when a new one fails
 *    with ENOSYS, and do not when it fails otherwise.
 * 3. ENOSYS for most of them, and the end for calls that no library makes on
 *    its own: who starts programs or looks into other processes from here
 *    is an intruder, who shall not have a second try, and whom the kernel's
 *    log shall name (SIGSYS, "type=1326").
 *
 * This is the third.  socket() is among those that fail: syslog() makes one
 * when its daemon has been started anew.
 *
 * The kernel runs the program once for each of its 450 calls when it is
 * installed, to know those that are always allowed and need no program any
 * more.  One comparison after the other made that 180 us of a login, now 60:
 * calls are looked for by halves, the last few one by one.
 */
#include "sys/seccomp.h"

#include <errno.h>

#include "config.h"

#if HAVE_CAGE

#include <assert.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/nelem.h"

#if defined(__x86_64__)
static const uint32_t arch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
static const uint32_t arch = AUDIT_ARCH_AARCH64;
#endif

/* on x86-64 numbers from here on are those of x32 */
enum { X32 = 0x40000000 };

/* what a tracer makes of a call that it skips; the kernel has none such */
enum { NO_CALL = -1 };

/* enough for the tables there are; it stands on the stack for a moment */
enum { CODE = 512 };

/* Nothing that a library does behind our back. */
static const int intruders[] = { SYS_execve, SYS_execveat, SYS_ptrace,
	SYS_process_vm_readv, SYS_process_vm_writev, SYS_open_by_handle_at,
	SYS_mount, SYS_unshare, SYS_setns, SYS_bpf, SYS_keyctl,
	SYS_userfaultfd };

/* What becomes of a call: one of these, or the rule of that index. */
enum { ALLOW = -1, KILL = -2 };

/* calls that are compared one by one at the end of a search */
enum { FEW = 6, ENTRIES = 200 };

struct entry {
	uint32_t number;
	int what;
	unsigned short from; /* the jump to what it is */
};

struct program {
	struct sock_filter code[CODE];
	unsigned short len;
};

static void
put(struct program *p, unsigned code, uint32_t k, int yes, int no)
{
	struct sock_filter f = { (unsigned short)code, (unsigned char)yes,
		(unsigned char)no, k };

	assert(p->len < NELEM(p->code));
	p->code[p->len++] = f;
}

static void
load(struct program *p, size_t offset)
{
	put(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void
verdict(struct program *p, uint32_t action)
{
	put(p, BPF_RET | BPF_K, action, 0, 0);
}

/* The lower half of an argument is the first on both architectures. */
static size_t
low(unsigned arg)
{
	return offsetof(struct seccomp_data, args) + arg * sizeof(uint64_t);
}

/* How many instructions when_holds() puts. */
static int
length(const struct seccomp_when *w)
{
	static const int lengths[] = {
		[SECCOMP_ANY] = 0,
		[SECCOMP_NULL] = 4,
		[SECCOMP_IS] = 2,
		[SECCOMP_WITHOUT] = 2,
	};

	return lengths[w->test];
}

/* Go on when w is true; otherwise over so many more instructions. */
static void
when_holds(struct program *p, const struct seccomp_when *w, int over)
{
	if (w->test == SECCOMP_ANY)
		return;
	load(p, low(w->arg));
	switch (w->test) {
	case SECCOMP_ANY:
		break;
	case SECCOMP_NULL:
		put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, over + 2);
		load(p, low(w->arg) + sizeof(uint32_t));
		put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, over);
		break;
	case SECCOMP_IS:
		put(p, BPF_JMP | BPF_JEQ | BPF_K, w->value, 0, over);
		break;
	case SECCOMP_WITHOUT:
		put(p, BPF_JMP | BPF_JSET | BPF_K, w->value, over, 0);
		break;
	}
}

/* So few that qsort() took ten times as long. */
static void
insert(struct entry *to, size_t *n, int call, int what)
{
	struct entry new = { (uint32_t)call, what, 0 };
	size_t at = (*n)++;

	for (; at > 0 && to[at - 1].number > new.number; at--)
		to[at] = to[at - 1];
	to[at] = new;
}

/* All that is not just refused, by numbers; rules of one call are one. */
static size_t
collect(struct entry *to, const struct seccomp_table *t)
{
	size_t n = 0;

	assert(t->ncalls + t->nrules + NELEM(intruders) <= ENTRIES);
	for (size_t i = 0; i < t->ncalls; i++)
		insert(to, &n, t->calls[i], ALLOW);
	for (size_t i = 0; i < NELEM(intruders); i++)
		insert(to, &n, intruders[i], KILL);
	for (size_t i = 0; i < t->nrules; i++)
		if (i == 0 || t->rules[i].call != t->rules[i - 1].call)
			insert(to, &n, t->rules[i].call, (int)i);
	return n;
}

/* The allowed ones go to one verdict behind the rest. */
static void
compare(struct program *p, struct entry *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		e[i].from = p->len;
		put(p, BPF_JMP | BPF_JEQ | BPF_K, e[i].number, 0,
		    e[i].what == ALLOW ? 0 : 1);
		if (e[i].what == ALLOW)
			continue;
		e[i].from = p->len;
		if (e[i].what == KILL)
			verdict(p, SECCOMP_RET_KILL_PROCESS);
		else
			put(p, BPF_JMP | BPF_JA, 0, 0, 0);
	}
	verdict(p, SECCOMP_RET_ERRNO | ENOSYS);
	for (size_t i = 0; i < n; i++)
		if (e[i].what == ALLOW)
			p->code[e[i].from].jt =
			    (unsigned char)(p->len - e[i].from - 1);
	verdict(p, SECCOMP_RET_ALLOW);
}

/* By halves: as deep as there are digits in the number of entries. */
static void
search(struct program *p, struct entry *e, size_t n)
{
	unsigned short at = p->len;

	if (n <= FEW) {
		compare(p, e, n);
		return;
	}
	put(p, BPF_JMP | BPF_JGE | BPF_K, e[n / 2].number, 0, 0);
	search(p, e, n / 2);
	assert(p->len - at - 1 <= UINT8_MAX);
	p->code[at].jt = (unsigned char)(p->len - at - 1);
	search(p, e + n / 2, n - n / 2);
}

/* Rule i and those behind it that are for the same call. */
static void
allow_when(struct program *p, const struct seccomp_table *t, size_t i)
{
	int call = t->rules[i].call;

	for (; i < t->nrules && t->rules[i].call == call; i++) {
		const struct seccomp_when *w = t->rules[i].when;

		when_holds(p, &w[0], length(&w[1]) + 1);
		when_holds(p, &w[1], 1);
		verdict(p, SECCOMP_RET_ALLOW);
	}
	verdict(p, SECCOMP_RET_ERRNO | ENOSYS);
}

static void
build(struct program *p, const struct seccomp_table *t)
{
	struct entry e[ENTRIES];
	size_t n = collect(e, t);

	load(p, offsetof(struct seccomp_data, arch));
	put(p, BPF_JMP | BPF_JEQ | BPF_K, arch, 1, 0);
	verdict(p, SECCOMP_RET_KILL_PROCESS);
	load(p, offsetof(struct seccomp_data, nr));
	put(p, BPF_JMP | BPF_JGE | BPF_K, X32, 0, 3);
	put(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)NO_CALL, 0, 1);
	verdict(p, SECCOMP_RET_ALLOW);
	verdict(p, SECCOMP_RET_KILL_PROCESS);
	search(p, e, n);
	for (size_t i = 0; i < n; i++) {
		if (e[i].what < 0)
			continue;
		p->code[e[i].from].k = p->len - e[i].from - 1U;
		allow_when(p, t, (size_t)e[i].what);
	}
}

int
seccomp_close(const struct seccomp_table *t)
{
	struct program p;
	struct sock_fprog filter;

	p.len = 0;
	build(&p, t);
	filter.len = p.len;
	filter.filter = p.code;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

#else

int
seccomp_close(const struct seccomp_table *t)
{
	(void)t;
	errno = ENOSYS;
	return -1;
}

#endif
