#!/usr/bin/perl
# Programs that are started without a descriptor 0 or 1 do nothing: the first
# file they opened would take its number, and replies be written into it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $top = temp_dir();
my $maildir = "$top/Maildir";

make_maildir($maildir);
my $before = `find $maildir`;
for my $closed ('<&-', '>&-', '<&- >&-') {
	for ([imapd => $maildir], [imaplogin => 'true']) {
		my ($name, @argument) = @$_;

		is(system('sh', '-c', "exec timeout 10 \"\$@\" $closed", 'x',
		    program($name), @argument) >> 8, 111, "$name $closed");
	}
}
is(`find $maildir`, $before, 'the Maildir is as it was');
done_testing();
