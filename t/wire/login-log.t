#!/usr/bin/perl
# The lines of failed logins, as programs read them that block addresses.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;
use Login;

# what fail2ban's filter for Courier takes: fields that end at a comma, and
# the first field called ip
my $filter = qr/^LOGIN FAILED, (?:(?!ip=)\w+=[^,]*, )*ip=\[([0-9a-f.:]+)\]/;
my %env = (PROTO => 'TCP', TCPREMOTEIP => '192.0.2.7', TCPREMOTEPORT => 4711);

for my $name ('fred', '', 'f,red', 'x, ip=[192.0.2.66]', 'x, ', ', a=b',
    "x\n, ip=[192.0.2.66], port=[1]\n", 'ip=[192.0.2.66]', "\xff\xe2\x80\xa8",
    'y' x 490) {
	my $w = login(env => \%env);

	$w->greeting;
	exchange($w, sprintf("a LOGIN {%d+}\r\n%s x\r\n", length $name, $name),
	    "a NO [AUTHENTICATIONFAILED] Login failed.\r\n");
	my $line = $w->errors;
	is($line =~ tr/\n//d, 1, 'one line');
	my ($ip) = $line =~ s/^INFO: //r =~ $filter;
	is($ip, '192.0.2.7', "the address: $line");
}
done_testing();
