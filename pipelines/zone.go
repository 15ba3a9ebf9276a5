package pipelines

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// locations remembers loaded zones: each load reads a file, and a project names few.
var locations sync.Map // string to *time.Location

// loadLocation returns an IANA zone. The host's own zone is none: a pipeline means the same everywhere.
func loadLocation(name string) (*time.Location, error) {
	if name == "" || strings.EqualFold(name, "local") {
		return nil, fmt.Errorf("%q is not an IANA timezone", name)
	}
	if loc, ok := locations.Load(name); ok {
		return loc.(*time.Location), nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is not an IANA timezone", name)
	}
	locations.Store(name, loc)
	return loc, nil
}

// zoneHelp suggests what was probably meant by a name that is no zone.
func zoneHelp(name string) string {
	if strings.EqualFold(name, "local") || name == "" {
		return "name a zone, such as Europe/Amsterdam; the machine's own is never used"
	}
	if zone, ok := zoneAbbreviations[strings.ToUpper(name)]; ok {
		return "did you mean " + quote(zone) + "?"
	}
	for _, zone := range commonZones {
		if _, city, ok := strings.Cut(zone, "/"); ok && strings.EqualFold(city, strings.ReplaceAll(name, " ", "_")) {
			return "did you mean " + quote(zone) + "?"
		}
	}
	if zone := Nearest(name, commonZones); zone != "" {
		return "did you mean " + quote(zone) + "?"
	}
	return "write an IANA name such as UTC, Europe/Amsterdam or America/New_York"
}

var zoneAbbreviations = map[string]string{
	"PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "MDT": "America/Denver", "CDT": "America/Chicago",
	"CST": "America/Chicago", "EDT": "America/New_York", "CEST": "Europe/Berlin", "BST": "Europe/London",
	"EEST": "Europe/Helsinki", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo", "AEST": "Australia/Sydney", "Z": "UTC",
}

var commonZones = []string{
	"UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Anchorage",
	"America/Argentina/Buenos_Aires", "America/Bogota", "America/Chicago", "America/Denver", "America/Halifax",
	"America/Lima", "America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Phoenix",
	"America/Santiago", "America/Sao_Paulo", "America/Toronto", "America/Vancouver", "Asia/Bangkok", "Asia/Dubai",
	"Asia/Hong_Kong", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kathmandu", "Asia/Kolkata",
	"Asia/Manila", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Taipei", "Asia/Tehran", "Asia/Tokyo",
	"Australia/Adelaide", "Australia/Brisbane", "Australia/Lord_Howe", "Australia/Melbourne", "Australia/Perth",
	"Australia/Sydney", "Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Brussels", "Europe/Bucharest",
	"Europe/Budapest", "Europe/Copenhagen", "Europe/Dublin", "Europe/Helsinki", "Europe/Istanbul", "Europe/Kyiv",
	"Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Oslo", "Europe/Paris", "Europe/Prague", "Europe/Rome",
	"Europe/Stockholm", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland", "Pacific/Honolulu",
}
