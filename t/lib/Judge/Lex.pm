# Judge::Lex: the terminals of the IMAP grammar (RFC 9051 section 9), each a
# function which takes its rule from the front of $in and returns its value,
# or dies with the rule's name and the place.
package Judge::Lex;
use strict;
use warnings;
no warnings 'recursion';
use Exporter 'import';

our @EXPORT = qw(fail lit sp at_end peek is_nil number nz_number number64
    nz_number64 string nstring quoted astring atom nil literal8 tag_string
    flag flag_list date_time uid_set sequence_set text mailbox delimiter
    list_of next_is next_is_digit check_utf8 mod_sequence numbers
    tagged_ext_val base64);

# The response at hand (bytes; its place is pos()), and what was enabled.
our ($in, $rev2, $utf8) = ('', 0, 0);

my $max32 = '4294967295';
my $max63 = '9223372036854775807';

sub show
{
	my ($s) = @_;
	$s =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ge;
	return $s;
}

sub fail
{
	my ($rule) = @_;
	my $at = pos($in) // 0;
	my $from = $at > 40 ? $at - 40 : 0;
	die sprintf "judge: %s: at byte %d: \"%s\" <HERE> \"%s\"\n", $rule, $at,
	    show(substr $in, $from, $at - $from), show(substr $in, $at, 60);
}

# The token, in any case.
sub lit
{
	my ($token, $rule) = @_;
	my $at = pos($in) // 0;

	fail($rule // "\"$token\"")
	    if lc substr($in, $at, length $token) ne lc $token;
	pos($in) = $at + length $token;
	return 1;
}

# The same, when it is not known to be there.
sub peek
{
	my ($token) = @_;
	my $at = pos($in) // 0;

	return 0 if lc substr($in, $at, length $token) ne lc $token;
	pos($in) = $at + length $token;
	return 1;
}

# Is it there?  It is not taken.
sub next_is
{
	my ($token) = @_;

	return substr($in, pos($in) // 0, length $token) eq $token;
}

sub next_is_digit { return substr($in, pos($in) // 0, 1) =~ /[0-9]/ }

sub sp { return lit(' ', ($_[0] // 'response') . ': SP') }

sub at_end { return (pos($in) // 0) == length $in }

sub is_nil { return $in =~ /\GNIL(?![^ ()\r])/gci }

sub nil { return lit('NIL', $_[0] // 'nil') }

sub digits
{
	my ($rule, $max, $nz) = @_;

	my $at = pos($in) // 0;
	fail($rule) if $in !~ /\G([0-9]+)/gc;
	my $n = $1;
	if ($nz && $n =~ /^0/) {
		pos($in) = $at;
		fail("$rule: not zero, no zero in front");
	}
	(my $short = $n) =~ s/^0+(?=.)//;
	if (length $short > length $max ||
	    (length $short == length $max && $short gt $max)) {
		pos($in) = $at;
		fail("$rule: at most $max");
	}
	return $short;
}

sub number { return digits($_[0] // 'number', $max32, 0) }
sub nz_number { return digits($_[0] // 'nz-number', $max32, 1) }
sub number64 { return digits($_[0] // 'number64', $max63, 0) }
sub nz_number64 { return digits($_[0] // 'nz-number64', $max63, 1) }
sub mod_sequence { return nz_number64('mod-sequence-value') }

my $utf8_char = qr/[\xc2-\xdf][\x80-\xbf]
    | \xe0[\xa0-\xbf][\x80-\xbf]
    | [\xe1-\xec\xee\xef][\x80-\xbf]{2} | \xed[\x80-\x9f][\x80-\xbf]
    | \xf0[\x90-\xbf][\x80-\xbf]{2} | [\xf1-\xf3][\x80-\xbf]{3}
    | \xf4[\x80-\x8f][\x80-\xbf]{2}/x;

sub check_utf8
{
	my ($s) = @_;

	pos($s) = 0;
	1 while $s =~ /\G[\x00-\x7f]+/gc || $s =~ /\G$utf8_char/gc;
	return pos($s) == length $s;
}

# Eight-bit bytes in a quoted string or a text: valid UTF-8 in a mode that
# has it, else none.
sub eight_bit
{
	my ($s, $rule) = @_;

	return if $s !~ /[\x80-\xff]/;
	fail("$rule: 8-bit before UTF8=ACCEPT or IMAP4rev2 is enabled")
	    if !$utf8 && !$rev2;
	fail("$rule: not UTF-8") if !check_utf8($s);
	return;
}

# quoted = DQUOTE *QUOTED-CHAR DQUOTE; its first quote has been taken
sub quoted_rest
{
	my ($rule) = @_;
	my $value = '';

	while ($in !~ /\G"/gc) {
		if ($in =~ /\G([\x01-\x09\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\xff]+)/gc) {
			$value .= $1;
		} elsif ($in =~ /\G\\(["\\])/gc) {
			$value .= $1;
		} else {
			fail("$rule: QUOTED-CHAR");
		}
	}
	eight_bit($value, "$rule: quoted");
	return $value;
}

sub quoted
{
	my ($rule) = @_;

	lit('"', "$rule: quoted");
	return quoted_rest($rule);
}

sub octets
{
	my ($rule, $n) = @_;
	my $at = pos $in;

	fail("$rule: literal of $n ends early") if length($in) - $at < $n;
	my $value = substr $in, $at, $n;
	pos($in) = $at + $n;
	return $value;
}

# literal = "{" number "}" CRLF *CHAR8; the server's has no "+"
sub literal_rest
{
	my ($rule) = @_;

	my $n = $rev2 ? number64("$rule: literal") : number("$rule: literal");
	lit("}\r\n", "$rule: literal: \"}\" CRLF");
	my $at = pos $in;
	my $value = octets($rule, $n);
	if ((my $nul = index $value, "\0") != -1) {
		pos($in) = $at + $nul;
		fail("$rule: literal: NUL");
	}
	return $value;
}

# string = quoted / literal
sub string
{
	my ($rule) = @_;
	$rule //= 'string';

	return quoted_rest($rule) if $in =~ /\G"/gc;
	return literal_rest($rule) if $in =~ /\G\{/gc;
	fail("$rule: string");
}

# nstring = string / nil; nil is undef
sub nstring
{
	my ($rule) = @_;
	$rule //= 'nstring';

	return undef if is_nil();
	return quoted_rest($rule) if $in =~ /\G"/gc;
	return literal_rest($rule) if $in =~ /\G\{/gc;
	fail("$rule: nstring");
}

# literal8 = "~{" number64 "}" CRLF *OCTET
sub literal8
{
	my ($rule) = @_;

	lit('~{', "$rule: literal8");
	my $n = number64("$rule: literal8");
	lit("}\r\n", "$rule: literal8: \"}\" CRLF");
	return octets($rule, $n);
}

sub atom
{
	my ($rule) = @_;

	fail(($rule // 'atom') . ': atom')
	    if $in !~ /\G([^\x00-\x20\x7f-\xff(){%*"\\\]]+)/gc;
	return $1;
}

# astring = 1*ASTRING-CHAR / string
sub astring
{
	my ($rule) = @_;
	$rule //= 'astring';

	return $1 if $in =~ /\G([^\x00-\x20\x7f-\xff(){%*"\\]+)/gc;
	return string("$rule: astring");
}

sub tag_string { return astring('tag-string') }

# "(" [item *(SP item)] ")"; at least one when $least is 1
sub list_of
{
	my ($rule, $item, $least) = @_;
	my @list;

	lit('(', "$rule: \"(\"");
	return \@list if !$least && peek(')');
	while (1) {
		push @list, $item->();
		last if peek(')');
		lit(' ', "$rule: SP or \")\"");
	}
	return \@list;
}

# $kind is "flag", "flag-fetch" (with \Recent) or "flag-perm" (with \*)
sub flag
{
	my ($kind) = @_;

	return '\\*' if $kind eq 'flag-perm' && peek('\\*');
	return atom($kind) if $in !~ /\G\\/gc;
	my $at = pos($in) - 1;
	my $name = atom($kind);
	return "\\$name" if $name =~ /^(?:Answered|Flagged|Deleted|Seen|Draft)$/i;
	return "\\$name" if $kind eq 'flag-fetch' && !$rev2 &&
	    $name =~ /^Recent$/i;
	pos($in) = $at;
	fail("$kind: servers make no flag-extension; \\Recent is in FETCH " .
	    "before IMAP4rev2 only");
}

sub flag_list
{
	my ($kind) = @_;
	my (%seen, $at);

	return list_of("$kind list", sub {
		$at = pos $in;
		my $flag = flag($kind);
		if ($seen{lc $flag}++) {
			pos($in) = $at;
			fail("$kind list: a flag twice");
		}
		return $flag;
	});
}

# date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP
#             zone DQUOTE
sub date_time
{
	my ($rule) = @_;
	my $at = pos $in;

	fail("$rule: date-time")
	    if $in !~ /\G"([ 0-9][0-9])-([A-Za-z]{3})-([0-9]{4})
		\ ([0-9]{2}):([0-9]{2}):([0-9]{2})\ [-+]([0-9]{2})([0-9]{2})"/xgc;
	my ($d, $m, $y, $h, $mi, $s, $zh, $zm) = ($1, $2, $3, $4, $5, $6, $7, $8);
	my $value = substr $in, $at + 1, pos($in) - $at - 2;
	my %days = (jan => 31, feb => 29, mar => 31, apr => 30, may => 31,
	    jun => 30, jul => 31, aug => 31, sep => 30, oct => 31, nov => 30,
	    dec => 31);
	my $last = $days{lc $m} // 0;
	$last = 28 if lc $m eq 'feb' &&
	    ($y % 4 != 0 || ($y % 100 == 0 && $y % 400 != 0));
	if ($d < 1 || $d > $last || $h > 23 || $mi > 59 || $s > 60 ||
	    $zh > 23 || $zm > 59) {
		pos($in) = $at;
		fail("$rule: date-time: no such moment");
	}
	return $value;
}

# A set of numbers without "*" and "$", as servers send it.
sub set_of
{
	my ($rule) = @_;
	my $at = pos($in) // 0;

	do {
		nz_number($rule);
		nz_number($rule) if peek(':');
	} while (peek(','));
	return substr $in, $at, pos($in) - $at;
}

sub uid_set { return set_of('uid-set') }
sub sequence_set { return set_of('sequence-set') }

# The numbers of such a set, in its order; for tests.
sub numbers
{
	my ($set) = @_;
	my @n;

	for (split /,/, $set // '') {
		my ($from, $to) = split /:/;
		$to //= $from;
		push @n, $from <= $to ? $from .. $to : reverse $to .. $from;
	}
	return @n;
}

# text = 1*TEXT-CHAR, with UTF-8 in IMAP4rev2; up to CRLF
sub text
{
	my ($rule) = @_;

	fail("$rule: text") if $in !~ /\G([^\x00\r\n]+)/gc;
	my $value = $1;
	if ($value =~ /[\x80-\xff]/) {
		fail("$rule: text: 8-bit before IMAP4rev2 is enabled") if !$rev2;
		fail("$rule: text: not UTF-8") if !check_utf8($value);
	}
	return $value;
}

# base64 = *(4base64-char) [base64-terminal]; up to CRLF
sub base64
{
	my $n = qr/[A-Za-z0-9+\/]/;

	return $1 if $in =~
	    /\G((?:$n$n$n$n)*(?:$n$n==|$n$n$n=)?)(?=\r\n)/gc;
	return undef;
}

# (DQUOTE QUOTED-CHAR DQUOTE / nil)
sub delimiter
{
	my ($rule) = @_;

	return undef if is_nil();
	my $value = quoted($rule);
	fail("$rule: one QUOTED-CHAR")
	    if length $value != 1 && !($value =~ /^$utf8_char\z/);
	return $value;
}

sub mutf7_good
{
	my ($s) = @_;

	return 0 if $s =~ /[^\x20-\x7e]/;
	while ($s =~ /\G[^&]*&([^-]*)(-?)/gc) {
		my ($coded, $end) = ($1, $2);
		return 0 if $end eq '' || $coded =~ m{[^A-Za-z0-9+,]};
		next if $coded eq '';
		# whole UTF-16 units, zero bits behind, nothing of ASCII inside
		(my $std = $coded) =~ tr/,/\//;
		my $bits = join '', map { sprintf '%06b', index
		    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz' .
		    '0123456789+/', $_ } split //, $std;
		my $units = int(length($bits) / 16);
		return 0 if !$units || length($bits) - 16 * $units > 5 ||
		    substr($bits, 16 * $units) =~ /1/;
		my $high = 0;
		for my $i (0 .. $units - 1) {
			my $u = oct '0b' . substr $bits, 16 * $i, 16;
			my $low = $u >= 0xdc00 && $u <= 0xdfff;
			return 0 if $low != $high || ($u >= 0x20 && $u <= 0x7e);
			$high = $u >= 0xd800 && $u <= 0xdbff;
		}
		return 0 if $high;
		# two shifts in a row are one written badly
		return 0 if $s =~ /\G&[^-]/;
	}
	return 1;
}

# mailbox = "INBOX" / astring; 7-bit names are canonical modified UTF-7
# (RFC 3501 section 5.1.3), others UTF-8 without controls
sub mailbox
{
	my ($rule) = @_;
	$rule //= 'mailbox';
	my $at = pos $in;
	my $name = astring($rule);

	return 'INBOX' if $name =~ /^INBOX\z/i;
	my $good = $rev2 || $utf8 ?
	    check_utf8($name) && $name !~ /[\x00-\x1f\x7f]/ : mutf7_good($name);
	if (!$good) {
		pos($in) = $at;
		fail("$rule: neither modified UTF-7 nor, enabled, UTF-8");
	}
	return $name;
}

# tagged-ext-val = tagged-ext-simple / "(" [tagged-ext-comp] ")"
sub tagged_ext_val
{
	return $1 if $in =~ /\G([0-9:,*]+)/gc;
	lit('(', 'tagged-ext-val');
	return [] if peek(')');
	my $list = tagged_ext_comp();
	lit(')', 'tagged-ext-comp: ")"');
	return $list;
}

sub tagged_ext_comp
{
	my @list;

	do {
		if (peek('(')) {
			push @list, tagged_ext_comp();
			lit(')', 'tagged-ext-comp: ")"');
		} else {
			push @list, astring('tagged-ext-comp');
		}
	} while (peek(' '));
	return \@list;
}

1;
