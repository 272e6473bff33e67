import { newHistory } from '../cluster/history.ts';
import type { Scenario } from '../scenario.ts';
import { readState, writeState } from './state-file.ts';
import { play, settle } from './stage.ts';
import type { Controller, Stage } from './stage.ts';
import type { WorldState } from './state.ts';

/** The simulated world, as the ports see it. */
export interface World {
  readonly scenario: Scenario;
  /** The appliance's own time, in milliseconds. */
  now(): number;
  readonly speed: number;
  /** Plays the world up to now, does something in it, lets it settle, and keeps what changed. */
  enter<T>(act: (stage: Stage) => T): T;
}

export interface WorldOptions {
  readonly scenario: Scenario;
  /** How much faster than real time the world goes. */
  readonly speed: number;
  /** Null for a world that ends with its process. */
  readonly stateFile: string | null;
  readonly controller: Controller;
}

/**
 * Opens the world that lies in the state file, or begins a new one when there is none or it played another scenario. A world
 * that was left alone has gone on meanwhile: it is played up to now when it is entered.
 */
export function openWorld(options: WorldOptions): World {
  const { scenario, speed, stateFile, controller } = options;
  const found = stateFile === null ? null : readState(stateFile);
  const state = found?.scenario === scenario.name ? found : newState(scenario, Date.now());
  const now = (): number => state.clock.simulatedAt + (Date.now() - state.clock.realAt) * state.clock.speed;
  if (state.clock.speed !== speed) {
    const simulatedAt = found === state ? now() : state.clock.simulatedAt;
    state.clock = { realAt: Date.now(), simulatedAt, speed };
  }
  const stage: Stage = {
    scenario,
    state,
    now: state.playedTo,
    touched: new Set(),
    history: newHistory(state.resourceVersion),
    changed: found !== state,
  };
  return {
    scenario,
    speed,
    now,
    enter: (act) => {
      play(stage, Math.max(stage.now, Math.floor(now())), controller);
      try {
        const result = act(stage);
        settle(stage, controller);
        return result;
      } finally {
        if (stage.changed) {
          state.playedTo = stage.now;
          if (stateFile !== null) writeState(stateFile, state);
          stage.changed = false;
        }
      }
    },
  };
}

function newState(scenario: Scenario, realAt: number): WorldState {
  return {
    format: 1,
    scenario: scenario.name,
    clock: { realAt, simulatedAt: realAt, speed: 1 },
    playedTo: realAt,
    agenda: {},
    objects: {},
    memory: {},
    applied: {},
    resourceVersion: 1,
    serial: 0,
    missingTags: {},
    machine: {
      stage: scenario.node,
      stageSince: realAt,
      ca: scenario.node === 'foreign' ? 'foreign' : null,
      hostname: 'talos',
      nodeIp: '',
      installer: '',
      kubernetesVersion: 'v1.31.4',
      dns: [scenario.refusedResolver ?? '192.0.2.1'],
      ntp: ['time.cloudflare.com'],
      installerAt: null,
      etcdSince: null,
      isClusterMade: false,
      log: [],
      images: {},
      pulls: {},
    },
  };
}
