// What a simulated REST server answers when a scripted fault fires: refusals and pages as a venue behind Cloudflare sends
// them, answers that come late, cut or not at all.
import type { HttpAnswer } from '../../ingest/transport.ts';

/**
 * `429`: too many requests, Retry-After is `ms`. `403`: Cloudflare's page. `502`: a gateway's page.
 * `Challenge`: a page where JSON was due, status 200.
 * `Slow`: acted on and answered `ms` later. `Truncated`: half of the answer. `Cut`: the connection ends instead.
 * `Lost`: acted on, then the connection ends. `Failed`: acted on, then a gateway's page.
 */
export type RestFaultKind = '429' | '403' | '502' | 'Challenge' | 'Slow' | 'Truncated' | 'Cut' | 'Lost' | 'Failed';

const DEFAULT_MS = 1_000;
const FORBIDDEN_PAGE =
  '<!DOCTYPE html><html><head><title>Access denied</title></head><body>error code: 1010</body></html>';
const CHALLENGE_PAGE = '<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>';
const GATEWAY_PAGE = '<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>';

/** Answers a request on which `rules` fire; their kinds are `prefix` and a RestFaultKind. */
export async function withRestFaults<Prefix extends string>(
  prefix: Prefix,
  rules: readonly { readonly kind: `${Prefix}${RestFaultKind}`; readonly ms?: number }[],
  answer: () => HttpAnswer,
): Promise<HttpAnswer> {
  for (const { kind, ms = DEFAULT_MS } of rules) {
    const fault = kind.slice(prefix.length) as RestFaultKind;
    const retryAfter = { 'retry-after': String(Math.ceil(ms / 1_000)) };
    if (fault === '429') return { ...page(429, 'Too Many Requests'), headers: retryAfter };
    if (fault === '403') return forbidden();
    if (fault === '502') return page(502, GATEWAY_PAGE);
    if (fault === 'Challenge') return page(200, CHALLENGE_PAGE);
    if (fault === 'Cut') return 'hangUp';
    if (fault === 'Truncated') return truncated(answer());
    if (fault === 'Lost' || fault === 'Failed') {
      answer();
      return fault === 'Lost' ? 'hangUp' : page(502, GATEWAY_PAGE);
    }
    // An answer that is still due must not keep the process from ending.
    await new Promise((resolve) => setTimeout(resolve, ms).unref());
  }
  return answer();
}

/** What Cloudflare does not let through. */
export function forbidden(): HttpAnswer {
  return page(403, FORBIDDEN_PAGE);
}

function page(status: number, body: string): Exclude<HttpAnswer, 'hangUp'> {
  return { status, body, contentType: 'text/html' };
}

function truncated(answer: HttpAnswer): HttpAnswer {
  return answer === 'hangUp' ? answer : { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) };
}
