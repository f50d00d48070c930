# satchel-index: what it prints of an index, and which faults it finds.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
deliver($md, text => "x\n", flags => $_ % 2 ? 'S' : '') for 1 .. 4;

sub run
{
	my $text = join '', `@{[program('satchel-index')]} @_ 2>&1`;

	return ($? >> 8) . "\n$text";
}

is run($md), "1\nfault: there is none\n", 'no index';
like run(), qr/^100\nusage: /, 'no folder';
my $w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
# new was moved to cur: the session looks once more, though nobody asks
for (1 .. 100) {
	last if run($md) =~ /^cur: clean/m;
	select undef, undef, undef, 0.05;
}
like run($md), qr/^0\nuidvalidity [0-9]+\nuidnext 5\n/, 'no fault';
like run($md), qr/^messages 4\nunseen 2\ndeleted 0\n/m, 'the counts';
like run($md), qr/^cur: clean, as it was$/m, 'the stamps';
like run('-v', $md), qr/^4 [0-9]+ \S+:2,$/m, 'the rows';
$w->cmd('STORE 4 +FLAGS (\Flagged)');
# another STORE may come at once: it waits for that, a few milliseconds
for (1 .. 100) {
	last if run('-v', $md) =~ /^4 [0-9]+ \S+:2,F$/m;
	select undef, undef, undef, 0.05;
}
like run('-v', $md), qr/^4 [0-9]+ \S+:2,F$/m, 'and the log';
deliver($md, text => "x\n");
like run($md), qr/^0\n.*^new: [a-z ]+, has changed since$/ms,
    'a delivery is no fault';
$w->done;

sub damage
{
	my ($at, $text) = @_;

	open my $fh, '+<', "$md/satchel-index" or die;
	seek $fh, $at, 0;
	read $fh, my $was, length $text or die;
	seek $fh, $at, 0;
	print $fh $text;
	close $fh;
	return $was;
}

# the history, of 16 bytes each, and the check of the places: then they begin
my $gone = unpack 'L', damage(36, "\0" x 4);
my $places = 8 + 16 * $gone + unpack 'Q', damage(72, "\0" x 8);
damage(36, pack 'L', $gone);
damage(72, pack 'Q', $places - 8 - 16 * $gone);
damage($places, 'odd');
like run($md), qr/^1\n.*^fault: the check of the places is wrong$/ms,
    'damaged places';
damage(4096 + 64, 'garbage');
like run($md), qr/^1\n.*^fault: UID [0-9]+: the row's check is wrong$/ms,
    'a damaged row';
rename "$md/satchel-index", "$md/x" or die;
system 'cp', "$md/x", "$md/satchel-index";
is run($md), "1\nfault: it is not to be believed\n", 'a copy';

done_testing;
