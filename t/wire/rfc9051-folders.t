# CREATE, DELETE, RENAME, LIST, LSUB, SUBSCRIBE, NAMESPACE.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
my $w = Wire->new(maildir => $md);
$w->script(<<'END');
C: a NAMESPACE
S: * NAMESPACE (("INBOX." ".")) NIL NIL
S: a OK NAMESPACE completed.
C: b LIST "" ""
S: * LIST (\Noselect) "." ""
S: b OK LIST completed.
C: c LIST "INBOX." ""
S: * LIST (\Noselect) "." "INBOX."
S: c OK LIST completed.
C: d LIST "" *
S: * LIST (\Unmarked \HasNoChildren) "." "INBOX"
S: d OK LIST completed.
C: e CREATE INBOX.a.b
S: e OK [MAILBOXID (<any>)] mailbox created.
C: f CREATE INBOX.a.b
S: f NO [ALREADYEXISTS] Mailbox exists already.
C: g CREATE INBOX
S: g NO [ALREADYEXISTS] Mailbox exists already.
C: h CREATE INBOX.later.
S: h OK [MAILBOXID (<any>)] mailbox created.
C: i LIST "" *
S: * LIST (\Unmarked \HasChildren) "." "INBOX"
S: * LIST (\Noselect \HasChildren) "." "INBOX.a"
S: * LIST (\HasNoChildren) "." "INBOX.a.b"
S: * LIST (\HasNoChildren) "." "INBOX.later"
S: i OK LIST completed.
C: j LIST "" INBOX.%
S: * LIST (\Noselect \HasChildren) "." "INBOX.a"
S: * LIST (\HasNoChildren) "." "INBOX.later"
S: j OK LIST completed.
C: k LIST INBOX %
S: * LIST (\Noselect \HasChildren) "." "INBOX.a"
S: * LIST (\HasNoChildren) "." "INBOX.later"
S: k OK LIST completed.
C: l LIST "" inbox
S: * LIST (\Unmarked \HasChildren) "." "INBOX"
S: l OK LIST completed.
C: m DELETE INBOX.a
S: m NO [NONEXISTENT] Mailbox does not exist.
C: n CREATE INBOX.a
S: n OK [MAILBOXID (<any>)] mailbox created.
C: o DELETE INBOX.a
S: o OK Folder deleted.
C: p LIST "" INBOX.a*
S: * LIST (\Noselect \HasChildren) "." "INBOX.a"
S: * LIST (\HasNoChildren) "." "INBOX.a.b"
S: p OK LIST completed.
C: q RENAME INBOX.a INBOX.c
S: q OK Folder renamed.
C: r LIST "" INBOX.*
S: * LIST (\Noselect \HasChildren) "." "INBOX.c"
S: * LIST (\HasNoChildren) "." "INBOX.c.b"
S: * LIST (\HasNoChildren) "." "INBOX.later"
S: r OK LIST completed.
C: s RENAME INBOX.none INBOX.x
S: s NO [NONEXISTENT] Mailbox does not exist.
C: t RENAME INBOX.c.b INBOX.later
S: t NO [ALREADYEXISTS] Mailbox exists already.
C: u DELETE INBOX
S: u NO [NOPERM] Not allowed for this mailbox.
C: v CREATE INBOX.x..y
S: v NO [CANNOT] Invalid mailbox name.
C: w CREATE INBOX.a/b
S: w NO [CANNOT] Invalid mailbox name.
C: x CREATE INBOX..x
S: x NO [CANNOT] Invalid mailbox name.
C: y CREATE "INBOX.&bad"
S: y NO [CANNOT] Invalid mailbox name.
C: z CREATE other
S: z NO [CANNOT] Invalid mailbox name.
C: a1 CREATE "INBOX.Na&AO8-ve"
S: a1 OK [MAILBOXID (<any>)] mailbox created.
C: a2 LIST "" INBOX.N*
S: * LIST (\HasNoChildren) "." "INBOX.Na&AO8-ve"
S: a2 OK LIST completed.
C: a3 CREATE INBOX.~t
S: a3 OK [MAILBOXID (<any>)] mailbox created.
C: a4 CREATE
S: a4 BAD Error in IMAP command
END
ok -d "$md/.Na\xc3\xafve/cur", 'UTF-8 on disk';
ok -d "$md/.~t/cur", '~ is an atom character';
ok -f "$md/.c.b/maildirfolder", 'maildirfolder';

# subscriptions
$w->script(<<'END');
C: b1 SUBSCRIBE INBOX
S: b1 OK Folder subscribed.
C: b2 SUBSCRIBE INBOX.c.b
S: b2 OK Folder subscribed.
C: b3 SUBSCRIBE INBOX.gone.deep
S: b3 OK Folder subscribed.
C: b4 SUBSCRIBE "INBOX.Na&AO8-ve"
S: b4 OK Folder subscribed.
C: b5 LSUB "" *
S: * LSUB (\Unmarked \HasChildren) "." "INBOX"
S: * LSUB (\HasNoChildren) "." "INBOX.Na&AO8-ve"
S: * LSUB (\HasNoChildren) "." "INBOX.c.b"
S: * LSUB (\Noselect \HasNoChildren) "." "INBOX.gone.deep"
S: b5 OK LSUB completed.
C: b6 LSUB "" INBOX.%
S: * LSUB (\HasNoChildren) "." "INBOX.Na&AO8-ve"
S: * LSUB (\Noselect \HasChildren) "." "INBOX.c"
S: * LSUB (\Noselect \HasChildren) "." "INBOX.gone"
S: b6 OK LSUB completed.
C: b7 UNSUBSCRIBE INBOX.gone.deep
S: b7 OK Folder unsubscribed.
C: b8 UNSUBSCRIBE INBOX.gone.deep
S: b8 OK Folder unsubscribed.
END
is slurp("$md/courierimapsubscribed"),
    "INBOX\nINBOX.c.b\nINBOX.Na\xc3\xafve\n", 'the file, as Courier has it';

# LIST-EXTENDED, SPECIAL-USE, LIST-STATUS
$w->script(<<'END');
C: c1 LIST (SUBSCRIBED) "" *
S: * LIST (\Unmarked \HasChildren \Subscribed) "." "INBOX"
S: * LIST (\HasNoChildren \Subscribed) "." "INBOX.Na&AO8-ve"
S: * LIST (\HasNoChildren \Subscribed) "." "INBOX.c.b"
S: c1 OK LIST completed.
C: c2 LIST (SUBSCRIBED RECURSIVEMATCH) "" INBOX.%
S: * LIST (\HasNoChildren \Subscribed) "." "INBOX.Na&AO8-ve"
S: * LIST (\NonExistent \HasChildren) "." "INBOX.c" ("CHILDINFO" ("SUBSCRIBED"))
S: c2 OK LIST completed.
C: c3 LIST "" (INBOX INBOX.later) RETURN (SUBSCRIBED STATUS (MESSAGES))
S: * LIST (\Unmarked \HasChildren \Subscribed) "." "INBOX"
S: * STATUS "INBOX" (MESSAGES 0)
S: * LIST (\HasNoChildren) "." "INBOX.later"
S: * STATUS "INBOX.later" (MESSAGES 0)
S: c3 OK LIST completed.
C: c4 CREATE INBOX.Gesendet (USE (\Sent))
S: c4 OK [MAILBOXID (<any>)] mailbox created.
C: c5 LIST (SPECIAL-USE) "" *
S: * LIST (\HasNoChildren \Sent) "." "INBOX.Gesendet"
S: c5 OK LIST completed.
C: c6 CREATE INBOX.Other (USE (\Sent))
S: c6 NO [USEATTR] Another mailbox has this special use.
C: c7 CREATE INBOX.Other (USE (\Nonsense))
S: c7 NO [USEATTR] Special use not known.
C: c8 CREATE INBOX.Merk (USE (\Memos \Snoozed))
S: c8 OK [MAILBOXID (<any>)] mailbox created.
C: c9 LIST "" INBOX.Merk
S: * LIST (\HasNoChildren \Snoozed \Memos) "." "INBOX.Merk"
S: c9 OK LIST completed.
END
$w->done;

# the same tree without the prefix
$w = Wire->new(maildir => $md, env => { SATCHEL_NAMESPACE => 'none' });
$w->script(<<'END');
C: a NAMESPACE
S: * NAMESPACE (("" ".")) NIL NIL
S: a OK NAMESPACE completed.
C: b LIST "" c*
S: * LIST (\Noselect \HasChildren) "." "c"
S: * LIST (\HasNoChildren) "." "c.b"
S: b OK LIST completed.
C: c LIST "" inbox
S: * LIST (\Unmarked \HasNoChildren) "." "INBOX"
S: c OK LIST completed.
C: d CREATE Top
S: d OK [MAILBOXID (<any>)] mailbox created.
C: e LSUB "" c*
S: * LSUB (\HasNoChildren) "." "c.b"
S: e OK LSUB completed.
END
ok -d "$md/.Top", 'Top is a folder';
ok $w->cmd('ENABLE UTF8=ACCEPT')->ok, 'ENABLE';
$w->script(<<"END");
C: f LIST "" "Na*"
S: * LIST (\\HasNoChildren) "." "Na\xc3\xafve"
S: f OK LIST completed.
C: g STATUS "Na\xc3\xafve" (MESSAGES)
S: * STATUS "Na\xc3\xafve" (MESSAGES 0)
S: g OK STATUS completed.
C: h CREATE "x&y"
S: h OK [MAILBOXID (<any>)] mailbox created.
END
ok -d "$md/.x&y", '& is itself in UTF-8 names';
$w->done;
done_testing;
