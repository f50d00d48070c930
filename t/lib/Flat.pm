# Flat: what FETCH returned, as path => value, so that two servers' answers
# can be compared piece by piece: ENVELOPE.from.0.mailbox, BODY.1.2.octets.
# What is of no case in the protocol is lower here.
package Flat;
use strict;
use warnings;
no warnings 'recursion';
use Exporter 'import';

our @EXPORT = qw(flatten);

my %caseless = map { $_ => 1 } qw(type subtype enc);

sub envelope
{
	my ($e, $path, $out) = @_;

	for my $key (sort keys %$e) {
		my $v = $e->{$key};
		if (!ref $v) {
			$out->{"$path.$key"} = $v;
			next;
		}
		for my $n (0 .. $#$v) {
			$out->{"$path.$key.$n.$_"} = $v->[$n]{$_}
			    for qw(name adl mailbox host);
		}
	}
	return;
}

sub params
{
	my ($list, $path, $out) = @_;

	if (!$list) {
		$out->{$path} = undef;
		return;
	}
	for (my $i = 0; $i < @$list; $i += 2) {
		$out->{"$path." . lc $list->[$i]} = $list->[$i + 1];
	}
	return;
}

sub body
{
	my ($b, $path, $at, $out) = @_;

	for my $key (sort keys %$b) {
		my $v = $b->{$key};
		my $name = "$path.$at$key";
		if ($key eq 'parts') {
			body($v->[$_], $path, $at . ($_ + 1) . '.', $out)
			    for 0 .. $#$v;
		} elsif ($key eq 'body') {
			body($v, $path, "${at}body.", $out);
		} elsif ($key eq 'envelope') {
			envelope($v, $name, $out);
		} elsif ($key eq 'param') {
			params($v, $name, $out);
		} elsif ($key eq 'dsp') {
			$out->{$name} = $v ? lc $v->{type} : undef;
			params($v->{param}, "$name.param", $out) if $v;
		} elsif ($key eq 'lang') {
			$out->{$name} = ref $v ? "@$v" : $v;
		} else {
			$out->{$name} = $caseless{$key} ? lc $v : $v;
		}
	}
	return;
}

# The attributes of one FETCH, flat.
sub flatten
{
	my ($att) = @_;
	my %out;

	for my $key (keys %$att) {
		my $v = $att->{$key};
		if ($key eq 'ENVELOPE') {
			envelope($v, $key, \%out);
		} elsif ($key =~ /^BODY(?:STRUCTURE)?$/) {
			body($v, $key, '', \%out);
		} else {
			$out{$key} = ref $v ? "@$v" : $v;
		}
	}
	return \%out;
}

1;
