#!/usr/bin/perl
# tlsd-engine: octets in both directions, slow ones, and ends of all kinds.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Digest::MD5 'md5_hex';
use POSIX ();
use Socket;
use Test::More;
use Tls;
use Wire;

tls_ready();
my $pem = certificate('mail.example.org');
my $s = Tls->start(env => { TLS_CERTFILE => $pem });
sub gone { return until_true(sub { !processes($s) }) }
sub engine { return (map { $_->[0] } grep { $_->[1] eq 'tlsd-engine' }
    processes($s))[0] }

# So many octets, as the stub makes them.
sub pattern
{
	my ($n) = @_;
	my $piece = join '', map { chr($_ % 251) } 0 .. 65535;

	return substr $piece x (1 + $n / 65536), 0, $n;
}

# Reads n octets; slowly where pause is given.
sub take
{
	my ($c, $n, $pause) = @_;
	my $got = '';

	local $SIG{ALRM} = sub { die "octets do not come\n" };
	alarm 60;
	while (length $got < $n) {
		my $most = $n - length $got;
		$most = $pause ? 4096 : 65536 if $most > ($pause ? 4096 : 65536);
		my $k = sysread $c, $got, $most, length $got;
		last if !$k;
		select undef, undef, undef, $pause if $pause;
	}
	alarm 0;
	return $got;
}

for my $v ('TLSv1_3', 'TLSv1_2') {
	my $c = $s->client(SSL_version => $v);
	line($c);
	for my $n (1, 16383, 16384, 16385, 100000, 20000000) {
		print $c "BIG $n\n";
		is(md5_hex(take($c, $n)), md5_hex(pattern($n)),
		    "$v: $n octets to the client");
	}
	for my $n (1, 16384, 16385, 20000000) {
		my $data = pattern($n);
		print $c "SINK $n\n";
		my $at = 0;
		while ($at < $n) {
			my $k = syswrite $c, $data, 65536, $at;
			die "write: $!" if !$k;
			$at += $k;
		}
		is(line($c), md5_hex($data), "$v: $n octets from the client");
	}
	# one octet a record
	print $c 'SINK 300', "\n";
	syswrite $c, 'a' for 1 .. 300;
	is(line($c), md5_hex('a' x 300), "$v: records of one octet");
	is(ask($c, 'BYE'), 'BYE', "$v: the end");
	is(line($c), undef, "$v: is told");
	close $c;
}
ok(gone(), 'nothing is left');

# --- one way and then the other, with a slow reader -----------------------------------
my $c = $s->client;
line($c);
my $n = 3000000;
print $c "BIG $n\nSINK $n\n";
my $data = pattern($n);
is(length take($c, 200000, 0.002), 200000, 'a slow reader');
my $rest = $n - 200000;
is(length take($c, $rest), $rest, 'gets it all');
syswrite $c, substr $data, 0, 16000, '' while length $data;
is(line($c), md5_hex(pattern($n)), 'and then the other way');
close $c;
ok(gone(), 'nothing is left');

# --- memory does not grow with what is not read ------------------------------
$c = $s->client;
line($c);
my $pid = engine();
sub private
{
	my ($kib) = (slurp("/proc/$pid/smaps_rollup") =~
	    /^Anonymous:\s+(\d+)/m);
	return $kib;
}
SKIP: {
	skip('/proc does not tell', 2) if !-r "/proc/$pid/smaps_rollup" ||
	    !eval { private() };
	skip('instrumented', 2) if `nm $s->{dir}/bin/tlsd-engine` =~ /__asan/;
	my $before = private();
	cmp_ok($before, '<', 900, "an engine has $before KiB of its own");
	print $c "BIG 50000000\n";
	select undef, undef, undef, 0.5;
	cmp_ok(private() - $before, '<', 200, 'and does not store what waits');
}
# --- it waits without working ------------------------------------------------
my ($u, $k) = (split ' ', slurp("/proc/$pid/stat") =~ s/.*\) //r)[11, 12];
select undef, undef, undef, 1;
my ($u2, $k2) = (split ' ', slurp("/proc/$pid/stat") =~ s/.*\) //r)[11, 12];
cmp_ok($u2 + $k2 - $u - $k, '<=', 2, 'no work while the client takes nothing');
close $c;
ok(gone(), 'a client that closes in the middle of it ends it all');

# --- who ends first ----------------------------------------------------------
$c = $s->client;
my ($stub) = line($c) =~ /(\d+)/;
kill 'KILL', $stub;
is(line($c), undef, 'the program is killed: the client is told');
ok(gone(), 'and the engine ends');
close $c;

$c = $s->client;
($stub) = line($c) =~ /(\d+)/;
kill 'KILL', engine();
ok(until_true(sub { !kill 0, $stub }), 'the engine is killed: the program ends');
close $c;

$c = $s->client;
($stub) = line($c) =~ /(\d+)/;
kill 'TERM', engine();
ok(until_true(sub { !kill 0, $stub }), 'the engine is ended: the program ends');
is(line($c), undef, 'and the client is told');
close $c;

# --- half of a connection ----------------------------------------------------
$c = $s->client;
line($c);
print $c "ENV SSL_PROTOCOL\nlast words\n";
Net::SSLeay::shutdown($c->_get_ssl_object); # close_notify, and wait
is(line($c), 'TLSv1.3', 'a client that has said close_notify');
is(line($c), 'last words', 'still gets its answers');
is(line($c), undef, 'and the end');
close $c;
ok(gone(), 'nothing is left');

$c = $s->client;
line($c);
shutdown $c, 1; # no close_notify: it may be anybody who has cut it off
ok(gone(), 'a client whose end is no end of TLS is gone');
close $c;

$c = $s->client;
line($c);
print $c "HALF\n";
select undef, undef, undef, 0.2;
print $c "more\n";
select undef, undef, undef, 0.2;
is(line($c), undef, 'a program that has said all');
close $c;
ok(until_true(sub { $s->log =~ /half end/ }), 'and reads on');
like($s->log, qr/half more\nhalf end/, 'gets what the client says');
spew($s->{log}, '');
ok(gone(), 'nothing is left');

# --- a slow client behind a program that has ended ---------------------------
$c = $s->client;
line($c);
print $c "BIG 150000\nBYE\n";
select undef, undef, undef, 0.5;
is(md5_hex(take($c, 150000)), md5_hex(pattern(150000)),
    'what a program leaves behind is told');
is(line($c), 'BYE', 'all of it');
close $c;
ok(gone(), 'nothing is left');

# systemd ends what is left of a service when its first process has ended
$s->stop;
$s = Tls->start(env => { TLS_CERTFILE => $pem }, sndbuf => 8192);
my $narrow = IO::Socket::INET->new(Proto => 'tcp') or die;
setsockopt $narrow, SOL_SOCKET, SO_RCVBUF, 4096;
connect $narrow, pack_sockaddr_in($s->{port}, inet_aton('127.0.0.1')) or die;
$c = $s->client(socket => $narrow);
($stub) = line($c) =~ /(\d+)/;
print $c "BIG 200000\nBYE\n";
ok(until_true(sub { !kill 0, $stub }), 'a program has ended');
kill 'TERM', engine();
select undef, undef, undef, 0.3;
is(md5_hex(take($c, 200000)), md5_hex(pattern(200000)),
    'what it leaves behind is told, SIGTERM or not');
is(line($c), 'BYE', 'all of it');
close $c;
ok(gone(), 'nothing is left');

# --- what breaks the protocol ------------------------------------------------
$c = $s->client;
line($c);
my $plain = IO::Socket::INET->new_from_fd(fileno $c, '+<');
syswrite $plain, "a3 LOGOUT\r\n";
ok(gone(), 'clear text in the middle ends it');
like($s->log, qr/^INFO: ip=\[127\.0\.0\.1\], port=\[\d+\], TLS: \S/m,
    'with a line in the log');
spew($s->{log}, '');
undef $c;

# --- renegotiation: TLS 1.2 only, and refused --------------------------------
my $said = '';
my $child = open(my $out, '-|') // die;
if ($child == 0) {
	open STDIN, '-|', '(sleep 0.3; echo R; sleep 0.5; echo x) 2>/dev/null'
	    or die;
	open STDERR, '>&', \*STDOUT;
	exec { 'openssl' } 'openssl', 's_client', '-connect',
	    "127.0.0.1:$s->{port}", '-tls1_2' or POSIX::_exit(127);
}
{ local $/; $said = <$out> // '' }
close $out;
like($said, qr/RENEGOTIATING/, 'a client asks for a new handshake');
like($said, qr/no renegotiation|handshake failure|error/i, 'and is refused');
until_true(sub { $s->log ne '' });
like($s->log, qr/TLS: renegotiation refused/, 'with a line in the log');
ok(gone(), 'and that was it');
$s->stop;
done_testing;
