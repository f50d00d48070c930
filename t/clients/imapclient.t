# Perl's Mail::IMAPClient.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Server;
use Wire;

plan(skip_all => 'no Mail::IMAPClient here')
    if !eval { require Mail::IMAPClient; 1 };
my @files = corpus();
my $s = Server->start(messages => \@files);
my $c = Mail::IMAPClient->new(Server => '127.0.0.1', Port => $s->{port},
    User => $s->{user}, Password => $s->{password}, Uid => 1, Timeout => 20)
    or die "no session: $@\n" . $s->log;

# True, or a diagnosis.
sub done
{
	my ($good, $name) = @_;

	return ok($good, $name) || diag($c->LastError // '', $s->log);
}

done(scalar $c->IsAuthenticated, 'login');
done(scalar $c->has_capability('IDLE'), 'capabilities');
done(scalar(grep { $_ eq 'INBOX' } $c->folders), 'folders');
my $ns = $c->namespace;
my $folder = ($ns ? $ns->[0][0][0] // '' : '') . 'Perl';
done(scalar $c->create($folder), 'create');
done(scalar $c->exists($folder), 'exists');
done(scalar $c->subscribe($folder), 'subscribe');
done(scalar(grep { $_ eq $folder } $c->subscribed), 'subscribed');
my $text = "Subject: from perl\r\nTo: \"A, B\" <a\@example.org>\r\n" .
    "\r\nhello\r\n";
my $uid = $c->append_string($folder, $text, '\\Flagged',
    '02-Mar-2024 10:00:00 +0000');
done($uid, 'append');
done(scalar $c->select($folder), 'select');
is($c->message_count, 1, 'one message');
is(($c->search('FLAGGED', 'SUBJECT', 'from perl'))[0], $uid,
    'search');
is($c->message_string($uid), $text, 'its bytes');
is($c->internaldate($uid), '02-Mar-2024 10:00:00 +0000', 'its date');
is($c->size($uid), length $text, 'its size');
is($c->subject($uid), 'from perl', 'its subject');
my $env = $c->get_envelope($uid);
done($env, 'envelope');
is($env && $env->to->[0]->personalname, 'A, B', 'a name with a comma');
my $bs = $c->get_bodystructure($uid);
is($bs && lc $bs->bodytype . '/' . lc $bs->bodysubtype, 'text/plain',
    'body structure');
done(scalar $c->set_flag('Perly', $uid), 'a keyword');
done(scalar(grep { /^Perly$/ } $c->flags($uid)), 'is there');
my $to = $c->copy('INBOX', $uid);
done($to, 'copy');
done(scalar $c->move('INBOX', $uid), 'move');
done(scalar $c->expunge, 'expunge');
done(scalar $c->close, 'close');
done(scalar $c->delete($folder), 'delete');
done(scalar $c->unsubscribe($folder), 'unsubscribe');

done(scalar $c->examine('INBOX'), 'examine');
is($c->message_count, @files + 2, 'all are there');
my $h = $c->fetch_hash('RFC822.SIZE', 'INTERNALDATE', 'FLAGS');
is(scalar keys %{$h // {}}, @files + 2, 'fetch_hash of all');
my $good = 0;
for my $u ((sort { $a <=> $b } keys %$h)[0 .. 29]) {
	$good++ if $c->get_envelope($u) && $c->get_bodystructure($u);
}
is($good, 30, 'it reads the envelopes and structures of the first thirty');
my $idle = $c->idle;
done($idle, 'idle');
done(scalar $c->done($idle), 'done');
done(scalar $c->logout, 'logout');
$s->stop;
done_testing;
