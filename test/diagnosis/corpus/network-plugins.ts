import { type Case, said } from './case.ts';

/** The network plugins (CNI), as the kubelet tells of a pod’s sandbox. */
export const networkPlugins: readonly Case[] = [
  ...said('sandbox', [
    [
      'cni-failure',
      'cilium: the plugin is not in the folder of plugins',
      'Failed create pod sandbox: rpc error: code = Unknown desc = [failed to set up sandbox container "90e47564" network for pod "echo-55c967bd48-qsd7h": NetworkPlugin cni failed to set up pod "echo-55c967bd48-qsd7h_default" network: failed to find plugin "cilium-cni" in path [/home/kubernetes/bin]]',
      'https://github.com/cilium/cilium/issues/11497',
    ],
    [
      'cni-failure',
      'a plugin: the API server’s service address times out',
      'Failed create pod sandbox: rpc error: code = Unknown desc = failed to set up sandbox container "071f181e" network for pod "nvidia-device-plugin-daemonset-mjwnq": NetworkPlugin cni failed to set up pod "nvidia-device-plugin-daemonset-mjwnq_kube-system" network: Get https://[10.192.0.1]:443/api/v1/namespaces/kube-system: dial tcp 10.192.0.1:443: i/o timeout',
      'https://github.com/microsoft/pai/issues/4572',
    ],
    [
      'cni-failure',
      'aws-cni: no IP address for the container, through the kubelet',
      'Failed to create pod sandbox: plugin type="aws-cni" name="aws-cni" failed (add): failed to assign an IP address to container',
      'notes on small EKS workers',
    ],
    [
      'cni-failure',
      'containerd: the sandbox has no eth0',
      'Failed to create pod sandbox: rpc error: code = 2 desc = failed to get network status for sandbox "fb58bf5a": Unexpected command output Device "eth0" does not exist.\n with error: exit status 1',
      'https://github.com/containerd/cri/issues/699',
    ],
    [
      'cni-failure',
      'a plugin: failed without a message, twice',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = [failed to set up sandbox container "3fe33199939736653d0eb5ff" network for pod "kafka-0": networkPlugin cni failed to set up pod "kafka-0_default" network: netplugin failed with no error message, failed to clean up sandbox container "3fe33199939736653d0eb5ff" network for pod "kafka-0": networkPlugin cni failed to teardown pod "kafka-0_default" network: netplugin failed with no error message]',
      'https://github.com/kubernetes/kubernetes/issues/92903',
    ],
    [
      'cni-failure',
      'bridge: cni0 has another address already',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create pod network sandbox k8s_db-0_msp(3a): error adding pod msp_db-0 to CNI network "cbr0": plugin type="bridge" failed (add): failed to set bridge addr: "cni0" already has an IP address different from 10.244.0.1/24',
      'CRI-O, bridge plugin',
    ],
    [
      'cni-failure',
      'calico: the pod is gone from the API server',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create pod network sandbox k8s_nginx_default_hdish_1(4338cd10): error adding pod default_nginx to CNI network "k8s-pod-network": pods "nginx" not found',
      'https://github.com/containerd/containerd/issues/7689',
    ],
    [
      'cni-failure',
      'host-local: no IP address is left in the range',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to set up sandbox container "a1" network for pod "x": networkPlugin cni failed to set up pod "x_msp" network: no IP addresses available in range set: 10.244.0.1-10.244.0.254',
      'host-local IPAM',
    ],
    [
      'cni-failure',
      'flannel: subnet.env is not there (k3d)',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "": plugin type="flannel" failed (add): open /run/flannel/subnet.env: no such file or directory',
      'https://github.com/k3d-io/k3d/issues/1258',
    ],
    [
      'cni-failure',
      'multus: the request failed with status 400',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "11ce5f00d56f": plugin type="multus-shim" name="multus-cni-network" failed (add): CmdAdd (shim): CNI request failed with status 400',
      'https://github.com/k8snetworkplumbingwg/multus-cni/issues/1072',
    ],
    [
      'cni-failure',
      'cilium: failed with only a time stamp',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "1341f1c7": plugin type="cilium-cni" failed (add): netplugin failed: "ts=1708028912.027259"',
      'https://github.com/cilium/cilium/issues/30820',
    ],
    [
      'cni-failure',
      'loopback: the plugin is not there',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "6091888e": plugin type="loopback" failed (add): failed to find plugin "loopback" in path [/opt/cni/bin]',
      'notes of an installation without the CNI plugins',
    ],
    [
      'cni-failure',
      'loopback: the plugin is not there (kubeadm)',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "6091888ef60975ac": plugin type="loopback" failed (add): failed to find plugin "loopback" in path [/opt/cni/bin]',
      'public kubeadm notes, containerd',
    ],
    [
      'cni-failure',
      'calico: its token is not accepted',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "cb8a846be7902a75": plugin type="calico" failed (add): connection is unauthorized: Unauthorized',
      'https://github.com/kubernetes-sigs/nfs-subdir-external-provisioner/issues/257',
    ],
    [
      'cni-failure',
      'flannel: subnet.env is not there',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "d1": plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory',
      'flannel CNI plugin',
    ],
    [
      'cni-failure',
      'calico: the plugin was killed',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "f1f5708a": plugin type="calico" failed (add): netplugin failed with no error message: signal: killed',
      'https://github.com/coredns/coredns/issues/6091',
    ],
    [
      'cni-failure',
      'aws-cni: no IP address for the container',
      'plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container',
      'amazon-vpc-cni, public write-up',
    ],
    [
      'disk-pressure',
      'host-local: no space for its record of an address',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "aa": plugin type="host-local" failed (add): open /var/lib/cni/networks/cbr0/10.244.0.7: no space left on device',
      'containernetworking/plugins host-local disk store',
    ],
    [
      'port-conflict',
      'portmap: host port 3000 is in use',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "aa": plugin type="portmap" failed (add): cannot open hostport 3000 for pod: listen tcp4 :3000: bind: address already in use',
      'containernetworking/plugins portmap',
    ],
  ]),
];
