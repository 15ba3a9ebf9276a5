#!/bin/sh
# Looks up the row of the interval's local hour and converts it: out/reading/2010-03-14T10Z.csv.
#
# The file is named by the hour in UTC, because a local hour can occur twice (README.md).
set -eu

dir=${OUT_DIR:-out}/reading
file=$dir/${TIDEMARK_INTERVAL_START%%:*}Z.csv
[ -d "$dir" ] || mkdir -p "$dir"

LC_ALL=C awk -F, -v utc="$TIDEMARK_INTERVAL_START" -v clock="$TIDEMARK_INTERVAL_START_LOCAL" -v file="$file.tmp" '
    # 2010-03-14T03:00:00-07:00 is the row "2010/03/14 03:00"; where there is none, that of the hour before.
    BEGIN {
        date = substr(clock, 1, 10)
        gsub("-", "/", date)
        hour = substr(clock, 12, 2)
        exact = date " " hour ":00"
        before = sprintf("%s %02d:00", date, hour - 1)
    }
    $1 == before { row = $1; f = $2 }
    $1 == exact { row = $1; f = $2; exit }
    END {
        print "utc,local,row,fahrenheit,celsius" > file
        if (row) {
            c = sprintf("%.1f", (f - 32) * 5 / 9)
            print utc "," clock "," row "," f "," c > file
            print clock ": " f " °F is " c " °C" (row == exact ? "" : ", by the row of " row)
        } else {
            print utc "," clock ",,," > file
            print clock ": the data have no such hour"
        }
    }
' data/seattle-temps.csv

exec mv "$file.tmp" "$file"
