#!/usr/bin/perl
# Files are opened below a descriptor and never through a link, and none stays
# open for a program that is executed; what is elsewhere is listed here.
# Checklist 31.
use strict;
use warnings;
use lib 't/tree';
use Tree;
use Test::More;

# file: what it may open by a name of its own, why
my %elsewhere = (
	'lib/net/compile.c' => [qr{^open\((?:name|from|b\.p),}
		=> "an administrator's rules"],
	'lib/store/account.c' => [qr{^open\(path,} => 'the Maildir itself'],
	'lib/store/cachedir.c' => [qr{^open\(root,} => 'SATCHEL_INDEX_ROOT'],
	'lib/store/login.c' => [qr{^open\("/dev/null"} => 'nothing'],
	'lib/sys/helper.c' => [qr{^open\("/dev/null"} => 'nothing'],
	'lib/sys/jail.c' => [qr{^open\("/dev/null"} => 'nothing'],
	'lib/sys/log.c' => [qr{^open\("/dev/null"} => 'nothing'],
	'lib/sys/landlock.c' => [qr{^open\(p->path, O_PATH}
		=> 'what the administrator leaves in reach'],
	# the administrator's names; certbot's certificates are links
	'lib/tls/files.c' => [qr{^open(at\(dir, path|\(trust),}
		=> 'certificates and authorities'],
	'lib/tls/tickets.c' => [qr{^open\(path, .* O_NOFOLLOW}
		=> 'the file of a setting'],
	'lib/pw/become.c' => [qr{^open\(skeleton,}
		=> 'the model of a new home'],
);
# calls that take a path and no directory; the store knows none
my $by_path = qr{\b(?:fopen|freopen|opendir|creat|stat|lstat|chmod|chown
	|lchown|rename|unlink|rmdir|link|symlink|mkdir|mkfifo|mknod|truncate
	|utime|utimes|access|readlink|realpath|chdir|scandir|ftw|nftw)}x;
my %by_path = (
	# login_is_locked(), login_leave_root()
	'lib/store/login.c' => qr{^stat\((?:"\."|path),},
);

my $arguments = qr{(\((?:[^()]++|(?-1))*\))};

# What reaches files by a path, or through a link.
sub paths
{
	my ($file, $text) = @_;
	my @bad;

	while ($text =~ /(?<![.>_\w])($by_path)$arguments/g) {
		my $call = "$1$2" =~ s/\s+/ /gr;

		push @bad, "$call: by path"
		    if $call !~ ($by_path{$file} // qr{^$});
	}
	while ($text =~ /\b(f(?:stat|access|chown|chmod)at|utimensat)$arguments/g) {
		my $call = "$1$2" =~ s/\s+/ /gr;

		push @bad, "$call: follows links"
		    if $call !~ /AT_SYMLINK_NOFOLLOW/;
	}
	return @bad;
}

for my $file (Tree::files(qr{^lib/.*\.c$})) {
	my $text = Tree::text($file) =~ s{/\*.*?\*/}{ }gsr;
	my $flags = join ' ', $text =~ /\bflags = ([^;]*);/g;
	my ($allowed) = @{$elsewhere{$file} // []};
	my @bad;

	while ($text =~ /\b(open(?:at)?)$arguments/g) {
		my $call = "$1$2" =~ s/\s+/ /gr;
		my $all = $call =~ /\bflags\b/ ? "$call $flags" : $call;

		next if defined $allowed && $call =~ $allowed;
		push @bad, "$call: by path" if $call =~ /^open\(/;
		push @bad, "$call: follows links" if $all !~ /O_NOFOLLOW/;
		push @bad, "$call: is inherited" if $all !~ /O_CLOEXEC/;
	}
	push @bad, paths($file, $text) if $file =~ m{^lib/(store|msg|imap|pop3)/};
	Tree::report($file, @bad);
}
done_testing();
