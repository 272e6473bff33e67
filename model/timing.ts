const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * The time-outs under which Temporal runs a step, by its profile. No step has a time-out from its order to its end: a closed lid
 * must not use it up. `test/model/timing.test.ts` holds what must agree.
 */
export const TIMEOUTS = {
  /** A worker that was killed is noticed after this time; until then nobody else may take its step up. */
  heartbeatMs: 10 * SECOND,
  /** For one attempt, from its start on a worker to its end. */
  startToCloseMs: { quick: 2 * MINUTE, apply: 10 * MINUTE, wait: 12 * HOUR },
  /** Between attempts that a killed worker or a time-out has ended. A failure of the step's own work is not tried again by these. */
  retry: { initialMs: SECOND, coefficient: 2, maximumMs: 15 * SECOND },
} as const;

/** How often a heartbeat leaves, whatever the step is busy with. */
export const HEARTBEAT_EVERY_MS = TIMEOUTS.heartbeatMs / 5;

/** How long a parked step rests between two looks. */
export const PARKED_LOOK_MS = 5 * SECOND;

/** The n-th report of a parked step comes n times this after the one before: fewer than 150 in a week, each stays in the history. */
export const PARKED_REPORT_MS = MINUTE;

/** A reboot of the node or a moved laptop: the API server comes back by itself within this time, or a person must look. */
export const OUTAGE_MS = 3 * MINUTE;

/** What might have passed by itself is tried again this often in all, with these rests, before a person is told. */
export const BODY = { attempts: 3, restMs: [SECOND, 2 * SECOND] } as const;

/**
 * For how long each step is patient with what it waits for, before it says that this is late: by the activity's name, a row for
 * each thing. All of them together are shorter than the step's own time-out, which would end the attempt before it could say so.
 */
export const PATIENCE = {
  awaitSecureApi: {
    /** A node that took its configuration shows its maintenance API a few seconds longer; after this it has not gone to work. */
    leaves: 30 * SECOND,
    /** An installation on a good line is over by then; after this a person is told where to look. */
    quiet: 3 * MINUTE,
    /** Talos tries 20 minutes to pull its installer, then reboots (internal/pkg/containers/image, PullTimeout). */
    installs: 30 * MINUTE,
    /** A node that came back twice with the same configuration gets it again after this rest. */
    rest: 2 * MINUTE,
  },
  /** Talos takes up changed resolvers within a second or two; after this long it does not take them up. */
  setNodeResolvers: { takesUp: MINUTE },
  bootstrapEtcd: {
    /** etcd of one member answers within seconds of its start; unhealthy for this long, it does not come up by itself. */
    healthy: 3 * MINUTE,
    /** An etcd that has its data leaves its preparations within seconds of the node's start; one that waits to be bootstrapped does not. */
    prepares: 2 * MINUTE,
    /** A node refuses its bootstrap until its clock is set. */
    clock: 3 * MINUTE,
  },
  /** The node pulls the images of its control plane first: as long as that may take on a bad line. */
  fetchKubeconfig: { answers: HOUR },
  /** A node that pulls its network images on a bad line needs minutes; one that is still not Ready needs a person to look. */
  awaitNode: { ready: 20 * MINUTE },
  provisionStorage: {
    /** A volume is made and mounted within seconds; the image comes over a slow line, and a pull that goes on is waited for. */
    writes: 5 * MINUTE,
    /** Each of what the storage test has made is gone within seconds of its deletion. */
    cleansUp: 2 * MINUTE,
  },
  /** Talos makes CoreDNS' ConfigMap with the cluster: it is there within seconds of the node's Ready, or something is wrong. */
  setClusterDns: { configured: 5 * MINUTE },
  /** A size is told to people who wait, and decides nothing: nobody waits for it. */
  selectRelease: { sizes: 10 * SECOND },
  /** People can do without the page: the install waits this long for it and goes on with a warning. */
  awaitStatusPage: { answers: 10 * MINUTE },
  /** For how long Flux is given to make a failed setup anew before the wait for the tier says what is in its way. */
  awaitBootstrap: { renewed: 2 * MINUTE },
  /** A cause that only a person can remove must have stood for this long before the install ends without the service. */
  awaitBackground: { held: MINUTE },
  /** Checks run at once; those that need programs begin when these are there. */
  checkEverything: {
    /** talosctl is fetched or built where it is missing. */
    programs: 8 * MINUTE,
    /** Flux's manifests may be downloaded. */
    manifests: 3 * MINUTE,
    /** Any other one. */
    check: 90 * SECOND,
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, number>>>>;
