#!/usr/bin/perl
# fail2ban finds the address in our lines, with our filter and with the one
# that it has for Courier.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;
use Login;
use PopLogin;

my ($tool) = grep { -x } '/usr/bin/fail2ban-regex';
plan skip_all => 'no fail2ban' if !defined $tool;
# beside the file that it includes, as it will be
my $ours = temp_dir() . '/satchel.conf';
spew($ours, slurp(root() . '/packaging/fail2ban/filter.d/satchel.conf'));
my $common = '/etc/fail2ban/filter.d/common.conf';
plan skip_all => "no $common" if !-e $common;
spew($ours =~ s{[^/]+$}{common.conf}r, slurp($common));
my $courier = '/etc/fail2ban/filter.d/courier-auth.conf';
my %env = (PROTO => 'TCP', TCPREMOTEIP => '192.0.2.7', TCPREMOTEPORT => 4711);

# what a front logs, as syslog writes it and as it is on standard error
sub lines_of
{
	my ($front, $in, %more) = @_;
	my $w;

	if ($front eq 'imaplogin') {
		$w = login(env => { %env, %more }, no_greeting => 1);
		$w->raw($in);
		1 while sysread $w->{socket}, my $all, 65536;
		$w->wait_child($w->deadline);
	} else {
		$w = pop3login(env => { %env, %more });
		$w->raw($in);
		$w->status;
	}
	return map { ("Nov 28 07:00:00 host $front\[123]: " . s/^\w+: //r,
		"Nov 28 07:00:00 host $front\[123]: $_") }
	    split /\n/, $w->errors;
}

sub finds
{
	my ($filter, $want, $name, @lines) = @_;
	my $log = temp_dir() . '/log';

	for my $line (@lines) {
		spew($log, "$line\n");
		open my $said, '-|', $tool, '-o', '<ip>', $log, $filter or die;
		my $ip = join ' ', map { s/\s+\z//r } <$said>;
		close $said;
		is($ip, $want, "$name: " . substr $line, 21, 60);
	}
	return;
}

my @imap = lines_of('imaplogin', "a LOGIN fred x\r\nb LOGOUT\r\n");
finds($ours, '192.0.2.7', 'ours', @imap[0, 1]);
finds($ours, '', 'no failure', @imap[2, 3]);
finds($courier, '192.0.2.7', 'Courier\'s', $imap[0]) if -e $courier;
my @mapped = lines_of('imaplogin', "a LOGIN fred x\r\nb LOGOUT\r\n",
    SATCHEL_LOG_MAPPED => 1);
like($mapped[0], qr/ip=\[::ffff:192\.0\.2\.7\]/, 'as Courier writes it');
finds($ours, '192.0.2.7', 'mapped', $mapped[0]);
finds($ours, '192.0.2.7', 'hostile',
    (lines_of('imaplogin', "a LOGIN \"x, ip=[192.0.2.66], port=[1]\" x\r\n" .
    "b LOGOUT\r\n"))[0]);
finds($ours, '192.0.2.7', 'no name',
    (lines_of('imaplogin', "a AUTHENTICATE PLAIN AAAA\r\nb LOGOUT\r\n"))[0]);
finds($ours, '2001:db8::7', 'IPv6',
    (lines_of('imaplogin', "a LOGIN fred x\r\nb LOGOUT\r\n",
    TCPREMOTEIP => '2001:db8::7'))[0]);
my @pop = lines_of('pop3login', "USER fred\r\nPASS x\r\n");
finds($ours, '192.0.2.7', 'POP3', @pop[0, 1]);
finds($courier, '192.0.2.7', 'Courier\'s', $pop[0]) if -e $courier;
done_testing();
