#!/bin/sh
# Cuts the interval's day out of the data file: out/day/DATE.csv holds one row, or none.
set -eu

day=$TIDEMARK_INTERVAL_START_DATE
dir=${OUT_DIR:-out}/day
file=$dir/$day.csv
[ -d "$dir" ] || mkdir -p "$dir"

LC_ALL=C awk -F, -v day="$day" -v file="$file.tmp" '
    BEGIN {
        date = day
        gsub("-", "/", date)
        printf "" > file
    }
    $1 == date {
        print > file
        printf "%s: %s, %s to %s C, %s mm of rain\n", day, $6, $4, $3, $2
        found = 1
        exit
    }
    END { if (!found) print day ": no observation; the day file is empty" }
' data/seattle-weather.csv

# Moved into its place when it is whole: nobody ever reads half a file.
exec mv "$file.tmp" "$file"
