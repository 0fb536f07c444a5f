package parcels

import "slices"

// Parcel is something on its way to a person.
type Parcel struct {
	ID          string
	Number      int32 // of the carrier's
	CarrierCode CarrierCode
	RecipientID string
	Weight      int32 // grams
	Note        *string
}

// IsEntity marks Parcel as an entity of the federated graph.
func (Parcel) IsEntity() {}

// Carrier is who brings it.
func (p Parcel) Carrier() *Carrier { return &Carrier{Code: p.CarrierCode, Name: names[p.CarrierCode]} }

// Carrier is a company that brings parcels.
type Carrier struct {
	Code CarrierCode
	Name string
}

// IsEntity marks Carrier as an entity of the federated graph.
func (Carrier) IsEntity() {}

// CarrierCode names a carrier.
type CarrierCode string

// The carriers.
const (
	CarrierPost    CarrierCode = "POST"
	CarrierCourier CarrierCode = "COURIER"
	CarrierOwn     CarrierCode = "OWN"
)

var names = map[CarrierCode]string{CarrierPost: "Post", CarrierCourier: "Courier"}

// User is a person as parcels know one.
type User struct {
	ID       string
	TimeZone string // of those who get parcels
}

// IsEntity marks User as an entity of the federated graph.
func (User) IsEntity() {}

// DisplayName is the name on the label.
func (u User) DisplayName() string { return "To " + u.ID }

// Depot is where parcels wait.
type Depot struct{ Place *Place }

// IsEntity marks Depot as an entity of the federated graph.
func (Depot) IsEntity() {}

// Place is an address.
type Place struct{ City, Street string }

// Parcels are all that there are.
func Parcels() []*Parcel {
	fragile := "fragile"
	return []*Parcel{
		{ID: "p1", Number: 1, CarrierCode: CarrierPost, RecipientID: "usr_1", Weight: 500, Note: &fragile},
		{ID: "p2", Number: 1, CarrierCode: CarrierCourier, RecipientID: "usr_2", Weight: 2000},
		{ID: "p3", Number: 3, CarrierCode: CarrierOwn, RecipientID: "usr_1", Weight: 30},
	}
}

// Find returns the first parcel that is like this, nil if there is none.
func Find(like func(*Parcel) bool) *Parcel {
	all := Parcels()
	if i := slices.IndexFunc(all, like); i >= 0 {
		return all[i]
	}
	return nil
}
