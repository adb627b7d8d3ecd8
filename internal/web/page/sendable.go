package page

import "parley/internal/desk"

// sendable tells whether the recommended option is one that the desk can carry out itself.
func sendable(c desk.CasePage) bool {
	for _, o := range c.Options {
		if o.Code == c.Recommended {
			return o.Open && o.Sends
		}
	}
	return false
}
