# gnuplot -c critical.gp: critical.tsv -> critical.png
set terminal pngcairo size 900,500 font ",10"
set output "critical.png"
set datafile separator "\t"
set xlabel "drivers, %, in order of the share"
set ylabel "lines that have to stay in the kernel, %"
set yrange [0:100]
set xrange [0:100]
set grid
set key top left
plot "critical.tsv" using 1:2 with lines lw 2 title "critical; atomic operations, timers and work deferred", \
     "" using 1:3 with lines lw 2 title "atomic operations and timers stay", \
     "" using 1:4 with lines lw 2 title "work stays, too"
