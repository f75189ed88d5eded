// Judges one request after the other and signs what may be signed. The signer's process; holds the key by its OrderSigner.
import { EXCHANGES, type Exchange, hex, POLYGON_CHAIN_ID } from '../venue/polymarket/eip712.ts';
import { identityOf, OrderForm, type OrderIdentity } from '../venue/polymarket/order-form.ts';
import type { OrderSigner } from '../venue/polymarket/sign.ts';
import { SignerLimits } from './limits.ts';
import type { SignAnswer, SignerRefusal, SignerSetup, SignRequest } from './protocol.ts';

/** Prebuilt forms kept; more assets than this are built again. */
const FORMS_MAX = 4_096;

export class SignerDesk {
  readonly identity: OrderIdentity;
  readonly #signer: OrderSigner;
  readonly #limits: SignerLimits;
  readonly #forms = new Map<string, OrderForm>();

  /** Throws RangeError for a funder that the signature type has none of. */
  constructor(signer: OrderSigner, { signatureType, funder, limits }: Omit<SignerSetup, 'keyFile'>) {
    this.#signer = signer;
    this.identity = identityOf(signer.address, signatureType, funder);
    this.#limits = new SignerLimits(limits);
  }

  /** `nowMs`: monotonic. */
  answer(request: SignRequest, nowMs: number): SignAnswer {
    const { sequence } = request;
    const result = this.#judged(request, nowMs);
    if (typeof result === 'string') return { sequence, kind: 'refused', text: result };
    return { sequence, kind: 'signed', text: this.#signer.signForm(result) };
  }

  /** The form, filled with what is to be signed, or why it is not. */
  #judged(request: SignRequest, nowMs: number): OrderForm | SignerRefusal {
    const { side, salt, makerMicros, takerMicros, timestampMs, id } = request;
    const numbers = [salt, makerMicros, takerMicros, timestampMs];
    if (side > 1 || !numbers.every((value) => Number.isSafeInteger(value) && value > 0)) return 'badRequest';
    if (request.chainId !== POLYGON_CHAIN_ID) return 'chain';
    const exchange = EXCHANGES.find(({ contract }) => contract.toLowerCase() === request.contract);
    if (exchange === undefined || Number(exchange.version) !== request.version) return 'contract';
    const token = BigInt(hex(request.token));
    if (!this.#limits.allowsAsset(token)) return 'asset';
    const form = this.#formFor(token, side, exchange);
    if (Buffer.compare(form.fill(salt, makerMicros, takerMicros, timestampMs), id) !== 0) return 'orderId';
    return this.#limits.refusal(side, makerMicros, nowMs) ?? form;
  }

  #formFor(token: bigint, side: number, exchange: Exchange): OrderForm {
    const key = `${side} ${exchange.contract} ${token}`;
    let form = this.#forms.get(key);
    if (form === undefined) {
      form = new OrderForm(this.identity, String(token), side, exchange);
      if (this.#forms.size >= FORMS_MAX) this.#forms.clear();
      this.#forms.set(key, form);
    }
    return form;
  }
}
