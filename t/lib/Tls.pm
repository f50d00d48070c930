# Tls: tlsd on a port of its own, certificates, and clients.
#
#	use Tls;
#	tls_ready();			# skips where something is missing
#	my $ca = authority('Test CA');
#	my $pem = certificate('mail.example.org', ca => $ca);
#	my $s = Tls->start(env => { TLS_CERTFILE => $pem });
#	my $c = $s->client(SSL_hostname => 'mail.example.org');
#	is ask($c, 'ENV SSL_PROTOCOL'), 'TLSv1.3';
#	$s->stop;
#
# Behind tlsd stands a stub that says "READY pid" and answers lines:
#	ENV NAME	the variable, or "(unset)"
#	NAMES		all of its variables' names
#	FDS		its descriptors from 3 on
#	BIG n		n octets
#	SINK n		takes n octets, then tells their MD5
#	TLS x		on demand only: the letter to the control socket; with Y
#			the list is read; goes on with TLS: "LIST …" with %00
#	DROP		closes the descriptors of UCSPI-TLS
#	HALF		says no more, but reads; writes what comes to the log
#	MARK NAME	the same between "=> " and " <="
#	BYE		ends; anything else is said back
package Tls;
use strict;
use warnings;
use Exporter 'import';
use IO::Socket::INET ();
use IPC::Open2 ();
use POSIX ();
use Test::More ();
use Time::HiRes ();
use Wire;

our @EXPORT = qw(tls_ready authority certificate openssl ask line until_true
    raw_client processes tls_dir s_client);

my $dir;
my $n = 0;

# Where all of a test's files are; everybody may look in.
sub tls_dir
{
	return $dir if defined $dir;
	$dir = temp_dir();
	chmod 0755, $dir;
	return $dir;
}

sub tls_ready
{
	Test::More::plan(skip_all => 'tlsd is not built: no GnuTLS')
	    if !-x program('tlsd-engine');
	Test::More::plan(skip_all => 'no openssl here')
	    if !`openssl version 2>/dev/null`;
	Test::More::plan(skip_all => 'no IO::Socket::SSL here')
	    if !eval { require IO::Socket::SSL; 1 };
	return;
}

# Runs openssl with stdin at its end; all that it has printed.
sub openssl
{
	my (@args) = @_;
	my $pid = open(my $out, '-|') // die "fork: $!\n";

	if ($pid == 0) {
		open STDIN, '<', '/dev/null';
		open STDERR, '>&', \*STDOUT;
		exec 'openssl', @args or POSIX::_exit(127);
	}
	local $/;
	my $text = <$out> // '';
	close $out;
	return $text;
}

sub must
{
	my $said = openssl(@_);

	die "openssl @_: $said\n" if $? != 0;
	return $said;
}

# { key, cert, name }
sub authority
{
	my ($name) = @_;
	my $base = tls_dir() . '/ca' . ++$n;

	must('req', '-x509', '-newkey', 'ec', '-pkeyopt',
	    'ec_paramgen_curve:P-256', '-nodes', '-keyout', "$base.key",
	    '-out', "$base.pem", '-days', 30, '-subj', "/CN=$name");
	return { key => "$base.key", cert => "$base.pem", name => $name };
}

# A PEM with key and certificate; its path.  ca => an authority, to => path,
# subject => "/CN=…", key => 'rsa', days, extensions => [lines], split => 1:
# the key goes to PATH.key alone.
sub certificate
{
	my ($name, %o) = @_;
	my $base = tls_dir() . '/c' . ++$n;
	my $to = $o{to} // "$base.pem";
	my @key = ($o{key} // '') eq 'rsa' ? ('rsa:2048') :
	    ('ec', '-pkeyopt', 'ec_paramgen_curve:P-256');
	my @ext = ("subjectAltName=DNS:$name", @{$o{extensions} // []});

	spew("$base.ext", join '', map { "$_\n" } @ext);
	must('req', '-new', '-utf8', '-newkey', @key, '-nodes', '-keyout',
	    "$base.k", '-out', "$base.csr", '-subj', $o{subject} // "/CN=$name");
	must('x509', '-req', '-in', "$base.csr", '-out', "$base.c",
	    $o{ca} ? ('-CA', $o{ca}{cert}, '-CAkey', $o{ca}{key},
	    '-set_serial', 1000 + $n) : ('-signkey', "$base.k"),
	    '-days', $o{days} // 30, '-extfile', "$base.ext");
	unlink $to;
	spew($to, ($o{split} ? '' : slurp("$base.k")) . slurp("$base.c"));
	spew(($to =~ s/\.pem$//r) . '.key', slurp("$base.k")) if $o{split};
	return $to;
}

# --- the server --------------------------------------------------------------

my $stub = <<'END';
use strict; use warnings; use Digest::MD5 'md5_hex';
$| = 1;
binmode STDIN; binmode STDOUT;
my ($log) = @ARGV;
my %fd = map { $_ => $ENV{$_} } qw(SSLCTLFD SSLREADFD SSLWRITEFD);
my $buf = '';
sub line {
	while ((my $at = index $buf, "\n") < 0) {
		sysread STDIN, $buf, 65536, length $buf or exit 3;
	}
	return substr $buf, 0, 1 + index($buf, "\n"), '';
}
print "READY $$\n";
while (1) {
	my $line = line() =~ s/\r?\n\z//r;
	if ($line =~ /^ENV (\S+)/) {
		print $ENV{$1} // '(unset)', "\n";
	} elsif ($line =~ /^MARK (\S+)/) {
		print '=> ', $ENV{$1} // '(unset)', " <=\n";
	} elsif ($line eq 'NAMES') {
		print join(' ', sort keys %ENV), "\n";
	} elsif ($line eq 'FDS') {
		opendir my $d, '/proc/self/fd' or die;
		my $own = fileno $d;
		print join(' ', sort { $a <=> $b }
		    grep { /^\d+$/ && $_ > 2 && readlink("/proc/self/fd/$_") !~
		    m{^/proc/} } readdir $d), "\n";
	} elsif ($line =~ /^BIG (\d+)/) {
		my $left = $1;
		my $piece = join '', map { chr($_ % 251) } 0 .. 65535;
		while ($left > 0) {
			my $k = syswrite STDOUT, $piece,
			    $left < 65536 ? $left : 65536;
			exit 4 if !$k;
			$left -= $k;
			$piece = substr($piece, $k) . substr($piece, 0, $k);
		}
	} elsif ($line =~ /^SINK (\d+)/) {
		my $all = Digest::MD5->new;
		my $left = $1;
		while ($left > 0) {
			$buf eq '' and (sysread STDIN, $buf, 65536 or exit 3);
			my $part = substr $buf, 0, $left, '';
			$left -= length $part;
			$all->add($part);
		}
		print $all->hexdigest, "\n";
	} elsif ($line =~ /^TLS (.*)/) {
		my $letter = $1;
		my $list = '';
		print "GO\n";
		$buf = '';
		open my $ctl, '+<&=', $fd{SSLCTLFD} or die;
		open my $in, '<&=', $fd{SSLREADFD} or die;
		open my $out, '>&=', $fd{SSLWRITEFD} or die;
		syswrite $ctl, $letter;
		open STDIN, '<&', $in or die;
		open STDOUT, '>&', $out or die;
		close $in; close $out;
		$| = 1;
		while ($letter eq 'Y' && $list !~ /\0\0\z/) {
			sysread $ctl, $list, 4096, length $list or last;
		}
		close $ctl;
		$list =~ s/([%\0\n])/sprintf '%%%02X', ord $1/ge;
		print "LIST $list\n";
	} elsif ($line eq 'DROP') {
		POSIX::close($_) for sort values %fd;
		print "DROPPED\n";
	} elsif ($line eq 'HALF') {
		shutdown STDOUT, 1;
		open my $to, '>>', $log;
		while (sysread STDIN, my $more, 65536) { print $to "half $more" }
		print $to "half end\n";
		exit 0;
	} elsif ($line eq 'BYE') {
		print "BYE\n";
		exit 0;
	} else {
		print "$line\n";
	}
}
END

# env => settings; on_demand => 1; name => the stub's file name; program =>
# [argv] in place of it; sndbuf => what a connection holds that is not read yet.
sub start
{
	my ($class, %o) = @_;
	my $self = bless { %o, dir => tls_dir() . '/s' . ++$n }, $class;
	my $bin = "$self->{dir}/bin";

	mkdir $_, 0755 or die "$_: $!\n" for $self->{dir}, $bin;
	for (qw(tlsd tlsd-engine)) {
		spew("$bin/$_", slurp(program($_)));
		chmod 0755, "$bin/$_";
	}
	$self->{log} = "$self->{dir}/log";
	spew($self->{log}, '');
	my $name = $o{name} // 'stub';
	spew("$bin/$name", "#!$^X\nuse POSIX ();\n$stub");
	chmod 0755, "$bin/$name";
	$self->{argv} = ["$bin/tlsd", $o{on_demand} ? () : '-i',
	    $o{program} ? @{$o{program}} : ($name, $self->{log})];
	my $listen = IO::Socket::INET->new(Listen => 50,
	    LocalAddr => '127.0.0.1', LocalPort => 0) or die "listen: $@\n";
	# connections have it from there
	$listen->sockopt(IO::Socket::INET::SO_SNDBUF(), $o{sndbuf})
	    if $o{sndbuf};
	$self->{port} = $listen->sockport;
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		setpgrp;
		$SIG{CHLD} = 'IGNORE';
		$SIG{TERM} = 'DEFAULT';
		while (1) {
			my $c = $listen->accept or next;
			my $child = fork // next;
			connection($self, $listen, $c) if $child == 0;
			close $c;
		}
	}
	$self->{pid} = $self->{group} = $pid;
	return $self;
}

sub connection
{
	my ($self, $listen, $c) = @_;
	my $env = $self->{env} // {};

	# descriptors 0, 1 and 2, and no other
	open STDIN, '<&', $c or POSIX::_exit(111);
	open STDOUT, '>&', $c or POSIX::_exit(111);
	open STDERR, '>>', $self->{log} or POSIX::_exit(111);
	POSIX::close($_) for 3 .. 1023;
	%ENV = (PATH => $ENV{PATH}, map({ $_ => $ENV{$_} }
	    grep { /^(?:ASAN|UBSAN|LSAN)_/ } keys %ENV),
	    SATCHEL_TLS_TICKETS => "$self->{dir}/tickets", %$env);
	delete @ENV{grep { !defined $ENV{$_} } keys %ENV};
	$SIG{$_} = 'DEFAULT' for qw(PIPE CHLD TERM);
	exec { $self->{argv}[0] } @{$self->{argv}} or POSIX::_exit(127);
}

sub log { return slurp($_[0]{log}) }

sub stop
{
	my ($self) = @_;

	return if !defined $self->{pid};
	kill 'TERM', $self->{pid};
	waitpid delete $self->{pid}, 0;
	return;
}

sub DESTROY { local ($?, $!, $@); $_[0]->stop; return }

# --- clients -----------------------------------------------------------------

sub raw_client
{
	my ($self) = @_;

	return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $self->{port}, Timeout => 20) // die "connect: $@\n";
}

# A client past its handshake, or undef: IO::Socket::SSL's arguments.
sub client
{
	my ($self, %o) = @_;

	return IO::Socket::SSL->start_SSL($o{socket} // raw_client($self),
	    SSL_verify_mode => 0, SSL_startHandshake => 1, Timeout => 20, %o);
}

# openssl s_client: all that it prints from its start to the end that BYE
# brings; each line is said when the one before was answered.
sub s_client
{
	my ($self, $lines, @args) = @_;
	my $text = '';
	my $pid = IPC::Open2::open2(my $out, my $in, 'sh', '-c',
	    'exec openssl s_client "$@" 2>&1', 'sh', '-connect',
	    "127.0.0.1:$self->{port}", @args);

	local $SIG{ALRM} = sub { kill 'KILL', $pid };
	alarm 30;
	for (undef, @$lines, 'BYE') {
		print $in "$_\n" if defined;
		$in->flush;
		# the stub's own lines, amidst others
		while (defined(my $line = readline $out)) {
			$text .= $line;
			last if $line =~ (defined ? qr/<=$/ : qr/READY \d+$/);
		}
	}
	{ local $/; $text .= readline($out) // '' }
	close $in;
	close $out;
	waitpid $pid, 0;
	alarm 0;
	return $text;
}

# A line without its end; undef when there is none any more.
sub line
{
	my ($c) = @_;
	my $line;

	local $SIG{ALRM} = sub { die "tls: no line in time\n" };
	alarm 20;
	$line = readline $c;
	alarm 0;
	$line =~ s/\r?\n\z// if defined $line;
	return $line;
}

# Says a line and takes one.
sub ask
{
	my ($c, $text) = @_;

	print $c "$text\n";
	return line($c);
}

# Waits until it is true, some seconds at most; what it was at the end.
sub until_true
{
	my ($code) = @_;

	for (1 .. 200) {
		my $is = $code->();
		return $is if $is;
		Time::HiRes::sleep(0.05);
	}
	return $code->();
}

# [pid, name] of what is there of tlsd for this server: its process group, since
# nobody may look into an engine.
sub processes
{
	my ($self) = @_;
	my @found;

	for my $file (glob '/proc/[0-9]*/stat') {
		open my $fh, '<', $file or next;
		my ($pid, $name, $state, $group) = (<$fh> // '') =~
		    /^(\d+) \((.*)\) (\S) \d+ (\d+)/ or next;
		push @found, [$pid, $name] if $group == $self->{group} &&
		    $name =~ /^tlsd/ && $state ne 'Z';
	}
	return @found;
}

1;
