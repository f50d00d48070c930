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

# descriptor 2 is what systemd calls the journal: the level is a priority there
for my $is ('is', 'is not') {
	pipe my $out, my $err or die;
	my ($dev, $ino) = stat $err;
	$ino++ if $is eq 'is not';
	my $pid = fork // die;
	if ($pid == 0) {
		open STDERR, '>&', $err;
		%ENV = (%ENV, %env, SATCHEL_LOGIN_DELAY => 0,
		    SATCHEL_JOURNAL => '/nonexistent',
		    JOURNAL_STREAM => "$dev:$ino");
		exec 'sh', '-c', 'printf "a LOGIN fred x\r\n" | ' .
		    '"$@" >/dev/null', 'x', program('imaplogin'), 'false'
		    or POSIX::_exit(127);
	}
	close $err;
	is(do { local $/; <$out> }, ($is eq 'is' ? '<6>' : 'INFO: ') .
	    "LOGIN FAILED, user=fred, ip=[192.0.2.7], port=[4711]\n",
	    "standard error $is the journal");
	waitpid $pid, 0;
}
done_testing();
