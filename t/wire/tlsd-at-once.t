#!/usr/bin/perl
# tlsd -i: TLS from the first octet, facts for the program, refusals.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Tls;
use Wire;

tls_ready();
my $pem = certificate('mail.example.org', key => 'rsa');
my $s = Tls->start(name => 'imapstub', env => { TLS_CERTFILE => $pem,
    SSL_CIPHER => 'mine', SSL_PEER_CERT_SUBJECT => 'forged',
    TLS_SUBJECT_CN => 'forged', TLS_CONNECTED_PROTOCOL => 'forged',
    SSLCTLFD => 9, SSL_TLS_EXPORTER => 'forged', TLS_EXTERNAL => 'cn' });

# --- what the program finds --------------------------------------------------
my $c = $s->client(SSL_hostname => 'MAIL.example.org',
    SSL_alpn_protocols => ['imap']);
ok($c, 'a handshake') or diag($s->log);
my $pid = line($c) =~ s/READY //r;
is(ask($c, 'ENV SSL_PROTOCOL'), 'TLSv1.3', 'SSL_PROTOCOL');
like(ask($c, 'ENV SSL_CIPHER'), qr/^TLS_(AES|CHACHA20)_\w+$/, 'SSL_CIPHER');
is(ask($c, 'ENV SSL_TLS_SNI_SERVERNAME'), 'mail.example.org',
    'SSL_TLS_SNI_SERVERNAME, in lower case');
like(ask($c, 'ENV TLS_CONNECTED_PROTOCOL'),
    qr/^TLS1\.3,(128|256)bits,ECDHE_RSA_\w+_SHA(256|384)$/,
    'TLS_CONNECTED_PROTOCOL as Courier has it');
is(ask($c, "ENV $_"), '(unset)', "$_ is not what it was")
    for qw(SSL_PEER_CERT_SUBJECT SSL_PEER_CERT_HASH TLS_SUBJECT_CN SSLCTLFD);
is(ask($c, 'ENV TLS_EXTERNAL'), 'cn', 'settings stay');
is(ask($c, 'ENV TCPREMOTEIP'), '127.0.0.1', 'the client\'s address');
is(ask($c, 'ENV TCPREMOTEPORT'), $c->sockport, 'and port');
is(ask($c, 'ENV TCPLOCALPORT'), $s->{port}, 'and ours');
is(ask($c, 'ENV PROTO'), '(unset)', 'PROTO is not invented');
is(ask($c, 'FDS'), '', 'no descriptor is left to it');
is($c->alpn_selected, 'imap', 'ALPN: the program\'s name tells it');
like(`ps -o ppid= -p $pid`, qr/^\s*$s->{pid}\s*$/,
    'it has the process id that was started');
SKIP: {
	skip('no export_keying_material', 1)
	    if !Net::SSLeay->can('export_keying_material');
	my $value = Net::SSLeay::export_keying_material($c->_get_ssl_object,
	    32, 'EXPORTER-Channel-Binding', '');
	is(ask($c, 'ENV SSL_TLS_EXPORTER'), unpack('H*', $value),
	    'SSL_TLS_EXPORTER is the client\'s tls-exporter');
}
is(ask($c, 'BYE'), 'BYE', 'it ends');
is(line($c), undef, 'and so does the connection');
ok(($c->get_sslversion // '') eq 'TLSv1_3', 'TLS 1.3');
close $c;

# --- TLS 1.2 -----------------------------------------------------------------
$c = $s->client(SSL_version => 'TLSv1_2');
like(line($c), qr/READY/, 'TLS 1.2 is served');
is(ask($c, 'ENV SSL_PROTOCOL'), 'TLSv1.2', 'TLS 1.2 is told');
is(ask($c, 'ENV SSL_TLS_SNI_SERVERNAME'), '(unset)', 'no name was asked for');
like(ask($c, 'ENV TLS_CONNECTED_PROTOCOL'), qr/^TLS1\.2,\d+bits,ECDHE_RSA_/,
    'TLS_CONNECTED_PROTOCOL');
like(ask($c, 'ENV SSL_TLS_EXPORTER'), qr/^[0-9a-f]{64}$/,
    'an exporter, since there is the extended master secret');
close $c;

# --- refused, each with one line ---------------------------------------------
sub lines { return scalar(() = $s->log =~ /\n/g) }
sub refused
{
	my ($what, $pattern, $code) = @_;
	my $before = lines();

	$code->();
	until_true(sub { lines() > $before });
	my @new = (split /^/, $s->log)[$before .. lines() - 1];
	is(scalar @new, 1, "$what: one line") or diag(@new);
	my $start = qr/^INFO: ip=\[127\.0\.0\.1\], port=\[\d+\], TLS: /;
	like($new[0] // '', qr/${start}handshake: $pattern/,
	    "$what: says so");
	ok(until_true(sub { !processes($s) }), "$what: nothing is left");
	return;
}

# The server's alert for these octets, and whether it then closes.
sub says
{
	my (@parts) = @_;
	my $c = raw_client($s);
	my $got = '';

	for (@parts) {
		syswrite $c, $_;
		select undef, undef, undef, 0.05 if @parts > 1;
	}
	local $SIG{ALRM} = sub { die "it does not close\n" };
	alarm 20;
	while (sysread $c, $got, 65536, length $got) { }
	alarm 0;
	return $got;
}

my $alert = qr/^\x15\x03.\0\x02\x02(.)\z/s;
for my $old ('tls1', 'tls1_1') {
	my $number = $old eq 'tls1' ? 1 : 2;
	refused("TLS 1.@{[$number - 1]}", 'A packet with illegal', sub {
		my $hello = hello(version => "\3" . chr $number);
		like(says($hello), $alert, "$old: an alert, nothing else");
	});
}
refused('ALPN http/1.1', 'No common application protocol', sub {
	my $c = $s->client(SSL_alpn_protocols => ['http/1.1']);
	is($c, undef, 'ALPN http/1.1 is refused (checklist 4)');
});
refused('ALPN pop3 for imap', 'No common application protocol', sub {
	is($s->client(SSL_alpn_protocols => ['pop3']), undef,
	    'ALPN of the other protocol is refused');
});
for (['an IMAP command', "a1 LOGIN fred secret\r\n"],
    ['HTTP', "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ['SSH', "SSH-2.0-OpenSSH_9.2\r\n"],
    ['SSLv2', pack('H*', '802e01000200150000001001') . "\0" x 36],
    ['SSLv3', "\x16\x03\x00\x00\x2f\x01\x00\x00\x2b\x03\x00" . 'r' x 32 .
        "\0\0\4\0\x2f\0\x35\1\0"],
    ['garbage', pack 'C*', map { $_ * 167 % 256 } 1 .. 5000],
    ['zeros', "\0" x 100000],
    ['a record of 65535', "\x16\x03\x01\xff\xff" . 'x' x 65535],
    ['half a record', "\x16\x03\x01\x02\x00" . 'x' x 100, undef],
    ['a hello of 16 MB', "\x16\x03\x01\x40\x00\x01\xff\xff\xff" . 'x' x 16380],
    ['a record of another kind', "\x17\x03\x03\x00\x05hello"]) {
	my ($what, $bytes) = @$_;
	refused($what, '.', sub {
		my $c = raw_client($s);
		syswrite $c, $bytes;
		shutdown $c, 1;
		local $SIG{ALRM} = sub { die "$what: it does not close\n" };
		alarm 20;
		my $got = '';
		while (sysread $c, $got, 65536, length $got) { }
		alarm 0;
		unlike($got, qr/READY/, "$what: the program does not run");
		ok(length $got < 100, "$what: an alert at most");
	});
}

# --- names -------------------------------------------------------------------
sub ext { my ($id, $data) = @_; return pack('n n/a*', $id, $data) }
sub hello
{
	my (%o) = @_;
	my $exts = ext(10, "\0\2\0\x17") . ext(11, "\1\0") .
	    ext(13, "\0\4\4\1\4\3") . ext(23, '');

	$exts .= ext(0, $o{sni}) if defined $o{sni};
	my $body = ($o{version} // "\3\3") . 'r' x 32 . "\0" .
	    pack('n/a*', "\xc0\x2f\xc0\x2b") . "\1\0" . pack('n/a*', $exts);
	my $message = "\1" . substr(pack('N', length $body), 1) . $body;
	my $out = '';
	while (length $message) {
		$out .= "\x16\3\1" . pack 'n/a*', substr $message, 0, 16000, '';
	}
	return $out;
}
sub sni { return pack 'n/a*', "\0" . pack 'n/a*', $_[0] }

for (['a slash', '../../etc/passwd'], ['NUL', "mail.example.org\0.evil"],
    ['300 octets', join '.', ('a' x 49) x 6], ['8-bit', "caf\xc3\xa9.example"],
    ['empty', ''], ['dots', '..'], ['a blank', 'a b.example'],
    ['60000 octets', 'a.' x 30000], ['a line end', "a\r\nINFO: x"]) {
	my ($what, $name) = @$_;
	my $got = '';
	my $before = lines();
	my $c = raw_client($s);
	syswrite $c, hello(sni => sni($name));
	shutdown $c, 1;
	local $SIG{ALRM} = sub { die "SNI with $what: no end\n" };
	alarm 20;
	while (sysread $c, $got, 65536, length $got) { }
	alarm 0;
	# either it is no name and refused, or no name that is known
	like($got, qr/^(\x15\x03|\x16\x03\x03)/, "SNI with $what: alert or " .
	    'the default certificate');
	ok(until_true(sub { !processes($s) }), "SNI with $what: an end");
	cmp_ok(lines() - $before, '<=', 1, "SNI with $what: one line at most");
}
refused('two names', '.', sub {
	my $two = pack 'n/a*', "\0" . pack('n/a*', 'a.example') . "\0" .
	    pack 'n/a*', 'b.example';
	says(hello(sni => $two), '') if 0;
	my $c = raw_client($s);
	syswrite $c, hello(sni => $two);
	shutdown $c, 1;
	1 while sysread $c, my $x, 65536;
});
like(says_hello(sni('mail.example.org')), qr/^\x16\x03\x03/,
    'the hello of these tests is a good one');
sub says_hello
{
	my $c = raw_client($s);
	syswrite $c, hello(sni => $_[0]);
	sysread $c, my $got, 65536;
	close $c;
	return $got // '';
}

# --- silence -----------------------------------------------------------------
until_true(sub { !processes($s) });
my $before = lines();
close raw_client($s);
ok(until_true(sub { !processes($s) }), 'a client that says nothing is gone');
is(lines(), $before, 'and no line tells of it: a probe of a balancer');
$s->stop;

$s = Tls->start(env => { TLS_CERTFILE => $pem, SATCHEL_TLS_TIMEOUT => 1,
    TLS_ALPN => 'imap, x-mail' });
my $slow = raw_client($s);
syswrite $slow, substr hello(), 0, 20;
my $got = '';
sysread $slow, $got, 100;
like($got, qr/^(\x15\x03|\z)/, 'a handshake has an end');
until_true(sub { $s->log =~ /\n/ });
like($s->log, qr/TLS: handshake: The operation timed out/, 'and says why');
ok(until_true(sub { !processes($s) }), 'nothing waits for it');
$c = $s->client(SSL_alpn_protocols => ['x-mail', 'http/1.1']);
is($c->alpn_selected, 'x-mail', 'TLS_ALPN is a list');
close $c;
$s->stop;

# --- settings that cannot work -----------------------------------------------
for ([{ TLS_CERTFILE => undef }, qr/neither TLS_CERTFILE nor/],
    [{ TLS_CERTFILE => tls_dir() . '/none.pem' }, qr/none\.pem: No such/],
    [{ TLS_CERTFILE => $pem, TLS_PRIORITY => 'SECURE99' }, qr/TLS_PRIORITY: /],
    [{ TLS_CERTFILE => $pem, TLS_VERIFYPEER => 'REQUIREPEER' },
        qr/needs TLS_TRUSTCERTS/]) {
	my ($env, $want) = @$_;
	$s = Tls->start(env => $env);
	is($s->client, undef, "refused: $want");
	until_true(sub { $s->log =~ $want });
	like($s->log, $want, 'the log says why');
	ok(until_true(sub { !processes($s) }), 'nothing is left');
	$s->stop;
}

# --- priorities --------------------------------------------------------------
for (['NORMAL:-CTYPE-OPENPGP', undef, 'TLSv1_3', 1],
    ['NORMAL:+VERS-TLS1.1:+VERS-TLS1.0', undef, 'TLSv1_1', 0],
    ['NORMAL:-VERS-TLS1.3', undef, 'TLSv1_3', 0],
    ['NORMAL', 'TLSv1.3', 'TLSv1_2', 0], ['NORMAL', 'TLSv1', 'TLSv1_2', 1],
    ['NORMAL', 'TLSv1.2++', 'TLSv1_2', 1]) {
	my ($priority, $protocol, $version, $good) = @$_;
	$s = Tls->start(env => { TLS_CERTFILE => $pem,
	    TLS_PRIORITY => $priority, TLS_PROTOCOL => $protocol });
	my $c = $s->client(SSL_version => $version,
	    SSL_cipher_list => 'ALL:@SECLEVEL=0');
	is(defined $c && defined line($c) ? 1 : 0, $good,
	    "$priority, " . ($protocol // '-') . ": $version" .
	    ($good ? '' : ' refused')) or diag($s->log);
	close $c if $c;
	$s->stop;
}
done_testing;
