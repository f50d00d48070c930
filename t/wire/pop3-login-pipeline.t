#!/usr/bin/perl
# PIPELINING (RFC 2449 section 6.6): what comes behind the line that logs in
# is the session's, however it was cut into packets and whatever carries it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Socket::INET;
use IPC::Open2;
use MIME::Base64;
use POSIX ();
use Socket;
use Test::More;
use Time::HiRes ();
use Wire;
use Login;
use PopLogin;

my $plain = encode_base64("\0fred\0secret", '');
my $user = "+OK Password required.\r\n";
my @logins = (
	["USER fred\r\nPASS secret\r\n", $user],
	["AUTH PLAIN $plain\r\n", ''],
	["AUTH PLAIN\r\n$plain\r\n", "+ \r\n"],
	["UTF8\r\nUSER fred\r\nPASS no\r\nUSER fred\r\nPASS secret\r\n",
	    "+OK UTF8 enabled\r\n$user-ERR [AUTH] Login failed.\r\n$user"],
);
my $rest = "STAT\r\n" . 'x' x 20000 . "\r\nbare\nQUIT\r\n";
my $echo = "+OK logged in.\r\n+OK STAT\r\n+OK " . 'x' x 20000 .
    "\r\n+OK bare\r\n+OK QUIT\r\n";
pop3login();	# makes the stubs
$ENV{PATH} = stub_dir() . ":$ENV{PATH}";
$ENV{SATCHEL_LOGIN_DELAY} = 0;
my @chain = (program('pop3login'), 'stub-check', 'stub-pop3');

sub login_on
{
	my ($in, $out) = @_;

	open STDIN, '<&', $in or POSIX::_exit(111);
	open STDOUT, '>&', $out or POSIX::_exit(111);
	open STDERR, '>', '/dev/null' or POSIX::_exit(111);
	exec @chain or POSIX::_exit(127);
}

# Sends the pieces, and compares all that comes until the end.
sub is_complete
{
	my ($in, $out, $i, $name, @pieces) = @_;
	my $got = '';
	my $pid = fork // die;

	if ($pid == 0) {
		for my $piece (@pieces) {
			syswrite $out, $piece or last;
			Time::HiRes::sleep(0.02) if @pieces > 1;
		}
		shutdown $out, 1;
		POSIX::_exit(0);
	}
	close $out if fileno $in != fileno $out;
	1 while sysread $in, $got, 65536, length $got;
	waitpid $pid, 0;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is($got, greeting() . $logins[$i][1] . $echo, $name);
}

for my $i (0 .. $#logins) {
	my $all = $logins[$i][0] . $rest;
	my $end = length $logins[$i][0];

	# in one write, and in two at each byte near the end of the login
	for my $at (0, $end - 3 .. $end + 2) {
		socketpair(my $ours, my $theirs, AF_UNIX, SOCK_STREAM, 0)
		    or die;
		my $pid = fork // die;
		if ($pid == 0) {
			close $ours;
			login_on($theirs, $theirs);
		}
		close $theirs;
		is_complete($ours, $ours, $i, "socket, login $i cut at $at",
		    $at ? (substr($all, 0, $at), substr $all, $at) : $all);
		waitpid $pid, 0;
	}

	# a pipe, where nothing can be looked at before it is taken
	open my $err, '>&', \*STDERR;
	open STDERR, '>', '/dev/null';
	my $pid = open2(my $out, my $in, @chain);
	open STDERR, '>&', $err;
	is_complete($out, $in, $i, "pipe, login $i", $all);
	waitpid $pid, 0;

	my $listener = IO::Socket::INET->new(Listen => 1,
	    LocalAddr => '127.0.0.1') or die;
	$pid = fork // die;
	if ($pid == 0) {
		my $c = $listener->accept;
		login_on($c, $c);
	}
	my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $listener->sockport) or die;
	is_complete($c, $c, $i, "TCP, login $i", $all);
	waitpid $pid, 0;
}
done_testing();
