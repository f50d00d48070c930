#!/usr/bin/perl
# Commands sent together are done in order, and each sees what those before it
# did, whatever carries them.  Checklist 36.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

sub files
{
	my ($dir) = @_;

	return join ' ', sort map { s{.*/}{}r } glob "$dir/cur/* $dir/new/*";
}

# 1. Removed by the first, the second's numbers are the new ones only once the
# client has been told: it has not when it sends them (RFC 9051 section 5.5),
# so that they are UIDs here.
for my $pieces ('whole', 'bytes') {
	my $md = make_maildir();
	make_folder($md, $_) for 'A', 'B';
	deliver($md, text => "Subject: $_\n\nx\n", flags => '',
	    base => "100000000$_.x") for 1 .. 6;
	my $w = Wire->new(maildir => $md, timeout => 60);
	my @send = ('SELECT INBOX', 'UID STORE 1:2 +FLAGS (\Deleted)',
	    'UID STORE 3 +FLAGS (\Flagged)', 'EXPUNGE', 'UID COPY 3 INBOX.A',
	    'UID STORE 3 -FLAGS (\Flagged)', 'UID MOVE 3:4 INBOX.B',
	    'UID COPY 3:5 INBOX.A', 'UID STORE 5 +FLAGS (\Deleted)',
	    'UID EXPUNGE 5:6', 'UID SEARCH ALL', 'SELECT INBOX.A',
	    'STORE 1:* FLAGS (\Seen)', 'UID SEARCH SEEN', 'CLOSE', 'LOGOUT');
	my $n = 0;
	my $all = join '', map { $n++; "p$n $_\r\n" } @send;
	my ($tags, @told) = ('');

	if ($pieces eq 'whole') {
		$w->raw($all);
	} else {
		$w->raw($_) for split //, $all;
	}
	while (my $r = $w->next) {
		if ($r->{kind} eq 'tagged') {
			$tags .= " $r->{tag}";
			push @told, "$r->{tag} $r->{type}" if $r->{type} ne 'OK';
		}
		push @told, $r->{raw} =~ s/\r\n//r if $r->{type} eq 'SEARCH';
	}
	is($tags, join('', map { " p$_" } 1 .. $n), "$pieces: all, in order");
	is(join('; ', @told), '* SEARCH 6; * SEARCH 1 2',
	    "$pieces: each is done, and finds what those before have left");
	is(files($md), '1000000006.x:2,', "$pieces: the INBOX");
	is(files("$md/.A") =~ s/\d+\.[^:]*//gr, ':2,S :2,S',
	    "$pieces: two copies, both seen");
	is(files("$md/.B") =~ s/\d+\.[^:]*//gr, ':2, :2,', "$pieces: two moved");
	$w->done;
}

# 2. An APPEND in the middle, its literal not waited for.
my $md = make_maildir();
my $w = Wire->new(maildir => $md);
$w->raw("a SELECT INBOX\r\nb APPEND INBOX (\\Flagged) {9+}\r\nA: b\r\n\r\nx\r\n" .
    "c FETCH 1 (FLAGS)\r\nd STORE 1 +FLAGS (\\Deleted)\r\ne EXPUNGE\r\n" .
    "f APPEND INBOX {9+}\r\nA: c\r\n\r\ny\r\ng UID FETCH 1:* BODY.PEEK[TEXT]\r\n" .
    "h LOGOUT\r\n");
my $got = '';
while (my $r = $w->next) {
	$got .= $r->{kind} eq 'tagged' ? "$r->{tag} $r->{type}, " :
	    $r->{type} eq 'FETCH' ? 'FETCH' . (defined $r->{att}{'BODY[TEXT]'} ?
	    " $r->{att}{UID}=$r->{att}{'BODY[TEXT]'}" =~ s/\s+\z//r : '') . ', ' : '';
}
is($got, 'a OK, b OK, FETCH, c OK, FETCH, d OK, e OK, f OK, FETCH 2=y, g OK, ' .
    'h OK, ', 'messages that come and go in one write');
$w->done;
done_testing();
