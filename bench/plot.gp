# plot.gp: cost against the size of the folder.
#
#	gnuplot -e "tsv='build/bench.tsv'; svg='bench/growth.svg'" bench/plot.gp
set terminal svg size 900, 640 dynamic font 'sans,12' background '#ffffff'
set output svg
set datafile separator "\t"
set logscale xy
set grid ytics lc rgb '#dddddd'
set key left top reverse Left samplen 2 font ',10'
set format x '10^{%L}'
set xrange [700:1500000]
size(s) = s eq '1k' ? 1e3 : s eq '10k' ? 1e4 : s eq '100k' ? 1e5 : \
    s eq '1m' ? 1e6 : NaN
of(figure, server) = sprintf("< awk -F'\t' '$1 == \"%s\" && $3 == \"%s\"' %s", \
    figure, server, tsv)
set style line 1 lc rgb '#1f6f43' lw 3 pt 7
set style line 2 lc rgb '#b5542a' lw 2 pt 5
set style line 3 lc rgb '#2a5fb5' lw 2 pt 9
set style line 4 lc rgb '#999999' lw 1 dt 2 pt 0
servers = 'ours dovecot courier floor'
set multiplot layout 2, 2
do for [figure in 'select.warm append store-single fetch-flags.warm'] {
	set title figure.', ms, by messages in the folder' font ',11'
	plot for [i=1:4] of(figure, word(servers, i)) using \
	    (size(strcol(2))):4 with linespoints ls i title word(servers, i)
}
unset multiplot
