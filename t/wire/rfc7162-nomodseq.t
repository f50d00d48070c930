# NOMODSEQ: a tree that cannot be written, with messages that have no UID
# (RFC 7162 section 3.1.2.2).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $top = temp_dir();
my $md = make_maildir("$top/Maildir");
deliver($md, text => "Subject: $_\n\nx\n", flags => '',
    base => 1000000000 + $_ . '.x')
    for 1 .. 2;
my @as = ();
if ($> == 0) {
	# root writes everywhere: be somebody else
	my $no = system 'setpriv --reuid=65534 --regid=65534 --clear-groups ' .
	    'true >/dev/null 2>&1';
	plan skip_all => 'needs setpriv, or not to be root' if $no;
	@as = qw(setpriv --reuid=65534 --regid=65534 --clear-groups);
	chmod 0755, $top;
	chown 65534, 65534, $md, glob("$md/*"), glob "$md/cur/*";
}
chmod 0555, map { "$md$_" } '', qw(/cur /new /tmp);
my $path = program('imapd');
if (@as && system(@as, 'test', '-x', $path) != 0) {
	plan skip_all => "nobody else may run $path";
}
my ($first) = grep { -x "$_/setpriv" } split /:/, $ENV{PATH};
my $w = Wire->new(@as ?
    (command => ["$first/setpriv", @as[1 .. $#as], $path, $md]) :
    (maildir => $md));
$w->script(<<'END');
C: a ENABLE QRESYNC
S: * ENABLED QRESYNC
S: a OK Options enabled
C: b SELECT INBOX (QRESYNC (1 1))
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)
S: * OK [PERMANENTFLAGS ()] No permanent flags permitted
S: * 2 EXISTS
S: * <n9> RECENT
S: * OK [UNSEEN 1] Ok
S: * OK [UIDVALIDITY <uidvalidity>] Ok
S: * OK [UIDNEXT 3] Ok
S: * NO [UIDNOTSTICKY] UIDs cannot be stored
S: * OK [NOMODSEQ] No mod-sequences are kept
S: * OK [MAILBOXID (<id>)] Ok
S: b OK [READ-ONLY] Ok
C: c FETCH 1 (MODSEQ)
S: c BAD This mailbox has no mod-sequences.
C: d FETCH 1 (FLAGS) (CHANGEDSINCE 1)
S: d BAD This mailbox has no mod-sequences.
C: e SEARCH MODSEQ 1
S: e BAD This mailbox has no mod-sequences.
C: f FETCH 1 (UID)
S: * 1 FETCH (UID 1)
S: f OK FETCH completed.
C: g STATUS INBOX (HIGHESTMODSEQ MESSAGES)
S: * STATUS "INBOX" (MESSAGES 2 HIGHESTMODSEQ 0)
S: g OK STATUS completed.
END
# what others do is told without mod-sequences: EXPUNGE, not VANISHED
chmod 0755, "$md/cur";
rename "$md/cur/1000000001.x:2,", "$md/cur/1000000001.x:2,S" or die;
chmod 0555, "$md/cur";
$w->script(<<'END');
C: a NOOP
S: * 1 FETCH (<any>FLAGS (<any>))
S: a OK NOOP completed.
END
chmod 0755, "$md/cur";
unlink "$md/cur/1000000001.x:2,S" or die;
chmod 0555, "$md/cur";
$w->script(<<'END');
C: a NOOP
S: * 1 EXPUNGE
S: a OK NOOP completed.
END
$w->done;
chmod 0755, map { "$md$_" } '', qw(/cur /new /tmp);
done_testing;
