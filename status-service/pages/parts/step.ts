import type { ActiveOperation, StatusDocument } from '../../../model/status.ts';
import { currentStep, type CurrentStep } from '../../document/current-step.ts';
import { html, nothing, type Html } from '../html.ts';
import { mark } from '../shapes.ts';
import { causeLinks } from './blockers.ts';
import { since } from '../time.ts';

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}

function operation(one: ActiveOperation, { timestamp: now, components }: StatusDocument): Html {
  const { message, object, startedAt, sizeBytes, progressAvailable, progressReason, component } = one;
  const facts = [sizeBytes === null ? null : `about ${size(sizeBytes)}`, progressAvailable ? null : progressReason];
  const name = components.find((part) => part.name === component)?.title ?? component;
  const told = facts.filter((fact) => fact !== null).join('; ');
  return html`<li>
    ${mark('busy')}
    <div>
      <p>
        <strong>${message}</strong
        >${startedAt === null ? nothing : html` <span class="for">for ${since(startedAt, now)}</span>`}
      </p>
      <p class="facts">${name}, ${object}${told ? `. ${told[0]?.toUpperCase()}${told.slice(1)}.` : ''}</p>
    </div>
  </li>`;
}

/** The causes if the step is blocked, else what it is waiting for. */
function heldUp({ state, waitsFor }: CurrentStep, { timestamp, topBlockers }: StatusDocument): Html {
  const causes = topBlockers.filter(({ severity }) => severity === 'error');
  if (state === 'blocked' && causes.length > 0) {
    return html`<div class="waits">
      <h3>Blocked by</h3>
      <ul>
        ${causeLinks(causes)}
      </ul>
    </div>`;
  }
  if (waitsFor.length === 0) return nothing;
  const waits = waitsFor.map(
    ({ what, saw, since: from }) =>
      html`<li>
        ${what}${from === null ? nothing : html` <span class="for">for ${since(from, timestamp)}</span>`}
        ${saw ? html`<span class="saw">Last seen: ${saw}</span>` : nothing}
      </li>`,
  );
  return html`<div class="waits">
    <h3>Waiting for</h3>
    <ul>
      ${waits}
    </ul>
  </div>`;
}

/** The running step, for how long, what it is waiting for and what is in progress; nothing when all is done. */
export function step(document: StatusDocument): Html {
  const now = document.timestamp;
  const current = currentStep(document);
  const { activeOperations } = document;
  if (current === null && activeOperations.length === 0) return nothing;
  const heading = current?.state === 'blocked' ? 'Blocked at' : 'Now';
  return html`<section class="card step" aria-labelledby="now">
    <h2 id="now">${current === null ? 'In progress' : heading}</h2>
    ${
      current === null
        ? nothing
        : html`<p class="current">
              ${mark(current.state === 'blocked' ? 'bad' : 'busy')}
              <span
                ><strong>${current.title}</strong
                >${current.since === null ? nothing : html` <span class="for">for ${since(current.since, now)}</span>`}</span
              >
            </p>
            ${heldUp(current, document)}`
    }
    ${
      activeOperations.length > 0
        ? html`<div class="operations">
            ${current === null ? nothing : html`<h3>In progress</h3>`}
            <ul>
              ${activeOperations.map((one) => operation(one, document))}
            </ul>
          </div>`
        : nothing
    }
  </section>`;
}
