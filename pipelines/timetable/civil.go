package timetable

// The proleptic Gregorian calendar in days since 1970-01-01, as in Howard Hinnant's "chrono-compatible
// low-level date algorithms": time.Date costs twenty times as much, and an iterator asks once a day.

const daySeconds = 86400

func civilDays(y, m, d int) int64 {
	if m <= 2 {
		y, m = y-1, m+12
	}
	era := floorDiv(int64(y), 400)
	yoe := int64(y) - era*400
	doy := int64(153*(m-3)+2)/5 + int64(d) - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

func civilDate(days int64) (y, m, d int) {
	days += 719468
	era := floorDiv(days, 146097)
	doe := days - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	y, m, d = int(yoe+era*400), int(mp)+3, int(doy-(153*mp+2)/5)+1
	if m > 12 {
		y, m = y+1, m-12
	}
	return y, m, d
}

func daysIn(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// weekday counts from Sunday = 0; 1970-01-01 was a Thursday.
func weekday(days int64) int { return int(days + 4 - floorDiv(days+4, 7)*7) }

func nextMonth(y, m int) (int, int) {
	if m == 12 {
		return y + 1, 1
	}
	return y, m + 1
}

func prevMonth(y, m int) (int, int) {
	if m == 1 {
		return y - 1, 12
	}
	return y, m - 1
}
