package scenario_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/internal/policy/scenario"
)

// FuzzRead: whatever a scenario file holds, it is cases or a mistake with a place, and is read soon.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("../testdata/scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatal(err)
	}
	for _, name := range files[:5] {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("id: 1\ntitle: x\ncovers: [a]\npacks: [b]\nchecks: [{now: yesterday}]\n"))
	f.Add([]byte("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nid: *c\n"))
	bomb := "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	for n := range 9 {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", n+1, n+1, strings.Repeat(fmt.Sprintf("*a%d,", n), 10))
	}
	f.Add([]byte(bomb + "id: 1\ntitle: *a9\n"))
	f.Add([]byte("a: &a {b: *a}\n<<: *a\n"))
	f.Add([]byte(strings.Repeat("[", 2000)))
	f.Add([]byte("id: !!binary x\n? {a: b}\n: 0x\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		began := time.Now()
		file, err := scenario.Read("x.yaml", data)
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("took %v", took)
		}
		var problem scenario.Problem
		if err != nil && !errors.As(err, &problem) || err == nil && (file == nil || len(file.Cases) == 0) {
			t.Fatalf("%+v, %v", file, err)
		}
		if err != nil && (problem.Line < 1 || problem.Says == "") {
			t.Fatalf("%+v", problem)
		}
	})
}
