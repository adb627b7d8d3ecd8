package app

import (
	"time"

	"parley/internal/notify"
	"parley/internal/notify/chat"
	"parley/internal/notify/mail"
	"parley/internal/notify/push"
	"parley/internal/notify/webhook"
	"parley/internal/webclient"
)

// sayWait bounds one exchange with a mail server, a chat or a program that listens.
const sayWait = 20 * time.Second

// ways are the channels people can be reached by. They keep out of the private network unless the installation allows it.
func (a *App) ways() map[string]notify.Channel {
	client := webclient.New(webclient.Options{AllowPrivate: a.AllowPrivate, Total: sayWait, MaxBytes: 1 << 20, Now: a.Clock.Now})
	ways := chat.All(client, a.Clock.Now)
	ways["mail"] = mail.New(sayWait)
	ways["webhook"] = webhook.New(client, a.Clock.Now)
	ways["push"] = push.New(client)
	return ways
}
