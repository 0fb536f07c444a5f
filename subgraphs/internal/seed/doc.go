// Package seed makes up people and words for databases of any size. The same
// number always gives the same, so that each service writes its own part without
// asking another, and a measurement can be repeated.
//
//	Size ─▶ how many people;  n ─Person─▶ their ids;  n ─Dice─▶ what befalls the n-th row
package seed
