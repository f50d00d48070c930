#!/usr/bin/perl
# The units: understood by systemd, and as closed as they promise to be.
use strict;
use warnings;
use lib 't/tree';
use Cwd;
use File::Temp;
use Tree;
use Test::More;

# what systemd-analyze security may find, times ten
my %exposure = ('one-uid' => 15, root => 22, network => 32);
my @services = qw(imapd imapd-ssl pop3d pop3d-ssl);

# --- what needs no systemd ---------------------------------------------------

# The sets differ in few settings, the services of a set in none but these.
my %own = map { $_ => 1 } qw(Description Documentation ExecStart
    EnvironmentFile SyslogIdentifier);

sub settings
{
	my ($file) = @_;
	my %set;

	for (Tree::lines($file)) {
		push @{$set{$1}}, $2 if /^(\w+)=(.*)/;
	}
	return \%set;
}

for my $set (sort keys %exposure) {
	my %of = map { $_ => settings("systemd/$set/$_\@.service") } @services;
	my $first = $of{imapd};

	for my $name (@services) {
		my ($program) = $name =~ /^(\w+)/;
		my $login = $program =~ s/d$/login/r;
		my $ssl = $name =~ /-ssl/ ? '-i ' : '';
		my %is = map { $own{$_} ? () : ($_ => $of{$name}{$_}) }
		    keys %{$of{$name}};
		my %like = map { $own{$_} ? () : ($_ => $first->{$_}) }
		    keys %$first;

		is_deeply(\%is, \%like, "$set/$name is as $set/imapd");
		is("@{$of{$name}{ExecStart}}", '-/usr/local/libexec/satchel/'
		    . "tlsd $ssl$login checkpw-userdb limit $program Maildir",
		    "$set/$name: the chain");
		is("@{$of{$name}{EnvironmentFile}}",
		    "-/etc/satchel/$program -/etc/satchel/$program-ssl",
		    "$set/$name: its settings");
		is("@{$of{$name}{StandardError}}", 'journal',
		    "$set/$name: the log is not the client");
		like("@{$of{$name}{SystemCallFilter}}",
		    qr/ seccomp landlock_\w+set landlock_add_rule landlock_/,
		    "$set/$name: the cage");
	}
}
my %port = (imapd => 143, 'imapd-ssl' => 993, pop3d => 110,
    'pop3d-ssl' => 995);
my $first = settings('systemd/imapd.socket');
for my $name (@services) {
	my $s = settings("systemd/$name.socket");

	is("@{$s->{ListenStream}}", $port{$name}, "$name.socket: port");
	is("@{$s->{TriggerLimitIntervalSec}}", 0, "$name.socket: never fails");
	is("@{$s->{$_}}", "@{$first->{$_}}", "$name.socket: $_")
	    for qw(Accept MaxConnections MaxConnectionsPerSource Backlog);
}

# --- what systemd says -------------------------------------------------------

SKIP: {
	my $tool = `systemd-analyze --version 2>/dev/null`;
	my ($version) = $tool =~ /^systemd (\d+)/;
	skip('no systemd-analyze', 1) if !defined $version;
	skip("systemd $version has no --offline", 1) if $version < 250;
	my $build = Cwd::abs_path($ENV{BUILD} // 'build');
	my $dir = File::Temp::tempdir(CLEANUP => 1);

	# where they are built, and without TLS as "make install" does it
	for my $set (sort keys %exposure) {
		my $to = "$dir/$set";
		my @units;

		mkdir $to or die;
		for my $file (glob("systemd/*.socket systemd/$set/*.service")) {
			my $tls = -x "$build/bin/tlsd";
			next if $file =~ /-ssl/ && !$tls;
			my $text = Tree::text($file);
			$text =~ s{/tlsd }{/} if !$tls;
			$text =~ s{/usr/local/libexec/satchel}{$build/bin}g;
			push @units, "$to/" . $file =~ s{.*/}{}r;
			open my $fh, '>', $units[-1] or die;
			print $fh $text;
			close $fh or die;
		}
		my $said = `systemd-analyze verify --man=no --generators=no \\
		    @units 2>&1`;
		SKIP: {
			skip('not built', 1) if !-x "$build/bin/imaplogin";
			is($said, '', "$set: systemd-analyze verify");
		}
		for my $unit (grep { /\.service$/ } @units) {
			$said = `systemd-analyze security --offline=true \\
			    --no-pager --threshold=$exposure{$set} $unit 2>&1`;
			is($?, 0, $unit =~ s{^\Q$dir/}{}r . ": at most " .
			    $exposure{$set} / 10) or
			    diag(grep { !/\xe2\x9c\x93/ } split /^/, $said);
		}
	}
}
done_testing();
