#!/usr/bin/perl
# The chain below each kind of super-server, for real, on loopback.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Socket::INET;
use Socket;
use POSIX ();
use Test::More;
use Wire;
use Login;

plan skip_all => 'built without gdbm' if !-x program('checkpw-userdb');
my ($uid, $gid) = account_ids();
my $top = temp_dir();
chmod 0755, $top;
mkdir "$top/home";
my $users = userdb("fred\tuid=$uid|gid=$gid|home=$top/home|" .
    'systempw={MD5RAW}5ebe2294ecd0e0f08eab7690d2a6ee69');
my @login = map { program($_) } qw(imaplogin checkpw-userdb);
my @chain = (@login, stub_dir() . '/stub-session');
$ENV{PATH} = stub_dir() . ":/usr/sbin:/sbin:$ENV{PATH}";
my %env = (PATH => $ENV{PATH}, USERDB => $users, SATCHEL_LOGIN_DELAY => 0);
my @pids;

sub have
{
	my ($name) = @_;

	return (grep { -x "$_/$name" } split /:/, $ENV{PATH})[0];
}

sub free_port
{
	return IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
	    ->sockport;
}

# Starts a server in the background; its standard error goes to a file.
sub start
{
	my (@command) = @_;
	my $log = temp_dir() . '/log';
	my $pid = fork // die "fork: $!\n";

	if ($pid == 0) {
		POSIX::setsid();
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', $log;
		%ENV = (%ENV, %env);
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	push @pids, $pid;
	return ($pid, $log);
}

sub stop
{
	my ($pid) = @_;

	kill TERM => $pid;
	waitpid $pid, 0;
	@pids = grep { $_ != $pid } @pids;
	return;
}
END { local $?; stop($_) for @pids; }

# A session through it.  want: variables that the session shall have.
sub session
{
	my ($name, $port, $log, %want) = @_;
	my ($w, $i) = (undef, 0);

	until ($w = eval { Wire->connect($port, no_greeting => 1) }) {
		return fail("$name: $@") if ++$i > 100;
		select undef, undef, undef, 0.05;
	}
	my $local = $w->{socket}->sockport;
	like(eval { $w->greeting->{raw} } // "$@", qr/^\* OK \[CAPABILITY /,
	    "$name: greeting") or return diag slurp($log);
	%want = (TCPREMOTEIP => '127.0.0.1', TCPREMOTEPORT => $local,
	    TCPLOCALIP => '127.0.0.1', TCPLOCALPORT => $port,
	    LISTEN_FDS => '(unset)', USER => 'fred', %want);
	my @keys = sort keys %want;
	exchange($w, "a LOGIN fred wrong\r\n",
	    "a NO [AUTHENTICATIONFAILED] Login failed.\r\n", "$name: refused");
	exchange($w, "b LOGIN fred secret\r\n" .
	    join('', map { "c ENV $_\r\n" } @keys) . "d BYE\r\n",
	    "b OK LOGIN Ok.\r\n" .
	    join('', map { "c OK $_=$want{$_}\r\n" } @keys) . "d OK BYE\r\n",
	    "$name: accepted, all in one write");
	is($w->next, undef, "$name: and closed");
	return $w;
}

# tcpserver and its kin
for (['tcpserver', '-RHl0', '127.0.0.1'], ['s6-tcpserver', '127.0.0.1']) {
	my ($name, @args) = @$_;
	SKIP: {
		skip "no $name", 4 if !have($name);
		my $port = free_port();
		my ($pid, $log) = start(have($name) . "/$name", @args, $port,
		    @chain);

		session($name, $port, $log, PROTO => 'TCP');
		stop($pid);
		like(slurp($log), qr/^INFO: LOGIN FAILED, user=fred, ip=/m,
		    "$name: the log is its standard error");
	}
}

# systemd, with the connection as 0 and 1, and as 3
for my $how ('--inetd', '') {
	my $name = "systemd-socket-activate --accept $how";
	SKIP: {
		skip "no $name", 4 if !have('systemd-socket-activate');
		my $port = free_port();
		my ($pid, $log) = start(have('systemd-socket-activate') .
		    '/systemd-socket-activate', '--accept', $how || (),
		    '-l', "127.0.0.1:$port", map({ ('-E', "$_=$env{$_}") }
		    sort keys %env), @chain);

		session($name, $port, $log);
		stop($pid);
	}
}

# xinetd: descriptor 2 is the client as well, so nothing may be written there
SKIP: {
	skip 'no xinetd', 4 if !have('xinetd');
	my $port = free_port();
	my $user = getpwuid $>;
	my $set = join ' ', map { "$_=$env{$_}" } sort keys %env;

	spew("$top/xinetd.conf", <<"END");
service imap
{
	type = UNLISTED
	port = $port
	bind = 127.0.0.1
	socket_type = stream
	protocol = tcp
	wait = no
	user = $user
	flags = NOLIBWRAP
	server = $chain[0]
	server_args = $chain[1] $chain[2]
	env = $set
	log_type = FILE $top/xinetd.log
}
END
	my ($pid, $log) = start(have('xinetd') . '/xinetd', '-dontfork', '-f',
	    "$top/xinetd.conf", '-pidfile', "$top/xinetd.pid");
	session('xinetd', $port, $log, REMOTE_HOST => '127.0.0.1');
	stop($pid);
}

# inetd: no variables at all, and descriptor 2 is the client
{
	my $listener = IO::Socket::INET->new(Listen => 1,
	    LocalAddr => '127.0.0.1');
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		my $c = $listener->accept;
		POSIX::dup2(fileno $c, $_) for 0 .. 2;
		%ENV = %env;
		exec { $chain[0] } @chain or POSIX::_exit(127);
	}
	push @pids, $pid;
	session('inetd', $listener->sockport, '/dev/null');
	waitpid $pid, 0;
}

# and the log of all of them goes to syslog, in a /dev of the test's own
SKIP: {
	my $dev = "$top/dev";

	skip 'not root', 3 if $> != 0;
	mkdir $dev;
	skip 'no mount namespaces', 3 if system("cp -a /dev/null $dev/ && " .
	    "unshare -m mount --bind $dev /dev 2>/dev/null") != 0;
	socket my $log, AF_UNIX, SOCK_DGRAM, 0 or die;
	bind $log, pack_sockaddr_un("$dev/log") or die;
	chmod 0666, "$dev/log";
	my ($mine, $theirs);
	socketpair $mine, $theirs, AF_UNIX, SOCK_STREAM, 0 or die;
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		POSIX::dup2(fileno $theirs, $_) for 0 .. 2;
		close $mine;
		%ENV = (%env, SATCHEL_LOGIN_DELAY => 0);
		exec 'unshare', '-m', 'sh', '-c', "mount --bind $dev /dev && " .
		    'exec "$@"', 'x', @login, '/nonexistent/session'
		    or POSIX::_exit(127);
	}
	close $theirs;
	syswrite $mine, "a LOGIN x y\r\nb LOGIN fred secret\r\n";
	my $all = '';
	1 while sysread $mine, $all, 4096, length $all;
	waitpid $pid, 0;
	like($all, qr/\A\* OK .*\r\na NO .*\r\nb NO .*\r\n\* BYE .*\r\n\z/,
	    'inetd: nothing but the protocol for the client');
	my $lines = '';
	$log->blocking(0);
	while (defined recv $log, my $line, 4096, 0) {
		$line =~ s/^(<\d+>).{16}/$1/;
		$line =~ s/\[\d+\]/[]/;
		$line =~ s/\n\z//; # musl's syslog()
		$lines .= "$line\n";
	}
	is($lines, "<22>imaplogin[]: LOGIN FAILED, user=x, " .
	    "ip=[127.0.0.1], port=[0]\n" .
	    '<19>checkpw-userdb[]: cannot run /nonexistent/session: ' .
	    "No such file or directory\n" .
	    '<19>imaplogin[]: ' . "$login[1] ended with status 111\n",
	    'and every line of the log in syslog');
	# the socket of syslog must not become the descriptor 3 that is missing
	is(system('unshare', '-m', 'sh', '-c', "mount --bind $dev /dev && " .
	    'SATCHEL_LOG=syslog exec timeout 5 "$@" true 3<&-', 'x',
	    $login[1]) >> 8, 2, 'misused, with syslog');
}

# a program like qmail-popup, which knows checkpassword and nothing else
perl_program('popup', <<'END');
use POSIX ();
$| = 1;
my $banner = "<$$." . time . "\@host>";
print "+OK $banner\r\n";
my ($name, $password);
while (my $line = <STDIN>) {
	$line =~ s/\r?\n$//;
	if ($line =~ /^USER (.*)/i) { $name = $1; print "+OK\r\n" }
	elsif ($line =~ /^PASS (.*)/i) { $password = $1; last }
	else { print "-ERR\r\n" }
}
exit if !defined $password;
$^F = 10;
pipe my $r, my $w or die;
my $pid = fork // die;
if ($pid == 0) {
	close $w;
	POSIX::dup2(fileno $r, 3) if fileno $r != 3;
	exec { $ARGV[0] } @ARGV or exit 1;
}
close $r;
syswrite $w, "$name\0$password\0$banner\0";
close $w;
waitpid $pid, 0;
print "-ERR aack, child crashed\r\n" if $? & 127;
print "-ERR authorization failed\r\n" if $? >> 8;
END
perl_program('popd', <<'END');
print "+OK $ENV{USER} in $ENV{HOME}: @ARGV\r\n";
END
for (["USER fred\r\nPASS secret\r\n",
    "+OK\r\n+OK fred in $top/home: Maildir\r\n"],
    ["USER fred\r\nPASS wrong\r\n", "+OK\r\n-ERR authorization failed\r\n"]) {
	my ($in, $want) = @$_;
	socketpair(my $ours, my $theirs, AF_UNIX, SOCK_STREAM, 0) or die;
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		open STDIN, '<&', $theirs;
		open STDOUT, '>&', $theirs;
		%ENV = %env;
		exec { stub_dir() . '/popup' } 'popup', $login[1], 'popd',
		    'Maildir' or POSIX::_exit(127);
	}
	close $theirs;
	syswrite $ours, $in;
	my $got = '';
	1 while sysread $ours, $got, 4096, length $got;
	waitpid $pid, 0;
	$got =~ s/^\+OK <.*>\r\n//;
	is($got, $want, "qmail-popup's way: " . ($in =~ /PASS (\w+)/)[0]);
}
done_testing();
