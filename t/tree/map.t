#!/usr/bin/perl
# lib/README.md has a word on every module, and on none that is gone.
use strict;
use warnings;
use lib 't/tree';
use Tree;
use Test::More;

my %map; # layer/module
my $section = '';
for (Tree::lines('lib/README.md')) {
	$section = $1 if /^## ([\w, ]+):/;
	my ($names) = /^\| ([^|]+) \|/ or next;
	next if $names =~ /^(module|-+)$/;
	for my $name (split /, /, $names) {
		$name = "$section/$name" if $name !~ m{/};
		$map{$name}++;
	}
}
my %is = map { m{^lib/(.*)\.[ch]$} ? ($1 => 1) : () }
    Tree::files(qr{^lib/.*\.[ch]$});
sub named {
	my ($module) = @_;
	# "cmd_*" stands for a family
	return grep { my $m = quotemeta =~ s/\\\*/.*/r; $module =~ /^$m$/ }
	    keys %map;
}
ok(named($_), "$_ is in the map") for sort keys %is;
for my $name (sort grep { !/\*/ } keys %map) {
	ok($is{$name}, "$name is there");
	is($map{$name}, 1, "$name has one row");
}
done_testing();
