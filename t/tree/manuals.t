#!/usr/bin/perl
# Manual pages: valid, installed, and every setting and program in one.
use strict;
use warnings;
use lib 't/tree';
use Tree;
use Test::More;

my @pages = Tree::files(qr{^man/.*\.[578]$});
my $makefile = Tree::text('Makefile') =~ s/\\\n/ /gr;
my $all = join '', map { Tree::text($_) } @pages;

my $lint = `mandoc -V 2>&1; mandoc -Tlint /dev/null 2>&1`;
for my $page (@pages) {
	my ($name, $section) = $page =~ m{([^/]+)\.([578])$};
	my ($list) = $makefile =~ /^MAN$section = (.*)$/m;
	ok(($list // '') =~ /(^|\s)\Q$name\E(\s|$)/, "$page is installed");
	SKIP: {
		skip('no mandoc', 1) if $lint =~ /not found/ || $lint eq '';
		# "Os" is ours to leave empty; other systems' pages are not here
		my $said = `mandoc -Tlint -Wwarning $page 2>&1`;
		is($said, '', "$page is valid mdoc");
	}
}

# programs have pages
my ($programs) = $makefile =~ /^PROGRAMS = ?(.*)$/m;
my ($checkpw) = $makefile =~ /^CHECKPW = ?(.*)$/m;
my ($commands) = $makefile =~ /^COMMANDS = ?(.*)$/m;
for (split ' ', "$programs $checkpw $commands") {
	ok(-f "man/$_.8", "man/$_.8");
}

# what is read from or put into the environment
my %seen;
for my $file (Tree::files(qr{^(lib|bin)/.*\.c$})) {
	my $text = Tree::text($file);
	$seen{$1} //= $file while $text =~
	    /\b(?:env_(?:str|num|bool)|(?:secure_)?getenv|setenv)\(\s*"(\w+)"/g;
	# tables of settings
	next if $text !~ /\benv_str\(/;
	$seen{$1} //= $file while $text =~ /\{\s*"([A-Z][A-Z0-9_]*[A-Z0-9])",/g;
}
for (sort keys %seen) {
	ok($all =~ /\b\Q$_\E\b/, "$_ ($seen{$_}) is documented");
}
# the two pages that have all of them: settings, and what programs tell
my $both = join '', map { Tree::text("man/satchel-$_.7") } 'settings', 'chain';
for (grep { /^(?:IMAP|POP3|SATCHEL|TLS)_/ } sort keys %seen) {
	ok($both =~ /\b\Q$_\E\b/, "$_ is in satchel-settings(7), or -chain(7)");
}
plan(skip_all => 'nothing to look at') if !@pages && !%seen;
done_testing();
