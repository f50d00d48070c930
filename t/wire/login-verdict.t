#!/usr/bin/perl
# What the end of an authenticator means, ours or a foreign one.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;
use Login;

my $no = "a NO [AUTHENTICATIONFAILED] Login failed.\r\n";
my $trouble = 'Temporary problem, please try again later';
my $later = "a NO [UNAVAILABLE] $trouble\r\n* BYE $trouble\r\n";

sub attempt
{
	my ($want, $name, @chain) = @_;
	my $w = login(chain => \@chain);

	$w->greeting;
	exchange($w, "a LOGIN fred secret\r\n", $want, $name);
	return $w;
}

# exit codes of checkpassword programs: satchel-chain(7) calls these "no"
my %refused = map { $_ => 1 } 1, 3, 12, 13, 15, 20 .. 23;
for my $code (1 .. 24, 100, 110, 111, 127, 255) {
	my $w = login();

	$w->greeting;
	exchange($w, "a LOGIN exit$code x\r\n",
	    $refused{$code} ? $no : $later, "exit $code");
	$w->done($refused{$code} ? 0 : 111, "exit $code: then");
}
my $w = login();
$w->greeting;
exchange($w, "a LOGIN kill x\r\n", $later, 'a signal');
like($w->errors, qr/^ERR: stub-check /, 'in the log');
attempt($later, 'no such authenticator', '/nonexistent/checkpassword');
attempt($later, 'no such program behind it', 'stub-check', 'nonexistent');

# A session without our contract, behind an authenticator without it: its
# first output is the first that the client sees, and nothing follows it.
perl_program('foreign-session', <<'END');
print "a OK foreign\r\n* 1 EXISTS\r\n";
my $line = <STDIN>;
print "got $line";
exit($ENV{FOREIGN_EXIT} // 0);
END
for my $how ('closes', 'keeps') {
	perl_program('foreign-check', <<"END");
use POSIX ();
open my \$in, '<&=', 3 or exit 2;
my \$all = do { local \$/; <\$in> };
exit 1 if \$all ne "fred\\0secret\\0\\0";
POSIX::close(\$_) for '$how' eq 'closes' ? 3 .. 40 : 3;
\$^F = 50;
exec { \$ARGV[0] } \@ARGV or exit 111;
END
	$w = login(chain => ['foreign-check', 'foreign-session'],
	    no_greeting => 1);
	$w->raw("a LOGIN fred secret\r\nmore\r\n");
	my $all = '';
	1 while sysread $w->{socket}, $all, 65536, length $all;
	$all =~ s/^\* OK .*\r\n//;
	is($all, "a OK foreign\r\n* 1 EXISTS\r\ngot more\r\n",
	    "a foreign session; $how what it does not know");
	is($w->wait_child($w->deadline), 0, 'and its status');
	is($w->errors, '', 'and no line in the log');
	$w = login(chain => ['foreign-check', 'foreign-session']);
	$w->greeting;
	exchange($w, "a LOGIN fred wrong\r\n", $no, 'a foreign refusal');
}

# The pipe is left to somebody who lives on: the end of the chain counts.
perl_program('leaves-a-child', <<'END');
if (fork == 0) { close STDIN; close STDOUT; close STDERR; sleep 60; exit 0 }
exit 1;
END
my $t = Time::HiRes::time();
attempt($no, 'a refusal that leaves a child', 'leaves-a-child');
cmp_ok(Time::HiRes::time() - $t, "<", 40, 'is not waited for');

# The session is ours and ends badly: not a word after its byte.
perl_program('dies', <<'END');
open my $ready, '>&=', $ENV{SATCHEL_READYFD} or exit 9;
syswrite $ready, "\0";
close $ready;
exit 1 if $ARGV[0] eq 'exit';
kill 11, $$;
END
for (['exit', 1], ['signal', 111]) {
	$w = login(chain => ['stub-check', 'dies', $_->[0]]);
	$w->greeting;
	$w->raw("a LOGIN fred secret\r\nb NOOP\r\n");
	is($w->next, undef, "a session that ends by $_->[0]");
	is($w->wait_child($w->deadline), $_->[1], 'and its status');
}

# A signal for the front ends the session.
perl_program('waits', <<'END');
$| = 1;
$SIG{TERM} = sub { print "* BYE told to\r\n"; exit 3 };
open my $ready, '>&=', $ENV{SATCHEL_READYFD} or exit 9;
syswrite $ready, "\0";
close $ready;
print "a OK\r\n";
sleep 20;
END
$w = login(chain => ['stub-check', 'waits'], no_greeting => 1);
$w->raw("a LOGIN fred secret\r\n");
my $all = '';
while ($all !~ /a OK/ && sysread $w->{socket}, $all, 65536, length $all) { }
kill TERM => $w->{pid};
is($w->wait_child($w->deadline), 3, 'SIGTERM is passed on');
$all = '';
1 while sysread $w->{socket}, $all, 65536, length $all;
is($all, "* BYE told to\r\n", 'and the session has the last word');

# A starter that ignores SIGCHLD does not take the exit status away.
{
	local $SIG{CHLD} = 'IGNORE';
	$w = login(chain => ['true'], no_greeting => 1);
	$w->raw("a LOGIN fred secret\r\n");
	$all = '';
	1 while sysread $w->{socket}, $all, 65536, length $all;
	unlike($all, qr/^a /m, 'SIGCHLD ignored, and a session that is over');
}

# What the chain inherits: its pipes, descriptors it does not know, nothing
# of ours.
perl_program('lists', <<'END');
opendir my $d, '/proc/self/fd' or exit 111;
my %given = map { $_ => 1 } split / /, $ENV{GIVEN} // '';
my @fds = grep { -e "/proc/self/fd/$_" && $_ != fileno $d && !$given{$_} &&
    $_ != $ENV{SATCHEL_READYFD} } sort { $a <=> $b } grep { /^\d+$/ }
    readdir $d;
my $status = do { local $/; open my $s, '<', '/proc/self/status'; <$s> };
my ($blocked) = $status =~ /^SigBlk:\s*0*([0-9a-f]*)$/m;
my ($ignored) = map { hex } $status =~ /^SigIgn:\s*([0-9a-f]*)$/m;
$ignored &= 1 << 12 | 1 << 24;	# SIGPIPE, SIGXFSZ
print "a OK fds=@fds blocked=$blocked ignored=$ignored\r\n";
END
SKIP: {
	skip 'no /proc', 1 if !opendir my $d, '/proc/self/fd';
	my @given = grep { /^\d+$/ && $_ > 3 } readdir $d;
	$w = login(chain => ['lists'], env => { GIVEN => "@given" });
	$w->greeting;
	exchange($w, "a LOGIN fred secret\r\n",
	    "a OK fds=0 1 2 3 blocked= ignored=0\r\n", 'inherited');
}
done_testing();
