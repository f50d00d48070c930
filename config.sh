#!/bin/sh
# config.sh: placeholder
B=${BUILD:-build}; mkdir -p "$B"
echo 'HARDEN_CFLAGS = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE' > "$B/config.mk"
echo 'HARDEN_LDFLAGS = -pie -Wl,-z,relro,-z,now' >> "$B/config.mk"
: > "$B/config.h"
