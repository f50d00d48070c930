#!/usr/bin/perl
# satchel-cache: whatever is in it, or not, the answers are the same bytes.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Copy ();
use Test::More;
use Wire;

my $md = make_maildir();
my $n = 0;
for (sort glob root() . '/t/mail/*.eml') {
	my $to = sprintf "%s/cur/%d.x%d:2,", $md, 1000000000 + $n, $n;
	File::Copy::copy($_, $to) or die "$to: $!\n";
	utime 1700000000 + $n, 1700000000 + $n, $to;
	$n++;
}
my $cache = "$md/satchel-cache";

my @items = (
	'UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE', 'BODY', 'BODYSTRUCTURE',
	'BODY.PEEK[HEADER.FIELDS (DATE FROM TO CC SUBJECT MESSAGE-ID X-TUID)]',
	'BODY.PEEK[HEADER.FIELDS (RECEIVED X-PRIORITY LIST-ID)]<3.40>',
	'BODY.PEEK[HEADER.FIELDS.NOT (FROM)]', 'BODY.PEEK[HEADER]',
	'BODY.PEEK[TEXT]', 'BODY.PEEK[]<10.100>', 'BODY.PEEK[]',
	'BODY.PEEK[1] BODY.PEEK[1.MIME]', 'BODY.PEEK[2] BODY.PEEK[2.1]',
	'BODY.PEEK[2.HEADER.FIELDS (SUBJECT)] BODY.PEEK[1.TEXT]',
	'BINARY.PEEK[1]', 'BINARY.SIZE[2]', 'RFC822.SIZE',
	'PREVIEW', 'PREVIEW (LAZY)', 'PREVIEW (LAZY) ENVELOPE BODY.PEEK[1]',
	'BODY.PEEK[HEADER.FIELDS ("' . 'x' x 20000 . '" TO)]',
	'ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (REFERENCES)]',
);
my @searches = map { "SEARCH $_" } (
	'SUBJECT "e"', 'FROM "example"', 'TO "x"', 'CC ""', 'BCC "a"',
	'SENTSINCE 1-Jan-2020', 'NOT SENTON 4-Apr-2025',
	'SENTBEFORE 1-Jan-2026', 'HEADER Message-ID "example"',
	'HEADER X-None ""', 'HEADER Received "by"', 'HEADER References ""',
	'TEXT "the"', 'BODY "html"', 'OR SUBJECT "a" BODY "e"',
	'LARGER 700', 'SMALLER 2000', 'SINCE 1-Jan-2020', 'ON 14-Nov-2023',
);

# What a session says to these commands, \Recent and greeting left out; then
# what it has to complain about.
sub ask
{
	my ($mode, @commands) = @_;
	my $in = "$md.in";
	my $i = 0;

	spew($in, join '', map { "$_\r\n" }
	    ($mode ? "x ENABLE $mode" : 'x NOOP'), 'y EXAMINE INBOX',
	    (map { 'c' . $i++ . " $_" } @commands), 'z LOGOUT');
	my $out = do {
		local $ENV{TZ} = 'UTC';
		open my $fh, '-|', 'sh', '-c', 'exec "$0" "$1" <"$2" 2>"$2.log"',
		    program('imapd'), $md, $in or die "imapd: $!\n";
		binmode $fh;
		local $/;
		<$fh>;
	};
	my $log = slurp("$in.log") =~ s/^INFO:.*\n//mgr;
	unlink $in, "$in.log";
	$out =~ s/.*?\ny OK[^\n]*\n//s;
	return $out . $log;
}

sub fetch { return map { "FETCH 1:* ($_)" } @items }

# That the session ends well is part of it: a torn answer has no BYE.
sub same
{
	my ($got, $want, $what) = @_;
	my $good = $got eq $want && $got =~ /^z OK/m;

	return ok($good, $what) if $good;
	my $at = 0;
	$at++ while $at < length $got && $at < length $want
	    && substr($got, $at, 1) eq substr($want, $at, 1);
	my $from = $at > 200 ? $at - 200 : 0;
	fail($what);
	diag("got:  ", substr($got, $from, 300));
	diag("want: ", substr($want, $from, 300));
	return 0;
}

ask('');
my %want;
for my $mode ('', 'UTF8=ACCEPT', 'IMAP4rev2') {
	# A cache that cannot be made: a directory is in its place.
	unlink $cache;
	mkdir $cache or die;
	my @all = (fetch(), @searches);
	$want{$mode} = ask($mode, @all);
	my @each = map { ask($mode, $_) } @all;
	rmdir $cache or die;
	ok(!-e $cache, "$mode without a cache");
	same(ask($mode, @all), $want{$mode}, "$mode making it");
	ok(-s $cache, 'it is there');
	same(ask($mode, @all), $want{$mode}, "$mode using it");
	for my $i (0 .. $#all) {
		same(ask($mode, $all[$i]), $each[$i], "$mode known: $all[$i]");
		unlink $cache;
		same(ask($mode, $all[$i]), $each[$i], "$mode alone: $all[$i]");
		same(ask($mode, @all), $want{$mode}, "... and the rest");
	}
}

# --- damage -------------------------------------------------------------------
my $good = slurp($cache);
my $mode = 'UTF8=ACCEPT';
my @all = (fetch(), @searches);

sub damaged
{
	my ($what, $bytes) = @_;

	unlink $cache;
	spew($cache, $bytes);
	chmod 0600, $cache;
	same(ask($mode, @all), $want{$mode}, $what);
	same(ask($mode, @all), $want{$mode}, '... and once more');
}

damaged('empty', '');
damaged('a head alone', substr $good, 0, 32);
damaged('cut', substr $good, 0, length($good) / 2);
damaged('torn, and written on', substr($good, 0, length($good) / 3) .
    substr($good, length($good) / 4));
damaged('zeros', "\0" x length $good);
damaged('zeros at the end', $good . "\0" x 10000);
damaged('of another version', substr($good, 0, 8) . "\x02" .
    substr $good, 9);
damaged('of another UIDVALIDITY', substr($good, 0, 24) . "\x01\x01\x01\x01" .
    substr $good, 28);
srand 1;
for (1 .. 20) {
	my $bad = $good;

	substr($bad, int rand length $bad, 1) = chr int rand 256 for 1 .. 30;
	damaged("garbled $_", $bad);
}
damaged('any bytes', join '', map { chr int rand 256 } 1 .. 5000);

# of another folder, with the same UIDs and UIDVALIDITY
my $other = make_folder($md, 'Other');
File::Copy::copy("$md/courierimapuiddb", "$md/.Other/courierimapuiddb");
for (glob "$md/cur/*") {
	my ($name) = m{([^/]+)$};
	spew("$md/.Other/cur/o$name", "Subject: other\n\nother\n");
}
{
	my $in = "$md.in";
	spew($in, "a SELECT INBOX.Other\r\nb FETCH 1:* (ENVELOPE BODY)\r\n" .
	    "c LOGOUT\r\n");
	system('sh', '-c', 'exec "$0" "$1" <"$2" >/dev/null 2>&1',
	    program('imapd'), $md, $in);
	unlink $in;
}
ok(-s "$md/.Other/satchel-cache", 'another folder has one');
damaged('of another folder', slurp("$md/.Other/satchel-cache"));
unlink $cache;
symlink "$md/.Other/satchel-cache", $cache;
same(ask($mode, @all), $want{$mode}, 'a link');
unlink $cache;
spew($cache, $good);
chmod 0666, $cache;
same(ask($mode, @all), $want{$mode}, 'others may write to it');
chmod 0400, $cache;
same(ask($mode, @all), $want{$mode}, 'read-only');

# a message that is put in the place of another
damaged('good', $good);
my ($first) = glob "$md/cur/1000000000.*";
spew($first, "Subject: new\n\nanother message\n");
my $got = ask('', 'FETCH 1 BODY.PEEK[]', 'FETCH 1 (ENVELOPE RFC822.SIZE)');
like $got, qr/ENVELOPE \(NIL "new" NIL.*RFC822.SIZE 33\)/,
    'a file of another size has other facts';
done_testing;
