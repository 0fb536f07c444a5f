package page

import "github.com/weftql/weft/subgraphs/users"

// words are everything that the pages say, in one language.
type words struct {
	lang, dir string

	verifyTitle, verify, verifyButton string
	verifiedTitle, verified           string
	verifyAgain                       string

	resetTitle, reset, resetButton        string
	password, passwordAgain, passwordHint string
	passwordsDiffer                       string
	resetDoneTitle, resetDone, resetAgain string
	passwordReasons                       map[string]string // by users' reason, in English
	unsubscribeTitle, unsubscribeButton   string
	unsubscribedTitle, unsubscribed       string
	topics                                map[users.Topic]string
	stillGets, unsubscribeAgain           string
	spentTitle, spent, closeIt            string
	tooManyTitle, tooMany                 string
	unknownTitle, unknown                 string
	malformedTitle, malformed             string
	failedTitle, failed, requestID        string
}

// wordsOf returns the words of a locale, English ones if there are none.
func wordsOf(locale string) *words {
	if locale == users.LocaleHebrew {
		return hebrew()
	}
	return english()
}

// ofPassword says why a password cannot be chosen.
func (w *words) ofPassword(reason string) string {
	if sentence, known := w.passwordReasons[reason]; known {
		return sentence
	}
	return reason
}

// What users say of a password that cannot be chosen.
const (
	tooShort = "must have at least 10 characters"
	tooLong  = "must not be longer than 256 characters"
)

func english() *words {
	return &words{
		lang: "en", dir: "ltr",

		verifyTitle:   "Verify your e-mail address",
		verify:        "Please confirm that this address is yours.",
		verifyButton:  "Verify this address",
		verifiedTitle: "Your address is verified",
		verified:      "Thank you. There is nothing else to do.",
		verifyAgain:   "If your address is verified already, nothing needs to be done. If it is not, log in and ask for another mail.",

		resetTitle:      "Choose a new password",
		reset:           "You will be logged out on all devices.",
		resetButton:     "Save the new password",
		password:        "New password",
		passwordAgain:   "The same again",
		passwordHint:    "At least 10 characters. A few words are easy to remember.",
		passwordsDiffer: "The two passwords are not the same.",
		passwordReasons: map[string]string{
			tooShort: "The password must have at least 10 characters.",
			tooLong:  "The password must not be longer than 256 characters.",
		},
		resetDoneTitle: "Your password is changed",
		resetDone:      "Log in with the new one.",
		resetAgain:     "If you still need a new password, ask for another mail where you log in.",

		unsubscribeTitle:  "Stop these mails?",
		unsubscribeButton: "Stop these mails",
		unsubscribedTitle: "You will not get these mails any more",
		unsubscribed:      "If you change your mind, turn them on again in your settings.",
		topics: map[users.Topic]string{
			users.TopicAssignments: "You will get no more mails when you are assigned to a todo.",
			users.TopicShares:      "You will get no more mails when a list is shared with you.",
			users.TopicReminders:   "You will get no more mails when the reminder of a todo is due.",
			users.TopicDigest:      "You will get no more summaries of your todos.",
		},
		stillGets:        "Other mails, such as those about the security of your account, stay as they are.",
		unsubscribeAgain: "This link has expired, or part of it is missing. Log in to choose in your settings which mails you get.",

		spentTitle: "This link does not work any more",
		spent:      "It has expired, was used already, or part of it is missing.",
		closeIt:    "You can close this page.",

		tooManyTitle: "Too many attempts", tooMany: "Please try again in a few minutes.",
		unknownTitle: "There is no such page", unknown: "Please open the link from your mail once more.",
		malformedTitle: "That did not work", malformed: "Please open the link from your mail once more, in a browser.",
		failedTitle: "Something went wrong", failed: "It is not your fault. Nothing was changed; please try again in a few minutes.", requestID: "Reference:",
	}
}

func hebrew() *words {
	return &words{
		lang: "he", dir: "rtl",

		verifyTitle:   "אימות כתובת הדוא״ל שלך",
		verify:        "נבקש לאשר שהכתובת הזאת שלך.",
		verifyButton:  "אימות הכתובת",
		verifiedTitle: "הכתובת שלך אומתה",
		verified:      "תודה. אין צורך לעשות דבר נוסף.",
		verifyAgain:   "אם הכתובת שלך כבר אומתה, אין צורך לעשות דבר. אם לא, אפשר להיכנס לחשבון ולבקש הודעה נוספת.",

		resetTitle:      "בחירת סיסמה חדשה",
		reset:           "החשבון ינותק מכל המכשירים.",
		resetButton:     "שמירת הסיסמה החדשה",
		password:        "סיסמה חדשה",
		passwordAgain:   "אותה סיסמה שוב",
		passwordHint:    "לפחות 10 תווים. קל לזכור כמה מילים.",
		passwordsDiffer: "שתי הסיסמאות אינן זהות.",
		passwordReasons: map[string]string{
			tooShort: "בסיסמה צריכים להיות לפחות 10 תווים.",
			tooLong:  "בסיסמה יכולים להיות לכל היותר 256 תווים.",
		},
		resetDoneTitle: "הסיסמה שלך שונתה",
		resetDone:      "עכשיו אפשר להיכנס עם הסיסמה החדשה.",
		resetAgain:     "אם עדיין דרושה לך סיסמה חדשה, אפשר לבקש הודעה נוספת בדף הכניסה.",

		unsubscribeTitle:  "להפסיק את ההודעות האלה?",
		unsubscribeButton: "הפסקת ההודעות",
		unsubscribedTitle: "ההודעות האלה לא יישלחו אליך יותר",
		unsubscribed:      "אם דעתך תשתנה, אפשר להפעיל אותן שוב בהגדרות.",
		topics: map[users.Topic]string{
			users.TopicAssignments: "לא יישלחו אליך עוד הודעות על משימות שהוקצו לך.",
			users.TopicShares:      "לא יישלחו אליך עוד הודעות על רשימות ששותפו איתך.",
			users.TopicReminders:   "לא יישלחו אליך עוד תזכורות על משימות.",
			users.TopicDigest:      "לא יישלחו אליך עוד סיכומים של המשימות שלך.",
		},
		stillGets:        "הודעות אחרות, כמו אלה שנוגעות לאבטחת החשבון שלך, יישארו כפי שהן.",
		unsubscribeAgain: "תוקף הקישור פג, או שחלק ממנו חסר. אפשר להיכנס לחשבון ולבחור בהגדרות אילו הודעות יישלחו אליך.",

		spentTitle: "הקישור הזה כבר אינו פעיל",
		spent:      "תוקפו פג, כבר השתמשו בו, או שחלק ממנו חסר.",
		closeIt:    "אפשר לסגור את הדף הזה.",

		tooManyTitle: "יותר מדי ניסיונות", tooMany: "אפשר לנסות שוב בעוד כמה דקות.",
		unknownTitle: "אין דף כזה", unknown: "אפשר לפתוח שוב את הקישור מההודעה.",
		malformedTitle: "הפעולה לא הצליחה", malformed: "אפשר לפתוח שוב את הקישור מההודעה, בדפדפן.",
		failedTitle: "משהו השתבש", failed: "זו לא אשמתך. דבר לא השתנה; אפשר לנסות שוב בעוד כמה דקות.", requestID: "מספר הפנייה:",
	}
}
