# Super: the smallest super-server, and what a chain that it starts has seen.
#
#	use Super;
#	my $s = Super->start(command => [...], env => { ... });
#	my $c = $s->connect;	# LocalAddr and others as IO::Socket has them
#	print {$c} "...";
#	is(all($c), "...");
#	like($s->log, qr/.../);
#
# env_stub() is a program that prints the variables of which it is given the
# names, a line each, and then what it reads.
package Super;
use strict;
use warnings;
use Exporter 'import';
use IO::Socket::INET;
use POSIX ();
use Time::HiRes ();
use Wire;
use Login;

our @EXPORT = qw(all env_stub until_true);

my @running;

sub env_stub
{
	return perl_program('stub-env', <<'END');
$| = 1;
print "$_=", $ENV{$_} // '(unset)', "\n" for @ARGV;
while (sysread STDIN, my $x, 4096) {
	syswrite STDOUT, $x;
}
END
}

# One process for each connection, without an address in its environment.
sub start
{
	my ($class, %o) = @_;
	my $in = IO::Socket::INET->new(Listen => 50, ReuseAddr => 1,
	    LocalAddr => '127.0.0.1') or die "listen: $@\n";
	my $self = bless { port => $in->sockport, log => temp_dir() . '/log' },
	    $class;
	my $pid = fork // die "fork: $!\n";

	if ($pid == 0) {
		$SIG{CHLD} = 'IGNORE';
		while (my $c = $in->accept) {
			next if fork // 0;
			serve($self, $c, %o);
		}
		POSIX::_exit(0);
	}
	push @running, $self->{pid} = $pid;
	return $self;
}

sub serve
{
	my ($self, $c, %o) = @_;

	local $SIG{CHLD} = 'DEFAULT';
	open STDERR, '>>', $self->{log};
	POSIX::dup2(fileno $c, $_) for 0, 1;
	%ENV = (PATH => "/usr/sbin:/sbin:$ENV{PATH}",
	    map({ $_ => $ENV{$_} } grep { /^(?:ASAN|UBSAN|LSAN)_/ } keys %ENV),
	    %{$o{env} // {}});
	close $c;
	exec { $o{command}[0] } @{$o{command}} or POSIX::_exit(127);
}

sub connect
{
	my ($self, %o) = @_;

	return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $self->{port}, Timeout => 10, %o)
	    // die "connect: $@\n";
}

sub log
{
	my ($self) = @_;

	return -e $self->{log} ? slurp($self->{log}) : '';
}

# What comes until the other side closes, or 10 seconds.
sub all
{
	my ($c, $want) = @_;
	my ($text, $by) = ('', Time::HiRes::time() + 10);

	while ((my $left = $by - Time::HiRes::time()) > 0) {
		my $r = '';
		vec($r, fileno $c, 1) = 1;
		last if !select $r, undef, undef, $left;
		last if !sysread $c, $text, 4096, length $text;
		last if defined $want && length $text >= length $want;
	}
	return $text;
}

# Whether $f->() becomes true within 10 seconds.
sub until_true
{
	my ($f) = @_;

	for (1 .. 500) {
		return 1 if $f->();
		select undef, undef, undef, 0.02;
	}
	return 0;
}

END {
	local $?;
	for (@running) {
		kill TERM => $_;
		waitpid $_, 0;
	}
}

1;
