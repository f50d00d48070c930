#!/usr/bin/perl
# tlsd: UCSPI-TLS, the server's side, and what it costs those who do not ask.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Tls;
use Wire;

tls_ready();
my $pem = certificate('mail.example.org');
my $s = Tls->start(on_demand => 1, env => { TLS_CERTFILE => $pem,
    SSL_PROTOCOL => 'forged', TLS_SUBJECT_CN => 'forged' });
sub names { return join ' ', sort map { $_->[1] } processes($s) }

# --- nobody asks -------------------------------------------------------------
my $c = raw_client($s);
my $pid = line($c) =~ s/READY //r;
like(`ps -o ppid= -p $pid`, qr/^\s*$s->{pid}\s*$/,
    'the program has the process id that was started');
is(`ps -o pid= --ppid $pid`, '', 'and no child that it does not know');
my @fd = map { ask($c, "ENV $_") } qw(SSLCTLFD SSLREADFD SSLWRITEFD);
is(scalar(grep { /^\d+$/ && $_ >= 10 } @fd), 3,
    "descriptors out of everybody's way");
isnt($fd[1], $fd[2], 'one can be closed without the other');
is(ask($c, 'FDS'), join(' ', sort { $a <=> $b } @fd), 'and no other is open');
is(ask($c, "ENV $_"), '(unset)', "$_ is removed")
    for qw(SSL_PROTOCOL TLS_SUBJECT_CN);
is(ask($c, 'ENV TCPREMOTEIP'), '127.0.0.1', 'where the client is');
is(names(), 'tlsd', 'one process waits, and has no GnuTLS');
is(ask($c, 'DROP'), 'DROPPED', 'the program wants no TLS');
ok(until_true(sub { names() eq '' }), 'and nobody waits any more');
is(ask($c, 'still there'), 'still there', 'the connection goes on');
close $c;
$c = raw_client($s);
line($c);
is(ask($c, 'BYE'), 'BYE', 'a program that ends without a word');
ok(until_true(sub { names() eq '' }), 'takes the waiting half along');
is(line($c), undef, 'which does not hold the connection');
close $c;
is($s->log, '', 'nothing to tell');

# --- Y: with a list ----------------------------------------------------------
sub switch
{
	my ($letter, %o) = @_;
	my $c = raw_client($s);

	line($c);
	print $c 'TLS ', $letter, "\n";
	is(line($c), 'GO', "$letter: in the clear");
	return $s->client(socket => $c, %o);
}
$c = switch('Y', SSL_hostname => 'mail.example.org');
ok($c, 'Y: a handshake') or diag($s->log);
like(line($c), qr/^LIST
    \ SSL_PROTOCOL=TLSv1\.3%00SSL_CIPHER=TLS_\w+%00
    SSL_TLS_SNI_SERVERNAME=mail\.example\.org%00SSL_PEER_CERT_HASH%00
    SSL_PEER_CERT_SUBJECT%00SSL_TLS_EXPORTER=[0-9a-f]{64}%00
    TLS_CONNECTED_PROTOCOL=TLS1\.3,\d+bits,ECDHE_\w+%00%00$/x,
    'Y: the five of s6 in its order, then ours, then the end');
is(ask($c, 'under TLS'), 'under TLS', 'Y: the clear text is the program\'s');
is(ask($c, 'FDS'), '', 'Y: the descriptors are used up');
is(names(), 'tlsd-engine', 'Y: the half that waited is gone');
is(ask($c, 'BYE'), 'BYE', 'Y: an end');
is(line($c), undef, 'Y: told to the client');
ok(until_true(sub { names() eq '' }), 'Y: nothing is left');
close $c;

# --- y: without --------------------------------------------------------------
$c = switch('y');
is(line($c), 'LIST ', 'y: no list');
is(ask($c, 'hello'), 'hello', 'y: TLS all the same');
close $c;
ok(until_true(sub { names() eq '' }), 'y: nothing is left');

# --- other letters -----------------------------------------------------------
$c = raw_client($s);
line($c);
is(ask($c, 'TLS x'), 'GO', 'x: no letter of UCSPI-TLS');
ok(until_true(sub { names() eq '' }), 'x: the waiting half ends');
is(line($c), undef, 'x: and the clear text with it');
like($s->log, qr/^ERR: SSLCTLFD: neither y nor Y$/m, 'x: the log knows');
close $c;

# --- STARTTLS injection: checklist 1 and 2 -----------------------------------
# The stub does not look, as a login must: what has come before the handshake
# is never clear text behind it.
for (['in one write', "TLS Y\ninjected\n"], ['later', "TLS Y\n", "injected\n"]) {
	my ($how, @parts) = @$_;
	my $c = raw_client($s);
	line($c);
	for (@parts) {
		syswrite $c, $_;
		is(line($c), 'GO', "$how: it begins") if $_ eq $parts[0];
	}
	my $tls = $s->client(socket => $c);
	if ($tls) {
		is(line($tls) =~ /^LIST SSL/ ? 1 : 0, 1, "$how: TLS");
		is(ask($tls, 'mine'), 'mine', "$how: the first line is mine");
		close $tls;
	} else {
		pass("$how: there is no TLS");
	}
	close $c;
	ok(until_true(sub { names() eq '' }), "$how: nothing is left");
}
my $lines = () = $s->log =~ /An unexpected TLS packet was received/g;
is($lines, 1, 'what came late looked like no TLS');

# --- the handshake fails -----------------------------------------------------
$c = raw_client($s);
line($c);
ask($c, 'TLS Y');
syswrite $c, "a2 CAPABILITY\r\n";
my $got = '';
while (sysread $c, $got, 4096, length $got) { }
like($got, qr/^\x15\x03.\x00\x02\x02./s, 'not TLS: an alert and the end');
ok(until_true(sub { names() eq '' }), 'nothing is left of it');
close $c;
$s->stop;

# --- ports where TLS cannot be: loud, and served -----------------------------
$s = Tls->start(on_demand => 1, env => { TLS_CERTFILE => undef });
$c = raw_client($s);
like(line($c), qr/READY/, 'without a certificate the program is run');
is(ask($c, "ENV SSLCTLFD"), '(unset)', 'and TLS is not offered');
like($s->log, qr/^ERR: no TLS is offered: neither TLS_CERTFILE nor/,
    'the log says why');
is(names(), '', 'nobody waits');
close $c;
$s->stop;

# --- TLS_STARTTLS_PROTOCOL, ALPN by the program's name -----------------------
$s = Tls->start(on_demand => 1, name => 'pop3stub', env => {
    TLS_CERTFILE => $pem, TLS_STARTTLS_PROTOCOL => 'TLSv1.3' });
$c = switch('Y', SSL_version => 'TLSv1_2');
is($c, undef, 'TLS_STARTTLS_PROTOCOL is a floor of its own');
$c = switch('Y', SSL_alpn_protocols => ['imap', 'pop3']);
is($c && $c->alpn_selected, 'pop3', 'ALPN for a program of POP3');
close $c if $c;
$s->stop;

# --- the program's own death, and descriptors that are inherited -------------
$s = Tls->start(on_demand => 1, env => { TLS_CERTFILE => $pem });
$c = switch('Y');
line($c);
kill 'KILL', (`ps -o pid= --ppid $s->{pid}` =~ /(\d+)/)[0];
is(line($c), undef, 'a program that is killed: the client is told');
ok(until_true(sub { names() eq '' }), 'and the engine has gone');
$s->stop;

# --- programs that are not there ---------------------------------------------
$s = Tls->start(on_demand => 1, program => ['/none/such'],
    env => { TLS_CERTFILE => $pem });
$c = raw_client($s);
is(line($c), undef, 'no program: an end');
like($s->log, qr/^ERR: cannot run \/none\/such: No such file/, 'and why');
ok(until_true(sub { names() eq '' }), 'nobody waits for it');
$s->stop;
for my $on_demand (0, 1) {
	$s = Tls->start(on_demand => $on_demand, env => { TLS_CERTFILE => $pem });
	unlink "$s->{dir}/bin/tlsd-engine";
	$c = raw_client($s);
	print $c "TLS Y\n";
	my $last;
	while (defined(my $line = line($c))) { $last = $line }
	is($last, $on_demand ? 'GO' : undef, 'no engine: an end');
	until_true(sub { $s->log =~ /\n/ });
	# PATH may go through places that are not for everybody
	like($s->log, qr/\AERR:\ cannot\ run\ tlsd-engine:
	    \ (No\ such\ file\ or\ directory|Permission\ denied)\n\z/x,
	    'and why');
	ok(until_true(sub { names() eq '' }), 'nothing is left');
	$s->stop;
}
done_testing;
