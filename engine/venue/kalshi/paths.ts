// Paths of the requests that place and cancel orders at Kalshi, behind the prefix of its REST API. Imported by whoever sends
// them and by the process that signs them, which is why nothing else is here.

export const ORDERS_PATH = '/portfolio/events/orders';
/** Several orders by one request. */
export const BATCHED_PATH = `${ORDERS_PATH}/batched`;
