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

for (qw(checkpw-userdb imapd)) {
	plan skip_all => "$_ is not built" if !-x program($_);
}
my ($uid, $gid) = account_ids();
my $top = temp_dir();
chmod 0755, $top;
my @chain = (program('checkpw-userdb'), program('imapd'), 'Maildir');

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
	    'systempw={MD5RAW}5ebe2294ecd0e0f08eab7690d2a6ee69';
}

my $users = userdb(account('fred'), account('other') . '|mail=Other',
    account('off') . '|options=disableimap=1',
    account('tls') . '|options=disableinsecureimap');

sub fresh
{
	my (%env) = @_;
	my $w = login(chain => \@chain, env => { USERDB => $users, %env });

	$w->greeting;
	return $w;
}

# piped in at once: nothing is lost, and the answers are in order
my $w = fresh();
$w->raw("a LOGIN fred wrong\r\nb LOGIN fred secret\r\nc SELECT INBOX\r\n" .
    "d FETCH 1 BODY.PEEK[HEADER.FIELDS (SUBJECT)]\r\ne LOGOUT\r\n");
my @got;
while (my $r = $w->next) {
	push @got, $r->{raw};
}
my $all = join '', @got;
like($all, qr/^a NO \[AUTHENTICATIONFAILED\] Login failed\.\r\n/, 'refused');
like($all, qr/^b OK \[CAPABILITY IMAP4rev1 [^\]]*\] LOGIN Ok\.\r\n/m,
    'accepted by the session');
like($all, qr/^c\ OK\ \[READ-WRITE\] .* ^Subject:\ Maildir\r\n .* ^d\ OK\ .*
    ^\*\ BYE\ .* ^e\ OK\ /msx, 'and all that came behind');
$w->done(0);
my $peer = 'user=fred, ip=[127.0.0.1], port=[0]';
like($w->errors, qr/^INFO: LOGIN FAILED, \Q$peer\E$/m, 'the log: refused');
like($w->errors, qr/^INFO: LOGIN, \Q$peer\E, protocol=IMAP$/m, 'accepted');
like($w->errors, qr/^INFO: LOGOUT, \Q$peer\E, /m, 'over');

# no words of the front behind the login
unlike(($all =~ /^b OK(.*)/ms)[0], qr/AUTH=|LITERAL-|SASL-IR|satchel ready/,
    'capabilities after login');

# the account's own Maildir, before the argument
$w = fresh();
$w->raw("a LOGIN other secret\r\nb SELECT INBOX\r\n" .
    "c FETCH 1 BODY.PEEK[HEADER]\r\nd LOGOUT\r\n");
$all = '';
while (my $r = $w->next) {
	$all .= $r->{raw};
}
like($all, qr/^Subject: Other\r\n/m, 'the Maildir of the account');

# SASL, and TLS that others have made
for my $env ({}, { IMAP_TLS => 1 }) {
	my $tls = %$env ? 'with' : 'without';
	for my $name (qw(fred off tls)) {
		$w = fresh(%$env);
		$w->raw('a AUTHENTICATE PLAIN ' .
		    encode_base64("\0$name\0secret", '') . "\r\nb LOGOUT\r\n");
		$all = '';
		while (my $r = $w->next) {
			$all .= $r->{raw};
		}
		my $good = $name eq 'fred' || ($name eq 'tls' && %$env);
		like($all, $good ? qr/^a OK .*^b OK /ms : qr/^a NO /m,
		    "$name $tls TLS");
		unlike($all, qr/AUTHENTICATIONFAILED/, 'not by the front')
		    if !$good;
	}
}

# a Maildir that is not there is the session's to tell of
system('rm', '-rf', "$top/fred/Maildir");
$w = fresh();
$w->raw("a LOGIN fred secret\r\n");
like($w->next->{raw}, qr/^(?:\* BYE |a NO )/, 'no Maildir');
done_testing();
