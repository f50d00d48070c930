# Daemons: each server behind its own login, on loopback, on free ports.
#
# Twenty accounts, one password, hashed by $1$ everywhere: a slow hash would
# hide what is measured.  Needs root, as logins do.  A server may be there more
# than once: ours behind tcpserver and with limit, Dovecot with its processes
# for logins kept ("high-performance").
package Daemons;
use strict;
use warnings;
use Exporter 'import';
use IO::Socket::INET;
use POSIX ();
use Servers 'user';
use Time::HiRes 'sleep';

our @EXPORT_OK = qw(start stop memory variants);

my $users = 20;
my $password = 'pass';
my $hash = '$1$bench$' . substr crypt($password, '$1$bench$'), 9;
my $processors = () = glob '/sys/devices/system/cpu/cpu[0-9]*';
my @running;	# also when this ends in the middle
my %how = (dovecot => \&dovecot, courier => \&courier);
my @path = (PATH => '/usr/sbin:/usr/bin:/sbin:/bin', TZ => 'UTC');

my %variants = (
	ours => [['ours'], ['ours-tcp', super => 'tcpserver'],
	    ['ours-lim', limit => 1]],
	dovecot => [['dovecot'], ['dove-hp', keep => 1]],
);

# The servers once more, as the logins are to be measured.
sub variants
{
	return map {
		my $s = $_;
		map {
			my ($name, @more) = @$_;
			+{ %$s, how => $how{$s->{name}} // \&ours, @more,
			    name => $name };
		} @{$variants{$s->{name}} // [[$s->{name}]]};
	} @_;
}

sub free_port
{
	return IO::Socket::INET->new(Listen => 1, LocalPort => 0,
	    LocalAddr => '127.0.0.1')->sockport;
}

# A daemon in the background; its output is in the log.
sub daemon
{
	my ($d, $env, @argv) = @_;
	my $pid = fork // die "fork: $!\n";

	if ($pid == 0) {
		@running = ();
		POSIX::setsid();
		@SIG{qw(INT TERM HUP)} = ('DEFAULT') x 3;
		open STDIN, '<', '/dev/null';
		open STDOUT, '>>', "$d->{dir}/log";
		open STDERR, '>&', \*STDOUT;
		%ENV = (@path, %$env);
		exec @argv or POSIX::_exit(127);
	}
	push @{$d->{pids}}, $pid;
	push @running, $d if @{$d->{pids}} == 1;
	return;
}

sub certificate
{
	my ($dir) = @_;

	if (!-s "$dir/cert.pem") {
		system("openssl req -x509 -newkey rsa:2048 -nodes -days 3650 " .
		    "-subj /CN=localhost -keyout $dir/key.pem " .
		    "-out $dir/crt.pem 2>/dev/null && " .
		    "cat $dir/key.pem $dir/crt.pem >$dir/cert.pem") == 0
		    or die "openssl makes no certificate\n";
		chmod 0600, "$dir/cert.pem", "$dir/key.pem";
	}
	return "$dir/cert.pem";
}

# In front of ours; the same is asked of each.
sub super
{
	my ($s, $port) = @_;

	return ("$s->{where}/listen", '-x', '', '-C', 0, '-N', 0, '-c', 1000,
	    '-l', "127.0.0.1.$port") if !$s->{super};
	my ($tcpserver) = grep { -x } map { "$_/tcpserver" }
	    qw(/usr/bin /usr/local/bin);

	defined $tcpserver or die "no tcpserver\n";
	return ($tcpserver, '-RHDl0', '-b', 512, '-c', 1000, '127.0.0.1', $port);
}

sub ours
{
	my ($s, $d) = @_;
	my ($uid, $gid) = @{user()};
	my $bin = $s->{where};
	my $tool = "$bin/../t/tool/mkuserdb";

	-x $tool or die "no mkuserdb\n";
	$d->{slots} = "/dev/shm/satchel-bench-$s->{name}.$$";
	mkdir $d->{slots}, 0755 or die "$d->{slots}: $!\n";
	mkdir "$d->{dir}/etc";
	open my $db, '|-', $tool, "$d->{dir}/etc" or die "$tool: $!\n";
	print $db "u$_\tuid=$uid|gid=$gid|home=$d->{homes}/u$_|" .
	    "mail=$d->{homes}/u$_/Maildir|systempw=$hash\n" for 1 .. $users;
	close $db or die "$tool failed\n";
	my %env = (USERDB => "$d->{dir}/etc/userdb", IMAP_KEYWORDS => 1,
	    TLS_CERTFILE => $d->{cert}, MAXPERIP => 0);
	# in memory, as /run is; its directory for talkers as well
	$env{SATCHEL_SLOTS} = "$d->{slots}";
	$env{SATCHEL_PER_IP} = 0;
	if ($s->{limit}) {
		@env{qw(SATCHEL_PER_IP SATCHEL_PER_USER_IP)} = (1000, 1000);
	}
	my @chain = map { "$bin/$_" } 'imaplogin', 'checkpw-userdb',
	    $s->{limit} ? 'limit' : (), 'imapd';
	daemon($d, \%env, super($s, $d->{port}), @chain, 'Maildir');
	if (-x "$bin/tlsd") {
		$d->{tls} = free_port();
		daemon($d, \%env, super($s, $d->{tls}), "$bin/tlsd", '-i',
		    @chain, 'Maildir');
	}
	return;
}

sub dovecot
{
	my ($s, $d) = @_;
	my ($uid, $gid) = @{user()};
	my $dir = $d->{dir};

	open my $db, '>', "$dir/users" or die "$dir/users: $!\n";
	print $db "u$_:{MD5-CRYPT}$hash:$uid:$gid\::$d->{homes}/u$_\::\n"
	    for 1 .. $users;
	close $db;
	$d->{tls} = free_port();
	my $keep = $s->{keep} ?
	    "service_count = 0\n  process_min_avail = $processors" : '';
	open my $conf, '>', "$dir/dovecot.conf" or die "$dir: $!\n";
	print $conf <<"END";
protocols = imap
listen = 127.0.0.1
base_dir = $dir/run
state_dir = $dir/run
log_path = $dir/log
disable_plaintext_auth = no
ssl = yes
ssl_cert = <$d->{cert}
ssl_key = <$d->{cert}
mail_location = maildir:~/Maildir
mail_fsync = optimized
first_valid_uid = 1
mail_max_userip_connections = 1000
default_process_limit = 1000
passdb {
  driver = passwd-file
  args = username_format=%u $dir/users
}
userdb {
  driver = passwd-file
  args = username_format=%u $dir/users
}
service imap-login {
  $keep
  inet_listener imap {
    port = $d->{port}
  }
  inet_listener imaps {
    port = $d->{tls}
    ssl = yes
  }
}
END
	close $conf;
	mkdir "$dir/run";
	chmod 0755, $dir, "$dir/run";
	chmod 0644, "$dir/users";
	daemon($d, {}, '/usr/sbin/dovecot', '-F', '-c', "$dir/dovecot.conf");
	return;
}

# Its directories are compiled in, so it sees others in their place.
sub courier
{
	my ($s, $d) = @_;
	my ($uid, $gid) = @{user()};
	my ($dir, $lib) = ($d->{dir}, '/usr/lib/courier');
	my $root = $s->{imap}[0] =~ s{/usr/bin/imapd$}{}r;

	for my $program ('/usr/sbin/couriertcpd', '/usr/sbin/makeuserdb',
	    "$lib/courier-authlib/authdaemond") {
		-x $program or die "no $program\n";
	}
	system('mkdir', '-p', "$dir/etc", "$dir/run/authdaemon");
	system("cp /etc/courier/* $dir/etc/ 2>/dev/null; " .
	    "chown -R courier:courier $dir/run");
	$d->{tls} = free_port();
	open my $rc, '>', "$dir/etc/authdaemonrc" or die "$dir/etc: $!\n";
	print $rc qq(authmodulelist="authuserdb"\ndaemons=5\n) .
	    "authdaemonvar=/run/courier/authdaemon\n";
	close $rc;
	open my $db, '>', "$dir/etc/userdb" or die "$dir/etc/userdb: $!\n";
	print $db "u$_\thome=$d->{homes}/u$_|mail=$d->{homes}/u$_/Maildir|" .
	    "uid=$uid|gid=$gid|systempw=$hash\n" for 1 .. $users;
	close $db;
	chmod 0600, "$dir/etc/userdb";
	my %env = (%{$s->{env}}, TLS_CERTFILE => $d->{cert},
	    TLS_PROTOCOL => 'TLSv1.2+', MAILDIRPATH => 'Maildir',
	    IMAP_TLS_REQUIRED => 0, IMAP_STARTTLS => 'NO', AUTHMODULES => '',
	    IMAPLOGINTAG => '');
	delete @env{qw(AUTHENTICATED AUTHADDR MAILDIR IMAPLOGINTAG)};
	my $tcpd = "/usr/sbin/couriertcpd -address=127.0.0.1 -stderr=$dir/log" .
	    ' -maxprocs=1000 -maxperip=1000 -nodnslookup -noidentlookup';
	my $login = "$root$lib/courier/imaplogin $root/usr/bin/imapd Maildir";
	daemon($d, \%env, 'unshare', '--mount', '--propagation', 'private',
	    'sh', '-c', "mount --bind $dir/etc /etc/courier && " .
	    "mount --bind $dir/run /run/courier && /usr/sbin/makeuserdb && " .
	    "{ $lib/courier-authlib/authdaemond & } && " .
	    "{ $tcpd $d->{port} $login & } && " .
	    "{ IMAP_TLS=1 $tcpd $d->{tls} /usr/bin/couriertls -server -tcpd " .
	    "-user=courier $login & } && wait");
	return;
}

sub answers
{
	my ($port) = @_;
	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $port, Timeout => 2) or return 0;

	$s->timeout(2);
	my $line = '';
	eval {
		local $SIG{ALRM} = sub { die };
		alarm 2;
		$line = readline($s) // '';
		alarm 0;
	};
	alarm 0;
	return $line =~ /^\* OK/;
}

# { port, tls, users, password }; home is how a home comes to be.
sub start
{
	my ($s, $dir, $home) = @_;
	my $d = { dir => "$dir/daemon-$s->{name}", port => free_port(),
	    homes => "$dir/run/$s->{name}", users => $users,
	    password => $password, pids => [] };

	system('mkdir', '-p', $d->{dir});
	chmod 0755, $dir, $d->{dir};
	$d->{cert} = certificate($dir);
	$home->("u$_") for 1 .. $users;
	eval { $s->{how}->($s, $d); 1 }
	    or do { my $why = $@; stop($d); die $why };
	for (1 .. 50) {
		return $d if answers($d->{port});
		sleep 0.2;
	}
	stop($d);
	die "does not come up: see $d->{dir}/log\n";
}

# All processes of a daemon: those below it, and those of its session, as who
# has no parent any more (tlsd-engine).
sub processes
{
	my ($d) = @_;
	my (%of, %session, %seen);

	for my $file (glob '/proc/[0-9]*/stat') {
		open my $fh, '<', $file or next;
		my $stat = readline($fh) // '';
		my ($pid, $parent, $session) =
		    $stat =~ /^(\d+) \(.*\) \w (\d+) \d+ (\d+)/ or next;
		push @{$of{$parent}}, $pid;
		push @{$session{$session}}, $pid;
	}
	my @more = map { ($_, @{$session{$_} // []}) } @{$d->{pids}};
	while (defined(my $pid = shift @more)) {
		push @more, @{$of{$pid} // []} if !$seen{$pid}++;
	}
	return keys %seen;
}

# Proportional and private memory of all its processes, KiB; how many there
# are.  Private is what would not be there without the process: no page of a
# file, which stays in memory as long as there is room, whoever maps it.
sub memory
{
	my ($d) = @_;
	my ($pss, $own, $n) = (0, 0, 0);

	for my $pid (processes($d)) {
		open my $fh, '<', "/proc/$pid/smaps" or next;
		my $private = 0;
		$n++;
		while (my $line = <$fh>) {
			my ($what, $kib) = $line =~ /^(\w+):\s+(\d+) kB/
			    or next;
			$pss += $kib if $what eq 'Pss';
			$private = 0 if $what eq 'Size';
			$private += $kib if $what =~ /^Private_/;
			$own += $private < $kib ? $private : $kib
			    if $what eq 'Anonymous';
		}
	}
	return ($pss, $own, $n);
}

# Those started here and below them, by number.
sub stop
{
	my ($d) = @_;
	my @all = processes($d);

	kill 'TERM', @all;
	for (1 .. 20) {
		@all = grep { kill 0, $_ } @all;
		last if !@all;
		waitpid $_, POSIX::WNOHANG() for @{$d->{pids}};
		sleep 0.1;
	}
	kill 'KILL', @all;
	waitpid $_, 0 for @{$d->{pids}};
	system('rm', '-rf', $d->{slots}) if $d->{slots};
	@running = grep { $_ != $d } @running;
	return;
}

END {
	local ($?, $!);
	stop($_) for my @all = @running; # it takes them out
}

1;
