package federation

import (
	"fmt"
	"regexp"
	"strconv"
)

// Version is the version of a specification, as in "v2.9". The zero value means
// that a link names none.
type Version struct{ Major, Minor int }

// The federation 2 versions that are known here run from 2.oldestMinor to
// 2.newestMinor, both inclusive.
const (
	oldestMinor = 0
	newestMinor = 14
)

var versionPattern = regexp.MustCompile(`^v(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})$`)

// ParseVersion reads "v2.9".
func ParseVersion(text string) (Version, error) {
	m := versionPattern.FindStringSubmatch(text)
	if m == nil {
		return Version{}, fmt.Errorf("version %q is not of the form v<major>.<minor>", text)
	}
	major, _ := strconv.Atoi(m[1]) // the pattern admits only small numbers
	minor, _ := strconv.Atoi(m[2])
	return Version{Major: major, Minor: minor}, nil
}

// String returns "v2.9".
func (v Version) String() string { return fmt.Sprintf("v%d.%d", v.Major, v.Minor) }

// AtLeast reports whether v is the given version or a later one.
func (v Version) AtLeast(major, minor int) bool {
	if v.Major != major {
		return v.Major > major
	}
	return v.Minor >= minor
}

// IsZero reports whether the link named no version.
func (v Version) IsZero() bool { return v == Version{} }

// KnownFederationVersion reports whether v is a federation 2 version whose rules
// this module implements (2.0 to 2.14).
func KnownFederationVersion(v Version) bool {
	return v.Major == 2 && v.Minor >= oldestMinor && v.Minor <= newestMinor
}
