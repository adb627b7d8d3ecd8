package fake

import (
	"bytes"
	_ "embed" // the example is a file
	"fmt"
	"io"
	"time"

	"github.com/goccy/go-yaml"

	"parley/internal/connector/simulator"
)

//go:embed example.yaml
var example []byte

// Example is the scenario of a platform that runs alone without one.
func Example() io.Reader { return bytes.NewReader(example) }

// scene is a scenario file: shops with what was bought and asked back there. Times are how long ago, money is yuan.
type scene struct{ Shops []sceneShop }

type sceneShop struct {
	Nick, Key, Secret, Session string
	Group                      string
	HookURL                    string `yaml:"hook_url"`
	Tmall                      bool
	SMSOver                    float64 `yaml:"sms_over"`
	Trades                     []sceneTrade
}

type sceneTrade struct {
	Buyer, Province, Title, SKU, Company, SID string

	Num            int
	Price, Postage float64
	Ago            duration
	Sent           duration // how long ago; empty = not sent
	Signed         bool
	Finished       bool
	Refund         *sceneRefund
}

type sceneRefund struct {
	Reason, Desc, Kind, Constraint, Picture, Wanted string

	Fee      float64
	Back     bool
	Received bool
	Ago      duration
	Answer   duration // from the asking until it passes by itself; empty = by the platform's clock
	Writes   string
	Then     string // agreed, returned, refused, platform, paid, withdrawn: where it stands by now
}

// duration is written "36h" or "9d".
type duration time.Duration

// UnmarshalYAML reads it.
func (d *duration) UnmarshalYAML(data []byte) error {
	var text string
	if err := yaml.Unmarshal(data, &text); err != nil {
		return err
	}
	var days float64
	if n, err := fmt.Sscanf(text, "%fd", &days); n == 1 && err == nil && text[len(text)-1] == 'd' {
		*d = duration(days * float64(24*time.Hour))
		return nil
	}
	given, err := time.ParseDuration(text)
	*d = duration(given)
	return err
}

// fen turns yuan of a scenario, which has at most two decimals, into fen.
func fen(yuan float64) int64 { return int64(yuan*100 + 0.5) }

// Load fills the platform from a scenario file.
func (p *Platform) Load(from io.Reader) error {
	var s scene
	if err := simulator.Scenario(from, &s); err != nil {
		return fmt.Errorf("scenario: %w", err)
	}
	for _, a := range s.Shops {
		shop := p.AddShop(ShopSpec{Nick: a.Nick, AppKey: a.Key, Secret: a.Secret, Session: a.Session, HookURL: a.HookURL, Group: a.Group, Tmall: a.Tmall, SMSOver: fen(a.SMSOver)})
		for _, t := range a.Trades {
			if err := shop.load(t); err != nil {
				return fmt.Errorf("scenario: %s: %w", t.Title, err)
			}
		}
	}
	return nil
}

func (s *Shop) load(t sceneTrade) error {
	bought := s.Sell(TradeSpec{
		Buyer: t.Buyer, Province: t.Province, Title: t.Title, SKU: t.SKU, Num: t.Num, Price: fen(t.Price), Postage: fen(t.Postage), Ago: time.Duration(t.Ago),
		Sent: t.Sent > 0, SentAgo: time.Duration(t.Sent), Company: t.Company, SID: t.SID, Signed: t.Signed, Finished: t.Finished,
	})
	if t.Refund == nil {
		return nil
	}
	r := t.Refund
	asked := s.Ask(bought, RefundSpec{
		Fee: fen(r.Fee), GoodsBack: r.Back, Received: r.Received, Reason: r.Reason, Desc: r.Desc, Kind: r.Kind, Constraint: r.Constraint,
		Ago: time.Duration(r.Ago), Answer: time.Duration(r.Answer), Picture: r.Picture, Wanted: r.Wanted,
	})
	if r.Writes != "" {
		if err := asked.Write(r.Writes); err != nil {
			return err
		}
	}
	return asked.then(r.Then)
}

// then brings a refund of a scenario to where it stands.
func (r *Refund) then(where string) error {
	switch where {
	case "":
		return nil
	case "withdrawn":
		return r.Withdraw()
	case "platform":
		return r.StepIn()
	case "refused":
		return r.shopDoes(func() { r.refused("商品发出前已检查，附底单", nil) })
	case "paid":
		return r.shopDoes(func() { r.move("SUCCESS", 0) })
	case "agreed", "returned":
		err := r.shopDoes(func() {
			r.say("2", "退货组，广东省深圳市龙华区民治大道2号", "RETURN_GOODS_APPROVED")
			r.move("WAIT_BUYER_RETURN_GOODS", SendBack)
		})
		if err != nil || where == "agreed" {
			return err
		}
		return r.SendGoods("中通快递", fmt.Sprintf("7%012d", r.ID%1_000_000_000_000))
	}
	return fmt.Errorf("then: %q is none of agreed, returned, refused, platform, paid, withdrawn", where)
}

// shopDoes lets the shop do something in its own pages.
func (r *Refund) shopDoes(do func()) error {
	return r.act("taobao_refund_RefundSellerAgreeAgreement", func() error { do(); return nil })
}
