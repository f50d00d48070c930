#!/usr/bin/perl
# Nothing is read too far: what a client sends behind the line that logs in is
# the session's, however it was cut into packets and whatever carries it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Socket::INET;
use IPC::Open2;
use POSIX ();
use Socket;
use MIME::Base64;
use Test::More;
use Wire;
use Login;

my $plain = encode_base64("\0fred\0secret", '');
my @logins = (
	"a LOGIN fred secret\r\n", "a LOGIN {4+}\r\nfred {6+}\r\nsecret\r\n",
	"a AUTHENTICATE PLAIN $plain\r\n", "a AUTHENTICATE PLAIN\r\n$plain\r\n",
	"x NOOP\r\ny LOGIN fred wrong\r\na LOGIN \"fred\" \"secret\"\r\n",
);
my @answers = ('', '', '', "+ \r\n", "x OK NOOP completed\r\n" .
    "y NO [AUTHENTICATIONFAILED] Login failed.\r\n");
my $greeting = qr/\A\* OK \[CAPABILITY [^\]]*\] satchel ready\.\r\n/;
my $rest = "b one\r\nc " . 'x' x 20000 . "\r\nd bare\ne last\r\n";
my $echo = "a OK LOGIN Ok.\r\nb OK one\r\nc OK " . 'x' x 20000 .
    "\r\nd OK bare\r\ne OK last\r\n";

$ENV{PATH} = stub_dir() . ":$ENV{PATH}";
$ENV{SATCHEL_LOGIN_DELAY} = 0;
my @chain = (program('imaplogin'), 'stub-check', 'stub-session');

# everything that comes until the end
sub talk
{
	my ($in, $out, @pieces) = @_;
	my $got = '';
	my $pid = fork // die;

	if ($pid == 0) {
		for my $piece (@pieces) {
			syswrite $out, $piece or last;
			select undef, undef, undef, 0.02 if @pieces > 1;
		}
		shutdown $out, 1;
		POSIX::_exit(0);
	}
	close $out if fileno $in != fileno $out;
	1 while sysread $in, $got, 65536, length $got;
	waitpid $pid, 0;
	return $got;
}

sub is_complete
{
	my ($got, $i, $name) = @_;

	like($got, $greeting, "$name: greeting");
	$got =~ s/$greeting//;
	is($got, $answers[$i] . $echo, "$name: all of the rest");
	return;
}

# all in one write, in two at each byte near the end of the login, in many
for my $i (0 .. $#logins) {
	my $all = $logins[$i] . $rest;
	my $end = length $logins[$i];

	for my $at (0, $end - 2 .. $end + 2, 3) {
		my @pieces = $at == 0 ? $all : $at == 3 ?
		    unpack('(a7)*', $logins[$i]) : substr($all, 0, $at);
		push @pieces, substr $all, length join '', @pieces;
		socketpair(my $ours, my $theirs, AF_UNIX, SOCK_STREAM, 0)
		    or die;
		my $pid = fork // die;
		if ($pid == 0) {
			open STDIN, '<&', $theirs;
			open STDOUT, '>&', $theirs;
			open STDERR, '>', '/dev/null';
			close $ours;
			exec @chain or POSIX::_exit(127);
		}
		close $theirs;
		is_complete(talk($ours, $ours, grep { $_ ne '' } @pieces), $i,
		    "socket, login $i cut at $at");
		waitpid $pid, 0;
	}
}

# pipes, where nothing can be looked at before it is taken
for my $i (0 .. $#logins) {
	open my $err, '>&', \*STDERR;
	open STDERR, '>', '/dev/null';
	my $pid = open2(my $out, my $in, @chain);
	open STDERR, '>&', $err;
	is_complete(talk($out, $in, $logins[$i] . $rest), $i, "pipe, login $i");
	waitpid $pid, 0;
}

# TCP
my $listener = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
    or die;
for my $i (0 .. $#logins) {
	my $pid = fork // die;
	if ($pid == 0) {
		my $c = $listener->accept;
		open STDIN, '<&', $c;
		open STDOUT, '>&', $c;
		open STDERR, '>', '/dev/null';
		exec @chain or POSIX::_exit(127);
	}
	my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $listener->sockport) or die;
	is_complete(talk($c, $c, $logins[$i] . $rest), $i, "TCP, login $i");
	waitpid $pid, 0;
}
done_testing();
