/* banned.h: functions that do not compile here (forced in by the Makefile). */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* with _FORTIFY_SOURCE a C library may have made macros of some */
#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#undef alloca
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok
#pragma GCC poison atoi atol gets alloca mktemp tmpnam system popen
#pragma GCC poison gmtime localtime ctime asctime

#endif
