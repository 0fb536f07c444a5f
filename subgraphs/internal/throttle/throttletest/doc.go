// Package throttletest is what every throttle.Store has to fulfil.
//
//	Test(t, store) ─▶ counts, waits and refusals compared with what a Rate says
package throttletest
