# Listen: the program listen on loopback.
#
#	use Listen;
#	my $l = Listen->start(['-c', 2], [$program, @arguments],
#	    env => { ... }, list => '127.0.0.1.0');
#	my $c = $l->connect;	# as Super's
#	$l->signal('HUP'); is($l->end, 0);
package Listen;
use strict;
use warnings;
use IO::Socket::IP;
use POSIX ();
use Wire;
use Login;
use Super;

our @ISA = ('Super');
my @running;

sub start
{
	my ($class, $options, $chain, %o) = @_;
	my $self = bless { log => temp_dir() . '/log', env => $o{env} // {},
		before => $o{before} // [],
		command => [program('listen'), '-1', '-l',
		$o{list} // '127.0.0.1.0', @$options, @$chain] }, $class;

	pipe my $out, my $in or die "pipe: $!\n";
	my $pid = fork // die "fork: $!\n";
	$self->run($in) if $pid == 0;
	close $in;
	push @running, $self;
	$self->{pid} = $pid;
	chomp(my @ports = <$out>);
	$self->{ports} = \@ports;
	$self->{port} = $ports[0];
	return $self;
}

sub run
{
	my ($self, $in) = @_;
	my @command = (@{$self->{before}}, @{$self->{command}});

	open STDERR, '>>', $self->{log};
	open STDIN, '<', '/dev/null';
	POSIX::dup2(fileno $in, 1);
	%ENV = (PATH => $ENV{PATH},
	    map({ $_ => $ENV{$_} } grep { /^(?:ASAN|UBSAN|LSAN)_/ } keys %ENV),
	    %{$self->{env}});
	exec { $command[0] } @command or POSIX::_exit(127);
}

sub connect6
{
	my ($self, $port) = @_;

	return IO::Socket::IP->new(PeerAddr => '::1', PeerPort => $port,
	    Timeout => 10) // die "connect: $@\n";
}

sub signal
{
	my ($self, $signal) = @_;

	return kill $signal => $self->{pid};
}

# Its exit status, once it has ended.
sub end
{
	my ($self) = @_;

	waitpid $self->{pid}, 0;
	$self->{pid} = undef;
	return $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
}

END {
	local $?;
	for (grep { $_->{pid} } @running) {
		$_->signal('TERM');
		$_->end;
	}
}

1;
