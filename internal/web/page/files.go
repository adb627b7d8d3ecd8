package page

import (
	"net/url"
	"strconv"

	"parley/internal/dispute"
)

// fileURL is where a file that came with a message is read.
func fileURL(caseID int64, file dispute.File) string {
	return CaseURL(caseID) + "/file?ref=" + url.QueryEscape(file.Ref)
}

// fileLabel is a file's name with its type and size, as far as they are told.
func (f Frame) fileLabel(file dispute.File) string {
	label := file.Name
	if file.Type != "" && file.Type != file.Name {
		label += " · " + file.Type
	}
	if file.Size > 0 {
		label += " · " + strconv.FormatInt((file.Size+1023)/1024, 10) + " KiB"
	}
	return label
}
