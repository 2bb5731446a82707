// SPDX-License-Identifier: Apache-2.0
// A real HTTP/2 + TLS server (with HTTP/1.1 beside it) whose paths misbehave on purpose.
// usage: node peer.js CERT KEY CLIENT_CA MAX_STREAMS [http/1.1]; prints "port N" when it listens.
'use strict';
const fs = require('fs');
const http2 = require('http2');
const https = require('https');

const [cert, key, ca, maxStreams, alpn] = process.argv.slice(2);
const create = alpn === 'http/1.1' ? https.createServer : http2.createSecureServer;
const server = create({
  cert: fs.readFileSync(cert),
  key: fs.readFileSync(key),
  ca: fs.readFileSync(ca),
  requestCert: true,
  rejectUnauthorized: false,
  allowHTTP1: true,
  settings: {maxConcurrentStreams: Number(maxStreams)},
});

const line = (res, object) => res.write(JSON.stringify(object) + '\n');
let open = 0;

const paths = {
  '/livez': (req, res) => res.end('ok'),
  '/echo': (req, res, body) => res.end(JSON.stringify({
    method: req.method, agent: req.headers['user-agent'], accept: req.headers.accept,
    type: req.headers['content-type'] || '', auth: req.headers.authorization || '',
    user: req.headers['impersonate-user'] || '', body,
    client: (req.socket.getPeerCertificate().subject || {}).CN || '',
    version: req.httpVersion, port: req.socket.remotePort,
  })),
  '/stream': (req, res) => {
    open++;
    res.on('close', () => open--);
    line(res, {open, port: req.socket.remotePort});
    const timer = setInterval(() => line(res, {tick: 1}), 20);
    res.on('close', () => clearInterval(timer));
  },
  '/open': (req, res) => res.end(String(open)),
  '/silent': (req, res) => line(res, {hello: 1}),
  '/mute': () => {},
  '/big': (req, res) => {
    const chunk = Buffer.alloc(65536, 120);
    const more = () => { while (res.write(chunk)); res.once('drain', more); };
    res.on('error', () => {});
    more();
  },
  '/warn': (req, res) => {
    res.writeHead(429, {'retry-after': '7', 'warning': '299 - "be \\"careful\\""'});
    res.end('{}');
  },
  '/date': (req, res) => {
    res.writeHead(503, {'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT'});
    res.end();
  },
  '/redirect': (req, res) => { res.writeHead(302, {location: '/echo'}); res.end(); },
  '/secret': (req, res) => {
    res.writeHead(req.headers.authorization === 'Bearer new' ? 200 : 401);
    res.end('{}');
  },
  '/freeze': (req, res) => {
    res.end('frozen');
    setTimeout(() => process.kill(process.pid, 'SIGSTOP'), 50);
  },
  '/cut': (req) => req.socket.destroy(),
  '/goaway': (req, res) => { res.end('bye'); req.stream.session.goaway(); },
  '/reset': (req) => req.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR),
};

server.on('request', (req, res) => {
  let body = '';
  req.on('data', (d) => { body += d; });
  req.on('error', () => {});
  req.on('end', () => {
    const serve = paths[req.url.split('?')[0]];
    if (serve) {
      serve(req, res, body);
    } else {
      res.writeHead(404);
      res.end();
    }
  });
});
server.on('sessionError', () => {});
server.on('error', () => {});
server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0)); // the test is gone
