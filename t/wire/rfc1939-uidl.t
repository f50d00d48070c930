# UIDLs: every version of courierpop3dsizelist, other servers' styles, a list
# that cannot be written, sizes that others have counted.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Pop3;
use Wire;

my $courier = $ENV{COURIER_POP3D} // '/usr/lib/courier/courier/courierpop3d';

# UIDLs as a session shows them.
sub uidls
{
	my ($md, %o) = @_;
	my $w = Pop3->new(maildir => $md, %o);

	is $w->line, '+OK logged in.', 'a session' if !$o{quiet};
	$w->line if $o{quiet};
	my $list = $w->multi('UIDL');
	$w->cmd('QUIT');
	$w->done if !$o{quiet};
	return join ' ', map { s/^[0-9]+ //r } @$list;
}

sub sizes
{
	my ($md) = @_;
	my $w = Pop3->new(maildir => $md);

	$w->line;
	return join ' ', map { s/^[0-9]+ //r } @{$w->multi('LIST')};
}

# A Maildir with files of 4 octets, and a list.
sub maildir
{
	my ($list, @names) = @_;
	my $md = make_maildir();

	spew("$md/cur/$_", "a\n\n") for @names;
	spew("$md/courierpop3dsizelist", $list) if defined $list;
	return $md;
}

my $time = qr/1[0-9]{9}/;
my @cases = (
	['no list', undef, ['1.a:2,', '2.b:2,S'], qr/^UID1-($time) UID2-\1$/,
	    qr{^/3 3 ($time)\n1\.a:2, 05 1:\1:0\n2\.b:2,S 05 2:\1:0\n$}],
	['version 3', "/3 5 777\n1.a:2, 3 1:777:0\n2.b:2,S 3 4:777:1\n",
	    ['1.a:2,RS', '2.b:2,S', '3.c:2,'], qr/^UID1-777 UID4-777 UID5-777$/,
	    qr{^/3 6 777\n1\.a:2,RS 05 1:777:0\n2\.b:2,S 05 4:777:0\n3.c:2, }],
	['version 2 with the three kinds of entries',
	    "/2 30 777\n1.a:2, 3 10:777\n2.b:2,S 3 20:0\n" .
	    "3.c'd,S=3:2, 3 0:0\n", ['1.a:2,', '2.b:2,', "3.c'd,S=3:2,"],
	    qr/^UID10-777 UID20 3\.c\+27d,S=3$/,
	    qr{^/3 30 777\n1.a:2, 05 10:777:0\n2.b:2, 05 20:0:0\n}],
	['version 1: the header counts', "/1 30 777\n1.a:2, 3 10\n",
	    ['1.a:2,'], qr/^UID30-777$/, qr{^/3 31 777\n1.a:2, }],
	['version 1 with two numbers', "/1 30\n1.a:2, 3 10\n", ['1.a:2,'],
	    qr/^UID30-$time$/, qr{^/3 31 $time\n}],
	['version 0', "1.a:2, 3\n", ['1.a:2,'], qr/^UID1-$time$/,
	    qr{^/3 2 $time\n}],
	['an unknown version', "/9 30 777\n1.a:2, 3 10:777:0\n", ['1.a:2,'],
	    qr/^UID30-777$/, qr{^/3 31 777\n}],
	['version 3 over entries of version 2', "/3 30 777\n1.a:2, 3 10:777\n",
	    ['1.a:2,'], qr/^UID10-777$/, qr{^/3 30 777\n1.a:2, }],
	['with info and without are two messages',
	    "/3 30 777\n1.a 3 10:777:0\n2.b:2, 3 11:777:0\n",
	    ['1.a:2,', '2.b'], qr/^UID30-777 UID31-777$/, qr{^/3 32 777\n}],
	['an entry of another time', "/3 30 888\n1.a:2, 3 10:777:0\n",
	    ['1.a:2,', '2.b:2,'], qr/^UID10-777 UID30-888$/, qr{^/3 31 888\n}],
	['no order, dead entries, a name with spaces',
	    "/3 30 777\n9.z:2, 3 9:777:0\n2.b c:2, 3 2:777:0\n" .
	    "5.gone:2, 3 5:777:0\n1.a:2, 3 1:777:0\n",
	    ['9.z:2,', '1.a:2,', '2.b c:2,'], qr/^UID1-777 UID2-777 UID9-777$/,
	    qr{^/3 30 777\n1\.a:2, 05 1:777:0\n2\.b c:2, 05 2:777:0\n9\.z:}],
	['order by number, then by bytes', "/3 1 777\n",
	    ['10.a:2,', '9.b:2,', 'x:2,', '9.B:2,'],
	    qr/^UID1-777 UID2-777 UID3-777 UID4-777$/,
	    qr{\nx:2, .*\n9\.B:.*\n9\.b:.*\n10\.a:}],
	['lines that are no entries',
	    "/3 30 777\n\nx\n1.a:2, x 1:777:0\n2.b:2, 3 2:777:0:9\n" .
	    "../cur/1.a:2, 3 3:777:0\n.h 3 4:777:0\n1.a:2, 3 5:777:0\n",
	    ['1.a:2,', '2.b:2,'], qr/^UID5-777 UID30-777$/, qr{^/3 31 777\n}],
	['two entries for a file', "/3 30 777\n2.b:2, 3 1:777:0\n" .
	    "1.a:2, 3 2:777:0\n1.a:2,S 3 3:777:0\n2.b:2, 3 4:777:0\n",
	    ['1.a:2,', '2.b:2,'], qr/^UID3-777 UID4-777$/,
	    qr{^/3 30 777\n1.*\n2.*\n\z}],
	['lines that end in CRLF', "/3 30 777\r\n1.a:2, 3 1:777:0\r\n",
	    ['1.a:2,', '2.b:2,'], qr/^UID1-777 UID30-777$/,
	    qr{^/3 31 777\n1.*0\n2.*0\n\z}],
	['octets without bounds', "/3 30 777\n1.a:2, 99999999999999999999 " .
	    "1:777:0\n", ['1.a:2,'], qr/^UID1-777$/, qr{^/3 30 777\n1.a:2, 05 }],
	['lines with one UID', "/3 30 777\n1.a:2, 05 7:777:0\n" .
	    "2.b:2, 05 7:777:0\n3.c:2, 05 0:0:0\n3.c 05 0:0:0\n",
	    ['1.a:2,', '2.b:2,', '3.c', '3.c:2,'],
	    qr/^UID7-777 UID30-777 3\.c UID31-777$/, qr{^/3 32 777\n}],
	['a counter behind its entries', "/3 2 777\n1.a:2, 3 7:777:0\n",
	    ['1.a:2,', '2.b:2,'], qr/^UID7-777 UID8-777$/, qr{^/3 9 777\n}],
);

for my $case (@cases) {
	my ($name, $list, $files, $uidls, $after) = @$case;
	my $md = maildir($list, @$files);
	my $got = uidls($md, quiet => 1);

	like $got, $uidls, $name;
	like slurp("$md/courierpop3dsizelist"), $after, "$name: the new list";
	is uidls($md, quiet => 1), $got, "$name: again";
	SKIP: {
		skip 'no courier-pop here', 2 if !-x $courier;
		skip 'safer than Courier', 2
		    if $name =~ /^(?:a counter|lines (?:that are|with))/;
		my $other = maildir($list, @$files);
		my %by = (quiet => 1, env => { AUTHENTICATED => 'x' },
		    command => [$courier, $other]);
		give_away($_) for $other, $md;
		is uidls($other, %by) =~ s/($time)/T/gr,
		    $got =~ s/($time)/T/gr, "$name: as Courier";
		is uidls($md, %by, command => [$courier, $md]), $got,
		    "$name: Courier after ours";
	}
}

# --- counted once, and again where others have counted -----------------------
my $md = maildir("/3 9 777\n1.a:2, 16 1:777:0\n2.b:2, 12 2:777:0\n" .
    "3.c:2, 077 3:777:0\n");
spew("$md/cur/1.a:2,", "a: b\n\nno end");
spew("$md/cur/2.b:2,", "a\r\n\r\nb\r\n");
spew("$md/cur/3.c:2,", "a\n");
is sizes($md), '16 8 77', 'what is not ours is counted again';
is slurp("$md/courierpop3dsizelist"), <<'END', 'once';
/3 9 777
1.a:2, 016 1:777:0
2.b:2, 08 2:777:0
3.c:2, 077 3:777:0
END
my $ino = (stat "$md/courierpop3dsizelist")[1];
is sizes($md), '16 8 77', 'then it is known';
is((stat "$md/courierpop3dsizelist")[1], $ino, 'and nothing is written');

# --- other servers' styles ---------------------------------------------------
$md = maildir(undef, '1.a:2,', "2.b'+c,S=3:2,S", '3.c:2,');
spew("$md/courierimapuiddb", "1 1234567890 20\n7 1.a\n19 3.c\n");
is uidls($md, env => { SATCHEL_POP3_UIDL => 'name' }), "1.a 2.b'+c,S=3 3.c",
    'of qmail-pop3d and vpopmail';
is uidls($md, env => { SATCHEL_POP3_UIDL => 'dovecot' }),
    '00000007499602d2 00000014499602d2 00000013499602d2', 'of Dovecot';
like slurp("$md/courierimapuiddb"), qr/^1 1234567890 0*21\n/,
    'whose new UIDs are on disk';
like uidls($md), qr/^UID1-($time) UID2-\1 UID3-\1$/, 'our own are not lost';

# --- the list cannot be written ----------------------------------------------
$md = maildir("/3 9 777\n1.a:2, 05 1:777:0\n", '1.a:2,', '2.b:2,');
give_away($md);
chmod 0500, "$md/tmp" or die;
my $w = Pop3->new(maildir => $md);
$w->script(<<'END', 'what is not in the list is hidden');
S: +OK logged in.
C: UIDL
S: +OK
S: 1 UID1-777
S: .
C: QUIT
S: +OK Bye-bye.
END
$w->done;
like $w->errors,
    qr/^ERR: Error while saving courierpop3dsizelist, user=nobody$/m,
    'the log says so';
spew("$md/courierpop3dsizelist", '');
my ($mtime, $dev, $i) = (stat "$md/cur/1.a:2,")[9, 0, 1];
$w = Pop3->new(maildir => $md);
$w->script(sprintf(<<'END', $mtime, $dev, $i), 'but one is shown');
S: +OK logged in.
C: UIDL
S: +OK
S: 1 ENOMEM-%x-%x-%x
S: .
C: DELE 1
S: +OK Deleted.
C: QUIT
S: +OK Bye-bye.
END
$w->done;
ok !-e "$md/cur/1.a:2," && -e "$md/cur/2.b:2,", 'and can be removed';
chmod 0700, "$md/tmp";
done_testing;
