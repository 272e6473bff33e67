export interface Throttle {
  /** Seconds until this address may try again; 0 when it may now. */
  wait(address: string, now: Date): number;
  failed(address: string, now: Date): void;
}

const FAILURES = 10;
const WINDOW_MS = 60_000;
/** More addresses than this at once are an attack in themselves: those that were quiet longest are forgotten. */
const ADDRESSES = 2_000;

/** One house has one IPv6 network: its last 64 bits change at will. */
function houseOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const rest = (tail ?? '').split(':').filter(Boolean);
  const full = [...groups, ...Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0'), ...rest];
  return full.slice(0, 4).join(':');
}

/** Ten wrong tokens a minute from one address, then it must wait, even with the right one. Its memory is bounded. */
export function createThrottle(): Throttle {
  const failures = new Map<string, { count: number; since: number }>();
  const entryOf = (address: string, now: Date) => {
    const entry = failures.get(houseOf(address));
    return entry && now.getTime() - entry.since < WINDOW_MS ? entry : null;
  };
  return {
    wait: (address, now) => {
      const entry = entryOf(address, now);
      if (!entry || entry.count < FAILURES) return 0;
      return Math.max(1, Math.ceil((entry.since + WINDOW_MS - now.getTime()) / 1000));
    },
    failed: (address, now) => {
      const key = houseOf(address);
      const entry = entryOf(address, now) ?? { count: 0, since: now.getTime() };
      failures.delete(key);
      failures.set(key, { ...entry, count: entry.count + 1 });
      if (failures.size > ADDRESSES) {
        const [oldest] = failures.keys();
        if (oldest !== undefined) failures.delete(oldest);
      }
    },
  };
}
