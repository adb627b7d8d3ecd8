package demo

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"parley/internal/connector/aliexpress/fake"
)

// filler plays the script into a platform.
type filler struct {
	script
	platform *fake.Platform
	now      time.Time
	zone     *time.Location // the platform's: Los Angeles
	shops    map[string]*fake.Shop
	past     fake.Timeline
}

// Fill puts the two companies into an empty platform whose present is now.
func Fill(platform *fake.Platform, now time.Time) (World, error) {
	script, err := read()
	if err != nil {
		return World{}, err
	}
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		return World{}, err
	}
	f := &filler{script: script, platform: platform, now: now, zone: zone, shops: map[string]*fake.Shop{}}
	world := f.companies()
	if err := f.quiet(); err != nil {
		return World{}, err
	}
	for i, story := range f.open {
		if err := f.tell(story, f.openedAt(story), now); err != nil {
			return World{}, fmt.Errorf("open.yaml: story %d: %w", i+1, err)
		}
	}
	if err := f.tellEnded(); err != nil {
		return World{}, err
	}
	return world, f.past.Play(platform)
}

func (f *filler) companies() World {
	var world World
	for _, company := range f.people.Companies {
		filled := Company{Name: company.Name, Zone: company.Zone, Language: company.Language}
		for _, spec := range company.Shops {
			shop := f.platform.AddShop(fake.ShopSpec{Name: spec.Name, Login: spec.Login, Country: spec.Country, Currency: spec.Currency})
			f.shops[spec.ID] = shop
			filled.Shops = append(filled.Shops, shop)
		}
		world.Companies = append(world.Companies, filled)
	}
	return world
}

// openedAt counts back five days of the Los Angeles wall clock from the wished lapse, or simply hours.
func (f *filler) openedAt(s story) time.Time {
	if s.LapsesIn > 0 {
		return f.now.Add(hours(s.LapsesIn)).In(f.zone).AddDate(0, 0, -5).UTC()
	}
	return f.now.Add(-hours(s.Opened))
}

func hours(count float64) time.Duration {
	return time.Duration(math.Round(count*3600)) * time.Second
}

// tell plans one story: its order and parcel at once, its dispute and every step at their instants.
func (f *filler) tell(s story, opened, sentBefore time.Time) error {
	order, err := f.order(s, sentBefore.Add(-hours(s.Sent*24)))
	if err != nil {
		return err
	}
	spec, err := f.dispute(s)
	if err != nil {
		return err
	}
	var issue *fake.Issue
	f.past.Add(opened, func() (err error) {
		issue, err = f.platform.OpenIssue(order, spec)
		return err
	})
	for _, step := range s.Steps {
		at := opened.Add(hours(step.After))
		if step.After == 0 {
			at = f.now.Add(-hours(step.Ago))
		}
		f.past.Add(at, func() error {
			if err := f.do(step, s, issue); err != nil {
				return fmt.Errorf("%s by %s, %s: %w", s.Reason, s.Buyer, step.Do, err)
			}
			return nil
		})
	}
	return nil
}

func (f *filler) order(s story, sent time.Time) (*fake.Order, error) {
	shop, catalogue, who := f.shops[s.Shop], f.people.Products[s.Shop], f.people.Buyers[s.Buyer]
	if shop == nil || s.Product >= len(catalogue) || who.Login == "" {
		return nil, fmt.Errorf("shop %q, product %d or buyer %q is unknown", s.Shop, s.Product, s.Buyer)
	}
	line, err := f.line(catalogue[s.Product], who, s.Quantity)
	if err != nil {
		return nil, err
	}
	order := shop.PlaceOrder(fake.OrderSpec{Buyer: fake.Buyer{Login: who.Login, First: who.First, Last: who.Last, Country: who.Country,
		City: who.City, Street: who.Street, Postal: who.Postal}, Lines: []fake.LineSpec{line},
		PlacedAt: sent.Add(-31 * time.Hour), SentAt: sent, Service: orPost(s.Service), PromisedDays: s.Promised, ProtectionDays: 75})
	return order, f.parcel(order, s.Parcel, who, sent)
}

// orPost: most parcels go by registered post, which the platform does not insure; stories name the lines that it does.
func orPost(service string) string {
	if service == "" {
		return "CPAM"
	}
	return service
}

// line prices a product in the buyer's currency, to a tenth where the currency has cents.
func (f *filler) line(of product, who buyer, quantity int) (fake.LineSpec, error) {
	dollars, ok := fake.ParseMoney(of.Dollars)
	rate := f.people.Rates[who.Currency]
	if !ok || rate == 0 {
		return fake.LineSpec{}, fmt.Errorf("price %q or currency %q is unknown", of.Dollars, who.Currency)
	}
	price := fake.Money{Minor: dollars.Minor, Currency: who.Currency}
	switch who.Currency {
	case "USD":
	case "JPY", "KRW":
		price.Minor = int64(float64(dollars.Minor) * rate / 100)
	default:
		price.Minor = int64(float64(dollars.Minor)*rate/10) * 10
	}
	return fake.LineSpec{Product: of.Name, Variant: of.Variant, Price: price, Dollars: dollars, Quantity: quantity}, nil
}

func (f *filler) parcel(order *fake.Order, stretches []string, who buyer, sent time.Time) error {
	at := sent
	place := strings.NewReplacer("CITY", who.City, "COUNTRY", who.Country)
	for _, name := range stretches {
		scans, ok := f.parcels[name]
		if !ok {
			return fmt.Errorf("parcel stretch %q is unknown", name)
		}
		for _, scan := range scans {
			at = at.Add(hours(scan.after))
			event := fake.Scan{At: at, Code: scan.code, Text: scan.text, Place: place.Replace(scan.place)}
			if strings.HasSuffix(scan.code, "SIGNED") {
				event.Name = who.First[:1] + ". " + who.Last
			}
			f.platform.Scan(order, event)
		}
	}
	return nil
}

func (f *filler) dispute(s story) (fake.IssueSpec, error) {
	temper, err := f.temper(s)
	if err != nil {
		return fake.IssueSpec{}, err
	}
	text := s.Text
	if text == "" {
		text = f.says(s, s.Says)
	}
	if text == "" {
		return fake.IssueSpec{}, fmt.Errorf("the buyer %s has no words for %q", s.Buyer, s.Says)
	}
	spec := fake.IssueSpec{Reason: fake.ReasonNamed(s.Reason), Text: text, Return: s.Return, Received: s.Received, Pictures: s.Pictures,
		WorryFree: s.Worry, Escalated: s.Escalated, Temper: temper}
	if s.Percent > 0 {
		spec.Amount = f.paid(s).Share(s.Percent)
	}
	if s.Ruling != nil {
		spec.Ruling = &fake.Ruling{Percent: s.Ruling.Percent, Return: s.Ruling.Return, Text: s.Ruling.Text}
	}
	return spec, nil
}

func (f *filler) paid(s story) fake.Money {
	line, err := f.line(f.people.Products[s.Shop][s.Product], f.people.Buyers[s.Buyer], s.Quantity)
	if err != nil {
		return fake.Money{} // refused when the order was made
	}
	return fake.Money{Minor: line.Price.Minor * int64(max(1, s.Quantity)), Currency: line.Price.Currency}
}

func (f *filler) says(s story, subject string) string {
	return f.words[f.people.Buyers[s.Buyer].Language][subject]
}

// temper is named, or written out in the story.
func (f *filler) temper(s story) (fake.Temper, error) {
	var found temper
	switch given := s.Temper.(type) {
	case nil:
	case string:
		named, ok := f.people.Tempers[given]
		if !ok {
			return fake.Temper{}, fmt.Errorf("temper %q is unknown", given)
		}
		found = named
	default:
		var err error
		if found, err = written(given); err != nil {
			return fake.Temper{}, err
		}
	}
	return fake.Temper{Answers: hours(found.Answers), AcceptsFrom: found.Accepts, AcceptsReturn: found.Returns, Rounds: found.Rounds,
		Words: []string{f.says(s, "again")}, Then: found.Then, SendsBackAfter: hours(found.SendsBackDays * 24)}, nil
}

// do plays one step of a story.
func (f *filler) do(step step, s story, issue *fake.Issue) error {
	p, amount, text := f.platform, f.paid(s).Share(step.Percent), step.Text
	if text == "" {
		text = f.says(s, step.Says)
	}
	switch step.Do {
	case "offer", "refuse":
		return p.SellerOffers(issue, amount, false, text, step.Pictures...)
	case "offer_return":
		return p.SellerOffers(issue, amount, true, text, step.Pictures...)
	case "agree":
		return p.SellerAgrees(issue)
	case "accept":
		return p.Accept(issue)
	case "claim":
		return p.ChangeClaim(issue, amount, s.Return, text)
	case "cancel":
		return p.Cancel(issue)
	case "reopen":
		return p.Reopen(issue, text)
	case "escalate":
		return p.Escalate(issue, text)
	case "track":
		company, number, _ := strings.Cut(text, " ")
		return p.EnterReturnTracking(issue, company, number)
	case "confirm":
		return p.SellerConfirms(issue)
	}
	return fmt.Errorf("step %q is unknown", step.Do)
}

const (
	endedEach = 10 // disputes for each story of ended.yaml
	oldest    = 60 // days before filling
	quietEach = 7  // orders without a dispute for each product
)

// tellEnded spreads the ended stories over shops, products, buyers and days.
func (f *filler) tellEnded() error {
	stock, people := f.stock(), slices.Sorted(maps.Keys(f.people.Buyers))
	for i := range len(f.ended) * endedEach {
		s := f.ended[i%len(f.ended)]
		piece := stock[i*7%len(stock)]
		s.Shop, s.Product, s.Buyer = piece.shop, piece.product, people[i*5%len(people)]
		opened := f.now.Add(-hours(24 * (s.Lasts + (oldest-s.Lasts)*float64(i/len(f.ended))/endedEach)))
		if err := f.tell(s, opened, opened); err != nil {
			return fmt.Errorf("ended.yaml: %s: %w", s.Reason, err)
		}
	}
	return nil
}

type piece struct {
	shop    string
	product int
}

func (f *filler) stock() []piece {
	var all []piece
	for _, shop := range slices.Sorted(maps.Keys(f.people.Products)) {
		for product := range f.people.Products[shop] {
			all = append(all, piece{shop, product})
		}
	}
	return all
}

// stars of quiet orders, in turn; a few buyers are not so happy.
var stars = []int{5, 5, 4, 5, 3, 5, 2, 5, 5, 1}

// quiet adds orders without disputes: sent every ten days, delivered, and rated twenty days after.
func (f *filler) quiet() error {
	people := slices.Sorted(maps.Keys(f.people.Buyers))
	for i, piece := range f.stock() {
		for n := range quietEach {
			s := story{Shop: piece.shop, Product: piece.product, Buyer: people[(i*11+n*3)%len(people)],
				Parcel: []string{"pickup", "sort", "export", "transit", "arrive", "cleared", "local", "delivered"}}
			if err := f.quietOrder(s, f.now.AddDate(0, 0, -70+n*10), stars[(i+n)%len(stars)]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *filler) quietOrder(s story, sent time.Time, stars int) error {
	order, err := f.order(s, sent)
	rated := sent.AddDate(0, 0, 20)
	if err != nil || rated.After(f.now) {
		return err
	}
	f.past.Add(rated, func() error {
		f.platform.Evaluate(order, 0, stars, f.opinion(s, stars))
		return nil
	})
	return nil
}

func (f *filler) opinion(s story, stars int) string {
	if stars > 3 {
		return ""
	}
	return f.says(s, []string{"damaged", "quality", "differs"}[stars-1])
}
