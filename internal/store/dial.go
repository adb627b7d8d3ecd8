package store

import (
	"net"
	"time"

	"github.com/jackc/pgx/v5"
)

// A node that was cut off must not hold rows for others, nor wait for an answer that never comes. Without these settings
// both sides would believe in a dead line for a quarter of an hour and longer.
const (
	lineIdle  = 10 * time.Second // of silence, until the other side is asked
	lineEvery = 5 * time.Second  // between two such questions
	lineTries = 3
	lineLost  = 20 * time.Second // what was sent and not acknowledged for so long makes the line count as cut
	lineOpen  = 10 * time.Second // to get a connection
)

// soundLines makes both ends notice a line that was cut. What the address says itself stays as it says.
func soundLines(config *pgx.ConnConfig) {
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = lineOpen
	}
	dialer := &net.Dialer{
		Timeout: config.ConnectTimeout, Control: lostLines,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: lineIdle, Interval: lineEvery, Count: lineTries},
	}
	config.DialFunc = dialer.DialContext
	for name, value := range map[string]string{
		"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3", "tcp_user_timeout": "20000",
		"idle_in_transaction_session_timeout": "60000", // milliseconds; ours last as long as a few statements
		"application_name":                    "parley",
	} {
		if _, said := config.RuntimeParams[name]; !said {
			config.RuntimeParams[name] = value
		}
	}
}
