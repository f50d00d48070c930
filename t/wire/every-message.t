# Everything that can be fetched of every message in t/mail and of what
# generate.pl makes, through the Judge; and that the pieces fit together.
# MAIL_SIZE is the generator's measure.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;
use Sections;

my $max_parts = 60;
my @files = glob(root() . '/t/mail/*.eml');
my $made = temp_dir();
my $size = $ENV{MAIL_SIZE} // 1000;
system($^X, root() . '/t/mail/generate.pl', $made, $size) == 0
    or die "generate.pl failed\n";
push @files, glob("$made/*.eml");

my $md = make_maildir();
my $n = 0;
for (@files) {
	$n++;
	deliver($md, file => $_, flags => 'S', time => 1700000000 + $n,
	    base => sprintf '17000%05d.M%dP1.t', $n, $n);
}

# As the server shows a stored message: lines end in CRLF, NUL is 0x80
sub wire_form
{
	my ($bytes) = @_;

	$bytes =~ s/\r?\n/\r\n/g;
	$bytes =~ tr/\0/\x80/;
	return $bytes;
}

# Compares without printing megabytes.
sub same
{
	my ($got, $expected, $name) = @_;
	my $at = 0;

	$_ //= "\0NIL" for $got, $expected;
	return 1 if $got eq $expected;
	$at++ while $at < length $got && $at < length $expected &&
	    substr($got, $at, 1) eq substr($expected, $at, 1);
	fail($name);
	diag(sprintf "differs at byte %d (of %d, expected %d):\n%s\n%s", $at,
	    length $got, length $expected, map { Judge::Lex::show(substr $_,
	    $at > 20 ? $at - 20 : 0, 80) } $got, $expected);
	return 0;
}

sub check_part
{
	my ($w, $name, $seq, $part) = @_;
	my ($at, $b, $kind) = @$part;
	my $good = 1;
	my @items = ("BODY.PEEK[$at]", "BODY.PEEK[$at.MIME]");

	push @items, "BODY.PEEK[$at.HEADER]", "BODY.PEEK[$at.TEXT]"
	    if $kind eq 'message';
	my $r = $w->cmd("FETCH $seq (@items)");
	$r->ok or return fail("$name: sections of $at: " . $r->text);
	my $f = $r->fetch($seq);
	my $bytes = $f->{"BODY[$at]"};
	$good &&= same(length($bytes // ''), $b->{octets},
	    "$name: octets of $at") if defined $b->{octets};
	$good &&= same($f->{"BODY[$at.HEADER]"} . $f->{"BODY[$at.TEXT]"},
	    $bytes, "$name: header and text of $at") if $kind eq 'message';
	$r = $w->cmd("FETCH $seq (BINARY.PEEK[$at] BINARY.SIZE[$at])");
	$good &&= $r->status eq 'NO' ? $r->code eq 'UNKNOWN-CTE' ||
	    fail("$name: BINARY[$at]: NO") : same($r->fetch($seq)->{"BINARY[$at]"}
	    ? length $r->fetch($seq)->{"BINARY[$at]"} : 0,
	    $r->fetch($seq)->{"BINARY.SIZE[$at]"}, "$name: BINARY.SIZE[$at]")
	    if $kind eq 'leaf';
	return $good;
}

sub check_whole
{
	my ($name, $f, $file, $seq) = @_;
	my $all = $f->{'BODY[]'};

	return same($all, wire_form(slurp($file)), "$name: BODY[]") &&
	    same($f->{'RFC822.SIZE'}, length $all, "$name: RFC822.SIZE") &&
	    same($f->{'BODY[HEADER]'} . $f->{'BODY[TEXT]'}, $all,
	    "$name: header and text") &&
	    same($f->{'BODY[]<1>'}, substr($all, length $all ? 1 : 0, 77),
	    "$name: partial") &&
	    same(defined $f->{INTERNALDATE}, 1, "$name: INTERNALDATE");
}

sub check_message
{
	my ($w, $file, $seq) = @_;
	my ($name) = $file =~ m{([^/]+)\.eml$};
	my $r = $w->cmd("FETCH $seq (UID FLAGS INTERNALDATE RFC822.SIZE " .
	    'ENVELOPE BODY BODYSTRUCTURE BODY.PEEK[] BODY.PEEK[HEADER] ' .
	    'BODY.PEEK[TEXT] BODY.PEEK[]<1.77> ' .
	    'BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT "X-LONG")] ' .
	    'BODY.PEEK[HEADER.FIELDS.NOT (RECEIVED)])');

	return fail("$name: " . $r->text) if !$r->ok;
	my $f = $r->fetch($seq);
	my @parts = parts($f->{BODYSTRUCTURE});
	splice @parts, $max_parts / 2, @parts - $max_parts
	    if @parts > $max_parts;
	my $good = check_whole($name, $f, $file, $seq);
	$good = check_part($w, $name, $seq, $_) && $good for @parts;
	return ok($good, $name);
}

sub session
{
	my ($mode) = @_;
	my $w = Wire->new(maildir => $md, timeout => 60,
	    seven_bit => $ENV{SEVEN_BIT} // 1);

	$w->cmd("ENABLE $mode") if $mode;
	my $r = $w->cmd('EXAMINE INBOX');
	die 'EXAMINE: ' . $r->text . "\n" if !$r->ok;
	die "not all messages are there\n"
	    if $r->last('EXISTS')->{n} != @files;
	return $w;
}

# Behind a breach of the grammar the session is of no use: a new one.
for my $mode ('', 'IMAP4rev2', 'UTF8=ACCEPT') {
	my $w = session($mode);
	for my $seq (1 .. @files) {
		next if eval { check_message($w, $files[$seq - 1], $seq); 1 };
		fail("$mode $files[$seq - 1]");
		diag($@);
		$w = session($mode);
	}
	$w->cmd('LOGOUT');
	$w->done(0, "a session in mode '$mode'");
}
done_testing;
