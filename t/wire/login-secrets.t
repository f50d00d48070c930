#!/usr/bin/perl
# After a login nobody knows the password any more: not the front that waits,
# not the session, not the environment of either; after a refusal neither half
# of the front.  Security checklist 39 and 40.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Digest::MD5 'md5_hex';
use MIME::Base64;
use Test::More;
use Time::HiRes 'sleep';
use Wire;
use Login;
use Memory;

for (qw(checkpw-userdb imapd)) {
	plan skip_all => "$_ is not built" if !-x program($_);
}
need_memory();

my $password = 'Zq7wXv9kJp3tGh5mBn2r';
my $plain = encode_base64("\0fred\0$password", '');
my $length = length $password;
my ($uid, $gid) = account_ids();
my $home = temp_dir();
chmod 0755, $home;
make_maildir("$home/Maildir");
system('chown', '-R', "$uid:$gid", $home) == 0 or die;
my $users = userdb("fred\tuid=$uid|gid=$gid|home=$home|systempw={MD5RAW}" .
    md5_hex($password));

sub is_forgotten
{
	my ($name, @lines) = @_;
	my $w = login(chain => [program('checkpw-userdb'), program('imapd'),
	    'Maildir'], env => { USERDB => $users });
	my $r;

	$w->greeting;
	for (@lines) {
		$w->raw($_);
		sleep 0.05 if @lines > 1;
	}
	while (($r = $w->next) && $r->{raw} !~ /^a /) { }
	like($r->{raw}, qr/^a OK /, $name);
	my @others = children_of($w->{pid});
	for my $text ($password, substr $plain, 8) {
		is(front_pieces($w->{pid}, $text), '',
		    'the front has forgotten');
		is(front_pieces($_, $text), '', 'nor does a child know')
		    for @others;
	}
	$w->raw("z LOGOUT\r\n");
	1 while $w->next;
	$w->done(0);
	return;
}

my $login = "a LOGIN fred $password\r\n";
is_forgotten('a word', $login);
is_forgotten('quoted', "a LOGIN fred \"$password\"\r\n");
is_forgotten('a literal', "a LOGIN fred {$length}\r\n", "$password\r\n");
is_forgotten('a literal at once',
    "a LOGIN fred {$length+}\r\n$password\r\n");
is_forgotten('two of them', "a LOGIN {4+}\r\nfred {$length+}\r\n$password\r\n");
is_forgotten('behind others', join '',
    map({ "x$_ NOOP\r\n" } 1 .. 9), $login);
is_forgotten('behind a longer line',
    'x ' . 'Y' x 4000 . "\r\n$login");
is_forgotten('behind a refused one',
    "x LOGIN fred {" . ($length + 1) . "+}\r\n!$password\r\n$login");
is_forgotten('PLAIN', "a AUTHENTICATE PLAIN\r\n", "$plain\r\n");
is_forgotten('PLAIN at once', "a AUTHENTICATE PLAIN\r\n$plain\r\n");
is_forgotten('an initial response', "a AUTHENTICATE PLAIN $plain\r\n");
is_forgotten('behind damaged base64',
    "x AUTHENTICATE PLAIN $plain!!!!\r\na LOGIN fred $password\r\n");
is_forgotten('damaged and longer', 'x AUTHENTICATE PLAIN ' .
    encode_base64('y' x 600 . $password, '') . "!!!!\r\n$login");
is_forgotten('LOGIN', "a AUTHENTICATE LOGIN\r\n", encode_base64('fred', "\r\n"),
    encode_base64($password, "\r\n"));

# settings of an authenticator are not for who reads the client
my $talking = login(env => { LDAP_BINDPW => $password, IMAP_CAPABILITY => 'X',
	SATCHEL_TALKER_ROOT => '/nonexistent' });
$talking->greeting;
is(pieces(talker($talking->{pid}), $password), '', 'a setting: not the talker');
isnt(pieces($talking->{pid}, $password), '', 'but its authenticator has it');

# refused, and both halves are there to try again
for (["a LOGIN fred $password\r\n", 'refused'],
    ["a LOGIN fred {$length+}\r\n$password\r\n", 'a literal, refused'],
    ["a AUTHENTICATE PLAIN $plain\r\n", 'PLAIN, refused'],
    ["a AUTHENTICATE LOGIN\r\n" . encode_base64('fred', "\r\n") .
	encode_base64($password, "\r\n"), 'LOGIN, refused']) {
	my ($lines, $name) = @$_;
	my $w = login(chain => ['false']);
	my $r;

	$w->greeting;
	$w->raw($lines);
	while (($r = $w->next) && $r->{raw} !~ /^a /) { }
	like($r->{raw}, qr/^a NO /, $name);
	for my $text ($password, substr $plain, 8) {
		is(front_pieces($_, $text), '', 'forgotten')
		    for $w->{pid}, children_of($w->{pid});
	}
}
done_testing();
