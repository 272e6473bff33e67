import { html, type Html } from './html.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** At most two units. page.js has the same rule. */
export function elapsed(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min ${whole % MINUTE} s`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)} h ${Math.floor((whole % HOUR) / MINUTE)} min`;
  return `${Math.floor(whole / DAY)} d ${Math.floor((whole % DAY) / HOUR)} h`;
}

/** The script keeps counting in the browser. */
export function since(from: string, now: string): Html {
  const seconds = (Date.parse(now) - Date.parse(from)) / 1000;
  return html`<time datetime="${from}" data-since>${elapsed(seconds)}</time>`;
}

/** UTC as written; the reader's own time zone where the script runs. */
export function clock(at: string): Html {
  return html`<time datetime="${at}" data-clock>${at.slice(11, 19)} UTC</time>`;
}
