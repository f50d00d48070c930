# Report: figures as they come, the table and the file they become.
package Report;
use strict;
use warnings;
use Scenarios qw(%target %most);

sub new
{
	my ($class) = @_;

	return bless { order => [], ms => {} }, $class;
}

sub add
{
	my ($self, $figure, $size, $server, $got) = @_;
	my $key = "$figure\t$size";

	return if $figure eq '-';
	push @{$self->{order}}, $key if !$self->{ms}{$key};
	push @{$self->{$_}{$key}{$server}}, $got->{$_} for 'ms', 'cpu';
	$self->{octets}{$key}{$server} = $got->{octets} // 0;
	return;
}

sub median
{
	my @sorted = sort { $a <=> $b } @{$_[0] // []};

	return if !@sorted;
	return $sorted[@sorted / 2] if @sorted % 2;
	return ($sorted[@sorted / 2] + $sorted[@sorted / 2 - 1]) / 2;
}

sub ms
{
	my ($n) = @_;

	return !defined $n ? '-' : $n >= 100 ? sprintf '%.0f', $n :
	    $n >= 1 ? sprintf '%.2f', $n : sprintf '%.3f', $n;
}

sub ratio
{
	my ($a, $b) = @_;

	return defined $a && defined $b && $b > 0 ?
	    sprintf('%.1f', $a / $b) : '-';
}

# "10/7 yes": what is to be reached, and whether it is; "3/2 hp yes" where
# Dovecot's other mode is a peer.  "peer, who needs 2.5 floors" where nobody can
# be so much faster than the peers without being faster than the floor.
sub verdict
{
	my ($figure, $size, $peers, $floor, $fast, $their) = @_;
	my $want = $target{$figure}{$size} or return '';
	my ($faster, $at_most, $than_fast) = @$want;
	my @missed;

	push @missed, 'peer' . ($their ne '-' && $their < $faster ?
	    ", who needs $their floors" : '')
	    if $peers eq '-' || $peers < $faster;
	push @missed, 'floor' if defined $at_most && ($floor eq '-' ||
	    $floor > $at_most);
	push @missed, 'hp' if defined $than_fast && ($fast eq '-' ||
	    $fast < $than_fast);
	return sprintf '%s/%s %s', $faster, $at_most //
	    (defined $than_fast ? "$than_fast hp" : '-'),
	    @missed ? 'NO: ' . join ', ', @missed : 'yes';
}

sub best
{
	my ($of, @servers) = @_;
	my @peers = grep { $_ eq 'dovecot' || $_ eq 'courier' } @servers;
	my ($best) = sort { $a <=> $b } grep { defined }
	    map { median($of->{$_}) } @peers;

	return $best;
}

sub table
{
	my ($self, $what, @servers) = @_;

	printf "%-22s %5s", $what eq 'ms' ? 'milliseconds' : 'CPU ms', 'size';
	printf ' %9s', $_ for @servers;
	printf ' %9s %8s %8s  %s', 'floor', 'peer/our', 'our/flr',
	    'to reach' if $what eq 'ms';
	print "\n";
	for my $key (grep { !/^hold/ } @{$self->{order}}) {
		my ($figure, $size) = split /\t/, $key;
		my $of = $self->{$what}{$key};
		my $ours = median($of->{ours});
		my $floor = median($of->{floor});
		my $best = best($of, @servers);
		my $peers = ratio($best, $ours);
		my $over = ratio($ours, $floor);
		my $fast = ratio(median($of->{'dove-hp'}), $ours);
		printf '%-22s %5s', $figure, $size;
		printf ' %9s', ms(median($of->{$_})) for @servers;
		printf ' %9s %8s %8s  %s', ms($floor), $peers, $over,
		    verdict($figure, $size, $peers, $over,
		    $fast, ratio($best, $floor)) if $what eq 'ms';
		print "\n";
	}
	print "\n";
	return;
}

# "320 yes": how much private memory may be used, and whether that is less
# than what the peers have.
sub room
{
	my ($self, $key, @servers) = @_;
	my ($figure, $size) = split /\t/, $key;
	my $most = $most{$figure}{$size} or return '';
	my $ours = median($self->{cpu}{$key}{ours}) // return '';
	my $best = best($self->{cpu}{$key}, @servers) // 0;

	return "$most " . ($ours <= $most && $ours < $best ? 'yes' : 'NO');
}

sub memory
{
	my ($self, @servers) = @_;
	my @held = grep { /^hold/ } @{$self->{order}} or return;

	print 'KiB of memory for each session held after SELECT: ' .
	    "proportional, private\n";
	for my $key (@held) {
		printf '%-22s %5s', split /\t/, $key;
		printf ' %14s', defined median($self->{ms}{$key}{$_}) ?
		    sprintf '%s %d, %d', $_, median($self->{ms}{$key}{$_}),
		    median($self->{cpu}{$key}{$_}) : '-' for @servers;
		print '  ' . $self->room($key, @servers);
		print "\n";
	}
	print "\n";
	return;
}

sub print
{
	my ($self, @servers) = @_;

	print "\n";
	$self->table('ms', @servers);
	$self->table('cpu', @servers);
	$self->memory(@servers);
	return;
}

# figure, size, server, median, least, most (ms), median of CPU, samples, octets
sub save
{
	my ($self, $path) = @_;

	open my $fh, '>', $path or die "$path: $!\n";
	for my $key (@{$self->{order}}) {
		for my $server (sort keys %{$self->{ms}{$key}}) {
			my $list = $self->{ms}{$key}{$server};
			my @sorted = sort { $a <=> $b } @$list;
			print $fh join("\t", $key, $server, median($list),
			    @sorted[0, -1],
			    median($self->{cpu}{$key}{$server}),
			    scalar @sorted, $self->{octets}{$key}{$server}) .
			    "\n";
		}
	}
	close $fh or die "$path: $!\n";
	print "$path has the figures\n";
	return;
}

1;
