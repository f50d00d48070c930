#!/usr/bin/perl
# tlsd: which certificate a client gets, read anew for each connection.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use POSIX ();
use Test::More;
use Tls;
use Wire;

tls_ready();
my $ca = authority('Test CA');
my $dir = tls_dir() . '/cert';
mkdir $dir or die "$dir: $!\n";

# The common name of what a client is shown, for this name.
my $s;
sub shown
{
	my ($name, %o) = @_;
	my $c = $s->client(defined $name ? (SSL_hostname => $name) :
	    (SSL_hostname => ''), SSL_session_cache_size => 0, %o);

	return 'refused' if !$c;
	my $cn = $c->peer_certificate('cn');
	line($c);
	close $c;
	return $cn;
}

# --- Courier's names ---------------------------------------------------------
my $base = tls_dir() . '/base.pem';
certificate('base', ca => $ca, to => $base);
certificate('two.example.com', ca => $ca, to => "$base.two.example.com");
$s = Tls->start(env => { TLS_CERTFILE => $base });
is(shown(undef), 'base', 'no name: TLS_CERTFILE');
is(shown('two.example.com'), 'two.example.com', 'a name: TLS_CERTFILE.name');
is(shown('Two.Example.COM'), 'two.example.com', 'in any case');
is(shown('zzz.example.com'), 'base', 'a name without a file: TLS_CERTFILE');
certificate('by address', ca => $ca, to => "$base.127.0.0.1");
is(shown(undef), 'by address', 'TLS_CERTFILE.ip, for the local address');
is(shown('zzz.example.com'), 'by address', 'also for other names');
is(shown('two.example.com'), 'two.example.com', 'a name counts more');
unlink "$base.127.0.0.1";

# --- renewal -----------------------------------------------------------------
my $old = slurp($base);
certificate('renewed', ca => $ca, to => "$base.new");
rename "$base.new", $base or die;
is(shown(undef), 'renewed', 'a new file is used with the next connection');
unlink $base;
is(shown(undef), 'refused', 'without a file there is no handshake');
until_true(sub { $s->log =~ /base\.pem: No such/ });
like($s->log, qr/^ERR: \Q$base\E: No such file/m, 'the log says which');
spew($base, "garbage\n");
is(shown(undef), 'refused', 'garbage is no certificate');
is(shown('two.example.com'), 'two.example.com', 'others are not concerned');
unlink $base;
mkdir $base;
is(shown(undef), 'refused', 'a directory is none either');
rmdir $base;
POSIX::mkfifo($base, 0600);
is(shown(undef), 'refused', 'a FIFO is none, and holds nobody');
unlink $base;
spew($base, slurp("$base.two.example.com") =~
    s/-----BEGIN PRIVATE KEY.*END PRIVATE KEY-----\n//sr);
is(shown(undef), 'refused', 'a certificate without its key');
spew($base, ($old =~ /(.*END PRIVATE KEY-----\n)/s)[0] .
    (slurp("$base.two.example.com") =~ /(-----BEGIN CERT.*)/s)[0]);
is(shown(undef), 'refused', 'with another\'s key');
$s->stop;

# --- TLS_PRIVATE_KEYFILE -----------------------------------------------------
my $split = certificate('split', ca => $ca, split => 1,
    to => tls_dir() . '/split.pem');
my $key = tls_dir() . '/split.key';
$s = Tls->start(env => { TLS_CERTFILE => $split, TLS_PRIVATE_KEYFILE => $key });
is(shown(undef), 'split', 'TLS_PRIVATE_KEYFILE');
certificate('own.example', ca => $ca, to => tls_dir() . '/own.pem', split => 1);
rename tls_dir() . '/own.pem', "$split.own.example" or die;
rename tls_dir() . '/own.key', "$key.own.example" or die;
is(shown('own.example'), 'own.example', 'with the same suffix');
$s->stop;

# --- SATCHEL_TLS_CERTDIR -----------------------------------------------------
certificate('default', ca => $ca, to => "$dir/default.pem");
certificate('mail.example.org', ca => $ca, to => "$dir/mail.example.org.pem");
certificate('imap.example.org', ca => $ca, split => 1,
    to => "$dir/imap.example.org.pem");
$s = Tls->start(env => { SATCHEL_TLS_CERTDIR => $dir });
is(shown('mail.example.org'), 'mail.example.org', 'directory/NAME.pem');
is(shown('imap.example.org'), 'imap.example.org', 'with NAME.key beside it');
is(shown(undef), 'default', 'no name: default.pem');
is(shown('other.example.org'), 'default', 'another name: default.pem');
symlink 'mail.example.org.pem', "$dir/alias.example.org.pem";
is(shown('alias.example.org'), 'mail.example.org', 'a link is followed');
$s->stop;
$s = Tls->start(env => { SATCHEL_TLS_CERTDIR => $dir,
    TLS_CERTFILE => "$base.two.example.com" });
is(shown('mail.example.org'), 'mail.example.org', 'both: the directory first');
is(shown(undef), 'two.example.com', 'then TLS_CERTFILE');
$s->stop;

# --- RSA and ECDSA, and a chain ----------------------------------------------
my $rsa = certificate('rsa', ca => $ca, key => 'rsa');
spew("$rsa.chain", slurp($rsa) . slurp($ca->{cert}));
$s = Tls->start(env => { TLS_CERTFILE => "$rsa.chain" });
is(shown(undef), 'rsa', 'an RSA key');
my $c = $s->client(SSL_verify_mode => 1, SSL_ca_file => $ca->{cert},
    SSL_hostname => 'rsa', SSL_verifycn_scheme => 'none');
ok($c, 'the chain verifies');
close $c if $c;
$s->stop;

# --- a staple ----------------------------------------------------------------
my $stapled = certificate('stapled', ca => $ca);
spew("$stapled.crt", (slurp($stapled) =~ /(-----BEGIN CERT.*)/s)[0]);
my ($serial) = openssl('x509', '-in', "$stapled.crt", '-noout', '-serial') =~
    /serial=(\w+)/;
spew(tls_dir() . '/index', "V\t350101000000Z\t\t$serial\tunknown\t/CN=s\n");
openssl('ocsp', '-issuer', $ca->{cert}, '-cert', "$stapled.crt", '-reqout',
    tls_dir() . '/request', '-no_nonce');
openssl('ocsp', '-index', tls_dir() . '/index', '-rsigner', $ca->{cert},
    '-rkey', $ca->{key}, '-CA', $ca->{cert}, '-reqin', tls_dir() . '/request',
    '-respout', "$stapled.ocsp", '-ndays', 5);
sub status
{
	return openssl('s_client', '-connect', "127.0.0.1:$s->{port}",
	    '-status', '-CAfile', $ca->{cert});
}
SKIP: {
	skip('openssl makes no OCSP answers', 4) if !-s "$stapled.ocsp";
	$s = Tls->start(env => { TLS_CERTFILE => $stapled });
	like(status(), qr/OCSP Response Status: successful/, 'a staple is sent');
	like(status(), qr/Cert Status: good/, 'as it is');
	spew("$stapled.ocsp", 'garbage');
	unlike(status(), qr/OCSP Response Status/, 'garbage is not sent');
	like($s->log, qr/OCSP staple: /, 'the log tells');
	unlink "$stapled.ocsp";
	like(status(), qr/no response sent/, 'no file, no staple');
	$s->stop;
}

# --- an unreadable key, for those who are not root ---------------------------
SKIP: {
	skip('root reads all', 1) if $> == 0;
	chmod 0, $stapled;
	$s = Tls->start(env => { TLS_CERTFILE => $stapled });
	is(shown(undef), 'refused', 'a key that cannot be read');
	$s->stop;
}
done_testing;
