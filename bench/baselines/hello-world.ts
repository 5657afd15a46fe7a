import { http } from '@google-cloud/functions-framework';

// What the framework itself costs.

http('hello-world', (_request, response) => {
  response.status(204).end();
});
