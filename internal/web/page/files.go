package page

import (
	"net/url"
	"path"
	"strconv"
	"strings"

	"parley/internal/desk"
	"parley/internal/dispute"
)

// fileURL is where a file that came with a message is read.
func fileURL(caseID int64, file dispute.File) string {
	return CaseURL(caseID) + "/file?ref=" + url.QueryEscape(file.Ref)
}

// outside gives the address of a file at its platform, if it is one that a browser opens as a page; what a platform hands over may hold
// anything.
func outside(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}

// proofURL is where a proof is read: our own copy, or the platform's.
func proofURL(e desk.EvidenceItem) string {
	if e.ID > 0 && strings.HasPrefix(e.URL, "/evidence/") {
		return e.URL
	}
	return outside(e.URL)
}

// nameOf is the name of a file, or the last part of its address, or what it is.
func (f Frame) nameOf(name, address, kind string) string {
	if u, err := url.Parse(address); name == "" && err == nil {
		name = strings.Trim(path.Base(u.Path), "/.")
	}
	if name == "" {
		name = f.Word("evidence", kind)
	}
	return name
}

// fileLabel is a file's name with its type and size, as far as they are told.
func (f Frame) fileLabel(file dispute.File) string {
	label := f.nameOf(file.Name, file.URL, file.Kind)
	if file.Type != "" && file.Type != file.Name {
		label += " · " + file.Type
	}
	if file.Size > 0 {
		label += " · " + strconv.FormatInt((file.Size+1023)/1024, 10) + " KiB"
	}
	return label
}
