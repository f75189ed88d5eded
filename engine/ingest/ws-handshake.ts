// The opening handshake of a WebSocket client (RFC 6455 §4): the request, and what an answer must be. Pure.
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';

/** Where to connect and what to ask for. */
export interface Target {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** Name for TLS, '' when the host is an address. */
  readonly serverName: string;
  /** Value of the Host header. */
  readonly authority: string;
  readonly path: string;
  /** Value of the Authorization header when the URL bears a user, else ''. */
  readonly authorization: string;
}

/** Largest head of an answer, its blank line included. */
export const HEAD_BYTES_MAX = 16_384;
const HEADERS_MAX = 100;
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible characters, space, tab and bytes from 0x80: what a field's value may hold. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const OURS = new Set(['host', 'connection', 'upgrade', 'sec-websocket-key', 'sec-websocket-version']);

/**
 * Reads a ws:, wss:, http: or https: URL. Throws SyntaxError for any other, and for one with a fragment; no message
 * repeats the URL, whose path may hold a key.
 */
export function targetOf(text: string): Target {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new SyntaxError('The URL cannot be read');
  }
  const secure = url.protocol === 'wss:' || url.protocol === 'https:';
  if (!secure && url.protocol !== 'ws:' && url.protocol !== 'http:') {
    throw new SyntaxError(`URL of ${url.protocol} allowed ws:, wss:, http:, https:`);
  }
  if (url.hash !== '') throw new SyntaxError('The URL contains a fragment identifier');
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    ...{ secure, host, authority: url.host, path: url.pathname + url.search },
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    serverName: isIP(host) === 0 ? host : '',
    authorization: user === ':' ? '' : `Basic ${Buffer.from(user).toString('base64')}`,
  };
}

/** The request with `headers` added. Throws SyntaxError for a header that would break it. */
export function requestText(target: Target, key: string, headers: Readonly<Record<string, string>>): string {
  const lines = [
    `GET ${target.path} HTTP/1.1`,
    `Host: ${target.authority}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
  ];
  if (target.authorization !== '') lines.push(`Authorization: ${target.authorization}`);
  for (const [name, value] of Object.entries(headers)) {
    if (!TOKEN.test(name) || OURS.has(name.toLowerCase())) throw new SyntaxError(`header name ${name}: not allowed`);
    if (!FIELD_VALUE.test(value)) throw new SyntaxError(`header ${name}: a character that is not allowed`);
    lines.push(`${name}: ${value}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Value of Sec-WebSocket-Accept for `key`. */
export function acceptOf(key: string): string {
  return createHash('sha1')
    .update(key + ACCEPT_SUFFIX)
    .digest('base64');
}

/** Why `head` (the answer up to its blank line) does not open the connection asked for with `key`; '' when it does. */
export function answerFault(head: string, key: string): string {
  const [status = '', ...lines] = head.split('\r\n');
  const code = /^HTTP\/1\.1 (\d{3})(?: .*)?$/.exec(status)?.[1];
  if (code === undefined) return 'The answer is not HTTP/1.1';
  if (code !== '101') return `Unexpected server response: ${code}`;
  if (lines.length > HEADERS_MAX) return `The answer has more than ${HEADERS_MAX} headers`;
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon));
    const value = line.slice(colon + 1).trim();
    if (!TOKEN.test(name) || !FIELD_VALUE.test(value)) return 'The answer has a malformed header';
    const before = fields.get(name.toLowerCase());
    fields.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
  }
  if (fields.get('upgrade')?.toLowerCase() !== 'websocket') return 'Invalid Upgrade header';
  const connection = fields.get('connection')?.toLowerCase().split(',') ?? [];
  if (!connection.some((option) => option.trim() === 'upgrade')) return 'Invalid Connection header';
  if (fields.get('sec-websocket-accept') !== acceptOf(key)) return 'Invalid Sec-WebSocket-Accept header';
  if (fields.has('sec-websocket-protocol')) return 'Server sent a subprotocol but none was requested';
  if (fields.has('sec-websocket-extensions')) return 'Server sent an extension but none was requested';
  return '';
}
