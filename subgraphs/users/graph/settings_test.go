package graph_test

import (
	"fmt"
	"testing"

	"github.com/weftql/weft/schema/identity"
)

func TestNotificationSettings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := b.register(t, "ada@example.com"), b.register(t, "bob@example.com")
	const fields = `notificationSettings { emailAssignments emailReminders emailDigest digestHour }`
	const defaults = `{"emailAssignments":true,"emailReminders":true,"emailDigest":"NEVER","digestHour":8}`
	b.Do(t, ada, `{ me { `+fields+` } }`, nil).WantData(t, `{"me":{"notificationSettings":`+defaults+`}}`)
	query := fmt.Sprintf(`{ user(id: %q) { %s } }`, ada.Subject, fields)
	b.Do(t, bob, query, nil).WantData(t, `{"user":{"notificationSettings":null}}`)
	b.Do(t, admin, query, nil).WantData(t, `{"user":{"notificationSettings":`+defaults+`}}`)
	// Two changes in one request: each answer shows its own.
	b.Do(t, ada, `mutation { a: updateNotificationSettings(input: {emailDigest: DAILY, digestHour: 23}) { user { `+fields+` } errors { code } }
		b: updateNotificationSettings(input: {emailReminders: false, emailAssignments: null}) { user { `+fields+` } errors { code } } }`, nil).
		WantData(t, `{"a":{"user":{"notificationSettings":{"emailAssignments":true,"emailReminders":true,"emailDigest":"DAILY","digestHour":23}},"errors":[]},
			"b":{"user":{"notificationSettings":{"emailAssignments":true,"emailReminders":false,"emailDigest":"DAILY","digestHour":23}},"errors":[]}}`)
	for _, hour := range []int{-1, 24, 1 << 30} {
		b.Do(t, ada, fmt.Sprintf(`mutation { updateNotificationSettings(input: {digestHour: %d}) { user { id } errors { code path } } }`, hour), nil).
			WantData(t, `{"updateNotificationSettings":{"user":null,"errors":[{"code":"BAD_INPUT","path":["input","digestHour"]}]}}`)
	}
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.register(t, "ada@example.com")
	change := func(input string) string {
		return `mutation { it: updateNotificationSettings(input: {` + input + `}) { user { notificationSettings { emailShares quietFrom quietTo } } errors { code path } } }`
	}
	for _, c := range []struct{ input, want string }{
		{`emailShares: false`, `{"emailShares":false,"quietFrom":null,"quietTo":null}`},
		{`quietFrom: 22, quietTo: 7`, `{"emailShares":false,"quietFrom":22,"quietTo":7}`},
		{`emailShares: true`, `{"emailShares":true,"quietFrom":22,"quietTo":7}`},
		{`quietFrom: 23, quietTo: 0`, `{"emailShares":true,"quietFrom":23,"quietTo":0}`},
		{`quietFrom: null, quietTo: null`, `{"emailShares":true,"quietFrom":null,"quietTo":null}`},
	} {
		b.Do(t, ada, change(c.input), nil).WantData(t, `{"it":{"user":{"notificationSettings":`+c.want+`},"errors":[]}}`)
	}
	for _, c := range []struct{ input, path string }{
		{`quietFrom: 24, quietTo: 7`, "quietFrom"},
		{`quietFrom: 22, quietTo: -1`, "quietTo"},
		{`quietFrom: 22`, "quietTo"},
		{`quietTo: 7`, "quietFrom"},
		{`quietFrom: 22, quietTo: null`, "quietTo"},
		{`quietFrom: 7, quietTo: 7`, "quietTo"},
	} {
		b.Do(t, ada, change(c.input), nil).WantData(t, `{"it":{"user":null,"errors":[{"code":"BAD_INPUT","path":["input","`+c.path+`"]}]}}`)
	}
}

func TestLocale(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const refused = `{"it":{"user":null,"errors":[{"message":"must be en (English) or he (Hebrew)","path":["input","locale"]}]}}`
	register := func(email, locale string) string {
		return fmt.Sprintf(`mutation { it: register(input: {email: %q, password: %q, displayName: "N."%s}) { user { locale } errors { message path } } }`, email, rightPassword, locale)
	}
	b.Do(t, identity.Claims{}, register("dov@example.com", `, locale: "he"`), nil).WantData(t, `{"it":{"user":{"locale":"he"},"errors":[]}}`)
	b.Do(t, identity.Claims{}, register("eve@example.com", ``), nil).WantData(t, `{"it":{"user":{"locale":"en"},"errors":[]}}`)
	b.Do(t, identity.Claims{}, register("fay@example.com", `, locale: "fr"`), nil).WantData(t, refused)
	ada, bob := b.register(t, "ada@example.com"), b.register(t, "bob@example.com")
	const update = `mutation { it: updateProfile(input: {locale: %q}) { user { locale } errors { message path } } }`
	b.Do(t, ada, fmt.Sprintf(update, "he"), nil).WantData(t, `{"it":{"user":{"locale":"he"},"errors":[]}}`)
	b.Do(t, ada, fmt.Sprintf(update, "de"), nil).WantData(t, refused)
	query := fmt.Sprintf(`{ user(id: %q) { locale } }`, ada.Subject)
	b.Do(t, ada, query, nil).WantData(t, `{"user":{"locale":"he"}}`)
	b.Do(t, admin, query, nil).WantData(t, `{"user":{"locale":"he"}}`)
	b.Do(t, bob, query, nil).WantData(t, `{"user":{"locale":null}}`)
}
