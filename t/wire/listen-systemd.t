#!/usr/bin/perl
# listen below systemd: its sockets, and what is told to it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Fcntl;
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX ();
use Socket;
use Test::More;
use Wire;
use Login;
use Super;

plan skip_all => 'built without libsystemd'
    if `ldd @{[program('listen')]} 2>&1` !~ /libsystemd/;
my $dir = temp_dir();
my $notify = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => "$dir/notify")
    or die "notify: $!\n";
my @names = qw(PROTO TCPREMOTEIP TCPLOCALPORT NOTIFY_SOCKET LISTEN_FDS
    LISTEN_PID LISTEN_FDNAMES);
my $pid;
END { local $?; stop() if $pid; }

sub stop
{
	kill TERM => $pid;
	waitpid $pid, 0;
	$pid = undef;
	return $?;
}

# listen with these sockets from descriptor 3 on.
sub start
{
	my ($sockets, $chain, @options) = @_;

	$pid = fork // die "fork: $!\n";
	return if $pid > 0;
	local $^F = 100;
	my @high = map { fcntl $_, F_DUPFD, 20 } @$sockets;
	POSIX::dup2($high[$_], 3 + $_) for 0 .. $#high;
	POSIX::close($_) for @high;
	POSIX::close($_) for 3 + @high .. 19;
	open STDERR, '>', "$dir/log";
	%ENV = (PATH => $ENV{PATH}, NOTIFY_SOCKET => "$dir/notify",
	    LISTEN_FDS => scalar @high, LISTEN_PID => $$,
	    LISTEN_FDNAMES => 'x');
	exec { program('listen') } 'listen', @options, @$chain
	    or POSIX::_exit(127);
}

# The next message for the service manager.
sub told
{
	my $r = '';

	vec($r, fileno $notify, 1) = 1;
	return '(nothing)' if !select $r, undef, undef, 10;
	$notify->recv(my $text, 4096);
	return $text;
}

my @in = map { IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1') }
    1, 2;
my $unix = IO::Socket::UNIX->new(Listen => 5, Local => "$dir/unix");
start([@in, $unix], [env_stub(), @names], '-c', 50);
is(told(), "READY=1\nSTATUS=0 of 50 connections, 0 refused", 'ready');
for (@in) {
	my $port = $_->sockport;
	my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $port);
	shutdown $c, 1;
	is(all($c), "PROTO=TCP\nTCPREMOTEIP=127.0.0.1\nTCPLOCALPORT=$port\n" .
	    join('', map { "$_=(unset)\n" } @names[3 .. 6]),
	    'a chain knows nothing of systemd');
}
my $c = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => "$dir/unix");
shutdown $c, 1;
is(all($c), "PROTO=UNIX\n" . join('', map { "$_=(unset)\n" } @names[1 .. 6]),
    'a local socket');
$c = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
    PeerPort => $in[0]->sockport);
like(my $status = told(), qr/^STATUS=[0-4] of 50 connections, 0 refused\z/,
    'the count is told now and then');
kill HUP => $pid;
like(told(), qr/^RELOADING=1\nMONOTONIC_USEC=\d+\z/, 'SIGHUP: reloading');
like(told(), qr/^READY=1\nSTATUS=\d of 50 connections, 0 refused\z/,
    'and ready again');
kill TERM => $pid;
is(told(), 'STOPPING=1', 'SIGTERM: stopping');
waitpid $pid, 0;
is($?, 0, 'and stopped');
syswrite $c, "still here\n";
shutdown $c, 1;
like(all($c), qr/^still here$/m, 'a session goes on');
close $c;

# the wrong kind: a connection, or none
my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
    PeerPort => $in[0]->sockport);
my $accepted = $in[0]->accept;
$accepted = $in[0]->accept while $accepted->peerport != $client->sockport;
start([$accepted], ['cat']);
waitpid $pid, 0;
is($? >> 8, 100, 'Accept=yes is not for listen');
like(slurp("$dir/log"), qr/^ERR: cannot listen on systemd's sockets: /,
    'and it says so');
socketpair my $a, my $b, AF_UNIX, SOCK_DGRAM, 0;
start([$a], ['cat']);
waitpid $pid, 0;
is($? >> 8, 100, 'nor are datagrams');
$pid = undef;

# systemd's own tool
my ($tool) = grep { -x } map { "$_/systemd-socket-activate" }
    split /:/, $ENV{PATH};
SKIP: {
	skip 'no systemd-socket-activate', 1 if !$tool;
	my $port = IO::Socket::INET->new(Listen => 1,
	    LocalAddr => '127.0.0.1')->sockport;
	$pid = fork // die;
	if ($pid == 0) {
		open STDERR, '>', "$dir/log";
		exec $tool, '-l', "127.0.0.1:$port", program('listen'),
		    env_stub(), 'TCPLOCALPORT';
	}
	my $s;
	until_true(sub { $s = IO::Socket::INET->new(PeerPort => $port,
	    PeerAddr => '127.0.0.1') });
	shutdown $s, 1;
	is(all($s), "TCPLOCALPORT=$port\n", 'systemd-socket-activate');
	stop();
}
done_testing();
