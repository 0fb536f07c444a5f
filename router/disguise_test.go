package router

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/andybalholm/brotli"

	"github.com/weftql/weft/schema/universe"
)

// recorded is what a handler answered.
type recorded struct {
	request []byte
	status  int
	body    map[string]any
}

// record has a handler answer, and reads its answer.
func record(h http.Handler, r *http.Request) recorded {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return recorded{}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	out := recorded{request: body, status: recorder.Code}
	decoder := json.NewDecoder(recorder.Body)
	decoder.UseNumber()
	if err := decoder.Decode(&out.body); err != nil {
		panic(err)
	}
	return out
}

// random returns the same numbers for the same request.
func (r recorded) random(seed uint64) *rand.Rand {
	hash := fnv.New64a()
	_, _ = hash.Write(r.request)
	return rand.New(rand.NewPCG(seed, hash.Sum64()))
}

// disguise writes JSON that means the same in ways that nobody would write it:
// keys in any order, white space, unknown and repeated keys, escapes.
type disguise struct {
	*rand.Rand
	out bytes.Buffer
}

func (d *disguise) chance(percent int) bool { return d.IntN(100) < percent }

func (d *disguise) space() {
	for d.chance(20) {
		d.out.WriteByte(" \t\r\n"[d.IntN(4)])
	}
}

func (d *disguise) value(v any) {
	d.space()
	switch v := v.(type) {
	case map[string]any:
		d.object(v)
	case []any:
		d.out.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				d.out.WriteByte(',')
			}
			d.value(item)
		}
		d.space()
		d.out.WriteByte(']')
	case string:
		d.text(v)
	case json.Number:
		d.out.WriteString(string(v))
	default:
		fmt.Fprint(&d.out, map[any]string{nil: "null", true: "true", false: "false"}[v])
	}
	d.space()
}

// object writes an object. A key that is there several times has its value the
// last time.
func (d *disguise) object(object map[string]any) {
	type entry struct {
		key   string
		value any
	}
	var entries []entry
	keys := slices.Sorted(maps.Keys(object))
	d.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	_, isScalar := object["list"] // a custom one: what it says would be another thing
	for _, key := range keys {
		for !isScalar && d.chance(8) {
			entries = append(entries, entry{d.unknown(), d.junk(3)})
		}
		// What decides how the rest is read counts at once, and is refused.
		for key != "data" && key != "errors" && key != "__typename" && d.chance(8) {
			entries = append(entries, entry{key, d.junk(0)}) // no object: that might be asked for as an entity
		}
		if d.chance(5) {
			entries = append(entries, entry{key, object[key]})
		}
		entries = append(entries, entry{key, object[key]})
	}
	for !isScalar && d.chance(5) {
		entries = append(entries, entry{d.unknown(), d.junk(3)})
	}
	d.out.WriteByte('{')
	for i, e := range entries {
		if i > 0 {
			d.out.WriteByte(',')
		}
		d.space()
		d.text(e.key)
		d.space()
		d.out.WriteByte(':')
		d.value(e.value)
	}
	d.space()
	d.out.WriteByte('}')
}

// unknown returns a key that nobody asks for.
func (d *disguise) unknown() string {
	list := []string{"", "zz", "__proto__", "Data", "\"quoted\"", "\\", "a\x00b", "ключ", "😀", strings.Repeat("long", 300), "{", "]"}
	return "~" + list[d.IntN(len(list))]
}

// junk returns a value that means nothing.
func (d *disguise) junk(depth int) any {
	kinds := 8
	if depth == 0 {
		kinds = 5
	}
	switch d.IntN(kinds) {
	case 0:
		return nil
	case 1:
		return d.chance(50)
	case 2:
		return json.Number([]string{"0", "-0", "1e400", "-1.5E-7", "123456789012345678901234567890"}[d.IntN(5)])
	case 3:
		return strings.Repeat(`"\/😀`, d.IntN(4))
	case 4:
		return []any{}
	case 5:
		return map[string]any{}
	case 6:
		return []any{d.junk(depth - 1), d.junk(depth - 1)}
	}
	return map[string]any{d.unknown(): d.junk(depth - 1), "id": d.junk(depth - 1), "__typename": d.junk(0)}
}

// text writes a string, with some of its characters escaped.
func (d *disguise) text(s string) {
	d.out.WriteByte('"')
	often := []int{0, 0, 10, 100}[d.IntN(4)]
	for _, r := range s {
		short := strings.IndexRune("\"\\/\b\f\n\r\t", r)
		switch {
		case short >= 0 && (r != '/' || d.chance(50)) && d.chance(70):
			d.out.WriteByte('\\')
			d.out.WriteByte(`"\/bfnrt`[short])
		case r == '"' || r == '\\' || r < ' ' || d.chance(often):
			d.escape(r)
		default:
			d.out.WriteRune(r)
		}
	}
	d.out.WriteByte('"')
}

func (d *disguise) escape(r rune) {
	units := []rune{r}
	if high, low := utf16.EncodeRune(r); r > 0xFFFF {
		units = []rune{high, low}
	}
	for _, unit := range units {
		format := `\u%04x`
		if d.chance(50) {
			format = `\u%04X`
		}
		fmt.Fprintf(&d.out, format, unit)
	}
}

// send writes a body as HTTP allows: whole or in pieces, compressed in one of the
// ways that were asked for.
func (d *disguise) send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	w.Header().Set("Content-Type", []string{
		"application/json", "application/json; charset=utf-8", "application/graphql-response+json", "Application/JSON ;charset=\"UTF-8\"",
	}[d.IntN(4)])
	if accepted := strings.Split(r.Header.Get("Accept-Encoding"), ", "); d.chance(40) && accepted[0] != "" {
		body = compressed(accepted[d.IntN(len(accepted))], body, w.Header())
	}
	if d.chance(5) {
		w.Header().Set("Connection", "close")
	}
	if d.chance(5) {
		w.Header().Set("Link", "</x>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
	}
	if d.chance(50) {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	}
	w.WriteHeader(status)
	for len(body) > 0 && d.chance(80) {
		n := min(len(body), 1+d.IntN(1+len(body)/2))
		_, _ = w.Write(body[:n])
		body = body[n:]
		_ = http.NewResponseController(w).Flush()
	}
	_, _ = w.Write(body)
}

func compressed(encoding string, body []byte, header http.Header) []byte {
	var out bytes.Buffer
	var z io.WriteCloser
	switch encoding {
	case "gzip":
		z = gzip.NewWriter(&out)
	case "br":
		z = brotli.NewWriter(&out)
	case "zstd":
		var err error
		if z, err = zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1)); err != nil {
			panic(err)
		}
	default:
		panic("unknown encoding " + encoding)
	}
	_, _ = z.Write(body)
	_ = z.Close()
	header.Set("Content-Encoding", encoding)
	return out.Bytes()
}

// compressing lets subgraphs compress.
func compressing(config *Config) {
	config.TrafficShaping.All.AcceptEncoding = []string{"zstd", "br", "gzip"}
}

// TestDisguisedAnswers has subgraphs answer as strangely as JSON and HTTP allow.
// What the router answers is what the monolith does.
func TestDisguisedAnswers(t *testing.T) {
	t.Parallel()
	var counts tally
	for seed := *firstSeed; counts.cases < *cases/2; seed++ {
		tryDisguised(t, seed, &counts)
		if counts.universes > *cases {
			t.Fatalf("too few universes compose: %+v", counts)
		}
	}
	t.Logf("%+v", counts)
	if counts.nonEmpty*10 < counts.cases*9 {
		t.Errorf("less than 90 %% of the answers have leaves: %+v", counts)
	}
}

func tryDisguised(t *testing.T, seed uint64, counts *tally) {
	t.Helper()
	u := universe.Random(seed, universe.Answerable())
	counts.universes++
	w := newUniverseFixtureBehind(t, u, nil, func(_ int, h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := record(h, r)
			d := disguise{Rand: answer.random(seed)}
			if answer.body["extensions"] == nil && d.chance(30) {
				answer.body["extensions"] = map[string]any{"junk": d.junk(3)}
			}
			d.value(answer.body)
			d.send(w, r, answer.status, d.out.Bytes())
		})
	}, compressing)
	if w == nil {
		return
	}
	defer w.close()
	counts.composed++
	w.compare(t, u, seed, counts)
}
