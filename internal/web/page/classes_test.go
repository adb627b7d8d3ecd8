package page

import (
	"strings"
	"testing"

	"parley/internal/texts"
)

// TestClassesAreThoseOfTheTexts: every class that has a word is offered, and every one offered has a word.
func TestClassesAreThoseOfTheTexts(t *testing.T) {
	book, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	en := book.In("en")
	for _, key := range en.Keys() {
		if class, ok := strings.CutPrefix(key, "class."); ok && class != "undecided" && !known(class) {
			t.Errorf("%s is not offered", class)
		}
	}
	if len(Classes) != len(ClassGroups) {
		t.Errorf("%d families, %d in order", len(Classes), len(ClassGroups))
	}
	for _, family := range ClassGroups {
		for _, class := range append([]string{"*"}, Classes[family]...) {
			if name := (Frame{Reader: en}).className(family + "." + class); name == family+"."+class {
				t.Errorf("%s has no word", name)
			}
		}
	}
}
