/*
 * oldkernel.c: preloaded into a program, it gives it a kernel that has less.
 *
 *	OLDKERNEL_LANDLOCK=n	version n of Landlock; 0: none
 *	OLDKERNEL_SECCOMP=0	no seccomp
 *
 * What version n does not know is refused as it would be there.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)

/* the numbers and sizes are the kernel's */
enum { CREATE_RULESET = 444, GET_VERSION = 1, SET_SECCOMP = 22 };

struct ruleset {
	uint64_t fs, net, scoped;
};

static long
raw(long call, const long *v)
{
	register long d __asm__("r10") = v[3];
	register long e __asm__("r8") = v[4];
	register long f __asm__("r9") = v[5];
	long r;

	/* clang-format off */
	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"(call), "D"(v[0]), "S"(v[1]), "d"(v[2]), "r"(d),
			 "r"(e), "r"(f)
			 : "rcx", "r11", "memory");
	/* clang-format on */
	if (r >= 0 || r < -4095)
		return r;
	errno = (int)-r;
	return -1;
}

static long
fail(int number)
{
	errno = number;
	return -1;
}

/* Landlock as version abi has it. */
static long
create(int abi, const long *v)
{
	static const int bits[] = { 0, 13, 14, 15, 15, 16, 16, 16 };
	const struct ruleset *r = (const struct ruleset *)v[0];
	unsigned long size = abi < 4 ? 8 : abi < 6 ? 16 : 24;

	if (abi == 0)
		return fail(ENOSYS);
	if (v[2] == GET_VERSION)
		return abi;
	if ((unsigned long)v[1] > size)
		return fail(E2BIG);
	if (abi < 8 && r->fs >> bits[abi] != 0)
		return fail(EINVAL);
	return raw(CREATE_RULESET, v);
}

long
syscall(long call, ...)
{
	const char *abi = getenv("OLDKERNEL_LANDLOCK");
	long v[6];
	va_list ap;

	va_start(ap, call);
	for (int i = 0; i < 6; i++)
		v[i] = va_arg(ap, long);
	va_end(ap);
	if (call == CREATE_RULESET && abi != NULL)
		return create((int)strtol(abi, NULL, 10), v);
	return raw(call, v);
}

int
prctl(int option, ...)
{
	long v[6] = { option };
	va_list ap;

	va_start(ap, option);
	for (int i = 1; i < 5; i++)
		v[i] = va_arg(ap, long);
	va_end(ap);
	if (option == SET_SECCOMP && getenv("OLDKERNEL_SECCOMP") != NULL)
		return (int)fail(EINVAL);
	return (int)raw(SYS_prctl, v);
}

#endif
