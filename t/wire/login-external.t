#!/usr/bin/perl
# EXTERNAL: the name in a certificate, up to the account; checklist 11's share
# of a login front.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;
use Login;
use Starttls;

for (qw(checkpw-userdb imapd pop3d)) {
	plan skip_all => "$_ is not built" if !-x program($_);
}
my ($uid, $gid) = account_ids();
my $home = temp_dir();
chmod 0755, $home;
make_maildir("$home/Maildir");
deliver("$home/Maildir", text => "Subject: x\n\nx\n");
system('chown', '-R', "$uid:$gid", $home) == 0 or die;
my $row = "uid=$uid|gid=$gid|home=$home";
my $md5 = '{MD5RAW}5ebe2294ecd0e0f08eab7690d2a6ee69';
my $users = userdb("fred\t$row|systempw=$md5", "locked\t$row|systempw=!$md5",
    "fred\@example.com\t$row|systempw=$md5");
my $no = "NO [AUTHENTICATIONFAILED] Login failed.\r\n";
my @imap = (program('checkpw-userdb'), program('imapd'), 'Maildir');
my @pop = (program('checkpw-userdb'), program('pop3d'), 'Maildir');

# TLS was there before the front, and has verified who it is
sub known
{
	my ($name, %o) = @_;
	my $front = $o{front} // 'imaplogin';
	my $s = starttls($front, tlsd => ['env'], chain => $o{chain} //
	    ($front eq 'imaplogin' ? \@imap : \@pop),
	    env => { USERDB => $users, SSL_PROTOCOL => 'TLSv1.3',
		TLS_EXTERNAL => 'emailAddress', AUTHORIZED => 1,
		TLS_SUBJECT_EMAILADDRESS => $name, %{$o{env} // {}} });

	$s->{greeting} = '';
	until ($s->{greeting} =~ /\n\z/) {
		my $c = hear($s, 1);
		last if $c eq '';
		$s->{greeting} .= $c;
	}
	return $s;
}

sub says
{
	my ($s, $in, $want, $name) = @_;
	my $line = '';

	syswrite $s->{socket}, Starttls::turn($s, $in);
	until ($line =~ /\n\z/) {
		my $c = hear($s, 1);
		last if $c eq '';
		$line .= $c;
	}
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return like($line, $want, $name);
}

my $s = known('fred');
like($s->{greeting}, qr/ AUTH=PLAIN AUTH=LOGIN AUTH=EXTERNAL\]/, 'announced');
says($s, "a AUTHENTICATE EXTERNAL =\r\n", qr/^a OK \[.*\] LOGIN Ok\.\r$/,
    'up to the account');
says($s, "b STATUS INBOX (MESSAGES)\r\n", qr/MESSAGES 1/, 'and its mail');
$s = known('fred');
talk($s, "a AUTHENTICATE external\r\n", "+ \r\n", 'a challenge');
says($s, "\r\n", qr/^a OK /, 'and an empty response');
$s = known('fred', env => { DEFDOMAIN => '@example.com' });
says($s, "a AUTHENTICATE EXTERNAL =\r\n", qr/^a OK /, 'a default domain');

# who is not let in
$s = known('fred');
talk($s, "a AUTHENTICATE EXTERNAL ZnJlZA==\r\n", "a $no",
    'to act as somebody, be it himself');
like($s->errors, qr/^INFO: LOGIN FAILED, method=EXTERNAL, ip=/, 'the log');
talk($s, "b LOGIN fred \"\"\r\n", "b $no", 'an empty password is none');
for my $name (qw(nobody locked), 'fred x', "x, ip=[192.0.2.66]") {
	$s = known($name);
	talk($s, "a AUTHENTICATE EXTERNAL =\r\n", "a $no", "not $name");
}
$s = known('x' x 600);
talk($s, "a AUTHENTICATE EXTERNAL =\r\n", "a $no", 'too long a name');

# where there is no certificate, no setting, no TLS
for (['', {}], ['fred', { TLS_EXTERNAL => '' }],
    ['fred', { TLS_EXTERNAL => 'cn' }], ['fred', { SSL_PROTOCOL => '' }],
    ['fred', { TLS_EXTERNAL => 'x' x 100 }]) {
	$s = known($_->[0], env => $_->[1]);
	unlike($s->{greeting}, qr/EXTERNAL/, 'not announced');
	talk($s, "a AUTHENTICATE EXTERNAL =\r\n",
	    "a NO Unknown authentication mechanism.\r\n", 'and unknown');
}

# An authenticator that takes any name without a password: it does not know
# what it was asked, and the session does.
stub('takes-all', <<'END');
#!/bin/sh
cat <&3 >/dev/null
exec 3<&-
AUTHENTICATED=fred USER=fred HOME=/ exec "$@"
END
my @all = ('takes-all', program('imapd'), "$home/Maildir");
SKIP: {
	skip 'the session of root is refused in any case', 2 if $> == 0;
	$s = known('fred', chain => \@all);
	says($s, "a LOGIN fred x\r\n", qr/^a OK/, 'a password, of any kind');
}
$s = known('fred', chain => \@all);
talk($s, "a AUTHENTICATE EXTERNAL =\r\n", "a $no", 'nobody has confirmed');
like($s->errors, qr/^ERR: the authenticator knows no certificates$/m, 'log');

# what the authenticator sees
stub('shows', <<'END');
#!/bin/sh
printf 'a OK %s %s\r\n' "${AUTHORIZED-unset}" "$(tr '\0' , <&3)"
END
for (['AUTHENTICATE EXTERNAL =', '1 fred,,,'], ['LOGIN fred x',
	'unset fred,x,,'], ['LOGIN fred ""', 'unset fred,,,']) {
	$s = known('fred', chain => ['shows']);
	talk($s, "a $_->[0]\r\n", "a OK $_->[1]\r\n", $_->[0]);
}

# by STARTTLS, whatever was said in the environment before
$s = starttls('imaplogin', chain => \@imap, env => { USERDB => $users,
	TLS_EXTERNAL => 'cn', TLS_SUBJECT_CN => 'locked' },
    list => "SSL_PROTOCOL=x\0TLS_SUBJECT_CN=fred\0\0");
says($s, '', qr/AUTH=LOGIN\] /, 'not before TLS');
says($s, "s STARTTLS\r\n", qr/^s OK/);
handshake($s);
says($s, "a AUTHENTICATE EXTERNAL =\r\n", qr/^a OK /, 'under TLS');

# POP3
$s = known('fred', front => 'pop3login');
talk($s, "AUTH\r\n", "+OK Mechanisms follow:\r\nPLAIN\r\nLOGIN\r\nEXTERNAL\r\n" .
    ".\r\n");
syswrite $s->{socket}, "CAPA\r\n";
my $capa = '';
$capa .= hear($s, 1) until $capa =~ /^\.\r\n\z/m || length $capa > 999;
like($capa, qr/^SASL PLAIN LOGIN EXTERNAL\r$/m, 'CAPA');
says($s, "AUTH EXTERNAL =\r\n", qr/^\+OK logged in\.\r$/, 'up to the account');
$s = known('fred', front => 'pop3login', env => { POP3AUTH => '' });
talk($s, "AUTH\r\n", "+OK Mechanisms follow:\r\nEXTERNAL\r\n.\r\n",
    'it needs no setting but TLS_EXTERNAL');
$s = known('nobody', front => 'pop3login');
talk($s, "AUTH EXTERNAL\r\n", "+ \r\n");
talk($s, "\r\n", "-ERR [AUTH] Authentication failed.\r\n", 'not nobody');
$s = known('', front => 'pop3login');
talk($s, "AUTH EXTERNAL =\r\n", "-ERR Unknown authentication mechanism.\r\n");
done_testing();
