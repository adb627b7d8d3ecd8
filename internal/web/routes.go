package web

import "parley/internal/desk"

// route is one address: who may use it and what it does. An empty right is open to everybody.
type route struct {
	method, path string
	right        string
	do           func(*call) error
	upload       bool // takes a file: longer time, larger body
	stream       bool // stays open: no time limit
}

// routes is the whole table.
func routes() []route {
	return []route{
		{method: "GET", path: "/{$}", right: desk.Read, do: (*call).home},
		{method: "GET", path: "/queue", right: desk.Read, do: (*call).queue},
		{method: "POST", path: "/queue/assign", right: desk.Act, do: (*call).bulkAssign},
		{method: "POST", path: "/queue/note", right: desk.Act, do: (*call).bulkNote},
		{method: "POST", path: "/views", right: desk.Read, do: (*call).saveView},
		{method: "POST", path: "/views/{id}/drop", right: desk.Read, do: (*call).dropView},
		{method: "GET", path: "/live", right: desk.Read, do: (*call).live, stream: true},

		{method: "GET", path: "/cases/{id}", right: desk.Read, do: (*call).casePage},
		{method: "GET", path: "/cases/{id}/peek", right: desk.Read, do: (*call).peek},
		{method: "POST", path: "/cases/{id}/notes", right: desk.Act, do: (*call).note},
		{method: "POST", path: "/cases/{id}/assign", right: desk.Act, do: (*call).assign},
		{method: "POST", path: "/cases/{id}/record", right: desk.Act, do: (*call).record},
		{method: "POST", path: "/cases/{id}/evidence", right: desk.Act, do: (*call).addEvidence, upload: true},
		{method: "POST", path: "/cases/{id}/evidence/{evidence}/reading", right: desk.Act, do: (*call).setReading},
		{method: "GET", path: "/cases/{id}/options/{option}", right: desk.Act, do: (*call).optionForm},
		{method: "POST", path: "/cases/{id}/options/{option}", right: desk.Act, do: (*call).preview},
		{method: "POST", path: "/cases/{id}/decisions", right: desk.Act, do: (*call).decide},
		{method: "GET", path: "/decisions", right: desk.Read, do: (*call).waiting},
		{method: "GET", path: "/decisions/{id}", right: desk.Read, do: (*call).decision},
		{method: "POST", path: "/decisions/{id}/release", right: desk.Act, do: (*call).release},
		{method: "POST", path: "/decisions/{id}/decline", right: desk.Act, do: (*call).decline},
		{method: "POST", path: "/cases/{id}/erasure", right: desk.Own, do: (*call).erase},
		{method: "GET", path: "/evidence/{id}", right: desk.Read, do: (*call).evidenceFile},
		{method: "GET", path: "/cases/{id}/file", right: desk.Read, do: (*call).caseFile, upload: true},
		{method: "GET", path: "/effects", right: desk.Read, do: (*call).effects},
		{method: "POST", path: "/effects/{id}", right: desk.Lead, do: (*call).resolveEffect},

		{method: "GET", path: "/stores", right: desk.Read, do: (*call).stores},
		{method: "GET", path: "/stores/new", right: desk.Lead, do: (*call).newStore},
		{method: "POST", path: "/stores", right: desk.Lead, do: (*call).addStore},
		{method: "GET", path: "/stores/{id}", right: desk.Lead, do: (*call).storePage},
		{method: "POST", path: "/stores/{id}", right: desk.Lead, do: (*call).updateStore},
		{method: "POST", path: "/stores/{id}/state", right: desk.Lead, do: (*call).storeState},
		{method: "POST", path: "/stores/{id}/sync", right: desk.Act, do: (*call).syncNow},
		{method: "GET", path: "/stores/{id}/sheets", right: desk.Act, do: (*call).sheetsPage},
		{method: "POST", path: "/stores/{id}/sheets", right: desk.Act, do: (*call).keepSheet, upload: true},
		{method: "GET", path: "/stores/{id}/sheets/{upload}", right: desk.Act, do: (*call).sheetPage},
		{method: "POST", path: "/stores/{id}/sheets/{upload}", right: desk.Act, do: (*call).readSheet, upload: true},
		{method: "GET", path: "/stores/{id}/net", right: desk.Lead, do: (*call).netPage},
		{method: "POST", path: "/stores/{id}/net", right: desk.Lead, do: (*call).editNet, upload: true},
		{method: "GET", path: "/settings", right: desk.Own, do: (*call).settings},
		{method: "POST", path: "/settings/limits", right: desk.Own, do: (*call).setLimits},
		{method: "POST", path: "/settings/retention", right: desk.Own, do: (*call).setRetention},
		{method: "GET", path: "/trackers", right: desk.Read, do: (*call).trackers},
		{method: "POST", path: "/trackers", right: desk.Lead, do: (*call).addTracker},
		{method: "POST", path: "/trackers/{id}/test", right: desk.Lead, do: (*call).testTracker},
		{method: "POST", path: "/trackers/{id}/drop", right: desk.Lead, do: (*call).dropTracker},
		{method: "GET", path: "/trackers/{id}/unknown", right: desk.Lead, do: (*call).trackerUnknown},
		{method: "GET", path: "/unknown/{id}", right: desk.Lead, do: (*call).unknownMessage},
		{method: "POST", path: "/unknown/{id}/erase", right: desk.Own, do: (*call).eraseUnknown},
		{method: "GET", path: "/import", right: desk.Lead, do: (*call).importForm},
		{method: "POST", path: "/import", right: desk.Lead, do: (*call).importFile, upload: true},

		{method: "GET", path: "/playbooks", right: desk.Read, do: (*call).playbooks},
		{method: "GET", path: "/playbooks/{pack}", right: desk.Read, do: (*call).playbook},
		{method: "GET", path: "/playbooks/{pack}/parameters/{name}", right: desk.Own, do: (*call).previewParameter},
		{method: "POST", path: "/playbooks/{pack}/parameters/{name}", right: desk.Own, do: (*call).setParameter},

		{method: "GET", path: "/members", right: desk.Lead, do: (*call).members},
		{method: "POST", path: "/members", right: desk.Own, do: (*call).invite},
		{method: "POST", path: "/members/{id}", right: desk.Own, do: (*call).updateMember},
		{method: "POST", path: "/members/{id}/invite", right: desk.Own, do: (*call).inviteAgain},
		{method: "POST", path: "/members/{id}/remove", right: desk.Own, do: (*call).removeMember},

		{method: "GET", path: "/me", right: desk.Read, do: (*call).me},
		{method: "POST", path: "/me", right: desk.Read, do: (*call).setPreferences},
		{method: "POST", path: "/me/password", right: desk.Read, do: (*call).changePassword},
		{method: "POST", path: "/me/tokens", right: desk.Read, do: (*call).newToken},
		{method: "POST", path: "/me/tokens/{id}/drop", right: desk.Read, do: (*call).dropToken},

		{method: "GET", path: "/notices", right: desk.Read, do: (*call).notices},
		{method: "GET", path: "/notices/ring", right: desk.Read, do: (*call).rings},
		{method: "POST", path: "/notices/seen", right: desk.Read, do: (*call).seeNotices},
		{method: "GET", path: "/me/notices", right: desk.Read, do: (*call).noticeSettings},
		{method: "POST", path: "/me/notices", right: desk.Read, do: (*call).setPlan},
		{method: "POST", path: "/me/channels", right: desk.Read, do: (*call).addChannel},
		{method: "POST", path: "/me/channels/{id}", right: desk.Read, do: (*call).updateChannel},
		{method: "POST", path: "/me/channels/{id}/test", right: desk.Read, do: (*call).testChannel, upload: true},
		{method: "POST", path: "/me/channels/{id}/drop", right: desk.Read, do: (*call).dropChannel},
		{method: "POST", path: "/installation/mail", right: desk.Own, do: (*call).setMail},
		{method: "POST", path: "/installation/heartbeat", right: desk.Own, do: (*call).setHeartbeat},
		{method: "POST", path: "/stores/{id}/duty", right: desk.Lead, do: (*call).setDuty},
		{method: "GET", path: "/worker.js", do: (*call).worker},

		{method: "GET", path: "/sign-in", do: (*call).signInForm},
		{method: "POST", path: "/sign-in", do: (*call).signIn},
		{method: "POST", path: "/sign-out", right: desk.Read, do: (*call).signOut},
		{method: "GET", path: desk.InvitePath + "{secret}", do: (*call).joinForm},
		{method: "POST", path: desk.InvitePath + "{secret}", do: (*call).join},
	}
}
