#!/usr/bin/perl
# The half of a login front that reads strangers' bytes: what it is, and that
# it goes.  Security checklist 38 and 40, before login.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Socket;
use Test::More;
use Time::HiRes 'sleep';
use Wire;
use Login;
use PopLogin;

sub status_of
{
	my ($pid) = @_;

	return { slurp("/proc/$pid/status") =~ /^(\w+):[ \t]*(.*?)[ \t]*$/mg };
}

# It may end between any two looks.
sub is_gone
{
	my ($pid) = @_;

	return (eval { slurp("/proc/$pid/stat") } // ') Z ') =~ /\) Z /;
}

sub children
{
	my ($pid) = @_;

	return grep { !is_gone($_) }
	    split ' ', slurp("/proc/$pid/task/$pid/children");
}

plan skip_all => 'no /proc' if !-r "/proc/$$/status";
my $whole = ($ENV{BUILD} // '') !~ /san/;

# after a login nobody is left but the front and the session
sub is_alone
{
	my ($front, $name) = @_;
	my @left;

	for (1 .. 100) {
		@left = children($front);
		last if @left == 1;
		sleep 0.05;
	}
	return is(scalar @left, 1, $name);
}

my $w = login();
$w->greeting;
my $front = $w->{pid};
my $talker = talker($front);
my $s = status_of($talker);
is($s->{PPid}, $front, 'the front has forked it, and kept its own number');
SKIP: {
	skip 'sanitizers need more', 2 if !$whole;
	is($s->{Seccomp}, 2, 'a filter of system calls');
	is($s->{NoNewPrivs}, 1, 'no new privileges');
}
SKIP: {
	skip 'only root can change ids', 8 if $> != 0;
	is($s->{Uid}, join("\t", (65534) x 4), 'uid');
	is($s->{Gid}, join("\t", (65534) x 4), 'gid');
	is($s->{Groups}, '', 'no groups');
	is($s->{"Cap$_"}, '0' x 16, "no capabilities: $_") for qw(Prm Eff);
	isnt(readlink "/proc/$talker/root", '/', 'another root');
	opendir my $d, "/proc/$talker/root" or die;
	is_deeply([grep { !/^\.\.?$/ } readdir $d], [], 'that is empty');
	opendir $d, "/proc/$talker/fd" or die;
	my @fds = sort { $a <=> $b } grep { /\d/ } readdir $d;
	is("@fds", '0 1 2 3', 'the connection, and the other half');
	is(readlink "/proc/$talker/fd/2", '/dev/null', 'no way to the log')
	    if $whole;
}
my (undef, undef, undef, undef, $owner) = stat "/proc/$talker/mem";
is($owner, 0, 'not dumpable: nobody but root can look into it');
is((stat "/proc/$front/mem")[4], 0, 'nor into the front');
like(slurp("/proc/$_/limits"), qr/^Max core file size\s+0\s+0/m, 'no core')
    for $talker, $front;

# after a login it is gone
$w->raw("a LOGIN fred secret\r\n");
is($w->next->{raw}, "a OK LOGIN Ok.\r\n", 'a login');
is_alone($front, 'the session alone is left');
$w->raw("z BYE\r\n");
$w->next;
is($w->wait_child($w->deadline), 7, 'its status is the front\'s');

# settings
SKIP: {
	skip 'only root can change ids', 5 if $> != 0;
	my $root = temp_dir();
	my $slots = temp_dir();
	$w = login(env => { SATCHEL_TALKER_UID => 12345,
		SATCHEL_TALKER_ROOT => $root });
	$w->greeting;
	$talker = talker($w->{pid});
	is(status_of($talker)->{Uid}, join("\t", (12345) x 4), 'another uid');
	is(readlink "/proc/$talker/root", $root, 'another root');
	for my $mode (0755, 0777) {	# then it is not root's alone
		chmod $mode, $root;
		$w = login(env => { SATCHEL_SLOTS => $slots,
			SATCHEL_TALKER_ROOT => $mode == 0755 ? '/none' : $root
		});
		$w->greeting;
		is(readlink '/proc/' . talker($w->{pid}) . '/root',
		    "$slots/empty", 'or one beside the slots');
	}
	$w = login(env => { SATCHEL_TALKER_UID => 0 });
	$w->greeting;
	is(status_of(talker($w->{pid}))->{Uid}, join("\t", (65534) x 4),
	    'never root');
}

# a root that may not kill others
SKIP: {
	skip 'no setpriv, or not root', 2 if $> != 0 ||
	    system('setpriv --bounding-set -kill true 2>/dev/null') != 0;
	$w = Wire->new(command => ['/usr/bin/env', qw(setpriv --bounding-set
	    -kill), program('imaplogin'), 'stub-check', 'stub-session'],
	    env => { PATH => stub_dir() . ":$ENV{PATH}",
		SATCHEL_SLOTS => '/nonexistent' });
	$w->greeting;
	exchange($w, "a LOGIN fred secret\r\n", "a OK LOGIN Ok.\r\n");
	is_alone($w->{pid}, 'without CAP_KILL the talker goes as well');
}

# one that is ended from outside is told of, and does not hurt
for my $sig (qw(ABRT SYS)) {
	$w = login();
	$w->greeting;
	kill $sig => talker($w->{pid});
	is($w->next, undef, "SIG$sig: the connection ends");
	is($w->wait_child($w->deadline), 0, 'status 0');
	like($w->errors, qr/^ERR: talker ended by signal \d+, ip=\[/, 'the log');
}
# a front that is killed takes it along
$w = login();
$w->greeting;
$talker = talker($w->{pid});
kill KILL => $w->{pid};
for (1 .. 100) {
	last if is_gone($talker);
	sleep 0.05;
}
ok(is_gone($talker), 'no talker without a front');

# An authenticator that hangs is ended; a session that says nothing on the
# pipe is not.
perl_program('hangs', <<'END');
open my $in, '<&=', 3 or exit 2;
my @all = <$in>;
sleep 60;
END
perl_program('quiet-session', <<'END');
$| = 1;
sleep 3;
print "a OK at last\r\n";
END
my $trouble = 'Temporary problem, please try again later';
$w = login(chain => ['hangs', 'imapd'], env => { SATCHEL_CHAIN_TIMEOUT => 1 });
$w->greeting;
exchange($w, "a LOGIN fred secret\r\n",
    "a NO [UNAVAILABLE] $trouble\r\n* BYE $trouble\r\n", 'one that hangs');
is($w->errors, "ERR: hangs took too long\n", 'the log');
is($w->wait_child($w->deadline), 111, 'status 111');
$w = login(chain => ['stub-check', 'quiet-session'],
    env => { SATCHEL_CHAIN_TIMEOUT => 1 });
$w->greeting;
$w->raw("a LOGIN fred secret\r\n");
sleep 1.5;
is_alone($w->{pid}, 'a quiet session: the talker has gone');
is($w->next->{raw}, "a OK at last\r\n", 'the session has not');

my $p = pop3login();
$talker = talker($p->{pid});
is(status_of($talker)->{Seccomp}, 2, 'POP3: a filter') if $whole;
talk($p, "USER fred\r\nPASS secret\r\n", "+OK Password required.\r\n" .
    "+OK logged in.\r\n");
is_alone($p->{pid}, 'POP3: the session alone is left');
done_testing();
