/* oom.h: what happens when memory runs out. */
#ifndef BASE_OOM_H
#define BASE_OOM_H

/*
 * Ends the process.  Each program defines it once: it writes one constant
 * line to its client and calls _exit(111).  This is sound because every size
 * a client controls is checked against a limit first, and because the store
 * survives the loss of a process at any point.
 */
__attribute__((noreturn)) void oom(void);

#endif
