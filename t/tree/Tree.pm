# Tree.pm: the project's own files, for the tests of its rules.
package Tree;
use strict;
use warnings;
use File::Find;
use Test::More;

# Every file below the current directory whose path matches, sorted; what is
# built or not ours is left out.
sub files {
	my ($want) = @_;
	my @found;
	find({ no_chdir => 1, wanted => sub {
		my $path = $_ =~ s{^\./}{}r;
		if ($path =~ m{^(build(-\w+)?|\.git)$}) {
			$File::Find::prune = 1;
			return;
		}
		push @found, $path if -f && $path =~ $want;
	} }, '.');
	return sort @found;
}

sub lines {
	my ($file) = @_;
	open my $fh, '<', $file or die "$file: $!\n";
	my @lines = <$fh>;
	chomp @lines;
	return @lines;
}

sub text {
	return join '', map { "$_\n" } lines(@_);
}

# One test: nothing bad was found in this file.
sub report {
	my ($file, @bad) = @_;
	ok(!@bad, $file) or diag(map { "$file: $_\n" } @bad);
}

# Functions of a C file laid out as the house does: the name in column 0 (its
# type on the line above), the braces of the body in column 0.  A list of
# { name, line, length, parameters }.
sub functions {
	my ($file) = @_;
	my (@found, $f);
	my $n = 0;
	for (lines($file)) {
		$n++;
		if ($f && $f->{open}) {
			next if !/^\}/;
			$f->{length} = $n - $f->{line} + 1;
			push @found, $f;
			undef $f;
		} elsif (/^(\w+)\(/) {
			$f = { name => $1, line => $n - 1, parameters => $_ };
		} elsif ($f && /^\{/) {
			$f->{open} = 1;
		} elsif ($f) {
			$f->{parameters} .= $_;
		}
		undef $f if $f && !$f->{open} && /;\s*$/;
	}
	return @found;
}

1;
