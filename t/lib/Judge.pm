# Judge: a strict parser of what an IMAP server sends.
#
# It is written from the grammars of the RFCs and shares nothing with the
# server, so that it can judge it: RFC 9051 section 9, RFC 3501 section 9, and
# the extensions named in Judge/*.pm.  It dies, with the rule and the place,
# at the first byte which a strict reading does not allow.
#
#	my $judge = Judge->new;
#	my @responses = $judge->feed($bytes);
#
# feed() takes bytes as they arrive, cut anywhere, and returns the responses
# that are complete, each a hash:
#
#	kind	'tagged', 'untagged' or 'continue'
#	tag	of a tagged one
#	type	OK NO BAD BYE PREAUTH EXISTS EXPUNGE RECENT FETCH LIST …
#	code, arg, text		of OK NO BAD BYE PREAUTH and of '+'
#	n	of EXISTS, EXPUNGE, RECENT, FETCH
#	att	of FETCH: { UID => 4, 'BODY[1.MIME]' => "…", ENVELOPE => {…} };
#		NIL is undef; of STATUS: { MESSAGES => 2 }
#	raw	its bytes
#	…	and what the functions in Judge/*.pm put in
#
# What a session has enabled is taken from ENABLED responses; new(mode =>
# 'rev2') or 'utf8' begins with it.  Beyond the grammar it knows what a server
# may say when: sequence numbers are in the mailbox, EXISTS never shrinks, a
# tag belongs to a command (when sent() was told of it), no EXPUNGE or VANISHED
# comes while FETCH, STORE or SEARCH run (RFC 9051 section 7.5.1), and what
# RFC 7162 says of EXPUNGE, VANISHED and FETCH once it was enabled.
package Judge;
use strict;
use warnings;
use Judge::Lex;
use Judge::Code;
use Judge::Fetch;
use Judge::Mailbox;

*in = \$Judge::Lex::in;
our $in;

sub new
{
	my ($class, %o) = @_;
	my $mode = $o{mode} // 'rev1';

	die "judge: no mode $mode\n" if $mode !~ /^(?:rev1|rev2|utf8)$/;
	return bless {
		buffer => '', scanned => 0, count => 0, greeting => 1,
		rev2 => $mode eq 'rev2', utf8 => $mode eq 'utf8',
		commands => {}, exists => undef, %o,
	}, $class;
}

# The end of the first response in the buffer, or undef.  Lines that end in
# {n} go on behind the literal, but not those that are free text.
sub end_of_response
{
	my ($self) = @_;
	my $b = \$self->{buffer};

	while (1) {
		my $lf = index $$b, "\n", $self->{scanned};
		return undef if $lf == -1;
		my $line = $self->{line} // 0;
		die sprintf "judge: CRLF: bare LF at byte %d of a response\n", $lf
		    if $lf == 0 || substr($$b, $lf - 1, 1) ne "\r";
		# a literal's own last bytes are no part of this line
		my $from = $lf - 30 > $line ? $lf - 30 : $line;
		my $tail = substr $$b, $from, $lf + 1 - $from;
		my $end = $lf + 1;
		return $end
		    if $tail !~ /\{([0-9]+)\}\r\n\z/ ||
		    substr($$b, 0, 80) =~
		    /\A(?:\+ |[^ \r\n]+ (?:OK|NO|BAD|BYE|PREAUTH) )/i;
		my $behind = $end + $1;
		return undef if length $$b < $behind;
		$self->{scanned} = $self->{line} = $behind;
	}
}

sub feed
{
	my ($self, $bytes) = @_;
	my @out;

	$self->{buffer} .= $bytes;
	while (defined(my $end = $self->end_of_response)) {
		my $raw = substr $self->{buffer}, 0, $end, '';
		$self->{scanned} = $self->{line} = 0;
		push @out, $self->parse($raw);
	}
	# what has no line end yet has been looked through
	my $seen = length($self->{buffer});
	$self->{scanned} = $seen
	    if $seen > $self->{scanned} && !$self->waits_for_literal;
	return @out;
}

sub waits_for_literal
{
	my ($self) = @_;

	return index($self->{buffer}, "\n", $self->{scanned}) != -1;
}

# At the end of the stream: nothing is left over.
sub finish
{
	my ($self) = @_;

	die 'judge: the stream ends inside a response: "' .
	    Judge::Lex::show(substr $self->{buffer}, 0, 60) . "\"\n"
	    if $self->{buffer} ne '';
	return;
}

# Tells of a command, so that the answers can be held against it.
sub sent
{
	my ($self, $tag, $name) = @_;

	$self->{commands}{$tag} = uc $name;
	$self->{tags_known} = 1;
	return;
}

# One whole response.
sub parse
{
	my ($self, $raw) = @_;
	my %r = (raw => $raw);

	$in = $raw;
	pos($in) = 0;
	($Judge::Lex::rev2, $Judge::Lex::utf8) = ($self->{rev2}, $self->{utf8});
	$Judge::Fetch::seven_bit = $self->{seven_bit} // 0;
	if (peek('+')) {
		continue_req(\%r);
	} elsif (peek('* ')) {
		$r{kind} = 'untagged';
		response_data(\%r, $self->{greeting});
	} else {
		response_tagged(\%r);
	}
	lit("\r\n", 'response: CRLF');
	fail('response: bytes behind CRLF') if !at_end();
	$self->{count}++;
	$self->check_state(\%r);
	return \%r;
}

# continue-req = "+" SP (resp-text / base64) CRLF
sub continue_req
{
	my ($r) = @_;

	$r->{kind} = $r->{type} = 'continue';
	sp('continue-req');
	$r->{base64} = base64();
	if (defined $r->{base64}) {
		$r->{text} = $r->{base64};
	} else {
		resp_text($r);
	}
	return;
}

# response-tagged = tag SP resp-cond-state CRLF
sub response_tagged
{
	my ($r) = @_;

	$r->{kind} = 'tagged';
	fail('tag') if $in !~ /\G([^\x00-\x20\x7f-\xff(){%*"\\+]+)/gc;
	$r->{tag} = $1;
	sp('response-tagged');
	fail('resp-cond-state') if $in !~ /\G(OK|NO|BAD) /gci;
	$r->{type} = uc $1;
	resp_text($r);
	return;
}

# response-data = "*" SP (resp-cond-state / resp-cond-bye / mailbox-data /
#                 message-data / capability-data / enable-data) CRLF
# greeting = "*" SP (resp-cond-auth / resp-cond-bye) CRLF
sub response_data
{
	my ($r, $greeting) = @_;

	if (next_is_digit()) {
		fail('greeting: OK, PREAUTH or BYE') if $greeting;
		return numbered($r);
	}
	my $at = pos $in;
	$r->{type} = uc atom('response-data');
	my $cond = $greeting ? qr/^(?:OK|PREAUTH|BYE)$/ : qr/^(?:OK|NO|BAD|BYE)$/;
	if ($r->{type} =~ $cond) {
		sp("$r->{type}: resp-text");
		resp_text($r);
		return;
	}
	my $rule = $untagged{$r->{type}};
	if ($greeting || !$rule) {
		pos($in) = $at;
		fail($greeting ? 'greeting: OK, PREAUTH or BYE' :
		    'response-data: no such response');
	}
	$rule->($r);
	return;
}

# number SP "EXISTS", number SP "RECENT",
# message-data = nz-number SP ("EXPUNGE" / ("FETCH" SP msg-att))
sub numbered
{
	my ($r) = @_;
	my $at = pos $in;

	$r->{n} = number('message-data');
	sp('message-data');
	$r->{type} = uc atom('message-data');
	return if $r->{type} eq 'EXISTS';
	fail('RECENT is not in IMAP4rev2')
	    if $r->{type} eq 'RECENT' && $Judge::Lex::rev2;
	return if $r->{type} eq 'RECENT';
	fail('message-data: EXPUNGE or FETCH')
	    if $r->{type} !~ /^(?:EXPUNGE|FETCH)$/;
	my $here = pos $in;
	pos($in) = $at;
	nz_number('message-data');
	pos($in) = $here;
	return if $r->{type} eq 'EXPUNGE';
	sp('FETCH');
	$r->{att} = msg_att();
	return;
}

sub wrong
{
	my ($r, $why) = @_;

	die "judge: $why: \"" . Judge::Lex::show(substr $r->{raw}, 0, 100) .
	    "\"\n";
}

# What the grammar cannot say.
sub check_state
{
	my ($self, $r) = @_;

	$self->{greeting} = 0;
	if ($r->{type} eq 'ENABLED') {
		for (map { uc } @{$r->{capabilities}}) {
			$self->{rev2} = 1 if $_ eq 'IMAP4REV2';
			$self->{utf8} = 1 if $_ eq 'UTF8=ACCEPT';
			$self->{qresync} = 1 if $_ eq 'QRESYNC';
			$self->{condstore} = 1 if /^(?:QRESYNC|CONDSTORE)$/;
		}
	}
	$self->{nomodseq} = $r->{code} eq 'NOMODSEQ'
	    if ($r->{code} // '') =~ /^(?:NOMODSEQ|HIGHESTMODSEQ)$/;
	$self->check_vanished($r) if $r->{type} eq 'VANISHED';
	$self->check_modseq($r) if $r->{type} eq 'FETCH';
	if ($r->{kind} eq 'tagged') {
		$self->{fetched} = 0;
		my $name = delete $self->{commands}{$r->{tag}};
		wrong($r, 'the tag of no command in progress')
		    if !defined $name && $self->{tags_known};
		$name //= '';
		delete $self->{exists}
		    if ($name =~ /^(?:CLOSE|UNSELECT)$/ && $r->{type} eq 'OK') ||
		    ($name =~ /^(?:SELECT|EXAMINE)$/ && $r->{type} ne 'OK');
	}
	$self->check_numbers($r) if exists $r->{n};
	return;
}

# RFC 7162 sections 3.2.6 and 3.2.10
sub check_vanished
{
	my ($self, $r) = @_;
	my @running = values %{$self->{commands}};

	wrong($r, 'VANISHED, and QRESYNC is not enabled')
	    if !$self->{qresync} && $self->{tags_known};
	if ($r->{earlier}) {
		return if !$self->{tags_known};
		wrong($r, "VANISHED (EARLIER) in the course of @running")
		    if !grep { /^(?:SELECT|EXAMINE|UID FETCH)$/ } @running;
		wrong($r, 'VANISHED (EARLIER) behind FETCH')
		    if $self->{fetched};
		return;
	}
	if (defined $self->{exists}) {
		$self->{exists} -= Judge::Code::set_size($r->{uids});
		wrong($r, 'VANISHED of more than there is')
		    if $self->{exists} < 0;
	}
	$self->check_running($r, @running);
	return;
}

# Section 3.2.4: what no FETCH has asked for has UID and MODSEQ.
sub check_modseq
{
	my ($self, $r) = @_;
	my $asked = grep { /FETCH$/ } values %{$self->{commands}};

	$self->{fetched} = 1;
	return if $asked || !$self->{condstore} || $self->{nomodseq} ||
	    !$self->{tags_known};
	for (qw(UID MODSEQ)) {
		wrong($r, "FETCH without $_, and CONDSTORE is enabled")
		    if !exists $r->{att}{$_};
	}
	return;
}

# EXPUNGE and VANISHED: RFC 9051 section 7.5.1
sub check_running
{
	my ($self, $r, @running) = @_;

	return if !$self->{tags_known};
	wrong($r, "$r->{type} and no command in progress") if !@running;
	wrong($r, "$r->{type} in the course of @running")
	    if !grep { !/^(?:FETCH|STORE|SEARCH)$/ } @running;
	return;
}

sub check_numbers
{
	my ($self, $r) = @_;
	my @running = values %{$self->{commands}};
	my $exists = $self->{exists};

	if ($r->{type} eq 'EXISTS') {
		my $opens = grep { /^(?:SELECT|EXAMINE)$/ } @running;
		wrong($r, "EXISTS falls from $exists")
		    if defined $exists && $r->{n} < $exists && !$opens &&
		    $self->{tags_known};
		$self->{exists} = $r->{n};
		return;
	}
	return if !defined $exists;
	wrong($r, "a number above EXISTS $exists")
	    if $r->{n} > $exists;
	return if $r->{type} ne 'EXPUNGE';
	$self->{exists}--;
	wrong($r, 'EXPUNGE, and QRESYNC is enabled')
	    if $self->{qresync} && !$self->{nomodseq};
	$self->check_running($r, @running);
	return;
}

1;
