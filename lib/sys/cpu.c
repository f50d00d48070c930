/*
 * cpu.c: the processor is asked late, and few times.
 *
 * A virtual machine has to leave its processor for each CPUID, which takes
 * some 12 us.  __builtin_cpu_supports() comes with a constructor that asks a
 * dozen times, in each program that has it and before main(): that was a
 * third of the start of a session which then read no message at all.
 */
#include "sys/cpu.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

enum { YMM = 6 }; /* XCR0: the kernel keeps XMM and YMM */

__attribute__((target("xsave"))) static bool
keeps_ymm(void)
{
	return (_xgetbv(0) & YMM) == YMM;
}

static bool
ask(void)
{
	unsigned a, b, c, d;

	__cpuid(0, a, b, c, d);
	if (a < 7)
		return false;
	__cpuid(1, a, b, c, d);
	if (!(c & bit_OSXSAVE) || !keeps_ymm())
		return false;
	__cpuid_count(7, 0, a, b, c, d);
	return (b & bit_AVX2) != 0;
}

bool
cpu_has_avx2(void)
{
	static enum { NOT_ASKED, YES, NO } known;

	if (known == NOT_ASKED)
		known = ask() ? YES : NO;
	return known == YES;
}

#else

bool
cpu_has_avx2(void)
{
	return false;
}

#endif
