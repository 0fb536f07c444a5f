package env

// Redacted stands for the value of a secret.
const Redacted = "(redacted)"

// Value is a variable as it was read, fit to be shown.
type Value struct {
	Setting
	// Text is the value; a secret's is Redacted or, if it is not set, "".
	Text string
	// From says where it comes from: "default", "environment" or "file PATH", or ""
	// if it is not set and has no default.
	From string
}

// Values returns the variables that were read, in that order, with their values.
func (r *Reader) Values() []Value {
	all := make([]Value, len(r.settings))
	for i, s := range r.settings {
		v := Value{Setting: s, Text: r.values[s.Name], From: "environment"}
		file := r.values[s.Name+"_FILE"]
		switch {
		case v.Text != "" && s.Secret:
			v.Text = Redacted
		case v.Text != "":
		case s.Secret && file != "":
			v.Text, v.From = Redacted, "file "+file
		case s.Default != "":
			v.Text, v.From = s.Default, "default"
		default:
			v.From = ""
		}
		all[i] = v
	}
	return all
}
