# Crash::Sync: what would not be on the disk if the machine stopped when it
# has answered, from the list of faultat.
package Crash::Sync;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(unsynced);

sub parent { return $_[0] =~ s{/[^/]*$}{}r }

# A message gets a name in the folder: both writes were for it if they are
# synced, and if not its UID may be another's.
sub arrive
{
	my ($s, $folder) = @_;
	my $both = delete $s->{both}{$folder} // return;

	push @{$s->{early}}, $both if $s->{content}{"$folder/courierimapuiddb"};
	return;
}

# A change of a name is on the disk when the directory was synced; one of
# content when the file was, under whichever name.  sync_file_range() makes
# what was written before be there first, if it is to be there at all.
sub apply
{
	my ($s, $call, $r, @at) = @_;
	my ($from, $to) = @at;

	if ($call =~ /sync$/) {
		delete $s->{content}{$s->{same}{$from} // $from};
		delete $s->{first}{$s->{same}{$from} // $from};
		delete @{$s->{names}}{grep { $s->{names}{$_} eq $from }
		    keys %{$s->{names}}};
	} elsif ($call eq 'sync_file_range') {
		$s->{first}{$s->{same}{$from} // $from} = 1;
	} elsif ($call =~ /^p?writev?$|^sendfile|^copy_file|^ftruncate/) {
		my $is = $s->{same}{$from} // $from;
		# the number, then the lines: see courierimapuiddb(5)
		$s->{both}{parent($from)} =
		    "$from: one write before another is synced"
		    if $s->{content}{$is} && !$s->{first}{$is} &&
		    $from =~ m{(?<!tmp)/[^/]*uiddb$};
		delete $s->{first}{$is};
		$s->{content}{$is} = $from;
	} elsif ($call =~ /^(?:rename|link)/) {
		my $is = $s->{same}{$from} // $from;
		arrive($s, $1) if $to =~ m{^(.*)/cur/[^/]*$};
		push @{$s->{early}}, "$to is a name before its content is synced"
		    if $s->{content}{$is} && $to !~ m{/tmp/[^/]*$};
		$s->{same}{$to} = $is;
		$s->{names}{"$to"} = parent($to);
		$s->{names}{"$from, the old name"} = parent($from)
		    if $call =~ /^rename/;
		delete $s->{names}{$from} if $call =~ /^rename/;
		$s->{content}{$is} = $to if $s->{content}{$is};
	} elsif ($call =~ /^(?:unlink|rmdir)/) {
		delete $s->{content}{$s->{same}{$from} // $from};
		delete $s->{same}{$from};
		delete $s->{names}{$from};
		# what has been taken over into :list may come back
		$s->{names}{"$from, removed"} = parent($from)
		    if $from !~ m{/courierimapkeywords/};
	} elsif ($call =~ /^(?:mkdir|open|creat)/) {
		$s->{names}{$from} = parent($from);
	}
	return;
}

# The list's lines, and a pattern of places that must be on the disk at each
# answer but the first $late (what is in tmp need never be).  What is not.
sub unsynced
{
	my ($must, $late, @lines) = @_;
	my %s = (content => {}, names => {}, same => {}, early => []);
	my @bad;

	for (@lines) {
		my (undef, $call, $class, @at) = split ' ';
		my $r = pop @at;
		pop @at;
		return ('the list shows no places') if grep { /\?/ } @at;
		next if grep { m{/satchel-(?:index|cache|status)} } @at; # caches
		if ($class =~ /^c/ && $r !~ /^-/) {
			apply(\%s, $call, $r, @at);
		} elsif ($class =~ /^w/ && $late-- > 0) {
			@{$s{early}} = ();
			$s{first}{$_} = 1 for keys %{$s{content}};
		} elsif ($class =~ /^w/) {
			push @bad, values %{delete $s{both} // {}};
			push @bad, map { "answered, not synced: $_" }
			    grep { !m{/tmp/} && /$must/ }
			    values %{$s{content}}, keys %{$s{names}};
		}
	}
	# a folder's first: see satchel-durability(7)
	return (grep({ !m{uiddb} || /$must/ } @{$s{early}}), @bad);
}

1;
