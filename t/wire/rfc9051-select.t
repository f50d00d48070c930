# SELECT, EXAMINE, UNSELECT, CLOSE: what is said, in which mode.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
deliver($md, text => "Subject: one\n\nx\n", flags => 'S');
deliver($md, text => "Subject: two\n\nx\n", flags => '');
make_folder($md, 'Work');
my $w = Wire->new(maildir => $md);
like $w->greeting->{text} // '', qr/ready/, 'the greeting';
$w->script(<<'END');
C: a SELECT INBOX
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] Limited
S: * 2 EXISTS
S: * 2 RECENT
S: * OK [UNSEEN 2] Ok
S: * OK [UIDVALIDITY <uidvalidity>] Ok
S: * OK [UIDNEXT 3] Ok
S: * OK [HIGHESTMODSEQ <any>] Ok
S: * OK [MAILBOXID (<inbox>)] Ok
S: a OK [READ-WRITE] Ok
C: b SELECT INBOX.Work
S: * OK [CLOSED] Previous mailbox closed.
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] Limited
S: * 0 EXISTS
S: * 0 RECENT
S: * OK [UIDVALIDITY <uidvalidity2>] Ok
S: * OK [UIDNEXT 1] Ok
S: * OK [HIGHESTMODSEQ <any>] Ok
S: * OK [MAILBOXID (<work>)] Ok
S: b OK [READ-WRITE] Ok
C: c EXAMINE inbox
S: * OK [CLOSED] Previous mailbox closed.
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS ()] No permanent flags permitted
S: * 2 EXISTS
S: * 0 RECENT
S: * OK [UNSEEN 2] Ok
S: * OK [UIDVALIDITY <uidvalidity>] Ok
S: * OK [UIDNEXT 3] Ok
S: * OK [HIGHESTMODSEQ <any>] Ok
S: * OK [MAILBOXID (<inbox>)] Ok
S: c OK [READ-ONLY] Ok
C: d STORE 1 +FLAGS (\Flagged)
S: d NO [NOPERM] Mailbox is read-only.
C: e EXPUNGE
S: e NO [NOPERM] Mailbox is read-only.
C: f UNSELECT
S: f OK mailbox closed.
C: g FETCH 1 FLAGS
S: g BAD No mailbox selected
C: h SELECT INBOX.none
S: h NO [NONEXISTENT] Mailbox does not exist.
C: i SELECT INBOX
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] Limited
S: * 2 EXISTS
S: * 0 RECENT
S: * OK [UNSEEN 2] Ok
S: * OK [UIDVALIDITY <uidvalidity>] Ok
S: * OK [UIDNEXT 3] Ok
S: * OK [HIGHESTMODSEQ <any>] Ok
S: * OK [MAILBOXID (<inbox>)] Ok
S: i OK [READ-WRITE] Ok
C: j SELECT INBOX.none
S: * OK [CLOSED] Previous mailbox closed.
S: j NO [NONEXISTENT] Mailbox does not exist.
C: k CLOSE
S: k BAD No mailbox selected
C: l SELECT
S: l BAD Error in IMAP command
C: m SELECT INBOX x
S: m BAD Error in IMAP command
C: n SELECT top
S: n NO [NONEXISTENT] Invalid mailbox name.
C: o LOGOUT
S: * BYE satchel server shutting down
S: o OK LOGOUT completed.
END
$w->done;

# IMAP4rev2: no RECENT, no UNSEEN, but a LIST line
$w = Wire->new(maildir => $md);
$w->script(<<'END');
C: a ENABLE IMAP4rev2
S: * ENABLED IMAP4rev2
S: a OK Options enabled
C: b SELECT INBOX
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] Limited
S: * 2 EXISTS
S: * OK [UIDVALIDITY <uidvalidity>] Ok
S: * OK [UIDNEXT 3] Ok
S: * OK [HIGHESTMODSEQ <any>] Ok
S: * OK [MAILBOXID (<inbox>)] Ok
S: * LIST () "." "INBOX"
S: b OK [READ-WRITE] Ok
END
$w->done;

# CLOSE expunges without a word; after EXAMINE it does not.
$w = Wire->new(maildir => $md);
$w->script(<<'END');
C: a STATUS INBOX (MESSAGES)
S: * STATUS "INBOX" (MESSAGES 2)
S: a OK STATUS completed.
END
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
ok $w->cmd('STORE 1 +FLAGS.SILENT (\Deleted)')->ok, 'STORE';
ok $w->cmd('EXAMINE INBOX')->ok, 'EXAMINE';
ok $w->cmd('CLOSE')->ok, 'CLOSE after EXAMINE';
$w->script(<<'END');
C: b STATUS INBOX (MESSAGES DELETED)
S: * STATUS "INBOX" (MESSAGES 2 DELETED 1)
S: b OK STATUS completed.
END
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
$w->script(<<'END');
C: c CLOSE
S: c OK mailbox closed.
C: d STATUS INBOX (MESSAGES UIDNEXT)
S: * STATUS "INBOX" (MESSAGES 1 UIDNEXT 3)
S: d OK STATUS completed.
END
$w->done;
done_testing;
