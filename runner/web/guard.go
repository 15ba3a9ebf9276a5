package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"slices"
	"strings"
)

// Guard decides who may come in, and as whom. On loopback whoever reaches the port is the
// user who started it; beyond it a token, or the name that a reverse proxy vouches for, is
// required.
type Guard struct {
	Hosts    []string          // names that a browser may use for us; others are refused (DNS rebinding)
	Tokens   map[string]string // token to the name of its bearer; empty: none is asked for
	Header   string            // in which a reverse proxy says who it is; "": there is none
	Local    Actor             // whoever needs neither
	ReadOnly bool              // no order is carried out
	Secure   bool              // over TLS
}

const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

type actorKey struct{}

// actorOf is who sent a request that the guard has let in.
func actorOf(r *http.Request) Actor {
	a, _ := r.Context().Value(actorKey{}).(Actor)
	return a
}

// protect is the way in of every request.
func (g *Guard) protect(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, http.StatusForbidden, "cross-origin", "another site has sent this request", "open the pages themselves")
	}))
	inner := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if !g.knows(r.Host) {
			refuse(w, r, http.StatusMisdirectedRequest, "unknown-host", "these pages do not answer to the host "+quoted(r.Host),
				"start with --host NAME to let it in")
			return
		}
		who, ok := g.actor(r)
		switch {
		case ok, strings.HasPrefix(r.URL.Path, "/static/"), r.URL.Path == "/login":
			inner.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), actorKey{}, who)))
		case g.Header != "" || isProgram(r):
			h.Set("WWW-Authenticate", "Bearer")
			refuse(w, r, http.StatusUnauthorized, "not-signed-in", "who are you?", "send the header Authorization: Bearer TOKEN")
		default:
			http.Redirect(w, r, "/login?to="+escapeQuery(r.URL.RequestURI()), http.StatusSeeOther)
		}
	})
}

func (g *Guard) knows(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	// Rebinding needs a name: nobody can make an address point elsewhere.
	return net.ParseIP(host) != nil || slices.Contains(g.Hosts, host)
}

// actor is who sends a request; not ok: nobody we know.
func (g *Guard) actor(r *http.Request) (Actor, bool) {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	switch {
	case g.Header != "":
		name := r.Header.Get(g.Header)
		return Actor{name, host}, name != ""
	case len(g.Tokens) > 0:
		token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if c, err := r.Cookie(tokenCookie); err == nil && !found {
			token = c.Value
		}
		name, ok := g.bearer(token)
		return Actor{name, host}, ok
	}
	return g.Local, true
}

// bearer compares with every token in the same time, whatever it is.
func (g *Guard) bearer(token string) (name string, ok bool) {
	given := sha256.Sum256([]byte(token))
	for t, n := range g.Tokens {
		if want := sha256.Sum256([]byte(t)); subtle.ConstantTimeCompare(given[:], want[:]) == 1 {
			name, ok = n, true
		}
	}
	return name, ok
}

const tokenCookie = "tidemark_token"

// login takes a token from a person and puts it into a cookie that no script can read.
func (g *Guard) login(w http.ResponseWriter, r *http.Request) {
	to := r.FormValue("to")
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`) {
		to = "/"
	}
	wrong := false
	if r.Method == http.MethodPost {
		if _, ok := g.bearer(r.FormValue("token")); ok {
			http.SetCookie(w, &http.Cookie{Name: tokenCookie, Value: r.FormValue("token"), Path: "/", HttpOnly: true,
				SameSite: http.SameSiteStrictMode, Secure: g.Secure, MaxAge: 30 * 24 * 3600})
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		}
		wrong = true
		w.WriteHeader(http.StatusUnauthorized)
	}
	render(w, r, "login", map[string]any{"To": to, "Wrong": wrong, "Title": "Sign in"})
}

// mayOrder says whether orders are carried out at all; it answers where not.
func (g *Guard) mayOrder(w http.ResponseWriter, r *http.Request) bool {
	if !g.ReadOnly {
		return true
	}
	refuse(w, r, http.StatusForbidden, "read-only", "these pages are read-only", "start them without --read-only, or give the order on the command line")
	return false
}
