// Polymarket's user channel: our orders and trades as the venue tells them. Main thread. The socket is handed in.
import type { VenueEvent } from '../contract.ts';
import { isJsonObject, type JsonValue, jsonOf, textOf } from '../json.ts';
import { UserSocketLoop, type UserSocketOptions } from '../user-socket.ts';
import { orderEventOf, tradeEventsOf } from './answers.ts';
import type { ApiCredentials } from './auth.ts';

/** `url`: for example wss://ws-subscriptions-clob.polymarket.com/ws/user. */
interface UserChannelOptions extends UserSocketOptions {
  readonly credentials: ApiCredentials;
  readonly userAgent: string;
}

const PONG = 'PONG';

export class UserChannel {
  readonly #loop: UserSocketLoop;
  readonly #onEvent: (event: VenueEvent) => void;
  readonly #ours: (orderId: string) => boolean;
  #open = false;
  /** Messages that are no order or trade event that can be read. */
  unreadable = 0;

  constructor(options: UserChannelOptions, ours: (orderId: string) => boolean, onEvent: (event: VenueEvent) => void) {
    this.#ours = ours;
    this.#onEvent = onEvent;
    this.#loop = new UserSocketLoop(options, {
      headers: () => ({ 'user-agent': options.userAgent }),
      // The subscription goes first: a PING before it is answered by close 1008.
      onOpen: () => {
        this.#loop.sendText(JSON.stringify({ auth: options.credentials, type: 'user' }));
        this.#open = true;
      },
      onMessage: (bytes, isText) => this.#onMessage(bytes, isText),
      onClose: () => {
        this.#open = false;
      },
      askAlive: (socket) => socket.sendText('PING'),
    });
    this.#loop.start();
  }

  /** True while outcomes would reach us. */
  connected(): boolean {
    return this.#open;
  }

  get bytesReceived(): number {
    return this.#loop.bytesReceived;
  }

  close(): void {
    this.#loop.close();
  }

  #onMessage(bytes: Uint8Array, isText: boolean): void {
    const text = isText ? Buffer.from(bytes).toString('utf8') : '';
    if (text === PONG) {
      this.#loop.isAlive();
      return;
    }
    const value = jsonOf(bytes);
    for (const item of Array.isArray(value) ? value : [value]) this.#onItem(item);
  }

  #onItem(item: JsonValue | undefined): void {
    const events = this.#eventsOf(item);
    if (events.length === 0) this.unreadable += 1;
    for (const event of events) this.#onEvent(event);
  }

  #eventsOf(item: JsonValue | undefined): VenueEvent[] {
    if (!isJsonObject(item)) return [];
    const type = textOf(item, 'event_type');
    if (type === 'trade') return tradeEventsOf(item, this.#ours);
    const order = type === 'order' ? orderEventOf(item) : undefined;
    return order === undefined ? [] : [order];
  }
}
