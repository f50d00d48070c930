# QRESYNC: RFC 7162 section 3.2.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
deliver($md, text => "Subject: $_\n\nx\n", flags => '',
    base => 1000000000 + $_ . '.x')
    for 1 .. 20;
make_folder($md, 'Work');

# a second session that does what others do
my $other = Wire->new(maildir => $md);
sub other
{
	ok $other->cmd($_)->ok, "another session: $_" for 'NOOP', @_;
}
ok $other->cmd('SELECT INBOX')->ok, 'another session';

# ENABLE, in either order and form, is what makes it legal (3.2.3)
for my $enable ('QRESYNC', 'QRESYNC CONDSTORE', 'CONDSTORE QRESYNC') {
	my $w = Wire->new(maildir => $md);
	is $w->cmd('SELECT INBOX (QRESYNC (1 1))')->status, 'BAD', 'not yet';
	like $w->cmd("ENABLE $enable")->raw, qr/^\* ENABLED .*\bQRESYNC\b/,
	    "ENABLE $enable";
	ok $w->cmd('SELECT INBOX (QRESYNC (1 1))')->ok, 'now it may';
	$w->done;
}

my $w = Wire->new(maildir => $md);
$w->script(<<'END');
C: a ENABLE QRESYNC
S: * ENABLED QRESYNC
S: a OK Options enabled
C: b SELECT INBOX
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] Limited
S: * 20 EXISTS
S: * 0 RECENT
S: * OK [UNSEEN 1] Ok
S: * OK [UIDVALIDITY <uidvalidity>] Ok
S: * OK [UIDNEXT 21] Ok
S: * OK [HIGHESTMODSEQ <n1>] Ok
S: * OK [MAILBOXID (<id>)] Ok
S: b OK [READ-WRITE] Ok
# 3.2.7, 3.2.9: VANISHED, and HIGHESTMODSEQ in the tagged line
C: c STORE 3:5,7 +FLAGS.SILENT (\Deleted)
S: * 3 FETCH (UID 3 MODSEQ (<n2>))
S: * 4 FETCH (UID 4 MODSEQ (<n3>))
S: * 5 FETCH (UID 5 MODSEQ (<n4>))
S: * 7 FETCH (UID 7 MODSEQ (<n5>))
S: c OK STORE completed.
C: d UID EXPUNGE 3:4,7,9
S: * VANISHED 3:4,7
S: d OK [HIGHESTMODSEQ <n6>] EXPUNGE completed.
C: e EXPUNGE
S: * VANISHED 5
S: e OK [HIGHESTMODSEQ <n7>] EXPUNGE completed.
C: f EXPUNGE
S: f OK EXPUNGE completed.
# numbers are what they have become
C: g FETCH 3 (UID)
S: * 3 FETCH (UID 6)
S: g OK FETCH completed.
C: h MOVE 4 INBOX.Work
S: * OK [COPYUID <uidv2> 8 1] Moved
S: * VANISHED 8
S: h OK [HIGHESTMODSEQ <n8>] MOVE completed.
END
my @n = map { $w->var("n$_") } 1 .. 8;
is_deeply \@n, [sort { $a <=> $b } @n], 'mod-sequences rise';

# what others do: NOOP, IDLE, UID FETCH; not FETCH by number (3.2.10.2)
other('STORE 4,5 +FLAGS.SILENT (\Deleted)', 'EXPUNGE');
$w->script(<<'END');
C: a NOOP
S: * VANISHED 9:10
S: a OK [HIGHESTMODSEQ <n10>] NOOP completed.
END
other('STORE 4 +FLAGS.SILENT (\Deleted)', 'EXPUNGE');
my $r = $w->cmd('FETCH 4 (UID BODY.PEEK[])');
is $r->status . ' ' . $r->code, 'NO EXPUNGEISSUED', 'FETCH finds it gone';
is scalar($r->all('VANISHED')), 0, 'and may not tell';
$r = $w->cmd('FETCH 6 (MODSEQ)');
my $known = $r->untagged_code('HIGHESTMODSEQ') // $r->arg;
cmp_ok $known, '>=', $w->var('n10'), 'as long as VANISHED is delayed';
$r = $w->cmd('STORE 6 +FLAGS.SILENT (\Answered)');
my $modseq = $r->fetch(6)->{MODSEQ};
is $r->code, 'HIGHESTMODSEQ', 'HIGHESTMODSEQ is told (3.2, 6)';
cmp_ok $r->arg, '<', $modseq, 'and is lower than that of the change';
cmp_ok $r->arg, '>=', $known, 'and not lower than before';
$r = $w->cmd('UID SEARCH 5');
is $r->status . ' ' . scalar($r->all('VANISHED')), 'OK 0',
    'UID SEARCH with numbers may not tell either';
$r = $w->cmd('UID SEARCH UID 1:*');
is $r->last('VANISHED')->{uids}, '11', 'UID SEARCH may';
is $r->code, 'HIGHESTMODSEQ', 'with HIGHESTMODSEQ';
cmp_ok $r->arg, '>=', $modseq, 'of all that was delayed';
my $idle = $w->start('IDLE');
$w->collect($idle, 'continue');
other('STORE 4 +FLAGS.SILENT (\Deleted)', 'EXPUNGE');
my @idle;
do { push @idle, $w->next } while $idle[-1]{type} ne 'VANISHED';
is $idle[-1]{raw}, "* VANISHED 12\r\n", 'IDLE tells';
$w->raw("DONE\r\n");
$w->collect($idle);
is $idle->code, 'HIGHESTMODSEQ', 'DONE with HIGHESTMODSEQ';

# UID FETCH with VANISHED (3.2.6)
$w->script(<<'END');
C: a UID FETCH 1:* (FLAGS) (CHANGEDSINCE <n8> VANISHED)
S: * VANISHED (EARLIER) 9:12
S: * 4 FETCH (UID 13 MODSEQ (<n20>) FLAGS (\Answered))
S: a OK FETCH completed.
C: b UID FETCH 3:10 (UID) (VANISHED CHANGEDSINCE <n5>)
S: * VANISHED (EARLIER) 3:5,7:10
S: b OK FETCH completed.
C: c UID FETCH 4,6,9:10 (UID) (VANISHED CHANGEDSINCE <n5>)
S: * VANISHED (EARLIER) 4,9:10
S: c OK FETCH completed.
C: d UID FETCH 20:4294967295 (UID) (VANISHED CHANGEDSINCE <n5>)
S: d OK FETCH completed.
# as far as nobody knows: all that is no message, below UIDNEXT
C: e UID FETCH 1:4294967295 (MODSEQ) (CHANGEDSINCE 1 VANISHED)
S: * VANISHED (EARLIER) 3:5,7:12
S: * 1 FETCH (UID 1 MODSEQ (<n1>))
S: * 2 FETCH (UID 2 MODSEQ (<n1>))
S: * 3 FETCH (UID 6 MODSEQ (<n1>))
S: * 4 FETCH (UID 13 MODSEQ (<n20>))
S: * 5 FETCH (UID 14 MODSEQ (<n1>))
S: * 6 FETCH (UID 15 MODSEQ (<n1>))
S: * 7 FETCH (UID 16 MODSEQ (<n1>))
S: * 8 FETCH (UID 17 MODSEQ (<n1>))
S: * 9 FETCH (UID 18 MODSEQ (<n1>))
S: * 10 FETCH (UID 19 MODSEQ (<n1>))
S: * 11 FETCH (UID 20 MODSEQ (<n1>))
S: e OK FETCH completed.
C: f FETCH 1 (UID) (CHANGEDSINCE 1 VANISHED)
S: f BAD <any>
C: g UID FETCH 1 (UID) (VANISHED)
S: g BAD <any>
END

# "*" is the last there was: that may be what is gone
other('STORE * +FLAGS.SILENT (\Deleted)', 'EXPUNGE');
$w->script(<<'END');
C: a UID FETCH 18:* (UID) (CHANGEDSINCE <n20> VANISHED)
S: * VANISHED 20
S: * VANISHED (EARLIER) 20
S: a OK [HIGHESTMODSEQ <n21>] FETCH completed.
# a saved set
C: b UID SEARCH RETURN (SAVE) UID 17:18
S: b OK SEARCH done.
END
other('STORE 7 +FLAGS.SILENT (\Deleted)', 'EXPUNGE',
    'STORE 3 +FLAGS.SILENT (\Seen)');
$w->script(<<'END');
C: a UID FETCH $ (FLAGS) (CHANGEDSINCE <n21> VANISHED)
S: * VANISHED 16
S: * 3 FETCH (UID 6 FLAGS (\Seen) MODSEQ (<n22>))
S: a OK [HIGHESTMODSEQ <n23>] FETCH completed.
# CLOSE tells nothing (3.2.8), SELECT of another tells CLOSED (3.2.11)
C: b STORE 1 +FLAGS.SILENT (\Deleted)
S: * 1 FETCH (UID 1 MODSEQ (<n24>))
S: b OK STORE completed.
C: c CLOSE
S: c OK mailbox closed.
C: d SELECT INBOX.Work (QRESYNC (<uidv2> 1))
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] Limited
S: * 1 EXISTS
S: * 0 RECENT
S: * OK [UNSEEN 1] Ok
S: * OK [UIDVALIDITY <uidv2>] Ok
S: * OK [UIDNEXT 2] Ok
S: * OK [HIGHESTMODSEQ <n30>] Ok
S: * OK [MAILBOXID (<work>)] Ok
S: * 1 FETCH (UID 1 FLAGS () MODSEQ (<n31>))
S: d OK [READ-WRITE] Ok
C: e EXAMINE INBOX (QRESYNC (<uidvalidity> <n24> 1:17))
S: * OK [CLOSED] Previous mailbox closed.
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS ()] No permanent flags permitted
S: * 8 EXISTS
S: * 0 RECENT
S: * OK [UNSEEN 1] Ok
S: * OK [UIDVALIDITY <uidvalidity>] Ok
S: * OK [UIDNEXT 21] Ok
S: * OK [HIGHESTMODSEQ <n32>] Ok
S: * OK [MAILBOXID (<id>)] Ok
S: * VANISHED (EARLIER) 1
S: e OK [READ-ONLY] Ok
END

# SELECT: what answers it, for the mailbox of UIDs 2 6 13 14 15 17 18 19
sub resync
{
	my ($arg, $vanished, $uids, $name) = @_;
	my $reply = $w->cmd("SELECT INBOX (QRESYNC ($arg))");
	my @all = $reply->all;
	my ($at) = grep { ($all[$_]{code} // '') eq 'MAILBOXID' } 0 .. $#all;
	my $got = join ' ', map { $_->{earlier} ? $_->{uids} : 'later' }
	    grep { $_->{type} eq 'VANISHED' } @all[$at + 1 .. $#all];

	$w->cmd('NOOP') if !ok $reply->ok, "$name: OK";
	is $got, $vanished, "$name: VANISHED";
	is join(' ', map { $_->{att}{UID} } $reply->all('FETCH')), $uids,
	    "$name: FETCH";
	return $reply;
}
my $v = $w->var('uidvalidity');
my $all = '2 6 13 14 15 17 18 19';
my $gone = '1,3:5,7:12,16,20';
resync(($v + 1) . ' 1', '', '', 'another UIDVALIDITY');
$r = resync("$v 1", $gone, $all, 'all known UIDs');
is scalar(grep { !exists $_->{att}{FLAGS} || !exists $_->{att}{MODSEQ} }
    $r->all('FETCH')), 0, 'with FLAGS and MODSEQ';
resync("$v 9223372036854775807", $gone, $all, 'more than there is');
resync("$v 0", $gone, $all, 'nothing known');
resync("$v 1 1:4294967295", $gone, $all, 'any UID');
resync("$v 1 4:13,16", '4:5,7:12,16', '6 13', 'some');
resync("$v 1 30:40", '', '', 'none of ours');
resync("$v 1 2,6", '', '2 6', 'none that is gone');
# match data (3.2.5.2): what is known up to there is not told
resync("$v 1 1:20 (1,2,3,4 2,6,13,14)", '16,20', $all, 'four pairs');
resync("$v 1 1:20 (1:4 2,6,13:14)", '16,20', $all, 'in ranges');
resync("$v 1 (1:4 2,6,13:14)", '16,20', $all, 'without known UIDs');
resync("$v 1 1:20 (1,2,3 1,2,6)", $gone, $all, 'no pair is right');
resync("$v 1 1:20 (2,5,6 6,15,16)", '16,20', $all, 'some are');
resync("$v 1 1:20 (2,6 6,16)", '7:12,16,20', $all, 'the first is');
resync("$v 1 1:20 (3:5 13:15)", '16,20', $all, 'a run');
resync("$v 1 1:20 (2:5 5:8)", $gone, $all, 'no run');
resync("$v 1 1:20 (2 7)", $gone, $all, 'a UID that it never had');
resync("$v 1 1:20 (2:5 6:9)", '7:12,16,20', $all, 'its beginning');
resync("$v 1 1:20 (8 19)", '20', $all, 'the last');
resync("$v 1 1:20 (8,9 19,20)", '20', $all, 'and one more');
resync("$v 1 1:4294967295 (1:4294967295 1:4294967295)", $gone, $all,
    'four thousand million pairs');

# nothing happens: nothing is told
$other->cmd('NOOP');
$r = $w->cmd('SELECT INBOX');
my $high = $r->untagged_code('HIGHESTMODSEQ');
$r = $w->cmd("UID FETCH 1:* (FLAGS) (CHANGEDSINCE $high VANISHED)");
is scalar($r->all), 0, 'nothing new';

# compressed sets of any length are understood: 100,000 UIDs in ranges
my $set = join ',', map { 2 * $_ . ($_ % 3 ? '' : ':' . (2 * $_ + 1)) }
    1 .. 30000;
$r = $w->cmd("SELECT INBOX (QRESYNC ($v 1 $set))");
ok $r->ok, 'a line of ' . length($set) . ' octets';
is $r->last('VANISHED')->{uids}, '4,7:8,10,12,16,20', 'and what is asked for';
$set = join ',', map { 2 * $_ } 1 .. 100001;
is $w->cmd("SELECT INBOX (QRESYNC ($v 1 $set))")->status, 'BAD',
    'more ranges than are taken';
$w->done;

# beside IMAP4rev2
$w = Wire->new(maildir => $md);
$w->script(<<'END');
C: a ENABLE IMAP4rev2 QRESYNC
S: * ENABLED IMAP4rev2 QRESYNC
S: a OK Options enabled
C: b SELECT INBOX
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] Limited
S: * 8 EXISTS
S: * OK [UIDVALIDITY <uidvalidity>] Ok
S: * OK [UIDNEXT 21] Ok
S: * OK [HIGHESTMODSEQ <n1>] Ok
S: * OK [MAILBOXID (<id>)] Ok
S: * LIST () "." "INBOX"
S: b OK [READ-WRITE] Ok
C: c STORE 1 +FLAGS (\Flagged)
S: * 1 FETCH (UID 2 FLAGS (\Flagged) MODSEQ (<n2>))
S: c OK STORE completed.
C: d UID SEARCH MODSEQ <n2>
S: * ESEARCH (TAG "d") UID ALL 2 MODSEQ <n2>
S: d OK SEARCH done.
C: e SEARCH NOT MODSEQ 1
S: * ESEARCH (TAG "e")
S: e OK SEARCH done.
C: f STORE 1 +FLAGS.SILENT (\Deleted)
S: * 1 FETCH (UID 2 MODSEQ (<n3>))
S: f OK STORE completed.
C: g EXPUNGE
S: * VANISHED 2
S: g OK [HIGHESTMODSEQ <n4>] EXPUNGE completed.
C: h APPEND INBOX (\Seen) {3+}
C: x
C:
S: * 8 EXISTS
S: h OK [APPENDUID <uidvalidity> 21] APPEND completed.
END
# another code stands in the tagged line: HIGHESTMODSEQ comes before it
other('STORE 1 +FLAGS.SILENT (\Deleted)', 'EXPUNGE');
$w->script(<<'END');
C: a UID STORE 13 (UNCHANGEDSINCE 1) +FLAGS (\Seen)
S: * 2 FETCH (UID 13 FLAGS (\Answered) MODSEQ (<n6>))
S: * VANISHED 6
S: * OK [HIGHESTMODSEQ <n5>] Ok
S: a OK [MODIFIED 13] Conditional STORE failed.
END
$other->done;
$w->done;
done_testing;
