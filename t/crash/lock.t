#!/usr/bin/perl
# tmp/courier.lock of others: who is waited for, and who is not.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use POSIX ();
use Test::More;
use Time::HiRes ();
use Crash;
use Wire;

my $host = (POSIX::uname())[1];

sub some_maildir
{
	my $maildir = make_maildir();

	deliver($maildir, text => message_text('m1') =~ s/\r//gr);
	return $maildir;
}

sub lock
{
	my ($maildir, $content, $age) = @_;
	my $then = time - ($age // 0);

	spew("$maildir/tmp/courier.lock", $content);
	utime $then, $then, "$maildir/tmp/courier.lock";
	return;
}

sub dead_pid
{
	my $pid = fork // die "fork: $!\n";

	POSIX::_exit(0) if $pid == 0;
	waitpid $pid, 0;
	return $pid;
}

# Runs a command; how long it took, at most $limit, when then the lock goes.
sub timed
{
	my ($maildir, $limit, @command) = @_;
	my $w = Wire->new(maildir => $maildir, timeout => 30);
	my $start = Time::HiRes::time();
	my $r = $w->start(@command);
	my $quick = $w->waiting($limit);
	my $seconds;

	unlink "$maildir/tmp/courier.lock" if !$quick;
	my $freed = Time::HiRes::time();
	$w->collect($r) if !$r->{tagged};
	$seconds = Time::HiRes::time() - ($quick ? $start : $freed);
	ok($r->ok, "$command[0] succeeds") or diag($r->raw);
	$w->done(0, 'and the session ends well');
	return ($quick, $seconds);
}

# [who holds it, content, age, waited for]
for (
	['a dead process', dead_pid() . ":$host", 0, 0],
	['a dead process, long ago', dead_pid() . ":$host", 5000, 0],
	['a living process', "$$:$host", 0, 1],
	['a living process, however long ago', "$$:$host", 5000, 1],
	['another host, long ago', '1:elsewhere.example', 130, 0],
	['another host', '1:elsewhere.example', 60, 1],
	['a host with a line feed, long ago', "$$:$host\n", 130, 0],
	['a host with a line feed', dead_pid() . ":$host\n", 0, 1],
	['nobody, long ago', '', 130, 0],
	['nobody', '', 5, 1],
	['nonsense, long ago', "\0\xff" x 300, 130, 0],
	['a pid of no process', "99999999999:$host", 130, 0],
) {
	my ($who, $content, $age, $waits) = @$_;
	my $maildir = some_maildir();
	lock($maildir, $content, $age);
	my ($quick, $seconds) = timed($maildir, $waits ? 0.3 : 10,
	    'SELECT INBOX');
	is(!$quick, !!$waits, "held by $who: " .
	    ($waits ? 'waited for' : 'broken'));
	cmp_ok($seconds, '<', 10, 'and no longer');
	ok(!-e "$maildir/tmp/courier.lock", 'and given back');
}

# a session that has read the folder takes none to look
my $maildir = some_maildir();
my $w = Wire->new(maildir => $maildir);
ok($w->cmd('SELECT INBOX')->ok, 'UIDs are assigned');
$w->done;
Time::HiRes::sleep(0.1);
$w = Wire->new(maildir => $maildir);
ok($w->cmd('SELECT INBOX')->ok, 'SELECT');
Time::HiRes::sleep(0.1);
ok($w->cmd('NOOP')->ok, 'NOOP');
lock($maildir, "$$:$host");
for ('FETCH 1 (FLAGS BODY[HEADER])', 'NOOP',
    'STORE 1 +FLAGS (\Flagged)', 'STATUS INBOX (MESSAGES)') {
	my $r = $w->start($_);
	ok($w->waiting(10), "$_ waits for no lock");
	unlink "$maildir/tmp/courier.lock" if !$w->waiting;
	$w->collect($r);
	ok($r->ok, 'and succeeds');
	lock($maildir, "$$:$host");
}
# nor to pay what it owes after a STORE, while it waits for a command
unlink "$maildir/tmp/courier.lock";
ok($w->cmd('STORE 1 -FLAGS (\Flagged)')->ok, 'STORE');
lock($maildir, "$$:$host");
Time::HiRes::sleep(0.2);
my $later = $w->start('FETCH 1 (FLAGS)');
ok($w->waiting(5), 'nor does it for what nobody has asked for');
unlink "$maildir/tmp/courier.lock" if !$w->waiting;
$w->collect($later);
lock($maildir, "$$:$host");
my $r = $w->start('APPEND INBOX ', [message_text('n1')]);
ok(!$w->waiting(0.3), 'APPEND waits for it');
unlink "$maildir/tmp/courier.lock";
$w->collect($r);
ok($r->ok, 'and goes on as soon as it is free');
$w->done;

done_testing;
