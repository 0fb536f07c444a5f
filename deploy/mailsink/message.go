package mailsink

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// maxDepth bounds how deep parts within parts are looked into.
const maxDepth = 8

// Summary is what a list shows of a message.
type Summary struct {
	ID string `json:"id"`
	// From and To are the envelope's addresses, which is where the mail would
	// have gone, whatever its header says.
	From string   `json:"from"`
	To   []string `json:"to"`
	// Subject is decoded (RFC 2047).
	Subject    string    `json:"subject"`
	ReceivedAt time.Time `json:"receivedAt"`
	// Size counts the bytes of Raw.
	Size int `json:"size"`
}

// Message is one received mail.
type Message struct {
	Summary
	// Header has the header's fields as they came, by canonical name.
	Header map[string][]string `json:"header"`
	// Text and HTML are the first part of each kind, decoded.
	Text string `json:"text"`
	HTML string `json:"html"`
	// Problem says what about the message could not be read; its other fields
	// hold what could. Empty for a well-formed message.
	Problem string `json:"problem,omitempty"`
	// Raw is the message as it came (RFC 5322).
	Raw string `json:"raw"`
}

// Parse reads a message with its envelope. It never fails: mail that is malformed is shown with
// what is wrong about it.
func Parse(from string, to []string, raw []byte, at time.Time) Message {
	m := Message{
		Summary: Summary{From: from, To: to, ReceivedAt: at, Size: len(raw)},
		Raw:     strings.ToValidUTF8(string(raw), "\uFFFD"),
	}
	read, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		m.Problem = err.Error()
		return m
	}
	m.Header = read.Header
	m.Subject = read.Header.Get("Subject")
	if decoded, err := new(mime.WordDecoder).DecodeHeader(m.Subject); err == nil {
		m.Subject = decoded
	}
	if err := m.readPart(read.Header.Get("Content-Type"), read.Header.Get("Content-Transfer-Encoding"), read.Body, 0); err != nil {
		m.Problem = err.Error()
	}
	return m
}

// readPart takes the first text and the first HTML out of a part (RFC 2046).
func (m *Message) readPart(contentType, encoding string, body io.Reader, depth int) error {
	if contentType == "" {
		contentType = "text/plain"
	}
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return fmt.Errorf("content type %q: %w", contentType, err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		if depth == maxDepth {
			return fmt.Errorf("parts within parts, more than %d deep", maxDepth)
		}
		return m.readParts(multipart.NewReader(body, parameters["boundary"]), depth+1)
	}
	if kind != "text/plain" && kind != "text/html" {
		return nil // an attachment; Raw has it
	}
	text, err := io.ReadAll(decoder(encoding, body))
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	into := &m.Text
	if kind == "text/html" {
		into = &m.HTML
	}
	if *into == "" {
		*into = strings.ToValidUTF8(string(text), "\uFFFD")
	}
	return nil
}

// readParts reads each part of a multipart body.
func (m *Message) readParts(parts *multipart.Reader, depth int) error {
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := m.readPart(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part, depth); err != nil {
			return err
		}
	}
}

// decoder undoes a Content-Transfer-Encoding (RFC 2045 §6).
func decoder(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	}
	return body
}
