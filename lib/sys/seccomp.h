/* seccomp.h: the system calls that a process may still make, as a table. */
#ifndef SYS_SECCOMP_H
#define SYS_SECCOMP_H

#include <stddef.h>
#include <stdint.h>

/* What must be true of one argument; IS and WITHOUT see its lower 32 bits. */
enum seccomp_test {
	SECCOMP_ANY, /* nothing */
	SECCOMP_NULL, /* a pointer that is NULL */
	SECCOMP_IS, /* the value */
	SECCOMP_WITHOUT /* none of the value's bits */
};

struct seccomp_when {
	unsigned char arg; /* 0 to 5 */
	enum seccomp_test test;
	uint32_t value;
};

/*
 * A call that is allowed when both conditions are met.  Of several rules for
 * one call, which stand together, any is enough.
 */
struct seccomp_rule {
	int call; /* SYS_... of <sys/syscall.h> */
	struct seccomp_when when[2];
};

struct seccomp_table {
	const int *calls; /* SYS_...: allowed whatever their arguments */
	size_t ncalls;
	const struct seccomp_rule *rules;
	size_t nrules;
};

/*
 * From here on this process, and what it starts, makes only the calls of the
 * table, up to about 150 of them.  Others fail with ENOSYS, as in a kernel
 * that has them not, which C libraries are prepared for; those that only an
 * intruder makes, and calls by another architecture's numbers, end the
 * process with SIGSYS.
 *
 * Needs no-new-privs (prctl(2)) or root.  0, or -1 with errno: ENOSYS where
 * this kernel or build has none of it.
 */
int seccomp_close(const struct seccomp_table *t);

#endif
