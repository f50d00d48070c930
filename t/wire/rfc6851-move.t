# COPY and MOVE.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
make_folder($md, 'Work');
deliver($md, text => "Subject: $_\n\nx\n", flags => 'S',
    base => "100000000$_.x") for 1 .. 5;
my $w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
ok $w->cmd('STORE 2 +FLAGS (Work)')->ok, 'a keyword';
$w->script(<<'END');
C: a COPY 1:2 INBOX.Work
S: a OK [COPYUID <uidv> 1:2 1:2] COPY completed.
C: b UID COPY 9 INBOX.Work
S: b OK COPY completed.
C: c COPY 9 INBOX.Work
S: c BAD Error in IMAP command
C: d COPY 1 INBOX.none
S: d NO [TRYCREATE] Mailbox does not exist.
C: e COPY 1 top
S: e NO [CANNOT] Invalid mailbox name.
C: f MOVE 2,4 INBOX.Work
S: * OK [COPYUID <uidv> 2,4 3:4] Moved
S: * 2 EXPUNGE
S: * 3 EXPUNGE
S: f OK MOVE completed.
C: g UID MOVE 5,7 INBOX.Work
S: * OK [COPYUID <uidv> 5 5] Moved
S: * 3 EXPUNGE
S: g OK MOVE completed.
C: h UID MOVE 77 INBOX.Work
S: h OK MOVE completed.
C: i MOVE 1 INBOX.none
S: i NO [TRYCREATE] Mailbox does not exist.
C: j COPY 1 INBOX
S: * 3 EXISTS
S: * <n> RECENT
S: j OK [COPYUID <uidvi> 1 6] COPY completed.
END
ok $w->cmd('SELECT INBOX.Work')->ok, 'SELECT the other';
my $r = $w->cmd('FETCH 1:* (UID FLAGS)');
is join(' ', map { $r->fetch($_)->{UID} } 1 .. 5), '1 2 3 4 5', 'UIDs';
ok((grep { $_ eq 'Work' } @{$r->fetch($_)->{FLAGS}}), "keyword of $_")
    for 2, 3;
$w->done;
$w = Wire->new(maildir => $md);
ok $w->cmd('EXAMINE INBOX')->ok, 'EXAMINE';
$w->script(<<'END');
C: a MOVE 1 INBOX.Work
S: a NO [NOPERM] Mailbox is read-only.
END
ok $w->cmd('COPY 1 INBOX.Work')->ok, 'COPY out of EXAMINE';
$w->done;
done_testing;
