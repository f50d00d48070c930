# Judge::Fetch: what stands in a FETCH response (msg-att of RFC 9051 section
# 9), with the items of RFC 3501, 3516, 7162, 8474, 8514 and 8970.
package Judge::Fetch;
use strict;
use warnings;
no warnings 'recursion';
use Exporter 'import';
use Judge::Lex;

our @EXPORT = qw(msg_att envelope body);

*in = \$Judge::Lex::in;
our $in;

# Demand that header texts are 7-bit (encoded) while UTF-8 is not enabled,
# also where a literal could carry them: RFC 3501 section 4.3.1 lets a server
# send them, so that is for the tests of one which promises not to.
our $seven_bit = 0;

sub header_text
{
	my ($value, $rule) = @_;

	fail("$rule: 8-bit, asked for 7-bit header texts")
	    if $seven_bit && defined $value && $value =~ /[\x80-\xff]/ &&
	    !$Judge::Lex::utf8 && !$Judge::Lex::rev2;
	return $value;
}

sub h_string { return header_text(string(@_), @_) }
sub h_nstring { return header_text(nstring(@_), @_) }

# address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"
sub address
{
	my %a;

	my $sep = '(';
	for (qw(name adl mailbox host)) {
		lit($sep, "address: \"$sep\" before addr-$_");
		$a{$_} = h_nstring("addr-$_");
		$sep = ' ';
	}
	lit(')', 'address: ")"');
	fail('address: a mailbox NIL ends a group, its host is NIL')
	    if !defined $a{mailbox} && defined $a{host};
	fail('address: the marks of a group have no name and no adl')
	    if !defined $a{host} && (defined $a{name} || defined $a{adl});
	return \%a;
}

# env-from and the others = "(" 1*address ")" / nil
sub addresses
{
	my ($rule) = @_;
	my (@list, $group);

	return undef if is_nil();
	lit('(', "$rule: \"(\"");
	do {
		my $a = address();
		if (!defined $a->{host}) {
			my $start = defined $a->{mailbox};
			fail("$rule: a group inside a group") if $start && $group;
			fail("$rule: the end of no group") if !$start && !$group;
			$group = $start;
		}
		push @list, $a;
	} while (!peek(')'));
	fail("$rule: a group without end") if $group;
	return \@list;
}

sub envelope
{
	my %e;
	my $sep = '(';

	for (qw(date subject from sender reply-to to cc bcc in-reply-to
	    message-id)) {
		lit($sep, "envelope: \"$sep\" before env-$_");
		$e{$_} = /^(?:from|sender|reply-to|to|cc|bcc)$/ ?
		    addresses("env-$_") : h_nstring("env-$_");
		$sep = ' ';
	}
	lit(')', 'envelope: ")"');
	# RFC 9051 section 7.5.2: the server MUST default these two
	for (qw(sender reply-to)) {
		fail("envelope: env-$_ is NIL beside an env-from")
		    if $e{from} && !$e{$_};
	}
	return \%e;
}

# body-fld-param = "(" string SP string *(SP string SP string) ")" / nil
sub body_fld_param
{
	my @list;

	return undef if is_nil();
	lit('(', 'body-fld-param');
	do {
		push @list, h_string('body-fld-param');
		sp('body-fld-param');
		push @list, h_string('body-fld-param');
	} while (peek(' '));
	lit(')', 'body-fld-param: SP or ")"');
	return \@list;
}

# body-fld-dsp = "(" string SP body-fld-param ")" / nil
sub body_fld_dsp
{
	return undef if is_nil();
	lit('(', 'body-fld-dsp');
	my $type = h_string('body-fld-dsp');
	sp('body-fld-dsp');
	my $param = body_fld_param();
	lit(')', 'body-fld-dsp: ")"');
	return { type => $type, param => $param };
}

# body-fld-lang = nstring / "(" string *(SP string) ")"
sub body_fld_lang
{
	return list_of('body-fld-lang', sub { h_string('body-fld-lang') }, 1)
	    if next_is('(');
	return h_nstring('body-fld-lang');
}

# What follows the first item of both kinds of extension data.  There is no
# body-extension: servers must not generate any.
sub body_ext_rest
{
	my ($b) = @_;

	return if !peek(' ');
	$b->{dsp} = body_fld_dsp();
	return if !peek(' ');
	$b->{lang} = body_fld_lang();
	return if !peek(' ');
	$b->{loc} = h_nstring('body-fld-loc');
	return;
}

sub body_type_mpart
{
	my ($b, $extensible) = @_;

	$b->{parts} = [];
	push @{$b->{parts}}, body($extensible) while next_is('(');
	sp('body-type-mpart');
	$b->{type} = 'MULTIPART';
	$b->{subtype} = h_string('media-subtype');
	return if !$extensible || !peek(' ');
	$b->{param} = body_fld_param();
	body_ext_rest($b);
	return;
}

# Is this one of the types that bring their own structure?  MESSAGE/GLOBAL
# is in IMAP4rev2, may be with UTF8=ACCEPT (RFC 9755), and is not in IMAP4rev1.
sub embeds
{
	my ($b) = @_;

	return 0 if uc $b->{type} ne 'MESSAGE';
	return 1 if uc $b->{subtype} eq 'RFC822';
	return 0 if uc $b->{subtype} ne 'GLOBAL';
	return 1 if $Judge::Lex::rev2;
	return $Judge::Lex::utf8 && next_is(' (');
}

sub body_type_1part
{
	my ($b, $extensible) = @_;
	my $start = pos $in;

	$b->{type} = h_string('media-type');
	fail('media-text, media-message: type is quoted')
	    if $b->{type} =~ /^(?:TEXT|MESSAGE)$/i &&
	    substr($in, $start, 1) ne '"';
	sp('body-type-1part');
	my $at = pos $in;
	$b->{subtype} = h_string('media-subtype');
	fail('media-message: subtype is quoted')
	    if $b->{type} =~ /^MESSAGE$/i && $b->{subtype} =~ /^RFC822$/i &&
	    substr($in, $at, 1) ne '"';
	sp('body-fields');
	$b->{param} = body_fld_param();
	sp('body-fields');
	$b->{id} = h_nstring('body-fld-id');
	sp('body-fields');
	$b->{desc} = h_nstring('body-fld-desc');
	sp('body-fields');
	$b->{enc} = h_string('body-fld-enc');
	sp('body-fields');
	$b->{octets} = number('body-fld-octets');
	if (embeds($b)) {
		sp('body-type-msg');
		$b->{envelope} = envelope();
		sp('body-type-msg');
		$b->{body} = body($extensible);
	}
	if ($b->{body} || uc $b->{type} eq 'TEXT') {
		sp('body-fld-lines');
		$b->{lines} = $Judge::Lex::rev2 ? number64('body-fld-lines') :
		    number('body-fld-lines');
	}
	return if !$extensible || !peek(' ');
	$b->{md5} = h_nstring('body-fld-md5');
	body_ext_rest($b);
	return;
}

# body = "(" (body-type-1part / body-type-mpart) ")"
sub body
{
	my ($extensible) = @_;
	my %b;

	lit('(', 'body: "("');
	if (next_is('(')) {
		body_type_mpart(\%b, $extensible);
	} else {
		body_type_1part(\%b, $extensible);
	}
	lit(')', $extensible ? 'body: ")"' : 'body: ")" (BODY has no extension)');
	return \%b;
}

# section-part = nz-number *("." nz-number)
sub section_part
{
	my @part;

	do {
		push @part, nz_number('section-part');
	} while ($in =~ /\G\.(?=[0-9])/gc);
	return join '.', @part;
}

# section = "[" [section-spec] "]", its "[" taken; returns it in one spelling
sub section
{
	my $key = '';

	return '' if peek(']');
	if (next_is_digit()) {
		$key = section_part();
		return $key if peek(']');
		lit('.', 'section-spec: "." or "]"');
		$key .= '.';
	}
	if ($in =~ /\GHEADER\.FIELDS(\.NOT)?/gci) {
		$key .= 'HEADER.FIELDS' . uc($1 // '');
		sp('section-msgtext');
		my $list = list_of('header-list',
		    sub { uc astring('header-fld-name') }, 1);
		$key .= " (@$list)";
	} elsif ($in =~ /\G(HEADER|TEXT)/gci) {
		$key .= uc $1;
	} elsif ($key ne '' && $in =~ /\GMIME/gci) {
		$key .= 'MIME';
	} else {
		fail('section-spec');
	}
	lit(']', 'section: "]"');
	return $key;
}

# ["<" number ">"]
sub origin
{
	return '' if !peek('<');
	my $n = $Judge::Lex::rev2 ? number64('partial') : number('partial');
	lit('>', 'partial: ">"');
	return "<$n>";
}

sub f_body_section
{
	my $key = 'BODY[' . section() . ']';
	$key .= origin();
	sp('msg-att-static');
	return ($key, nstring($key));
}

sub binary_part
{
	my $part = next_is(']') ? '' : section_part();
	lit(']', 'section-binary: "]"');
	return $part;
}

# "BINARY" section-binary ["<" number ">"] SP (nstring / literal8)
sub f_binary
{
	my $key = 'BINARY[' . binary_part() . ']';
	$key .= origin();
	sp('msg-att-static');
	return ($key, next_is('~') ? literal8($key) : nstring($key));
}

sub f_binary_size
{
	my $key = 'BINARY.SIZE[' . binary_part() . ']';
	sp('msg-att-static');
	return ($key, number($key));
}

sub rev1_only
{
	my ($name) = @_;

	fail("msg-att: $name is not in IMAP4rev2") if $Judge::Lex::rev2;
	return nstring($name);
}

# objectid = 1*255(ALPHA / DIGIT / "_" / "-"), in brackets (RFC 8474)
sub objectid
{
	lit('(', 'objectid');
	fail('objectid') if $in !~ /\G([A-Za-z0-9_-]{1,255})/gc;
	my $value = $1;
	lit(')', 'objectid: ")"');
	return $value;
}

my %item = (
	'FLAGS' => sub { flag_list('flag-fetch') },
	'ENVELOPE' => \&envelope,
	'INTERNALDATE' => sub { date_time('INTERNALDATE') },
	'RFC822.SIZE' => sub {
		$Judge::Lex::rev2 ? number64('RFC822.SIZE') :
		    number('RFC822.SIZE')
	},
	'BODYSTRUCTURE' => sub { body(1) },
	'BODY' => sub { body(0) },
	'UID' => sub { nz_number('uniqueid') },
	'RFC822' => sub { rev1_only('RFC822') },
	'RFC822.HEADER' => sub { rev1_only('RFC822.HEADER') },
	'RFC822.TEXT' => sub { rev1_only('RFC822.TEXT') },
	'MODSEQ' => sub {
		lit('(', 'MODSEQ: "("');
		my $n = mod_sequence();
		lit(')', 'MODSEQ: ")"');
		return $n;
	},
	'EMAILID' => \&objectid,
	'THREADID' => sub { is_nil() ? undef : objectid() },
	'SAVEDATE' => sub { is_nil() ? undef : date_time('SAVEDATE') },
	'PREVIEW' => sub { nstring('PREVIEW') },
);

# msg-att = "(" (msg-att-dynamic / msg-att-static) *(SP (…)) ")"
sub msg_att
{
	my %att;

	lit('(', 'msg-att: "("');
	while (1) {
		my ($key, $value);
		if ($in =~ /\GBODY\[/gci) {
			($key, $value) = f_body_section();
		} elsif ($in =~ /\GBINARY\[/gci) {
			($key, $value) = f_binary();
		} elsif ($in =~ /\GBINARY\.SIZE\[/gci) {
			($key, $value) = f_binary_size();
		} elsif ($in =~ /\G([A-Z0-9.]+)(?= )/gci && $item{uc $1}) {
			$key = uc $1;
			sp();
			$value = $item{$key}->();
		} else {
			fail('msg-att: no such item');
		}
		$att{$key} = $value;
		last if peek(')');
		lit(' ', "msg-att: SP or \")\" after $key");
	}
	return \%att;
}

1;
