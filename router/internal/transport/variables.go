package transport

import "encoding/json"

// maxPicked is the number of variables for which the names in a request are
// compared one by one.
const maxPicked = 16

// DecodeVariables returns the JSON texts of the variables' values by their names,
// those of the given names at least. They lie in the body's memory.
func (r *Request) DecodeVariables(names []string) map[string]json.RawMessage {
	if r.Variables == nil || len(names) == 0 {
		return nil
	}
	if len(names) <= maxPicked {
		values := make(map[string]json.RawMessage, len(names))
		if pick(r.Variables, names, values) {
			return values
		}
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(r.Variables, &values); err != nil {
		panic("transport: the variables of a request are no JSON: " + err.Error()) // they have been read
	}
	return values
}

// pick finds the values of names in an object. It returns false for objects that
// it leaves to encoding/json: those with an escape in a key, or that nest deep.
func pick(object []byte, names []string, values map[string]json.RawMessage) bool {
	s := scanner{text: object, at: 1}
	for more := s.next() != '}'; more; {
		s.next()
		begin := s.at
		if !s.plainString() {
			return false
		}
		key := object[begin+1 : s.at-1]
		s.next()
		s.at++ // the colon
		s.next()
		begin = s.at
		if !s.value(maxScanDepth) {
			return false
		}
		for _, name := range names {
			if string(key) == name {
				values[name] = object[begin:s.at:s.at] // the last one of a name counts
			}
		}
		more = s.next() == ','
		s.at++
	}
	return true
}
