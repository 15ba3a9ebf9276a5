#!/bin/sh
# The same work without Tidemark: a loop over the days of the data file, JOBS of them at once.
# It is what the cost of a runner is measured against. It remembers nothing and retries nothing.
# usage: sh loop.sh OUTDIR JOBS
set -eu

if [ $# -ne 2 ]; then
    echo "usage: sh loop.sh OUTDIR JOBS" >&2
    exit 2
fi
mkdir -p "$1"
OUT_DIR=$(cd "$1" && pwd)
jobs=$2
export OUT_DIR
cd "$(dirname "$0")"

# Each day's interval, from its local midnight to the next: date, start, end, local start.
intervals() {
    LC_ALL=C awk -F, '
        # Daylight-saving time in Los Angeles: the Sundays on which it begins and ends, at 02:00.
        BEGIN {
            begins[2012] = "03-11"; begins[2013] = "03-10"; begins[2014] = "03-09"; begins[2015] = "03-08"
            ends[2012] = "11-04"; ends[2013] = "11-03"; ends[2014] = "11-02"; ends[2015] = "11-01"
        }
        function behind(day,    y, md) {
            y = substr(day, 1, 4); md = substr(day, 6)
            return y in begins && md > begins[y] && md <= ends[y] ? "07" : "08"
        }
        function say(day, next_day) {
            print day, day "T" behind(day) ":00:00Z", next_day "T" behind(next_day) ":00:00Z", \
                day "T00:00:00-" behind(day) ":00"
        }
        FNR > 1 {
            gsub("/", "-", $1)
            if (day) say(day, $1)
            day = $1
        }
        END { say(day, "2016-01-01") }
    ' data/seattle-weather.csv
}

intervals | xargs -n 4 -P "$jobs" sh -c '
    export TIDEMARK_PIPELINE=weather TIDEMARK_TRY=1 TIDEMARK_RUN="$2" \
        TIDEMARK_INTERVAL_START="$2" TIDEMARK_INTERVAL_END="$3" \
        TIDEMARK_INTERVAL_START_DATE="$1" TIDEMARK_INTERVAL_START_LOCAL="$4"
    for TIDEMARK_TASK in fetch calc_statistics report; do
        export TIDEMARK_TASK
        sh "scripts/$TIDEMARK_TASK.sh" || exit 1
    done
' loop > "$OUT_DIR/loop.log"
