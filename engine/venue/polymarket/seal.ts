// How orders get their signatures: by a key in this process, or by whoever else implements OrderSeal. Executor's thread.
import type { NotSealed } from '../contract.ts';
import type { Exchange } from './eip712.ts';
import type { OrderForm, OrderIdentity } from './order-form.ts';
import type { OrderSigner } from './sign.ts';

/** One order to be signed: what it says, and the form that was filled with it. */
export interface ToSign {
  /** Digest of the order, 0x-hex. */
  readonly orderId: string;
  readonly token: string;
  /** 0 = BUY, 1 = SELL. */
  readonly side: number;
  readonly exchange: Exchange;
  readonly salt: number;
  readonly makerMicros: number;
  readonly takerMicros: number;
  readonly timestampMs: number;
  readonly form: OrderForm;
}

export interface OrderSeal {
  /** As the orders name who gives and who signs. */
  readonly identity: OrderIdentity;
  /** Begins to sign; the answer waits for the signatures, 0x-hex and in order. */
  begin(orders: readonly ToSign[]): () => readonly string[] | NotSealed;
}

/** Signs with a key of this process: for an account that holds no money, such as the embedded venue's. */
export function localSeal(signer: OrderSigner, identity: OrderIdentity): OrderSeal {
  return {
    identity,
    begin: (orders) => {
      const signatures = orders.map(({ form, salt, makerMicros, takerMicros, timestampMs }) => {
        // The form is shared by all orders of its token and side.
        form.fill(salt, makerMicros, takerMicros, timestampMs);
        return signer.signForm(form);
      });
      return () => signatures;
    },
  };
}
