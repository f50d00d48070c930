/* param.h: long and international parameter values (RFC 2231). */
#ifndef MSG_PARAM_H
#define MSG_PARAM_H

#include "base/arena.h"
#include "msg/mime.h"

/*
 * Replace "name*0", "name*1", ... by one "name", or by one "name*" when one
 * of them is in the extended form (RFC 2231 sections 3 and 4.1); it goes
 * behind the parameters that are whole.  What lacks a section 0 or comes
 * after a gap stays as it is.
 */
void param_join(struct arena *a, struct mime_params *params);

#endif
