package webclient

import (
	"net/netip"
	"syscall"

	"parley/internal/fault"
)

// refusePrivate runs when a socket is about to connect: the address is final then, whatever its name resolved to.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fault.New(fault.Invalid, "fault.address_unreadable").Because(err)
	}
	if !public(at.Addr()) {
		return fault.New(fault.Invalid, "fault.address_private", "address", at.Addr().String())
	}
	return nil
}

// reserved are the ranges of IANA's special-purpose registries that netip has no question for.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"),
}

// public tells whether an address is one of the open internet. Ranges that carry another address inside them (NAT64,
// 6to4, Teredo) are not: they would lead back in.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, r := range reserved {
		if r.Contains(a) {
			return false
		}
	}
	return true
}
