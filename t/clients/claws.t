# claws.t: a graphical client's POP3 account, on a display of its own.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Time::HiRes 'sleep';
use Wire;

need('claws-mail', 'Xvfb');
my @files = plain_corpus();
my $s = Server->start(protocol => 'pop3', messages => \@files);
my $dir = temp_dir();
my $mail = "$dir/Mail";
my @pids;

# Claws asks nothing when these are there.
mkdir "$dir/config";
mkdir $mail;
mkdir "$mail/$_" for qw(inbox sent draft queue trash);
spew("$dir/config/clawsrc", <<'END');
[Common]
receive_dialog_mode=2
no_recv_err_panel=1
newmail_notify_auto=0
check_while_typing=0
show_other_header=0
END
spew("$dir/config/accountrc", <<"END");
[AccountCommon]
config_version=0

[Account: 1]
config_version=0
account_name=test
is_default=1
name=Test
address=test\@example.org
protocol=0
receive_server=127.0.0.1
smtp_server=127.0.0.1
user_id=$s->{user}
password=$s->{password}
inbox=#mh/Mail/inbox
local_inbox=#mh/Mail/inbox
remove_mail=0
message_leave_time=7
get_all_mail=0
receive_at_get_all=1
use_pop3_auth=0
set_popport=1
pop_port=$s->{port}
ssl_pop=0
END
spew("$dir/config/folderlist.xml", <<"END");
<?xml version="1.0" encoding="UTF-8"?>
<folderlist>
 <folder type="mh" name="Mail" path="$mail" sort="0" collapsed="0">
  <folderitem type="inbox" name="inbox" path="inbox" />
  <folderitem type="outbox" name="sent" path="sent" />
  <folderitem type="draft" name="draft" path="draft" />
  <folderitem type="queue" name="queue" path="queue" />
  <folderitem type="trash" name="trash" path="trash" />
 </folder>
</folderlist>
END

sub start_program
{
	my ($log, @argv) = @_;
	my $pid = fork // die "fork: $!\n";

	if ($pid == 0) {
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', $log;
		open STDERR, '>&', \*STDOUT;
		exec { $argv[0] } @argv or POSIX::_exit(127);
	}
	push @pids, $pid;
	return $pid;
}

sub end_programs
{
	for my $pid (reverse @pids) {
		kill 'TERM', $pid;
		for (1 .. 100) {
			last if waitpid($pid, 1) == $pid;
			sleep 0.1;
			kill 'KILL', $pid if $_ == 80;
		}
	}
	@pids = ();
	return;
}

# A display with a number that nobody has: Xvfb tells it.
sub display
{
	my $pid;

	pipe my $in, my $out or die "pipe: $!\n";
	$^F = fileno $out;
	$pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		fcntl $out, 2, 0;
		open STDERR, '>', "$dir/xvfb.log";
		exec { find_program('Xvfb') } 'Xvfb', '-displayfd',
		    fileno $out, '-nolisten', 'tcp', '-screen', '0',
		    '1024x768x24' or POSIX::_exit(127);
	}
	push @pids, $pid;
	close $out;
	chomp(my $n = <$in> // '');
	return $n;
}

END { end_programs() }

sub received
{
	return grep { m{/\d+$} } glob "$mail/inbox/*";
}

my $n = display();
like($n, qr/^\d+$/, 'a display') or do { $s->stop; done_testing; exit };
$ENV{DISPLAY} = ":$n";
@ENV{qw(HOME XDG_RUNTIME_DIR NO_AT_BRIDGE)} = ($dir, $dir, 1);
delete $ENV{DBUS_SESSION_BUS_ADDRESS};
start_program("$dir/log", find_program('claws-mail'),
    '--alternate-config-dir', "$dir/config", '--receive-all');
for (1 .. 600) {
	last if received() >= @files;
	sleep 0.1;
}
is(scalar(received()), scalar @files, 'it fetches all')
    or diag(slurp("$dir/log"), $s->log);
my %want = map { as_sent($_, "\n") => 1 } @files;
my @other = grep { !$want{ slurp($_) =~ s/\r?\n/\n/gr } } received();
is("@other", '', 'as they are');
is(scalar(my @left = glob "$s->{maildir}/cur/*"), scalar @files,
    'and leaves them there');
end_programs();
$s->stop;
done_testing;
