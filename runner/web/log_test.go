package web

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestALogCannotInject(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                     "plain",
		"<script>alert(1)</script>": "&lt;script&gt;alert(1)&lt;/script&gt;",
		"\x1b[31mred\x1b[0m after":  `<span class="f2">red</span> after`,
		"\x1b[1;4;97;41mx":          `<span class="f16 b2 bold ul">x</span>`,
		"\x1b[m\x1b[39mx":           "x",
		"\x1b]0;title\x07x":         "x",
		"\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\": "link",
		"\x1b[2J\x1b[1;1Hx":                           "x",
		"\x1b[38;5;196mx\x1b[38;2;1;2;3my":            "xy",
		"10%\r20%\r100%\r\n":                          "100%",
		"a\x00b\x08c\x9bd":                            "abcd",
		"\x1b":                                        "",
		"\x1b[":                                       "",
		"a\tb":                                        "a\tb",
		"ü€😀":                                         "ü€😀",
		`"><img src=x onerror=y>`:                     "&#34;&gt;&lt;img src=x onerror=y&gt;",
	} {
		if got := string(styledLine(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func FuzzALogCannotInject(f *testing.F) {
	f.Add("\x1b[31m<b>\x1b]x")
	f.Fuzz(func(t *testing.T, text string) {
		got := string(styledLine(text))
		bare := strings.ReplaceAll(got, "</span>", "")
		for {
			before, after, found := strings.Cut(bare, `<span class="`)
			if !found {
				break
			}
			_, rest, ok := strings.Cut(after, `">`)
			if !ok {
				t.Fatalf("a span that does not end: %q", got)
			}
			bare = before + rest
		}
		if strings.ContainsAny(bare, "<>\x1b") {
			t.Errorf("%q gives %q", text, got)
		}
	})
}

// Any window of a log is what stands there, while the log grows and after it was truncated.
func TestWindowsOfALog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	x := &logIndex{}
	check := func(total int) {
		t.Helper()
		lines, _, err := x.catchUp(f)
		if err != nil || lines != total {
			t.Fatalf("%d lines, want %d (%v)", lines, total, err)
		}
		for _, first := range []int{0, 1, 998, 999, 1000, 1001, 2500, total - 1} {
			if first < 0 || first >= total {
				continue
			}
			got, err := x.window(f, first, 3)
			if err != nil || len(got) != min(3, total-first) {
				t.Fatalf("window %d: %d lines (%v)", first, len(got), err)
			}
			for i, line := range got {
				if want := fmt.Sprintf("line %d", first+i); strings.TrimSpace(line) != want {
					t.Fatalf("window %d has %q, want %q", first, line, want)
				}
			}
		}
	}
	check(0)
	n := 0
	write := func(count int) {
		for ; count > 0; count-- {
			fmt.Fprintf(f, "line %d\n", n)
			n++
		}
	}
	write(1)
	check(1)
	write(2999)
	check(3000)
	fmt.Fprintf(f, "line %d", n) // its end has not come
	check(3001)
	fmt.Fprint(f, "\n")
	n++
	check(3001)
	write(1500)
	check(4501)
	if err := f.Truncate(0); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	n = 0
	write(7)
	check(7)
}
