# Sections: which sections a message has, by its BODYSTRUCTURE as the Judge
# returns it (RFC 9051 section 6.4.5).
package Sections;
use strict;
use warnings;
no warnings 'recursion';
use Exporter 'import';

our @EXPORT = qw(sections parts);

# Each part as [number, structure, kind]: kind is 'multipart', 'message' or
# 'leaf'.  A message's multipart has no number of its own.
sub parts
{
	my ($body) = @_;
	my @list;

	# the body of a message: 1 for a single part, 1… for a multipart
	my $inside = sub {
		my ($self, $b, $prefix) = @_;
		if ($b->{parts}) {
			my $n = 0;
			for my $p (@{$b->{parts}}) {
				my $at = $prefix . ++$n;
				push @list, [$at, $p, kind($p)];
				$self->($self, $p, "$at.") if $p->{parts};
				$self->($self, $p->{body}, "$at.") if $p->{body};
			}
		} else {
			push @list, ["${prefix}1", $b, kind($b)];
			$self->($self, $b->{body}, "${prefix}1.") if $b->{body};
		}
	};
	$inside->($inside, $body, '');
	return @list;
}

sub kind
{
	my ($b) = @_;

	return $b->{parts} ? 'multipart' : $b->{body} ? 'message' : 'leaf';
}

# All that BODY[…] can name.
sub sections
{
	my ($body) = @_;
	my @list = ('', 'HEADER', 'TEXT');

	for (parts($body)) {
		my ($at, undef, $kind) = @$_;
		push @list, $at, "$at.MIME";
		push @list, "$at.HEADER", "$at.TEXT" if $kind eq 'message';
	}
	return @list;
}

1;
