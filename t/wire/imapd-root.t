#!/usr/bin/perl
# imapd, started by root: whose rights it takes, and where it takes none.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
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

my @login = (IMAPLOGINTAG => 'a');
for (['65534:65533'], ['65534:65533', @login]) {
	my ($line, $ids) = start(@$_);

	like($line, @$_ > 1 ? qr/^a OK / : qr/^\* PREAUTH /, "@$_");
	is($ids, '65534,65534,65534,65534 65533,65533,65533,65533 ',
	    'its ids are the owner\'s, for good');
}
like((start('0:0'))[0], qr/^\* PREAUTH /, 'root has mail, by hand');
for my $owner ('0:0', '0:65533', '65534:0', 'missing') {
	like((start($owner, @login))[0],
	    qr/^\* BYE \[ALERT\] Fatal error: account of root\r/,
	    "a login of $owner");
}
done_testing();
