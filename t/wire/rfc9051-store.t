# STORE, EXPUNGE, UID EXPUNGE, keywords.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
deliver($md, text => "Subject: $_\n\nx\n", flags => '', base => "100000000$_.x")
    for 1 .. 5;
my $w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
$w->script(<<'END');
C: a STORE 1 +FLAGS (\Seen \Answered)
S: * 1 FETCH (FLAGS (\Answered \Seen \Recent))
S: a OK STORE completed.
C: b STORE 1 -FLAGS \Seen
S: * 1 FETCH (FLAGS (\Answered \Recent))
S: b OK STORE completed.
C: c UID STORE 2 FLAGS (\Flagged)
S: * 2 FETCH (UID 2 FLAGS (\Flagged \Recent))
S: c OK STORE completed.
C: d STORE 2:3 +FLAGS.SILENT (\Draft)
S: d OK STORE completed.
C: e STORE 3 +FLAGS (Work $Fwd)
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft Work $Fwd)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft Work $Fwd \*)] Limited
S: * 3 FETCH (FLAGS (\Draft \Recent Work $Fwd))
S: e OK STORE completed.
C: f STORE 3 -FLAGS (work)
S: * 3 FETCH (FLAGS (\Draft \Recent $Fwd))
S: f OK STORE completed.
C: g STORE 3 +FLAGS (\Recent)
S: g BAD Error in IMAP command
C: h STORE 3 +FLAGS (\Nonsense)
S: h BAD Error in IMAP command
C: i STORE 9 +FLAGS (\Seen)
S: i BAD Error in IMAP command
C: j STORE 0 +FLAGS (\Seen)
S: j BAD Error in IMAP command
C: k UID STORE 99 +FLAGS (\Seen)
S: k OK STORE completed.
C: l STORE 3 FLAGS ()
S: * 3 FETCH (FLAGS (\Recent))
S: l OK STORE completed.
C: m STORE 1,3:4 +FLAGS.SILENT (\Deleted)
S: m OK STORE completed.
C: n UID EXPUNGE 3
S: * 3 EXPUNGE
S: n OK EXPUNGE completed.
C: o EXPUNGE
S: * 1 EXPUNGE
S: * 2 EXPUNGE
S: o OK EXPUNGE completed.
C: p UID EXPUNGE 1:*
S: p OK EXPUNGE completed.
C: q EXPUNGE 1
S: q BAD Error in IMAP command
C: r UID EXPUNGE
S: r BAD Error in IMAP command
END
opendir my $dh, "$md/cur" or die;
is join(' ', sort grep { !/^\./ } readdir $dh),
    '1000000002.x:2,DF 1000000005.x:2,', 'what is left';
$w->done;

# A STORE of keywords that finds new messages on its way: a kept pointer into
# the table of messages would be stale (seen in the sanitizer lane).
my $crowd = make_maildir();
deliver($crowd, text => "x\n", flags => '') for 1 .. 3;
$w = Wire->new(maildir => $crowd);
my $other = Wire->new(maildir => $crowd, env => { SATCHEL_INDEX => 0 });
ok $w->cmd('SELECT INBOX')->ok && $other->cmd('SELECT INBOX')->ok, 'SELECT';
deliver($crowd, text => "x\n", flags => '') for 1 .. 300;
ok $other->cmd('STORE 2 +FLAGS (Theirs)')->ok, 'the other changes keywords';
my $reply = $w->cmd('STORE 1 +FLAGS (Ours)');
ok $reply->ok, 'STORE of a keyword';
like $reply->last('EXISTS')->{raw}, qr/^\* 303 /, 'new messages are told';
$other->done;
$w->done;

# unknown letters stay where they are
my $file = deliver($md, text => "x\n", base => '1000000009.x:2,SPabc');
$w = Wire->new(maildir => $md);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
ok $w->cmd('STORE 3 +FLAGS (\Flagged)')->ok, 'STORE';
ok -f "$md/cur/1000000009.x:2,FPSabc", 'P and keyword letters are kept';
$w->done;

# SMAP's keywords can have 8-bit bytes, flags of IMAP cannot: not shown, kept
my $smap = make_maildir();
deliver($smap, text => "x\n", flags => '', base => '1000000001.x');
mkdir "$smap/courierimapkeywords";
spew("$smap/courierimapkeywords/:list",
    "B\xc3\xbcro\nWork\n\n1000000001.x:0 1\n");
$w = Wire->new(maildir => $smap);
like $w->cmd('SELECT INBOX')->raw, qr/^\* FLAGS \(.*\\Draft Work\)\r$/m,
    'FLAGS without it';
$w->script(<<'END');
C: a FETCH 1 FLAGS
S: * 1 FETCH (FLAGS (\Recent Work))
S: a OK FETCH completed.
C: b STORE 1 +FLAGS (More)
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft Work More)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft Work More \*)] Limited
S: * 1 FETCH (FLAGS (\Recent Work More))
S: b OK STORE completed.
END
$w->done;
like slurp("$smap/courierimapkeywords/1000000001.x"), qr/^B\xc3\xbcro$/m,
    'it is still the message\'s';
done_testing;
