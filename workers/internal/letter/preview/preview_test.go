package preview

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weftql/weft/workers/internal/letter"
)

func get(t *testing.T, path string) *httptest.ResponseRecorder {
	t.Helper()
	handler, err := New()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle(Path, handler)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestThePageShowsEverySampleInEveryLanguageAndForm(t *testing.T) {
	t.Parallel()
	page := get(t, Path)
	if page.Code != http.StatusOK || !strings.HasPrefix(page.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Fatalf("status %d, headers %v", page.Code, page.Header())
	}
	for _, sample := range Samples() {
		if one := get(t, Path+sample.Name); one.Code != http.StatusOK || strings.Count(one.Body.String(), "<section") != 1 {
			t.Errorf("%s: status %d", sample.Name, one.Code)
		}
		for _, language := range letter.Languages() {
			path := Path + sample.Name + "/" + language.Tag
			if !strings.Contains(page.Body.String(), `<iframe src="`+path+`.html"`) {
				t.Errorf("%s is not on the page", path)
			}
			content, err := letter.Render(language.Tag, sample.Reader, sample.Letter)
			if err != nil {
				t.Fatal(err)
			}
			for form, want := range map[string]string{".html": content.HTML, ".txt": content.Text} {
				if got := get(t, path+form); got.Code != http.StatusOK || got.Body.String() != want {
					t.Errorf("%s%s: status %d", path, form, got.Code)
				}
			}
		}
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"nothing", "welcome/xx.html", "welcome/en.pdf", "welcome/en", "nothing/en.html", "welcome/en.html/x"} {
		if got := get(t, Path+path); got.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, got.Code)
		}
	}
}
