package letter

import "fmt"

// field is a letter's field that has to be set.
type field struct {
	name string
	set  bool
}

// required refuses a letter some of whose fields are not set.
func required(fields ...field) error {
	for _, f := range fields {
		if !f.set {
			return fmt.Errorf("the field %s is required", f.name)
		}
	}
	return nil
}
