/* basesubject.h: subjects without "Re:" and its like (RFC 5256 2.1). */
#ifndef MSG_BASESUBJECT_H
#define MSG_BASESUBJECT_H

#include <stdbool.h>

#include "base/span.h"
#include "base/strbuf.h"

/*
 * Append the base subject of text, a Subject whose encoded words have been
 * decoded.  True when something was removed that makes the message a reply or
 * a forward (section 3, THREAD).  Linear.
 */
bool basesubject(struct span text, struct strbuf *out);

#endif
