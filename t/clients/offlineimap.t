# offlineimap: a synchronization in both directions; the second time there is
# nothing to do.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Wire;

need('offlineimap');
# it cannot take an empty message, nor some of those that are broken
my @files = grep { m{/t/mail/0[0-2]|/corpus/} } corpus();
my $s = Server->start(messages => \@files);
my $dir = temp_dir();
spew("$dir/rc", <<"END");
[general]
accounts = a
metadata = $dir/meta
ui = basic
socktimeout = 30
[Account a]
localrepository = here
remoterepository = there
[Repository here]
type = Maildir
localfolders = $dir/mail
[Repository there]
type = IMAP
remotehost = 127.0.0.1
remoteport = $s->{port}
remoteuser = $s->{user}
remotepass = $s->{password}
ssl = no
starttls = no
auth_mechanisms = LOGIN
maxconnections = 2
END

sub sync
{
	my ($name) = @_;

	local $ENV{HOME} = $dir;
	my ($status, $text) = run(120, find_program('offlineimap'), '-c',
	    "$dir/rc", '-o');
	is($status, 0, "$name: offlineimap succeeds") or
	    diag(substr $text, -3000), diag($s->log);
	unlike($text, qr/^ *(?:ERROR|Exception|Traceback)/m,
	    "$name: without complaint");
	return $text;
}

sub here
{
	my ($folder) = @_;

	return map { glob "$dir/mail/$folder/$_/*" } qw(new cur);
}

my $moves = qr/Copy message|Adding flag|Deleting/;
my $w = $s->session;
my $folder = $w->cmd('NAMESPACE')->last('NAMESPACE')->{personal}[0]{prefix} .
    'Letters';
ok($w->cmd("CREATE $folder")->ok, 'a folder');
ok($w->cmd("APPEND $folder (\\Flagged) ",
    \"Subject: letter\r\n\r\nOne letter.\r\n")->ok, 'a letter in it');
sync('first');
is(scalar here('INBOX'), scalar @files, 'all messages came');
is(scalar here($folder), 1, 'the folder, too');
unlike(sync('second'), $moves, 'the second time nothing');

my ($first, $second) = sort { ($a =~ /U=([0-9]+)/)[0] <=>
    ($b =~ /U=([0-9]+)/)[0] } here('INBOX');
my ($uid1, $uid2) = map { /U=([0-9]+)/ } $first, $second;
(my $flagged = $first) =~ s/:2,/:2,F/;
rename $first, $flagged or die "$first: $!\n";
unlink $second or die "$second: $!\n";
deliver("$dir/mail/INBOX", flags => 'S', base => 'brought.1.here',
    text => "Subject: brought from here\n\nNew.\n");
sync('changes');
unlike(sync('changes, again'), $moves, 'once');
$w->cmd('SELECT INBOX');
is("@{[$w->cmd('UID SEARCH FLAGGED')->numbers]}", $uid1, 'flagged there');
is("@{[$w->cmd(\"UID SEARCH UID $uid2 UNDELETED\")->numbers]}", '',
    'deleted there');
is(scalar @{[$w->cmd('SEARCH SUBJECT "brought from here"')->numbers]}, 1,
    'new there');
$w->cmd('LOGOUT');
$s->stop;
done_testing;
