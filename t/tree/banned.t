#!/usr/bin/perl
# What the objects call: nothing banned, and each dangerous thing where it
# belongs.  Reads the symbols, so a macro or a builtin hides nothing.
use strict;
use warnings;
use lib 't/tree';
use Tree;
use Test::More;

my $build = $ENV{BUILD} || 'build';
my @rules = (
	# symbols, the objects that may have them, why
	[qr{^(str(n?cpy|n?cat|tok)|v?sprintf|ato[il]|gets|mktemp|tmpnam)$}
		=> qr{^$}, 'no bounds'],
	[qr{^(gmtime|localtime|ctime|asctime)$} => qr{^$}, 'not reentrant'],
	[qr{^(system|popen)$} => qr{^$}, 'a shell'],
	[qr{^(__ctype_\w+_loc|to(upper|lower)|is(alpha|digit|alnum|space|upper
		|lower|print|punct|cntrl|xdigit))$}x => qr{^$}, 'the locale'],
	[qr{^(strcasecmp|strncasecmp|strcoll|setlocale)$} => qr{^$},
		'the locale'],
	[qr{^v?fork$} => qr{^lib/sys/proc\.o$}, 'processes are sys/proc'],
	[qr{^(secure_)?getenv$} => qr{^(lib/sys/env|bin/.*)\.o$},
		'the environment is sys/env'],
	[qr{^(_?exit|abort)$}
		=> qr{^(bin|lib/(chain|tls))/|^lib/sys/(proc|oom)\.o$},
		'layers below the programs do not end them'],
	[qr{^(v?f?printf|puts|putchar|perror)$} => qr{^bin/},
		'output is sys/wr and sys/log'],
	[qr{^(read|write|open(at)?|close|fcntl|socket|mmap|time|clock_gettime)$}
		=> qr{^(bin|lib/(?!base/))}, 'lib/base makes no system call'],
	[qr{^pthread_create$} => qr{^$}, 'no threads'],
);

# build/main/imapd.o is bin/imapd.c
sub object { return $_[0] =~ s{^\Q$build\E/}{}r =~ s{^main/}{bin/}r }

# objects of sources that are there; others are left from another day
my @objects = grep { -f $_ && -f object($_) =~ s{\.o$}{.c}r }
    glob("$build/lib/*/*.o $build/main/*.o $build/main/*/*.o");
plan(skip_all => 'no nm') if !`nm --version 2>/dev/null`;
plan(skip_all => 'nothing is built') if !@objects;
plan(skip_all => 'instrumented') if `nm $objects[0]` =~ /__(asan|gcov)/;

my %bad = map { $_ => [] } @objects;
open my $nm, '-|', 'nm', '-A', '-u', @objects or die "nm: $!\n";
while (<$nm>) {
	my ($file, $symbol) = /^([^:]+):.*\bU (\w+)/ or next;
	my $object = object($file);

	# what fortification and large files make of a name
	$symbol =~ s/^__(isoc\d+_)?(\w+?)_chk$/$2/;
	$symbol =~ s/64$//;
	for (@rules) {
		my ($name, $where, $why) = @$_;
		push @{$bad{$file}}, "$symbol: $why"
		    if $symbol =~ $name && $object !~ $where;
	}
}
Tree::report($_, @{$bad{$_}}) for @objects;
done_testing();
