/* banned.h: functions that do not compile here (forced in by the Makefile). */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef alloca
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol
#pragma GCC poison gets alloca gmtime localtime ctime asctime mktemp tmpnam system popen

#endif
