import { RETRY, advise, kubectl } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The chart or its dependency cannot be fetched. */
export const rule: Rule = {
  code: 'helm-chart-unavailable',
  title: 'A chart cannot be fetched',
  retry: 'automatic',
  domains: ['helm', 'flux-source'],
  wordings: [
    {
      pattern:
        /chart pull error|ChartPullError|HelmChart '[^']+' is not ready|InvalidChartReference|no artifact available for .{0,40}HelmChart|no '[^']+' chart with version/i,
      source: 'source-controller HelmChart, helm-controller',
    },
    {
      pattern:
        /failed to (?:fetch|download|get|load|pull|locate) (?:the )?(?:remote )?(?:helm )?chart|could not (?:download|load|fetch) .{0,80}chart|no chart (?:version|name) found|chart "[^"]+" (?:version "[^"]+" )?not found|chart not found|can't get a valid version|improper constraint/i,
      source: 'Helm downloader and resolver',
    },
    {
      pattern:
        /missing in charts\/ directory|found in Chart\.yaml, but missing|Chart\.ya?ml(?: file)? is missing|failed to (?:get|update|resolve|build|fetch) .{0,30}(?:dependency|dependencies|index)|chart .{0,80}no such file/i,
      source: 'Helm chart loader and dependencies',
    },
    {
      pattern: /could not find protocol handler|is not a valid chart repository|looks like "[^"]+" is not a valid/i,
      source: 'Helm repo',
    },
  ],
  reason: ({ object }) => `The chart that ${object} needs, or one that it depends on, cannot be fetched.`,
  advice: () =>
    advise`Check the source of the chart: ${kubectl('get', 'helmcharts,helmrepositories,ocirepositories', '-A')}. If its name or version is wrong, fix it in the release branch. If the server is down, Flux retries automatically; then ${RETRY}.`,
};
