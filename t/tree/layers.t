#!/usr/bin/perl
# Who may include whom, and where foreign libraries are used.
use strict;
use warnings;
use lib 't/tree';
use Tree;
use Test::More;

my @store = qw(base sys text msg store);
my %may = (
	base => [qw(base)],
	sys => [qw(base sys)],
	net => [qw(base sys net)],
	text => [qw(base sys text)],
	msg => [qw(base sys text msg)],
	store => [@store],
	auth => [qw(base sys text auth)],
	pw => [qw(base sys text auth pw)],
	chain => [qw(base sys text auth chain)],
	tls => [qw(base sys tls)],
	engine => [qw(base sys tls engine)],
	map({ $_ => [@store, 'auth', $_] } qw(imap pop3 smap)),
);

# header: the files that may include it
my @foreign = (
	[qr{^gnutls/} => qr{^lib/engine/}],
	[qr{^systemd/} => qr{^lib/net/activate\.c$}],
	[qr{^uni(str|case|norm|conv|ctype|types)\.h$} => qr{^lib/text/}],
	# while building only
	[qr{^iconv\.h$} => qr{^lib/text/mkcharset\.c$}],
	[qr{^gdbm\.h$} => qr{^lib/(pw/|net/access\.c$)}],
	[qr{^(crypt|sqlite3|ldap|libpq-fe|mysql)\b} => qr{^lib/pw/}],
	[qr{^nettle/} => qr{^lib/(pw|auth)/}],
	[qr{^security/} => qr{^bin/checkpw/}],
);

for my $file (Tree::files(qr{^(lib|bin)/.*\.[ch]$})) {
	my ($layer) = $file =~ m{^lib/([^/]+)/};
	my @bad;
	my $n = 0;
	for (Tree::lines($file)) {
		$n++;
		if (/^\s*#\s*include\s+"([^"]+)"/) {
			my ($to) = $1 =~ m{^([^/]+)/};
			push @bad, "line $n: \"$1\" has no layer in its name"
			    if !defined $to
			    && $1 !~ /^(config\.h|charsets\.inc)$/;
			push @bad, "line $n: $layer includes $to"
			    if defined $to && defined $layer
			    && !grep { $_ eq $to } @{$may{$layer} // []};
		} elsif (/^\s*#\s*include\s+<([^>]+)>/) {
			my $h = $1;
			for (@foreign) {
				push @bad, "line $n: <$h> in $file"
				    if $h =~ $_->[0] && $file !~ $_->[1];
			}
		}
	}
	Tree::report($file, @bad);
}
done_testing();
