#!/usr/bin/perl
# imapd, started by root: whose rights it takes, and where it takes none.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Socket::INET ();
use POSIX ();
use Test::More;
use Wire;

plan skip_all => 'not root' if $> != 0;
my $top = temp_dir();
chmod 0755, $top;

# The first line, the ids of the process that has said it.
sub start
{
	my ($owner, @env) = @_;
	my $maildir = "$top/$owner";

	if ($owner ne 'missing' && !-d $maildir) {
		make_maildir($maildir);
		system('chown', '-R', $owner, $maildir) == 0 or die;
	}
	my $w = Wire->new(command => [program('imapd'), $maildir],
	    env => { @env }, no_greeting => 1);
	my $line = ($w->next // { raw => '' })->{raw};
	my $ids = join ' ', map { /^(?:[UG]id|Groups):\s*(.*)/m ? $1 =~ s/\s+/,/gr
	    : () } split /\n/, slurp("/proc/$w->{pid}/status");
	$w->raw("x LOGOUT\r\n");
	1 while $w->next;
	$w->wait_child($w->deadline);
	return ($line, $ids);
}

my ($line, $ids) = start('65534:65533');
like($line, qr/^\* PREAUTH /, 'by hand');
is($ids, '65534,65534,65534,65534 65533,65533,65533,65533 ',
    'its ids are the owner\'s, for good');
like((start('0:0'))[0], qr/^\* PREAUTH /, 'root has mail, by hand');

# Whoever has logged in could call another's Maildir his own by a link.
my $refused = qr/^\* BYE \[ALERT\] Fatal error: account of root\r/;
my @login = (IMAPLOGINTAG => 'a');
for my $owner ('65534:65533', '0:0', '0:65533', '65534:0', 'missing') {
	like((start($owner, @login))[0], $refused, "a login of $owner");
}
for my $told ([AUTHENTICATED => 'ada'], [SATCHEL_READYFD => 9],
    [TCPREMOTEIP => '192.0.2.1'],
    [PROTO => 'SSL', SSLREMOTEIP => '2001:db8::1'],
    [REMOTE_HOST => '192.0.2.1']) {
	like((start('65534:65533', @$told))[0], $refused, "@$told");
}

# nothing but the socket tells
my $listen = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
    or die "listen: $@";
my $pid = fork // die;
if ($pid == 0) {
	my $c = $listen->accept;
	POSIX::dup2(fileno $c, $_) for 0, 1;
	POSIX::close(2);
	%ENV = ();
	exec program('imapd'), "$top/65534:65533" or POSIX::_exit(127);
}
my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
    PeerPort => $listen->sockport) or die "connect: $@";
like(scalar <$client>, $refused, 'a socket of the network');
waitpid $pid, 0;
done_testing();
