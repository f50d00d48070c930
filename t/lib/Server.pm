# Server: the real chain on a free port of 127.0.0.1, for real clients.
#
#	my $s = Server->start(messages => [@files]);   # into INBOX, flags S
#	my $s = Server->start(protocol => 'pop3', …);  # pop3login … pop3d
#	my $s = Server->start(tls => $pem, …);	# with tlsd -i in front
#	my $s = Server->start(tls => $pem, on_demand => 1, …);	# tlsd
#	system 'curl', '-u', "$s->{user}:$s->{password}", $s->url('INBOX');
#	$s->stop;
#
# tcpserver, or else systemd-socket-activate --accept --inetd, runs
# imaplogin checkpw-userdb imapd Maildir with an account made by mkuserdb.
# The authenticator will not become root: run as root, the account is nobody,
# in a directory that nobody can enter.
#
# CLIENTS_SERVER="PORT USER PASSWORD MAILDIR" uses a server that is there
# already, for writing such tests against another one; CLIENTS_POP3D is a
# program to use in place of pop3d.
package Server;
use strict;
use warnings;
use Exporter 'import';
use File::Copy ();
use IO::Socket::INET ();
use Test::More ();
use Time::HiRes ();
use Wire;

our @EXPORT = qw(need find_program corpus plain_corpus as_sent free_port
    on_terminal run);

# The path of a program, or undef.
sub find_program
{
	my ($name) = @_;

	for (split /:/, "$ENV{PATH}:/usr/sbin:/usr/local/sbin") {
		return "$_/$name" if -x "$_/$name" && !-d _;
	}
	return undef;
}

# Skips the whole test when one of the programs is missing.
sub need
{
	for my $name (@_) {
		Test::More::plan(skip_all => "no $name here")
		    if !defined find_program($name);
	}
	return;
}

# The messages of t/mail, and of the corpus where that is beside the project.
sub corpus
{
	my $shared = $ENV{SHARED} // root() . '/../shared';

	return (glob(root() . '/t/mail/*.eml'), glob("$shared/corpus/*.eml"));
}

# Those that every POP3 client takes as they are: some text, in ASCII, in
# lines that are not too long.
sub plain_corpus
{
	return grep {
		my $text = slurp($_);
		$text =~ /[^\r\n]/ && $text !~ /[^\t\n -~]|.{990}|\r(?!\n)/;
	} corpus();
}

# A file's text with the line ends of the network; given "\n", with others.
sub as_sent
{
	my ($file, $end) = @_;
	my $text = slurp($file) =~ s/\r?\n/\n/gr =~ s/(?<!\n)\z/\n/r;

	$end //= "\r\n";
	return $text =~ s/\n/$end/gr;
}

sub free_port
{
	my $s = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1',
	    LocalPort => 0) or die "no free port: $@\n";

	return $s->sockport;
}

# Runs a program; returns its exit status and all that it printed.  It is
# ended after so many seconds.
sub run
{
	my ($seconds, @argv) = @_;
	my $pid = open(my $out, '-|') // die "fork: $!\n";

	if ($pid == 0) {
		setpgrp;
		open STDIN, '<', '/dev/null';
		open STDERR, '>&', \*STDOUT;
		exec { $argv[0] } @argv or POSIX::_exit(127);
	}
	local $SIG{ALRM} = sub {
		CORE::kill('KILL', -$pid);
		die "$argv[0]: not done in $seconds seconds\n";
	};
	alarm $seconds;
	local $/;
	my $text = <$out> // '';
	close $out;
	my $status = $?;
	alarm 0;
	return ($status & 127 ? 'signal ' . ($status & 127) : $status >> 8,
	    $text);
}

# The same for programs that want a terminal (script is of util-linux).
sub on_terminal
{
	my ($seconds, @argv) = @_;
	my $line = join ' ', map { my $s = $_; $s =~ s/'/'\\''/g; "'$s'" } @argv;

	local $ENV{TERM} = 'vt100';
	local @ENV{qw(LINES COLUMNS)} = (24, 80);
	return run($seconds, find_program('script'), '-qec', $line, '/dev/null');
}

sub external
{
	my ($class, $spec) = @_;
	my %self = (protocol => 'imap');

	@self{qw(port user password maildir)} = split ' ', $spec;
	$self{home} = $self{maildir};
	$self{owner} = join ':', (stat $self{maildir})[4, 5];
	return bless \%self, $class;
}

# messages => files for INBOX, folders => [names on disk], env => settings,
# protocol => imap or pop3
sub start
{
	my ($class, %o) = @_;

	my $self = $ENV{CLIENTS_SERVER} ?
	    $class->external($ENV{CLIENTS_SERVER}) : $class->home(\%o);
	my $n = 0;
	for my $file (@{$o{messages} // []}) {
		$n++;
		deliver($self->{maildir}, file => $file, flags => 'S',
		    time => 1700000000 + 60 * $n,
		    base => sprintf '17000%05d.M%dP1.t', $n, $n);
	}
	system('chown', '-R', $self->{owner}, $self->{home}) == 0
	    or die "chown failed\n" if $self->{owner};
	$self->listen(\%o) if !$ENV{CLIENTS_SERVER};
	return $self;
}

# The account: its directory, its Maildir, its line in the userdb.
sub home
{
	my ($class, $o) = @_;
	my $dir = temp_dir();
	my $home = "$dir/home";
	my ($uid, $gid) = ($<, (split ' ', $()[0]);
	my $self = bless { dir => $dir, home => $home, user => 'ada',
		password => 'light', maildir => "$home/Maildir",
		protocol => $o->{protocol} // 'imap', tls => $o->{tls},
		on_demand => $o->{on_demand} },
		$class;

	if ($uid == 0) {
		($uid, $gid) = (getpwnam 'nobody')[2, 3];
		$self->{owner} = "$uid:$gid";
	}
	chmod 0755, $dir;
	mkdir $_ or die "$_: $!\n" for $home, "$dir/bin", "$dir/etc";
	make_maildir($self->{maildir});
	make_folder($self->{maildir}, $_) for @{$o->{folders} // []};
	for (@{$self->programs}, $self->{tls} ? qw(tlsd tlsd-engine) : ()) {
		File::Copy::copy(m{/} ? $_ : program($_), "$dir/bin/" . s{.*/}{}r)
		    or die program($_) . ": $!: run make first\n";
		chmod 0755, "$dir/bin/" . s{.*/}{}r;
	}
	(my $tool = program('x')) =~ s{/bin/x$}{/t/tool/mkuserdb};
	open my $fh, '|-', $tool, "$dir/etc" or die "$tool: $!\n";
	printf $fh "%s\tuid=%d|gid=%d|home=%s|mail=%s|%spw=%s\n",
	    $self->{user}, $uid, $gid, $home, $self->{maildir},
	    $self->{protocol}, crypt $self->{password}, '$6$satchel$';
	close $fh or die "$tool: failed\n";
	chmod 0755, "$dir/etc";
	return $self;
}

# The chain: login, authenticator, session.
sub programs
{
	my ($self) = @_;

	return ['imaplogin', 'checkpw-userdb', 'imapd']
	    if $self->{protocol} eq 'imap';
	return ['pop3login', 'checkpw-userdb', $ENV{CLIENTS_POP3D} // 'pop3d'];
}

sub listen
{
	my ($self, $o) = @_;
	my $dir = $self->{dir};
	my $port = $self->{port} = free_port();
	my @chain = ($self->{tls} ? ("$dir/bin/tlsd",
	    $self->{on_demand} ? () : '-i') : (),
	    (map { "$dir/bin/" . s{.*/}{}r } @{$self->programs}), 'Maildir');
	my %env = (USERDB => "$dir/etc/userdb", $self->{tls} ?
	    (TLS_CERTFILE => $self->{tls},
	    SATCHEL_TLS_TICKETS => "$dir/tickets") : (), %{$o->{env} // {}});
	my @how;

	if (my $tcpserver = find_program('tcpserver')) {
		@how = ($tcpserver, '-RHl0', '127.0.0.1', $port);
	} elsif (my $activate = find_program('systemd-socket-activate')) {
		@how = ($activate, '--accept', '--inetd', '-l',
		    "127.0.0.1:$port", map { ('-E', "$_=$env{$_}") } keys %env);
	} else {
		Test::More::plan(skip_all =>
		    'neither tcpserver nor systemd-socket-activate here');
	}
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		setpgrp;
		@ENV{keys %env} = values %env;
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', "$dir/log";
		open STDERR, '>&', \*STDOUT;
		exec { $how[0] } @how, @chain or POSIX::_exit(127);
	}
	$self->{pid} = $pid;
	for (1 .. 100) {
		return if IO::Socket::INET->new(PeerAddr => '127.0.0.1',
		    PeerPort => $port);
		Time::HiRes::sleep(0.05);
	}
	die "$how[0] does not listen\n" . slurp("$dir/log");
}

sub url
{
	my ($self, $path) = @_;

	return $self->{protocol} .
	    ($self->{tls} && !$self->{on_demand} ? 's' : '') .
	    "://127.0.0.1:$self->{port}/" . ($path // '');
}

# A judged session beside the client, logged in.
sub session
{
	my ($self) = @_;
	my $w = Wire->connect($self->{port});
	my $r = $w->cmd("LOGIN $self->{user} $self->{password}");

	die 'LOGIN: ' . $r->text . "\n" if !$r->ok;
	return $w;
}

# What the programs have logged, for diag().
sub log
{
	my ($self) = @_;

	return defined $self->{dir} && -e "$self->{dir}/log" ?
	    slurp("$self->{dir}/log") : '';
}

# Ends the listener and the sessions it started.
sub stop
{
	my ($self) = @_;

	return if !defined $self->{pid};
	CORE::kill('TERM', -$self->{pid});
	waitpid $self->{pid}, 0;
	delete $self->{pid};
	return;
}

sub DESTROY
{
	my ($self) = @_;

	local ($?, $!, $@);
	$self->stop;
	return;
}

1;
