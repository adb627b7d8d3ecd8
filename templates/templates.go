// Package templates holds the reply templates: Liquid texts by language and situation, with front matter that names the
// step, the acts, classes and states they fit, and the facts they need. Package reply reads and fills them.
package templates

import "embed"

// Files are the templates as LANGUAGE/NAME.liquid, and formats.yaml with the way each language writes days and amounts.
//
//go:embed formats.yaml en es zh pt fr de it
var Files embed.FS
