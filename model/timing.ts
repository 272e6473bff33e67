const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * The time-outs under which Temporal runs a step, by its profile. No step has a time-out from its order to its end: a closed lid must
 * not use it up. `test/model/timing.test.ts` checks which values must agree.
 */
export const TIMEOUTS = {
  /** A killed worker is noticed after this time; until then no other may take over its step. */
  heartbeatMs: 10 * SECOND,
  /** For one attempt, from its start on a worker to its end. */
  startToCloseMs: { quick: 2 * MINUTE, apply: 10 * MINUTE, wait: 12 * HOUR },
  /** Between attempts that a killed worker or a time-out has ended. A failure of the step's own work is not retried by these. */
  retry: { initialMs: SECOND, coefficient: 2, maximumMs: 15 * SECOND },
} as const;

/** How often a heartbeat is sent, whatever the step is doing. */
export const HEARTBEAT_EVERY_MS = TIMEOUTS.heartbeatMs / 5;

/** How long a parked step rests between two checks. */
export const PARKED_LOOK_MS = 5 * SECOND;

/** The n-th report of a parked step follows n times this after the one before: fewer than 150 in a week, as each stays in the history. */
export const PARKED_REPORT_MS = MINUTE;

/** After a reboot of the node or a move of the laptop the API server is back within this time, or a person must check. */
export const OUTAGE_MS = 3 * MINUTE;

/** A possibly transient failure is retried this often in all, with these rests, before it is reported to a person. */
export const BODY = { attempts: 3, restMs: [SECOND, 2 * SECOND] } as const;

/**
 * How long each step waits for something before it reports that as late: by the activity's name, a row for each thing. All of them
 * together are shorter than the step's own time-out, which would end the attempt before it could report.
 */
export const PATIENCE = {
  awaitSecureApi: {
    /** A node that accepted its configuration serves its maintenance API a few seconds longer; after this it has not started to install. */
    leaves: 30 * SECOND,
    /** An installation on a good line is finished by then; after this a person is told what to check. */
    quiet: 3 * MINUTE,
    /** Talos tries 20 minutes to pull its installer, then reboots (internal/pkg/containers/image, PullTimeout). */
    installs: 30 * MINUTE,
    /** A node that came back twice with the same configuration gets it again after this rest. */
    rest: 2 * MINUTE,
  },
  /** Talos applies changed resolvers within a second or two; after this it will not. */
  setNodeResolvers: { takesUp: MINUTE },
  bootstrapEtcd: {
    /** etcd of one member answers within seconds of its start; if it is unhealthy for this long, it does not recover by itself. */
    healthy: 3 * MINUTE,
    /** An etcd with data finishes preparing within seconds of the node's start; one that waits to be bootstrapped does not. */
    prepares: 2 * MINUTE,
    /** A node refuses its bootstrap until its clock is set. */
    clock: 3 * MINUTE,
  },
  /** The node first pulls the images of its control plane: as long as that may take on a bad line. */
  fetchKubeconfig: { answers: HOUR },
  /** A node that pulls its network images on a bad line needs minutes; one that is still not Ready needs a person to look. */
  awaitNode: { ready: 20 * MINUTE },
  provisionStorage: {
    /** A volume is created and mounted within seconds; a pull of the image in progress is waited for. */
    writes: 5 * MINUTE,
    /** Each object of the storage test disappears within seconds of its deletion. */
    cleansUp: 2 * MINUTE,
  },
  /** Talos creates CoreDNS' ConfigMap with the cluster: it exists within seconds of the node's Ready, or something is wrong. */
  setClusterDns: { configured: 5 * MINUTE },
  /** A size is only shown to people and decides nothing: it is not worth a longer wait. */
  selectRelease: { sizes: 10 * SECOND },
  /** The page is not essential: the install waits this long for it and continues with a warning. */
  awaitStatusPage: { answers: 10 * MINUTE },
  /** How long Flux has to repeat a failed setup before the wait for the tier reports the blocker. */
  awaitBootstrap: { renewed: 2 * MINUTE },
  /** A cause that only a person can remove must have persisted this long before the install ends without the service. */
  awaitBackground: { held: MINUTE },
  /** Checks run concurrently; those that need programs start when these are available. */
  checkEverything: {
    /** talosctl is downloaded or built if it is missing. */
    programs: 8 * MINUTE,
    /** Flux's manifests may be downloaded. */
    manifests: 3 * MINUTE,
    /** Any other one. */
    check: 90 * SECOND,
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, number>>>>;
