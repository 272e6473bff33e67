import { html, type Html } from './html.ts';

/** A state has a shape of its own, so that its colour is not needed. */
export type Shape = 'good' | 'busy' | 'warn' | 'bad' | 'unknown' | 'pending';

/** The shapes, drawn once a page. */
export const sprite: Html = html`<svg class="sprite" aria-hidden="true" focusable="false">
  <symbol id="good" viewBox="0 0 24 24">
    <circle cx="12" cy="12" r="11" fill="currentColor" />
    <path
      d="m6.8 12.4 3.5 3.5 7-7.4"
      fill="none"
      stroke="var(--on-mark)"
      stroke-width="2.4"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </symbol>
  <symbol id="busy" viewBox="0 0 24 24">
    <circle cx="12" cy="12" r="9.6" fill="none" stroke="currentColor" stroke-opacity=".28" stroke-width="2.8" />
    <path
      d="M12 2.4a9.6 9.6 0 0 1 9.6 9.6"
      fill="none"
      stroke="currentColor"
      stroke-width="2.8"
      stroke-linecap="round"
    />
  </symbol>
  <symbol id="warn" viewBox="0 0 24 24">
    <path d="M12 1.8 23.2 21a1 1 0 0 1-.9 1.5H1.7A1 1 0 0 1 .8 21z" fill="currentColor" />
    <path d="M12 8.6v6" stroke="var(--on-mark)" stroke-width="2.4" stroke-linecap="round" />
    <circle cx="12" cy="18.4" r="1.5" fill="var(--on-mark)" />
  </symbol>
  <symbol id="bad" viewBox="0 0 24 24">
    <path d="M7.6 1.2h8.8l6.4 6.4v8.8l-6.4 6.4H7.6l-6.4-6.4V7.6z" fill="currentColor" />
    <path d="m8.3 8.3 7.4 7.4m0-7.4-7.4 7.4" stroke="var(--on-mark)" stroke-width="2.4" stroke-linecap="round" />
  </symbol>
  <symbol id="unknown" viewBox="0 0 24 24">
    <rect
      x="1.6"
      y="1.6"
      width="20.8"
      height="20.8"
      rx="5"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-dasharray="3.4 2.6"
    />
    <path
      d="M9 9.4a3 3 0 1 1 4.4 2.7c-.9.5-1.4 1.1-1.4 2.1"
      fill="none"
      stroke="currentColor"
      stroke-width="2.1"
      stroke-linecap="round"
    />
    <circle cx="12" cy="17.6" r="1.3" fill="currentColor" />
  </symbol>
  <symbol id="pending" viewBox="0 0 24 24">
    <circle cx="12" cy="12" r="9.6" fill="none" stroke="currentColor" stroke-width="2" />
  </symbol>
</svg>`;

/** Hidden from screen readers: the words beside it say the same. */
export function mark(shape: Shape, size: 'small' | 'large' = 'small'): Html {
  return html`<svg class="mark ${shape} ${size}" aria-hidden="true" focusable="false"><use href="#${shape}" /></svg>`;
}
