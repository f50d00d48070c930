# neomutt with its header cache, resynchronizing by QRESYNC.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Wire;

need('neomutt', 'script');
my @files = corpus();
my $s = Server->start(messages => [@files[0 .. 19]]);
my $dir = temp_dir();
my $w = $s->session;
my $prefix = $w->cmd('NAMESPACE')->last('NAMESPACE')->{personal}[0]{prefix};
ok $w->cmd("CREATE ${prefix}Kept")->ok, 'a folder';
$w->cmd('SELECT INBOX');
$w->cmd('STORE 1:* FLAGS.SILENT ()');
mkdir "$dir/cache" or die;
spew("$dir/rc", <<"END");
set imap_user="$s->{user}" imap_pass="$s->{password}"
set imap_authenticators="login"
set ssl_starttls=no ssl_force_tls=no
set folder="@{[$s->url]}" spoolfile="@{[$s->url('INBOX')]}"
set record="" postponed="" mbox="" move=no
set delete=yes confirmappend=no confirmcreate=no
set sort=mailbox-order wait_key=no beep=no mark_old=no
set header_cache="$dir/cache" imap_condstore=yes imap_qresync=yes
set tmpdir="$dir" read_inc=0 write_inc=0
END

# Starts it, feeds it the keys; what it said to the server and heard.
my $runs = 0;
sub neomutt
{
	my ($keys) = @_;
	my $log = sprintf '%s/debug%d', $dir, ++$runs;
	my ($status, $text) = on_terminal(60, find_program('neomutt'), '-n',
	    '-F', "$dir/rc", '-d', 3, '-l', $log, '-e', "push \"$keys\"", '-f',
	    $s->url('INBOX'));

	is $status, 0, 'neomutt does what it is told' or
	    diag(substr $text, -500), diag($s->log);
	return -e $log ? slurp($log) : -e "${log}0" ? slurp("${log}0") : '';
}

my $log = neomutt('<quit>');
like $log, qr/ENABLE QRESYNC/, 'it enables QRESYNC';
unlike $log, qr/VANISHED\)/, 'and knows nothing yet';

# meanwhile
ok $w->cmd($_)->ok, $_ for 'STORE 2,5 +FLAGS.SILENT (\Deleted)', 'EXPUNGE',
    'STORE 2,10 +FLAGS.SILENT (\Flagged)', 'STORE 4 +FLAGS.SILENT (\Seen)';
my ($kept, $also) = map { $w->cmd("FETCH $_ (UID)")->fetch($_)->{UID} } 2, 10;
ok $w->cmd('APPEND INBOX (\Flagged) ', ["Subject: new\r\n\r\nx\r\n"])->ok,
    'APPEND';

# what it believes is flagged it copies; what it believes is read it deletes
$log = neomutt('<tag-pattern>~F<enter>' .
    "<tag-prefix><copy-message>=${prefix}Kept<enter>" .
    '<untag-pattern>.<enter><tag-pattern>~R<enter>' .
    '<tag-prefix><delete-message><sync-mailbox><quit>');
like $log, qr/UID FETCH 1:20 \(FLAGS\) \(CHANGEDSINCE [0-9]+ VANISHED\)/,
    'it asks what has changed';
is $w->cmd("STATUS ${prefix}Kept (MESSAGES)")->last('STATUS')->{att}{MESSAGES},
    3, 'it knows the three that are flagged';
$w->cmd('NOOP');
is scalar($w->cmd('SEARCH SEEN')->numbers), 0,
    'and the one that was read, which it deleted';
is join(' ', $w->cmd('UID SEARCH FLAGGED')->numbers), "$kept $also 21",
    'nothing else has changed';
$log = neomutt('<quit>');
like $log, qr/UID FETCH 1:21 \(FLAGS\) \(CHANGEDSINCE [0-9]+ VANISHED\)/,
    'once more';
unlike $log, qr/UID FETCH [^\n]*\(UID FLAGS\)/, 'and that is enough';
$w->cmd('LOGOUT');
$s->stop;
done_testing;
