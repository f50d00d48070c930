# Net::POP3, of Perl itself.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Wire;

plan(skip_all => 'no Net::POP3 here') if !eval { require Net::POP3; 1 };
my @files = plain_corpus();
my $s = Server->start(protocol => 'pop3', messages => \@files);
my $n = @files;

sub connected
{
	return Net::POP3->new('127.0.0.1', Port => $s->{port}, Timeout => 20);
}

my $p = connected();
ok(defined $p, 'it connects');
like($p->banner, qr/satchel/, 'a greeting');
ok(defined $p->capabilities->{TOP}, 'it reads CAPA');
ok(!defined $p->login($s->{user}, 'wrong'), 'a wrong password is refused');
is($p->login($s->{user}, $s->{password}), $n, 'it logs in and counts');
my ($count, $octets) = $p->popstat;
is($count, $n, 'STAT');
my $sizes = $p->list;
is(eval { my $t = 0; $t += $_ for values %$sizes; $t }, $octets,
    'LIST adds up to it');
my $uids = $p->uidl;
is(keys %$uids, $n, 'UIDL');
is($p->uidl(2), $uids->{2}, 'and of one');

my ($bad, $wrong) = (0, 0);
for my $i (1 .. $n) {
	my $text = join '', @{$p->get($i) // []};
	my $want = as_sent($files[$i - 1], "\n");

	$wrong++ if length as_sent($files[$i - 1]) != $sizes->{$i};
	next if $text eq $want;
	$bad++;
	diag("$files[$i - 1]: ", length $text, ' bytes');
}
is($bad, 0, 'RETR gives messages as they are');
is($wrong, 0, 'and as long as LIST has said');
like(join('', @{$p->top(1, 0)}), qr/^Subject: /m, 'TOP');
ok($p->delete(1), 'DELE');
ok($p->delete(2), 'DELE');
ok(!defined $p->get(1), 'it is gone');
$p->reset;
ok(defined $p->get(1), 'it is back');
ok($p->delete(3), 'DELE');
ok($p->quit, 'QUIT');

$p = connected();
is($p->login($s->{user}, $s->{password}), $n - 1, 'one less');
my %old = map { $_ => 1 } values %$uids;
my @new = grep { !$old{$_} } values %{$p->uidl};
is("@new", '', 'and no UID is new');
ok($p->delete(1), 'DELE');
close $p;	# without QUIT
$p = connected();
is($p->login($s->{user}, $s->{password}), $n - 1, 'without QUIT, nothing');
$p->quit;
$s->stop;
done_testing;
