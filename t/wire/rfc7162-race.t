# Of two sessions that change one message on one condition at the same moment
# one wins (RFC 7162 section 3.1.3): a counter kept in flags loses no step.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes 'sleep';
use Wire;

my $md = make_maildir();
deliver($md, text => "x\n", flags => '', base => '1000000001.x');
my @w = map { Wire->new(maildir => $md) } 1 .. 2;
$_->cmd('SELECT INBOX (CONDSTORE)') for @w;

# What both say to the same STORE, each with the mod-sequence it knows.
sub race
{
	my ($change) = @_;
	my @since = map {
		$_->cmd('NOOP');
		$_->cmd('FETCH 1 (MODSEQ)')->fetch(1)->{MODSEQ};
	} @w;
	my @reply = map { $w[$_]->start(
	    "STORE 1 (UNCHANGEDSINCE $since[$_]) $change") } 0, 1;

	$w[$_]->collect($reply[$_]) for 0, 1;
	return join ' ', map { $_->status .
	    ($_->code eq 'MODIFIED' ? ' MODIFIED' : '') } @reply;
}

my %seen;
for my $flag ('\Flagged', '$k') {
	for my $n (1 .. 10) {
		$seen{$flag}{race("+FLAGS ($flag)")}++;
		sleep .04; # what both did is looked at again
		$_->cmd('NOOP') for @w;
		$w[$n % 2]->cmd("STORE 1 -FLAGS.SILENT ($flag)");
		sleep .04;
	}
	my @wrong = grep { !/^(?:OK OK MODIFIED|OK MODIFIED OK)$/ }
	    keys %{$seen{$flag}};
	is "@wrong", '', "$flag: one of them wins";
}
$_->done for @w;
done_testing;
