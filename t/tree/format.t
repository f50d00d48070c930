#!/usr/bin/perl
# clang-format with the tree's own file has nothing to change.
use strict;
use warnings;
use lib 't/tree';
use Tree;
use Test::More;

my ($tool) = grep { `$_ --version 2>/dev/null` } qw(clang-format-14
    clang-format);
plan(skip_all => 'no clang-format') if !defined $tool;
my ($version) = `$tool --version` =~ /version (\d+)/;
plan(skip_all => "clang-format $version lays some lines out otherwise")
    if $version != 14;

my @files = Tree::files(qr{^(lib|bin|t|bench)/.*\.[ch]$});
my %bad;
open my $said, '-|', "$tool --dry-run @files 2>&1" or die;
while (<$said>) {
	push @{$bad{$1}}, "line $2" if m{^(?:\./)?([^:]+):(\d+):\d+: warning};
}
Tree::report($_, @{$bad{$_} // []}) for @files;
done_testing();
