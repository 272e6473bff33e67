import { type Case, said } from './case.ts';

/** runc and crun: the container is there, its command does not start. */
export const runc: readonly Case[] = [
  ...said('run', [
    [
      'image-architecture-mismatch',
      'runc: exec format error of the entrypoint',
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec /usr/local/bin/docker-entrypoint.sh: exec format error: unknown',
      'runc, Linux ENOEXEC',
    ],
    [
      'out-of-memory',
      'runc: the init was OOM-killed (containerd task)',
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?)',
      'opencontainers/runc process_linux.go',
    ],
    [
      'out-of-memory',
      'runc: the init was OOM-killed (shim task)',
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown',
      'https://github.com/opencontainers/runc libcontainer/process_linux.go',
    ],
    [
      'start-command-failed',
      'runc: /registry is not in $PATH, wording of 2018',
      'OCI runtime create failed: container_linux.go:348: starting container process caused "exec: \\"/registry\\": executable file not found in $PATH": unknown',
      'https://github.com/moby/moby/issues/37713',
    ],
    [
      'start-command-failed',
      'runc: the working directory may not be entered',
      'OCI runtime create failed: container_linux.go:380: starting container process caused: chdir to cwd ("/app/server") set in config.json failed: permission denied: unknown',
      'runc',
    ],
    [
      'start-command-failed',
      'crun: the entrypoint is not found',
      'container create failed: executable file `/docker-entrypoint.sh` not found: No such file or directory',
      'crun libcrun/container.c',
    ],
    [
      'start-command-failed',
      'crun: autosetup is not in $PATH',
      'container create failed: executable file `autosetup` not found in $PATH: No such file or directory',
      'https://github.com/containers/crun src/libcrun/container.c',
    ],
    [
      'start-command-failed',
      'runc: sh is not in $PATH, wording of 1.0-rc',
      'container_linux.go:247: starting container process caused "exec: \\"sh\\": executable file not found in $PATH"',
      'runc 1.0-rc',
    ],
    [
      'start-command-failed',
      'runc: ./entrypoint.sh does not exist',
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "./entrypoint.sh": stat ./entrypoint.sh: no such file or directory: unknown',
      'runc',
      'alga-core',
    ],
    [
      'start-command-failed',
      'runc: /entrypoint.sh may not be executed (containerd task)',
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/entrypoint.sh": permission denied: unknown',
      'https://github.com/aminvakil/docker-ocserv/issues/52',
    ],
    [
      'start-command-failed',
      'runc: node is not in $PATH',
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "node": executable file not found in $PATH: unknown',
      'opencontainers/runc standard_init_linux.go',
    ],
    [
      'start-command-failed',
      'runc: bash is not in $PATH, during init',
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "bash": executable file not found in $PATH: unknown',
      'https://github.com/opencontainers/runc/issues/4713',
    ],
    [
      'start-command-failed',
      'runc: an entrypoint of an absolute path may not be executed',
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/home/cms/web/entrypoint.sh": permission denied: unknown',
      'notes on line ends of Windows in an entrypoint',
    ],
    [
      'start-command-failed',
      'runc: ./entrypoint.sh may not be executed, during init',
      'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "./entrypoint.sh": permission denied: unknown',
      'notes on a compose project',
    ],
    [
      'start-command-failed',
      'Docker: the command is not in $PATH',
      'failed to start container "cowsay": Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "my_command": executable file not found in $PATH: unknown',
      'a Kubernetes course',
    ],
    [
      'start-command-failed',
      'Docker: /entrypoint.sh may not be executed, runc 1.0',
      'failed to start container "worker": Error response from daemon: OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "/entrypoint.sh": permission denied: unknown',
      'opencontainers/runc 1.0',
    ],
    [
      'volume-mount-failed',
      'runc: a folder is mounted on a file (a config map)',
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error mounting "/var/lib/kubelet/pods/3f/volumes/kubernetes.io~configmap/config" to rootfs at "/etc/app/config.yaml": mount /var/lib/kubelet/pods/3f/volumes/kubernetes.io~configmap/config:/etc/app/config.yaml (via /proc/self/fd/6), flags: 0x5001: not a directory: unknown',
      'opencontainers/runc rootfs_linux.go',
    ],
    [
      'volume-mount-failed',
      'runc: a folder is mounted on a file, with src and dst',
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error mounting "/var/lib/kubelet/pods/1/volumes/x" to rootfs at "/etc/app.conf": mount src=/var/lib/kubelet/pods/1/volumes/x, dst=/etc/app.conf, dstFd=/proc/thread-self/fd/8, flags=MS_BIND|MS_REC: not a directory: unknown',
      'runc rootfs_linux.go',
    ],
    [
      'volume-mount-failed',
      'runc: a file is mounted on a folder (init.sql)',
      'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error mounting "/srv/database/init.sql" to rootfs at "/docker-entrypoint-initdb.d": mount src=/srv/database/init.sql, dst=/docker-entrypoint-initdb.d: not a directory: unknown',
      'notes on a compose project',
    ],
  ]),
  ...said('sandbox', [
    [
      'out-of-memory',
      'runc: the sandbox’s init was OOM-killed',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to start sandbox: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?)',
      'notes on memory limits that are too low',
    ],
  ]),
  ...said('log', [
    [
      'image-architecture-mismatch',
      'runc: exec format error, wording before 1.1',
      'standard_init_linux.go:228: exec user process caused: exec format error',
      'runc before 1.1',
    ],
    [
      'image-architecture-mismatch',
      'runc: exec format error of a program (Talos on a wrong image)',
      'exec /bin/connect-api: exec format error',
      'https://github.com/siderolabs/talos/issues/11268',
      'email-service',
    ],
    [
      'image-architecture-mismatch',
      'runc: exec format error of Redis’ entrypoint, an arm64 image',
      'exec /usr/local/bin/docker-entrypoint.sh: exec format error',
      'runc, on arm64 images',
      'redis',
    ],
    [
      'image-architecture-mismatch',
      'runc: exec format error, wording of 2021',
      'standard_init_linux.go:219: exec user process caused: exec format error',
      'https://github.com/ccremer/kubernetes-zfs-provisioner/issues/6',
      'workflow-worker',
    ],
    [
      'start-command-failed',
      'runc: the entrypoint’s interpreter is not found (CRLF)',
      'exec /docker-entrypoint.sh: no such file or directory',
      'tini, runc exec of a script with CRLF',
      'temporal',
    ],
    [
      'start-command-failed',
      'runc: cilium-operator is not in $PATH',
      'exec: "cilium-operator-generic": executable file not found in $PATH',
      'notes on an air-gapped deployment',
      'workflow-worker',
    ],
  ]),
];
