#!/usr/bin/perl
# A message of 5 GiB: its numbers, and its ends, come as they are, in little
# memory.  Checklist 24.  Every octet of it is read: HUGE=1 makes it so.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
BEGIN { $ENV{WIRE_TIMEOUT} //= 600 }
use Test::More;
use Pop3;
use Wire;

plan skip_all => 'HUGE=1 reads five gigabytes' if !$ENV{HUGE};

my $head = "From: a\@example.com\nSubject: huge\n\n";
my $size = 5 * 2 ** 30;
my $md = make_maildir();
my $file = deliver($md, text => $head, flags => '', base => '1000000001.x');
open my $fh, '+<', $file or die "$file: $!\n";
seek $fh, $size - 6, 0 or die "seek: $!\n";
print $fh "\nend.\n" or die "write: $!\n";
close $fh or plan skip_all => "no sparse files here: $!";
my $octets = $size + 3 + 2;	# CR: three in the header, two at the end

my $w = Wire->new(maildir => $md);
ok($w->cmd('SELECT INBOX')->ok, 'SELECT');
is($w->cmd('FETCH 1 ENVELOPE')->fetch(1)->{ENVELOPE}{subject}, 'huge',
    'ENVELOPE');
is($w->cmd('FETCH 1 BODY.PEEK[]<0.7>')->fetch(1)->{'BODY[]<0>'}, 'From: a',
    'its beginning');
is($w->cmd('FETCH 1 RFC822.SIZE')->fetch(1)->{'RFC822.SIZE'}, 2 ** 32 - 1,
    'RFC 3501 has no number for more');
is($w->cmd('FETCH 1 BODY')->fetch(1)->{BODY}{octets}, 2 ** 32 - 1,
    'nor has any for a part');
$w->cmd('ENABLE IMAP4rev2');
is($w->cmd('FETCH 1 RFC822.SIZE')->fetch(1)->{'RFC822.SIZE'}, $octets,
    'RFC 9051 has');
my $far = $octets - 6;
is($w->cmd("FETCH 1 BODY.PEEK[]<$far.100>")->fetch(1)->{"BODY[]<$far>"},
    "end.\r\n", 'its end');
SKIP: {
	skip('memory is another with sanitizers', 1)
	    if ($ENV{BUILD} // '') =~ /san|cover/;
	my ($peak) = slurp("/proc/$w->{pid}/status") =~ /^VmHWM:\s+(\d+)/m;
	cmp_ok($peak, '<', 16384, "in $peak KiB");
}
$w->cmd('LOGOUT');
$w->done;

my $p = Pop3->new(maildir => $md);
$p->line;
like($p->cmd('LIST 1'), qr/^\+OK 1 \Q$octets\E/, 'POP3 tells them all');
$p->cmd('QUIT');
done_testing();
