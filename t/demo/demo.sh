#!/bin/sh
# demo.sh: an account, its mail, IMAP and POP3 on loopback; see make demo.
# DEMO_ONCE=1 ends it after one session of each.
set -eu
build=${BUILD:-build}
umask 022

d=$(mktemp -d "${TMPDIR:-/tmp}/satchel-demo.XXXXXX")
pids=
end() {
	trap '' INT TERM HUP
	# shellcheck disable=SC2086
	[ -z "$pids" ] || kill $pids 2>/dev/null || :
	wait
	rm -rf "$d"
}
trap end EXIT
trap 'exit 0' INT TERM HUP

# --- who: root would be refused by the authenticator -------------------------
uid=$(id -u) gid=$(id -g) root=
if [ "$uid" = 0 ]; then
	uid=$(id -u nobody 2>/dev/null || echo 65534)
	gid=$(id -g nobody 2>/dev/null || echo 65534)
	root=1
fi

# --- the programs, where that user can execute them --------------------------
chmod 755 "$d"
mkdir "$d/bin" "$d/home" "$d/etc"
for f in imapd imaplogin pop3d pop3login checkpw-userdb; do
	cp "$build/bin/$f" "$d/bin/"
done

# --- mail --------------------------------------------------------------------
n=0
# deliver FILE FOLDER FLAGS: into new when FLAGS is "new"
deliver() {
	n=$((n + 1))
	name=$((1790000000 + n * 3600)).M${n}P$$.demo
	if [ "$3" = new ]; then to=new/$name; else to=cur/$name:2,$3; fi
	tr -d '\r' <"$1" >"$2/tmp/$name"
	mv "$2/tmp/$name" "$2/$to"
}
m=$d/home/Maildir
mkdir "$m" "$m/cur" "$m/new" "$m/tmp"
for f in Sent Drafts Trash Junk Archive.2025 Archive.2026 Lists.qmail; do
	mkdir "$m/.$f" "$m/.$f/cur" "$m/.$f/new" "$m/.$f/tmp"
	: >"$m/.$f/maildirfolder"
done
i=0
for f in t/mail/*.eml; do
	[ -f "$f" ] || continue
	i=$((i + 1))
	case $((i % 10)) in
	0) deliver "$f" "$m/.Archive.2025" S ;;
	1) deliver "$f" "$m/.Archive.2026" S ;;
	2) deliver "$f" "$m/.Lists.qmail" '' ;;
	3) deliver "$f" "$m/.Sent" S ;;
	4 | 5) deliver "$f" "$m" S ;;
	6) deliver "$f" "$m" RS ;;
	7) deliver "$f" "$m" FS ;;
	*) deliver "$f" "$m" new ;;
	esac
done
printf '%s\n' INBOX INBOX.Sent INBOX.Drafts INBOX.Trash INBOX.Archive.2026 \
    >"$m/courierimapsubscribed"

# --- the account -------------------------------------------------------------
hash=$(perl -e 'print crypt("demo", q($6$satchel$))')
printf 'demo\tuid=%s|gid=%s|home=%s|mail=%s|systempw=%s\n' \
    "$uid" "$gid" "$d/home" "$d/home/Maildir" "$hash" |
    "$build/t/tool/mkuserdb" "$d/etc"
chmod -R go-w "$d/home"
[ -z "$root" ] || chown -R "$uid:$gid" "$d/home"

# --- the server --------------------------------------------------------------
free_port() {
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1,
	    LocalAddr => "127.0.0.1", LocalPort => 0)->sockport'
}
port=$(free_port)
pop3=$(free_port)
has6=
[ ! -e /proc/net/if_inet6 ] || ! grep -q ' lo$' /proc/net/if_inet6 || has6=1
imapchain="$d/bin/imaplogin $d/bin/checkpw-userdb $d/bin/imapd Maildir"
pop3chain="$d/bin/pop3login $d/bin/checkpw-userdb $d/bin/pop3d Maildir"
settings="USERDB=$d/etc/userdb SATCHEL_LANG_DIR=$PWD/lang"
if command -v systemd-socket-activate >/dev/null; then
	how='systemd-socket-activate --accept --inetd -l 127.0.0.1:'
	# serve ADDRESS PORT PROGRAM ...
	serve() {
		at=$1:$2
		[ "$1" != ::1 ] || at="[::1]:$2"
		shift 2
		set -- -l "$at" "$@"
		for s in $settings; do set -- -E "$s" "$@"; done
		systemd-socket-activate --accept --inetd "$@" 2>>"$d/log" &
		pids="$pids $!"
	}
elif command -v tcpserver >/dev/null; then
	how='tcpserver -RHl0 127.0.0.1 '
	# only the version for IPv6 takes ::1; the other ends at once
	serve() {
		log=$d/log
		[ "$1" != ::1 ] || log=$d/log6
		# shellcheck disable=SC2086
		env $settings tcpserver -RHl0 "$@" 2>>"$log" &
		pids="$pids $!"
	}
elif command -v s6-tcpserver >/dev/null; then
	how='s6-tcpserver 127.0.0.1 '
	serve() {
		# shellcheck disable=SC2086
		env $settings s6-tcpserver "$@" 2>>"$d/log" &
		pids="$pids $!"
	}
else
	echo 'demo: neither systemd-socket-activate nor tcpserver nor' \
	    's6-tcpserver is here; ./setup demo installs one' >&2
	exit 1
fi
for address in 127.0.0.1 ${has6:+::1}; do
	# shellcheck disable=SC2086
	serve "$address" "$port" $imapchain
	# shellcheck disable=SC2086
	serve "$address" "$pop3" $pop3chain
done

# --- one session, to be seen -------------------------------------------------
failed() {
	echo 'demo: the session did not go as it should; the log says' >&2
	tail -n 20 "$d/log" >&2
	exit 1
}
echo "$how$port \\"
echo "    imaplogin checkpw-userdb imapd Maildir"
perl t/demo/session.pl 127.0.0.1 "$port" demo demo || failed
echo
echo "$how$pop3 \\"
echo "    pop3login checkpw-userdb pop3d Maildir"
perl t/demo/pop3.pl 127.0.0.1 "$pop3" demo demo || failed
if [ -n "$has6" ]; then
	if perl t/demo/session.pl ::1 "$port" demo demo quiet 2>/dev/null
	then echo "[::1]:$port answers as well"
	else echo "[::1]:$port: not with this server"; fi
fi
[ "${DEMO_ONCE:-0}" = 0 ] || exit 0

cat <<END

IMAP is on 127.0.0.1 port $port, POP3 on port $pop3, name demo, password demo.
To try next:

  printf 'a SELECT INBOX\\r\\nb LOGOUT\\r\\n' | \\
      $build/bin/imapd $m
  curl -u demo:demo 'imap://127.0.0.1:$port/INBOX;UID=1'
  curl -u demo:demo imap://127.0.0.1:$port/ -X 'STATUS INBOX (MESSAGES)'
  curl -u demo:demo pop3://127.0.0.1:$pop3/1
  mutt -e 'set ssl_starttls=no ssl_force_tls=no' \\
      -f imap://demo:demo@127.0.0.1:$port/

The mail is in $m, the log in $d/log.
^C ends it and removes both.
END
wait
