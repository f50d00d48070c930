/* cpu.h: what this machine's processor can do. */
#ifndef SYS_CPU_H
#define SYS_CPU_H

#include <stdbool.h>

/*
 * Whether there is AVX2, and the kernel keeps its registers.  It is found out
 * at the first call, and false where there is no such thing.
 */
bool cpu_has_avx2(void);

#endif
