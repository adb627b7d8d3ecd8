package api

import (
	"context"
	"net/http"

	"parley/internal/desk"
	"parley/internal/notify"
)

type noticesInput struct {
	Before int64 `query:"before" minimum:"0" doc:"id of the last one of the page before; 0 = from the newest on"`
}

type seenInput struct {
	Body struct {
		UpTo int64 `json:"up_to" minimum:"1" doc:"id of the newest one that was seen"`
	}
}

// ChannelsInput says whose channels are meant.
type ChannelsInput struct {
	Installation bool `query:"installation" doc:"those of programs that listen to the whole desk; for owners"`
}

type newChannelInput struct {
	ChannelsInput
	Body desk.ChannelInput
}

type channelInput struct {
	ByID
	Body desk.ChannelInput
}

type planBody struct{ Body desk.Plan }

type dutyInput struct {
	ByID
	Body struct {
		Members []int64 `json:"members" nullable:"false"`
	}
}

type sharedInput struct {
	Kind string `path:"kind" doc:"kind of channel, such as mail"`
	Body struct {
		Settings map[string]string `json:"settings"`
	}
}

type heartbeatInput struct {
	Body struct {
		URL string `json:"url" doc:"called once a minute while the desk works; empty = nobody is called"`
	}
}

// addNotices adds what people are told, where and when.
func (a *API) addNotices() {
	handle(a, operation{method: http.MethodGet, path: "/notices", id: "list-notices", tag: "notices", summary: "What the member was told, newest first"},
		func(ctx context.Context, who desk.Who, in *noticesInput) (*body[items[desk.NoticeView]], error) {
			all, err := a.Desk.Notices(ctx, who, in.Before)
			return list(all), err
		})
	handle(a, operation{method: http.MethodPost, path: "/notices/seen", id: "see-notices", tag: "notices", status: http.StatusNoContent, summary: "Mark notices as seen, so that nobody else is told"},
		func(ctx context.Context, who desk.Who, in *seenInput) (*none, error) {
			return nil, a.Desk.SeeNotices(ctx, who, in.Body.UpTo)
		})
	handle(a, operation{method: http.MethodGet, path: "/cases/{id}/notices", id: "list-case-notices", tag: "notices", summary: "Who was told what of a case, on which way, and whether it went out"},
		func(ctx context.Context, who desk.Who, in *ByID) (*body[items[desk.Told]], error) {
			all, err := a.Desk.ToldOf(ctx, who, in.ID)
			return list(all), err
		})
	handle(a, operation{method: http.MethodGet, path: "/me/notice-plan", id: "get-notice-plan", tag: "notices", summary: "The member's hours"},
		func(ctx context.Context, who desk.Who, _ *nothing) (*planBody, error) {
			p, err := a.Desk.NoticePlan(ctx, who)
			return &planBody{p}, err
		})
	handle(a, operation{method: http.MethodPut, path: "/me/notice-plan", id: "set-notice-plan", tag: "notices", status: http.StatusNoContent, summary: "Change the member's hours"},
		func(ctx context.Context, who desk.Who, in *planBody) (*none, error) {
			return nil, a.Desk.SetNoticePlan(ctx, who, in.Body)
		})
	a.addChannels()
	a.addInstallation()
}

func (a *API) addChannels() {
	handle(a, operation{method: http.MethodGet, path: "/channel-kinds", id: "list-channel-kinds", tag: "notices", summary: "Kinds of channels and what each needs"},
		func(context.Context, desk.Who, *nothing) (*body[items[notify.About]], error) {
			return list(a.Desk.Ways()), nil
		})
	handle(a, operation{method: http.MethodGet, path: "/channels", id: "list-channels", tag: "notices", summary: "Ways the member is reached"},
		func(ctx context.Context, who desk.Who, in *ChannelsInput) (*body[items[desk.ChannelView]], error) {
			all, err := a.Desk.ChannelList(ctx, who, in.Installation)
			return list(all), err
		})
	handle(a, operation{method: http.MethodPost, path: "/channels", id: "add-channel", tag: "notices", status: http.StatusCreated, summary: "Add a channel; a secret that is made is shown this once"},
		func(ctx context.Context, who desk.Who, in *newChannelInput) (*body[desk.ChannelView], error) {
			v, err := a.Desk.AddChannel(ctx, who, in.Installation, in.Body)
			return &body[desk.ChannelView]{v}, err
		})
	handle(a, operation{method: http.MethodPut, path: "/channels/{id}", id: "update-channel", tag: "notices", summary: "Change a channel; settings that are left out stay"},
		func(ctx context.Context, who desk.Who, in *channelInput) (*body[desk.ChannelView], error) {
			v, err := a.Desk.UpdateChannel(ctx, who, in.ID, in.Body)
			return &body[desk.ChannelView]{v}, err
		})
	handle(a, operation{method: http.MethodDelete, path: "/channels/{id}", id: "drop-channel", tag: "notices", status: http.StatusNoContent, summary: "Remove a channel"},
		func(ctx context.Context, who desk.Who, in *ByID) (*none, error) {
			return nil, a.Desk.DropChannel(ctx, who, in.ID)
		})
	handle(a, operation{method: http.MethodPost, path: "/channels/{id}/test", id: "test-channel", tag: "notices", status: http.StatusNoContent, summary: "Send a test at once; a problem tells what went wrong"},
		func(ctx context.Context, who desk.Who, in *ByID) (*none, error) {
			return nil, a.Desk.TestChannel(ctx, who, in.ID)
		})
}

func (a *API) addInstallation() {
	handle(a, operation{method: http.MethodPut, path: "/stores/{id}/duty", id: "set-duty", tag: "notices", status: http.StatusNoContent, summary: "Who is told first of the store's cases that nobody has"},
		func(ctx context.Context, who desk.Who, in *dutyInput) (*none, error) {
			return nil, a.Desk.SetDuty(ctx, who, in.ID, in.Body.Members)
		})
	handle(a, operation{method: http.MethodPut, path: "/installation/channels/{kind}", id: "set-shared", tag: "notices", status: http.StatusNoContent, summary: "What all channels of a kind share, such as the mail server; for owners"},
		func(ctx context.Context, who desk.Who, in *sharedInput) (*none, error) {
			return nil, a.Desk.SetShared(ctx, who, in.Kind, in.Body.Settings)
		})
	handle(a, operation{method: http.MethodPut, path: "/installation/heartbeat", id: "set-heartbeat", tag: "notices", status: http.StatusNoContent, summary: "The outside watcher that raises the alarm when the desk falls silent; for owners"},
		func(ctx context.Context, who desk.Who, in *heartbeatInput) (*none, error) {
			return nil, a.Desk.SetHeartbeat(ctx, who, in.Body.URL)
		})
}
