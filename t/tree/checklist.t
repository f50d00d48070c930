#!/usr/bin/perl
# t/checklist.md has a row for each point, and names tests that there are.
use strict;
use warnings;
use lib 't/tree';
use Tree;
use Test::More;

my $points = 43;
my %rows;
my @cases;
for (Tree::lines('t/checklist.md')) {
	my ($first, @cells) = split /\s*\|\s*/, s/^\|\s*//r;
	next if !/^\|/;
	$rows{$first}++ if $first =~ /^\d+$/;
	push @cases, $_ if /CVE-/;
	for my $name (/`([^` ]+)`/g) {
		ok(-e $name || -e "t/$name", "$name, of row $first")
		    if $name =~ m{/};
	}
}
is($rows{$_}, 1, "point $_") for 1 .. $points;
is(scalar keys %rows, $points, 'and no more');
cmp_ok(scalar @cases, '>=', 10, 'cases of other servers');
done_testing();
