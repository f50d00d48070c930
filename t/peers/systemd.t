#!/usr/bin/perl
# The units of the three sets, under a systemd of their own: a container on
# top of this machine's files, which stay as they are.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Login;
use Server;
use Wire;

plan skip_all => 'not root' if $> != 0;
need('systemd-nspawn', 'systemctl', 'mount', 'make');
plan skip_all => 'no checkpw-userdb' if !-x program('checkpw-userdb');

my $top = temp_dir();
my $build = program('x') =~ s{/bin/x$}{}r;
my $tls = -x program('tlsd') && find_program('openssl');
my ($test, $mounts) = ($$, 0);

# upper files in memory: a layer cannot be on top of itself
plan skip_all => 'no overlays here' if system(
    "mkdir $top/top $top/root && mount -t tmpfs none $top/top && " .
    "mkdir $top/top/up $top/top/work && mount -t overlay overlay " .
    "-o lowerdir=/,upperdir=$top/top/up,workdir=$top/top/work $top/root " .
    '2>/dev/null') != 0;
$mounts = 2;
END {
	if ($mounts && $$ == $test) {
		local $?;
		system("umount $top/root; umount $top/top");
	}
}
my $root = "$top/root";

# --- what is on that machine -------------------------------------------------

sub inside
{
	my ($file, $text) = @_;

	system('mkdir', '-p', "$root$file" =~ s{/[^/]*$}{}r);
	spew("$root$file", $text);
	return;
}

# whoever is called vmail there
my ($vmail, $vgroup) = (getpwnam 'vmail')[2, 3];
if (!defined $vmail) {
	($vmail, $vgroup) = (54321, 54321);
	inside('/etc/passwd', slurp('/etc/passwd') .
	    "vmail:x:$vmail:$vgroup::/var/vmail:/bin/false\n");
	inside('/etc/group', slurp('/etc/group') . "vmail:x:$vgroup:\n");
}
my $word = 'systempw={MD5RAW}5ebe2294ecd0e0f08eab7690d2a6ee69';
my %owner = ('one-uid' => [$vmail, $vgroup], root => [54322, 54322],
    network => [54323, 54323]);
for my $set (sort keys %owner) {
	my ($uid, $gid) = @{$owner{$set}};
	my $home = $set eq 'one-uid' ? '/var/vmail/fred' : "/home/t-$set";

	inside("$home/empty", '');
	make_maildir("$root$home/Maildir");
	deliver("$root$home/Maildir", text => "Subject: =?iso-2022-jp?B?" .
	    "GyRCJUYlOSVIGyhC?=\n\n$set\n");
	system('chown', '-R', "$uid:$gid", "$root$home");
	my $db = userdb("fred\tuid=$uid|gid=$gid|home=$home|$word");
	inside("/etc/satchel/$set/userdb$_", slurp("$db$_"))
	    for '.dat', 'shadow.dat';
	system('chown', '-R', "$uid:$gid", "$root/etc/satchel/$set")
	    if $set eq 'one-uid';
}
system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj " .
    "/CN=localhost -keyout $top/key -out $top/cert 2>/dev/null && " .
    "cat $top/key $top/cert >$root/etc/satchel/mail.pem") if $tls;
system("make -s install BUILD=$build DESTDIR=$root PREFIX=/usr/local " .
    ">$top/make 2>&1") == 0 or diag(slurp("$top/make"));

inside('/try/say.pl', <<'END');
use IO::Socket::INET;
my ($port, @lines) = @ARGV;
my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port)
    or die "no connection to $port: $@\n";
alarm 20;
print scalar <$s>;
print $s map { "$_\r\n" } @lines;
print while <$s>;
END
inside('/try/run', <<"END" . <<'END');
#!/bin/sh
tls="${\($tls ? '-ssl' : '')}"
END
exec >/try/out 2>&1
ip link set lo up || ifconfig lo 127.0.0.1 up
s_client() {
	(sleep 1; printf 'a LOGIN fred secret\r\n'; sleep 1
	printf 'b LOGOUT\r\n'; sleep 1) | timeout 20 openssl s_client -quiet \
	    -connect 127.0.0.1:993 2>/dev/null
}
for set in one-uid root network; do
	echo "== $set"
	rm -f /etc/systemd/system/*d@.service /etc/systemd/system/*-ssl@.service
	[ $set = root ] || cp /usr/local/share/satchel/systemd/$set/*.service \
	    /etc/systemd/system/
	for p in imapd pop3d; do
		printf 'USERDB=/etc/satchel/%s/userdb\nTLS_CERTFILE=%s\n' $set \
		    /etc/satchel/mail.pem >/etc/satchel/$p
	done
	[ $set != one-uid ] || chown vmail /etc/satchel/mail.pem
	[ $set = one-uid ] || chown root /etc/satchel/mail.pem
	systemctl daemon-reload
	systemctl restart imapd.socket pop3d.socket
	perl /try/say.pl 143 'a LOGIN fred secret' 'b SELECT INBOX' \
	    'c FETCH 1 BODY.PEEK[TEXT]' 'd SEARCH SUBJECT x' \
	    'e STORE 1 +FLAGS (blue)' 'f IDLE' DONE 'g LOGOUT'
	perl /try/say.pl 110 'USER fred' 'PASS secret' 'STAT' 'QUIT'
	[ -z "$tls" ] || systemctl restart imapd-ssl.socket
	[ -z "$tls" ] || s_client
done
echo '== log'
journalctl --sync
journalctl --no-pager -o cat -t imapd -t pop3d
echo '== end'
systemctl --force --force poweroff
END
chmod 0755, "$root/try/run";
inside('/etc/systemd/system/try.service', <<'END');
[Unit]
After=sockets.target systemd-journald.service
[Service]
Type=oneshot
ExecStart=/try/run
END

# --- what it says ------------------------------------------------------------

my ($status, $boot) = run(120, find_program('systemd-nspawn'), '-q',
    '--register=no', '--keep-unit', '--private-network',
    '--system-call-filter=landlock_create_ruleset landlock_add_rule ' .
    'landlock_restrict_self seccomp', '-D', $root, '-b',
    'systemd.unit=try.service');
my $said = -e "$root/try/out" ? slurp("$root/try/out") =~ s/\r//gr : '';
plan skip_all => 'systemd does not start in a container here'
    if $said eq '';
my %said = $said =~ /^== (\S+)\n(.*?)(?=^== )/gms;
for my $set (sort keys %owner) {
	my $text = $said{$set} // '';

	like($text, qr/^a OK \[CAPABILITY /m, "$set: a login");
	like($text, qr/^$set\n\)\nc OK/m, 'reads its mail');
	like($text, qr/^$_ OK/m, "command $_") for 'd' .. 'g';
	like($text, qr/^\+OK logged in\.\n\+OK 1 \d+\n/m, 'POP3');
	SKIP: {
		skip('no tlsd', 1) if !$tls;
		like($text, qr/^a OK .*^b OK /ms, 'over TLS');
	}
	diag($text) if !Test::More->builder->is_passing;
}
my $log = $said{log} // '';
cmp_ok(scalar(() = $log =~ /^LOGIN, user=fred, ip=\[127\.0\.0\.1\]/mg), '>=',
    6, 'all are in the journal');
is(join('', grep { !/^LOG(?:IN|OUT), / } split /^/, $log), '',
    'and nothing else');
done_testing();
