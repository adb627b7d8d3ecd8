// Package app puts the parts together: it is the only package that knows them all. New opens what lies on disk, Start serves and works,
// Stop ends both in order.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/internal/api"
	"parley/internal/connector"
	"parley/internal/connector/aliexpress"
	"parley/internal/connector/dropship"
	"parley/internal/connector/mail"
	"parley/internal/connector/mirakl"
	"parley/internal/connector/paypal"
	"parley/internal/connector/sheet"
	"parley/internal/connector/shopify"
	"parley/internal/connector/stripe"
	"parley/internal/connector/taobao"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/policy"
	"parley/internal/reply"
	"parley/internal/store"
	"parley/internal/texts"
	"parley/internal/tracker"
	"parley/internal/tracker/aftership"
	"parley/internal/tracker/seventeentrack"
	"parley/internal/vault"
	"parley/internal/web"
	"parley/internal/webclient"
)

// Config is what a desk is started with.
type Config struct {
	Data         string // folder for database, key and files; made if missing
	DB           string // database address; empty = SQLite in Data
	KeyFile      string // key ring; empty = Data/key, or the environment value in Key
	Key          string // key ring as text, such as from PARLEY_KEY; wins over KeyFile
	Files        string // folder for files of evidence; empty = in Data on SQLite, in the database on PostgreSQL
	Addr         string // address to serve at; port 0 takes a free one
	PublicURL    string // address people use, where it differs (a proxy)
	AllowPrivate bool   // stores may use private and loopback addresses
	SyncEvery    time.Duration
	Clock        *Clock
	Log          *slog.Logger
	Out          io.Writer // what a person starting the program reads
}

// App is a desk with everything it needs.
type App struct {
	Config
	DB    *store.DB
	Desk  *desk.Desk
	Texts *texts.Book

	handler  http.Handler
	server   *http.Server
	listener net.Listener
	stop     context.CancelFunc
	work     sync.WaitGroup
	jumps    atomic.Int64 // how often the machine's clock was set meanwhile
}

const maxEvidence = 50 << 20 // bytes of one evidence file

// New opens database, key and files and builds the desk. It serves and calls nothing yet.
func New(ctx context.Context, c Config) (*App, error) {
	if c.Clock == nil {
		c.Clock = RealClock()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Out == nil {
		c.Out = io.Discard
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fault.Input("data", c.Data, "a folder that can be written").Because(err)
	}
	a := &App{Config: c}
	c.Clock.Jumped = a.clockJumped
	var err error
	if a.DB, err = store.Open(ctx, a.address(), store.Options{Now: c.Clock.Now, Log: c.Log}); err != nil {
		return nil, err
	}
	ring, err := a.openKey(ctx)
	if err == nil {
		err = a.build(ring)
	}
	if err != nil {
		return nil, errors.Join(err, a.DB.Close())
	}
	return a, nil
}

// address of the database.
func (a *App) address() string {
	if a.Config.DB != "" {
		return a.Config.DB
	}
	return "sqlite:" + filepath.Join(a.Data, "parley.db")
}

// clockJumped tells whoever reads the log; the figures tell it too.
func (a *App) clockJumped(by time.Duration) {
	a.jumps.Add(1)
	a.Log.Error("the machine's clock was set: deadlines rest on it, so look whether it is right now", "by", by.Round(time.Millisecond))
}

func (a *App) build(ring *vault.Ring) error {
	library, letters, err := a.read()
	if err != nil {
		return err
	}
	blobs, err := a.files()
	if err != nil {
		return err
	}
	a.Desk = desk.New(desk.Options{
		DB: a.DB, Library: library, Templates: letters, Connectors: Connectors(), Vault: ring, Blobs: blobs, World: a.world(false),
		Private: a.private(), Clock: a.Clock, Log: a.Log, PublicURL: a.URL, SyncEvery: a.SyncEvery, Node: node(),
		Channels: a.ways(), Trackers: Trackers(), Texts: a.Texts,
	})
	a.handler, err = a.faces()
	return err
}

// read reads the packs, the templates and the texts side by side, because the first answer waits for all of them. What is built in is
// small and read once: collecting garbage meanwhile would cost a third of the time and save some 80 MB for a moment.
func (a *App) read() (library *policy.Library, letters *reply.Templates, err error) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var reading errgroup.Group
	reading.Go(func() error {
		tree, err := ownPacks(filepath.Join(a.Data, "packs"))
		if err != nil {
			return err
		}
		library, err = policy.Load(tree)
		return err
	})
	reading.Go(func() (err error) { letters, err = ownTemplates(filepath.Join(a.Data, "templates")); return err })
	reading.Go(func() (err error) { a.Texts, err = texts.Load(); return err })
	err = reading.Wait()
	return library, letters, err
}

// Connectors are the platforms this program knows. A new one is one line here.
func Connectors() map[string]connector.Connector {
	return map[string]connector.Connector{
		"aliexpress": aliexpress.New(),
		"mirakl":     mirakl.New(),
		"dropship":   dropship.New(),
		"sheet":      sheet.New(),
		"mail":       mail.New(),
		"paypal":     paypal.New(),
		"stripe":     stripe.New(),
		"shopify":    shopify.New(),
		"taobao":     taobao.New(),
	}
}

// Trackers are the services that can watch parcels. A new one is one line here.
func Trackers() map[string]tracker.Tracker {
	return map[string]tracker.Tracker{
		"aftership":      aftership.New(),
		"seventeentrack": seventeentrack.New(),
	}
}

func (a *App) world(private bool) connector.World {
	o := webclient.Options{AllowPrivate: private, Now: a.Clock.Now}
	return connector.World{HTTP: webclient.New(o), Dial: webclient.NewDial(o), Now: a.Clock.Now, Log: a.Log, Pause: a.Clock.Pause}
}

func (a *App) private() *connector.World {
	if !a.AllowPrivate {
		return nil
	}
	w := a.world(true)
	return &w
}

func (a *App) faces() (http.Handler, error) {
	mux := http.NewServeMux()
	jsonFace, err := api.New(api.Options{Desk: a.Desk, Texts: a.Texts, Log: a.Log, Version: Version(), ClockJumps: a.jumps.Load})
	if err != nil {
		return nil, err
	}
	pages, err := web.New(web.Options{
		Desk: a.Desk, Texts: a.Texts, Rules: a.Desk.Library, Now: a.Clock.Now, Log: a.Log, MaxUpload: maxEvidence,
		Secure: strings.HasPrefix(a.PublicURL, "https://"),
	})
	if err != nil {
		return nil, err
	}
	for _, path := range []string{"/api/", "/healthz", "/metrics", "/hooks/"} {
		mux.Handle(path, jsonFace)
	}
	mux.Handle("/", pages)
	return mux, nil
}

// Version of the program, as the build recorded it.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// URL is the address people reach the desk at.
func (a *App) URL() string {
	if a.PublicURL != "" {
		return a.PublicURL
	}
	return a.LocalURL()
}

// LocalURL is the address at which the program itself listens, as it is opened on this machine, whatever stands before it.
func (a *App) LocalURL() string {
	if a.listener == nil {
		return "http://" + a.Addr
	}
	at := a.listener.Addr().String()
	if tcp, ok := a.listener.Addr().(*net.TCPAddr); ok && tcp.IP.IsUnspecified() { // every address of the machine
		at = net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
	}
	return "http://" + at
}

// Handler serves both faces.
func (a *App) Handler() http.Handler { return a.handler }

// Listen takes the address, so that URL is known. Start serves it.
func (a *App) Listen() (err error) {
	a.listener, err = net.Listen("tcp", a.Addr)
	if err != nil {
		return fault.Input("addr", a.Addr, "a free address such as 127.0.0.1:8080").Because(err)
	}
	return nil
}

// Memory is spent on fewer collections while there is plenty of it: the heap may grow to five times what is in use, and is held back
// as it nears the limit. Measured on lists: a quarter of the processor time went into collecting at the usual setting.
const (
	heapGrowth = 400       // percent
	heapLimit  = 120 << 20 // bytes, soft
)

// Start serves the faces and begins the desk's own work. It returns at once.
func (a *App) Start(ctx context.Context) error {
	if a.listener == nil {
		if err := a.Listen(); err != nil {
			return err
		}
	}
	debug.SetGCPercent(heapGrowth)
	debug.SetMemoryLimit(heapLimit)
	ctx, a.stop = context.WithCancel(ctx)
	a.server = &http.Server{
		Handler: a.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx }, ErrorLog: slog.NewLogLogger(a.Log.Handler(), slog.LevelDebug),
	}
	a.work.Go(func() { _ = a.Desk.Run(ctx) }) // ends with the context
	a.work.Go(func() {
		if err := a.server.Serve(a.listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			a.Log.Error("serving ended", "err", err)
		}
	})
	return nil
}

// Stop ends serving and work and closes the database. What was under way is found again at the next start.
func (a *App) Stop() error {
	if a.stop != nil {
		a.stop()
		grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := a.server.Shutdown(grace); err != nil {
			_ = a.server.Close() // those that did not end in time are cut off
		}
		a.work.Wait()
	}
	return a.DB.Close()
}

// Say writes a line to the person who started the program.
func (a *App) Say(format string, args ...any) { _, _ = fmt.Fprintf(a.Out, format+"\n", args...) }
