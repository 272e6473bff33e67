package api

import (
	"net"
	"net/netip"
	"syscall"
	"time"
)

// blackHole is an address where connections are neither accepted nor refused: a listener whose queue is full and
// that nobody empties, so that the kernel drops what else comes.
type blackHole struct {
	socket  int
	filling []net.Conn
}

// queue is how many connections fill a queue of length 0 on Linux and macOS, and one to spare.
const queue = 2

func newBlackHole(listen string) (*blackHole, error) {
	address, err := netip.ParseAddrPort(listen)
	if err != nil {
		return nil, err
	}

	family, target := syscall.AF_INET, syscall.Sockaddr(&syscall.SockaddrInet4{Port: int(address.Port()), Addr: as4(address.Addr())})
	if address.Addr().Is6() {
		family, target = syscall.AF_INET6, &syscall.SockaddrInet6{Port: int(address.Port()), Addr: address.Addr().As16()}
	}

	socket, err := syscall.Socket(family, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}

	hole := &blackHole{socket: socket}

	for _, step := range []func() error{
		func() error { return syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1) },
		func() error { return syscall.Bind(socket, target) },
		func() error { return syscall.Listen(socket, 0) },
	} {
		if err := step(); err != nil {
			hole.close()

			return nil, err
		}
	}

	for range queue {
		conn, err := net.DialTimeout("tcp", listen, 100*time.Millisecond)
		if err != nil {
			// The queue is full: that is what was wanted.
			break
		}

		hole.filling = append(hole.filling, conn)
	}

	return hole, nil
}

func (h *blackHole) close() {
	for _, conn := range h.filling {
		_ = conn.Close()
	}

	_ = syscall.Close(h.socket)
}

func as4(a netip.Addr) [4]byte {
	if a.Is4() {
		return a.As4()
	}

	return [4]byte{}
}
