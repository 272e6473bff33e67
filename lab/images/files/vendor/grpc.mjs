// One unary gRPC call over plain HTTP/2: enough to ask a Temporal server, without a library in the image.
import { connect } from 'node:http2';

/** Resolves with the gRPC status, 0 for OK; rejects if no answer comes. `address` is `host:port`, `path` the method's path. */
export function call(address, path, request = Buffer.alloc(0)) {
  return new Promise((resolve, reject) => {
    const session = connect(`http://${address}`);
    const fail = (error) => {
      session.destroy();
      reject(error);
    };
    session.setTimeout(5_000, () => fail(new Error(`${address} did not answer within 5 s`)));
    session.once('error', fail);
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let status;
    const look = (headers) => (status = headers['grpc-status'] ?? status);
    stream.on('response', look).on('trailers', look).on('error', fail).resume();
    stream.once('close', () => {
      session.close();
      if (status === undefined) reject(new Error(`${address} gave no gRPC status`));
      else resolve(Number(status));
    });
    const head = Buffer.alloc(5);
    head.writeUInt32BE(request.length, 1);
    stream.end(Buffer.concat([head, request]));
  });
}
