package policy

import "parley/internal/money"

// Draft is a reply somebody wants to send.
type Draft struct {
	To          string   `json:"to" yaml:"to"`             // recipients of the glossary
	Via         string   `json:"via" yaml:"via"`           // channels of the glossary
	Step        string   `json:"step" yaml:"step"`         // steps of the glossary
	Language    string   `json:"language" yaml:"language"` // BCP 47
	Text        string   `json:"text" yaml:"text"`
	ReplyTo     string   `json:"reply_to,omitempty" yaml:"reply_to"`       // person or nobody, for mails
	Attachments []string `json:"attachments,omitempty" yaml:"attachments"` // file names
}

// Setting is a standing setting somebody wants to save.
type Setting struct {
	Key   string `json:"key"`   // settings of the glossary
	Value string `json:"value"` // as text
}

// Action is something somebody wants to do.
type Action struct {
	Do     string       `json:"do"` // actions of the glossary
	Via    string       `json:"via,omitempty"`
	For    string       `json:"for,omitempty"` // charges of the glossary
	Store  string       `json:"store,omitempty"`
	Amount money.Amount `json:"amount,omitzero"`
}

// Upload is a file somebody wants to send.
type Upload struct {
	Kind          string `json:"kind" yaml:"kind"` // document_kinds of the glossary
	VisibleDigits int    `json:"visible_digits" yaml:"visible_digits"`
	SizeKB        int    `json:"size_kb" yaml:"size_kb"`
}
