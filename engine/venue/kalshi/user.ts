// Kalshi's private channels: our fills and orders as the venue tells them, on one signed connection. Main thread. The
// socket is handed in.
import type { Clock } from '../../core/clock.ts';
import type { VenueEvent } from '../contract.ts';
import { isJsonObject, jsonOf, member } from '../json.ts';
import { UserSocketLoop, type UserSocketOptions } from '../user-socket.ts';
import { orderEventOf, tradeEventOf } from './answers.ts';
import { PRIVATE_CHANNELS, subscribePrivateText } from './commands.ts';
import { readKalshiAnswer } from './control.ts';
import type { OwnOrders } from './own-orders.ts';
import type { RequestSigner } from './sign.ts';

/** `url`: for example wss://external-api-ws.kalshi.com/trade-api/ws/v2. */
interface KalshiUserOptions extends UserSocketOptions {
  readonly signer: RequestSigner;
  readonly userAgent: string;
}

const CHANNELS: readonly string[] = Object.values(PRIVATE_CHANNELS);

export class KalshiUserChannel {
  readonly #loop: UserSocketLoop;
  readonly #orders: OwnOrders;
  readonly #onEvent: (event: VenueEvent) => void;
  readonly #confirmed = new Set<string>();
  /** Messages that are no answer, order or fill that can be read. */
  unreadable = 0;

  constructor(options: KalshiUserOptions, clock: Clock, orders: OwnOrders, onEvent: (event: VenueEvent) => void) {
    const { signer, userAgent, url } = options;
    const { pathname } = new URL(url);
    this.#orders = orders;
    this.#onEvent = onEvent;
    this.#loop = new UserSocketLoop(options, {
      headers: () => ({ 'user-agent': userAgent, ...signer.headers('GET', pathname, clock.wallMs()) }),
      onOpen: () => {
        for (const [index, channel] of CHANNELS.entries()) {
          this.#loop.sendText(subscribePrivateText(index + 1, channel));
        }
      },
      onMessage: (bytes) => this.#onMessage(bytes),
      onClose: () => this.#confirmed.clear(),
      askAlive: (socket) => socket.ping(),
    });
    this.#loop.start();
  }

  /** True while outcomes would reach us: both channels are subscribed. */
  connected(): boolean {
    return this.#confirmed.size === CHANNELS.length;
  }

  get bytesReceived(): number {
    return this.#loop.bytesReceived;
  }

  close(): void {
    this.#loop.close();
  }

  #onMessage(bytes: Uint8Array): void {
    const value = jsonOf(bytes);
    const answer = value === undefined ? undefined : readKalshiAnswer(value);
    if (answer?.kind === 'subscribed') {
      this.#confirmed.add(answer.channel);
      return;
    }
    // Without one of its channels the connection is of no use: another is dialled.
    if (answer?.kind === 'error') this.#loop.giveUp();
    if (answer !== undefined) return;
    const msg = isJsonObject(value) ? member(value, 'msg') : undefined;
    const type = isJsonObject(value) ? member(value, 'type') : undefined;
    const event = isJsonObject(msg) ? this.#eventOf(type, msg) : undefined;
    if (event === undefined) this.unreadable += 1;
    else this.#onEvent(event);
  }

  #eventOf(type: unknown, msg: Parameters<typeof tradeEventOf>[0]): VenueEvent | undefined {
    if (type === 'fill') return tradeEventOf(msg, this.#orders);
    return type === 'user_order' ? orderEventOf(msg, this.#orders) : undefined;
  }
}
