/* nelem.h: the number of elements of an array. */
#ifndef BASE_NELEM_H
#define BASE_NELEM_H

#define NELEM(a) (sizeof(a) / sizeof(*(a)))

#endif
