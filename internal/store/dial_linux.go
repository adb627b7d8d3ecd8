package store

import "syscall"

// tcpUserTimeout is TCP_USER_TIMEOUT of linux/tcp.h.
const tcpUserTimeout = 0x12

// lostLines makes the system give up a connection whose data is not acknowledged.
func lostLines(_, _ string, c syscall.RawConn) error {
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(lineLost.Milliseconds()))
	})
	if err != nil {
		return err
	}
	_ = failed // a Unix socket has no such setting and needs none
	return nil
}
