#!/bin/sh
# config.sh: find the parts, write $BUILD/config.mk and $BUILD/config.h, and
# say what was found and what is lost without the rest.
#   WITHOUT="gdbm mandoc"   leaves parts out
#   WITH="gdbm"             makes the want of a part an error
B=${BUILD:-build} CC=${CC:-cc}
mkdir -p "$B" || exit 1
t=$B/config.$$
trap 'rm -f "$t".*' EXIT
trap 'exit 1' HUP INT TERM

if ! command -v "${CC%% *}" >/dev/null; then
	echo "config.sh: no C compiler \"$CC\"" >&2
	exit 1
fi
for p in $WITH $WITHOUT; do
	case $p in
	unistring | gdbm | crypt | nettle | gnutls | systemd | cage | musl) ;;
	mandoc | clang) ;;
	*)
		echo "config.sh: no part is called \"$p\"" >&2
		exit 1 ;;
	esac
done
echo '/* written by config.sh */' >"$t.h"
# the Makefile compares this line with what it was called with
echo "CONFIGURED =" $CC + $WITH - $WITHOUT >"$t.mk"

row() {
	printf '  %-10s %-17s %s\n' "$@"
}

# Does the program $1 build with these flags, in silence?
builds() {
	printf '%s\n' "$1" >"$t.c"
	shift
	$CC -Werror -O2 "$@" -o "$t.out" "$t.c" $libs >/dev/null 2>&1
}

# Each flag on its own: those are used that the compiler takes.
hardening() {
	libs='' harden='' link=''
	main='#include <string.h>
int main(int n, char **v) { char b[9]; memset(b, n, 9); return b[n] + !v; }'
	for f in 3 2; do
		f="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$f"
		builds "$main" $f && harden=$f && break
	done
	for f in -fstack-protector-strong -fstack-clash-protection \
		-fcf-protection -ftrivial-auto-var-init=zero -fPIE; do
		builds "$main" $f && harden="$harden $f"
	done
	for f in -pie -Wl,-z,relro,-z,now,-z,noexecstack; do
		builds "$main" -fPIE $f && link="$link $f"
	done
	echo "HARDEN_CFLAGS = $harden" >>"$t.mk"
	echo "HARDEN_LDFLAGS = $link" >>"$t.mk"
	row hardening "$(echo $harden $link | wc -w) flags"
}

wanted() {
	case " $WITHOUT " in *" $1 "*) return 1 ;; esac
}

# part, what was found or "", what is lost without it
result() {
	up=$(echo "$1" | tr a-z A-Z) have=1
	[ -n "$2" ] || have=0
	echo "HAVE_$up = $have" >>"$t.mk"
	echo "#define HAVE_$up $have" >>"$t.h"
	if [ $have = 1 ]; then
		row "$1" "$2"
		return
	fi
	if wanted "$1"; then row "$1" no "lost: $3"
	else row "$1" 'left out' "lost: $3"; fi
	case " $WITH " in *" $1 "*)
		echo "config.sh: $1 is asked for and missing" >&2
		failed=1 ;;
	esac
}

# part, pkg-config's name, header, a function, what is lost, what its archive
# needs; archives are preferred: a program then loads the C library alone
library() {
	found='' use='' flags=''
	if wanted "$1"; then
		version=$(pkg-config --modversion "$2" 2>/dev/null)
		flags=$(pkg-config --cflags "$2" 2>/dev/null)
		main="#include <$3>
int main(void) { return (void (*)(void))$4 == 0; }"
		for libs in "-Wl,-Bstatic -l$1 $6 -Wl,-Bdynamic $7" "-l$1"; do
			builds "$main" $flags -fPIE -pie || continue
			use=$libs found="${version:-yes}, shared"
			case $use in *Bstatic*) found=${version:-yes} ;; esac
			break
		done
	fi
	echo "$(echo "$1" | tr a-z A-Z)_LIBS = $use" >>"$t.mk"
	[ -z "$flags" ] || echo "PART_CPPFLAGS += $flags" >>"$t.mk"
	result "$1" "$found" "$5"
}

# part and program, what is lost
program() {
	found=''
	wanted "$1" && command -v "$1" >/dev/null && found=yes
	result "$1" "$found" "$2"
}

# musl beside the system's C library, and archives that link with it
small() {
	found='' libs=small/fortified.c
	for l in gdbm crypt nettle unistring; do
		libs="$libs $($CC -print-file-name=lib$l.a)"
	done
	main='int gdbm_open(), crypt_rn(), nettle_sha256_init(), u8_totitle();
int main() { return gdbm_open() + crypt_rn() + nettle_sha256_init() +
	u8_totitle(); }'
	wanted musl && (CC=musl-gcc && builds "$main" -D_GNU_SOURCE -static) &&
		found=yes
	result musl "$found" 'some ms of each login'
}

failed=0
echo "satchel, with $($CC --version 2>/dev/null | sed 1q)"
hardening
library unistring libunistring unicase.h u8_totitle 'everything'
[ "$found" ] || failed=1
library gdbm gdbm gdbm.h gdbm_open 'checkpw-userdb, makeimapaccess'
library crypt libcrypt crypt.h crypt_rn 'both checkpw programs'
library nettle nettle nettle/sha2.h nettle_sha256_init 'both checkpw programs'
library systemd libsystemd systemd/sd-daemon.h sd_notify "listen's ties to it"
library gnutls gnutls gnutls/gnutls.h gnutls_init 'tlsd and tlsd-engine' \
	'-lhogweed -lnettle -lgmp -ltasn1 -lidn2 -lunistring' -lp11-kit
found='' libs=''
wanted cage && builds '#include <linux/seccomp.h>
#if defined(__x86_64__) || defined(__aarch64__)
int main(void) { return 0; }
#endif' && found=yes
result cage "$found" 'sessions are not confined'
small
program mandoc 'the check of the manual pages'
program clang 'make fuzz'
[ $failed = 0 ] || exit 1
mv "$t.h" "$B/config.h" && mv "$t.mk" "$B/config.mk"
