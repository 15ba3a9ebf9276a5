package pipelines

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// directives are those of strftime that give the same text in every locale.
var directives = map[byte]func(time.Time) string{
	'Y': layout("2006"), 'y': layout("06"), 'm': layout("01"), 'd': layout("02"), 'j': layout("002"),
	'e': layout("_2"), 'H': layout("15"), 'I': layout("03"), 'M': layout("04"), 'S': layout("05"),
	'p': layout("PM"), 'z': layout("-0700"), 'Z': layout("MST"),
	'a': layout("Mon"), 'A': layout("Monday"), 'b': layout("Jan"), 'B': layout("January"),
	'F': layout("2006-01-02"), 'T': layout("15:04:05"), 'R': layout("15:04"), 'D': layout("01/02/06"),
	'f': func(t time.Time) string { return fmt.Sprintf("%06d", t.Nanosecond()/1000) },
	's': func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) },
	'u': func(t time.Time) string { return strconv.Itoa((int(t.Weekday())+6)%7 + 1) },
	'w': func(t time.Time) string { return strconv.Itoa(int(t.Weekday())) },
	'G': func(t time.Time) string { y, _ := t.ISOWeek(); return fmt.Sprintf("%04d", y) },
	'V': func(t time.Time) string { _, w := t.ISOWeek(); return fmt.Sprintf("%02d", w) },
	'%': func(time.Time) string { return "%" },
}

func layout(text string) func(time.Time) string {
	return func(t time.Time) string { return t.Format(text) }
}

// strftime writes t as C, Python and the date command do.
func strftime(t time.Time, format string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		i++
		if i == len(format) {
			return "", fmt.Errorf("format %q ends in a single %%", format)
		}
		write, ok := directives[format[i]]
		if !ok {
			return "", fmt.Errorf("format %q has the unknown directive %%%c", format, format[i])
		}
		b.WriteString(write(t))
	}
	return b.String(), nil
}
