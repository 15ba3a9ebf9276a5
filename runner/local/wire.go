package local

import (
	"encoding/gob"
	"net"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
)

// protocol is raised when a keeper and a runner of different builds would misunderstand
// each other. New fields need no new number: gob passes over what it does not know.
const protocol = 2

// message is all that the runner and the keeper say. What is set in one message is carried
// out in the order of the fields.
type message struct {
	Hello *hello

	// from the runner
	Start  []runner.Job
	Adopt  *adoption
	Cancel []string
	Forget []string
	Bye    bool

	// from the keeper
	Reports    []runner.Report
	Superseded bool   // another runner has taken over
	Trouble    string // for people: why nothing starts
}

// adoption lists every key that is open. Sent is always true: gob leaves out a pointer to
// something empty, and to have nothing open is news too.
type adoption struct {
	Sent bool
	Keys []string
}

// hello is the first message in both directions.
type hello struct {
	Protocol int
	PID      int
	Slots    int  // the runner's: how many tasks may run at once; 0: as many as there are
	Leaving  bool // the keeper's: wrong protocol, but nothing runs, so it makes room
}

// conn is a socket with messages on it. Gob, because arguments and environments are
// bytes that need not be UTF-8.
type conn struct {
	net.Conn
	enc  *gob.Encoder
	dec  *gob.Decoder
	peer hello // what the other side said first
}

func newConn(c net.Conn) *conn {
	return &conn{Conn: c, enc: gob.NewEncoder(c), dec: gob.NewDecoder(c)}
}

// send gives up after patience: a peer that does not read must not hold the other up.
func (c *conn) send(m message, patience time.Duration) error {
	if err := c.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	return c.enc.Encode(m)
}

func (c *conn) receive() (message, error) {
	var m message
	err := c.dec.Decode(&m)
	return m, err
}
