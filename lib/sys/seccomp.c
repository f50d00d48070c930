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
	SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_unshare,
	SYS_setns, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
	SYS_init_module, SYS_finit_module, SYS_kexec_load, SYS_add_key,
	SYS_request_key, SYS_keyctl, SYS_setuid, SYS_setgid, SYS_setresuid,
	SYS_setresgid, SYS_setgroups, SYS_capset, SYS_reboot };

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

/* Is it this call?  Then this becomes of it. */
static void
call(struct program *p, int number, uint32_t action)
{
	put(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1);
	verdict(p, action);
}

static void
allow_when(struct program *p, const struct seccomp_rule *r)
{
	int first = length(&r->when[0]), second = length(&r->when[1]);

	/* the last one loads the number again for the next rule */
	put(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)r->call, 0,
	    first + second + 2);
	when_holds(p, &r->when[0], second + 1);
	when_holds(p, &r->when[1], 1);
	verdict(p, SECCOMP_RET_ALLOW);
	load(p, offsetof(struct seccomp_data, nr));
}

static void
build(struct program *p, const struct seccomp_table *t)
{
	load(p, offsetof(struct seccomp_data, arch));
	put(p, BPF_JMP | BPF_JEQ | BPF_K, arch, 1, 0);
	verdict(p, SECCOMP_RET_KILL_PROCESS);
	load(p, offsetof(struct seccomp_data, nr));
	call(p, NO_CALL, SECCOMP_RET_ALLOW);
	put(p, BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1);
	verdict(p, SECCOMP_RET_KILL_PROCESS);
	for (size_t i = 0; i < t->ncalls; i++)
		call(p, t->calls[i], SECCOMP_RET_ALLOW);
	for (size_t i = 0; i < t->nrules; i++)
		allow_when(p, &t->rules[i]);
	for (size_t i = 0; i < NELEM(intruders); i++)
		call(p, intruders[i], SECCOMP_RET_KILL_PROCESS);
	verdict(p, SECCOMP_RET_ERRNO | ENOSYS);
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
