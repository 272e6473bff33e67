import type { LogAnswer, PodRow } from '../../model/page.ts';
import type { Picture } from '../picture.ts';
import { html, nothing, type Html } from './html.ts';
import { layout } from './layout.ts';
import { logUrl } from './parts/pods.ts';
import { staleNotice } from './parts/stale.ts';

export interface LogView {
  readonly pod: PodRow;
  readonly container: string;
  readonly previous: boolean;
  readonly lines: number;
  readonly answer: LogAnswer;
}

/** Where lines are long, fewer come than were asked for; where a log is short, all of it does. */
function amountOf(text: string, asked: number): string {
  const lines = text.trimEnd().split('\n').length;
  if (lines === 1) return 'One line.';
  return lines < asked ? `${lines} lines.` : `The last ${lines} lines.`;
}

export function logPage({ document }: Picture, { pod, container, previous, lines, answer }: LogView): Html {
  const url = (name: string, before: boolean) =>
    `${logUrl(pod)}?container=${encodeURIComponent(name)}${before ? '&previous=1' : ''}`;
  const choice = (name: string, before: boolean, words: string): Html =>
    html`<li>
      <a href="${url(name, before)}" ${name === container && before === previous ? html`aria-current="true"` : nothing}
        >${words}</a
      >
    </li>`;
  const choices = [...pod.initContainers, ...pod.containers].flatMap((name) => [
    choice(name, false, name),
    ...(pod.restarts > 0 ? [choice(name, true, `${name}, before its restart`)] : []),
  ]);
  const body =
    'problem' in answer
      ? html`<p class="problem">${answer.problem}</p>`
      : html`${answer.text === '' ? nothing : html`<p class="facts">${amountOf(answer.text, lines)}</p>`}
          <pre class="log" id="log" tabindex="0" aria-label="Log of ${container}">
${answer.text || 'The log is empty.'}</pre>`;
  return layout({
    title: `Log of ${pod.name}`,
    path: null,
    document,
    live: 'poll',
    announcement: '',
    main: html`<p><a href="/diagnostics#pods">All pods</a></p>
      <h1>${pod.component ?? pod.name}</h1>
      <p class="facts">
        <span class="verbatim">${pod.namespace}/${pod.name}</span>: ${pod.state}, ${pod.ready} of
        ${pod.containers.length} ready, ${pod.restarts} restarts
      </p>
      ${staleNotice(document)}
      <section class="card" aria-label="Log">
        ${
          choices.length > 1
            ? html`<nav aria-label="Containers">
                <ul class="pager">
                  ${choices}
                </ul>
              </nav>`
            : nothing
        }
        <p class="follow">
          <label hidden data-follow><input type="checkbox" checked /> Follow</label>
          <noscript><a href="${url(container, previous)}">Reload</a></noscript>
        </p>
        ${body}
      </section>`,
  });
}
