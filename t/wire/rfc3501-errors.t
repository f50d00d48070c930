# What is no command, and limits.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
my $w = Wire->new(maildir => $md);
$w->script(<<'END');
C:
S: * BAD Error in IMAP command
C: a
S: * BAD Error in IMAP command
C: a NONSENSE
S: a BAD Error in IMAP command
C: a+b NOOP
S: * BAD Error in IMAP command
C: a  NOOP
S: a BAD Error in IMAP command
C: a NOOP x
S: a BAD Error in IMAP command
C: a]b NOOP
S: a]b OK NOOP completed.
C: a noop 
S: a OK NOOP completed.
C: a UID NOOP
S: a BAD Error in IMAP command
C: a LOGIN x y
S: a BAD Error in IMAP command
C: a STATUS INBOX ()
S: a BAD Error in IMAP command
C: a STATUS INBOX
S: a BAD Error in IMAP command
C: a STATUS INBOX (NONSENSE)
S: a BAD Error in IMAP command
C: a GETQUOTA nonsense
S: a NO [NONEXISTENT] No such quota root.
C: a GETQUOTAROOT INBOX
S: * QUOTAROOT "INBOX" "ROOT"
S: * QUOTA "ROOT" ()
S: a OK GETQUOTAROOT completed.
C: a ID ("name" "t" "version" NIL)
S: * ID ("name" "satchel")
S: a OK ID completed.
C: a ID NIL
S: * ID ("name" "satchel")
S: a OK ID completed.
C: a ID ("name")
S: a BAD Error in IMAP command
C: a ENABLE NONSENSE
S: * ENABLED
S: a OK Options enabled
C: a ENABLE
S: a BAD Error in IMAP command
C: a SELECT {99999999}
S: a BAD Literal too large
C: a SELECT {18446744073709551616}
S: a BAD Literal too large
END
sub answer
{
	my ($r) = @_;

	return join ' ', $r->status, $r->text;
}
is answer($w->cmd('SELECT ', ['x' x 400000])), 'BAD Literal too large',
    'a literal+ too large is dropped';
is answer($w->cmd('SELECT ' . 'x' x 600000)), 'BAD Command line too long',
    'a line too long is dropped';
is answer($w->cmd('NOOP')), 'OK NOOP completed.', 'and the session goes on';
is answer($w->cmd("SELECT $_")), 'BAD Error in IMAP command', 'stray bytes'
    for "\0", "\"x\ry\"", "\xff", "\"\xff\"";
$w->cmd('NONSENSE') for 1 .. 5;
$w->script(<<'END');
C: a NONSENSE
S: a BAD Error in IMAP command
END
is $w->next->{type}, 'BYE', 'ten in a row are too many';
$w->done;

# pipelining, in one segment
$w = Wire->new(maildir => $md);
$w->raw("a SELECT INBOX\r\nb NOOP\r\nc LOGOUT\r\n");
my @r;
while (defined(my $r = $w->next)) {
	push @r, $r->{tag} if $r->{kind} eq 'tagged';
}
is "@r", 'a b c', 'all answered, in order';
$w->done;
done_testing;
