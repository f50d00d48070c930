# CONDSTORE: the examples of RFC 7162 section 3.1, and what stands around them.
# <n1> and its like are mod-sequences: what a name has stood for it must be
# wherever it stands again.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
deliver($md, text => "Subject: $_\n\nx\n", flags => '',
    base => 1000000000 + $_ . '.x')
    for 1 .. 8;
my $w = Wire->new(maildir => $md);
like $w->greeting->{raw}, qr/ CONDSTORE QRESYNC /, 'both are announced';

# example 1; UIDs 1, 3, 5 and 7 are to go, so that numbers are no UIDs
$w->script(<<'END');
C: a SELECT INBOX
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] Limited
S: * 8 EXISTS
S: * 8 RECENT
S: * OK [UNSEEN 1] Ok
S: * OK [UIDVALIDITY <uidvalidity>] Ok
S: * OK [UIDNEXT 9] Ok
S: * OK [HIGHESTMODSEQ <n1>] Ok
S: * OK [MAILBOXID (<id>)] Ok
S: a OK [READ-WRITE] Ok
# nobody has asked for mod-sequences yet
C: b STORE 1,3,5,7 +FLAGS (\Deleted)
S: * 1 FETCH (FLAGS (\Deleted \Recent))
S: * 3 FETCH (FLAGS (\Deleted \Recent))
S: * 5 FETCH (FLAGS (\Deleted \Recent))
S: * 7 FETCH (FLAGS (\Deleted \Recent))
S: b OK STORE completed.
C: c EXPUNGE
S: * 1 EXPUNGE
S: * 2 EXPUNGE
S: * 3 EXPUNGE
S: * 4 EXPUNGE
S: c OK EXPUNGE completed.
END
my $v = Wire->new(maildir => $md);

# the first command that enables it tells HIGHESTMODSEQ (example 5), by UID
# (3), with a number (4), of a set that names a message twice
my $far = '9223372036854775807';
$w->script(<<"END");
C: c101 STORE 1 (UNCHANGEDSINCE $far) -FLAGS.SILENT (\\Deleted)
S: * OK [HIGHESTMODSEQ <n2>] Ok
S: * 1 FETCH (UID 2 MODSEQ (<n3>))
S: c101 OK STORE completed.
C: a103 UID STORE 6,4,8 (UNCHANGEDSINCE <n2>) +FLAGS.SILENT (\\Deleted)
S: * 2 FETCH (UID 4 MODSEQ (<n4>))
S: * 3 FETCH (UID 6 MODSEQ (<n5>))
S: * 4 FETCH (UID 8 MODSEQ (<n6>))
S: a103 OK STORE completed.
C: a104 STORE * (UNCHANGEDSINCE <n6>) +FLAGS.SILENT (\\Seen)
S: * 4 FETCH (UID 8 MODSEQ (<n7>))
S: a104 OK STORE completed.
C: e105 STORE 3,2:3 (UNCHANGEDSINCE <n5>) -FLAGS.SILENT (\\Deleted)
S: * 2 FETCH (UID 4 MODSEQ (<n8>))
S: * 3 FETCH (UID 6 MODSEQ (<n9>))
S: e105 OK STORE completed.
# example 6, as its second half has it; the ranges of MODIFIED
C: d105 STORE 4,2,1 (UNCHANGEDSINCE <n3>) +FLAGS.SILENT (\\Answered)
S: * 1 FETCH (UID 2 MODSEQ (<n10>))
S: * 2 FETCH (UID 4 FLAGS (\\Recent) MODSEQ (<n8>))
S: * 4 FETCH (UID 8 FLAGS (\\Deleted \\Seen \\Recent) MODSEQ (<n7>))
S: d105 OK [MODIFIED 2,4] Conditional STORE failed.
C: d106 UID STORE 1:* (UNCHANGEDSINCE 1) FLAGS (\\Answered)
S: * 1 FETCH (UID 2 FLAGS (\\Answered \\Recent) MODSEQ (<n10>))
S: * 2 FETCH (UID 4 FLAGS (\\Recent) MODSEQ (<n8>))
S: * 3 FETCH (UID 6 FLAGS (\\Recent) MODSEQ (<n9>))
S: * 4 FETCH (UID 8 FLAGS (\\Deleted \\Seen \\Recent) MODSEQ (<n7>))
S: d106 OK [MODIFIED 2,4,6,8] Conditional STORE failed.
# examples 7 and 8: 0 fails
C: a102 STORE 3 (UNCHANGEDSINCE 0) +FLAGS.SILENT (\$MDNSent)
S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \$MDNSent)
S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \$MDNSent \\*)] Limited
S: * 3 FETCH (UID 6 FLAGS (\\Recent) MODSEQ (<n9>))
S: a102 OK [MODIFIED 3] Conditional STORE failed.
# not silent; nothing that changes: the mod-sequence stays (section 3.1.11)
C: f STORE 3 (UNCHANGEDSINCE <n9>) +FLAGS (\\Flagged)
S: * 3 FETCH (UID 6 FLAGS (\\Flagged \\Recent) MODSEQ (<n11>))
S: f OK STORE completed.
C: g STORE 3 (UNCHANGEDSINCE <n11>) +FLAGS.SILENT (\\Flagged)
S: * 3 FETCH (UID 6 MODSEQ (<n11>))
S: g OK STORE completed.
# without a condition a silent change is told by its mod-sequence alone
# (example 14), and no change not at all
C: h STORE 3 +FLAGS.SILENT (\\Seen)
S: * 3 FETCH (UID 6 MODSEQ (<n12>))
S: h OK STORE completed.
C: i STORE 3 +FLAGS.SILENT (\\Seen)
S: i OK STORE completed.
C: j STORE 3 -FLAGS (\\Seen)
S: * 3 FETCH (UID 6 FLAGS (\\Flagged \\Recent) MODSEQ (<n13>))
S: j OK STORE completed.
END
cmp_ok $w->var('n1'), '<', $w->var('n2'), 'HIGHESTMODSEQ rises';
my @n = map { $w->var("n$_") } 3 .. 13;
is_deeply \@n, [sort { $a <=> $b } @n], 'and with it what follows';

# the grammar and its bounds
for my $bad ('STORE 1 (UNCHANGEDSINCE 9223372036854775808) FLAGS ()',
    'STORE 1 (UNCHANGEDSINCE -1) FLAGS ()', 'STORE 1 (UNCHANGEDSINCE) FLAGS ()',
    'STORE 1 () FLAGS ()', 'STORE 1 (OTHER 1) FLAGS ()',
    'STORE 1 (UNCHANGEDSINCE 1 UNCHANGEDSINCE 2) FLAGS ()',
    'STORE 1 (UNCHANGEDSINCE 1)FLAGS ()', 'STORE 1 FLAGS () (UNCHANGEDSINCE 1)',
    'STORE 9 (UNCHANGEDSINCE 1) FLAGS ()', 'FETCH 1 FLAGS (CHANGEDSINCE)',
    'FETCH 1 FLAGS (CHANGEDSINCE 9223372036854775808)',
    'FETCH 1 FLAGS (CHANGEDSINCE 18446744073709551616)',
    'FETCH 1 FLAGS (CHANGEDSINCE 1', 'FETCH 1 FLAGS ()',
    'FETCH 1 FLAGS (CHANGEDSINCE 1 CHANGEDSINCE 1)',
    'SEARCH MODSEQ 9223372036854775808', 'SEARCH MODSEQ',
    'SELECT INBOX (FOO)', 'SELECT INBOX ()', 'SELECT INBOX (CONDSTORE',
    # VANISHED is QRESYNC's (3.2.6)
    'UID FETCH 1 FLAGS (CHANGEDSINCE 1 VANISHED)',
    'SELECT INBOX (QRESYNC (1 1))') {
	is $w->cmd($bad)->status, 'BAD', "BAD: $bad";
	$w->cmd('NOOP'); # ten in a row would end it
}

# what another session changes: examples 9, 10 and 14
my $r = $v->cmd('EXAMINE INBOX');
ok $r->untagged_code('HIGHESTMODSEQ') >= $w->var('n13'), 'told by EXAMINE';
ok $v->cmd('SELECT INBOX (CONDSTORE)')->ok, 'the other session';
$w->script(<<'END');
C: a STORE 2 +FLAGS.SILENT (\Deleted)
S: * 2 FETCH (UID 4 MODSEQ (<n14>))
S: a OK STORE completed.
END
$r = $v->cmd('NOOP');
my $now = $r->fetch(2);
ok $r->ok && exists $now->{MODSEQ}, 'NOOP tells it with MODSEQ';
is "@{$now->{FLAGS}}", '\Deleted', 'and the flags';
is $now->{UID}, 4, 'and UID (3.2.4)';
my $old = $now->{MODSEQ} - 1;
$r = $v->cmd("STORE 1:4 (UNCHANGEDSINCE $old) +FLAGS.SILENT (\$Processed)");
is $r->code, 'MODIFIED', 'STORE finds the one that changed';
is $r->arg, '2', 'and no other';
is join(' ', map { exists $r->fetch($_)->{FLAGS} ? 1 : 0 } 1 .. 4), '0 1 0 0',
    'its flags are sent, not those of the others';
$r = $v->cmd("STORE 2 (UNCHANGEDSINCE $now->{MODSEQ}) +FLAGS.SILENT (\$Processed)");
is $r->code, '', 'and again with what is known now';

# a change that nobody has told of yet is found by the STORE itself
my $since = $v->cmd('FETCH 1 (MODSEQ)')->fetch(1)->{MODSEQ};
$w->cmd('NOOP');
$w->cmd('STORE 1 +FLAGS.SILENT ($Theirs)');
$r = $v->cmd("STORE 1 (UNCHANGEDSINCE $since) +FLAGS.SILENT (\\Seen)");
is $r->code, 'MODIFIED', 'a keyword that another has set meanwhile';
like $r->raw, qr/^\* 1 FETCH \(UID 2 FLAGS \([^)]*\$Theirs\) MODSEQ/m, 'is told';

# example 11: some of the messages are gone
ok $w->cmd('NOOP')->ok && $w->cmd('UID STORE 6 +FLAGS.SILENT (\Deleted)')->ok &&
    $w->cmd('UID EXPUNGE 6')->ok, 'the first session expunges one';
$r = $v->cmd('STORE 1:4 (UNCHANGEDSINCE 1) +FLAGS (\Seen)');
is $r->status . ' ' . $r->code, 'NO MODIFIED', 'STORE by number says NO';
is $r->arg, '1:2,4', 'and still which have changed';
is scalar(grep { $_->{type} eq 'EXPUNGE' } $r->all), 0, 'no EXPUNGE here';
my $told = $r->untagged_code('HIGHESTMODSEQ');
$r = $v->cmd('NOOP');
is join(' ', map { $_->{n} } $r->all('EXPUNGE')), '3', 'NOOP has it';
is $r->code, 'HIGHESTMODSEQ', 'with the mod-sequence it stands for';
ok defined $told && $told < $r->arg, 'which was told to be lower until then';
$r = $v->cmd('UID STORE 4:8 (UNCHANGEDSINCE 1) +FLAGS (\Seen)');
is $r->status . ' ' . $r->code . ' ' . $r->arg, 'OK MODIFIED 4,8',
    'by UID what is gone is none';

# examples 12 and 13; a modifier adds MODSEQ, and only where it is not asked
$w->cmd('NOOP');
$w->cmd("STORE $_ +FLAGS.SILENT (\$z)") for 1 .. 3;
$w->script(<<'END');
C: a FETCH 1:2 (MODSEQ)
S: * 1 FETCH (MODSEQ (<n20>))
S: * 2 FETCH (MODSEQ (<n21>))
S: a OK FETCH completed.
C: b UID FETCH 1:* (FLAGS) (CHANGEDSINCE <n20>)
S: * 2 FETCH (UID 4 MODSEQ (<n21>) FLAGS (<any>))
S: * 3 FETCH (UID 8 MODSEQ (<n22>) FLAGS (<any>))
S: b OK FETCH completed.
C: c FETCH 1:3 (MODSEQ UID) (CHANGEDSINCE <n21>)
S: * 3 FETCH (MODSEQ (<n22>) UID 8)
S: c OK FETCH completed.
C: d FETCH 1:3 FLAGS (CHANGEDSINCE <n22>)
S: d OK FETCH completed.
C: e UID FETCH 2 FLAGS
S: * 1 FETCH (UID 2 FLAGS (<any>))
S: e OK FETCH completed.
# it knows what was lost here: all may have changed
C: f FETCH 1:3 UID (CHANGEDSINCE 9223372036854775807)
S: * 1 FETCH (MODSEQ (<n20>) UID 2)
S: * 2 FETCH (MODSEQ (<n21>) UID 4)
S: * 3 FETCH (MODSEQ (<n22>) UID 8)
S: f OK FETCH completed.
C: g FETCH 3 UID (CHANGEDSINCE 0)
S: * 3 FETCH (MODSEQ (<n22>) UID 8)
S: g OK FETCH completed.
# what sets \Seen is no mere answer (3.2.4)
C: h STORE 1 -FLAGS (\Seen)
S: * 1 FETCH (UID 2 FLAGS (<any>) MODSEQ (<n23>))
S: h OK STORE completed.
C: i FETCH 1 BODY[HEADER.FIELDS (Subject)]
S: * 1 FETCH (UID 2 MODSEQ (<n24>) FLAGS (<any>) BODY[HEADER.FIELDS (Subject)] {14}
S: Subject: 2
S: 
S: )
S: i OK FETCH completed.
C: j FETCH 1 BODY[HEADER.FIELDS (Subject)]
S: * 1 FETCH (BODY[HEADER.FIELDS (Subject)] {14}
S: Subject: 2
S: 
S: )
S: j OK FETCH completed.
# examples 15, 16 and 19
C: k SEARCH MODSEQ "/flags/\\draft" all <n22>
S: * SEARCH 1 3 (MODSEQ <n24>)
S: k OK SEARCH done.
C: l UID SEARCH MODSEQ <n22>
S: * SEARCH 2 8 (MODSEQ <n24>)
S: l OK SEARCH done.
C: m SEARCH OR NOT MODSEQ 1 LARGER 50000
S: * SEARCH
S: m OK SEARCH done.
C: n SEARCH RETURN (ALL) MODSEQ <n22>
S: * ESEARCH (TAG "n") ALL 1,3 MODSEQ <n24>
S: n OK SEARCH done.
C: o UID SEARCH RETURN (MAX) MODSEQ <n22>
S: * ESEARCH (TAG "o") UID MAX 8 MODSEQ <n22>
S: o OK SEARCH done.
C: p SEARCH RETURN (MIN MAX COUNT) MODSEQ <n22>
S: * ESEARCH (TAG "p") MIN 1 MAX 3 COUNT 2 MODSEQ <n24>
S: p OK SEARCH done.
C: q SEARCH RETURN (COUNT) NOT MODSEQ 1
S: * ESEARCH (TAG "q") COUNT 0
S: q OK SEARCH done.
C: r SEARCH RETURN (SAVE) MODSEQ <n22>
S: r OK SEARCH done.
C: s FETCH $ (UID)
S: * 1 FETCH (UID 2)
S: * 3 FETCH (UID 8)
S: s OK FETCH completed.
# one more than the highest: what has changed since?  Nothing.
C: t SEARCH MODSEQ 9223372036854775807
S: * SEARCH 1 2 3 (MODSEQ <n24>)
S: t OK SEARCH done.
END
$r = $w->cmd('SEARCH MODSEQ ' . ($w->var('n24') + 1));
is "@{$r->last('SEARCH')->{numbers}}", '', 'nothing since the highest';

# example 17, and what it does to a client that has not enabled it
my $x = Wire->new(maildir => $md);
$x->cmd('SELECT INBOX');
$x->script(<<'END');
C: a STATUS INBOX (UIDNEXT MESSAGES HIGHESTMODSEQ)
S: * OK [HIGHESTMODSEQ <n1>] Ok
S: * STATUS "INBOX" (MESSAGES 3 UIDNEXT 9 HIGHESTMODSEQ <n2>)
S: a OK STATUS completed.
C: b STORE 1 +FLAGS (\Flagged)
S: * 1 FETCH (UID 2 FLAGS (<any>) MODSEQ (<n3>))
S: b OK STORE completed.
C: c LIST "" INBOX RETURN (STATUS (HIGHESTMODSEQ))
S: * LIST (<any>) "." "INBOX"
S: * STATUS "INBOX" (HIGHESTMODSEQ <n4>)
S: c OK LIST completed.
END
cmp_ok $x->var('n2'), '>=', $x->var('n1'), 'STATUS is not behind';
$x->done;

# each of the others enables it, once
for my $enabling ('ENABLE CONDSTORE', 'FETCH 1 (MODSEQ)', 'SEARCH MODSEQ 1',
    'FETCH 1 (UID) (CHANGEDSINCE 1)',
    'STORE 1 (UNCHANGEDSINCE 1) +FLAGS ($x)') {
	my $y = Wire->new(maildir => $md);
	$y->cmd('SELECT INBOX');
	my $first = $y->cmd($enabling);
	is scalar(grep { ($_->{code} // '') eq 'HIGHESTMODSEQ' } $first->all),
	    1, "$enabling tells HIGHESTMODSEQ";
	like $y->cmd('STORE 2 +FLAGS ($y)')->raw, qr/ MODSEQ /,
	    'and the next FETCH has MODSEQ';
	$y->cmd('STORE 2 -FLAGS ($y)');
	is scalar(grep { ($_->{code} // '') eq 'HIGHESTMODSEQ' }
	    $y->cmd($enabling)->all), 0, 'told once';
	$y->done;
}

# IDLE
my $i = Wire->new(maildir => $md);
$i->cmd('SELECT INBOX (CONDSTORE)');
my $idle = $i->start('IDLE');
$i->collect($idle, 'continue');
$w->cmd('STORE 3 -FLAGS.SILENT (\Seen)');
$now = $i->next;
is "$now->{type} $now->{n}", 'FETCH 3', 'IDLE tells it';
ok exists $now->{att}{MODSEQ} && exists $now->{att}{UID}, 'with MODSEQ, UID';
$i->raw("DONE\r\n");
$i->collect($idle);
$i->done;
$v->done;
$w->done;
done_testing;
