# Mutt: what the tests of mutt and of neomutt share.
package Mutt;
use strict;
use warnings;
use Exporter 'import';
use Test::More;
use Server;
use Wire;

our @EXPORT = qw(mutt_test);

my $name;
my $s;
my $rc;

# Starts it in a terminal, feeds it the keys, returns its exit status.
sub keys_of
{
	my ($keys) = @_;
	my ($status, $text) = on_terminal(60, find_program($name), '-n', '-F',
	    $rc, '-e', "push \"$keys\"", '-f', $s->url('INBOX'));

	is($status, 0, "$name does what it is told") or
	    diag(substr $text, -500), diag($s->log);
	return $status;
}

sub flags_of
{
	my ($w, $uid) = @_;
	my $r = $w->cmd("UID FETCH $uid (FLAGS)");
	my ($f) = values %{$r->fetch};

	return join ' ', sort grep { !/Recent/ } @{$f->{FLAGS} // ['none']};
}

# Opens, reads, flags, tags, deletes, copies, quits; opens again.
sub mutt_test
{
	($name) = @_;
	need($name, 'script');
	my @files = corpus();
	$s = Server->start(messages => \@files);
	my $dir = temp_dir();
	$rc = "$dir/rc";
	my $w = $s->session;
	my $r = $w->cmd('NAMESPACE');
	my $folder = $r->last('NAMESPACE')->{personal}[0]{prefix} . 'Kept';
	ok($w->cmd("CREATE $folder")->ok, 'a folder');
	$w->cmd('SELECT INBOX');
	$w->cmd('STORE 1:10 FLAGS.SILENT ()');
	spew($rc, <<"END");
set imap_user="$s->{user}" imap_pass="$s->{password}"
set imap_authenticators="login"
set ssl_starttls=no ssl_force_tls=no
set folder="@{[$s->url]}" spoolfile="@{[$s->url('INBOX')]}"
set record="" postponed="" mbox="" move=no
set delete=yes confirmappend=no confirmcreate=no
set sort=mailbox-order pager_stop=yes wait_key=no beep=no
set header_cache="" message_cachedir="" mail_check=600
set tmpdir="$dir" read_inc=0 write_inc=0 mark_old=no
END
	# 1 is read, 2 flagged, 3 and 5 (tagged) deleted, 4 copied
	keys_of('1<enter><display-message><exit>2<enter><flag-message>' .
	    '3<enter><tag-message>5<enter><tag-message>' .
	    '<tag-prefix><delete-message>' .
	    "4<enter><copy-message>=$folder<enter>" .
	    '<sync-mailbox><quit>');
	$w->cmd('NOOP');
	is(flags_of($w, 1), '\\Seen', 'the first is read');
	is(flags_of($w, 2), '\\Flagged', 'the second flagged');
	is(flags_of($w, 3) . flags_of($w, 5), 'nonenone',
	    'the third and the fifth gone');
	is(flags_of($w, 10), '', 'the tenth as it was');
	$r = $w->cmd("STATUS $folder (MESSAGES)");
	is($r->ok && $r->last('STATUS')->{att}{MESSAGES}, 1, 'one copied');
	if (defined $s->{maildir}) {
		my @left = map { glob "$s->{maildir}/$_/*" } qw(cur new);
		is(scalar @left, @files - 2, 'and so it is on disk');
		is(scalar(grep { /:2,[A-Z]*F/ } @left), 1, 'flag and all');
	}
	# every message is opened once
	my $n = @files - 2;
	$n = 60 if $n > 60;
	keys_of('1<enter>' .
	    '<display-message><exit><next-entry>' x $n . '<quit>');
	$w->cmd('NOOP');
	$r = $w->cmd("SEARCH 1:$n UNSEEN");
	is("@{[$r->numbers]}", '', "$n messages opened");
	$w->cmd('LOGOUT');
	$s->stop;
	done_testing();
	return;
}

1;
