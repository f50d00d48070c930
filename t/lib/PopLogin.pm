# PopLogin: pop3login on a socketpair, with stubs behind it.
#
#	use PopLogin;
#	my $p = pop3login();	# the greeting has been read
#	talk($p, "CAPA\r\n", "+OK …");	# one test, exact bytes
#
# stub-check is that of Login.pm; stub-pop3 says "+OK logged in." and then
# "+OK NAME=value" to a line "ENV NAME", "+OK LINE" to any other, until its
# input ends or the line is BYE.
package PopLogin;
use strict;
use warnings;
use Exporter 'import';
use POSIX ();
use Socket;
use Test::More ();
use Time::HiRes ();
use Login ();
use Wire;

our @EXPORT = qw(pop3login talk greeting);

my $timeout = $ENV{WIRE_TIMEOUT} // 10;

sub greeting { return "+OK satchel ready.\r\n" }

sub stubs
{
	my $dir = Login::stub_dir();

	return $dir if -e "$dir/stub-pop3";
	Login::perl_program('stub-pop3', <<'END');
$| = 1;
if (defined $ENV{SATCHEL_READYFD}) {
	open my $ready, '>&=', $ENV{SATCHEL_READYFD} or exit 111;
	syswrite $ready, "\0";
	close $ready;
}
print "+OK logged in.\r\n";
while (my $line = <STDIN>) {
	$line =~ s/\r?\n\z//;
	$line = "$1=" . ($ENV{$1} // '(unset)') if $line =~ /^ENV (\S+)/;
	print "+OK $line\r\n";
	last if $line eq 'BYE';
}
exit 7;
END
	return $dir;
}

# env, chain as with Login::login(); no_greeting leaves that unread
sub pop3login
{
	my (%o) = @_;
	my @chain = @{$o{chain} // ['stub-check', 'stub-pop3']};
	my $self = bless { got => '', stderr => temp_dir() . '/stderr',
		timeout => $o{timeout} // $timeout }, __PACKAGE__;
	my %env = (PATH => stubs() . ":$ENV{PATH}", SATCHEL_LOGIN_DELAY => 0,
		SATCHEL_SLOTS => '/nonexistent',
		SATCHEL_LANG_DIR => root() . '/lang',
		map({ $_ => $ENV{$_} } grep { /^(?:ASAN|UBSAN|LSAN)_/ }
		    keys %ENV), %{$o{env} // {}});

	socketpair(my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC)
	    or die "socketpair: $!\n";
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		open STDIN, '<&', $theirs or POSIX::_exit(111);
		open STDOUT, '>&', $theirs or POSIX::_exit(111);
		open STDERR, '>', $self->{stderr} or POSIX::_exit(111);
		close $ours;
		%ENV = %env;
		$SIG{PIPE} = 'DEFAULT';
		exec program('pop3login'), @chain or POSIX::_exit(127);
	}
	@$self{qw(socket pid)} = ($ours, $pid);
	$self->bytes(length greeting()) if !$o{no_greeting};
	return $self;
}

sub raw
{
	my ($self, $bytes) = @_;

	while (length $bytes) {
		my $n = syswrite $self->{socket}, $bytes;
		last if !defined $n;
		substr $bytes, 0, $n, '';
	}
	return;
}

# At least so many bytes, or all that comes before the end or a deadline.
sub bytes
{
	my ($self, $len) = @_;
	my $by = Time::HiRes::time() + $self->{timeout};

	while (length $self->{got} < $len) {
		my $bits = '';

		vec($bits, fileno $self->{socket}, 1) = 1;
		my $left = $by - Time::HiRes::time();
		last if $left <= 0 || !select $bits, undef, undef, $left;
		my $n = sysread $self->{socket}, $self->{got}, 65536,
		    length $self->{got};
		last if !$n;
	}
	my $got = substr $self->{got}, 0, $len, '';
	return $got;
}

# All that comes until the server closes.
sub rest { return $_[0]->bytes(1 << 30) }

# A line without its CRLF; undef at the end.
sub line
{
	my ($self) = @_;
	my $line = '';

	while ($line !~ /\n\z/) {
		my $c = $self->bytes(1);
		return $line eq '' ? undef : $line if $c eq '';
		$line .= $c;
	}
	return $line =~ s/\r?\n\z//r;
}

# Waits for the end; the exit status.
sub status
{
	my ($self) = @_;

	shutdown $self->{socket}, 1;
	for (1 .. 20 * $self->{timeout}) {
		if (waitpid($self->{pid}, POSIX::WNOHANG()) == $self->{pid}) {
			delete $self->{pid};
			return $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
		}
		Time::HiRes::sleep(0.05);
	}
	return 'none';
}

sub errors { return slurp($_[0]{stderr}) }

# Sends bytes, and compares what comes: as many as are expected, or with
# "end" all to the end of the stream.  One test.
sub talk
{
	my ($self, $in, $want, $name, $end) = @_;

	$self->raw($in);
	my $got = $end ? $self->rest : $self->bytes(length $want);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$name //= substr +($in =~ /^([^\r\n]*)/)[0], 0, 60;
	return Test::More::is($got, $want, $name);
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
