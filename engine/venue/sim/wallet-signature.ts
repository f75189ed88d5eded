// An order's signature as the venue checks it: by its key's own signature, or, where a deposit wallet gives, by the wallet's
// owner over order and wallet in one (ERC-7739). The venue's side: it shares no code with the engine's signer.
import {
  CHAIN_ID,
  ORDER_TYPE,
  type OrderDomain,
  orderStruct,
  recoverAddress,
  type SignedOrder,
  separatorOf,
  structHash,
  textHash,
  typedDigest,
  word,
} from './signed-order.ts';

export const WALLET_SIGNATURE_TYPE = 3;
const OWN_BYTES = 65;
const WORD_BYTES = 32;

const signType = textHash(
  `TypedDataSign(Order contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)${ORDER_TYPE}`,
);
const [walletName, walletVersion] = [textHash('DepositWallet'), textHash('1')];
/** The type of what was signed, and its length in two bytes: how the signature of a wallet ends. */
const typeTail = Buffer.concat([Buffer.from(ORDER_TYPE), Buffer.of(ORDER_TYPE.length >> 8, ORDER_TYPE.length & 0xff)]);

/** Lower-case address of the key that signed `order`, or undefined when its signature is none of its type. */
export function recoverSigner(order: SignedOrder, domain: OrderDomain): string | undefined {
  const separator = separatorOf(domain);
  const struct = orderStruct(order);
  if (order.signatureType !== WALLET_SIGNATURE_TYPE) {
    return recoverAddress(typedDigest(separator, struct), order.signature);
  }
  const bytes = Buffer.from(order.signature.slice(2), 'hex');
  const told = Buffer.concat([separator, struct, typeTail]);
  // What it says it is for must be this exchange and this order.
  if (bytes.length !== OWN_BYTES + 2 * WORD_BYTES + typeTail.length || !bytes.subarray(OWN_BYTES).equals(told)) {
    return undefined;
  }
  const wallet = word(BigInt(order.signer));
  const signed = structHash(signType, struct, walletName, walletVersion, word(CHAIN_ID), wallet, word(0n));
  const own = `0x${bytes.subarray(0, OWN_BYTES).toString('hex')}`;
  return recoverAddress(typedDigest(separator, signed), own);
}
