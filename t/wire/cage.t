#!/usr/bin/perl
# What an intruder in a session tries, and what a session needs: each attempt
# is made without the cage as well, where it must succeed, or it tells nothing.
# Checklist 38 and 40.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Cage;
use Pop3;
use Socket;
use Wire;

my $sys = 31;	# SIGSYS, on both architectures
my $top = temp_dir();
my $md = "$top/own/Maildir";
my $other = "$top/other/Maildir";

chmod 0755, $top;
mkdir $_ or die for "$top/own", "$top/other";
make_maildir($_) for $md, $other;
spew("$top/own/notes", "private\n");
socket my $log, AF_UNIX, SOCK_DGRAM, 0 or die;
bind $log, pack_sockaddr_un("$top/own/log") or die;

# Everything as it was before an attempt.
sub renew
{
	unlink "$md/tmp/two", "$top/own/made", "$top/own/notes";
	rmdir "$top/own/made";
	deliver($md, text => "A: 1\n\n", base => 'one') if !-e "$md/new/one";
	spew("$md/tmp/one", '');
	spew("$other/new/theirs", "Subject: secret\n\n");
	spew("$top/own/notes", "private\n");
	give("$top/own", "$top/other");
	return;
}

my $own = "$top/own";
my @fail = (
	# attempt, its argument, what becomes of it
	['read', '/etc/passwd', 'EACCES'],
	['read', "$own/notes", 'EACCES'],
	['read', "$other/new/theirs", 'EACCES'],
	['read-below', '../../other/Maildir/new/theirs', 'EACCES'],
	['read-below', '../notes', 'EACCES'],
	['read', '/proc/self/environ', 'EACCES'],
	['read', '/proc/self/mem', 'EACCES'],
	['read', '/dev/null', 'EACCES'],
	['list', $own, 'EACCES'],
	['list', '/', 'EACCES'],
	['write', "$own/notes", 'EACCES'],
	['create', "$own/made", 'EACCES'],
	['mkdir', "$own/made", 'EACCES'],
	['unlink', "$own/notes", 'EACCES'],
	['rename-out', "$own/made", 'EACCES'],
	['rename-in', "$own/notes", 'EACCES'],
	['link-in', "$own/notes", 'EACCES|EXDEV'],
	['symlink', "$own/notes", 'ENOSYS'],
	['fifo', '', 'ENOSYS'],
	['truncate', "$own/notes", 'ENOSYS|EACCES'],
	['chmod', "$own/notes", 'ENOSYS'],
	['socket', 'inet', 'ENOSYS'],
	['socket', 'unix', 'ENOSYS'],
	['sendto', "$own/log", 'ENOSYS'],
	['fork', '', 'ENOSYS'],
	['kill', 15, 'ENOSYS', 'uncaged: not tried'],
	['own', '', 'ENOSYS'],
	['code', '', 'ENOSYS'],
	['code-later', '', 'ENOSYS'],
	['code-file', "$md/new/one", 'ENOSYS', 'uncaged: not on noexec'],
	# nobody but an intruder does these
	['exec', '/bin/true', "signal $sys"],
	['ptrace', '', "signal $sys", 'uncaged: not everywhere'],
	['peek', '', "signal $sys", 'uncaged: not everywhere'],
	['int80', '', "signal $sys", 'uncaged: not everywhere'],
);
for (@fail) {
	my ($attempt, $argument, $want, $untried) = @$_;

	if (!defined $untried) {
		renew();
		my $free = escape($md, $attempt, $argument,
		    env => { UNCAGED => 1 });
		# /bin/true says nothing
		like($free, qr/^(done|)$/, "$attempt $argument: free");
	}
	renew();
	like(escape($md, $attempt, $argument), qr/^(?:$want)$/,
	    "$attempt $argument: caged");
}
ok(!-e "$own/made" && !-e "$md/tmp/two", 'nothing is left of it');
is(slurp("$own/notes"), "private\n", 'nothing is changed');

# --- what must work ----------------------------------------------------------

renew();
is(escape($md, 'nothing'), 'done', 'no attempt');
is(escape($md, 'read', "$md/new/one"), 'done', 'a message by its path');
is(escape($md, 'maildir'), 'done', 'files come, are moved, and go');
like(escape($md, 'kill', 0), qr/^(done|EPERM)$/, 'a process is there');
is(escape($md, 'gone'), 'ESRCH', 'and another is not');
is(escape($md, 'watch'), 'done', 'changes of a directory are told');
for my $tz (undef, 'America/New_York', 'CET-1CEST,M3.5.0,M10.5.0/3') {
	my %env = defined $tz ? (TZ => $tz) : ();

	is(escape($md, 'time', '', env => \%env),
	    escape($md, 'time', '', env => { %env, UNCAGED => 1 }),
	    'local time, TZ ' . ($tz // 'unset'));
}
is(escape($md, 'log', 'still heard', log => "$top/stderr"), 'done', 'log');
is(slurp("$top/stderr"), "INFO: still heard\n", 'is heard');

# no file tells of them
spew("$top/names", join '', map { "$_\n" } map { /^#/ ? () : split }
    map { s/^=//r } split /\n/, slurp("$FindBin::Bin/../../lib/text/charsets"));
my $all = escape($md, 'charsets', '', input => "$top/names",
    env => { UNCAGED => 1 });
cmp_ok($all =~ s/\n.*//sr, '>', 300, 'there are charsets');
is(escape($md, 'charsets', '', input => "$top/names"), $all,
    'the cage has as many');

# --- a session ---------------------------------------------------------------

my $w = Wire->new(maildir => make_maildir(), env => { IMAP_ULIMITD => 65536 });
my $status = slurp("/proc/$w->{pid}/status");
like($status, qr/^NoNewPrivs:\s+1$/m, 'no new privileges');
like($status, qr/^Seccomp:\s+2$/m, 'calls are filtered');
my $limits = slurp("/proc/$w->{pid}/limits");
like($limits, qr/^Max core file size\s+0\s+0\s/m, 'no core');
like($limits, qr/^Max data size\s+67108864\s+67108864\s/m, 'IMAP_ULIMITD');
is((stat "/proc/$w->{pid}/environ")[4], 0, 'not dumpable');
unlike($w->errors, qr/CAGE/, 'no word about it');
$w->done;
my $pop = Pop3->new(maildir => make_maildir());
like($pop->line, qr{^\+OK}, 'pop3d');
$status = slurp("/proc/$pop->{pid}/status");
like($status, qr/^NoNewPrivs:\s+1$/m, 'no new privileges in pop3d');
like($status, qr/^Seccomp:\s+2$/m, 'calls are filtered');

# --- kernels that have less --------------------------------------------------

SKIP: {
	my $shim = tool('oldkernel.so');

	skip('the shim is for x86-64', 10) if `uname -m` !~ /x86_64/;
	skip('no shim here', 10) if !-e $shim;
	# of Landlock, of seccomp; read, create, exec; what the log says
	for ([0, 1, 'done', 'done', "signal $sys", 'no Landlock'],
	    [1, 1, 'done', 'done', "signal $sys", 'no Landlock'],
	    [2, 1, 'EACCES', 'EACCES', "signal $sys", ''],
	    [3, 1, 'EACCES', 'EACCES', "signal $sys", ''],
	    [4, 1, 'EACCES', 'EACCES', "signal $sys", ''],
	    [5, 1, 'EACCES', 'EACCES', "signal $sys", ''],
	    [6, 1, 'EACCES', 'EACCES', "signal $sys", ''],
	    [6, 0, 'EACCES', 'EACCES', 'EACCES', 'no seccomp'],
	    [0, 0, 'done', 'done', '', 'neither Landlock nor seccomp']) {
		my ($abi, $seccomp, $read, $create, $exec, $log) = @$_;
		my %o = (log => "$top/stderr", env => { LD_PRELOAD => $shim,
		    OLDKERNEL_LANDLOCK => $abi,
		    $seccomp ? () : (OLDKERNEL_SECCOMP => 0) });

		renew();
		is(join(' ', escape($md, 'read', '/etc/passwd', %o),
		    escape($md, 'create', "$own/made", %o),
		    escape($md, 'exec', '/bin/true', %o),
		    escape($md, 'maildir', '', %o)),
		    "$read $create $exec done", "Landlock $abi, seccomp $seccomp");
		is(slurp("$top/stderr"), $log eq '' ? '' :
		    "WARN: CAGE OPEN: $log on this system\n", 'in the log');
	}
	$w = Wire->new(maildir => $md, env => { LD_PRELOAD => $shim,
	    OLDKERNEL_LANDLOCK => 1 });
	like($w->errors, qr/^WARN: CAGE OPEN: no Landlock on this system, user=/,
	    'a session goes on');
	$w->done;
}
done_testing();
