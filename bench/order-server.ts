// The venue of measurement `execute`, a process of its own on loopback: takes POST /orders and kills every order in its answer,
// so that nothing is held and the next batch finds the same world. Tells its port to its parent.
import { createServer } from 'node:http';

const KILLED = JSON.stringify({
  ...{ success: false, orderID: '', status: '' },
  errorMsg: "order couldn't be fully filled. FOK orders are fully filled or killed.",
});

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('latin1').on('data', (piece: string) => {
    body += piece;
  });
  request.on('end', () => {
    const orders = body.split('"order":{').length - 1;
    response.setHeader('content-type', 'application/json');
    response.end(request.method === 'POST' ? `[${Array(orders).fill(KILLED).join(',')}]` : '0');
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as { port: number }).port));
process.on('disconnect', () => process.exit(0));
