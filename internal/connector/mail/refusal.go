package mail

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/wneessen/go-mail"

	"parley/internal/fault"
)

// stayAway is how long a server is left alone that says it was asked too much: neither protocol tells how long it wants.
const stayAway = 15 * time.Minute

// unread is the fault of a failed reading: nothing was changed by it.
func unread(ctx context.Context, err error) error {
	var no *imap.Error
	f := fault.Of(err)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case f != nil && (f.Kind != fault.Garbled || f.Key != "fault.answer_too_long"):
		return f
	case errors.As(err, &no):
		return said(no)
	case cut(err):
		return fault.New(fault.Unavailable, "fault.mail.unreachable").Because(err)
	}
	return fault.New(fault.Garbled, "fault.mail.answer_unreadable").Because(err)
}

// cut tells that the connection failed rather than what came over it.
func cut(err error) bool {
	var net1 net.Error
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe) || errors.As(err, &net1)
}

// said is what a server's own no means (codes of RFC 5530).
func said(no *imap.Error) error {
	text := strings.ToLower(no.Text)
	switch no.Code {
	case imap.ResponseCodeAuthenticationFailed, imap.ResponseCodeAuthorizationFailed, imap.ResponseCodeExpired, imap.ResponseCodePrivacyRequired, imap.ResponseCodeContactAdmin:
		return refusedLogin()
	case imap.ResponseCodeLimit:
		return limited()
	case imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeServerBug:
		return fault.New(fault.Unavailable, "fault.mail.busy").Because(no)
	case imap.ResponseCodeNonExistent, imap.ResponseCodeTryCreate, imap.ResponseCodeNoPerm, imap.ResponseCodeCannot:
		return &fault.Fault{Kind: fault.Invalid, Key: "fault.mail.folder", Field: "folders", Params: map[string]string{"message": shortened(oneLine(no.Text), 200)}}
	}
	if strings.Contains(text, "too many") || strings.Contains(text, "rate limit") || strings.Contains(text, "bandwidth") {
		return limited()
	}
	if no.Type == imap.StatusResponseTypeBye {
		return fault.New(fault.Unavailable, "fault.mail.busy").Because(no)
	}
	return fault.New(fault.Refused, "fault.mail.refused", "message", shortened(oneLine(no.Text), 200), "code", string(no.Code))
}

func limited() error { return &fault.Fault{Kind: fault.Limited, Key: "fault.limited", After: stayAway} }

func refusedLogin() error {
	return &fault.Fault{Kind: fault.Unauthorised, Key: "fault.mail.login", Field: "password"}
}

// unposted sorts what went wrong before a mail was handed in: nothing went out in any of these cases.
func unposted(ctx context.Context, err error) error {
	text := err.Error()
	switch {
	case ctx.Err() != nil:
		return fault.New(fault.Unavailable, "fault.mail.unreachable").Because(ctx.Err())
	case fault.Of(err) != nil:
		return fault.Of(err)
	case errors.Is(err, mail.ErrNoSupportedAuthDiscovered), hasCode(text, "535", "534", "530", "538", "454 4.7.0"):
		return refusedLogin()
	case hasCode(text, "421 4.7", "450 4.7", "451 4.7", "454 4.7") || strings.Contains(strings.ToLower(text), "too many"):
		return limited()
	}
	return fault.New(fault.Unavailable, "fault.mail.unreachable").Because(err)
}

func hasCode(text string, codes ...string) bool {
	for _, c := range codes {
		if strings.Contains(" "+text, " "+c) {
			return true
		}
	}
	return false
}

// sendFault sorts what the server said to a mail. Only between the end of the text and the answer to it nobody knows what happened.
func sendFault(ctx context.Context, err error) error {
	var f *mail.SendError
	if !errors.As(err, &f) {
		return fault.New(fault.Unknown, "fault.mail.perhaps").Because(err)
	}
	code, text := f.ErrorCode(), shortened(oneLine(f.Error()), 300)
	switch {
	case code >= 500:
		return fault.New(fault.Refused, "fault.mail.refused", "message", text, "code", strconv.Itoa(code))
	case code >= 400 && (strings.HasPrefix(f.EnhancedStatusCode(), "4.7") || strings.Contains(strings.ToLower(text), "too many")):
		return limited()
	case code >= 400:
		return fault.New(fault.Unavailable, "fault.mail.busy").Because(err)
	case f.Reason == mail.ErrSMTPDataClose:
		return fault.New(fault.Unknown, "fault.mail.perhaps").Because(err)
	}
	return unposted(ctx, err)
}
