package resources

import (
	"net/netip"

	"github.com/cosi-project/runtime/pkg/resource"
	machinetype "github.com/siderolabs/talos/pkg/machinery/config/machine"
	"github.com/siderolabs/talos/pkg/machinery/resources/cluster"
	"github.com/siderolabs/talos/pkg/machinery/resources/config"
	"github.com/siderolabs/talos/pkg/machinery/resources/etcd"
	"github.com/siderolabs/talos/pkg/machinery/resources/k8s"
	"github.com/siderolabs/talos/pkg/machinery/version"

	"appliance-client/lab/talos-machine/internal/machine"
)

// EtcdMemberID is the id of the machine's only etcd member.
const EtcdMemberID = 0x8e9e05c52164694d

func configuration(view machine.View) []resource.Resource {
	kind := config.NewMachineType()
	kind.SetMachineType(view.Config.Machine().Type())

	all := []resource.Resource{config.NewMachineConfig(view.Config), kind}
	if view.Installed {
		all = append(all, config.NewMachineConfigWithID(view.Config, config.PersistentID))
	}

	return all
}

func clusterMembership(view machine.View) []resource.Resource {
	identity := cluster.NewIdentity(cluster.NamespaceName, cluster.LocalIdentity)
	identity.TypedSpec().NodeID = view.NodeID

	info := cluster.NewInfo()
	*info.TypedSpec() = cluster.InfoSpec{ClusterID: view.Config.Cluster().ID(), ClusterName: view.Config.Cluster().Name()}

	member := cluster.NewMember(cluster.NamespaceName, view.Hostname())
	*member.TypedSpec() = cluster.MemberSpec{
		NodeID: view.NodeID, Addresses: []netip.Addr{view.Address}, Hostname: view.Hostname(), MachineType: machinetype.TypeControlPlane,
		OperatingSystem: "Talos (" + version.Tag + ")", ControlPlane: &cluster.ControlPlane{APIServerPort: 6443},
	}

	all := []resource.Resource{identity, info, member}

	if s, ok := view.Service("etcd"); ok && s.Healthy != nil && *s.Healthy {
		local := etcd.NewMember(etcd.NamespaceName, etcd.LocalMemberID)
		local.TypedSpec().MemberID = etcd.FormatMemberID(EtcdMemberID)
		all = append(all, local)
	}

	return all
}

func kubernetes(view machine.View) []resource.Resource {
	name := k8s.NewNodename(k8s.NamespaceName, k8s.NodenameID)
	name.TypedSpec().Nodename = view.Hostname()

	ip := k8s.NewNodeIP(k8s.NamespaceName, k8s.KubeletID)
	ip.TypedSpec().Addresses = []netip.Addr{view.Address}

	all := []resource.Resource{name, ip}
	if !view.Bootstrapped {
		return all
	}

	for _, component := range []string{k8s.APIServerID, k8s.ControllerManagerID, k8s.SchedulerID} {
		pod := k8s.NewStaticPod(k8s.NamespaceName, component)
		pod.TypedSpec().Pod = map[string]any{
			"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": component, "namespace": "kube-system"},
		}
		all = append(all, pod)

		if view.KubernetesReady {
			status := k8s.NewStaticPodStatus(k8s.NamespaceName, "kube-system/"+component+"-"+view.Hostname())
			status.TypedSpec().PodStatus = map[string]any{
				"phase": "Running", "conditions": []any{map[string]any{"type": "Ready", "status": "True"}},
			}
			all = append(all, status)
		}
	}

	if view.KubernetesReady {
		node := k8s.NewNodeStatus(k8s.NamespaceName, view.Hostname())
		*node.TypedSpec() = k8s.NodeStatusSpec{Nodename: view.Hostname(), NodeReady: true}
		all = append(all, node)
	}

	return all
}
