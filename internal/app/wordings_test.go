package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/internal/reply"
	"parley/templates"
)

// TestAFirmsOwnTemplatesLieOverThoseOfTheProgram: one replaces its namesake, another is added, and a wrong one is named.
func TestAFirmsOwnTemplatesLieOverThoseOfTheProgram(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "templates")
	built, err := reply.LoadTemplates(templates.Files)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := ownTemplates(folder)
	if err != nil || len(plain.Names()) != len(built.Names()) {
		t.Fatalf("without a folder: %v, %v", plain, err)
	}
	put := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(folder, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("en/enquiry_reply.liquid", "---\nstep: our_reply\nneeds: [buyer.name]\n---\nHello {{ buyer.name }}.")
	put("en/our_thanks.liquid", "---\nstep: enquiry_reply\nneeds: [buyer.name]\n---\nThank you, {{ buyer.name }}.")
	own, err := ownTemplates(folder)
	if err != nil || len(own.Names()) != len(built.Names())+1 || own.Get("enquiry_reply", "en").Step != "our_reply" || own.Get("enquiry_reply", "es").Step == "our_reply" {
		t.Fatalf("%v, %v", own, err)
	}
	put("en/broken.liquid", "---\nstep: x\n---\n{% for a in b %}")
	if _, err := ownTemplates(folder); err == nil || !strings.Contains(err.Error(), "broken.liquid") {
		t.Errorf("a wrong template: %v", err)
	}
}
