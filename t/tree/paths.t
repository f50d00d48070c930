#!/usr/bin/perl
# Nothing in the tree knows the machine it was written on.
use strict;
use warnings;
use lib 't/tree';
use Tree;
use Test::More;

for my $file (Tree::files(qr{.})) {
	next if -B $file || $file =~ m{^t/(mail|fuzz/corpus)/};
	my ($n, @bad) = 0;
	for (Tree::lines($file)) {
		$n++;
		push @bad, "line $n: $&"
		    if m{/wor[k]/(main|shared)|/tmp/w[t]/|/home/\w+/|/root/\w};
	}
	Tree::report($file, @bad);
}
done_testing();
