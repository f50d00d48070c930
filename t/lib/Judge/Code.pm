# Judge::Code: resp-text with its response codes: RFC 9051 section 7.1, RFC
# 3501, 4315, 4469, 5464, 5530, 6154, 7162, 7889, 8474, 9585.
package Judge::Code;
use strict;
use warnings;
use Exporter 'import';
use Judge::Lex;

our @EXPORT = qw(resp_text capabilities);

*in = \$Judge::Lex::in;
our $in;

# capability-data = "CAPABILITY" *(SP capability) SP "IMAP4rev2" …
sub capabilities
{
	my (@list, %seen);

	while (peek(' ')) {
		push @list, atom('capability');
		fail("capability-data: $list[-1] twice")
		    if $seen{uc $list[-1]}++;
	}
	my $need = $Judge::Lex::rev2 ? 'IMAP4REV2' : 'IMAP4REV1';
	fail("capability-data: no $need") if !$seen{$need};
	fail('capability-data: both LITERAL+ and LITERAL- (RFC 7888)')
	    if $seen{'LITERAL+'} && $seen{'LITERAL-'};
	fail('capability-data: both UTF8=ACCEPT and UTF8=ONLY (RFC 9755)')
	    if $seen{'UTF8=ACCEPT'} && $seen{'UTF8=ONLY'};
	return \@list;
}

sub none { return undef }

sub sp_nz { sp('resp-text-code'); return nz_number('resp-text-code') }

# append-uid =/ uid-set with MULTIAPPEND (RFC 4315)
sub appenduid
{
	my $validity = sp_nz();

	sp('resp-code-apnd');
	return { uidvalidity => $validity, uids => uid_set() };
}

sub copyuid
{
	my %c = (uidvalidity => sp_nz());

	sp('resp-code-copy');
	$c{from} = uid_set();
	sp('resp-code-copy');
	$c{to} = uid_set();
	fail('COPYUID: sets of different size')
	    if set_size($c{from}) != set_size($c{to});
	return \%c;
}

# Not by listing the numbers: a set can name four thousand million.
sub set_size
{
	my ($set) = @_;
	my $n = 0;

	for (split /,/, $set) {
		my ($from, $to) = split /:/;
		$n += defined $to ? abs($to - $from) + 1 : 1;
	}
	return $n;
}

# "BADCHARSET" [SP "(" charset *(SP charset) ")" ]
sub badcharset
{
	return undef if !peek(' ');
	return list_of('BADCHARSET', sub {
		return quoted('charset') if next_is('"');
		return $Judge::Lex::rev2 ? atom('charset') : astring('charset');
	}, 1);
}

sub permanentflags
{
	sp('PERMANENTFLAGS');
	return flag_list('flag-perm');
}

# inprogress-state of RFC 9585
sub inprogress
{
	return undef if !peek(' ');
	lit('(', 'INPROGRESS');
	my $tag = is_nil() ? undef : quoted('inprogress-tag');
	sp('INPROGRESS');
	my $at = is_nil() ? undef : number('inprogress-state');
	sp('INPROGRESS');
	my $goal = is_nil() ? undef : nz_number('inprogress-state');
	fail('INPROGRESS: a goal without progress, or not above it')
	    if defined $goal && (!defined $at || $at >= $goal);
	lit(')', 'INPROGRESS: ")"');
	return { tag => $tag, at => $at, goal => $goal };
}

# "METADATA" SP ("LONGENTRIES" SP number / "MAXSIZE" SP number / "TOOMANY" /
# "NOPRIVATE") of RFC 5464
sub metadata
{
	sp('METADATA');
	return uc $1 if $in =~ /\G(TOOMANY|NOPRIVATE)/gci;
	fail('METADATA') if $in !~ /\G(LONGENTRIES|MAXSIZE)/gci;
	my $what = uc $1;
	sp('METADATA');
	return [$what, number('METADATA')];
}

my %code = (
	'BADCHARSET' => \&badcharset,
	'CAPABILITY' => \&capabilities,
	'PERMANENTFLAGS' => \&permanentflags,
	'UIDNEXT' => \&sp_nz,
	'UIDVALIDITY' => \&sp_nz,
	'UNSEEN' => sub {
		fail('UNSEEN is not in IMAP4rev2') if $Judge::Lex::rev2;
		return sp_nz();
	},
	'APPENDUID' => \&appenduid,
	'COPYUID' => \&copyuid,
	'HIGHESTMODSEQ' => sub { sp('HIGHESTMODSEQ'); mod_sequence() },
	'MODIFIED' => sub { sp('MODIFIED'); sequence_set() },
	'MAILBOXID' => sub { sp('MAILBOXID'); Judge::Fetch::objectid() },
	'INPROGRESS' => \&inprogress,
	'METADATA' => \&metadata,
	map { $_ => \&none } qw(
	    ALERT PARSE READ-ONLY READ-WRITE TRYCREATE UIDNOTSTICKY UNAVAILABLE
	    AUTHENTICATIONFAILED AUTHORIZATIONFAILED EXPIRED PRIVACYREQUIRED
	    CONTACTADMIN NOPERM INUSE EXPUNGEISSUED CORRUPTION SERVERBUG
	    CLIENTBUG CANNOT LIMIT OVERQUOTA ALREADYEXISTS NONEXISTENT NOTSAVED
	    HASCHILDREN CLOSED UNKNOWN-CTE TOOBIG NOMODSEQ USEATTR
	    COMPRESSIONACTIVE NOUPDATE BADCOMPARATOR),
);

# resp-text-code, behind its "["
sub resp_text_code
{
	my $name = uc atom('resp-text-code');
	my $arg;

	if ($code{$name}) {
		$arg = $code{$name}->();
	} elsif (peek(' ')) {
		# atom [SP 1*<any TEXT-CHAR except "]">]
		fail("resp-text-code $name") if $in !~ /\G([^\x00\r\n\]\x80-\xff]+)/gc;
		$arg = $1;
	}
	lit(']', "resp-text-code $name: \"]\"");
	return ($name, $arg);
}

# resp-text = ["[" resp-text-code "]" SP] text: what begins with "[" is held
# to be a code.  The text is there, but in IMAP4rev2, where it can be empty.
sub resp_text
{
	my ($r) = @_;

	if (peek('[')) {
		($r->{code}, $r->{arg}) = resp_text_code();
		sp('resp-text');
	}
	$r->{text} = $Judge::Lex::rev2 && next_is("\r\n") ? '' :
	    text('resp-text');
	return;
}

1;
