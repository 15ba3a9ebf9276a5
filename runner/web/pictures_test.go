package web

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// largestPicture is what a picture of the documentation may weigh.
const largestPicture = 150_000

// TestPicturesAreSmallAndShown: each is small, stands in a text, and what stands in light
// stands there in dark.
func TestPicturesAreSmallAndShown(t *testing.T) {
	dir := "../../docs/pictures"
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, text := range []string{"../../README.md", "../../docs/pages.md"} {
		body, err := os.ReadFile(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`pictures/([\w-]+\.png)`).FindAllStringSubmatch(string(body), -1) {
			named[m[1]] = true
			if _, err := os.Stat(filepath.Join(dir, m[1])); err != nil {
				t.Errorf("%s shows %s, which is not there", text, m[1])
			}
			if name, light := strings.CutSuffix(m[1], "-light.png"); light && !strings.Contains(string(body), name+"-dark.png") {
				t.Errorf("%s shows %s without its like in dark", text, m[1])
			}
		}
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > largestPicture {
			t.Errorf("%s has %d bytes, more than %d", f.Name(), info.Size(), largestPicture)
		}
		if !named[f.Name()] {
			t.Errorf("%s stands in no text", f.Name())
		}
	}
}
