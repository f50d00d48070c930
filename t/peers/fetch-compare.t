# What we say of a message beside what Dovecot says: ENVELOPE, BODY,
# BODYSTRUCTURE, sizes, dates, and every section, for all of t/mail and of the
# corpus.  differences.md lists where they may differ, and why.
#
# COMPARE=self asks Dovecot twice, to test this test.
# ONLY=pattern takes the messages whose names match.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Dovecot;
use Flat;
use Sections;
use Server;
use Wire;

# What makes two values the same, for rows which say so.
my %but = (
	blanks => sub { join ' ', split ' ', $_[0] },
	case => sub { lc $_[0] },
	end => sub { $_[0] =~ s/\r\n\z//r },
);

# Rows of the table: | messages | item | ours | Dovecot | because |, where all
# but the last are patterns in backquotes, empty for anything; for Dovecot it
# can be "same but for blanks" (or case, or end: a last CRLF).
sub allowed
{
	my @rows;

	for (split /\n/, slurp("$FindBin::Bin/differences.md")) {
		next if !/^\|\s*`/;
		my (undef, @cell) = split /(?<!\\)\|/;
		s/^\s*`?|`?\s*$//g, s/\\\|/|/g for @cell;
		my ($names, $item, $ours, $theirs) = @cell;
		push @rows, { names => qr/^(?:$names)$/, item => qr/^(?:$item)$/,
			ours => qr/$ours/s, theirs => qr/$theirs/s,
			but => $theirs =~ /^same but for (\w+)$/ ? $1 : undef,
			used => 0, text => $_ };
	}
	return @rows;
}

my @rows = allowed();

sub row_for
{
	my ($name, $item, $ours, $theirs) = @_;

	for my $row (@rows) {
		next if $name !~ $row->{names} || $item !~ $row->{item} ||
		    $ours !~ $row->{ours};
		my $same = $row->{but} ? $but{$row->{but}} : undef;
		return $row if $same ? $same->($ours) eq $same->($theirs) :
		    $theirs =~ $row->{theirs};
	}
	return undef;
}

sub shown
{
	my ($s) = @_;

	return length $s > 150 ? Judge::Lex::show(substr $s, 0, 150) .
	    sprintf '… (%d)', length $s : Judge::Lex::show($s);
}

# The differences that no row allows, as lines.
sub differences
{
	my ($name, $ours, $theirs) = @_;
	my %all = (%$ours, %$theirs);
	my @lines;

	for my $item (sort keys %all) {
		my ($o, $t) = map { !exists $_->{$item} ? '(absent)' :
		    $_->{$item} // 'NIL' } $ours, $theirs;
		next if $o eq $t;
		my $row = row_for($name, $item, $o, $t);
		$row->{used}++ if $row;
		push @lines, "$item\n  ours:    " . shown($o) .
		    "\n  Dovecot: " . shown($t) if !$row;
	}
	return @lines;
}

# Everything of one message from one server.
sub everything
{
	my ($w, $seq, @sections) = @_;
	my $items = join ' ', map { "BODY.PEEK[$_]" } @sections;
	my $r = $w->cmd("FETCH $seq ($items)");

	return { failed => $r->status . ' ' . $r->text } if !$r->ok;
	return flatten($r->fetch($seq));
}

sub first_look
{
	my ($w, $seq) = @_;
	my $r = $w->cmd("FETCH $seq (ENVELOPE BODY BODYSTRUCTURE RFC822.SIZE " .
	    'INTERNALDATE BODY.PEEK[HEADER.FIELDS (SUBJECT FROM X-NONE)] ' .
	    'BODY.PEEK[HEADER.FIELDS.NOT (SUBJECT FROM)] BODY.PEEK[]<7.50>)');

	die 'FETCH: ' . $r->text . "\n" if !$r->ok;
	return $r->fetch($seq);
}

sub compare
{
	my ($name, $seq, @w) = @_;
	my @f = map { first_look($_, $seq) } @w;
	my %sections = map { $_ => 1 }
	    map { sections($_->{BODYSTRUCTURE}) } @f;
	my @sections = sort keys %sections;
	@sections = @sections[0 .. 199] if @sections > 200;
	my @lines = differences($name, map { flatten($_) } @f);
	push @lines, differences($name,
	    map { everything($_, $seq, @sections) } @w);
	return ok(!@lines, $name) || diag(join "\n", @lines);
}

my $dovecot = Dovecot->start;
my $only = $ENV{ONLY} // '.';
my @files = grep { /$only/ } corpus();
my $fill = sub {
	my ($maildir) = @_;
	my $n = 0;
	for (@files) {
		$n++;
		deliver($maildir, file => $_, flags => 'S',
		    time => 1700000000 + 3607 * $n,
		    base => sprintf '17000%05d.M%dP1.t', $n, $n);
	}
};
my $maildir = make_maildir();
$fill->($maildir);

# A session of ours, its mailbox open.
sub ours
{
	my $w = Wire->new(maildir => $maildir, timeout => 60);

	$w->cmd('EXAMINE INBOX');
	return $w;
}

my $theirs = $dovecot->session($fill);
my $r = $theirs->cmd('EXAMINE INBOX');
is($r->last('EXISTS')->{n}, scalar @files, 'Dovecot has them all');
my $self = ($ENV{COMPARE} // '') eq 'self';
my $ours = $self ? $theirs : ours();
for my $seq (1 .. @files) {
	my ($name) = $files[$seq - 1] =~ m{([^/]+/[^/]+)\.eml$};
	next if eval { compare($name, $seq, $ours, $theirs); 1 };
	fail($name);
	diag($@);
	$ours = ours() if !$self;
}
note("allowed $_->{used} times: $_->{text}") for @rows;
done_testing;
