package subgraph_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weftql/weft/router/internal/subgraph"
)

// tower is a Sender whose requests travel until it lets them land.
type tower struct {
	sent chan *subgraph.Request // each request that takes off
	land chan subgraph.Response // the next response
	gone chan struct{}          // requests that ended because nobody waited
}

func newTower() *tower {
	return &tower{sent: make(chan *subgraph.Request, 100), land: make(chan subgraph.Response), gone: make(chan struct{}, 100)}
}

func (s *tower) Send(call *subgraph.Call, request *subgraph.Request, response *subgraph.Response) error {
	copied := *request
	s.sent <- &copied
	select {
	case landing := <-s.land:
		response.Status, response.Private = landing.Status, landing.Private
		response.Body = append(response.Body[:0], landing.Body...)
		return nil
	case <-call.Done():
		s.gone <- struct{}{}
		return errors.New("nobody waits")
	}
}

// words is a Parser; it counts how often it parses.
type words struct {
	key    string
	parsed atomic.Int32
}

func (p *words) Key() any { return p.key }

func (p *words) Acquire() (any, []byte) { return new(string), nil }

func (p *words) Parse(memory any, response *subgraph.Response) {
	p.parsed.Add(1)
	*memory.(*string) = string(response.Body)
}

func (p *words) Release(any) {}

// passenger is one who asks.
type passenger struct {
	flights *subgraph.Flights
	waiter  subgraph.Waiter
	arrived chan int
}

func join(flights *subgraph.Flights, request subgraph.Request) *passenger {
	p := &passenger{flights: flights, arrived: make(chan int, 1)}
	p.waiter.Arrived = p.arrived
	request.Body = append([]byte(nil), request.Body...)
	flights.Join(&request, &p.waiter)
	return p
}

// answer waits for the answer and returns its text.
func (p *passenger) answer() string {
	for {
		<-p.arrived
		if a := p.flights.Answer(&p.waiter); a != nil {
			defer a.Release()
			return *a.Parsed.(*string)
		}
	}
}

func asked(text string, parser subgraph.Parser) subgraph.Request {
	return subgraph.Request{Body: []byte(text), Claims: "ann", Parser: parser}
}

func body(text string) subgraph.Response {
	return subgraph.Response{Status: 200, Body: []byte(text)}
}

func TestFlights_send_equal_queries_once_and_parse_their_answer_once(t *testing.T) {
	t.Parallel()
	sender, parser := newTower(), &words{}
	flights := subgraph.NewFlights(sender, subgraph.FlightConfig{})
	var all []*passenger
	for range 10 {
		all = append(all, join(flights, asked("{a}", parser)))
	}
	<-sender.sent
	sender.land <- body("one")
	for _, p := range all {
		if got := p.answer(); got != "one" {
			t.Errorf("answer = %q", got)
		}
	}
	if n := parser.parsed.Load(); n != 1 || len(sender.sent) != 0 {
		t.Errorf("parsed %d times, %d more requests", n, len(sender.sent))
	}
}

func TestFlights_keep_nothing_that_has_arrived(t *testing.T) {
	t.Parallel()
	sender, parser := newTower(), &words{}
	flights := subgraph.NewFlights(sender, subgraph.FlightConfig{})
	for _, want := range []string{"one", "two"} {
		p := join(flights, asked("{a}", parser))
		sender.land <- body(want)
		if got := p.answer(); got != want {
			t.Errorf("answer = %q, want %q", got, want)
		}
	}
}

func TestFlights_share_nothing_between_requests_that_differ(t *testing.T) {
	t.Parallel()
	parser := &words{}
	for _, change := range []func(*subgraph.Request){
		func(r *subgraph.Request) { r.Claims = "bob" },
		func(r *subgraph.Request) { r.Body = []byte("{b}") },
		func(r *subgraph.Request) { r.Subgraph = 1 },
		func(r *subgraph.Request) { r.Parser = &words{key: "other"} },
		func(r *subgraph.Request) { r.Mutation = true },
	} {
		sender := newTower()
		flights := subgraph.NewFlights(sender, subgraph.FlightConfig{})
		first := join(flights, asked("{a}", parser))
		<-sender.sent
		other := asked("{a}", parser)
		change(&other)
		second := join(flights, other)
		<-sender.sent // it has a request of its own
		sender.land <- body("x")
		sender.land <- body("x")
		first.answer()
		second.answer()
	}
}

func TestFlights_go_alone_if_told_so(t *testing.T) {
	t.Parallel()
	sender, parser := newTower(), &words{}
	flights := subgraph.NewFlights(sender, subgraph.FlightConfig{Alone: true})
	first, second := join(flights, asked("{a}", parser)), join(flights, asked("{a}", parser))
	<-sender.sent
	<-sender.sent
	sender.land <- body("x")
	sender.land <- body("x")
	first.answer()
	second.answer()
}

func TestFlights_go_on_while_anybody_waits(t *testing.T) {
	t.Parallel()
	sender, parser := newTower(), &words{}
	flights := subgraph.NewFlights(sender, subgraph.FlightConfig{})
	leader := join(flights, asked("{a}", parser))
	<-sender.sent
	second, third := join(flights, asked("{a}", parser)), join(flights, asked("{a}", parser))
	if !flights.Leave(&leader.waiter) || !flights.Leave(&third.waiter) {
		t.Error("they could not leave")
	}
	sender.land <- body("still")
	if got := second.answer(); got != "still" || len(leader.arrived) != 0 || len(third.arrived) != 0 {
		t.Errorf("answer = %q; arrived %d, %d at those who left", got, len(leader.arrived), len(third.arrived))
	}
}

func TestFlights_end_when_the_last_one_leaves(t *testing.T) {
	t.Parallel()
	begun, ended := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else the server does not see that the client goes
		close(begun)
		<-r.Context().Done()
		close(ended)
	}))
	t.Cleanup(server.Close)
	flights := subgraph.NewFlights(clientOf(t, subgraph.Settings{}, nil, server.URL), subgraph.FlightConfig{})
	one, two := join(flights, asked("{a}", &words{})), join(flights, asked("{a}", &words{}))
	<-begun
	if !flights.Leave(&one.waiter) || !flights.Leave(&two.waiter) {
		t.Fatal("they could not leave")
	}
	<-ended
}

func TestFlights_are_joined_by_nobody_once_they_were_left(t *testing.T) {
	t.Parallel()
	sender, parser := newTower(), &words{}
	flights := subgraph.NewFlights(sender, subgraph.FlightConfig{})
	one := join(flights, asked("{a}", parser))
	<-sender.sent
	flights.Leave(&one.waiter)
	<-sender.gone
	two := join(flights, asked("{a}", parser))
	<-sender.sent
	sender.land <- body("new")
	if got := two.answer(); got != "new" {
		t.Errorf("answer = %q", got)
	}
}

func TestFlights_give_each_who_joins_the_whole_time(t *testing.T) {
	t.Parallel()
	sender, parser := newTower(), &words{}
	flights := subgraph.NewFlights(sender, subgraph.FlightConfig{Timeout: time.Hour})
	before := time.Now()
	first := join(flights, asked("{a}", parser))
	second := join(flights, asked("{a}", parser))
	if first.waiter.Deadline.Before(before.Add(time.Hour)) || second.waiter.Deadline.Before(first.waiter.Deadline) {
		t.Errorf("deadlines %v and %v after %v", first.waiter.Deadline, second.waiter.Deadline, before)
	}
	sender.land <- body("x")
	first.answer()
	second.answer()
}

func TestFlights_do_not_share_an_answer_that_sets_a_cookie(t *testing.T) {
	t.Parallel()
	sender, parser := newTower(), &words{}
	flights := subgraph.NewFlights(sender, subgraph.FlightConfig{})
	first := join(flights, asked("{a}", parser))
	<-sender.sent
	others := []*passenger{join(flights, asked("{a}", parser)), join(flights, asked("{a}", parser))}
	sender.land <- subgraph.Response{Status: 200, Body: []byte("first's"), Private: true}
	if got := first.answer(); got != "first's" {
		t.Errorf("the first got %q", got)
	}
	for i, p := range others {
		answered := make(chan string)
		go func() { answered <- p.answer() }()
		<-sender.sent
		want := fmt.Sprintf("%d's", i)
		sender.land <- subgraph.Response{Status: 200, Body: []byte(want), Private: true}
		if got := <-answered; got != want {
			t.Errorf("%d got %q", i, got)
		}
	}
}

func TestSend_notices_a_cookie(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1"})
		jsonHandler(`{"data":{}}`)(w, r)
	}))
	t.Cleanup(server.Close)
	var answer subgraph.Response
	if err := clientOf(t, subgraph.Settings{}, nil, server.URL).Fetch(t.Context(), query(), &answer); err != nil || !answer.Private {
		t.Errorf("error %v, private %v", err, answer.Private)
	}
}

// echo answers with the caller's claims and the body.
type echo struct{}

func (echo) Send(_ *subgraph.Call, request *subgraph.Request, response *subgraph.Response) error {
	response.Body = fmt.Appendf(response.Body[:0], "%s asks %s", request.Claims, request.Body)
	return nil
}

func TestFlights_never_mix_up_callers(t *testing.T) {
	t.Parallel()
	flights := subgraph.NewFlights(echo{}, subgraph.FlightConfig{})
	var wait sync.WaitGroup
	for caller := range 8 {
		wait.Go(func() {
			for i := range 500 {
				request := asked(fmt.Sprintf("{a%d}", i%3), &words{})
				request.Claims = fmt.Sprintf("caller %d", caller%4)
				p := join(flights, request)
				want := fmt.Sprintf("%s asks {a%d}", request.Claims, i%3)
				if i%7 == 0 && flights.Leave(&p.waiter) {
					continue
				}
				if got := p.answer(); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
	wait.Wait()
}

// faulty panics.
type faulty struct{}

func (faulty) Send(*subgraph.Call, *subgraph.Request, *subgraph.Response) error { panic("faulty") }

func TestFlights_hand_a_panic_to_those_who_wait(t *testing.T) {
	t.Parallel()
	flights := subgraph.NewFlights(faulty{}, subgraph.FlightConfig{})
	p := join(flights, asked("{a}", &words{}))
	<-p.arrived
	if a := flights.Answer(&p.waiter); a.Panic != "faulty" {
		t.Errorf("panic = %v", a.Panic)
	}
}
