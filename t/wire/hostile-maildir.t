#!/usr/bin/perl
# What the owner of a Maildir can put in the place of anything in it: links,
# FIFOs, sockets, devices.  No session hangs, shows what is elsewhere, or
# changes it; and swapping them while a chain that root has started logs in
# leads nowhere.  Checklist 30.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use IO::Socket::UNIX;
use Login;
use POSIX ();
use Time::HiRes qw(sleep);
use Wire;

my ($uid, $gid) = account_ids();
# in memory, where nothing waits for a disk
local $ENV{TMPDIR} = '/dev/shm' if -w '/dev/shm';
my $top = temp_dir();
my $home = "$top/home";
my $md = "$home/Maildir";
my $out = "$top/outside";
my $secret = 'a secret of somebody else';

chmod 0755, $top;

sub give
{
	return if $> != 0;
	system('chown', '-hR', "$uid:$gid", @_) == 0 or die;
	return;
}

# What is outside: all of it may be reached by this user's own rights.
sub outside
{
	system('rm', '-rf', $out, $home) == 0 or die;
	mkdir $_ or die "$_: $!" for $out, $home;
	make_maildir("$out/dir");
	spew("$out/file", "$secret\n");
	deliver("$out/dir", text => "Subject: $secret\n\n$secret\n",
	    flags => '', base => '1700000009.x.t');
	return;
}

# Names, sizes, owners and bytes of all that is outside.
sub look
{
	my $seen = '';

	for my $path (sort glob("$out/* $out/dir/* $out/dir/*/*")) {
		my @st = lstat $path;
		$seen .= "$path $st[2] $st[4] $st[7] " .
		    (-f _ ? slurp($path) : '') . "\n";
	}
	return $seen;
}

# A Maildir with a bit of everything.
sub inside
{
	make_maildir($md);
	make_folder($md, 'F');
	deliver($md, text => "Subject: own\n\nown\n", flags => 'S',
	    base => '1700000001.a.t');
	deliver($md, text => "Subject: own\n\nown\n",
	    base => '1700000002.b.t');
	mkdir "$md/courierimapkeywords" or die;
	spew("$md/courierimapkeywords/:list", "red\n\n1700000001.a.t:0\n");
	return;
}

my %put = (
	'a link to a file' => sub { symlink "$out/file", $_[0] },
	'a link to a directory' => sub { symlink "$out/dir", $_[0] },
	'a link to nothing' => sub { symlink "$out/none", $_[0] },
	'a hard link' => sub { link "$out/file", $_[0] },
	'a FIFO' => sub { POSIX::mkfifo($_[0], 0600) },
	'a socket' => sub {
		# a path of 108 bytes has no room for more
		chdir $_[0] =~ s{/[^/]*$}{}r or die;
		my $s = IO::Socket::UNIX->new(Listen => 1,
		    Local => $_[0] =~ s{.*/}{}r);
		chdir '/';
		return defined $s;
	},
	'a directory' => sub { mkdir $_[0] and mkdir "$_[0]/x" },
	'a file' => sub { spew($_[0], "\0\xff garbage\n"); 1 },
	# the device that has no end
	$> == 0 ? ('a device' => sub {
		system('mknod', '-m', 666, $_[0], 'c', 1, 5) == 0 }) : (),
);
my @places = (qw(. cur new tmp .F .F/cur courierimapuiddb
    courierimapkeywords courierimapkeywords/:list
    courierimapkeywords/1700000001.a.t courierimapsubscribed maildirsize
    maildirfolder satchel-folders satchel-status satchel-index satchel-cache
    satchel-list
    courierpop3dsizelist satchel-pop3-login tmp/courier.lock loginexec
    new/1700000004.d.t), 'cur/1700000003.c.t:2,');

my $imap = join '', map { "$_\r\n" } (
    'a SELECT INBOX', 'b FETCH 1:* (UID FLAGS BODY.PEEK[])',
    'c STORE 1 +FLAGS (\Flagged blue)', 'd SUBSCRIBE INBOX.F',
    'e LSUB "" *', 'f LIST "" * RETURN (STATUS (MESSAGES UNSEEN))',
    'g CREATE INBOX.G', "h APPEND INBOX.F {9+}\r\nA: 1\r\n\r\nx",
    'i COPY 1 INBOX.F', 'j RENAME INBOX.F INBOX.H', 'k DELETE INBOX.H',
    'l STATUS INBOX (MESSAGES SIZE)', 'm GETQUOTAROOT INBOX',
    'n STORE 1:* +FLAGS (\Deleted)', 'o EXPUNGE', 'p LOGOUT');
my $pop3 = join '', map { "$_\r\n" } ('STAT', 'LIST', 'UIDL', 'RETR 1',
    'RETR 2', 'RETR 3', 'DELE 1', 'QUIT');
spew("$top/imapd", $imap);
spew("$top/pop3d", $pop3);

# A session; what it says, and how it ended.
sub session
{
	my ($program, $path) = @_;
	my $pid = open(my $said, '-|') // die "fork: $!\n";

	if ($pid == 0) {
		alarm 10;
		open STDIN, '<', "$top/$program" or POSIX::_exit(111);
		open STDERR, '>', '/dev/null';
		%ENV = (PATH => $ENV{PATH}, HOSTNAME => 't',
		    SATCHEL_POP3_LOGIN_DELAY => 1, TCPREMOTEIP => '192.0.2.1',
		    map({ $_ => $ENV{$_} } grep { /^(?:ASAN|UBSAN)_/ }
		    keys %ENV));
		Wire::exec_as_owner($home, program($program), $path);
	}
	my $text = do { local $/; <$said> } // '';
	close $said;
	return ($text, $?);
}

for my $place (@places) {
	for my $what (sort keys %put) {
		# a directory is no lock that anybody can break: a minute of waiting
		next if "$what, $place" eq 'a directory, tmp/courier.lock';
		my @bad;

		for my $program ('imapd', 'pop3d') {
			outside();
			inside();
			my $path = $place eq '.' ? $md : "$md/$place";
			system('rm', '-rf', $path) == 0 or die;
			next if !$put{$what}->($path);
			# a lock that is young is waited for
			system('touch', '-hd', '@1700000000', $path)
			    if $place =~ /lock/;
			give($home, $out);
			my $before = look();
			my ($text, $status) = session($program, $md);

			# what root has called the Maildir may be a link
			my $allowed = $place eq '.' || $what eq 'a hard link' &&
			    $place =~ m{^(?:cur|new)/};
			# 111: there is nothing to serve
			push @bad, "$program ends by $status"
			    if $status != 0 && $status != 111 << 8;
			push @bad, "$program shows it"
			    if !$allowed && $text =~ /\Q$secret/;
			# a line is added to maildirsize where it stands
			push @bad, "$program changes it"
			    if look() ne $before && $place ne '.' &&
			    "$what, $place" ne 'a hard link, maildirsize';
		}
		is(join(', ', @bad), '', "$what in place of $place");
	}
}

# --- swapped while a chain of root's logs in ---------------------------------

SKIP: {
	skip('only root starts such a chain', 7) if $> != 0;
	skip('checkpw-userdb is not built', 7) if !-x program('checkpw-userdb');
	my @chain = (program('checkpw-userdb'), program('imapd'), 'Maildir');

	outside();
	inside();
	system('cp', '-a', $md, "$home/spare") == 0 or die;
	give($home);
	# another user's, whom nobody keeps out
	system('chown', '-R', '12345:12345', $out) == 0 or die;
	system('chmod', '-R', 'a+rwX', $out) == 0 or die;
	my $before = look();
	my $users = userdb("fred\tuid=$uid|gid=$gid|home=$home|" .
	    'systempw={MD5RAW}5ebe2294ecd0e0f08eab7690d2a6ee69');

	my $swapper = fork // die "fork: $!";
	if ($swapper == 0) {
		POSIX::setgid($gid);
		POSIX::setuid($uid);
		chdir $home or POSIX::_exit(1);
		for (1 .. 200_000) {
			rename 'Maildir', 'away';
			symlink "$out/dir", 'Maildir';
			sleep 0.0003;
			rename 'Maildir', 'link';
			POSIX::mkfifo('Maildir', 0600);
			unlink 'Maildir', 'link';
			rename 'away', 'Maildir';
			rename 'Maildir/cur', 'Maildir/was';
			symlink "$out/dir/cur", 'Maildir/cur';
			sleep 0.0003;
			unlink 'Maildir/cur';
			rename 'Maildir/was', 'Maildir/cur';
			sleep 0.0003;
		}
		POSIX::_exit(0);
	}
	my ($ok, $shown, %ends) = (0, 0);
	for (1 .. 60) {
		my $w = login(chain => \@chain, env => { USERDB => $users });
		$w->greeting;
		$w->raw("a LOGIN fred secret\r\n$imap");
		my $text = '';
		while (my $r = $w->next) {
			$text .= $r->{raw};
		}
		$ok++ if $text =~ /^a OK \[CAPABILITY/m;
		$shown++ if $text =~ /^Subject: \Q$secret/m;
		$ends{$w->wait_child($w->deadline)}++;
	}
	kill KILL => $swapper;
	waitpid $swapper, 0;
	cmp_ok($ok, '>', 0, 'some logins find a Maildir');
	is($shown, 0, 'none finds another\'s');
	is(join(' ', sort keys %ends), '0', 'all sessions end as they should');
	my @foreign = grep { !m{^\Q$out} } split /\n/,
	    `find $home ! -uid $uid -o ! -gid $gid`;
	is("@foreign", '', 'nothing is written as root');
	my @new = split /\n/, `find $out -uid 0`;
	is("@new", '', 'not outside either');
	is((stat "$out/file")[7], length "$secret\n", 'the file is as it was');
	like($before, qr/\Q$secret/, 'which is somebody else\'s');
}
done_testing();
