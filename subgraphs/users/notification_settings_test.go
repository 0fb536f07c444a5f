package users_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/users"
)

// hour returns a pointer to an hour, as settings have it.
func hour(n int32) *int32 { return &n }

func TestQuietUntil(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone, now string // now and want in the zone
		from, to        *int32
		want            string // "" for not quiet
	}{
		{"none are set", "UTC", "2026-11-22 03:00", nil, nil, ""},
		{"within a day", "UTC", "2026-11-22 13:30", hour(13), hour(15), "2026-11-22 15:00"},
		{"before", "UTC", "2026-11-22 12:59", hour(13), hour(15), ""},
		{"when they end", "UTC", "2026-11-22 15:00", hour(13), hour(15), ""},
		{"in the evening", "Asia/Jerusalem", "2026-11-22 22:00", hour(22), hour(7), "2026-11-23 07:00"},
		{"in the morning", "Asia/Jerusalem", "2026-11-22 06:59", hour(22), hour(7), "2026-11-22 07:00"},
		{"at noon", "Asia/Jerusalem", "2026-11-22 12:00", hour(22), hour(7), ""},
		{"at the end of a month", "America/New_York", "2026-11-30 23:00", hour(22), hour(7), "2026-12-01 07:00"},
		{"until midnight", "UTC", "2026-12-31 23:30", hour(20), hour(0), "2027-01-01 00:00"},
		{"while clocks are put back", "Europe/Berlin", "2026-10-24 23:00", hour(22), hour(7), "2026-10-25 07:00"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		now, err := time.ParseInLocation("2006-01-02 15:04", c.now, zone)
		if err != nil {
			t.Fatal(err)
		}
		until, quiet := users.NotificationSettings{QuietFrom: c.from, QuietTo: c.to}.QuietUntil(now.UTC(), zone)
		if got := until.In(zone).Format("2006-01-02 15:04"); quiet != (c.want != "") || quiet && got != c.want {
			t.Errorf("%s: quiet %t until %s, want %q", c.name, quiet, got, c.want)
		}
	}
}

// TestQuietUntilIsLater takes an hour that a day does not have: on 29 March 2026 the
// clocks of Berlin go from 2 to 3.
func TestQuietUntilIsLater(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC) // 1:30 in Berlin
	until, quiet := users.NotificationSettings{QuietFrom: hour(0), QuietTo: hour(2)}.QuietUntil(now, zone)
	if wait := until.Sub(now); !quiet || wait <= 0 || wait > time.Hour {
		t.Errorf("quiet %t for %s", quiet, wait)
	}
}

func TestSettingsApply(t *testing.T) {
	t.Parallel()
	before := users.DefaultNotificationSettings()
	before.QuietFrom, before.QuietTo = hour(22), hour(7)
	after, err := users.NotificationSettingsChange{EmailShares: new(bool)}.Apply(before)
	want := before
	want.EmailShares = false
	if diff := cmp.Diff(want, after); diff != "" || err != nil {
		t.Errorf("error %v, settings (-want +got):\n%s", err, diff)
	}
	after, err = users.NotificationSettingsChange{Quiet: &users.QuietHours{}}.Apply(before)
	if err != nil || after.QuietFrom != nil || after.QuietTo != nil {
		t.Errorf("no quiet hours: %+v, %v", after, err)
	}
	for _, c := range []struct {
		from, to *int32
		path     string
	}{
		{hour(24), hour(7), "quietFrom"}, {hour(22), hour(-1), "quietTo"}, {hour(22), nil, "quietTo"}, {nil, hour(7), "quietFrom"}, {hour(7), hour(7), "quietTo"},
	} {
		after, err := users.NotificationSettingsChange{EmailShares: new(bool), Quiet: &users.QuietHours{From: c.from, To: c.to}}.Apply(before)
		var refused users.UserErrors
		if !errors.As(err, &refused) || refused[0].Path[1] != c.path {
			t.Errorf("%v to %v: %+v, %v", c.from, c.to, after, err)
		}
	}
}

func TestEveryTopicCanBeEnded(t *testing.T) {
	t.Parallel()
	settings := users.DefaultNotificationSettings()
	settings.EmailDigest = users.DigestWeekly
	for _, topic := range []users.Topic{users.TopicAssignments, users.TopicShares, users.TopicReminders, users.TopicDigest} {
		change, known := topic.Without()
		after, err := change.Apply(settings)
		if !known || err != nil || cmp.Equal(after, settings) {
			t.Errorf("%s: %t, %v", topic, known, err)
		}
		settings = after
	}
	none := users.NotificationSettings{EmailDigest: users.DigestNever, DigestHour: 8}
	if diff := cmp.Diff(none, settings); diff != "" {
		t.Errorf("settings without any (-want +got):\n%s", diff)
	}
	if _, known := users.Topic("security").Without(); known {
		t.Error("mails about security can be ended")
	}
}

func TestLocales(t *testing.T) {
	t.Parallel()
	in := users.RegisterInput{Email: "ada@example.com", Password: "correct horse", DisplayName: "Ada", TimeZone: "UTC"}
	for text, want := range map[string]string{"": "en", "en": "en", "he": "he", "HE": "he", "de": "", "he-IL": "", "iw": "", "en ": ""} {
		in.Locale = text
		got, err := in.Normalize()
		var refused users.UserErrors
		if want == "" && (!errors.As(err, &refused) || refused[0].Message != "must be en (English) or he (Hebrew)" || refused[0].Path[1] != "locale") || want != "" && (err != nil || got.Locale != want) {
			t.Errorf("%q: %q, %v", text, got.Locale, err)
		}
	}
}
