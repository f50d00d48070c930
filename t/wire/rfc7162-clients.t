# CONDSTORE and QRESYNC in the forms in which mail readers use them: a first
# visit, then one after the mailbox has changed.  <uidv>, <uidnext>, <high> and
# <count> are what the visit before has told.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my %client = (
	Thunderbird => [
		['SELECT "INBOX" (CONDSTORE)', 'UID FETCH 1:* (FLAGS)'],
		['SELECT "INBOX" (CONDSTORE)',
		    'UID FETCH 1:* (FLAGS) (CHANGEDSINCE <high>)',
		    'UID FETCH <uidnext>:* (FLAGS)',
		    'UID STORE 4 +FLAGS (\Seen)', 'NOOP'],
	],
	Roundcube => [
		['ENABLE QRESYNC', 'SELECT INBOX',
		    'UID FETCH 1:<count> (UID FLAGS MODSEQ)'],
		['ENABLE QRESYNC', 'SELECT INBOX (QRESYNC (<uidv> <high> 1:<count>))',
		    'UID FETCH 1:<count> (UID FLAGS) (CHANGEDSINCE <high> VANISHED)',
		    'UID SEARCH RETURN (COUNT MIN MAX ALL) ALL UNDELETED'],
	],
	Evolution => [
		['ENABLE CONDSTORE QRESYNC', 'SELECT INBOX',
		    'UID FETCH 1:* (UID FLAGS)'],
		['ENABLE CONDSTORE QRESYNC',
		    'SELECT INBOX (QRESYNC (<uidv> <high> 1:<count> ' .
		    '(1,3,6 1,3,6)))',
		    'UID FETCH <uidnext>:* (RFC822.SIZE RFC822.HEADER FLAGS)',
		    'STATUS INBOX (MESSAGES UNSEEN UIDVALIDITY UIDNEXT ' .
		    'HIGHESTMODSEQ)'],
	],
	Trojita => [
		['ENABLE QRESYNC', 'SELECT INBOX', 'UID SEARCH RETURN (ALL) ALL',
		    'FETCH 1:<count> (FLAGS)'],
		['ENABLE QRESYNC', 'SELECT INBOX (QRESYNC (<uidv> <high> ' .
		    '(1,4,7 1,4,7)))', 'UID SEARCH RETURN (ALL) UID <uidnext>:*',
		    'UID FETCH 4 (FLAGS)'],
	],
	'Apple Mail' => [
		['ENABLE CONDSTORE', 'SELECT INBOX',
		    'FETCH 1:<count> (FLAGS UID)'],
		['ENABLE CONDSTORE', 'SELECT INBOX',
		    'UID FETCH 1:* (FLAGS UID) (CHANGEDSINCE <high>)',
		    'UID SEARCH RETURN (ALL) 1:* UNDELETED',
		    'UID STORE 4 (UNCHANGEDSINCE <high>) +FLAGS.SILENT (\Seen)'],
	],
	JavaMail => [
		['SELECT INBOX (CONDSTORE)', 'FETCH 1:<count> (FLAGS UID MODSEQ)'],
		['ENABLE QRESYNC', 'SELECT INBOX (QRESYNC (<uidv> <high>))',
		    'UID SEARCH MODSEQ <high> UID 1:*', 'NOOP'],
	],
	OfflineIMAP => [
		['SELECT INBOX', 'FETCH 1:* (FLAGS UID)'],
		['STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)',
		    'EXAMINE INBOX (CONDSTORE)',
		    'FETCH 1:* (FLAGS UID) (CHANGEDSINCE <high>)'],
	],
);

# What a client knows in the end, whichever way it was told: UID => flags.
sub learn
{
	my ($is, $reply) = @_;

	for my $r ($reply->all) {
		delete @{$is}{Judge::Lex::numbers($r->{uids})}
		    if $r->{type} eq 'VANISHED';
		next if $r->{type} ne 'FETCH' || !defined $r->{att}{UID} ||
		    !$r->{att}{FLAGS};
		$is->{$r->{att}{UID}} = join ' ', sort grep { $_ ne '\Recent' }
		    @{$r->{att}{FLAGS}};
	}
	return;
}

sub visit
{
	my ($name, $md, $is, $var, @commands) = @_;
	my $w = Wire->new(maildir => $md);

	for my $command (@commands) {
		(my $send = $command) =~ s/<(\w+)>/$var->{$1}/g;
		my $reply = $w->cmd($send);
		ok $reply->ok, "$name: $send" or diag $reply->raw;
		learn($is, $reply);
		my %told = (uidv => 'UIDVALIDITY', uidnext => 'UIDNEXT',
		    high => 'HIGHESTMODSEQ');
		next if $send !~ /^(?:SELECT|EXAMINE)/;
		$var->{next}{$_} = $reply->untagged_code($told{$_})
		    for keys %told;
		$var->{next}{count} = $reply->last('EXISTS')->{n};
		%$var = (%{$var->{next}}, next => $var->{next}) if !$var->{uidv};
	}
	%$var = (%{$var->{next}}, next => $var->{next});
	$w->done;
	return;
}

for my $name (sort keys %client) {
	my $md = make_maildir();
	my (%is, %var);

	deliver($md, text => "Subject: $_\n\nx\n", flags => '',
	    base => 1000000000 + $_ . '.x')
	    for 1 .. 8;
	visit($name, $md, \%is, \%var, @{$client{$name}[0]});
	my $other = Wire->new(maildir => $md);
	ok $other->cmd($_)->ok, "meanwhile: $_" for 'SELECT INBOX',
	    'STORE 2,5 +FLAGS.SILENT (\Deleted)', 'EXPUNGE',
	    'STORE 2 +FLAGS (\Flagged)';
	$other->done;
	deliver($md, text => "new\n", flags => 'S', base => '1000000099.x');
	visit($name, $md, \%is, \%var, @{$client{$name}[1]});
	is $is{3}, '\Flagged', "$name knows what has changed";
	ok !$is{2} && !$is{5}, "$name knows what has gone"
	    if "@{$client{$name}[1]}" =~ /QRESYNC/;
}
done_testing;
