package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed static
var static embed.FS

// assets are the scripts and styles, compressed once, named as in the repository. Their
// ETag is their content's.
type assets struct{ files map[string]asset }

type asset struct {
	kind      string
	etag      string
	plain, gz []byte
}

var kinds = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
}

func loadAssets() *assets {
	a := &assets{files: map[string]asset{}}
	entries, err := fs.ReadDir(static, "static")
	if err != nil {
		panic(err) // embedded at build time
	}
	for _, e := range entries {
		text, err := fs.ReadFile(static, "static/"+e.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(text)
		a.files[e.Name()] = asset{kind: kinds[path.Ext(e.Name())], etag: `"` + hex.EncodeToString(sum[:8]) + `"`, plain: text, gz: gzipped(text, gzip.BestCompression)}
	}
	return a
}

func gzipped(text []byte, level int) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		panic(err) // the level is a constant
	}
	_, _ = z.Write(text) // into memory
	_ = z.Close()
	return b.Bytes()
}

func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := a.files[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("ETag", f.etag)
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if accepts(r) {
		h.Set("Content-Encoding", "gzip")
		_, _ = w.Write(f.gz)
		return
	}
	_, _ = w.Write(f.plain)
}

func accepts(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") }

var writers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return z
}}

// compress packs what pages and programs read. Static files are packed already, and a
// stream of events must not wait for a block to fill.
func compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !accepts(r) || strings.HasPrefix(r.URL.Path, "/static/") || r.URL.Path == "/events" {
			next.ServeHTTP(w, r)
			return
		}
		packed := &packer{ResponseWriter: w}
		defer packed.close()
		next.ServeHTTP(packed, r)
	})
}

type packer struct {
	http.ResponseWriter
	z       *gzip.Writer
	started bool
}

func (p *packer) WriteHeader(status int) {
	if !p.started {
		p.started = true
		h := p.Header()
		h.Add("Vary", "Accept-Encoding")
		if status != http.StatusNotModified && status != http.StatusNoContent && status < 300 || status >= 400 {
			h.Set("Content-Encoding", "gzip")
			h.Del("Content-Length")
			p.z = writers.Get().(*gzip.Writer)
			p.z.Reset(p.ResponseWriter)
		}
	}
	p.ResponseWriter.WriteHeader(status)
}

func (p *packer) Write(b []byte) (int, error) {
	if !p.started {
		if p.Header().Get("Content-Type") == "" {
			p.Header().Set("Content-Type", http.DetectContentType(b))
		}
		p.WriteHeader(http.StatusOK)
	}
	if p.z == nil {
		return p.ResponseWriter.Write(b)
	}
	return p.z.Write(b)
}

func (p *packer) close() {
	if p.z != nil {
		_ = p.z.Close()
		writers.Put(p.z)
	}
}
