#!/usr/bin/perl
# STLS behind a UCSPI-TLS program: security checklist 1 to 3.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use MIME::Base64;
use Test::More;
use Wire;
use Login;
use PopLogin ();
use Starttls;

my $hello = "+OK satchel ready.\r\n";
my $begin = "+OK Begin SSL/TLS negotiation now.\r\n";
my $peer = 'ip=[192.0.2.7], port=[4711]';
my $refused = "-ERR TLS required to log in.\r\n";

PopLogin::stubs();

sub greeted
{
	my (%o) = @_;
	my $s = starttls('pop3login', chain => ['stub-check', 'stub-pop3'],
	    %o);

	talk($s, '', $hello, 'greeting');
	return $s;
}

sub stls
{
	my ($s) = @_;

	talk($s, "STLS\r\n", $begin);
	handshake($s);
	return;
}

sub capa
{
	my ($s) = @_;
	my $all = '';

	syswrite $s->{socket}, Starttls::turn($s, "CAPA\r\n");
	$all .= hear($s, 1) until $all =~ /^\.\r\n\z/m || length $all > 9999;
	return $all;
}

my $s = greeted();
like(my $before = capa($s), qr/^STLS\r$/m, 'STLS is announced');
stls($s);
is(capa($s), $before =~ s/^STLS\r\n//mr, 'under TLS it is not');
talk($s, "STLS\r\n", "-ERR TLS support not available.\r\n",
    'checklist 3: a second one');
talk($s, "USER fred\r\nPASS secret\r\nENV POP3_TLS\r\nENV UTF8\r\n",
    "+OK Password required.\r\n+OK logged in.\r\n+OK POP3_TLS=1\r\n" .
    "+OK UTF8=0\r\n", 'a login with all behind it');

# required
$s = greeted(env => { POP3_TLS_REQUIRED => 1 });
unlike(capa($s), qr/^(?:USER|SASL)/m, 'no way to log in is announced');
talk($s, "USER fred\r\nAUTH PLAIN\r\nPASS x\r\n",
    "$refused$refused-ERR USER/PASS required.\r\n");
stls($s);
like(capa($s), qr/^USER\r\nSASL PLAIN LOGIN\r$/m, 'then there is one');
talk($s, 'AUTH PLAIN ' . encode_base64("\0fred\0secret", '') . "\r\n",
    "+OK logged in.\r\n");

# RFC 2595 section 4: what was said before is void
$s = greeted(env => { SATCHEL_LANG_DIR => root() . '/lang' });
talk($s, "USER fred\r\nUTF8\r\nLANG de\r\n", "+OK Password required.\r\n" .
    "+OK UTF8 enabled\r\n+OK de Sprache gewechselt.\r\n");
syswrite $s->{socket}, "STLS\r\n";
like(hear($s, 6), qr/^\+OK /, 'STLS in another language');
hear($s, 1) for 1 .. 0;
my $line = '';
$line .= hear($s, 1) until $line =~ /\n\z/ || length $line > 200;
handshake($s);
talk($s, "PASS secret\r\n", "-ERR USER/PASS required.\r\n", 'no USER');
talk($s, "USER fred\r\nPASS secret\r\nENV UTF8\r\nENV SATCHEL_LANGTAG\r\n",
    "+OK Password required.\r\n+OK logged in.\r\n+OK UTF8=0\r\n" .
    "+OK SATCHEL_LANGTAG=en\r\n");

# checklist 1: CVE-2021-38084 was this
for my $more ("CAPA\r\n", "USER fred\r\nPASS secret\r\n", "\r\n", 'x') {
	$s = greeted();
	talk($s, "STLS\r\n$more", '', 'in one write', 1);
	is($s->last_errors, "WARN: INJECTION behind STARTTLS, $peer\n", 'logged');
}
$s = greeted();
talk($s, "STLS\r\n", $begin);
talk($s, "CAPA\r\n", '', 'in a second one, before the handshake', 1);
like($s->last_errors, qr/^INFO: TLS FAILED, \Q$peer\E: /, 'logged');

# where it is not offered
for my $env ({ POP3_STARTTLS => 'NO' }, { POP3_TLS => 1 }) {
	$s = greeted(env => $env);
	unlike(capa($s), qr/STLS/, join ' ', %$env);
	talk($s, "STLS\r\n", "-ERR TLS support not available.\r\n");
}
done_testing();
