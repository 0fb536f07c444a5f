package page

import (
	"html/template"
	"net/http"
	"time"
)

// answer is a page as it is shown.
type answer struct {
	status     int
	retryAfter time.Duration

	Lang, Dir string
	Style     template.CSS
	Name      string // of the platform
	Mood      mood
	Title     string
	Text      []string
	Form      *form
}

// mood is how an answer looks.
type mood string

const (
	asks mood = "asks" // there is something to do
	done mood = "done" // it was done
	sad  mood = "sad"  // it cannot be
)

// form is what can be sent.
type form struct {
	Action string // relative, so that it stays below the same address
	Token  string
	Fields []field
	Hint   string
	// Wrong is why it was not accepted, "" if it was not sent yet.
	Wrong  string
	Button string
}

// field is a password that is typed.
type field struct{ Name, Label string }

// say returns an answer in the language of the visit.
func (v visit) say(status int, how mood, title string, text ...string) answer {
	return answer{status: status, Lang: v.words.lang, Dir: v.words.dir, Name: "Weft", Mood: how, Title: title, Text: text}
}

func (v visit) unknown() answer {
	return v.say(http.StatusNotFound, sad, v.words.unknownTitle, v.words.unknown)
}

func (v visit) wrongMethod() answer {
	return v.say(http.StatusMethodNotAllowed, sad, v.words.malformedTitle, v.words.malformed)
}

func (v visit) malformed(status int) answer {
	return v.say(status, sad, v.words.malformedTitle, v.words.malformed)
}

func (v visit) failed() answer {
	return v.say(http.StatusInternalServerError, sad, v.words.failedTitle, v.words.failed, v.words.requestID+" "+v.viewer.RequestID)
}

func (v visit) tooMany(wait time.Duration) answer {
	shown := v.say(http.StatusTooManyRequests, sad, v.words.tooManyTitle, v.words.tooMany)
	shown.retryAfter = max(wait, time.Second)
	return shown
}
