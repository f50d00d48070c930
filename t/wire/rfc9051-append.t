# APPEND, MULTIAPPEND, literals of every kind, APPENDLIMIT.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $md = make_maildir();
make_folder($md, 'Sent');
my $w = Wire->new(maildir => $md, env => { SATCHEL_APPENDLIMIT => 1000 });
$w->script(<<'END');
C: a APPEND INBOX.Sent {5}
S: + OK
C: hello
S: a OK [APPENDUID <uidv> 1] APPEND completed.
C: b APPEND INBOX.Sent (\Seen $Fwd) "05-Jan-2024 10:11:12 +0100" {5+}
C: hello
S: b OK [APPENDUID <uidv> 2] APPEND completed.
C: c APPEND INBOX.none {5}
S: c NO [TRYCREATE] Must create mailbox before append
C: d APPEND INBOX.none {5+}
C: hello
S: d NO [TRYCREATE] Must create mailbox before append
C: e APPEND INBOX.Sent {0}
S: e NO An empty message cancels the command.
C: f APPEND INBOX.Sent {1001}
S: f NO [TOOBIG] Message too large.
C: g APPEND INBOX.Sent {5}
S: + OK
C: hello {3}
S: + OK
C: you (\Flagged) {2+}
C: ok
S: g OK [APPENDUID <uidv> 3:5] APPEND completed.
C: h APPEND INBOX.Sent {5+}
C: hello {0+}
C:
S: h NO An empty message cancels the command.
C: i APPEND INBOX.Sent (\Nonsense) {5+}
C: hello
S: i BAD Error in IMAP command
C: j APPEND INBOX.Sent {5+}
C: hello x
S: j BAD Error in IMAP command
C: k APPEND INBOX.Sent "x" {5+}
C: hello
S: k BAD Error in IMAP command
C: l APPEND INBOX.Sent
S: l BAD Error in IMAP command
C: m APPEND INBOX.Sent "5-Jan-2024 10:11:12 +0100" {5+}
C: hello
S: m BAD Error in IMAP command
C: n APPEND INBOX.Sent " 5-Jan-2024 10:11:12 +0100" {5+}
C: hello
S: n OK [APPENDUID <uidv> 6] APPEND completed.
C: o APPEND {10+}
C: INBOX.Sent {5+}
C: hello
S: o OK [APPENDUID <uidv> 7] APPEND completed.
C: p STATUS INBOX.Sent (MESSAGES UIDNEXT APPENDLIMIT)
S: * STATUS "INBOX.Sent" (MESSAGES 7 UIDNEXT 8 APPENDLIMIT 1000)
S: p OK STATUS completed.
END
ok $w->cmd('SELECT INBOX.Sent')->ok, 'SELECT';
my $r = $w->cmd('FETCH 2 (FLAGS INTERNALDATE)');
is_deeply [sort @{$r->fetch(2)->{FLAGS}}], ['$Fwd', '\Seen'],
    'flags and keyword';
is $r->fetch(2)->{INTERNALDATE}, '05-Jan-2024 09:11:12 +0000', 'date';

# into the selected mailbox: told at once
$w->script(<<'END');
C: q APPEND INBOX.Sent {5}
S: + OK
C: hello
S: * 8 EXISTS
S: * 1 RECENT
S: q OK [APPENDUID <uidv> 8] APPEND completed.
END

# a folder that goes while its message comes (RFC 9051 section 6.3.12)
my $other = Wire->new(maildir => $md);
ok $other->cmd('CREATE INBOX.Gone')->ok, 'made';
$w->{judge}->sent('t2', 'APPEND');
$w->raw("t2 APPEND INBOX.Gone {5}\r\n");
is $w->next->{kind}, 'continue', 'its message is wanted';
ok $other->cmd('DELETE INBOX.Gone')->ok, 'removed';
$other->done;
$w->raw("hello\r\n");
my $gone = $w->next;
is "$gone->{type} $gone->{code}", 'NO TRYCREATE', 'it must be made again';

# what is stored: LF, a final one, NUL as 0x80 but in a literal8
my $nul = "Subject: x\r\n\r\na\0b\rc\r\nlast";
$r = $w->cmd('APPEND INBOX.Sent ', \$nul);
ok $r->ok, 'a NUL';
$w->{judge}->sent('z1', 'APPEND');
$w->raw("z1 APPEND INBOX.Sent ~{" . length($nul) . "+}\r\n$nul\r\n");
my $last;
1 while ($last = $w->next) && $last->{kind} ne 'tagged';
is $last->{type}, 'OK', 'a literal8';
my @stored = grep { /^Subject: x/ } map { slurp($_) } glob "$md/.Sent/cur/*";
is_deeply [sort @stored], [sort "Subject: x\n\na\x80b\rc\nlast\n",
    "Subject: x\n\na\0b\rc\nlast\n"], 'as stored';
$w->done;
like join(' ', map { s{.*/}{}r } glob "$md/.Sent/cur/*"), qr/,S=6:2,S( |$)/,
    'the size in the name';
is join(' ', glob "$md/.Sent/tmp/*"), '', 'nothing is left in tmp';
done_testing;
