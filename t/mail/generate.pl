#!/usr/bin/perl
# generate.pl: the messages that are too large to be kept.
#
#	perl t/mail/generate.pl DIRECTORY [N]
#
# N is the measure: 1000 for the quick tests (the default), 100000 for the
# sizes of which servers have died: 100000 nested multiparts, 1000000 header
# fields, a field of 100 MB.  Two files have the same size always.
use strict;
use warnings;

my ($dir, $n) = (@ARGV, 1000);
die "usage: generate.pl directory [n]\n"
    if !defined $dir || !-d $dir || $n !~ /^[1-9][0-9]*$/;

my $head = "From: Hein <hein\@werft.example>\nTo: ada\@skerra.example\n" .
    "Date: Wed, 16 Apr 2025 10:00:00 +0200\nMIME-Version: 1.0\n";

# Writes what the subs print, one after the other.
sub message
{
	my ($name, @parts) = @_;

	open my $fh, '>:raw', "$dir/$name.eml" or die "$dir/$name.eml: $!\n";
	for my $part (@parts) {
		if (ref $part) {
			my ($times, $make) = @$part;
			print $fh ref $make ? $make->($_) : $make
			    for 1 .. $times;
		} else {
			print $fh $part;
		}
	}
	close $fh or die "$dir/$name.eml: $!\n";
	return;
}

sub multiparts
{
	my ($name, $levels) = @_;

	message($name, $head, "Subject: $levels multiparts\n",
	    [$levels, sub {
		"Content-Type: multipart/mixed; boundary=\"b$_[0]\"\n\n--b$_[0]\n"
	    }],
	    "\nThe innermost.\n",
	    [$levels, sub { '--b' . ($levels + 1 - $_[0]) . "--\n" }]);
	return;
}

sub parts
{
	my ($name, $count) = @_;

	message($name, $head, "Subject: $count parts\n",
	    "Content-Type: multipart/mixed; boundary=x\n\n",
	    [$count, sub { "--x\n\nPart $_[0].\n" }], "--x--\n");
	return;
}

sub boundary
{
	my ($name, $len) = @_;
	my $b = 'b' x $len;

	message($name, $head, "Subject: a boundary of $len\n",
	    "Content-Type: multipart/mixed; boundary=\"$b\"\n\n--$b\n\none\n",
	    "--${b}b\nstill one\n--$b\n\ntwo\n--$b--\n");
	return;
}

# A field whose value is made of many pieces, with a break every 20.
sub field
{
	my ($name, $field, $first, $count, $make, $last) = @_;

	message($name, $head, "Subject: $count in $field\n$field: $first",
	    [$count, sub {
		$make->($_[0]) . ($_[0] % 20 == 0 ? "\n " : '')
	    }],
	    "$last\n\nText.\n");
	return;
}

multiparts('100-levels', 100);
parts('1000-parts', 1000);

# checklist 20
multiparts('nested-multiparts', $n);
parts('parts', $n);
boundary('boundary-70', 70);
boundary('boundary-long', int $n * 7 / 10);
my $depth = int $n / 10;
message('nested-messages', [$depth, sub {
	"Subject: level $_[0]\nContent-Type: message/rfc822\n\n"
}], "Subject: the innermost\n\nText.\n");
message('nested-digests', [$depth, sub {
	"Subject: level $_[0]\nContent-Type: multipart/digest; " .
	    "boundary=b$_[0]\n\n--b$_[0]\n\n"
}], "Subject: the innermost\n\nText.\n");

# checklist 21
message('fields', $head, [10 * $n, sub { "X-Field-$_[0]: $_[0]\n" }],
    "Subject: many fields\n\nText.\n");
message('same-fields', $head, [10 * $n, "To: x\@skerra.example\n"],
    "Subject: one field many times\n\nText.\n");
message('field-long', $head, 'Subject: ', [$n, 'goat ' x 200], "\n\nText.\n");
message('field-folded', $head, 'Subject: a', [10 * $n, "\n goat"],
    "\n\nText.\n");
field('addresses', 'Cc', 'first@skerra.example', 10 * $n,
    sub { ", Keeper $_[0] <k$_[0]\@skerra.example>" }, '');
field('groups', 'Cc', 'g:;', 10 * $n, sub { ", g$_[0]: a\@b.example;" }, '');
field('groups-open', 'Cc', '', 10 * $n, sub { "g$_[0]: " }, '');
field('routes', 'Cc', '<', 10 * $n, sub { '@r.example,' },
    '@r.example:a@b.example>');
field('comments', 'Cc', '', 10 * $n, sub { '(' }, ' a@b.example');
field('comments-closed', 'Cc', ('(' x $n) . 'c' . (')' x $n), 1,
    sub { '' }, ' a@b.example');
field('commas', 'Cc', '', 10 * $n, sub { ',' }, '');
field('quotes', 'Cc', '"', 10 * $n, sub { '\\"' }, '" <a@b.example>');
field('references', 'References', '', 10 * $n,
    sub { "<r$_[0]\@skerra.example> " }, '');
message('ends-in-comment', "To: a\@b.example (c\\");
message('ends-in-quotes', "To: \"a\\");
message('ends-in-type', "Content-Type: text/plain; name=\"a\\");
message('ends-in-route', 'To: <@a.example,@b:');

# checklist 22
my $type = "Content-Type: text/plain";
message('parameters', $head, $type,
    [10 * $n, sub { ";\n name*" . ($_[0] - 1) . "=x" }], "\n\nText.\n");
message('parameters-back', $head, $type,
    [10 * $n, sub { ";\n name*" . (10 * $n - $_[0]) . "=x" }], "\n\nText.\n");
message('parameters-gaps', $head, $type,
    [10 * $n, sub { ";\n name*" . 2 * $_[0] . "*=%41" }], "\n\nText.\n");
message('parameters-same', $head, $type, [10 * $n, ";\n name*0*=utf-8''x"],
    "\n\nText.\n");
message('parameters-other', $head, $type,
    [10 * $n, sub { ";\n p$_[0]=x" }], "\n\nText.\n");
message('charset-long', $head, "Subject: =?", [$n, 'charset-x-'],
    "?Q?a?=\n$type; charset=\"", [$n, 'charset-x-'],
    "\";\n name*=", [$n, 'charset-x-'], "''a\n\nText.\n");

# checklist 23
my $word = '=?utf-8?B?w6nDqcOp?= =?iso-2022-jp?Q?=1B$B$"=1B(B?=';
message('words-cut', $head, [length $word, sub {
	'X-' . $_[0] . ': ' . substr($word, 0, $_[0]) . "\n" .
	    ($_[0] == length $word ? '' :
	    'Comments: ' . substr($word, $_[0]) . "\n")
}], "Subject: ", substr($word, 0, 9), "\n\nText.\n");
message('words', $head, 'Subject:', [10 * $n, "\n =?utf-8?Q?=C3=A9?="],
    "\n\nText.\n");
message('base64-long', $head, "Content-Type: text/plain\n",
    "Content-Transfer-Encoding: base64\n\n",
    [$n, ('Z29hdHMh' x 9) . "\n"], "Z");
message('qp-long', $head, "Content-Type: text/plain\n",
    "Content-Transfer-Encoding: quoted-printable\n\n", [$n, "=67oat=\n"],
    '=');
message('blanks', $head, "Content-Type: text/plain\n",
    "Content-Transfer-Encoding: quoted-printable\n\n", [$n, ' ' x 70], "\n");
message('almost-boundaries', $head,
    "Content-Type: multipart/mixed; boundary=", 'x' x 70, "\n\n",
    [$n, '--' . 'x' x 69 . "\n"]);
