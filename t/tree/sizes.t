#!/usr/bin/perl
# Files, functions and lines stay as long as one can hold in the head.
use strict;
use warnings;
use lib 't/tree';
use Tree;
use Test::More;

# functions over 60 lines, each with its reason: NAME file reason
my %long = map { /^(\w+)\s+(\S+)\s+\S/ ? ("$2 $1" => 1) : () }
    grep { !/^#/ } Tree::lines('t/tree/long-functions');

sub columns {
	my ($line) = @_;
	utf8::decode($line);
	1 while $line =~ s/\t/' ' x (8 - $-[0] % 8)/e;
	return length $line;
}

for my $file (Tree::files(qr{\.[ch]$})) {
	my @bad;
	my $n = Tree::lines($file);
	my $max = $file =~ m{^bin/[^/]+\.c$} ? 150 : 600;
	push @bad, "$n lines, $max are the limit" if $n > $max;
	if ($file =~ /\.c$/) {
		my $line = 0;
		for (Tree::lines($file)) {
			$line++;
			# continued lines are indented as well, so look at verbs
			push @bad, "line $line: more than 3 levels"
			    if /^\t{5}\t*(if|for|while|do|switch|return|goto)\b/;
		}
		for my $f (Tree::functions($file)) {
			my $where = "line $f->{line}: $f->{name}()";
			my $key = "$file $f->{name}";
			my $commas = () = $f->{parameters} =~ /,/g;
			push @bad, "$where has $f->{length} lines"
			    if $f->{length} > 100;
			push @bad, "$where has $f->{length} lines and is not"
			    . ' in t/tree/long-functions'
			    if $f->{length} > 60 && !$long{$key};
			push @bad, "$where has more than 5 parameters"
			    if $commas > 4;
			delete $long{$key} if $f->{length} > 60;
		}
	}
	Tree::report($file, @bad);
}
is_deeply([sort keys %long], [], 'long-functions names only long functions');

my $ours = qr{\.([ch578]|sh|md)$|^(Makefile|setup|\.ci/run)$};
for my $file (Tree::files($ours)) {
	my ($n, $table, @bad) = (0, 0);
	next if $file =~ m{^t/(mail|fuzz/corpus)/};
	for (Tree::lines($file)) {
		$n++;
		$table = $1 eq 'off' if m{/\* clang-format (off|on) \*/};
		next if $table; # laid out by hand
		next if /^\|/ && $file =~ /\.md$/; # a table's row has no fold
		next if /^[CS]: / && $file =~ m{^t/wire/}; # nor a transcript's
		push @bad, "line $n is wider than 80" if columns($_) > 80;
		push @bad, "line $n ends in blanks" if /[ \t]$/;
	}
	Tree::report("$file: width", @bad);
}
cmp_ok(scalar(Tree::lines('Makefile')), '<', 400, 'Makefile below 400 lines');
cmp_ok(scalar(Tree::lines('config.sh')), '<=', 150, 'config.sh within 150');
cmp_ok(scalar(Tree::lines('README.md')), '<=', 130, 'README.md within 130');
done_testing();
