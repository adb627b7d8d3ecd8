package simulator

import (
	"errors"
	"io"

	"github.com/goccy/go-yaml"
)

// largestScenario is the most that is read of a scenario file, in bytes.
const largestScenario = 8 << 20

// Scenario reads a scenario file into a value. A member that the value does not have is a mistake, and so is what breaks the reader of
// YAML itself, such as a tag where none belongs. An empty file leaves the value as it is.
func Scenario(from io.Reader, into any) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("this cannot be read as YAML")
		}
	}()
	err = yaml.NewDecoder(io.LimitReader(from, largestScenario), yaml.Strict()).Decode(into)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
