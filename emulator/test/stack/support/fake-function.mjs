// Stands for a function's entry point: listens on PORT and does what a request tells it.
import { createServer } from 'node:http';

const write = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

let atOnce = 0;

const server = createServer((request, response) => {
  const action = new URL(request.url, 'http://localhost').pathname.slice(1);
  if (action === 'crash') process.exit(3);
  if (action === 'error') write({ severity: 'ERROR', message: 'it went wrong', code: 'E1' });
  if (request.method === 'POST') {
    request.setEncoding('utf8');
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      atOnce += 1;
      write({ severity: 'ERROR', message: 'pushed', body: JSON.parse(body), atOnce });
      setTimeout(
        () => {
          atOnce -= 1;
          response.end();
        },
        Number(process.env.FAKE_WORK_MS ?? 0),
      );
    });
    return;
  }
  if (action === 'warn') process.stderr.write('plain text\n');
  response.end(JSON.stringify({ pid: process.pid, environment: process.env }));
});
if (process.env.FAKE_STARTUP === 'crash') {
  process.stderr.write('cannot find the thing\n');
  process.exit(7);
}
if (process.env.FAKE_SIGTERM === 'ignore') process.on('SIGTERM', () => {});
server.listen(Number(process.env.PORT), '127.0.0.1', () => {
  if (process.env.FAKE_STARTUP !== 'silent') {
    write({ severity: 'INFO', message: 'listening', port: server.address().port });
  }
});
