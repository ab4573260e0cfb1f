package models

import (
	"encoding/json"
	"time"
)

// ModelInfo describes a trained model without its file.
type ModelInfo struct {
	Version    string          `json:"version"`
	Live       bool            `json:"live"`
	Origin     string          `json:"origin"` // "starter", "upload", "train", …
	By         string          `json:"by,omitempty"`
	Manifest   json.RawMessage `json:"manifest"` // written by package classifier: label sets, figures, thresholds
	Size       int64           `json:"size"`     // bytes of the model file
	CreatedAt  time.Time       `json:"created_at"`
	PromotedAt *time.Time      `json:"promoted_at,omitempty"` // last time it went live
	Shadow     *ShadowRun      `json:"shadow,omitempty"`      // nil: it never ran beside the live model
}
