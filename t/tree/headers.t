#!/usr/bin/perl
# Each header compiles alone, is guarded by its own name and says what it is.
use strict;
use warnings;
use lib 't/tree';
use Tree;
use Test::More;

my $cc = $ENV{CC} || 'cc';
my $build = $ENV{BUILD} || 'build';
my $flags = $ENV{OUR_CFLAGS}
    || "-std=c11 -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L -I$build -Ilib"
    . ' -Ibin -It -Wall -Wextra';

for my $file (Tree::files(qr{^(lib|bin)/.*\.h$})) {
	my ($layer, $name) = $file =~ m{([^/]+)/([^/]+)\.h$};
	my $guard = uc "${layer}_${name}_H" =~ s/-/_/gr;
	my $text = Tree::text($file);
	# included, since clang misses calls of what a main file has inline
	my $said = `echo '#include "$file"' |
	    $cc $flags -I. -Werror -fsyntax-only -x c - 2>&1`;

	is($said, '', "$file compiles alone");
	like($text, qr{\A/\* \Q$name\E\.h: .*\*/\n#ifndef \Q$guard\E\n},
	    "$file: first line and guard");
}
done_testing();
