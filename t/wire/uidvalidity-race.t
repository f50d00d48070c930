# Sessions that make, remove, rename, fill and open two folders at the same
# time: a name, a UIDVALIDITY and a UID mean one message for ever (RFC 9051
# section 2.3.1.1), and the UIDVALIDITY of a name never goes back.  SEED repeats
# a run, SECONDS (2) is how long it takes.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Select;
use Test::More;
use Time::HiRes 'time';
use Wire;

my $seed = $ENV{SEED} // time % 100000000 | 0;
my $until = time + ($ENV{SECONDS} // 2);
note("SEED=$seed");
my $md = make_maildir();
my @names = ('INBOX.X', 'INBOX.Y');

sub pick { return $_[rand @_] }

# What one session sees, a line each: "at" name UIDVALIDITY from to (in which
# time it was so), "is" name UIDVALIDITY UID mark.
my %did = (
	create => sub { $_[0]->cmd("CREATE $_[1]") },
	delete => sub { $_[0]->cmd("DELETE $_[1]") },
	rename => sub { $_[0]->cmd("RENAME $_[1] " . pick(@names)) },
	append => sub {
		my ($w, $name, $mark) = @_;
		my $text = "Subject: $mark\r\n\r\nx";
		my $r = $w->cmd("APPEND $name ", \$text)->raw;
		return $r =~ /APPENDUID ([0-9]+) ([0-9]+)/ ?
		    "is $name $1 $2 $mark\n" : '';
	},
	status => sub {
		my ($w, $name) = @_;
		my $from = time;
		my $r = $w->cmd("STATUS $name (UIDVALIDITY)")->raw;
		return $r =~ /\(UIDVALIDITY ([0-9]+)\)/ ?
		    "at $name $1 $from " . time . "\n" : '';
	},
	select => sub {
		my ($w, $name) = @_;
		my $from = time;
		my $r = $w->cmd("SELECT $name")->raw;
		return '' if $r !~ /\[UIDVALIDITY ([0-9]+)\]/;
		my $v = $1;
		my $out = "at $name $v $from " . time . "\n";
		my $all = $w->cmd('FETCH 1:* (UID ENVELOPE)')->raw;
		$out .= "is $name $v $1 $2\n" while
		    $all =~ /UID ([0-9]+) ENVELOPE \(\S+ "([0-9.]+)"/g;
		$w->cmd('UNSELECT');
		return $out;
	},
);
my @do = qw(create create delete rename append append status status select);

sub work
{
	my ($number, $out) = @_;
	my $w = Wire->new(maildir => $md, timeout => 30);
	my $made = 0;

	srand $seed + $number;
	while (time < $until) {
		my $what = pick(@do);
		my $seen = $did{$what}($w, pick(@names),
		    "$number." . ++$made);
		print $out $seen if !ref $seen;
	}
	$w->cmd('LOGOUT');
	return;
}

my (@pids, %from);
my $select = IO::Select->new;
for my $number (1 .. 3) {
	pipe my $read, my $write or die "pipe: $!\n";
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		close $read;
		eval { work($number, $write); 1 } or print $write "died $@";
		close $write;
		POSIX::_exit(0);
	}
	push @pids, $pid;
	close $write;
	$select->add($read);
	$from{$read} = '';
}
while ($select->count) {
	for my $read ($select->can_read) {
		sysread($read, $from{$read}, 65536, length $from{$read}) or
		    $select->remove($read);
	}
}
waitpid $_, 0 for @pids;

my (%mark, @wrong, %at, $n);
for (map { split /\n/ } values %from) {
	my ($what, $name, @rest) = split;
	$n++;
	if ($what eq 'is') {
		my ($v, $uid, $is) = @rest;
		my $was = $mark{"$name $v $uid"} //= $is;
		push @wrong, "$name $v $uid: $was, $is" if $was ne $is;
	} elsif ($what eq 'at') {
		push @{$at{$name}}, \@rest;
	} else {
		push @wrong, $_;
	}
}
for my $name (keys %at) {
	my @ended = sort { $a->[2] <=> $b->[2] } @{$at{$name}};
	my $high = 0;

	for my $one (sort { $a->[1] <=> $b->[1] } @{$at{$name}}) {
		while (@ended && $ended[0][2] < $one->[1]) {
			my $v = (shift @ended)->[0];
			$high = $v if $v > $high;
		}
		push @wrong, "$name: $one->[0] after $high"
		    if $one->[0] < $high;
	}
}
is(join("\n", @wrong[0 .. ($#wrong < 9 ? $#wrong : 9)]), '',
    "$n answers agree") or diag("SEED=$seed");
done_testing;
