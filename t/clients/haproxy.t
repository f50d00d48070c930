#!/usr/bin/perl
# haproxy in front, with both versions of its protocol, to a whole login.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Socket::INET;
use POSIX ();
use Test::More;
use Wire;
use Login;
use Super;

my ($haproxy) = grep { -x } map { "$_/haproxy" } split(/:/, $ENV{PATH}),
    '/usr/sbin', '/usr/local/sbin';
plan skip_all => 'no haproxy' if !defined $haproxy;

my $server = Super->start(
	env => { SATCHEL_PROXY_FROM => '127.0.0.1', SATCHEL_LOGIN_DELAY => 0 },
	command => [program('proxyhdr'), program('imaplogin'),
	    stub_dir() . '/stub-check', stub_dir() . '/stub-session'],
);
my $dir = temp_dir();
my $pid;
END { local $?; stop() if $pid; }

sub stop
{
	kill TERM => $pid;
	waitpid $pid, 0;
	$pid = undef;
	return;
}

sub free_port
{
	return IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
	    ->sockport;
}

sub start
{
	my ($how) = @_;
	my $port = free_port();

	spew("$dir/cfg", <<"END");
defaults
	mode tcp
	timeout connect 5s
	timeout client 10s
	timeout server 10s
listen imap
	bind 127.0.0.1:$port
	server one 127.0.0.1:$server->{port} $how source 127.0.0.1
END
	$pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		open STDOUT, '>', "$dir/out";
		open STDERR, '>&', \*STDOUT;
		exec { $haproxy } $haproxy, '-db', '-f', "$dir/cfg"
		    or POSIX::_exit(127);
	}
	return $port;
}

for my $how ('send-proxy', 'send-proxy-v2',
    'send-proxy-v2 proxy-v2-options crc32c,unique-id') {
	my $port = start($how);
	my $c;

	# the client's address is one that haproxy does not connect from
	ok(until_true(sub { $c = IO::Socket::INET->new(PeerPort => $port,
		PeerAddr => '127.0.0.1', LocalAddr => '127.0.0.5') }),
	    "$how: haproxy is there") or diag slurp("$dir/out"), last;
	my $from = $c->sockport;
	like(all($c, '* OK'), qr/^\* OK/, "$how: greeting");
	syswrite $c, "a LOGIN fred wrong\r\nb LOGIN fred secret\r\n" .
	    "c ENV TCPREMOTEIP\r\nc ENV TCPREMOTEPORT\r\n" .
	    "c ENV TCPLOCALPORT\r\nd BYE\r\n";
	like(all($c), qr/\Qb OK LOGIN Ok.\E\r\n
	    c\ OK\ TCPREMOTEIP=127\.0\.0\.5\r\n
	    c\ OK\ TCPREMOTEPORT=$from\r\n
	    c\ OK\ TCPLOCALPORT=$port\r\nd\ OK\ BYE\r\n\z/x,
	    "$how: the session knows the client");
	like($server->log, qr/LOGIN\ FAILED,\ user=fred,\ ip=\[127\.0\.0\.5\],
	    \ port=\[$from\]\n/x, "$how: so does the log");
	stop();
}

# health checks: LOCAL in version 2, UNKNOWN in version 1
for (['check send-proxy-v2 check-send-proxy inter 200'],
    ['check send-proxy check-send-proxy inter 200']) {
	my $before = length $server->log;
	my $port = start(@$_);

	ok(until_true(sub { IO::Socket::INET->new(PeerPort => $port,
		PeerAddr => '127.0.0.1') }), "@$_");
	select undef, undef, undef, 0.7;
	stop();
	unlike(substr($server->log, $before), qr/malformed/,
	    'its checks are understood');
}
done_testing();
