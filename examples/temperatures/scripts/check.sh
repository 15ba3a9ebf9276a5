#!/bin/sh
# Fails if the interval's temperature is not between LOWEST and HIGHEST, in degrees Celsius.
# usage: sh scripts/check.sh LOWEST HIGHEST
set -eu

LC_ALL=C exec awk -F, -v lowest="$1" -v highest="$2" '
    NR == 2 && $5 == "" { print $2 ": nothing to check" }
    NR == 2 && $5 != "" {
        good = $5 + 0 >= lowest + 0 && $5 + 0 <= highest + 0
        print $2 ": " $5 " °C is " (good ? "" : "not ") "between " lowest " and " highest
        exit !good
    }
' "${OUT_DIR:-out}/reading/${TIDEMARK_INTERVAL_START%%:*}Z.csv"
