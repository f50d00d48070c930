# CONDSTORE and QRESYNC beside Dovecot's: the same commands by two sessions of
# each, and what is told of messages, UIDs and flags.  Mod-sequences are
# compared by their presence; <name> keeps one, of each server its own.
# Where they may differ a line says why.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Dovecot;
use Server;
use Wire;

my $dovecot = Dovecot->start;
my $fill = sub {
	my ($maildir) = @_;
	deliver($maildir, text => "Subject: $_\n\nx\n", flags => '',
	    base => 1700000000 + $_ . '.x')
	    for 1 .. 12;
};
my $ours = make_maildir();
$fill->($ours);
my $first = $dovecot->session($fill);
my $second = Wire->connect($dovecot->{port}, timeout => 60);
$second->cmd('LOGIN u1 pass');
my @a = (Wire->new(maildir => $ours), $first);
my @b = (Wire->new(maildir => $ours), $second);
my @vars = ({}, {});

# What a reply says, in words that do not depend on numbers.
sub summary
{
	my ($reply, $vars) = @_;
	my (%flags, @say);

	for my $r ($reply->all) {
		if ($r->{type} eq 'FETCH') {
			my $att = $r->{att};
			my $uid = $att->{UID} // "number $r->{n}";
			my $f = $flags{$uid} //= {};
			$f->{flags} = join ' ', sort grep { $_ ne '\Recent' }
			    @{$att->{FLAGS}} if $att->{FLAGS};
			$f->{modseq} = 'MODSEQ' if $att->{MODSEQ};
		} elsif ($r->{type} eq 'VANISHED') {
			push @say, ($r->{earlier} ? 'EARLIER ' : 'VANISHED ') .
			    join ',', Judge::Lex::numbers($r->{uids});
		} elsif ($r->{type} =~ /^E?SEARCH$/) {
			push @say, "found @{[$reply->numbers]}" .
			    ($r->{modseq} // $r->{data}{MODSEQ} ? ' MODSEQ' : '');
		} elsif ($r->{type} eq 'EXISTS') {
			push @say, "EXISTS $r->{n}";
		}
	}
	my @fetched = map { join ' ', "FETCH $_:", map { $_ // () }
	    @{$flags{$_}}{qw(flags modseq)} } sort keys %flags;
	my $code = $reply->code;
	$code = '' if $code !~ /^(?:MODIFIED|EXPUNGEISSUED|HIGHESTMODSEQ)$/;
	$code .= ' ' . join ',', Judge::Lex::numbers($reply->arg)
	    if $code eq 'MODIFIED';
	return join '; ', $reply->status, $code ne '' ? $code : (), @say,
	    @fetched;
}

# Both do it.  "=n": keep as n the highest mod-sequence of the answer.
sub both
{
	my ($w, $line, $but) = @_;
	my ($command, $keep) = $line =~ /^(.*?)(?: =(\w+))?$/;
	my @said;

	for my $i (0, 1) {
		(my $send = $command) =~ s/<(\w+)>/$vars[$i]{$1}/g;
		my $reply = $w->[$i]->cmd($send);
		$vars[$i]{uidv} //= $reply->untagged_code('UIDVALIDITY');
		my ($high) = sort { $b <=> $a } grep { defined }
		    $reply->untagged_code('HIGHESTMODSEQ'),
		    $reply->code eq 'HIGHESTMODSEQ' ? $reply->arg : undef,
		    map { $_->{att}{MODSEQ} } $reply->all('FETCH');
		$vars[$i]{$keep} = $high if $keep;
		push @said, summary($reply, $vars[$i]);
	}
	return ok(1, "$command: differs, $but") if $but && $said[0] ne $said[1];
	return is($said[0], $said[1], $command);
}

my $flags = 'flags of what fails UNCHANGEDSINCE are told at once (3.1.3)';
both(\@a, $_) for 'ENABLE QRESYNC', 'SELECT INBOX =s0';
both(\@b, $_) for 'SELECT INBOX (CONDSTORE)';
both(\@a, $_) for 'STORE 1:3 +FLAGS.SILENT (\Flagged) =s1',
    'FETCH 1:4 (MODSEQ)', 'STORE 4 +FLAGS (\Seen) =s2',
    'UID FETCH 1:* (FLAGS) (CHANGEDSINCE <s1>)',
    'UID STORE 5:6 (UNCHANGEDSINCE <s2>) +FLAGS.SILENT (\Answered)';
both(\@a, 'UID STORE 4:7 (UNCHANGEDSINCE <s1>) +FLAGS.SILENT ($a)', $flags);
both(\@a, 'STORE 1 (UNCHANGEDSINCE 0) +FLAGS (\Seen)', $flags);
my $uid = 'UID is there once CONDSTORE was enabled (3.2.4)';
both(\@b, $_, $uid) for 'NOOP', 'STORE 8,10 +FLAGS.SILENT (\Deleted)',
    'STORE 9 FLAGS (\Draft)';
both(\@a, $_) for 'NOOP', 'UID SEARCH MODSEQ <s2>',
    'SEARCH RETURN (ALL) MODSEQ <s2>', 'SEARCH MODSEQ "/flags/\\\\draft" all 1',
    'SEARCH NOT MODSEQ 1';
both(\@b, 'EXPUNGE', 'HIGHESTMODSEQ is optional without QRESYNC (3.2.7)');
both(\@a, $_) for 'NOOP', 'UID FETCH 1:* (FLAGS) (CHANGEDSINCE <s2> VANISHED)',
    'UID FETCH 1:9 (UID) (CHANGEDSINCE <s2> VANISHED)',
    'STORE 2 +FLAGS.SILENT (\Deleted)', 'UID EXPUNGE 2 =s3',
    'STORE 1 +FLAGS (\Deleted)', 'EXPUNGE',
    'FETCH 1 (FLAGS) (CHANGEDSINCE 1 VANISHED)',
    'UID FETCH 1 (FLAGS) (VANISHED)', 'STORE 1 (UNCHANGEDSINCE x) FLAGS ()',
    'SELECT INBOX (QRESYNC)', 'SELECT INBOX (OTHER)';
both(\@a, 'UNSELECT', 'what cannot be parsed closes nothing');
both(\@b, 'NOOP', 'HIGHESTMODSEQ is optional without QRESYNC (3.2.7)');
both(\@b, 'STORE 1 +FLAGS.SILENT (\Answered) =s4', $uid);

# what is told of messages that have not changed depends on what lasts
my $memory = 'mod-sequences are not kept between sessions yet';
both(\@a, 'SELECT INBOX (QRESYNC (<uidv> <s3>))', $memory);
both(\@a, 'SELECT INBOX (QRESYNC (<uidv> <s0> 1:12))', $memory);
both(\@a, 'SELECT INBOX (QRESYNC (<uidv> <s0> 5:9))', $memory);
both(\@a, 'SELECT INBOX (QRESYNC (<uidv> <s0> 1:12 (1,2 3,4)))', $memory);
both(\@a, 'SELECT INBOX (QRESYNC (1 <s0> 1:12))');
both(\@a, 'SELECT INBOX (QRESYNC (<uidv> 1 1:12))', $memory);
$_->cmd('LOGOUT') for @a, @b;
done_testing;
