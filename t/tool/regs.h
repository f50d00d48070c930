/* regs.h: a stopped process's registers, as system calls use them. */
#ifndef TOOL_REGS_H
#define TOOL_REGS_H

#include <elf.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>

/* Not inline functions of a library: the one program includes this once. */

static bool
regs_get(pid_t pid, struct user_regs_struct *r)
{
	struct iovec v = { r, sizeof *r };

	return ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &v) == 0;
}

static void
regs_put(pid_t pid, struct user_regs_struct *r)
{
	struct iovec v = { r, sizeof *r };

	(void)ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &v);
}

#ifdef __x86_64__

static unsigned long long
regs_arg(const struct user_regs_struct *r, int n)
{
	const unsigned long long a[] = { r->rdi, r->rsi, r->rdx, r->r10 };

	return a[n];
}

static long
regs_number(const struct user_regs_struct *r)
{
	return (long)r->orig_rax;
}

static long long
regs_result(const struct user_regs_struct *r)
{
	return (long long)r->rax;
}

/* At the entry: the third argument. */
static void
regs_set_length(pid_t pid, struct user_regs_struct *r, unsigned long long n)
{
	r->rdx = n;
	regs_put(pid, r);
}

/* At the entry: no call. */
static void
regs_skip_call(pid_t pid, struct user_regs_struct *r)
{
	r->orig_rax = (unsigned long long)-1;
	regs_put(pid, r);
}

/* At the exit. */
static void
regs_set_result(pid_t pid, struct user_regs_struct *r, long long to)
{
	r->rax = (unsigned long long)to;
	regs_put(pid, r);
}

#else

enum { ARM_SYSTEM_CALL = 0x404 }; /* NT_ARM_SYSTEM_CALL */

static unsigned long long
regs_arg(const struct user_regs_struct *r, int n)
{
	return r->regs[n];
}

static long
regs_number(const struct user_regs_struct *r)
{
	return (long)r->regs[8];
}

static long long
regs_result(const struct user_regs_struct *r)
{
	return (long long)r->regs[0];
}

static void
regs_set_length(pid_t pid, struct user_regs_struct *r, unsigned long long n)
{
	r->regs[2] = n;
	regs_put(pid, r);
}

static void
regs_skip_call(pid_t pid, struct user_regs_struct *r)
{
	int nr = -1;
	struct iovec v = { &nr, sizeof nr };

	(void)r;
	(void)ptrace(PTRACE_SETREGSET, pid, ARM_SYSTEM_CALL, &v);
}

static void
regs_set_result(pid_t pid, struct user_regs_struct *r, long long to)
{
	r->regs[0] = (unsigned long long)to;
	regs_put(pid, r);
}

#endif

#endif
