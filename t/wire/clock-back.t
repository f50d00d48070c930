#!/usr/bin/perl
# The clock is set back by a year, and ahead, and back: UIDVALIDITY, UIDs and
# mod-sequences go on rising, and what was stored says the same as before.
# Checklist 34.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Wire;

my $shim = program('x') =~ s{/bin/x$}{/t/tool/clock.so}r;
plan skip_all => 'no clock.so here' if !-e $shim;
plan skip_all => 'sanitizers want to be preloaded first'
    if ($ENV{BUILD} // '') =~ /san/;

my $year = 365 * 86400;
my $md = make_maildir();
deliver($md, text => "Subject: $_\n\nx\n", flags => '',
    base => "100000000$_.x") for 1 .. 3;

sub session
{
	my ($back) = @_;
	my $w = Wire->new(maildir => $md, env => $back ?
	    { LD_PRELOAD => $shim, CLOCK_BACK => $back } : {});

	$w->cmd('ENABLE CONDSTORE');
	return $w;
}

# what SELECT tells of a folder
sub look
{
	my ($w, $name) = @_;
	my $r = $w->cmd("SELECT $name");
	my %is;

	for my $u ($r->all('OK')) {
		$is{$u->{code}} = $u->{arg} if defined $u->{code};
	}
	my $f = $w->cmd('FETCH 1:* (UID FLAGS MODSEQ)');
	$is{uids} = join ' ', map { "$_->{n}=$_->{att}{UID}" } $f->all('FETCH');
	return \%is;
}

# Without an index there is nothing but the clock to take them from.
sub rises
{
	my ($is, $than, $modseq, $name) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	SKIP: {
		skip('no index', 1) if !-e "$md/satchel-index";
		cmp_ok($is->{HIGHESTMODSEQ}, $than, $modseq, $name);
	}
	return;
}

my $w = session(0);
$w->cmd('STORE 1 +FLAGS (\Seen)') if $w->cmd('SELECT INBOX')->ok;
my $inbox = look($w, 'INBOX');
like($inbox->{UIDVALIDITY}, qr/^\d+$/, 'UIDVALIDITY');
is($inbox->{uids}, '1=1 2=2 3=3', 'three messages');
$w->done;

my $uidvalidity = $inbox->{UIDVALIDITY};
my $uid = 3;
my $modseq = $inbox->{HIGHESTMODSEQ};
my $folder = 0;
for my $back ($year, 0, -$year, 0, 10 * $year, 3600) {
	my $name = $back ? "$back s back" : 'as it is';

	$w = session($back);
	like($w->cmd('CREATE INBOX.X')->text, qr/created/, "$name: CREATE");
	my $x = look($w, 'INBOX.X');
	cmp_ok($x->{UIDVALIDITY}, '>', $folder, "$name: UIDVALIDITY of a name " .
	    'that was there before');
	$folder = $x->{UIDVALIDITY};
	$w->cmd('UNSELECT');
	ok($w->cmd('DELETE INBOX.X')->ok, "$name: DELETE");
	my $is = look($w, 'INBOX');
	is($is->{UIDVALIDITY}, $uidvalidity, "$name: the INBOX is what it was");
	is($is->{uids}, $inbox->{uids}, "$name: UIDs");
	rises($is, '>=', $modseq, "$name: HIGHESTMODSEQ");
	ok($w->cmd('APPEND INBOX ', ["Subject: new\n\nx"])->ok, "$name: APPEND");
	$uid++;
	$is = look($w, 'INBOX');
	like($is->{uids}, qr/=\Q$uid\E\z/, "$name: and one UID more");
	rises($is, '>', $modseq, "$name: changed");
	$modseq = $is->{HIGHESTMODSEQ};
	ok($w->cmd('STORE 2 +FLAGS (\Flagged)')->ok, "$name: STORE");
	ok($w->cmd('STORE 2 -FLAGS (\Flagged)')->ok, "$name: and back");
	my $flags = look($w, 'INBOX');
	rises($flags, '>', $modseq, "$name: flags changed");
	$modseq = $flags->{HIGHESTMODSEQ};
	$inbox = $flags;
	$w->done;
}
done_testing();
