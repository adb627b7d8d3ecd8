package web

import (
	"context"
	"io"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/sheet"
	"parley/internal/tracker"
)

// Desk is what the pages ask of the desk. *desk.Desk is one; the gallery's samples are another.
type Desk interface {
	Lists
	Cases
	Stores
	Sheets
	Trackers
	Unknowns
	People
	Rulebook
	Safety
	Notices
}

// Lists are the readings that show many cases.
type Lists interface {
	Queue(ctx context.Context, who desk.Who, q desk.QueueQuery) (desk.QueuePage, error)
	Around(ctx context.Context, who desk.Who) (desk.Surroundings, error)
	Waiting(ctx context.Context, who desk.Who, q desk.WaitingQuery) (desk.WaitingPage, error)
	Doubtful(ctx context.Context, who desk.Who) ([]desk.EffectItem, error)
	SaveView(ctx context.Context, who desk.Who, name, query string) error
	DropView(ctx context.Context, who desk.Who, id int64) error
	Watch(ctx context.Context, who desk.Who) <-chan desk.Change
	Here(who desk.Who, caseID int64) []desk.MemberRef
}

// Cases are what is read of and done to a case.
type Cases interface {
	Case(ctx context.Context, who desk.Who, id int64) (desk.CasePage, error)
	Peek(ctx context.Context, who desk.Who, id int64) (desk.CasePage, error)
	Consider(ctx context.Context, who desk.Who, id int64) (desk.CasePage, error)
	Wordings(ctx context.Context, who desk.Who, id int64, option string) ([]desk.Wording, error)
	EvidenceFile(ctx context.Context, who desk.Who, id int64) (io.ReadSeekCloser, desk.EvidenceItem, error)
	CaseFile(ctx context.Context, who desk.Who, id int64, ref string) (io.ReadSeekCloser, desk.EvidenceItem, error)
	Preview(ctx context.Context, who desk.Who, caseID int64, choice desk.Choice) (desk.Preview, error)
	Decide(ctx context.Context, who desk.Who, caseID int64, choice desk.Choice) (desk.Decided, error)
	Decision(ctx context.Context, who desk.Who, id string) (desk.Decided, error)
	Note(ctx context.Context, who desk.Who, cases []int64, text string) error
	Assign(ctx context.Context, who desk.Who, cases []int64, member int64) error
	Record(ctx context.Context, who desk.Who, caseID int64, in desk.RecordInput) error
	AddEvidence(ctx context.Context, who desk.Who, caseID int64, in desk.EvidenceInput) (desk.EvidenceItem, error)
	SetReading(ctx context.Context, who desk.Who, evidenceID int64, reading string) error
	Prepare(ctx context.Context, who desk.Who, caseID int64, choice desk.Choice) (desk.Decided, error)
	Release(ctx context.Context, who desk.Who, decisionID string) (desk.Decided, error)
	Decline(ctx context.Context, who desk.Who, decisionID, reason string) error
	Erase(ctx context.Context, who desk.Who, caseID int64, reason string) error
	ResolveEffect(ctx context.Context, who desk.Who, effectID, outcome, reason string) error
}

// Stores are the accounts at the marketplaces.
type Stores interface {
	Kinds() []connector.About
	StoreList(ctx context.Context, who desk.Who) ([]desk.StoreView, error)
	StoreOf(ctx context.Context, who desk.Who, id int64) (desk.StoreView, error)
	AddStore(ctx context.Context, who desk.Who, in desk.StoreInput) (desk.StoreView, error)
	UpdateStore(ctx context.Context, who desk.Who, id, version int64, in desk.StoreInput) (desk.StoreView, error)
	TestStore(ctx context.Context, who desk.Who, in desk.StoreInput) (connector.Identity, error)
	SetStoreState(ctx context.Context, who desk.Who, id int64, state string) error
	SyncNow(ctx context.Context, who desk.Who, id int64) error
	Import(ctx context.Context, who desk.Who, storeID int64, name string, data []byte) (desk.ImportResult, error)
}

// Sheets are the spreadsheets of stores that have no other way in.
type Sheets interface {
	SheetSources(ctx context.Context, who desk.Who, storeID int64) ([]desk.SheetSource, error)
	KeepSheet(ctx context.Context, who desk.Who, storeID int64, name string, content io.Reader) (string, error)
	KeptSheet(ctx context.Context, who desk.Who, storeID int64, id string) (desk.SheetFile, error)
	DropSheet(ctx context.Context, who desk.Who, storeID int64, id string) error
	LookAtSheet(ctx context.Context, who desk.Who, storeID int64, file desk.SheetFile, over *sheet.Mapping) (sheet.Look, bool, error)
	ImportSheet(ctx context.Context, who desk.Who, storeID int64, file desk.SheetFile, mapping *sheet.Mapping, dryRun bool) (desk.SheetResult, error)
}

// Safety is what is done if nobody answers, and what one person may pay back.
type Safety interface {
	Net(ctx context.Context, who desk.Who, storeID int64) ([]desk.NetRule, error)
	SetNet(ctx context.Context, who desk.Who, storeID int64, rules []desk.NetRule) error
	ReplayNet(ctx context.Context, who desk.Who, storeID int64, rules []desk.NetRule, days int) (desk.NetReplay, error)
	Limits(ctx context.Context, who desk.Who) (desk.Limits, error)
	SetLimits(ctx context.Context, who desk.Who, l desk.Limits) error
	Retention(ctx context.Context, who desk.Who) (int, error)
	SetRetention(ctx context.Context, who desk.Who, days int) error
}

// Rulebook is what stores have made of the rules, and which cases the rules lead.
type Rulebook interface {
	Numbers(ctx context.Context, who desk.Who, pack string) ([]desk.StoreNumbers, error)
	PreviewParameter(ctx context.Context, who desk.Who, storeID int64, name string, value int64) (desk.ParameterPreview, error)
	SetParameter(ctx context.Context, who desk.Who, storeID int64, name string, value int64) error
	Fired(ctx context.Context, who desk.Who, pack string) (desk.Fired, error)
}

// People are the members and their ways in.
type People interface {
	SignIn(ctx context.Context, email, password, from, agent string) (string, desk.Who, error)
	SignOut(ctx context.Context, session string) error
	BySession(ctx context.Context, session string) (desk.Who, error)
	Invitation(ctx context.Context, secret string) (desk.MemberView, error)
	NameInvitation(ctx context.Context, secret, email string) error
	AcceptInvite(ctx context.Context, secret, name, password, locale, zone string) (string, desk.Who, error)
	Members(ctx context.Context, who desk.Who) ([]desk.MemberView, error)
	Invite(ctx context.Context, who desk.Who, in desk.InviteInput) (string, error)
	InviteAgain(ctx context.Context, who desk.Who, id int64) (string, error)
	UpdateMember(ctx context.Context, who desk.Who, id int64, in desk.InviteInput) error
	RemoveMember(ctx context.Context, who desk.Who, id int64) error
	Tokens(ctx context.Context, who desk.Who) ([]desk.TokenView, error)
	NewToken(ctx context.Context, who desk.Who, name string) (string, desk.TokenView, error)
	DropToken(ctx context.Context, who desk.Who, id int64) error
	SetPreferences(ctx context.Context, who desk.Who, p desk.Preferences) error
	ChangePassword(ctx context.Context, who desk.Who, old, new string) error
}

// Trackers are the accounts at services that watch parcels.
type Trackers interface {
	TrackerKinds() []tracker.About
	TrackerList(ctx context.Context, who desk.Who) ([]desk.TrackerView, error)
	TestTracker(ctx context.Context, who desk.Who, in desk.TrackerInput) (desk.TrackerTested, error)
	AddTracker(ctx context.Context, who desk.Who, in desk.TrackerInput) (desk.TrackerView, error)
	CheckTracker(ctx context.Context, who desk.Who, id int64) (desk.TrackerTested, error)
	RemoveTracker(ctx context.Context, who desk.Who, id int64) error
}
