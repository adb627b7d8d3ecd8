package policy

// file is one YAML file of a pack. A pack may consist of several files that name the same pack.
type file struct {
	Pack        Text                 `yaml:"pack"`
	Kind        Text                 `yaml:"kind"`    // marketplace, account, supplier, payment, law, house, base
	Base        []Text               `yaml:"base"`    // packs whose rules are taken over
	Since       Text                 `yaml:"since"`   // first day of validity, ISO date
	Until       Text                 `yaml:"until"`   // first day of no validity; empty = open
	Zone        Text                 `yaml:"zone"`    // clock of the platform
	Applies     Text                 `yaml:"applies"` // CEL: whether the pack speaks to the case at all
	Title       Said                 `yaml:"title"`
	Calendar    Text                 `yaml:"calendar"` // holidays of the pack's zone
	Parameters  map[string]Parameter `yaml:"parameters"`
	Reasons     map[string]Text      `yaml:"reasons"` // raw reason → class
	DueFor      map[string]Text      `yaml:"due_for"` // raw kind of the platform's due date → deadline
	Facts       []FactRule           `yaml:"facts"`
	Signals     []Signal             `yaml:"signals"`
	Classes     []ClassRule          `yaml:"classes"`
	Factors     []ClassRule          `yaml:"factors"`
	Deadlines   []DeadlineRule       `yaml:"deadlines"`
	Machines    []Machine            `yaml:"machines"`
	Owners      []OwnerRule          `yaml:"owners"`
	Options     []OptionRule         `yaml:"options"`
	Details     []DetailRule         `yaml:"option_details"`
	Recommend   []RecommendRule      `yaml:"recommend"`
	Evidence    []EvidenceRule       `yaml:"evidence"`
	Advice      []AdviceRule         `yaml:"advice"`
	Alerts      []AlertRule          `yaml:"alerts"`
	Warnings    []WarningRule        `yaml:"warnings"`
	Values      []ValueRule          `yaml:"values"`
	Counts      []CountRule          `yaml:"counts"`
	Assessments []Assessment         `yaml:"assessments"`
	Rates       []Rate               `yaml:"rates"`
	Levels      []Level              `yaml:"levels"`
	Checks      []CheckRule          `yaml:"checks"`
	Texts       map[string]Said      `yaml:"texts"`
}

// Head is what every rule has.
type Head struct {
	ID     Text   `yaml:"id"`
	Rank   int    `yaml:"rank"`   // lower is asked first
	Class  []Text `yaml:"class"`  // classes it speaks to, "logistics.*" for a branch; empty = all
	State  []Text `yaml:"state"`  // states it speaks to; empty = all
	When   Text   `yaml:"when"`   // CEL condition; empty = always
	Source []Text `yaml:"source"` // rule numbers, or unsourced, or house
	Say    Said   `yaml:"say"`    // one sentence for people, with {placeholders}

	pack *Pack
	when *condition
}

// Parameter is a number with its source.
type Parameter struct {
	Value   Text   `yaml:"value"`
	Unit    Text   `yaml:"unit"`
	Source  []Text `yaml:"source"`
	Tighten Text   `yaml:"tighten"` // lower or higher: the way in which a store may move it; empty = it may not
	Title   Said   `yaml:"title"`
	Note    Text   `yaml:"note"`
}

// FactRule names a condition that others use as is.NAME.
type FactRule struct {
	Head `yaml:",inline"`
	Name Text `yaml:"fact"`
}

// Signal finds something in messages by word groups: every group must occur in one stretch of text.
type Signal struct {
	Head   `yaml:",inline"`
	Name   Text              `yaml:"signal"`
	From   Text              `yaml:"from"`   // actor whose messages are read
	Groups map[string][]Text `yaml:"groups"` // name → regular expressions of any language
	All    []Text            `yaml:"all"`    // names of groups that must all occur
	Not    []Text            `yaml:"not"`    // names of groups that must not occur
	Within int               `yaml:"within"` // sentences that belong together; 0 = the whole message

	compiled *signal
}

// ClassRule gives a class or a factor.
type ClassRule struct {
	Head `yaml:",inline"`
	Give Text `yaml:"give"` // a class, or "points_to" for the class that the raw reason names
}

// DeadlineRule computes an instant. Class and State limit only where it is shown.
type DeadlineRule struct {
	Head     `yaml:",inline"`
	Kind     Text `yaml:"deadline"`
	From     Text `yaml:"from"`     // CEL: instant in Unix seconds, 0 = none
	Runs     Runs `yaml:"runs"`     // the formula
	Zone     Text `yaml:"zone"`     // platform, store, buyer or an IANA name
	Calendar Text `yaml:"calendar"` // name of a calendar; buyer or store = that of the country
	Whose    Text `yaml:"whose"`    // who has to act
	Lapse    Text `yaml:"lapse"`    // text key of what happens then
	Amount   Text `yaml:"amount"`   // money that moves on lapse: claim, total …
	Fixed    Text `yaml:"fixed"`    // CEL: instant told by the platform for this very deadline, 0 = none
	By       Text `yaml:"by"`       // deadline_sources of the computed instant; default version_default
	Met      Text `yaml:"met"`      // CEL: it has been met or is pointless, and is not shown
	Own      bool `yaml:"own_duty"` // several readings: the earliest wins (own duty), else the latest (buyer's right)
	Counts   bool `yaml:"silence_costs"`
	// Fallback: asked only where no other rule gives the matter a clock; of several the first by rank that runs.
	Fallback bool `yaml:"fallback"`

	from, fixed, met *condition
	clock            bool // depends on the class or on the state of a machine
	since            bool // starts when the state at hand began
}

// Runs is a formula of section 0 of the rule book: exactly one is given, its number is a CEL expression.
type Runs struct {
	Wall  Text `yaml:"wall"`
	EOD   Text `yaml:"eod"`
	BD    Text `yaml:"bd"`
	BH    Text `yaml:"bh"`
	Hours Text `yaml:"hours"`
	Years Text `yaml:"years"`
	At    Text `yaml:"at"` // the instant itself, Unix seconds
	Roll  bool `yaml:"roll"`

	kind string
	n    *condition
}

// Machine is a set of states and the moves between them.
type Machine struct {
	Head   `yaml:",inline"`
	Track  Text             `yaml:"track"` // matter, supplier, account
	Start  Text             `yaml:"start"` // first state
	At     Text             `yaml:"at"`    // CEL: instant of the start
	States map[string]State `yaml:"states"`
	Moves  []Move           `yaml:"moves"`

	at *condition
}

// State is one stage of a machine.
type State struct {
	Owner Text `yaml:"owner"`
	End   bool `yaml:"end"`
}

// Move leads from one state to another: on an act, when a deadline lapses, or at once when a condition holds.
type Move struct {
	Head   `yaml:",inline"`
	From   []Text `yaml:"from"` // states, "*" = every state that is no end
	On     Text   `yaml:"on"`   // act of the history; message, shipped, scan for the other events
	By     []Text `yaml:"by"`   // actors; empty = anybody
	Step   []Text `yaml:"step"` // step, result, status or ask that the act must carry
	Late   Text   `yaml:"late"` // deadline that lapses
	To     Text   `yaml:"to"`
	Opens  bool   `yaml:"opens"`  // the matter opens anew: clock.opened is this instant
	Settle bool   `yaml:"settle"` // the two sides agreed
	Rule   bool   `yaml:"rule"`   // the platform decided
}

// OwnerRule outranks the owner of the state.
type OwnerRule struct {
	Head  `yaml:",inline"`
	Owner Text `yaml:"owner"`
}

// OptionRule opens or closes options. Closing outranks opening.
type OptionRule struct {
	Head   `yaml:",inline"`
	For    Text   `yaml:"for"` // seller, supplier, buyer
	Open   []Text `yaml:"open"`
	Close  []Text `yaml:"close"`
	Reason Text   `yaml:"reason"` // text key, shown with options people expect but cannot take
	// Fallback: asked only where a deadline waits for us and no other rule leaves the seller anything to choose.
	Fallback bool `yaml:"fallback"`
}

// DetailRule says what an option costs and does.
type DetailRule struct {
	Head   `yaml:",inline"`
	Option Text `yaml:"option"`
	Cost   Text `yaml:"cost"`   // claim, total, nothing, offer, agreed
	Effect Text `yaml:"effect"` // text key
	Final  bool `yaml:"final"`
	Person bool `yaml:"person"`
	Form   bool `yaml:"form"` // happens in the platform's own form
}

// RecommendRule names the option to take now.
type RecommendRule struct {
	Head   `yaml:",inline"`
	Option Text `yaml:"option"`
	Calm   bool `yaml:"calm"` // only while there is time left, by the levels of the queue, before silence costs something
}

// EvidenceRule lists the proofs that a class needs.
type EvidenceRule struct {
	Head  `yaml:",inline"`
	Wants []Text `yaml:"wants"`
}

// AdviceRule recommends.
type AdviceRule struct {
	Head   `yaml:",inline"`
	Advise []Text `yaml:"advise"`
}

// AlertRule shows something to a person.
type AlertRule struct {
	Head  `yaml:",inline"`
	Alert Text `yaml:"alert"`
}

// WarningRule places an alarm before or after a deadline.
type WarningRule struct {
	Head     `yaml:",inline"`
	Kind     Text `yaml:"warning"`
	Deadline Text `yaml:"deadline"`
	From     Text `yaml:"from"` // start or due
	Wall     Text `yaml:"wall"` // days, may be negative
	Hours    Text `yaml:"hours"`

	n *condition
}

// ValueRule gives an amount or a yes or no.
type ValueRule struct {
	Head  `yaml:",inline"`
	Value Text `yaml:"value"` // refund, customer_cost, freight_recoverable
	Is    Text `yaml:"is"`    // claim, offer, total, nothing, paid; true, false
}

// CountRule says whether the case counts in a metric; the first that applies wins.
type CountRule struct {
	Head    `yaml:",inline"`
	Metrics []Text `yaml:"metrics"`
	Counts  bool   `yaml:"counts"`
}

// CheckRule puts a check of drafts, settings, actions or uploads into force.
type CheckRule struct {
	Head  `yaml:",inline"`
	Check Text `yaml:"check"`
}

// Assessment is the window in which a platform looks at a metric.
type Assessment struct {
	ID      Text   `yaml:"id"`
	Metrics []Text `yaml:"metrics"`
	Window  Text   `yaml:"window"` // quarter, rolling30, monthly27, average30
	Source  []Text `yaml:"source"`
	Say     Said   `yaml:"say"`
}

// Rate is a metric over a period.
type Rate struct {
	ID     Text   `yaml:"id"`
	Metric Text   `yaml:"metric"`
	Over   Text   `yaml:"over"`  // CEL over the counts of the period
	Under  Text   `yaml:"under"` // CEL
	Source []Text `yaml:"source"`

	over, under *condition
}

// Level is a colour of the queue.
type Level struct {
	ID     Text   `yaml:"id"`
	Level  Text   `yaml:"level"`
	Hours  Text   `yaml:"hours"` // up to so many hours left, a parameter
	Source []Text `yaml:"source"`
}
