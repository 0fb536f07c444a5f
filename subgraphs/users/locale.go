package users

import "strings"

// The locales in which the platform writes to people, as language tags (BCP 47).
const (
	LocaleEnglish = "en"
	LocaleHebrew  = "he"
)

// readLocale returns a locale as it is stored, language tags being the same in
// upper and lower case, or false if there is no such one.
func readLocale(text string) (string, bool) {
	locale := strings.ToLower(text)
	return locale, locale == LocaleEnglish || locale == LocaleHebrew
}

// localeRefused is what is said of a locale that the platform does not write in.
const localeRefused = "must be en (English) or he (Hebrew)"
