#!/usr/bin/perl
# After a login the front that waits knows the password no more, nor does the
# session behind it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use MIME::Base64;
use Test::More;
use Time::HiRes 'sleep';
use Wire;
use Login;
use Memory;
use PopLogin;

need_memory();
my $password = 'Zq7wXv9kJp3tGh5mBn2r';
my $plain = encode_base64("\0fred\0$password", '');
pop3login();	# makes the stubs

# accepts all, and becomes a program that has read no password
stub('knows-nobody', <<'END');
#!/bin/sh
cat <&3 >/dev/null
exec 3<&-
exec "$@"
END
stub('says-ok', <<'END');
#!/bin/sh
printf '+OK\r\n'
exec sleep 60
END

sub is_forgotten
{
	my ($name, @lines) = @_;
	my $p = pop3login(chain => ['knows-nobody', 'says-ok']);
	my $line;

	for (@lines) {
		$p->raw($_);
		sleep 0.05 if @lines > 1;
	}
	while (defined($line = $p->line) && $line ne '+OK') { }
	is($line, '+OK', $name);
	my @others = children_of($p->{pid});
	for my $text ($password, substr $plain, 8) {
		is(front_pieces($p->{pid}, $text), '',
		    'the front has forgotten');
		is(front_pieces($_, $text), '', 'nor does a child know')
		    for @others;
	}
	kill TERM => $others[-1];
	return;
}

my $login = "USER fred\r\nPASS $password\r\n";
is_forgotten('PASS', "USER fred\r\n", "PASS $password\r\n");
is_forgotten('at once', $login);
is_forgotten('behind others', "UTF8\r\n" x 9, $login);
is_forgotten('as a name', "USER $password\r\nUSER fred\r\nPASS x\r\n");
is_forgotten('behind a longer line', 'X' x 5000 . "\r\n$login");
is_forgotten('in a longer line', 'PASS ' . 'y' x 600 . "$password\r\n$login");
is_forgotten('PLAIN', "AUTH PLAIN\r\n", "$plain\r\n");
is_forgotten('PLAIN at once', "AUTH PLAIN\r\n$plain\r\n");
is_forgotten('an initial response', "AUTH PLAIN $plain\r\n");
is_forgotten('behind damaged base64', "AUTH PLAIN $plain!!!!\r\n$login");
is_forgotten('LOGIN', "AUTH LOGIN\r\n", encode_base64('fred', "\r\n"),
    encode_base64($password, "\r\n"));
done_testing();
