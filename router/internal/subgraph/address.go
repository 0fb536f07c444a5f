package subgraph

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// address is where a subgraph is.
type address struct {
	tls    bool
	host   string // with its port, if the URL has one; the Host of requests
	socket string // the path of a Unix socket, or ""
	target string // path and query
}

// CheckURL says what is wrong with a subgraph's URL: want http://host/path,
// https://host/path, or a Unix socket.
//
// There is no standard for the latter. The form is Apollo Router's:
// unix:///run/users.sock, or unix:///run/users.sock?path=/graphql if the path of
// requests is another one than "/".
func CheckURL(text string) error {
	_, err := parseAddress(text)
	return err
}

func parseAddress(text string) (address, error) {
	if text == "" {
		return address{}, errors.New("it has no URL: give it one in the supergraph or in the configuration")
	}
	u, err := url.Parse(text)
	var syntax *url.Error
	switch {
	case errors.As(err, &syntax):
		return address{}, fmt.Errorf("its URL: %w", syntax.Err) // without the URL, which may have a password
	case err != nil:
		return address{}, fmt.Errorf("its URL: %w", err)
	case u.User != nil:
		return address{}, errors.New("its URL has a user name, which is not supported")
	case u.Scheme == "unix":
		return unixAddress(u)
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return address{}, fmt.Errorf("its URL %q is neither http://host/path nor https://host/path nor unix:///path", u.Scheme+"://"+u.Host)
	}
	return address{tls: u.Scheme == "https", host: u.Host, target: u.RequestURI()}, nil
}

func unixAddress(u *url.URL) (address, error) {
	a := address{host: "localhost", socket: u.Path, target: "/"}
	if u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasSuffix(u.Path, "/") {
		return address{}, fmt.Errorf("its URL %q is no absolute path of a socket: want unix:///run/users.sock", u)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return address{}, fmt.Errorf("its URL: %w", err)
	}
	for key, values := range query {
		if key != "path" || len(values) != 1 || !strings.HasPrefix(values[0], "/") {
			return address{}, fmt.Errorf("its URL %q: want no more behind the socket than ?path=/graphql", u)
		}
		path, err := url.ParseRequestURI(values[0])
		if err != nil {
			return address{}, fmt.Errorf("its URL %q: %q is no path", u, values[0])
		}
		a.target = path.RequestURI()
	}
	return a, nil
}
