package store

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"parley/internal/fault"
)

// Fresh makes an empty PostgreSQL database of a name beside the one at the address, and gives its address and the way to drop it. One of
// that name is dropped first: the name is for runs that nobody wants to keep. The user of the address must be allowed to create databases.
func Fresh(ctx context.Context, address, name string) (string, func(context.Context) error, error) {
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		return "", nil, fault.Input("database", "postgres://…", "postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	}
	quoted := pgx.Identifier{name}.Sanitize()
	drop := func(ctx context.Context) error {
		return admin(ctx, address, "DROP DATABASE IF EXISTS "+quoted+" WITH (FORCE)")
	}
	if err := drop(ctx); err != nil {
		return "", nil, err
	}
	if err := admin(ctx, address, "CREATE DATABASE "+quoted); err != nil {
		return "", nil, err
	}
	u.Path = "/" + name
	return u.String(), drop, nil
}

func admin(ctx context.Context, address, text string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return known(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // the answer is here
	if _, err := conn.Exec(ctx, text); err != nil {
		return fmt.Errorf("%s: %w", strings.SplitN(text, " ", 2)[0], known(err))
	}
	return nil
}
