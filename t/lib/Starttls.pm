# Starttls: a login front behind a UCSPI-TLS program that only looks like TLS.
#
#	use Starttls;
#	my $s = starttls('imaplogin', env => { ... }, list => "SSL_X=1\0\0");
#	talk($s, "a CAPABILITY\r\n", "* ...");	# one test, exact bytes
#	handshake($s);
#	talk($s, ...);	# "encrypted"
#
# The handshake is a line "HELLO", answered by "WELCOME" once the front has
# asked for TLS; then each byte is sent with its highest bit turned over.
# What is no HELLO ends the connection, as it does with TLS.  list is what
# the front is told; by default a protocol.  early: the list is sent before
# the handshake; none: the control socket is closed in place of the list.
package Starttls;
use strict;
use warnings;
use Exporter 'import';
use POSIX ();
use Socket;
use Test::More ();
use Time::HiRes ();
use Login ();
use Wire;

our @EXPORT = qw(starttls talk handshake hear);

my $timeout = $ENV{WIRE_TIMEOUT} // 10;

sub fake
{
	return Login::perl_program('fake-tlsd', <<'END');
use Socket;
use POSIX ();
my %given = map { $_ => delete $ENV{"FAKE_$_"} } qw(LIST EARLY NONE);
socketpair(my $ctl, my $ctl2, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die;
socketpair(my $data, my $data2, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die;
my $parent = fork // die;
if ($parent) {
	$^F = 20;
	for ([$ctl2, 'SSLCTLFD'], [$data2, 'SSLREADFD'],
	    [$data2, 'SSLWRITEFD']) {
		my $fd = POSIX::dup(fileno $_->[0]);
		$ENV{$_->[1]} = $fd;
	}
	close $_ for $ctl, $data, $ctl2, $data2;
	exec { $ARGV[0] } @ARGV or exit 111;
}
close $_ for $ctl2, $data2;
my $how = '';
sysread $ctl, $how, 1;
exit 0 if $how eq '';	# not wanted
my $list = ($given{LIST} // 'SSL_PROTOCOL=TLSv1.3:') =~ tr/:/\0/r;
$list .= "\0" if !defined $given{LIST};
syswrite $ctl, $list if $given{EARLY};
my $hello = '';
while (length $hello < 7) {
	my $bits = '';
	vec($bits, $_, 1) = 1 for 0, $given{EARLY} ? () : fileno $ctl;
	select $bits, undef, undef, undef;
	exit 1 if !$given{EARLY} &&
	    vec($bits, fileno $ctl, 1);	# the front is gone
	sysread STDIN, $hello, 1, length $hello or exit 1;
	exit 1 if index("HELLO\r\n", $hello) != 0;
}
exit 1 if $given{NONE};
syswrite STDOUT, "WELCOME\r\n";
syswrite $ctl, $list if !$given{EARLY};
close $ctl;
my %to = (0 => $data, fileno($data) => \*STDOUT);
while (1) {
	my $bits = '';
	vec($bits, $_, 1) = 1 for 0, fileno $data;
	select $bits, undef, undef, undef;
	for my $in (\*STDIN, $data) {
		next if !vec($bits, fileno $in, 1);
		my $n = sysread $in, my $bytes, 65536 or exit 0;
		my $out = $to{fileno $in};
		$bytes = $bytes ^ ("\x80" x length $bytes);
		syswrite $out, $bytes;
	}
}
END
}

sub starttls
{
	my ($front, %o) = @_;
	my @chain = (program($front),	# by BUILD, which is not passed on
	    @{$o{chain} // ['stub-check', 'stub-session']});
	my $self = bless { key => '', stderr => temp_dir() . '/stderr' };
	my %env = (PATH => Login::stub_dir() . ":$ENV{PATH}",
	    SATCHEL_LOGIN_DELAY => 0, SATCHEL_SLOTS => '/nonexistent',
	    TCPREMOTEIP => '192.0.2.7',
	    TCPREMOTEPORT => 4711, %{$o{env} // {}});
	my @fake = $o{tlsd} ? @{$o{tlsd}} : fake();

	for (qw(list early none)) {
		$env{'FAKE_' . uc} = $o{$_} =~ tr/\0/:/r if defined $o{$_};
	}
	socketpair(my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC)
	    or die "socketpair: $!\n";
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		open STDIN, '<&', $theirs or POSIX::_exit(111);
		open STDOUT, '>&', $theirs or POSIX::_exit(111);
		open STDERR, '>', $self->{stderr} or POSIX::_exit(111);
		close $ours;
		%ENV = (%env, map({ $_ => $ENV{$_} }
		    grep { /^(?:ASAN|UBSAN)_/ } keys %ENV));
		$SIG{PIPE} = 'DEFAULT';
		exec @fake, @chain or POSIX::_exit(127);
	}
	@$self{qw(socket pid)} = ($ours, $pid);
	return $self;
}

sub turn
{
	my ($self, $bytes) = @_;

	return $self->{key} eq '' ? $bytes :
	    $bytes ^ ($self->{key} x length $bytes);
}

# So many bytes, or what comes to the end or a deadline.
sub hear
{
	my ($self, $len) = @_;
	my $by = Time::HiRes::time() + $timeout;
	my $got = '';

	while (length $got < ($len // 1 << 30)) {
		my $bits = '';

		vec($bits, fileno $self->{socket}, 1) = 1;
		my $left = $by - Time::HiRes::time();
		last if $left <= 0 || !select $bits, undef, undef, $left;
		my $n = sysread $self->{socket}, $got,
		    ($len // 65536 + length $got) - length $got, length $got;
		last if !$n;
	}
	return turn($self, $got);
}

# Sends, and compares what comes; to the end of the stream with $end.
sub talk
{
	my ($self, $in, $want, $name, $end) = @_;

	syswrite $self->{socket}, turn($self, $in);
	my $got = hear($self, $end ? undef : length $want);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$name //= substr +($in =~ /^([^\r\n]*)/)[0], 0, 60;
	return Test::More::is($got, $want, $name);
}

sub handshake
{
	my ($self) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $good = talk($self, "HELLO\r\n", "WELCOME\r\n", 'handshake');
	$self->{key} = "\x80";
	return $good;
}

# Waits for the end; the exit status.
sub status
{
	my ($self) = @_;

	return $self->{status} if !defined $self->{pid};
	shutdown $self->{socket}, 1;
	for (1 .. 20 * $timeout) {
		if (waitpid($self->{pid}, POSIX::WNOHANG()) == $self->{pid}) {
			delete $self->{pid};
			return $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
		}
		Time::HiRes::sleep(0.05);
	}
	return 'none';
}

sub errors { return slurp($_[0]{stderr}) }

# What is logged up to the end, which may come after that of the connection.
sub last_errors
{
	my ($self) = @_;

	$self->{status} = status($self);
	return errors($self);
}

sub DESTROY
{
	my ($self) = @_;

	local ($?, $!, $@);
	return if !defined $self->{pid};
	kill KILL => $self->{pid};
	waitpid $self->{pid}, 0;
	return;
}

1;
