package api

import (
	"io"
	"net"
	"sync"
	"time"
)

const lastWords = 300 * time.Millisecond

// connections knows the open connections of the port by their far end, so that one can be cut under a call.
type connections struct {
	mu       sync.Mutex
	listener net.Listener
	open     map[string]*net.TCPConn
}

func newConnections() *connections { return &connections{open: map[string]*net.TCPConn{}} }

// listen wraps a listener; the wrapper's connections are known until they are closed.
func (c *connections) listen(l net.Listener) net.Listener {
	c.mu.Lock()
	defer c.mu.Unlock()

	c.listener = l

	return &trackingListener{Listener: l, connections: c}
}

func (c *connections) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.listener.Close()
}

// cut ends the connection with a far end at once: its owner sees a reset, not an end.
func (c *connections) cut(remote string) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if conn := c.open[remote]; conn != nil {
		reset(conn)
		delete(c.open, remote)
	}
}

func (c *connections) cutAll() {
	c.mu.Lock()
	defer c.mu.Unlock()

	for _, conn := range c.open {
		reset(conn)
	}

	clear(c.open)
}

func reset(conn *net.TCPConn) {
	// Linger 0 makes close send a reset; a connection that is closed already needs none.
	_ = conn.SetLinger(0)
	_ = conn.Close()
}

type trackingListener struct {
	net.Listener
	connections *connections
}

func (l *trackingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}

	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return conn, nil
	}

	l.connections.mu.Lock()
	l.connections.open[tcp.RemoteAddr().String()] = tcp
	l.connections.mu.Unlock()

	return &trackedConn{TCPConn: tcp, connections: l.connections}, nil
}

type trackedConn struct {
	*net.TCPConn
	connections *connections
}

// Close says farewell and reads on for a moment: a client that is still writing then learns why (a TLS alert, say)
// before its connection is gone, as it does over a real network, where the answer is faster than the reset.
func (c *trackedConn) Close() error {
	if err := c.CloseWrite(); err != nil {
		return c.shut()
	}

	go func() {
		_ = c.SetReadDeadline(time.Now().Add(lastWords))
		_, _ = io.Copy(io.Discard, c.TCPConn)
		_ = c.shut()
	}()

	return nil
}

func (c *trackedConn) shut() error {
	c.connections.mu.Lock()
	delete(c.connections.open, c.RemoteAddr().String())
	c.connections.mu.Unlock()

	return c.TCPConn.Close()
}
