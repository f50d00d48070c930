# neomutt, in a terminal.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Mutt;

mutt_test('neomutt');
