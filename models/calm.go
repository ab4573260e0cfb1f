package models

// Settings are what somebody has set for themselves.
type Settings struct {
	Calm Calm `json:"calm"`
}

// Calm says how the console spares somebody who reads abuse all day. Nothing of it changes
// what is decided.
type Calm struct {
	Dim    bool `json:"dim"`    // abusive text is dimmed until it is asked for
	Mask   bool `json:"mask"`   // slurs are masked in lists
	Spread bool `json:"spread"` // no two of the worst in a row while others wait
	Pause  bool `json:"pause"`  // a pause is offered after many of the worst
}
