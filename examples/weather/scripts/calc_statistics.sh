#!/bin/sh
# Sums up the seven days that end with the interval's: out/stats/DATE.csv.
#
# The day itself is what fetch wrote. The six before it come from the data file, not from
# out/day: other days run at the same time, in any order, or not at all.
set -eu

day=$TIDEMARK_INTERVAL_START_DATE
out=${OUT_DIR:-out}
file=$out/stats/$day.csv
[ -d "$out/stats" ] || mkdir -p "$out/stats"

LC_ALL=C awk -F, -v day="$day" -v file="$file.tmp" '
    function mean(sum, n) { return n ? sum / n : 0 }

    function days_in(y, m) {
        if (m == 2) return 28 + (y % 4 == 0 && y % 100 != 0 || y % 400 == 0)
        return 30 + (m + (m > 7)) % 2
    }

    # The dates of the window, as the data file writes them, from the day backwards.
    BEGIN {
        split(day, part, "-")
        y = part[1] + 0; m = part[2] + 0; d = part[3] + 0
        for (i = 0; i < 7; i++) {
            date = sprintf("%04d/%02d/%02d", y, m, d)
            if (i == 0) today = date
            window[date]
            if (--d == 0) {
                if (--m == 0) { m = 12; y-- }
                d = days_in(y, m)
            }
        }
    }

    # Each date counts once, though the day itself is in both files.
    $1 in window {
        delete window[$1]
        rain += $2; high += $3; low += $4
        if ($2 > 0) wet++
        if ($1 == today) observed = $6 "," $3 "," $4 "," $2
        if (++days == 7) exit
    }

    END {
        # How much it rained on a day of this week. Are all its days in the mean? See "The bug" in README.md.
        mean_rain = mean(rain, wet)

        means = sprintf("%.2f,%.1f,%.1f", mean_rain, mean(high, days), mean(low, days))
        print "date,weather,high,low,rain,days,wet_days,mean_rain,mean_high,mean_low" > file
        print day "," (observed ? observed : ",,,") "," days + 0 "," wet + 0 "," (days ? means : ",,") > file
        printf "%s: mean rain %.2f mm (days: %d, wet: %d)\n", day, mean_rain, days, wet
    }
' "$out/day/$day.csv" data/seattle-weather.csv

exec mv "$file.tmp" "$file"
