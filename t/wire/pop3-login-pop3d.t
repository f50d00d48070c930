#!/usr/bin/perl
# The whole chain: login, and the session of our own behind it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use MIME::Base64;
use Test::More;
use Wire;
use Login;
use PopLogin;

for (qw(checkpw-userdb pop3d)) {
	plan skip_all => "$_ is not built" if !-x program($_);
}
my ($uid, $gid) = account_ids();
my $top = temp_dir();
chmod 0755, $top;
my @chain = (program('checkpw-userdb'), program('pop3d'), 'Maildir');

# an account: its folders belong to it
sub account
{
	my ($name) = @_;
	my $home = "$top/$name";

	mkdir $home;
	for ('Maildir', 'Other') {
		make_maildir("$home/$_");
		deliver("$home/$_", text => "Subject: $_\n\nx\n", flags => '');
	}
	system('chown', '-R', "$uid:$gid", $home) == 0 or die;
	return "$name\tuid=$uid|gid=$gid|home=$home|" .
	    'pop3pw={MD5RAW}5ebe2294ecd0e0f08eab7690d2a6ee69|imappw=x';
}

my $users = userdb(account('fred'), account('other') . '|mail=Other',
    account('off') . '|options=disablepop3=1',
    account('tls') . '|options=disableinsecurepop3');

sub fresh
{
	my (%env) = @_;

	return pop3login(chain => \@chain, env => { USERDB => $users, %env });
}

# in one segment: nothing is lost, and the answers are in order
my $user = "+OK Password required.\r\n";
my $p = fresh();
talk($p, "USER fred\r\nPASS wrong\r\nUSER fred\r\nPASS secret\r\nSTAT\r\n" .
    "TOP 1 0\r\nQUIT\r\n", "$user-ERR [AUTH] Login failed.\r\n$user" .
    "+OK logged in.\r\n+OK 1 23\r\n+OK headers follow.\r\n" .
    "Subject: Maildir\r\n\r\n.\r\n+OK Bye-bye.\r\n", 'all at once', 1);
is($p->status, 0, 'status 0');
my $peer = 'user=fred, ip=[127.0.0.1], port=[0]';
like($p->errors, qr/\AINFO: LOGIN FAILED, \Q$peer\E\nINFO: LOGIN, \Q$peer\E/,
    'the log: refused, accepted');
like($p->errors, qr/^INFO: LOGOUT, \Q$peer\E, /m, 'over');

# the same list before and after login
$p = fresh();
$p->raw("CAPA\r\nUSER fred\r\nPASS secret\r\nCAPA\r\nQUIT\r\n");
my @lists = $p->rest =~ /(\+OK Here's .*?^\.\r\n)/msg;
is(scalar @lists, 2, 'CAPA twice');
is($lists[1], $lists[0], 'with the same answer');

# the account's own Maildir, before the argument
$p = fresh();
$p->raw("USER other\r\nPASS secret\r\nRETR 1\r\nQUIT\r\n");
like($p->rest, qr/^Subject: Other\r$/m, 'the Maildir of the account');

# SASL, and TLS that others have made
for my $env ({}, { POP3_TLS => 1 }) {
	for my $name (qw(fred off tls)) {
		$p = fresh(%$env);
		$p->raw('AUTH PLAIN ' . encode_base64("\0$name\0secret", '') .
		    "\r\nQUIT\r\n");
		my $all = $p->rest;
		my $good = $name eq 'fred' || ($name eq 'tls' && %$env);
		like($all, $good ? qr/\A\+OK logged in\.\r\n\+OK Bye/ :
		    qr/\A-ERR /, join ' ', $name, %$env);
		unlike($all, qr/\[AUTH\]/, 'not by the front');
	}
}

# UTF8 and LANG hold behind the login
deliver("$top/fred/Maildir", base => '1800000000.M1P1.t', flags => '',
    text => "Subject: gr\xc3\xbcn\n\nx\n");
system('chown', '-R', "$uid:$gid", "$top/fred") == 0 or die;
for my $utf8 ('', "UTF8\r\n") {
	$p = fresh();
	$p->raw("LANG de\r\n${utf8}USER fred\r\nPASS secret\r\nRETR 2\r\n" .
	    "QUIT\r\n");
	my $all = $p->rest;
	my $as_it_is = $all =~ /^Subject: gr\xc3\xbcn\r$/m;
	ok($utf8 eq '' ? !$as_it_is || $all =~ /^Content-Type: message/mi :
	    $as_it_is, $utf8 eq '' ? 'wrapped without UTF8' : 'with UTF8');
	like($all, qr/^\+OK Angemeldet\.\r$/m, 'in German');
}

# a Maildir that is not there is the session's to tell of
system('rm', '-rf', "$top/fred/Maildir");
$p = fresh();
$p->raw("USER fred\r\nPASS secret\r\n");
like($p->rest, qr/\A\Q$user\E-ERR (?!\[AUTH\])/, 'no Maildir');
done_testing();
