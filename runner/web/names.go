package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
)

// namesDoc is what the palette looks through: the names of all pipelines and their tasks.
type namesDoc struct {
	Pipelines []namedPipeline `json:"pipelines"`
	ReadOnly  bool            `json:"read_only"`
}

type namedPipeline struct {
	Name  string   `json:"name"`
	Tags  []string `json:"tags,omitempty"`
	Tasks []string `json:"tasks"`
}

// serveNames gives the names once; while the files do not change, an ETag is all.
func (s *Server) serveNames(w http.ResponseWriter, r *http.Request) {
	doc := namesDoc{Pipelines: []namedPipeline{}, ReadOnly: s.Guard.ReadOnly}
	for _, p := range s.Project().Pipelines {
		n := namedPipeline{Name: p.Name, Tags: p.Tags, Tasks: []string{}}
		for _, t := range p.Tasks {
			n.Tasks = append(n.Tasks, t.ID)
		}
		doc.Pipelines = append(doc.Pipelines, n)
	}
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(doc); err != nil {
		panic(err) // names are strings
	}
	sum := sha256.Sum256(b.Bytes())
	etag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("ETag", etag)
	h.Set("Cache-Control", "no-cache")
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(b.Bytes())
}
