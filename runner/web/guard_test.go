package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
)

// stand is a server without a project: its verbs say what they were asked.
func stand(t *testing.T, g Guard) (*Server, *[]Command) {
	t.Helper()
	var asked []Command
	project := &pipelines.Project{}
	s := &Server{Guard: g, Now: time.Now, Errors: slog.New(slog.DiscardHandler), Project: func() *pipelines.Project { return project },
		History: func() (runner.History, error) { return nil, nil },
		Verbs: func(_ context.Context, c Command) Answer {
			asked = append(asked, c)
			return Answer{Document: c, Write: func(w io.Writer) error { _, err := io.WriteString(w, "{}"); return err }}
		}}
	return s, &asked
}

func ask1(t *testing.T, h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		if r.Header.Set(header[i], header[i+1]); header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const local = "http://localhost:8080"

var own = Guard{Hosts: []string{"localhost"}, Local: Actor{"anna", "here"}}

func TestOnlyKnownHostsAreAnswered(t *testing.T) {
	s, _ := stand(t, Guard{Hosts: []string{"localhost", "tides.example"}, Local: Actor{"anna", "here"}})
	h := s.Handler()
	for host, want := range map[string]int{
		"localhost:8080": 200, "LOCALHOST": 200, "127.0.0.1:8080": 200, "[::1]:8080": 200, "tides.example": 200, "tides.example.:443": 200,
		"evil.example": 421, "localhost.evil.example": 421, "": 421,
	} {
		if w := ask1(t, h, "GET", local+"/api/v1/version", "", "Host", host); w.Code != want {
			t.Errorf("host %q: %d, want %d", host, w.Code, want)
		}
	}
}

func TestAnotherSiteGivesNoOrders(t *testing.T) {
	s, asked := stand(t, own)
	h := s.Handler()
	order := local + "/api/v1/pipelines/sales/pause"
	if w := ask1(t, h, "POST", order, "", "Sec-Fetch-Site", "cross-site"); w.Code != 403 {
		t.Errorf("from another site: %d", w.Code)
	}
	if w := ask1(t, h, "POST", order, "", "Origin", "http://evil.example"); w.Code != 403 {
		t.Errorf("from another origin: %d", w.Code)
	}
	if len(*asked) != 0 {
		t.Fatalf("it was carried out: %v", *asked)
	}
	for _, header := range [][]string{{}, {"Sec-Fetch-Site", "same-origin"}} {
		if w := ask1(t, h, "POST", order, "", header...); w.Code != 200 {
			t.Errorf("with %v: %d", header, w.Code)
		}
	}
	if who := (*asked)[0].Who; who != own.Local {
		t.Errorf("who: %v", who)
	}
}

func TestReadOnlyPagesLookAndGiveNoOrders(t *testing.T) {
	g := own
	g.ReadOnly = true
	s, asked := stand(t, g)
	h := s.Handler()
	for _, e := range Endpoints() {
		if !e.Order {
			continue
		}
		path := local + strings.NewReplacer("{", "", "}", "").Replace(e.Path)
		if w := ask1(t, h, "POST", path, `{}`); w.Code != 403 || !strings.Contains(w.Body.String(), `"read-only"`) {
			t.Errorf("%s: %d %s", e.Path, w.Code, w.Body)
		}
		if e.agrees() {
			if w := ask1(t, h, "POST", path, `{"dry_run": true}`); w.Code != 200 {
				t.Errorf("%s, a dry run: %d %s", e.Path, w.Code, w.Body)
			}
		}
	}
	for _, c := range *asked {
		if !c.looks() {
			t.Errorf("carried out: %v", c)
		}
	}
}

func TestATokenSaysWhoItIs(t *testing.T) {
	s, asked := stand(t, Guard{Hosts: []string{"localhost"}, Tokens: map[string]string{"the token of anna": "anna"}})
	h := s.Handler()
	order := local + "/api/v1/pipelines/sales/pause"
	for _, header := range [][]string{{}, {"Authorization", "Bearer wrong"}, {"Cookie", tokenCookie + "=wrong"}, {"Authorization", "Bearer "}} {
		if w := ask1(t, h, "POST", order, "", header...); w.Code != 401 {
			t.Errorf("with %v: %d", header, w.Code)
		}
	}
	if w := ask1(t, h, "GET", local+"/p/sales?at=1", ""); w.Code != 303 || w.Header().Get("Location") != "/login?to=%2Fp%2Fsales%3Fat%3D1" {
		t.Errorf("a page: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := ask1(t, h, "POST", order, "", "Authorization", "Bearer the token of anna"); w.Code != 200 || (*asked)[0].Who.User != "anna" {
		t.Errorf("with her token: %d %v", w.Code, *asked)
	}
	form := url.Values{"token": {"the token of anna"}, "to": {"//evil.example/"}}.Encode()
	w := ask1(t, h, "POST", local+"/login", form, "Content-Type", "application/x-www-form-urlencoded")
	c := w.Result().Cookies()
	if w.Code != 303 || w.Header().Get("Location") != "/" || len(c) != 1 || !c[0].HttpOnly || c[0].SameSite != http.SameSiteStrictMode {
		t.Errorf("signing in: %d %q %v", w.Code, w.Header().Get("Location"), c)
	}
	form = url.Values{"token": {"a guess"}}.Encode()
	if w := ask1(t, h, "POST", local+"/login", form, "Content-Type", "application/x-www-form-urlencoded"); w.Code != 401 || len(w.Result().Cookies()) != 0 {
		t.Errorf("a guess: %d", w.Code)
	}
}

func TestAProxySaysWhoItIs(t *testing.T) {
	s, asked := stand(t, Guard{Hosts: []string{"localhost"}, Header: "X-Forwarded-User"})
	h := s.Handler()
	order := local + "/api/v1/pipelines/sales/pause"
	if w := ask1(t, h, "POST", order, ""); w.Code != 401 {
		t.Errorf("without the header: %d", w.Code)
	}
	if w := ask1(t, h, "POST", order, "", "X-Forwarded-User", "ben"); w.Code != 200 || (*asked)[0].Who.User != "ben" {
		t.Errorf("with the header: %d %v", w.Code, *asked)
	}
}

func TestEveryAnswerHasAStrictPolicy(t *testing.T) {
	s, _ := stand(t, own)
	h := s.Handler()
	for _, path := range []string{"/static/app.js", "/nowhere", "/api/nowhere", "/login"} {
		policy := ask1(t, h, "GET", local+path, "").Header().Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %q", path, policy)
		}
	}
}

// No page has a script or a style in it, nor an attribute that is one.
func TestTemplatesHaveNoInlineScriptOrStyle(t *testing.T) {
	for name, set := range pages() {
		for _, part := range set.Templates() {
			if part.Tree == nil {
				continue
			}
			text := strings.ToLower(part.Tree.Root.String())
			for _, bad := range []string{" style=", "<style", " onclick=", " onload=", "javascript:", "https://", "http://"} {
				if strings.Contains(text, bad) {
					t.Errorf("%s/%s has %q", name, part.Name(), bad)
				}
			}
		}
	}
}
