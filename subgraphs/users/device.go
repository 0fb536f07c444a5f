package users

import "strings"

// Device returns in a few words what a user agent says of itself: "Firefox on
// Linux". It is for people who look for a session that is not theirs; nothing is
// decided by it.
func Device(userAgent string) string {
	program, system := first(programs, userAgent), first(systems, userAgent)
	switch {
	case program != "" && system != "":
		return program + " on " + system
	case program != "" || system != "":
		return program + system
	case userAgent != "":
		// "curl/8.5.0", "Weft-iOS/1.2 (…)": the first word names the program.
		name, _, _ := strings.Cut(userAgent, " ")
		name, _, _ = strings.Cut(name, "/")
		if name = clip(name, 40); name != "" {
			return name
		}
	}
	return "Unknown device"
}

// sign is a piece of text that is found in the user agents of what it names.
type sign struct{ text, name string }

// programs and systems are in the order in which they are looked for: most
// browsers claim to be others too.
var (
	programs = []sign{
		{"Edg/", "Edge"},
		{"EdgA/", "Edge"},
		{"EdgiOS/", "Edge"},
		{"OPR/", "Opera"},
		{"SamsungBrowser/", "Samsung Internet"},
		{"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"Chrome/", "Chrome"},
		{"Chromium/", "Chromium"},
		{"Safari/", "Safari"},
		{"okhttp/", "Android app"},
		{"CFNetwork/", "Apple app"},
		{"Dart/", "Flutter app"},
	}
	systems = []sign{
		{"iPhone", "iPhone"},
		{"iPad", "iPad"},
		{"Android", "Android"},
		{"CrOS", "ChromeOS"},
		{"Windows", "Windows"},
		{"Macintosh", "macOS"},
		{"Mac OS X", "macOS"},
		{"Linux", "Linux"},
	}
)

// first returns the name of the first of signs that is found in text.
func first(signs []sign, text string) string {
	for _, s := range signs {
		if strings.Contains(text, s.text) {
			return s.name
		}
	}
	return ""
}

// MaxUserAgentChars bounds what is stored of a user agent.
const MaxUserAgentChars = 512

// ClipUserAgent returns what can be stored and shown of a user agent.
func ClipUserAgent(userAgent string) string { return clip(userAgent, MaxUserAgentChars) }

// clip returns at most n characters of text, valid UTF-8 and without control
// characters.
func clip(text string, n int) string {
	out := make([]rune, 0, min(n, len(text)))
	for _, r := range text {
		if len(out) == n {
			break
		}
		if !unprintable(r) {
			out = append(out, r)
		}
	}
	return string(out)
}
