package resources

import (
	"net/netip"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/siderolabs/talos/pkg/machinery/nethelpers"
	"github.com/siderolabs/talos/pkg/machinery/resources/network"

	"appliance-client/lab/talos-machine/internal/machine"
)

const mtu = 1500

func networking(view machine.View) []resource.Resource {
	hostname := network.NewHostnameStatus(network.NamespaceName, network.HostnameID)
	hostname.TypedSpec().Hostname = view.Hostname()

	resolvers := network.NewResolverStatus(network.NamespaceName, network.ResolverID)
	resolvers.TypedSpec().DNSServers = view.Resolvers()

	servers := network.NewTimeServerStatus(network.NamespaceName, network.TimeServerID)
	servers.TypedSpec().NTPServers = view.TimeServers()

	status := network.NewStatus(network.NamespaceName, network.StatusID)
	*status.TypedSpec() = network.StatusSpec{AddressReady: true, ConnectivityReady: true, HostnameReady: true, EtcFilesReady: true}

	prefix := netip.PrefixFrom(view.Address, subnetBits(view.Address))
	all := []resource.Resource{
		hostname, resolvers, servers, status,
		link("lo", 1, nethelpers.LinkLoopbck, nethelpers.HardwareAddr{0, 0, 0, 0, 0, 0}),
		link(view.Interface, 2, nethelpers.LinkEther, hardwareAddress(view.Address)),
		address("lo", 1, netip.MustParsePrefix("127.0.0.1/8"), nethelpers.ScopeHost),
		address(view.Interface, 2, prefix, nethelpers.ScopeGlobal),
		defaultRoute(view),
	}

	for _, id := range []resource.ID{network.NodeAddressDefaultID, network.NodeAddressCurrentID, network.NodeAddressAccumulativeID, network.NodeAddressRoutedID} {
		r := network.NewNodeAddress(network.NamespaceName, id)
		r.TypedSpec().Addresses = []netip.Prefix{prefix}
		all = append(all, r)
	}

	return all
}

func link(name string, index uint32, kind nethelpers.LinkType, mac nethelpers.HardwareAddr) resource.Resource {
	r := network.NewLinkStatus(network.NamespaceName, name)
	spec := r.TypedSpec()
	spec.Index, spec.Type, spec.HardwareAddr, spec.PermanentAddr, spec.MTU, spec.LinkState = index, kind, mac, mac, mtu, true
	spec.Flags = nethelpers.LinkFlags(nethelpers.LinkUp | nethelpers.LinkRunning | nethelpers.LinkLowerUp)
	spec.OperationalState, spec.QueueDisc = nethelpers.OperStateUp, "pfifo_fast"

	if kind == nethelpers.LinkLoopbck {
		spec.OperationalState, spec.MTU = nethelpers.OperStateUnknown, 65536
	} else {
		spec.BusPath, spec.Driver, spec.Product, spec.Vendor = "0000:00:02.0", "virtio_net", "Virtio network device", "Red Hat, Inc."
	}

	return r
}

func address(name string, index uint32, prefix netip.Prefix, scope nethelpers.Scope) resource.Resource {
	r := network.NewAddressStatus(network.NamespaceName, network.AddressID(name, prefix))
	*r.TypedSpec() = network.AddressStatusSpec{
		Address: prefix, Local: prefix.Addr(), LinkIndex: index, LinkName: name, Family: family(prefix.Addr()), Scope: scope,
		Flags: nethelpers.AddressFlags(nethelpers.AddressPermanent),
	}

	return r
}

func defaultRoute(view machine.View) resource.Resource {
	gateway := netip.PrefixFrom(view.Address, subnetBits(view.Address)).Masked().Addr().Next()
	fam := family(view.Address)
	r := network.NewRouteStatus(network.NamespaceName, network.RouteID(nethelpers.TableMain, fam, netip.Prefix{}, gateway, 1024, view.Interface))
	*r.TypedSpec() = network.RouteStatusSpec{
		Family: fam, Gateway: gateway, OutLinkIndex: 2, OutLinkName: view.Interface, Table: nethelpers.TableMain, Priority: 1024,
		Scope: nethelpers.ScopeGlobal, Type: nethelpers.TypeUnicast, Protocol: nethelpers.ProtocolDHCP, MTU: mtu,
	}

	return r
}

func family(a netip.Addr) nethelpers.Family {
	if a.Is6() {
		return nethelpers.FamilyInet6
	}

	return nethelpers.FamilyInet4
}

func subnetBits(a netip.Addr) int {
	if a.Is6() {
		return 64
	}

	return 24
}

// hardwareAddress is one of QEMU's range that belongs to the address, so that two machines differ.
func hardwareAddress(a netip.Addr) nethelpers.HardwareAddr {
	raw := a.As16()

	return nethelpers.HardwareAddr{0x52, 0x54, 0x00, raw[13], raw[14], raw[15]}
}
