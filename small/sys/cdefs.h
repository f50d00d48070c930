/* cdefs.h: what headers of the system want of glibc's, for musl. */
#ifndef SMALL_CDEFS_H
#define SMALL_CDEFS_H

#define __BEGIN_DECLS
#define __END_DECLS
#define __THROW
#define __nonnull(args)

#endif
