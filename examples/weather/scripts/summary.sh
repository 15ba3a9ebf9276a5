#!/bin/sh
# Prints what out/stats holds: a row per year, or with a year or a month (2014, 2014-03) a row per month.
# usage: sh scripts/summary.sh [PREFIX]
set -eu

prefix=${1:-}
if [ -n "$prefix" ]; then width=7; else width=4; fi

# One awk over all files; each has a header and one row.
set -- "${OUT_DIR:-out}"/stats/"$prefix"*.csv
if [ ! -e "$1" ]; then
    echo "no results yet in ${OUT_DIR:-out}/stats/$prefix*.csv" >&2
    exit 1
fi

LC_ALL=C exec awk -F, -v width="$width" '
    FNR == 2 && $2 != "" {
        key = substr($1, 1, width)
        if (!(key in days)) keys[++n] = key      # the file names are in order, so the keys are
        days[key]++
        wet[key] += $5 > 0
        rain[key] += $5
        week[key] += $8
        high[key] += $3
        low[key] += $4
    }
    END {
        print "period    days   wet   rain mm   7-day mean mm   mean high °C   mean low °C"
        for (i = 1; i <= n; i++) {
            k = keys[i]
            printf "%-7s  %5d %5d  %8.1f  %14.2f  %13.1f  %12.1f\n",
                k, days[k], wet[k], rain[k], week[k] / days[k], high[k] / days[k], low[k] / days[k]
        }
    }
' "$@"
