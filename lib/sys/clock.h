/* clock.h: what time it is. */
#ifndef SYS_CLOCK_H
#define SYS_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds of the monotonic clock, for deadlines; always above 0. */
int64_t clock_mono_ms(void);

/* Seconds, and microseconds, since 1970. */
int64_t clock_now(void);
int64_t clock_now_us(void);

/* A time stamp in nanoseconds. */
int64_t clock_ns(struct timespec t);

/* How many milliseconds are left until by, for poll(): -1 when by is 0. */
int clock_left_ms(int64_t by);

#endif
