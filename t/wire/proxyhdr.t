#!/usr/bin/perl
# proxyhdr: what a proxy tells, from whom, and not a byte more.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Socket;
use Test::More;
use Wire;
use Login;
use Super;

my @names = qw(PROTO TCPREMOTEIP TCPREMOTEPORT TCPLOCALIP TCPLOCALPORT
    TCPREMOTEHOST REMOTE_ADDR);
my $signature = "\r\n\r\n\0\r\nQUIT\n";
my $four = pack 'a4 a4 n n', inet_aton('192.0.2.7'), inet_aton('192.0.2.1'),
    4711, 143;

sub server
{
	my ($env, @options) = @_;

	return Super->start(env => $env,
	    command => [program('proxyhdr'), @options, env_stub(), @names]);
}

sub told
{
	my (@values) = @_;
	my $i = 0;

	return join '', map { "$_=" . ($values[$i++] // '(unset)') . "\n" }
	    @names;
}

my $server = server({ SATCHEL_PROXY_FROM => '::1, 127.0.0.0/8' });
my $four_told = told('TCP', '192.0.2.7', 4711, '192.0.2.1', 143);
my @good = (
	['v1', "PROXY TCP4 192.0.2.7 192.0.2.1 4711 143\r\n", $four_told],
	['v1 IPv6', "PROXY TCP6 2001:DB8::7 2001:db8::1 4711 143\r\n",
	    told('TCP', '2001:db8::7', 4711, '2001:db8::1', 143)],
	['v2', "$signature\x21\x11\0\x0c$four", $four_told],
	['v2 with TLVs', "$signature\x21\x11\0\x10$four\4\0\1x", $four_told],
	['v1 UNKNOWN', "PROXY UNKNOWN what ever\r\n", told()],
	['v2 LOCAL', "$signature\x20\0\0\0", told()],
);
for (@good) {
	my ($name, $header, $told) = @$_;
	my $more = "a NOOP\r\nPROXY TCP4 not again\r\n";

	my $c = $server->connect;
	syswrite $c, $header . $more;
	shutdown $c, 1;
	is(all($c), $told . $more, "$name, all in one write");
	$c = $server->connect(Proto => 'tcp');
	setsockopt $c, Socket::IPPROTO_TCP(), Socket::TCP_NODELAY(), 1;
	syswrite $c, $_ for split //, $header;
	is(all($c, $told), $told, "$name, byte by byte, and nothing behind it");
	syswrite $c, $more;
	shutdown $c, 1;
	is(all($c), $more, "$name, the rest later");
}
is($server->log, '', 'nothing to log');

my $n = 0;
for (
	['IMAP', "a LOGIN fred secret\r\n", 'malformed'],
	['TLS', "\x16\x03\x01\x00\x10", 'malformed'],
	['v1 with a name', "PROXY TCP4 localhost localhost 1 1\r\n",
	    'malformed'],
	['v1 without end', 'PROXY UNKNOWN ' . 'x' x 200, 'malformed'],
	['v2 of a future', "$signature\x31\x11\0\x0c$four", 'malformed'],
	['v2 too large', "$signature\x21\x11\xff\xff$four", 'malformed'],
	['half of v1', 'PROXY TCP4 192.0.2.7 ', 'connection closed'],
	['half of v2', "$signature\x21\x11\0\x0c", 'connection closed'],
	['nothing', '', 'connection closed'],
) {
	my ($name, $bytes, $why) = @$_;
	my $c = $server->connect;
	my $port = $c->sockport;

	syswrite $c, $bytes;
	shutdown $c, 1;
	is(all($c), '', "$name: closed without a word");
	my $line = "WARN: PROXY header: $why, ip=[127.0.0.1], port=[$port]\n";
	ok(until_true(sub { $server->log =~ /\Q$line\E/ }), "$name: $why");
	$n++;
}
is(scalar(() = $server->log =~ /\n/g), $n, 'one line for each');

# late, at any point of the header
my $quick = server({ SATCHEL_PROXY_FROM => '127.0.0.1' }, '-t', 1);
for ('', 'PROXY TC', "$signature\x21\x11") {
	my $c = $quick->connect;

	syswrite $c, $_;
	is(all($c), '', 'silence is ended');
}
is(scalar(() = $quick->log =~ /: none in time, ip=/g), 3, 'and logged');

# from others nothing is read: the header is the next program's to refuse
my $header = "PROXY TCP4 192.0.2.7 192.0.2.1 4711 143\r\n";
for (undef, '', '127.0.0.2', '192.0.2.0/24 ::1', 'localhost', '127.0.0.1/33') {
	my $s = server({ defined $_ ? (SATCHEL_PROXY_FROM => $_) : (),
	    REMOTE_ADDR => '192.0.2.9' });
	my $c = $s->connect;

	syswrite $c, $header;
	shutdown $c, 1;
	is(all($c), told((undef) x 6, '192.0.2.9') . $header,
	    'not from ' . ($_ // '(unset)'));
}

# who asks is who the super-server says, and that is told no longer
my $below = server({ SATCHEL_PROXY_FROM => '192.0.2.99', PROTO => 'TCP',
    TCPREMOTEIP => '192.0.2.99', TCPREMOTEPORT => 1, TCPREMOTEHOST => 'proxy',
    REMOTE_ADDR => '192.0.2.99' });
my $c = $below->connect;
syswrite $c, $header;
shutdown $c, 1;
is(all($c), $four_told, 'below tcpserver');
$below = server({ SATCHEL_PROXY_FROM => '192.0.2.99', PROTO => 'SSL',
    SSLREMOTEIP => '192.0.2.99', SSLREMOTEPORT => 1 });
$c = $below->connect;
syswrite $c, $header;
shutdown $c, 1;
is(all($c), told('SSL'), 'below sslserver PROTO stays what says TLS');

# a pipe cannot be peeked at
{
	local %ENV = (PATH => $ENV{PATH}, SATCHEL_PROXY_FROM => '192.0.2.99',
	    PROTO => 'TCP', TCPREMOTEIP => '192.0.2.99');
	my $file = temp_dir() . '/in';
	spew($file, "${header}rest");
	my $stub = env_stub();
	my $out = `cat $file | @{[program('proxyhdr')]} $stub @names`;
	is($out, $four_told . 'rest', 'from a pipe');
}

# misuse
for ([], ['-t'], ['-t', 0, 'cat'], ['-t', 'x', 'cat'], ['-t', '1x', 'cat'],
    ['-x', 'cat']) {
	my $pid = fork // die;
	if ($pid == 0) {
		open STDERR, '>', '/dev/null';
		exec { program('proxyhdr') } 'proxyhdr', @$_;
	}
	waitpid $pid, 0;
	is($? >> 8, 100, "usage: proxyhdr @$_");
}
done_testing();
