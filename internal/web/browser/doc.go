// Package browser holds the tests that look at the pages in a real browser: Chromium, driven over its own protocol, and axe-core for
// what people with other senses meet. The pages show the sample states of package gallery.
//
// "npm ci" in this folder brings axe-core. Pictures go to the folder in PARLEY_SHOTS, or nowhere that lasts.
package browser
