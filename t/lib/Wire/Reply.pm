# Wire::Reply: what came in answer to one command.
package Wire::Reply;
use strict;
use warnings;

sub new
{
	my ($class, $tag) = @_;

	return bless { tag => $tag, untagged => [], tagged => undef }, $class;
}

sub add
{
	my ($self, $r) = @_;

	push @{$self->{untagged}}, $r;
	return;
}

sub end
{
	my ($self, $r) = @_;

	$self->{tagged} = $r;
	return;
}

# "OK", "NO", "BAD", or "EOF" when the stream ended instead
sub status
{
	my ($self) = @_;

	return $self->{tagged} ? $self->{tagged}{type} : 'EOF';
}

sub ok { return $_[0]->status eq 'OK' }

# The tagged response's code, its argument and its text.
sub code { return $_[0]{tagged} ? $_[0]{tagged}{code} // '' : '' }
sub arg { return $_[0]{tagged} ? $_[0]{tagged}{arg} : undef }
sub text { return $_[0]{tagged} ? $_[0]{tagged}{text} : '' }

# The untagged responses of a type, all without one.
sub all
{
	my ($self, $type) = @_;

	return grep { !defined $type || $_->{type} eq uc $type }
	    @{$self->{untagged}};
}

# The last of a type, or undef.
sub last
{
	my ($self, $type) = @_;

	return ($self->all($type))[-1];
}

# The argument of an untagged OK with this code: $r->untagged_code('UIDNEXT')
sub untagged_code
{
	my ($self, $code) = @_;
	my ($r) = grep { ($_->{code} // '') eq uc $code } $self->all('OK');

	return $r ? $r->{arg} // 1 : undef;
}

# The items of message n, of all its FETCH responses; or of all messages, as
# { n => { … } }
sub fetch
{
	my ($self, $n) = @_;
	my %of;

	for ($self->all('FETCH')) {
		my $att = $_->{att};
		@{$of{$_->{n}}}{keys %$att} = values %$att;
	}
	return defined $n ? $of{$n} // {} : \%of;
}

# The numbers of SEARCH, or of ESEARCH ALL.
sub numbers
{
	my ($self) = @_;

	return map { $_->{type} eq 'SEARCH' ? @{$_->{numbers}} :
	    Judge::Lex::numbers($_->{data}{ALL}) }
	    grep { $_->{type} =~ /^E?SEARCH$/ } @{$self->{untagged}};
}

# The bytes of all responses.
sub raw
{
	my ($self) = @_;

	return join '', map { $_->{raw} } @{$self->{untagged}},
	    $self->{tagged} // ();
}

1;
