#!/bin/sh
# Tells the day in one line, on stdout and in out/report/DATE.txt.
set -eu

day=$TIDEMARK_INTERVAL_START_DATE
out=${OUT_DIR:-out}
file=$out/report/$day.txt
[ -d "$out/report" ] || mkdir -p "$out/report"

LC_ALL=C awk -F, -v file="$file.tmp" '
    NR == 2 && $2 == "" { line = $1 "  no observation" }
    NR == 2 && $2 != "" {
        line = sprintf("%s  %-7s  %5.1f to %4.1f °C  %5.1f mm  |  last %s: %5.2f mm a day, %d wet, %4.1f to %4.1f °C",
            $1, $2, $4, $3, $5, $6 == 1 ? "day" : $6 " days", $8, $7, $10, $9)
    }
    END {
        print line > file
        print line
    }
' "$out/stats/$day.csv"

exec mv "$file.tmp" "$file"
