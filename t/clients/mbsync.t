# mbsync: a full synchronization in both directions; the second time there
# is nothing to do.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Wire;

need('mbsync');
# mbsync skips what has no end of the header
my @files = grep { slurp($_) =~ /^\r?$/m && -s } corpus();
my $s = Server->start(messages => \@files);
my $local = temp_dir();
my $rc = "$local/rc";
mkdir "$local/mail" or die;
spew($rc, <<"END");
IMAPAccount there
Host 127.0.0.1
Port $s->{port}
User $s->{user}
Pass $s->{password}
SSLType None
AuthMechs LOGIN
Timeout 60

IMAPStore far
Account there

MaildirStore near
Path $local/mail/
Inbox $local/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
SyncState *
END

# One run; returns the counts that mbsync shows at its end (on a terminal):
# new messages, changes of flags, expunged ones, for both sides.
sub sync
{
	my ($name) = @_;
	my ($status, $text) = on_terminal(120, find_program('mbsync'), '-c',
	    $rc, '-a');
	my @lines = split /[\r\n]+/, $text;
	my ($did) = reverse grep { /^C: / } @lines;
	my @said = grep { !/^C:\ |^\s*$|sent\ in\ the\ clear|
	    recent\ directory|no\ UIDVALIDITY/x } @lines;

	is($status, 0, "$name: mbsync succeeds") or diag($text), diag($s->log);
	is("@said", '', "$name: without complaint");
	$did =~ s{\+([0-9]+)/[0-9]+ \*([0-9]+)/[0-9]+ #([0-9]+)/[0-9]+}{+$1 *$2 #$3}g;
	return $did;
}

my $none = qr/F: \+0 \*0 #0 +N: \+0 \*0 #0/;
my $n = @files;

# a second folder, whatever the names are like here
my $w = $s->session;
my $prefix = $w->cmd('NAMESPACE')->last('NAMESPACE')->{personal}[0]{prefix};
my $folder = "${prefix}Letters";
ok($w->cmd("CREATE $folder")->ok, 'a folder');
ok($w->cmd("APPEND $folder (\\Flagged \$Goat) ",
    \"Subject: letter\r\n\r\nOne letter.\r\n")->ok, 'a letter in it');

like(sync('first'), qr/N: \+@{[$n + 1]} \*0 #0/, 'all comes here');
my @near = map { glob "$local/mail/INBOX/$_/*" } qw(new cur);
is(scalar @near, $n, 'every message is a file');
like(sync('second'), $none, 'the second time nothing');

# the bytes: mbsync writes no CR, and LF at the end
my %want;
for (@files) {
	my $bytes = slurp($_);
	$bytes =~ tr/\r//d;
	$bytes =~ tr/\0/\x80/;
	$bytes =~ s/(?<!\n)\z/\n/;
	$want{$bytes}++;
}
my $other = 0;
for (@near) {
	my $bytes = slurp($_);
	$bytes =~ tr/\r//d;
	$bytes =~ s/^X-TUID: .*\n//m;
	$bytes =~ s/(?<!\n)\z/\n/;
	next if $want{$bytes} && $want{$bytes}--;
	$other++;
	diag("other bytes: $_");
}
is($other, 0, 'and has the bytes it had');

# here: one flagged, one new, one deleted; there: one answered, one deleted
$w->cmd('SELECT INBOX');
my ($first, $second) = grep { /,U=[12]:/ } @near;
(my $flagged = $first) =~ s/:2,/:2,F/;
rename $first, $flagged or die "$first: $!\n";
(my $gone = $second) =~ s/:2,S$/:2,ST/;
rename $second, $gone or die "$second: $!\n";
deliver("$local/mail/INBOX", flags => 'S', base => 'new.1.here',
    text => "Subject: brought from the near side\n\nNew.\n");
$w->cmd('UID STORE 3 +FLAGS (\\Answered)');
$w->cmd('UID STORE 4 +FLAGS (\\Deleted)');
$w->cmd('UID EXPUNGE 4');
like(sync('changes'), qr/F: \+1 \*2 #0 +N: \+0 \*2 #0/,
    'each goes to the other side');
like(sync('changes, again'), $none, 'once');

$w->cmd('NOOP');
my $r = $w->cmd('UID SEARCH FLAGGED');
my ($uid1) = $flagged =~ /,U=([0-9]+):/;
my ($uid2) = $gone =~ /,U=([0-9]+):/;
is("@{[$r->numbers]}", $uid1, 'flagged there');
is("@{[$w->cmd(\"UID SEARCH UID $uid2\")->numbers]}", '', 'deleted there');
$r = $w->cmd('UID SEARCH SUBJECT "brought from the near side"');
is(scalar @{[$r->numbers]}, 1, 'new there');
is(scalar @{[glob "$local/mail/INBOX/cur/*,U=4:*"]}, 0, 'deleted here');
like((glob "$local/mail/INBOX/cur/*,U=3:*")[0] // '', qr/:2,\w*R/,
    'answered here');

# a whole folder that begins here
# the prefix of the namespace is no part of names on this side
make_maildir("$local/mail/Drawings");
deliver("$local/mail/Drawings", flags => 'DS', base => 'drawing.1.h',
    text => "Subject: stairs\n\nA drawing.\n");
sync('a folder');
$r = $w->cmd("STATUS ${prefix}Drawings (MESSAGES UNSEEN)");
ok($r->ok, 'the folder is there') or diag($r->text);
is($r->ok && $r->last('STATUS')->{att}{MESSAGES}, 1, 'with its message');
like(sync('the folder, again'), $none, 'once');
$w->cmd('LOGOUT');
$s->stop;
done_testing;
