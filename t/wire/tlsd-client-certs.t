#!/usr/bin/perl
# tlsd: certificates of clients (checklist 11).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Tls;
use Wire;

tls_ready();
my $ca = authority('Test CA');
my $other = authority('Other CA');
my $pem = certificate('mail.example.org', ca => $ca);
my $s;

# What the program is told with this certificate, or 'refused'.
sub with
{
	my ($cert, @names) = @_;
	my %o = $cert ? (SSL_cert_file => $cert, SSL_key_file => $cert) : ();
	my $c = $s->client(%o);

	# with TLS 1.3 the client thinks that all is well, until it reads
	return 'refused' if !$c || !defined line($c);
	my @values = map { ask($c, "ENV $_") } @names;
	close $c;
	return join ' | ', @values;
}
sub told
{
	my ($pattern) = @_;

	until_true(sub { $s->log =~ /$pattern/ });
	my $start = qr/^INFO: ip=\[127\.0\.0\.1\], port=\[\d+\], TLS: /m;
	like($s->log, qr/${start}client certificate: $pattern/,
	    "the log says why: $pattern");
	spew($s->{log}, '');
	return;
}

my $fred = certificate('fred', ca => $ca, subject => '/C=DE/O=Org/OU=first' .
    '/OU=second/CN=Fred Flint/emailAddress=fred@example.com');
my @fields = map { "TLS_SUBJECT_$_" } qw(C O OU CN EMAILADDRESS);
my $expired = certificate('late', ca => $ca, days => -1);
my $foreign = certificate('foreign', ca => $other);
my $self_signed = certificate('self');
my $nameless = certificate('nameless', ca => $ca, subject => '/O=Org');
my $server = certificate('server', ca => $ca,
    extensions => ['extendedKeyUsage=serverAuth']);
my $utf8 = certificate('utf8', ca => $ca,
    subject => "/CN=J\xc3\xbcrgen\\, <x>");
my $newline = certificate('newline', ca => $ca,
    subject => "/CN=fred\nSSL_PROTOCOL=x/O=Org");
my $long = certificate('long', ca => $ca, subject => join '',
    map { "/OU=" . $_ x 60 } 'a' .. 'z');

# --- PEER: asked for, and verified when there is one -------------------------
$s = Tls->start(env => { TLS_CERTFILE => $pem, TLS_VERIFYPEER => 'PEER',
    TLS_TRUSTCERTS => $ca->{cert} });
is(with($fred, @fields),
    'DE | Org | second | Fred Flint | fred@example.com',
    'fields of the subject, as Courier tells them');
my $hash = openssl('x509', '-in', $fred, '-noout', '-fingerprint', '-sha256') =~
    s/.*=//r =~ s/[:\n]//gr;
is(with($fred, 'SSL_PEER_CERT_HASH', 'SSL_PEER_CERT_SUBJECT'),
    'SHA256:' . lc($hash) . ' | EMAIL=fred@example.com,CN=Fred Flint,' .
    'OU=second,OU=first,O=Org,C=DE', 'the whole of it');
is(with(undef, 'TLS_SUBJECT_CN', 'SSL_PEER_CERT_HASH'), '(unset) | (unset)',
    'without a certificate: served, and nothing is told');
is(with($expired, 'TLS_SUBJECT_CN'), 'refused', 'expired');
told('The certificate is NOT trusted. The certificate chain uses expired');
is(with($foreign, 'TLS_SUBJECT_CN'), 'refused', 'of another authority');
told('The certificate is NOT trusted. The certificate issuer is unknown');
is(with($self_signed, 'TLS_SUBJECT_CN'), 'refused', 'self-signed');
told('The certificate is NOT trusted.');
is(with($server, 'TLS_SUBJECT_CN'), 'refused', 'for servers only');
told('The certificate is NOT trusted. The certificate ' .
    'chain does not match the intended purpose');
is(with($nameless, 'TLS_SUBJECT_CN', 'TLS_SUBJECT_O'), '(unset) | Org',
    'no name: verified, and there is none');
is(with($utf8, 'TLS_SUBJECT_CN'), "J\xc3\xbcrgen, <x>", 'octets as they are');
is(with($newline, 'TLS_SUBJECT_CN', 'TLS_SUBJECT_O'), '(unset) | Org',
    'a name with a line end is nobody\'s');
is(with($long, 'TLS_SUBJECT_OU'), 'z' x 60, 'a long subject');
$s->stop;

# --- REQUIREPEER -------------------------------------------------------------
$s = Tls->start(env => { TLS_CERTFILE => $pem, TLS_VERIFYPEER => 'REQUIREPEER',
    TLS_TRUSTCERTS => $ca->{cert} });
is(with($fred, 'TLS_SUBJECT_CN'), 'Fred Flint', 'REQUIREPEER: served');
is(with(undef), 'refused', 'without a certificate: refused');
until_true(sub { $s->log ne '' });
like($s->log, qr/TLS: .*[Cc]ertificate.*(required|found)/, 'and told');
is(with($foreign), 'refused', 'with a bad one as well');
$s->stop;

# --- NONE, and what is not set -----------------------------------------------
for (['NONE', $ca->{cert}, '(unset)'], [undef, $ca->{cert}, 'Fred Flint'],
    [undef, undef, '(unset)'], ['PEER', undef, '(unset)']) {
	my ($verify, $trust, $want) = @$_;
	$s = Tls->start(env => { TLS_CERTFILE => $pem,
	    TLS_VERIFYPEER => $verify, TLS_TRUSTCERTS => $trust });
	is(with($fred, 'TLS_SUBJECT_CN'), $want, 'TLS_VERIFYPEER=' .
	    ($verify // '-') . ', TLS_TRUSTCERTS ' . ($trust ? 'set' : 'not'));
	$s->stop;
}

# --- a directory of authorities ----------------------------------------------
my $dir = tls_dir() . '/trust';
mkdir $dir or die;
my $name = openssl('x509', '-in', $ca->{cert}, '-noout', '-hash') =~ s/\n//r;
spew("$dir/$name.0", slurp($ca->{cert}));
spew("$dir/README", "nothing\n");
spew("$dir/other.pem", slurp($other->{cert}));
$s = Tls->start(env => { TLS_CERTFILE => $pem, TLS_TRUSTCERTS => $dir });
is(with($fred, 'TLS_SUBJECT_CN'), 'Fred Flint', 'a hashed directory');
is(with($foreign), 'refused', 'what has no hash for a name is not trusted');
unlink "$dir/$name.0";
is(with($fred), 'refused', 'an empty directory: nobody is served');
until_true(sub { $s->log =~ /no authority/ });
like($s->log, qr/^ERR: \Q$dir\E: no authority: empty$/m, 'the log says why');
$s->stop;

# --- a ticket brings the certificate back, which is looked at again ----------
my $file = tls_dir() . '/shared-keys';
my $cache = tls_dir() . '/session';
sub resume
{
	my ($s, $how, $cert) = @_;
	my $said = s_client($s, ['MARK TLS_SUBJECT_CN'], "-sess_$how", $cache,
	    $cert ? ('-cert', $cert) : ());
	my ($kind) = $said =~ /(New|Reused), TLS/;
	my ($answer) = $said =~ /=> (.*) <=/;
	return ($kind // 'no') . (defined $answer ? " $answer" : '');
}
my %env = (TLS_CERTFILE => $pem, SATCHEL_TLS_TICKETS => $file);
my $asks = Tls->start(env => { %env, TLS_TRUSTCERTS => $ca->{cert} });
my $requires = Tls->start(env => { %env, TLS_TRUSTCERTS => $other->{cert},
    TLS_VERIFYPEER => 'REQUIREPEER' });
my $lax = Tls->start(env => \%env);
is(resume($asks, 'out', $fred), 'New Fred Flint', 'a session with a name');
is(resume($asks, 'in'), 'Reused Fred Flint', 'is resumed with it');
like(resume($requires, 'in'), qr/^(Reused|New|no)$/,
    'but not where that authority is not trusted');
is(resume($lax, 'out'), 'New (unset)', 'a session without');
like(resume($requires, 'in'), qr/^(Reused|New|no)$/,
    'is not resumed where a certificate is required');
$_->stop for $asks, $requires, $lax;
done_testing;
