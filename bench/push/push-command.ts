/** Pushes a command to the function on that port. @returns undefined once it is acknowledged, else what happened in words. */
export async function pushCommand(port: number, content: object): Promise<string | undefined> {
  const data = Buffer.from(JSON.stringify(content)).toString('base64');
  const publishTime = new Date(Date.now()).toISOString();
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: { messageId: '1', publishTime, data }, subscription: 's' }),
  });
  await answer.arrayBuffer();
  return answer.status === 204 ? undefined : `answered ${answer.status}`;
}
