# SAVEDATE: when a message was put into its mailbox (RFC 8514).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use POSIX ();
use Test::More;
use Wire;

my $md = make_maildir();
make_folder($md, 'Work');
my $w = Wire->new(maildir => $md);
like $w->greeting->{raw}, qr/ SAVEDATE /, 'it is announced';
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
my $before = time;
$w->script(<<'END');
C: a APPEND INBOX "17-Jul-1996 02:44:25 -0700" {12+}
C: Subject: 1
C: 
S: * 1 EXISTS
S: * 1 RECENT
S: a OK [APPENDUID <uidv> 1] APPEND completed.
C: b FETCH 1 (INTERNALDATE SAVEDATE)
S: * 1 FETCH (INTERNALDATE "17-Jul-1996 09:44:25 +0000" SAVEDATE "<date1>")
S: b OK FETCH completed.
C: c COPY 1 INBOX
S: * 2 EXISTS
S: * 2 RECENT
S: c OK [COPYUID <uidv> 1 2] COPY completed.
C: d FETCH 2 (SAVEDATE INTERNALDATE)
S: * 2 FETCH (SAVEDATE "<date2>" INTERNALDATE "17-Jul-1996 09:44:25 +0000")
S: d OK FETCH completed.
C: e STORE 1 +FLAGS (\Seen)
S: * 1 FETCH (FLAGS (\Seen \Recent))
S: e OK STORE completed.
# it stays
C: f FETCH 1 SAVEDATE
S: * 1 FETCH (SAVEDATE "<date1>")
S: f OK FETCH completed.
C: g SEARCH SAVEDATESUPPORTED
S: * SEARCH 1 2
S: g OK SEARCH done.
C: h SEARCH NOT SAVEDATESUPPORTED
S: * SEARCH
S: h OK SEARCH done.
C: i SEARCH SAVEDBEFORE 1-Jan-2000
S: * SEARCH
S: i OK SEARCH done.
C: j SEARCH BEFORE 1-Jan-2000 SAVEDSINCE 1-Jan-2000
S: * SEARCH 1 2
S: j OK SEARCH done.
C: k SEARCH SAVEDON 17-Jul-1996
S: * SEARCH
S: k OK SEARCH done.
C: l SEARCH SAVEDON nonsense
S: l BAD <any>
END
my $after = time;
my %day = map { POSIX::strftime('%d-%b-%Y', gmtime $_) => 1 } $before, $after;
ok $day{substr $w->var('date1'), 0, 11}, 'the day is right';
is join(' ', sort { $a <=> $b } map { $w->cmd("SEARCH SAVEDON $_")->numbers }
    keys %day), '1 2', 'SAVEDON finds them';
$w->done;

# nobody knows when what was there came: NIL, and the internal date counts
my $old = make_maildir();
deliver($old, text => "x\n", flags => '', time => 1000000000);
$w = Wire->new(maildir => $old);
ok $w->cmd('SELECT INBOX')->ok, 'SELECT';
$w->script(<<'END');
C: a SEARCH SAVEDON 9-Sep-2001
S: * SEARCH 1
S: a OK SEARCH done.
C: b SEARCH SAVEDBEFORE 9-Sep-2001
S: * SEARCH
S: b OK SEARCH done.
C: c SEARCH SAVEDSINCE 9-Sep-2001
S: * SEARCH 1
S: c OK SEARCH done.
END
is $w->cmd('FETCH 1 SAVEDATE')->fetch(1)->{SAVEDATE}, undef, 'NIL';
$w->done;
done_testing;
