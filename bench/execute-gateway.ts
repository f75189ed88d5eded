// The gateway of measurement `execute`: the product's own to a venue on loopback, and what it tells of requests that were sent.
import type { LiveClock } from '../engine/core/clock.ts';
import type { Gateway } from '../engine/venue/contract.ts';
import { PolymarketGateway } from '../engine/venue/polymarket/gateway.ts';

export const CREDENTIALS = {
  apiKey: '0'.repeat(8),
  secret: Buffer.alloc(32, 1).toString('base64url'),
  passphrase: 'p',
};

export function gatewayTo(url: string, address: string, clock: LiveClock): PolymarketGateway {
  return new PolymarketGateway(
    {
      ...{ httpUrl: url, userUrl: url, credentials: CREDENTIALS, address },
      ...{ deadlineMs: 10_000, redialMs: 50, userAgent: 'dutchbook' },
      // Outcomes come in the answers here.
      dial: (_url, { onOpen }) => {
        setImmediate(onOpen);
        return { sendText: () => true, ping: () => true, terminate: () => undefined, bytesReceived: 0 };
      },
    },
    clock,
  );
}

/** The gateway, with what it tells of sent requests told here too. */
export function watched(gateway: PolymarketGateway, onSent: (atNs: number) => void): Gateway {
  return {
    venue: gateway.venue,
    submit: (pass, batch) => gateway.submit(pass, batch),
    poll: (limit, onEvent) =>
      gateway.poll(limit, (event) => {
        if (event.kind === 'sent') onSent(event.atNs);
        onEvent(event);
      }),
    ready: () => gateway.ready(),
    state: () => gateway.state(),
    query: (orderId) => gateway.query(orderId),
    cancel: (orderId) => gateway.cancel(orderId),
    redeem: () => undefined,
    close: () => gateway.close(),
  };
}
