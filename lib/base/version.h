/* version.h: which satchel this is. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define SATCHEL_VERSION "0.1"

#endif
