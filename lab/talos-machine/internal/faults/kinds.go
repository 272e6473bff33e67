package faults

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// Kind names what goes wrong.
type Kind string

const (
	// Unreachable: nothing answers on the API port. How: refuse (default) or blackhole.
	Unreachable Kind = "unreachable"
	// ForeignCA: the API shows a certificate of another CA, as after an install by somebody else.
	ForeignCA Kind = "foreign-ca"
	// DiskMissing: the disk Disk is not on the machine.
	DiskMissing Kind = "disk-missing"
	// ClockOff: the machine's clock is off by OffsetMs; with Unsynced it also knows no time server.
	ClockOff Kind = "clock-off"
	// DNSRefused: the resolver Resolver refuses connections while the installer image is pulled.
	DNSRefused Kind = "dns-refused"
	// Slow: every call takes DelayMs longer.
	Slow Kind = "slow"
	// Call: the Nth call of Method is struck by Action, before or after its effect.
	Call Kind = "call"
	// OtherAddress: after the next boot the machine is at Address.
	OtherAddress Kind = "other-address"
	// EtcdDown: etcd starts and never becomes healthy.
	EtcdDown Kind = "etcd-down"
	// InstallFails: the installer ends with Message; the machine reboots and is back in maintenance mode.
	InstallFails Kind = "install-fails"
	// ImagePull: pulling an image whose reference contains Image fails with Message.
	ImagePull Kind = "image-pull"
)

// Fault is one thing that goes wrong. Which fields count depends on the kind.
type Fault struct {
	Kind     Kind   `json:"kind"`
	How      string `json:"how,omitempty"`
	Disk     string `json:"disk,omitempty"`
	OffsetMs int64  `json:"offsetMs,omitempty"`
	Unsynced bool   `json:"unsynced,omitempty"`
	Resolver string `json:"resolver,omitempty"`
	// Silent: the API stays closed while the installer cannot be pulled, as Talos v1.12 has it (apid starts after the
	// install). Without it the API is there, so that logs and services can be read and another configuration applied.
	Silent  bool   `json:"silent,omitempty"`
	DelayMs int64  `json:"delayMs,omitempty"`
	Method  string `json:"method,omitempty"`
	Nth     int    `json:"nth,omitempty"`
	// When: before or after the effect of the call.
	When string `json:"when,omitempty"`
	// Action: cut (the connection), reboot (a power cut of the machine), hang (no answer), error (Code and Message).
	Action  string `json:"action,omitempty"`
	Code    int    `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Address string `json:"address,omitempty"`
	Image   string `json:"image,omitempty"`

	// Seen and Struck are the fault's own count.
	Seen   int  `json:"seen,omitempty"`
	Struck bool `json:"struck,omitempty"`
}

// Validate fills in defaults and says what is wrong.
func (f *Fault) Validate() error {
	switch f.Kind {
	case Unreachable:
		return oneOf("how", &f.How, "refuse", "blackhole")
	case DiskMissing:
		f.Disk = cmp.Or(f.Disk, "/dev/sda")
	case DNSRefused:
		f.Resolver = cmp.Or(f.Resolver, "192.168.64.1")
		_, err := netip.ParseAddr(f.Resolver)

		return err
	case ClockOff:
		if f.OffsetMs == 0 {
			f.OffsetMs = (2 * time.Hour).Milliseconds()
		}
	case Slow:
		if f.DelayMs <= 0 {
			return errors.New("slow: delayMs must be above 0")
		}
	case Call:
		f.Nth = max(f.Nth, 1)

		if f.Method == "" {
			return errors.New("call: method is missing (for example Bootstrap)")
		}

		if err := oneOf("when", &f.When, "before", "after"); err != nil {
			return err
		}

		return oneOf("action", &f.Action, "cut", "reboot", "hang", "error")
	case OtherAddress:
		if _, err := netip.ParseAddrPort(f.Address); err != nil {
			return fmt.Errorf("other-address: address must be IP:PORT: %w", err)
		}
	case InstallFails:
		f.Message = cmp.Or(f.Message, "error running the installer: exit code 1")
	case ImagePull:
		f.Message = cmp.Or(f.Message, "failed to resolve image: not found")
	case ForeignCA, EtcdDown:
	default:
		return fmt.Errorf("there is no fault %q", f.Kind)
	}

	return nil
}

// Offset of the clock.
func (f Fault) Offset() time.Duration { return time.Duration(f.OffsetMs) * time.Millisecond }

// Delay of every call.
func (f Fault) Delay() time.Duration { return time.Duration(f.DelayMs) * time.Millisecond }

func (f Fault) same(other Fault) bool { return f.Kind == other.Kind && f.Method == other.Method }

func oneOf(name string, value *string, allowed ...string) error {
	if *value == "" {
		*value = allowed[0]
	}

	for _, a := range allowed {
		if *value == a {
			return nil
		}
	}

	return fmt.Errorf("%s must be one of %s, not %q", name, strings.Join(allowed, ", "), *value)
}
