package storetest

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a PostgreSQL in a temporary folder, without durability unless PARLEY_TEST_POSTGRES_DURABLE asks for it, reachable by this machine
// only. For tests in network namespaces PARLEY_TEST_POSTGRES_NETNS puts it into one, and PARLEY_TEST_POSTGRES_LISTEN names its address there, under
// which the networks it is in itself reach it.
type server struct {
	folder  string
	bin     string
	url     string
	process *exec.Cmd
}

// startServer uses Debian's newest PostgreSQL. PostgreSQL refuses to run as root: then everything runs as its own user.
func startServer() (*server, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return nil, errors.New("no /usr/lib/postgresql/*/bin/initdb; install the package postgresql or set " + variable)
	}
	folder, err := os.MkdirTemp("", "parley-postgres-")
	if err != nil {
		return nil, err
	}
	s := &server{folder: folder, bin: filepath.Dir(found[len(found)-1])}
	if err := s.begin(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *server) begin() error {
	if os.Geteuid() == 0 {
		if err := exec.Command("chown", "postgres", s.folder).Run(); err != nil {
			return fmt.Errorf("the user postgres is missing: %w", err)
		}
	}
	if err := s.run("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"); err != nil {
		return err
	}
	if err := s.open(); err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	s.url = (&url.URL{
		Scheme: "postgres", User: url.User("postgres"), Host: net.JoinHostPort(cmp.Or(os.Getenv(listenVariable), "127.0.0.1"), strconv.Itoa(port)), Path: "/postgres",
	}).String()
	return s.start(port)
}

// start runs the server as a child that ends with this process, even if that is killed. The signal is tied to the
// thread that starts the child, so this must be one that lives as long as the process: the main one.
func (s *server) start(port int) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	settings := []string{
		"listen_addresses=" + strings.TrimSuffix("127.0.0.1,"+os.Getenv(listenVariable), ","), "port=" + strconv.Itoa(port),
		"unix_socket_directories=" + s.folder, "max_connections=300", "shared_buffers=128MB",
	}
	if os.Getenv(durableVariable) == "" {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	args := []string{"-D", s.data()}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	command, output, err := s.command("postgres", args...)
	if err != nil {
		return err
	}
	defer output.Close()
	if err := command.Start(); err != nil {
		return err
	}
	s.process = command
	return s.ready()
}

// open lets in who is in a network of this machine's, where that was asked for.
func (s *server) open() error {
	if os.Getenv(listenVariable) == "" {
		return nil
	}
	rules, err := os.OpenFile(filepath.Join(s.data(), "pg_hba.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = rules.WriteString("host all all samenet trust\n")
	return errors.Join(err, rules.Close())
}

func (s *server) data() string { return filepath.Join(s.folder, "data") }

// ready waits until the server answers, at most ten seconds.
func (s *server) ready() error {
	db, err := sql.Open("pgx", s.url)
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			text, _ := os.ReadFile(filepath.Join(s.folder, "postgres.out"))
			return fmt.Errorf("PostgreSQL does not answer: %w: %.2000s", err, text)
		}
	}
}

// stop ends the server at once and removes its folder.
func (s *server) stop() {
	if s.process != nil {
		_ = s.process.Process.Signal(syscall.SIGQUIT) // one that is gone already needs none
		_ = s.process.Wait()
	}
	os.RemoveAll(s.folder)
}

// run waits for a program of PostgreSQL.
func (s *server) run(program string, args ...string) error {
	command, output, err := s.command(program, args...)
	if err != nil {
		return err
	}
	defer output.Close()
	if err := command.Run(); err != nil {
		text, _ := os.ReadFile(output.Name())
		return fmt.Errorf("%s: %w: %.2000s", program, err, text)
	}
	return nil
}

// command prepares a program of PostgreSQL that writes into a file and is told when this process ends.
func (s *server) command(program string, args ...string) (*exec.Cmd, *os.File, error) {
	before := []string{"--pdeathsig", "QUIT"}
	if os.Geteuid() == 0 {
		before = append(before, "--reuid=postgres", "--regid=postgres", "--clear-groups")
	}
	words := append(append([]string{"setpriv"}, before...), append([]string{filepath.Join(s.bin, program)}, args...)...)
	if place := os.Getenv(netnsVariable); place != "" {
		words = append([]string{"ip", "netns", "exec", place}, words...)
	}
	command := exec.Command(words[0], words[1:]...)
	command.Dir = s.folder
	output, err := os.Create(filepath.Join(s.folder, program+".out"))
	command.Stdout, command.Stderr = output, output
	return command, output, err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
