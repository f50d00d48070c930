# OBJECTID: MAILBOXID, EMAILID, THREADID (RFC 8474), by its examples.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
deliver($md, text => "Subject: $_\n\nx\n", flags => '',
    base => 1000000000 + $_ . '.x')
    for 1 .. 3;
my $w = Wire->new(maildir => $md);
like $w->greeting->{raw}, qr/ OBJECTID /, 'it is announced';

# section 4
$w->script(<<'END');
C: 3 CREATE INBOX.foo
S: 3 OK [MAILBOXID (<foo>)] mailbox created.
C: 4 CREATE INBOX.bar
S: 4 OK [MAILBOXID (<bar>)] mailbox created.
C: 5 CREATE INBOX.foo
S: 5 NO [ALREADYEXISTS] Mailbox exists already.
C: 6 STATUS INBOX.foo (MAILBOXID)
S: * STATUS "INBOX.foo" (MAILBOXID (<foo>))
S: 6 OK STATUS completed.
C: 7 STATUS INBOX.bar (MAILBOXID)
S: * STATUS "INBOX.bar" (MAILBOXID (<bar>))
S: 7 OK STATUS completed.
C: 8 RENAME INBOX.foo INBOX.renamed
S: 8 OK Folder renamed.
C: 9 STATUS INBOX.renamed (MAILBOXID)
S: * STATUS "INBOX.renamed" (MAILBOXID (<foo>))
S: 9 OK STATUS completed.
C: 10 STATUS INBOX.bar (MAILBOXID MESSAGES)
S: * STATUS "INBOX.bar" (MESSAGES 0 MAILBOXID (<bar>))
S: 10 OK STATUS completed.
C: 11 LIST "" "*" RETURN (STATUS (MAILBOXID))
S: * LIST (\Marked \HasChildren) "." "INBOX"
S: * STATUS "INBOX" (MAILBOXID (<inbox>))
S: * LIST (\HasNoChildren) "." "INBOX.bar"
S: * STATUS "INBOX.bar" (MAILBOXID (<bar>))
S: * LIST (\HasNoChildren) "." "INBOX.renamed"
S: * STATUS "INBOX.renamed" (MAILBOXID (<foo>))
S: 11 OK LIST completed.
C: 12 CREATE INBOX.foo
S: 12 OK [MAILBOXID (<foo2>)] mailbox created.
C: 13 DELETE INBOX.bar
S: 13 OK Folder deleted.
C: 14 CREATE INBOX.bar
S: 14 OK [MAILBOXID (<bar2>)] mailbox created.
END
my %id = map { $_ => $w->var($_) } qw(foo bar inbox foo2 bar2);
is scalar(keys %{{reverse %id}}), 5, 'no two are the same';
like $_, qr/^F[0-9a-z]{24}$/, 'made of few letters' for values %id;
for my $open ('SELECT INBOX', 'EXAMINE INBOX') {
	is_deeply $w->cmd($open)->untagged_code('MAILBOXID'), $id{inbox},
	    "$open has it as well";
}

# section 5
ok $w->cmd('UNSELECT')->ok, 'UNSELECT';
$w->script(<<'END');
C: 5 APPEND INBOX {22+}
C: Subject: Message A
C: 
C: 
S: 5 OK [APPENDUID <uidvalidity> 4] APPEND completed.
END
$w->cmd('SELECT INBOX');
$w->script(<<'END');
C: 26 FETCH 1:* (EMAILID THREADID)
S: * 1 FETCH (EMAILID (<m1>) THREADID NIL)
S: * 2 FETCH (EMAILID (<m2>) THREADID NIL)
S: * 3 FETCH (EMAILID (<m3>) THREADID NIL)
S: * 4 FETCH (EMAILID (<m4>) THREADID NIL)
S: 26 OK FETCH completed.
C: a STORE 1 +FLAGS.SILENT (\Seen)
S: a OK STORE completed.
C: b COPY 1:2,4 INBOX.foo
S: b OK [COPYUID <uidv2> 1:2,4 1:3] COPY completed.
C: 23 MOVE 2 INBOX.bar
S: * OK [COPYUID <uidv3> 2 1] Moved
S: * 2 EXPUNGE
S: 23 OK MOVE completed.
C: c COPY 1 INBOX
S: * 4 EXISTS
S: * <n1> RECENT
S: c OK [COPYUID <uidvalidity> 1 5] COPY completed.
C: 24 FETCH 1:* (EMAILID)
S: * 1 FETCH (EMAILID (<m1>))
S: * 2 FETCH (EMAILID (<m3>))
S: * 3 FETCH (EMAILID (<m4>))
S: * 4 FETCH (EMAILID (<m1>))
S: 24 OK FETCH completed.
# section 6
C: 27 SEARCH EMAILID <m1>
S: * SEARCH 1 4
S: 27 OK SEARCH done.
C: 28 SEARCH THREADID T64b478a75b7ea9
S: * SEARCH
S: 28 OK SEARCH done.
C: 29 SEARCH NOT THREADID T64b478a75b7ea9
S: * SEARCH 1 2 3 4
S: 29 OK SEARCH done.
C: 30 UID SEARCH OR EMAILID <m3> EMAILID <m4>
S: * SEARCH 3 4
S: 30 OK SEARCH done.
C: 31 SEARCH EMAILID M00
S: * SEARCH
S: 31 OK SEARCH done.
C: 32 SEARCH EMAILID (x)
S: 32 BAD <any>
END
my %mail = map { $_ => $w->var($_) } qw(m1 m2 m3 m4);
is scalar(keys %{{reverse %mail}}), 4, 'no two are the same';
is scalar(grep { lc $_ eq $mail{m1} } $mail{m1}), 0, 'case counts';
is scalar($w->cmd('SEARCH EMAILID ' . uc $mail{m1})->numbers), 0, 'in SEARCH';

# copies of copies, and what has moved, in every folder
$w->cmd('SELECT INBOX.foo');
$w->script(<<'END');
C: a FETCH 1:* (EMAILID)
S: * 1 FETCH (EMAILID (<m1>))
S: * 2 FETCH (EMAILID (<m2>))
S: * 3 FETCH (EMAILID (<m4>))
S: a OK FETCH completed.
C: b MOVE 1:3 INBOX.bar
S: * OK [COPYUID <uidv3> 1:3 2:4] Moved
S: * 1 EXPUNGE
S: * 1 EXPUNGE
S: * 1 EXPUNGE
S: b OK MOVE completed.
END
$w->cmd('SELECT INBOX.bar');
$w->script(<<'END');
C: a FETCH 1:* (EMAILID)
S: * 1 FETCH (EMAILID (<m2>))
S: * 2 FETCH (EMAILID (<m1>))
S: * 3 FETCH (EMAILID (<m2>))
S: * 4 FETCH (EMAILID (<m4>))
S: a OK FETCH completed.
END
opendir my $dh, "$md/.bar/cur" or die;
like $_, qr/,S=\d+,E=[0-9a-z]{24}:2,/, 'it stands in the name'
    for grep { !/^\./ } readdir $dh;

# RENAME of the INBOX makes a new mailbox (section 8.2)
ok $w->cmd('RENAME INBOX INBOX.old')->ok, 'RENAME INBOX';
$w->script(<<'END');
C: a STATUS INBOX (MAILBOXID MESSAGES)
S: * STATUS "INBOX" (MESSAGES 0 MAILBOXID (<inbox>))
S: a OK STATUS completed.
C: b STATUS INBOX.old (MAILBOXID)
S: * STATUS "INBOX.old" (MAILBOXID (<old>))
S: b OK STATUS completed.
END
ok !grep({ $_ eq $w->var('old') } values %id), 'another one';
$w->done;

# another process, without any cache, is told the same
unlink glob "$md/satchel-{index,cache,status}";
$w = Wire->new(maildir => $md);
is_deeply $w->cmd('SELECT INBOX.renamed')->untagged_code('MAILBOXID'),
    $id{foo}, 'in the next session';
$w->cmd('SELECT INBOX.bar');
is $w->cmd('FETCH 2 (EMAILID)')->fetch(2)->{EMAILID}, $mail{m1},
    'the message\'s as well';
$w->done;
done_testing;
